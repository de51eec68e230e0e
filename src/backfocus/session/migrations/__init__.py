"""The steps by which a store of an older backfocus becomes one of this version; run by `Store.open`."""

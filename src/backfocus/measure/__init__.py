"""One picture in, a reading out: `follow` is the call; the rooms below find, measure and size the target."""

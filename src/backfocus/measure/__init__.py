"""One picture in, a reading out: `track` is the call; the rooms below find, measure and size the target."""

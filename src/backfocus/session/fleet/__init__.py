"""Many cameras with motors: the file that lists them, a run over all, and what is kept of it."""

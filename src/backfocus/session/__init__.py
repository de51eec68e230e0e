"""A session run, written down, kept and certified."""

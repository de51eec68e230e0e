"""Cameras that take commands over NDI: the maker's library, and the lens behind it."""

"""Fujinon's L10: its blocks, and the lens at the end of a serial line."""

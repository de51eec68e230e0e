"""A Siemens star in light: its centre, its levels, and the modulation of every ring."""

"""A slanted edge, alone or on our edge chart: where it lies, and the modulation across it."""

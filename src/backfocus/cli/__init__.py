"""The terminal face: commands, their options, the live display and the tone."""

"""What the faces show and print, as plain records and lines."""

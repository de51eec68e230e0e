"""The judges: readings of one step to the events that the procedure knows."""

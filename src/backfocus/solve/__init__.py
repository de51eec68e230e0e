"""Readings in, answers out: blur to micrometres, sweeps to peaks, zoom positions to the back-focus error."""

"""Set and prove the back focus of a zoom lens, in micrometres, from the camera's own picture."""

__version__ = "0.1.0"

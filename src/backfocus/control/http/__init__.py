"""Cameras asked over HTTP: a session, and for each maker its protocol beside its lens."""

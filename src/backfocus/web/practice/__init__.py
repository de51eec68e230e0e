"""Practice on the page: the virtual camera, the coach and the lesson."""

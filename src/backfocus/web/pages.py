"""The pages that a person is led to, and the file each one is."""

import re
from importlib import resources
from pathlib import Path

STATIC = Path(str(resources.files(__package__) / "static"))
PAGES = {
    "/": "index.html",
    "/cameras": "cameras.html",
    "/results": "results.html",
    "/chart": "chart.html",
    "/meter": "meter.html",
}
ROOM_PAGES = {"": "index.html", "/meter": "meter.html"}
"""Those of one room, below its own address."""
_ROOM = re.compile(r"/room/[a-z0-9-]{1,40}")


def is_page(path: str) -> bool:
    """Whether there is such a page, or could be one of a room."""
    room = _ROOM.match(path)
    return path in PAGES or (room is not None and path[room.end() :] in ROOM_PAGES)

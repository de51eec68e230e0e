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
LONGEST_NAME = 40
ROOM_NAME = f"[a-z0-9-]{{1,{LONGEST_NAME}}}"
"""What the name of a room looks like in its address."""
_ROOM = re.compile(f"/room/{ROOM_NAME}")


def is_page(path: str) -> bool:
    """Whether there is such a page, or could be one of a room."""
    room = _ROOM.match(path)
    return path in PAGES or (room is not None and path[room.end() :] in ROOM_PAGES)

"""Which room looks at which source: some cameras send their pictures to one viewer only.

Two rooms on one stream would also lead two people through one lens. So the second room is refused and told
which one looks at it already.
"""

import threading
from collections.abc import Hashable
from urllib.parse import urlsplit

from ..errors import UsageError
from ..video import capture, ndi
from ..video.address import kind
from .chosen import Chosen

PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
"""Which go without saying."""


class Watched:
    """The sources of all rooms of one server; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by: dict[Hashable, tuple[str, str]] = {}

    def take(self, who: Hashable, title: str, chosen: Chosen) -> None:
        """Room `title` looks at this from now on, and at nothing else.

        Raises
        ------
        UsageError
            If another room does; nothing is changed then.
        """
        source = source_of(chosen)
        with self._lock:
            others = (room for other, (room, its) in self._by.items() if other != who and _same(source, its))
            taken = next(others, None) if source else None
            if taken is not None:
                raise UsageError(
                    f"the room {taken} looks at {chosen.title} already: enter that one, close it, or choose "
                    "another source"
                )
            self._by[who] = title, source

    def let_go(self, who: Hashable) -> None:
        """A room looks at nothing any more."""
        with self._lock:
            self._by.pop(who, None)


def _same(one: str, other: str) -> bool:
    """Whether two sources are one; NDI sources have several names."""
    if one and other and kind(one) == kind(other) == "ndi":
        return ndi.are_one(one, other)
    return one == other


def source_of(chosen: Chosen) -> str:
    """A stream or device in one way, however it was written; "" for what each room has its own copy of."""
    source = chosen.rig.source
    if chosen.is_practice or chosen.plays or chosen.rig.is_virtual or kind(source) == "file":
        return ""
    if kind(source) == "device":
        return capture.one_name(source)
    if kind(source) == "ndi":
        return source
    parts = urlsplit(source)
    scheme, host = parts.scheme.lower(), parts.netloc.rpartition("@")[2].lower()
    host = host.removesuffix(f":{PORTS.get(scheme)}")
    return parts._replace(scheme=scheme, netloc=host, fragment="").geturl()

"""Which room looks at which source: some cameras send their pictures to one viewer only.

Two rooms on one stream would also lead two people through one lens. So the second room is refused and told
which one looks at it already.
"""

import threading
from collections.abc import Hashable
from urllib.parse import urlsplit

from ..errors import UsageError
from ..video.address import kind
from .chosen import Chosen


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
            others = (room for other, (room, its) in self._by.items() if other != who and its == source)
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


def source_of(chosen: Chosen) -> str:
    """A stream or device by its address without a login; "" for what each room has a copy of its own of."""
    source = chosen.rig.source
    if chosen.is_practice or chosen.plays or chosen.rig.is_virtual or kind(source) == "file":
        return ""
    if kind(source) in ("device", "ndi"):
        return source
    parts = urlsplit(source)
    host = parts.netloc.rpartition("@")[2].lower()
    return parts._replace(scheme=parts.scheme.lower(), netloc=host, fragment="").geturl()

"""VIVOTEK's remote focus on the wire: questions to ask and answers as records. Opens nothing.

One address, `remotefocus.cgi`, takes a function in its query. `getstatus` answers lines `name='value'`: the
span of each motor, where it stands, and what it is doing; cameras without a motor for the zoom leave out the
lines about it, and their manual calls the rest *BackFocus*. Newer firmware wants to know which channel.

References
----------
.. [1] VIVOTEK, *FD9387-HTV-A User's Manual*, URL commands: RemoteFocus (capability remotefocus=1).
.. [2] VIVOTEK, *MD9560-DH User's Manual*, URL commands: BackFocus (capability remotefocus=4).
.. [3] VIVOTEK, *SC8131 User's Manual*, URL commands: Remote Focus, as older firmware has it.

No camera of VIVOTEK has been tried.
"""

import re
from dataclasses import dataclass

PATH = "/cgi-bin/admin/remotefocus.cgi"
IDLE = 0
"""Of what a motor is doing; 1 zooming, 2 focusing, 3 automatic focus, 4 a scan, 5 positioning, 12 a reset."""

_LINE = re.compile(r"^\s*(\w+)='?(-?\d{1,9})'?\s*$")


@dataclass(frozen=True, slots=True)
class Motor:
    """A motor: the ends it may be sent to, where it stands, and what it is doing."""

    start: int
    end: int
    at: int
    doing: int


@dataclass(frozen=True, slots=True)
class Status:
    """The motors there are, and whether the iris is held open; None for what was not told."""

    zoom: Motor | None
    focus: Motor | None
    iris_open: bool | None

    @property
    def moving(self) -> bool:
        """Whether any motor is doing anything."""
        return any(motor is not None and motor.doing != IDLE for motor in (self.zoom, self.focus))


def read_status(text: str) -> Status | None:
    """The answer to getstatus; None where it is none."""
    found = {line[1]: int(line[2]) for each in text.splitlines() if (line := _LINE.match(each))}
    zoom, focus = _motor(found, "zoom"), _motor(found, "focus")
    if zoom is None and focus is None:
        return None
    iris = found.get("remote_focus_iris_open")
    return Status(zoom, focus, None if iris is None else iris == 1)


def _motor(found: dict[str, int], name: str) -> Motor | None:
    """A motor; where its ends are not told it goes from 0 to the most steps it has."""
    head = f"remote_focus_{name}_motor"
    start, end = found.get(f"{head}_start", 0), found.get(f"{head}_end", found.get(f"{head}_max"))
    at = found.get(head)
    if at is None or end is None or not start < end:
        return None
    return Motor(start, end, at, found.get(f"remote_focus_{name}_enable", IDLE))


def question(function: str, channel: str | None, position: int | None = None) -> dict[str, str]:
    """The query of a function; a motor goes straight to a position."""
    asked = {} if channel is None else {"channel": channel}
    asked["function"] = function
    if position is not None:
        asked |= {"direction": "direct", "position": str(position)}
    return asked

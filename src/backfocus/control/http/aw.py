"""Panasonic's AW protocol on the wire: commands of an integrated camera, and its answers. Opens nothing.

A command goes in the query of `aw_ptz` (lens, pan and tilt; it begins with #) or `aw_cam` (all else), and its
answer is one short text. Positions are three hexadecimal digits. What is not carried out is answered eR or
ER, a digit and the command: 1 is not known, 2 the camera is busy or asleep, 3 it does not go now.

References
----------
.. [1] Panasonic, *HD Integrated Camera Interface Specifications* (AW-HE42), sections 3.1.5 and 3.2: #AXZ,
   #AXF, #AXI, #GF, #GI, #D1; camera control commands are sent at least 130 ms apart. 555h is a closed iris,
   FFFh an open one.
.. [2] Panasonic, *AW-UE100 Interface Specifications*: sending and answers over IP, #GZ, ORS, error returns.
.. [3] Panasonic, *CX350 CX4000 Command for PTZ Control Protocol*: 555h to FFFh is wide to tele, near to far.

No camera of Panasonic has been tried.
"""

import re
from dataclasses import dataclass

PTZ_PATH, CAM_PATH = "/cgi-bin/aw_ptz", "/cgi-bin/aw_cam"
LOWEST, HIGHEST = 0x555, 0xFFF
"""Of zoom, from wide to tele, of focus, from near to far, and of the iris, from closed to open."""
GAP_S = 0.13
"""Shortest time from an answer to the next command."""
UNKNOWN, BUSY, NOT_NOW = 1, 2, 3

_REFUSED = re.compile(r"[eE]R([123])(?::.*)?")


@dataclass(frozen=True, slots=True)
class Refused:
    """What was not carried out, by its code and in words."""

    code: int

    @property
    def words(self) -> str:
        """Why not."""
        return {
            UNKNOWN: "the camera does not know this command",
            BUSY: "the camera is busy, or in standby",
            NOT_NOW: "the camera does not carry this out now",
        }[self.code]


def query(command: str) -> dict[str, str]:
    """What a command is sent as."""
    return {"cmd": command, "res": "1"}


def path(command: str) -> str:
    """Where a command is sent to."""
    return PTZ_PATH if command.startswith("#") else CAM_PATH


def zoom_to(position: int) -> str:
    """#AXZ and three digits."""
    return f"#AXZ{_digits(position)}"


def focus_to(position: int) -> str:
    """#AXF and three digits."""
    return f"#AXF{_digits(position)}"


def iris_to(position: int) -> str:
    """#AXI and three digits."""
    return f"#AXI{_digits(position)}"


def autofocus(on: bool) -> str:
    """#D1 and 1 for on."""
    return f"#D1{on:d}"


def auto_iris(on: bool) -> str:
    """ORS and 1 for on."""
    return f"ORS:{on:d}"


ZOOM, FOCUS, IRIS, AUTOFOCUS, AUTO_IRIS = "#GZ", "#GF", "#GI", "#D1", "QRS"
"""Questions: where zoom, focus and iris stand, and whether the automatic functions are on."""


def _digits(position: int) -> str:
    if not LOWEST <= position <= HIGHEST:
        raise ValueError(f"positions go from {LOWEST:03X}h to {HIGHEST:03X}h, not {position:X}h")
    return f"{position:03X}"


def read_refusal(text: str) -> Refused | None:
    """A refusal; None of any other answer."""
    found = _REFUSED.fullmatch(_bare(text))
    return Refused(int(found[1])) if found else None


def read_position(question: str, text: str) -> int | None:
    """The answer to `ZOOM`, `FOCUS` or `IRIS`: gz, gf or gi and three digits; None where none are told.

    Behind those of the iris stands whether it is automatic.
    """
    more = "[01]" if question == IRIS else ""
    found = re.fullmatch(question[1:] + r"([0-9a-f]{3})" + more, _bare(text), re.IGNORECASE)
    return int(found[1], 16) if found else None


def read_switch(question: str, text: str) -> bool | None:
    """The answer to `AUTOFOCUS` (d10, d11) or `AUTO_IRIS` (ORS:0, ORS:1)."""
    head = "d1" if question == AUTOFOCUS else "ORS:"
    return {f"{head}0": False, f"{head}1": True}.get(_bare(text))


def _bare(text: str) -> str:
    return text.strip().strip('"')

"""Blackmagic's camera control over REST, on the wire: what is put and what is read. Opens nothing.

Each property of the camera is a path that takes GET and PUT with JSON. Zoom and focus go from 0 to 1. Older
firmware calls the focus `focus`, newer `normalised`; what a camera answers is said to it too. The exposure
mode stands alone or in an object of its own, by firmware; it is put back in the shape in which it came.

References
----------
.. [1] Blackmagic Design, *REST API for Blackmagic Cameras*, and the same in the manuals of the Studio Camera
   and Cinema Camera 6K: Lens Control API, Video Control API.
.. [2] Blackmagic Design, *Studio Camera Control Protocol*: focus 0.0 is near and 1.0 far, zoom 0.0 wide and
   1.0 tele, aperture 0.0 the smallest and 1.0 the largest.

No camera of Blackmagic has been tried.
"""

from collections.abc import Mapping
from typing import Any

from ..untrusted import number_in_json

BASE = "/control/api/v1"
ZOOM, FOCUS, IRIS = f"{BASE}/lens/zoom", f"{BASE}/lens/focus", f"{BASE}/lens/iris"
EXPOSURE = f"{BASE}/video/autoExposure"
NOT_THERE = (404, 501)
"""Codes of a property that this camera does not have."""
REJECTED = 400
OFF, CONTINUOUS = "Off", "Continuous"

_NAMES = ("normalised", "normalized", "focus")


def read_place(said: Any) -> tuple[str, float] | None:
    """Where zoom, focus or iris stands, 0 to 1, and what the camera calls it; None where it does not tell."""
    if isinstance(said, Mapping):
        for name in _NAMES:
            if (value := number_in_json(said.get(name))) is not None:
                return name, value
    return None


def read_exposure(said: Any) -> str | None:
    """The mode of the automatic exposure; None where it is not told."""
    mode = said.get("mode") if isinstance(said, Mapping) else None
    mode = mode.get("mode") if isinstance(mode, Mapping) else mode
    return mode if isinstance(mode, str) else None


def with_exposure(said: Mapping[str, Any], mode: str) -> dict[str, Any]:
    """What to put for another mode, in the shape that the camera gave."""
    inner = said.get("mode")
    return {**said, "mode": {**inner, "mode": mode} if isinstance(inner, Mapping) else mode}

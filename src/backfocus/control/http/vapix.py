"""VAPIX, the protocol of Axis cameras, on the wire: questions to ask and answers as records. Opens nothing.

Two of its interfaces move a lens. PTZ cameras have `ptz.cgi`, whose questions stand in the query and whose
answers are lines `name=value`; fixed cameras with motors in them have `opticscontrol.cgi`, which takes and
gives JSON. A camera that has the second may still have the first for its digital zoom.

References
----------
.. [1] Axis, *VAPIX Network video: Pan/tilt/zoom API* (developer.axis.com): zoom and focus 1 to 9999, a high
   value is zoomed in, focused far, and an open iris; autofocus, autoiris; query=limits, query=position.
.. [2] Axis, *VAPIX Network video: Optics control*, API version 1.2: getCapabilities, getOptics, setFocus,
   setMagnification, setTemperatureCompensation, setIrCompensation; error codes.

No camera of Axis has been tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..untrusted import number_in_json, number_in_text

PTZ_PATH, OPTICS_PATH = "/axis-cgi/com/ptz.cgi", "/axis-cgi/opticscontrol.cgi"
API_VERSION = "1.0"
INTERNAL_ERROR = 1100
"""The camera could not do it just now, as its general failure is called."""

Span = tuple[float, float]


# ptz.cgi --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PtzLimits:
    """Spans of the motors there are; None for one that cannot be sent to a place."""

    zoom: Span | None
    focus: Span | None
    iris: Span | None = None


@dataclass(frozen=True, slots=True)
class PtzPosition:
    """Where its motors stand, and which automatic functions are on; None for what was not told."""

    zoom: float | None
    focus: float | None
    autofocus: bool | None
    autoiris: bool | None
    iris: float | None = None


def read_limits(text: str) -> PtzLimits:
    """The answer to query=limits."""
    found = _pairs(text)
    return PtzLimits(_span(found, "Zoom"), _span(found, "Focus"), _span(found, "Iris"))


def read_position(text: str) -> PtzPosition:
    """The answer to query=position."""
    found = _pairs(text)
    on = {"on": True, "off": False}
    return PtzPosition(
        number_in_text(found.get("zoom")),
        number_in_text(found.get("focus")),
        on.get(found.get("autofocus", "")),
        on.get(found.get("autoiris", "")),
        number_in_text(found.get("iris")),
    )


def complaint(text: str) -> str | None:
    """What the camera says against a command, on one line; None where it says nothing."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines) if lines and lines[0].lower().startswith("error") else None


def _pairs(text: str) -> dict[str, str]:
    parts = (line.strip().partition("=") for line in text.splitlines())
    return {name: value for name, mark, value in parts if mark}


def _span(found: Mapping[str, str], name: str) -> Span | None:
    low, high = number_in_text(found.get(f"Min{name}")), number_in_text(found.get(f"Max{name}"))
    return (low, high) if low is not None and high is not None and low < high else None


# opticscontrol.cgi ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpticsAbility:
    """One of the optics in a camera: whether it focuses, and its largest magnification, None without zoom."""

    optics_id: str
    focuses: bool
    most_magnified: float | None


@dataclass(frozen=True, slots=True)
class OpticsState:
    """How one of the optics stands.

    `compensates`: by the method that switches it, whether the focus is moved by itself as the temperature
    changes, or the infrared filter swings out; only of those that were told.
    """

    focus: float | None
    magnification: float | None
    moving: bool
    compensates: Mapping[str, bool]


COMPENSATIONS = {
    "setTemperatureCompensation": "temperatureCompensation",
    "setIrCompensation": "irCompensation",
}


def optics_question(method: str, optics_id: str | None = None, **values: Any) -> dict[str, Any]:
    """What is posted; `values` go to one of the optics."""
    asked: dict[str, Any] = {"apiVersion": API_VERSION, "method": method}
    if optics_id is not None:
        asked["params"] = {"optics": [{"opticsId": optics_id, **values}]}
    return asked


def optics_fault(said: Any) -> tuple[int, str] | None:
    """Code and words of a refusal; None of any other answer."""
    fault = said.get("error") if isinstance(said, dict) else None
    if not isinstance(fault, dict):
        return None
    code = fault.get("code")
    return (code if isinstance(code, int) else 0, str(fault.get("message", "error")))


def read_abilities(said: Any) -> tuple[OpticsAbility, ...]:
    """The answer to getCapabilities; empty where there are no optics to control."""
    return tuple(_ability(each) for each in _optics(said))


def _ability(optics: Mapping[str, Any]) -> OpticsAbility:
    told = optics.get("capabilities")
    able = told if isinstance(told, list) else []
    most = number_in_json(optics.get("maxMagnification")) if "zoom" in able else None
    return OpticsAbility(_id(optics), "focus" in able, most)


def read_optics(said: Any, optics_id: str) -> OpticsState | None:
    """The answer to getOptics, of one of them; None where that one is not in it."""
    for each in _optics(said):
        if _id(each) == optics_id:
            return OpticsState(
                number_in_json(each.get("focusPosition")),
                number_in_json(each.get("magnification")),
                each.get("focusMoving") is True or each.get("zoomMoving") is True,
                {
                    method: each[name]
                    for method, name in COMPENSATIONS.items()
                    if isinstance(each.get(name), bool)
                },
            )
    return None


def _optics(said: Any) -> list[dict[str, Any]]:
    data = said.get("data") if isinstance(said, dict) else None
    optics = data.get("optics") if isinstance(data, dict) else None
    return [each for each in optics if isinstance(each, dict)] if isinstance(optics, list) else []


def _id(optics: Mapping[str, Any]) -> str:
    """Spelled both ways in the document."""
    return str(optics.get("opticsId", optics.get("opticsID", "")))

"""VAPIX from the camera's side: `ptz.cgi` of a PTZ camera, and optics control of a fixed one.

Written from the maker's documents (see `control.http.vapix`), not with the driver's reading of them. A real
camera has one of the two; this one has both, so that both can be tried. It has a second optics where a motor
moves the back focus: that of a body under a lens that is zoomed by hand.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from ..control.untrusted import number_in_json, read_json
from ..guide.axes import Automatic, AxisName
from .http_server import Answer, Request
from .virtual_camera import VirtualCamera

LOWEST_FOCUS, HIGHEST = 770, 9999
"""Of ptz.cgi, as a camera of theirs tells it."""
JSON = "application/json"


class VapixFace:
    """A face of a virtual camera."""

    def __init__(self, camera: VirtualCamera) -> None:
        self._camera = camera
        self._compensates = {"temperatureCompensation": True, "irCompensation": False}

    def __call__(self, asked: Request) -> Answer | None:
        """The answer, or None for another path."""
        if asked.path == "/axis-cgi/com/ptz.cgi":
            return Answer(b"Service Unavailable", code=503) if asked.refused else self._ptz(asked.arguments)
        if asked.path == "/axis-cgi/opticscontrol.cgi" and asked.method == "POST":
            return self._optics(asked)
        return None

    # ptz.cgi ----------------------------------------------------------------------------------------------

    def _ptz(self, query: Mapping[str, str]) -> Answer:
        if query.get("query") == "limits":
            return _lines(
                MinZoom=1,
                MaxZoom=HIGHEST,
                MinIris=1,
                MaxIris=HIGHEST,
                MinFocus=LOWEST_FOCUS,
                MaxFocus=HIGHEST,
            )
        if query.get("query") == "position":
            return self._position()
        switches = Automatic(
            focus=None if "autofocus" not in query else query["autofocus"] == "on",
            exposure=None if "autoiris" not in query else query["autoiris"] == "on",
        )
        self._camera.automatic(switches)
        try:
            places = {name: int(query[name]) for name in ("zoom", "focus", "iris") if name in query}
        except ValueError:
            return Answer(b"Bad Request", code=400)
        if not all(1 <= place <= HIGHEST for place in places.values()):
            return Answer(b"Bad Request", code=400)
        said = None
        if "zoom" in places:
            said = self._camera.move_to_share("zoom", (places["zoom"] - 1) / (HIGHEST - 1))
        if "focus" in places:  # a high value is far
            near = (HIGHEST - places["focus"]) / (HIGHEST - LOWEST_FOCUS)
            said = self._camera.move_to_share("focus", near) or said
        if "iris" in places:  # a high value is open
            said = self._camera.move_to_share("iris", (HIGHEST - places["iris"]) / (HIGHEST - 1)) or said
        return Answer(b"", code=204) if said is None else Answer(f"Error:\r\n{said}\r\n".encode())

    def _position(self) -> Answer:
        automatic = self._camera.state().automatic
        return _lines(
            pan="0.0000",
            tilt="0.0000",
            zoom=round(1 + self._camera.share("zoom") * (HIGHEST - 1)),
            iris=round(HIGHEST - self._camera.share("iris") * (HIGHEST - 1)),
            focus=round(HIGHEST - self._camera.share("focus") * (HIGHEST - LOWEST_FOCUS)),
            brightness=5000,
            autofocus="on" if automatic.focus else "off",
            autoiris="on" if automatic.exposure else "off",
        )

    # opticscontrol.cgi ------------------------------------------------------------------------------------

    def _optics(self, asked: Request) -> Answer:
        try:
            question = read_json(asked.body)
            method, wishes = str(question["method"]), _wishes(question)
        except (ValueError, KeyError, TypeError):
            return _said("", error={"code": 4003, "message": "Invalid JSON"})
        if asked.refused:
            return _said(method, error={"code": 1100, "message": "Internal error"})
        if method == "getCapabilities":
            return _said(method, data={"numberOfOptics": len(self._ids), "optics": self._abilities()})
        if method == "getOptics":
            return _said(method, data={"numberOfOptics": len(self._ids), "optics": self._states()})
        for wanted in wishes:
            fault = self._set(method, wanted)
            if fault is not None:
                details = {"opticsId": wanted.get("opticsId", "")}
                return _said(method, error={"code": fault[0], "message": fault[1], "details": details})
        return _said(method, data={})

    @property
    def _ids(self) -> tuple[str, ...]:
        return ("0", "1") if self._camera.settings.motor == "back-focus" else ("0",)

    def _abilities(self) -> list[dict[str, Any]]:
        with_zoom: dict[str, Any] = {
            "opticsId": "0",
            "capabilities": ["focus", "zoom", "irCutFilter", "compensateTemperature", "compensateIr"],
            "maxMagnification": self._camera.settings.zoom,
        }
        return [with_zoom, {"opticsId": "1", "capabilities": ["focus"]}][: len(self._ids)]

    def _states(self) -> list[dict[str, Any]]:
        moving = not self._camera.state().settled
        first = {
            "opticsId": "0",
            "focusPosition": round(self._camera.share("focus"), 6),
            "focusMoving": moving,
            "magnification": round(self._camera.settings.zoom ** self._camera.share("zoom"), 6),
            "zoomMoving": moving,
            "irCutFilterState": "auto",
            **self._compensates,
        }
        if len(self._ids) == 1:
            return [first]
        place = round(self._camera.share("back-focus"), 6)
        return [first, {"opticsId": "1", "focusPosition": place, "focusMoving": moving}]

    def _set(self, method: str, wanted: Mapping[str, Any]) -> tuple[int, str] | None:
        """Carry out a wish of one of the optics; code and words where that cannot be."""
        which = wanted.get("opticsId")
        if which not in self._ids:
            return 2104, "Invalid parameter value specified"
        match method:
            case "setFocus":
                axis: AxisName = "focus" if which == "0" else "back-focus"
                at = number_in_json(wanted.get("position"))
                if at is None or not 0.0 <= at <= 1.0:
                    return 2104, "Invalid parameter value specified"
                self._camera.automatic(Automatic(focus=False))  # it has no automatic focus that goes on
                self._camera.move_to_share(axis, at)
            case "setMagnification" if which == "0":
                magnified, most = number_in_json(wanted.get("magnification")), self._camera.settings.zoom
                if magnified is None or not 1.0 <= magnified <= most:
                    return 2104, "Invalid parameter value specified"
                self._camera.move_to_share("zoom", math.log(magnified) / math.log(most))
            case "setTemperatureCompensation" | "setIrCompensation" if which == "0":
                name = method[3].lower() + method[4:]
                if not isinstance(wanted.get("enable"), bool):
                    return 2103, "Required parameter missing"
                self._compensates[name] = wanted["enable"]
            case _:
                return 2102, "Method not supported"
        return None


def _wishes(question: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is wanted of each of the optics; ValueError where that is said in another way."""
    params = question.get("params", {})
    wishes = params.get("optics", []) if isinstance(params, dict) else None
    if not isinstance(wishes, list) or not all(isinstance(each, dict) for each in wishes):
        raise ValueError("optics are a list of objects")
    return wishes


def _lines(**values: Any) -> Answer:
    return Answer("".join(f"{name}={value}\r\n" for name, value in values.items()).encode())


def _said(method: str, **what: Any) -> Answer:
    return Answer(json.dumps({"apiVersion": "1.2", "method": method, **what}).encode(), JSON)

"""Blackmagic's REST interface from the camera's side, written from the maker's document.

Zoom and focus answer as newer firmware does. Only what the document has of them and of the exposure is here.
"""

import json
from typing import Any

from ..control.untrusted import number_in_json, read_json
from ..guide.axes import Automatic
from .http_server import Answer, Request
from .virtual_camera import VirtualCamera

API = "/control/api/v1"
MODES = ("Off", "Continuous", "OneShot")


class BlackmagicFace:
    """A face of a virtual camera."""

    def __init__(self, camera: VirtualCamera) -> None:
        self._camera = camera
        self._kind = "Iris,Shutter"

    def __call__(self, asked: Request) -> Answer | None:
        """The answer, or None for another path."""
        if not asked.path.startswith(f"{API}/"):
            return None
        if asked.refused:
            return Answer(b"", code=503)
        name = asked.path.removeprefix(API)
        if asked.method == "GET":
            known = self._told(name)
            return Answer(b"", code=501) if known is None else _json(known)
        try:
            body = read_json(asked.body or b"{}")
        except ValueError:
            return Answer(b"", code=400)
        if asked.method != "PUT" or not isinstance(body, dict):
            return Answer(b"", code=400)
        return Answer(b"", code=self._put(name, body))

    def _told(self, name: str) -> dict[str, Any] | None:
        match name:
            case "/lens/zoom":
                zoom, widest = self._camera.share("zoom"), self._camera.settings.wide_mm
                return {"focalLength": round(widest * self._camera.settings.zoom**zoom), "normalised": zoom}
            case "/lens/focus":  # 0 is near
                return {"normalised": 1.0 - self._camera.share("focus")}
            case "/lens/iris":  # 1 is the largest opening
                return {"normalised": 1.0 - self._camera.share("iris")}
            case "/video/autoExposure":
                on = self._camera.state().automatic.exposure
                return {"mode": "Continuous" if on else "Off", "type": self._kind}
        return None

    def _put(self, name: str, body: dict[str, Any]) -> int:
        """The code that is answered."""
        match name:
            case "/lens/zoom" | "/lens/focus" | "/lens/iris":
                place = number_in_json(body.get("normalised"))
                if place is None or not 0.0 <= place <= 1.0:
                    return 400
                if name == "/lens/zoom":
                    self._camera.move_to_share("zoom", place)
                elif name == "/lens/iris":
                    return 204 if self._camera.move_to_share("iris", 1.0 - place) is None else 400
                else:
                    self._camera.automatic(Automatic(focus=False))  # it focuses by itself once, when asked
                    self._camera.move_to_share("focus", 1.0 - place)
                return 204
            case "/video/autoExposure":
                if body.get("mode") not in MODES:
                    return 400
                self._kind = str(body.get("type", self._kind))
                self._camera.automatic(Automatic(exposure=body["mode"] == "Continuous"))
                return 204
        return 501


def _json(value: dict[str, Any]) -> Answer:
    return Answer(json.dumps(value).encode(), "application/json")

"""VIVOTEK's remote focus from the camera's side, from the maker's manuals (see `control.http.vivotek`).

Where a motor moves the back focus, channel 1 is a body that has that motor alone.
"""

from collections.abc import Mapping

from ..guide.axes import Automatic, AxisName
from .http_server import Answer, Request
from .virtual_camera import VirtualCamera

ENDS = {"zoom": (0, 1150), "focus": (30, 1180), "back-focus": (0, 483)}
"""The first and last position of each motor, as cameras of theirs tell them."""
ZOOMING, FOCUSING = 1, 2


class VivotekFace:
    """A face of a virtual camera."""

    def __init__(self, camera: VirtualCamera) -> None:
        self._camera = camera

    def __call__(self, asked: Request) -> Answer | None:
        """The answer, or None for another path."""
        if asked.path != "/cgi-bin/admin/remotefocus.cgi":
            return None
        if asked.refused:
            return Answer(b"Service Unavailable", code=503)
        has_back_focus = self._camera.settings.motor == "back-focus"
        given = asked.arguments
        match given.get("channel", "0"):
            case "0":
                return self._channel(given, {"zoom": "zoom", "focus": "focus"})
            case "1" if has_back_focus:
                return self._channel(given, {"focus": "back-focus"})
            case _:
                return _bad_request()

    def _channel(self, query: Mapping[str, str], motors: Mapping[str, AxisName]) -> Answer:
        function = query.get("function", "")
        if function == "getstatus":
            return self._status(motors)
        if function in ("irisopen", "irisenable"):
            self._camera.automatic(Automatic(exposure=function == "irisenable"))
            return Answer(b"OK")
        if function not in motors or query.get("direction") != "direct":
            return _bad_request()
        first, last = ENDS[motors[function]]
        position = query.get("position", "")
        if not position.isdecimal() or not first <= int(position) <= last:
            return _bad_request()
        self._camera.automatic(Automatic(focus=False))  # it has no automatic focus that goes on
        self._camera.move_to_share(motors[function], (int(position) - first) / (last - first))
        return Answer(b"OK")

    def _status(self, motors: Mapping[str, AxisName]) -> Answer:
        state = self._camera.state()
        lines: dict[str, int] = {}
        for name, axis in motors.items():
            first, last = ENDS[axis]
            doing = ZOOMING if name == "zoom" else FOCUSING
            lines |= {
                f"{name}_motor_max": last,
                f"{name}_motor_start": first,
                f"{name}_motor_end": last,
                f"{name}_motor": round(first + self._camera.share(axis) * (last - first)),
                f"{name}_enable": 0 if state.settled else doing,
            }
        lines["iris_open"] = 0 if state.automatic.exposure else 1
        return Answer("".join(f"remote_focus_{name}='{value}'\r\n" for name, value in lines.items()).encode())


def _bad_request() -> Answer:
    return Answer(b"Bad Request", code=400)

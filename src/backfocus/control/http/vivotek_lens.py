"""A lens behind VIVOTEK's remote focus: `vivotek://HOST`, zoom and focus or the back focus alone."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from urllib.parse import SplitResult

from ...errors import LensError
from ...guide.axes import Automatic, Axis, AxisName
from ..counting import Counting, axes_of, places_of
from ..polled import Look, Polled
from ..query import NUMBER, REVERSED, STRAIGHT, Known, which_way
from . import vivotek
from .http import Http, text_of
from .http_lens import demand_ok, lens_over_http

KEYS: Known = {"channel": NUMBER, "zoom": (STRAIGHT, REVERSED), "focus": (STRAIGHT, REVERSED)}
REJECTED = 400


class VivotekRemote:
    """The motors of one channel.

    Parameters
    ----------
    http : Http
    given : dict
        What the address says: `channel`, and which way `zoom` and `focus` count.
    """

    def __init__(self, http: Http, given: Mapping[str, str]) -> None:
        self._http, self.title = http, http.title
        self._channel = given.get("channel")
        status = self._first_status()
        self._focus: AxisName = "back-focus" if status.zoom is None else "focus"
        self._counts = {
            axis: Counting(motor.start, motor.end, turned=given.get(_key(axis)) == REVERSED)
            for axis, motor in self._motors(status).items()
            if motor is not None
        }
        self.axes: Mapping[AxisName, Axis] = axes_of(self._counts)
        self.remark = which_way(given, self._counts, {"zoom": "zoom", "focus": self._focus})
        self._refused: str | None = None

    def send(self, places: Mapping[AxisName, float]) -> None:
        """One command for each motor."""
        self._refused = None
        for axis, at in places.items():
            asked = vivotek.question(_key(axis), self._channel, round(self._counts[axis].told(at)))
            answer = self._http.ask(vivotek.PATH, asked)
            if answer.status_code == REJECTED:
                self._refused = f"{axis} is not sent there"
            else:
                demand_ok(self._http, answer)

    def look(self) -> Look:
        """Where they stand, and whether they move."""
        status = self._status()
        places = {axis: None if motor is None else motor.at for axis, motor in self._motors(status).items()}
        return Look(places_of(self._counts, places), status.moving, self._refused)

    def automatic(self, wanted: Automatic) -> Automatic:
        """The iris: held fully open, or as the camera's page sets it. No focus goes on by itself here."""
        iris_open = self._status().iris_open
        if wanted.exposure is not None and iris_open is not None:
            function = "irisenable" if wanted.exposure else "irisopen"
            demand_ok(self._http, self._http.ask(vivotek.PATH, vivotek.question(function, self._channel)))
        return Automatic(exposure=None if iris_open is None else not iris_open)

    def how_to_restore(self, was: Automatic) -> str:
        """What to ask the camera for."""
        function = "irisopen" if was.exposure is False else "irisenable"
        return f"open {vivotek.PATH}?function={function} of {self.title}"

    def _motors(self, status: vivotek.Status) -> dict[AxisName, vivotek.Motor | None]:
        return {"zoom": status.zoom, self._focus: status.focus}

    def _first_status(self) -> vivotek.Status:
        """With the channel where the camera will have it."""
        try:
            return self._status()
        except LensError:
            if self._channel is not None:
                raise
            self._channel = "0"
            return self._status()

    def _status(self) -> vivotek.Status:
        answer = self._http.ask(vivotek.PATH, vivotek.question("getstatus", self._channel))
        status = vivotek.read_status(text_of(demand_ok(self._http, answer)))
        if status is None:
            raise LensError(f"{self.title} has no motors for zoom or focus")
        return status


def _key(axis: AxisName) -> str:
    """The maker's word for an axis: whatever is not its zoom is its focus."""
    return "zoom" if axis == "zoom" else "focus"


def open_lens(parts: SplitResult) -> AbstractContextManager[Polled]:
    """The lens of a camera; raises as `lens_over_http`."""
    return lens_over_http(parts, KEYS, VivotekRemote)

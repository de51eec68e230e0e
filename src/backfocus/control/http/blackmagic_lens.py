"""A lens behind Blackmagic's REST interface: `blackmagic://HOST`, with a lens that its camera drives."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import SplitResult

from ...errors import LensError
from ...guide.axes import Automatic, Axis, AxisName
from ..counting import Counting, axes_of, places_of
from ..polled import Look, Polled
from ..query import IRIS, LEFT_ALONE, REVERSED, STRAIGHT, Known
from ..seldom import Seldom
from ..untrusted import read_json
from . import blackmagic
from .http import Http
from .http_lens import demand_ok, lens_over_http

KEYS: Known = {"focus": (STRAIGHT, REVERSED), "iris": IRIS}
STEP = 1e-4
"""Of a way from 0 to 1."""
PATHS: dict[AxisName, str] = {
    "zoom": blackmagic.ZOOM,
    "focus": blackmagic.FOCUS,
    "iris": blackmagic.IRIS,
}


class BlackmagicRemote:
    """Zoom, focus and iris, as far as the lens has motors.

    The focus rises towards far and the iris as it opens, so both are turned.

    Parameters
    ----------
    http : Http
    given : dict
        What the address says: which way `focus` and `iris` count, for a lens that is not as the document
        says.
    """

    def __init__(self, http: Http, given: Mapping[str, str]) -> None:
        self._http, self.title = http, http.title
        turned = {axis: axis != "zoom" and given.get(axis) != REVERSED for axis in PATHS}
        told = {axis: blackmagic.read_place(self._get(path)) for axis, path in PATHS.items()}
        self._names = {axis: place[0] for axis, place in told.items() if place is not None}
        if given.get("iris") == LEFT_ALONE:
            self._names.pop("iris", None)
        if not set(self._names) - {"iris"}:
            raise LensError(f"{self.title} has no lens that it drives: see that one with motors is on it")
        self._counts = {axis: Counting(0.0, 1.0, STEP, turned[axis]) for axis in self._names}
        self.axes: Mapping[AxisName, Axis] = axes_of(self._counts)
        self._iris = Seldom(lambda: self._place("iris"))
        self._exposure: dict[str, Any] | None = None
        self._refused: str | None = None

    def send(self, places: Mapping[AxisName, float]) -> None:
        """One command for each motor."""
        self._refused = None
        for axis, at in places.items():
            place = {self._names[axis]: round(self._counts[axis].told(at), 5)}
            taken = self._put(PATHS[axis], place)
            if axis == "iris":
                self._iris.again()  # where it stands then says whether it has moved
            elif not taken:
                self._refused = f"{axis} is not sent there"

    def look(self) -> Look:
        """Where they stand; the camera does not say whether they move."""
        places = {axis: self._iris.at() if axis == "iris" else self._place(axis) for axis in self._counts}
        return Look(places_of(self._counts, places), refused=self._refused)

    def _place(self, axis: AxisName) -> float | None:
        told = blackmagic.read_place(self._get(PATHS[axis]))
        return None if told is None else told[1]

    def automatic(self, wanted: Automatic) -> Automatic:
        """The automatic exposure. No focus goes on by itself here."""
        said = self._get(blackmagic.EXPOSURE)
        mode = blackmagic.read_exposure(said)
        if mode is None:
            return Automatic()
        is_on = mode != blackmagic.OFF
        if is_on:
            self._exposure = said
        if wanted.exposure is False and is_on:
            self._put(blackmagic.EXPOSURE, blackmagic.with_exposure(said, blackmagic.OFF))
        elif wanted.exposure and not is_on:
            on = self._exposure or blackmagic.with_exposure(said, blackmagic.CONTINUOUS)
            self._put(blackmagic.EXPOSURE, on)
        if wanted.exposure is not None:
            self._iris.again()
        return Automatic(exposure=is_on)

    def how_to_restore(self, was: Automatic) -> str:
        """Where the switch is."""
        return f"switch the automatic exposure of {self.title} {'on' if was.exposure else 'off'} in its menu"

    def _get(self, path: str) -> Any:
        """A property; None where this camera does not have it."""
        answer = self._http.ask(path)
        if answer.status_code in blackmagic.NOT_THERE:
            return None
        try:
            return read_json(demand_ok(self._http, answer).content)
        except ValueError:
            return None

    def _put(self, path: str, value: Mapping[str, Any]) -> bool:
        """Set a property; False where the camera does not take that value."""
        answer = self._http.ask(path, method="PUT", json=value)
        if answer.status_code == blackmagic.REJECTED:
            return False
        demand_ok(self._http, answer)
        return True


def open_lens(parts: SplitResult) -> AbstractContextManager[Polled]:
    """The lens of a camera; raises as `lens_over_http`."""
    return lens_over_http(parts, KEYS, BlackmagicRemote)

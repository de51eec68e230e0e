"""A lens behind Panasonic's AW protocol: `aw://HOST`, an integrated camera with zoom, focus and iris."""

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from urllib.parse import SplitResult

from ...errors import LensError
from ...guide.axes import Automatic, Axis, AxisName
from ..counting import Counting, axes_of
from ..polled import Look, NoAnswerError, Polled
from ..query import IRIS, LEFT_ALONE, REVERSED, STRAIGHT, Known
from ..seldom import Seldom
from . import aw
from .http import Http, text_of
from .http_lens import demand_ok, lens_over_http

KEYS: Known = {"focus": (STRAIGHT, REVERSED), "iris": IRIS}
SEND: Mapping[AxisName, Callable[[int], str]] = {
    "zoom": aw.zoom_to,
    "focus": aw.focus_to,
    "iris": aw.iris_to,
}


class AwRemote:
    """Zoom, focus, and the iris of a camera that tells where it stands.

    The focus rises towards far and the iris as it opens, so both are turned.

    Parameters
    ----------
    http : Http
    given : dict
        What the address says: which way `focus` counts, for a camera that is not as the document says.
    clock, pause : callable
        The time in seconds, and what lets some pass.
    """

    def __init__(
        self,
        http: Http,
        given: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http, self.title = http, http.title
        self._clock, self._pause = clock, pause
        self._free_s = clock()
        turned = given.get("focus") != REVERSED
        self._counts: dict[AxisName, Counting] = {
            "zoom": Counting(aw.LOWEST, aw.HIGHEST),
            "focus": Counting(aw.LOWEST, aw.HIGHEST, turned=turned),
        }
        self._iris = Seldom(lambda: aw.read_position(aw.IRIS, self._say(aw.IRIS)))
        if given.get("iris") != LEFT_ALONE and self._iris.at() is not None:
            turned = given.get("iris") != REVERSED
            self._counts["iris"] = Counting(aw.LOWEST, aw.HIGHEST, turned=turned)
        self.axes: Mapping[AxisName, Axis] = axes_of(self._counts)
        self._refused: str | None = None

    def send(self, places: Mapping[AxisName, float]) -> None:
        """One command for each motor."""
        self._refused = None
        for axis, at in places.items():
            told = round(self._counts[axis].told(at))
            refused = aw.read_refusal(self._say(SEND[axis](told)))
            if axis == "iris":
                self._iris.again()  # where it stands then says whether it has moved
            elif refused is not None:
                self._refused = f"{axis}: {refused.words}"

    def look(self) -> Look:
        """Where they stand; the camera does not say whether they move."""
        places: dict[AxisName, float] = {}
        questions: dict[AxisName, str] = {"zoom": aw.ZOOM, "focus": aw.FOCUS}
        for axis, question in questions.items():
            text = self._say(question)
            at = aw.read_position(question, text)
            if at is None:
                raise LensError(f"{self.title} does not tell where its {axis} stands")
            places[axis] = self._counts[axis].steps(at)
        iris = self._iris.at() if "iris" in self._counts else None
        if iris is not None:
            places["iris"] = self._counts["iris"].steps(iris)
        return Look(places, refused=self._refused)

    def automatic(self, wanted: Automatic) -> Automatic:
        """Automatic focus and automatic iris; what this camera does not know, or has so already, is left."""
        focus = aw.read_switch(aw.AUTOFOCUS, self._say(aw.AUTOFOCUS))
        iris = aw.read_switch(aw.AUTO_IRIS, self._say(aw.AUTO_IRIS))
        if wanted.focus is not None and focus not in (None, wanted.focus):
            self._say(aw.autofocus(wanted.focus))
        if wanted.exposure is not None and iris not in (None, wanted.exposure):
            self._say(aw.auto_iris(wanted.exposure))
            self._iris.again()
        return Automatic(focus, iris)

    def how_to_restore(self, was: Automatic) -> str:
        """What to send to the camera."""
        commands = []
        if was.focus is not None:
            commands.append(f"{aw.PTZ_PATH}?cmd=%23{aw.autofocus(was.focus)[1:]}&res=1")
        if was.exposure is not None:
            commands.append(f"{aw.CAM_PATH}?cmd={aw.auto_iris(was.exposure)}&res=1")
        there = f"set focus and iris as they were in the menu of {self.title}"
        return f"{there}, or open {' and '.join(commands)} there"

    def _say(self, command: str) -> str:
        """The answer to a command, at least `GAP_S` after the one before; NoAnswerError where it is busy."""
        if (early_s := self._free_s - self._clock()) > 0.0:
            self._pause(early_s)
        try:
            answer = self._http.ask(aw.path(command), aw.query(command))
        finally:
            self._free_s = self._clock() + aw.GAP_S
        text = text_of(demand_ok(self._http, answer))
        refused = aw.read_refusal(text)
        if refused is not None and refused.code == aw.BUSY:
            raise NoAnswerError(refused.words)
        return text


def open_lens(parts: SplitResult) -> AbstractContextManager[Polled]:
    """The lens of a camera; raises as `lens_over_http`."""
    return lens_over_http(parts, KEYS, AwRemote)

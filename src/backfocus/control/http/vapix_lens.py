"""A lens behind VAPIX: `vapix://HOST`, a PTZ camera of Axis or a fixed one with motors in it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import SplitResult

import httpx

from ...errors import LensError
from ...guide.axes import Automatic, Axis, AxisName
from ..counting import Counting, axes_of, places_of
from ..polled import Look, NoAnswerError, Polled, Remote
from ..query import IRIS, LEFT_ALONE, NUMBER, REVERSED, STRAIGHT, Known, which_way
from ..untrusted import read_json
from . import vapix
from .http import Http, text_of
from .http_lens import demand_ok, lens_over_http

PTZ, OPTICS = "ptz", "optics"
KEYS: Known = {"api": (OPTICS, PTZ), "camera": NUMBER, "focus": (STRAIGHT, REVERSED), "iris": IRIS}
FOCUS_STEP, MAGNIFICATION_STEP = 1e-4, 1e-3
"""Of a focus from 0 to 1, and of a magnification from 1 on."""


class PtzRemote:
    """Zoom, focus and iris of a PTZ camera. Focus rises towards far, the iris as it opens: both are turned.

    Parameters
    ----------
    http : Http
    given : dict
        What the address says: `camera` is the video channel, `focus` and `iris` which way they count.
    """

    def __init__(self, http: Http, given: Mapping[str, str]) -> None:
        self._http, self.title = http, http.title
        self._camera = {"camera": given["camera"]} if "camera" in given else {}
        limits = vapix.read_limits(self._ask(query="limits"))
        self._counts: dict[AxisName, Counting] = {}
        if limits.zoom is not None:
            self._counts["zoom"] = Counting(*limits.zoom)
        if limits.focus is not None:
            self._counts["focus"] = Counting(*limits.focus, turned=given.get("focus") != REVERSED)
        if not self._counts:
            raise LensError(f"{self.title} has no motors that can be sent to a place")
        if limits.iris is not None and given.get("iris") != LEFT_ALONE:
            self._counts["iris"] = Counting(*limits.iris, turned=given.get("iris") != REVERSED)
        self.axes: Mapping[AxisName, Axis] = axes_of(self._counts)
        self._refused: str | None = None

    def send(self, places: Mapping[AxisName, float]) -> None:
        """All motors by one command."""
        told = {str(axis): str(round(self._counts[axis].told(at))) for axis, at in places.items()}
        complaint = vapix.complaint(self._ask(**told))
        # an iris that will not is seen by where it stands, and keeps nothing from zoom and focus
        self._refused = None if set(places) == {"iris"} else complaint

    def look(self) -> Look:
        """Where they stand; the camera does not say whether they move."""
        at = vapix.read_position(self._ask(query="position"))
        told: dict[AxisName, float | None] = {"zoom": at.zoom, "focus": at.focus, "iris": at.iris}
        return Look(places_of(self._counts, told), refused=self._refused)

    def automatic(self, wanted: Automatic) -> Automatic:
        """Automatic focus and automatic iris; what this camera does not tell is left."""
        at = vapix.read_position(self._ask(query="position"))
        switches = {}
        if wanted.focus is not None and at.autofocus is not None:
            switches["autofocus"] = "on" if wanted.focus else "off"
        if wanted.exposure is not None and at.autoiris is not None:
            switches["autoiris"] = "on" if wanted.exposure else "off"
        if switches:
            self._ask(**switches)
        return Automatic(at.autofocus, at.autoiris)

    def how_to_restore(self, was: Automatic) -> str:
        """What to ask the camera for."""
        states = {"autofocus": was.focus, "autoiris": was.exposure}
        said = "&".join(f"{name}={'on' if on else 'off'}" for name, on in states.items() if on is not None)
        there = f"set focus and iris as they were in the page of {self.title}"
        return f"{there}, or open {vapix.PTZ_PATH}?{said} there"

    def _ask(self, **query: str) -> str:
        return text_of(demand_ok(self._http, self._http.ask(vapix.PTZ_PATH, {**self._camera, **query})))


class OpticsRemote:
    """Motors in a fixed camera. Without a motor for the zoom, what it calls focus moves the back focus.

    Parameters
    ----------
    http : Http
    given : dict
        What the address says: `camera` counts the optics from 1, `focus` which way it counts.
    ability : OpticsAbility
    """

    def __init__(self, http: Http, given: Mapping[str, str], ability: vapix.OpticsAbility) -> None:
        self._http, self.title, self._ability = http, http.title, ability
        self._focus: AxisName = "back-focus" if ability.most_magnified is None else "focus"
        turned = given.get("focus") == REVERSED
        self._counts: dict[AxisName, Counting] = {}
        if ability.most_magnified is not None:
            self._counts["zoom"] = Counting(1.0, ability.most_magnified, MAGNIFICATION_STEP)
        if ability.focuses:
            self._counts[self._focus] = Counting(0.0, 1.0, FOCUS_STEP, turned)
        self.axes: Mapping[AxisName, Axis] = axes_of(self._counts)
        self.remark = which_way(given, self._counts, {"focus": self._focus})
        self._compensated: set[str] = set()
        self._refused: str | None = None

    def send(self, places: Mapping[AxisName, float]) -> None:
        """One command for each motor."""
        self._refused = None
        for axis, at in places.items():
            told = self._counts[axis].told(at)
            if axis == "zoom":
                self._set("setMagnification", magnification=round(told, 4))
            else:
                self._set("setFocus", position=round(told, 5))

    def look(self) -> Look:
        """Where they stand, and whether they move."""
        state = self._state()
        told: dict[AxisName, float | None] = {"zoom": state.magnification, self._focus: state.focus}
        return Look(places_of(self._counts, told), state.moving, self._refused)

    def automatic(self, wanted: Automatic) -> Automatic:
        """What moves the focus by itself here: its compensation for temperature and for infrared."""
        state = self._state()
        on = tuple(method for method, is_on in state.compensates.items() if is_on)
        if wanted.focus is False:
            self._compensated |= set(on)  # may be asked again, when some are off already
        switched = on if wanted.focus is False else self._compensated or tuple(state.compensates)
        if wanted.focus is not None:
            for method in sorted(switched):
                self._set(method, enable=wanted.focus)
        return Automatic(focus=bool(on) if state.compensates else None)

    def how_to_restore(self, was: Automatic) -> str:
        """Where the switches are."""
        return (
            f"switch temperature and infrared compensation of the focus of {self.title} "
            f"{'on' if was.focus else 'off'} again in its page"
        )

    def _set(self, method: str, **values: Any) -> None:
        fault = vapix.optics_fault(
            _post(self._http, vapix.optics_question(method, self._ability.optics_id, **values))
        )
        self._refused = fault[1] if fault else self._refused

    def _state(self) -> vapix.OpticsState:
        said = _post(self._http, vapix.optics_question("getOptics"))
        state = vapix.read_optics(said, self._ability.optics_id)
        if state is None:
            raise LensError(f"{self.title} does not tell where its optics stand")
        return state


def _post(http: Http, question: dict[str, Any]) -> Any:
    return _json(http, http.ask(vapix.OPTICS_PATH, method="POST", json=question))


def _json(http: Http, answer: httpx.Response) -> Any:
    """The answer as JSON; raises NoAnswerError where the camera could not do it just now."""
    try:
        said = read_json(demand_ok(http, answer).content)
    except ValueError:
        raise LensError(f"{http.title} answers with something else than JSON") from None
    fault = vapix.optics_fault(said)
    if fault and fault[0] == vapix.INTERNAL_ERROR:
        raise NoAnswerError(fault[1])
    return said


def remote_of(http: Http, given: dict[str, str]) -> Remote:
    """By what the camera has: its optics first, for `ptz.cgi` of a fixed camera is its digital zoom.

    So a login that may not ask for the optics is an error, and no reason to take the other.
    """
    if given.get("api") == PTZ:
        return PtzRemote(http, given)
    question = vapix.optics_question("getCapabilities")
    answer = http.ask(vapix.OPTICS_PATH, method="POST", json=question)  # a refused login ends here
    if given.get("api") != OPTICS and not answer.is_success:
        return PtzRemote(http, given)
    abilities = vapix.read_abilities(_json(http, answer))
    number = int(given.get("camera", "1"))
    movable = [each for each in abilities if each.focuses or each.most_magnified is not None]
    if not movable:
        return PtzRemote(http, given)
    if not 1 <= number <= len(abilities) or abilities[number - 1] not in movable:
        raise LensError(f"{http.title} has {len(abilities)} optics with motors, and no camera={number}")
    return OpticsRemote(http, given, abilities[number - 1])


def open_lens(parts: SplitResult) -> AbstractContextManager[Polled]:
    """The lens of a camera; raises as `lens_over_http`."""
    return lens_over_http(parts, KEYS, remote_of)

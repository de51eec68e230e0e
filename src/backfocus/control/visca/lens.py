"""A lens behind VISCA: zoom, focus and iris of a PTZ camera, as `LensControl`.

The numbers of an iris rise as it opens; where they end differs from camera to camera, and no answer tells it.
So an iris is opened step by step until it opens no further, and goes back to a number that the camera told.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import SplitResult

from ...errors import LensError, LensLost, LensUnreachable
from ...guide.axes import Automatic, Axis, AxisName, LensState, demand_within
from ..counting import Counting
from ..query import LEFT_ALONE, asked_for
from . import visca
from .talk import Motor, Talk
from .wire import Conversation, Datagrams, Serial, Stream, Wire

UDP_PORT, TCP_PORT = 52381, 5678
ANSWER_S = 5.0
"""Longest wait for an answer to a question about modes, asked again in between."""
STORE_S = 2.0
"""Longest wait for a camera to say that a preset is stored."""
ZOOM = Axis(0.0, float(0x4000), play=64.0)
"""Sony's optical zoom; what lies above is digital."""
FOCUS = Axis(float(0x1000), float(0xF000), play=160.0)
IRIS_TOP = 0x20
"""An iris that tells more is left alone; open is 0x11 on many of Sony's. Always the same, so that a place
means the same to the next run, wherever the iris stands by then."""


class ViscaLens:
    """Zoom, focus and iris over a conversation in VISCA.

    Parameters
    ----------
    conversation : Conversation
    title : str
        What to call it in an error.
    has_iris : bool
        Whether it has told where its iris stands, and that is to be moved.
    """

    def __init__(self, conversation: Conversation, title: str, *, has_iris: bool = False) -> None:
        self._conversation, self._title = conversation, title
        self.axes: Mapping[AxisName, Axis] = {"zoom": ZOOM, "focus": FOCUS}
        self._iris = Counting(0.0, float(IRIS_TOP), turned=True)
        if has_iris:
            self.axes = {**self.axes, "iris": replace(self._iris.axis(), near=0.5)}
        self._exposure_mode = visca.EXPOSURE_AUTO

    def move(self, axis: AxisName, position: float) -> None:
        """Send a motor somewhere; the thread says it to the camera."""
        demand_within(self.axes, axis, position)
        with self._conversation.changed:
            talk = self._conversation.talk
            if axis == "iris":
                self._move_iris(talk, position)
                return
            motor: Motor = "zoom" if axis == "zoom" else "focus"
            talk.send(motor, round(position))

    def _move_iris(self, talk: Talk, position: float) -> None:
        if position == self.axes["iris"].low:
            talk.open_iris()
        else:
            talk.send("iris", round(self._iris.told(position)))

    def state(self) -> LensState:
        """What was last answered."""
        with self._conversation.changed:
            talk = self._conversation.talk
            self._demand_alive(talk)
            places: dict[AxisName, float] = {motor: float(at) for motor, at in talk.places.items()}
            if "iris" in places:
                places["iris"] = self._iris.steps(places["iris"])
            settled = talk.settled(self._conversation.clock())
            return LensState(places, settled, _automatic(talk.modes), talk.refused or None)

    def automatic(self, wanted: Automatic) -> Automatic:
        """Switch focus and exposure modes, and tell how they were; the exposure mode itself is remembered."""
        was = self._modes(_ask_modes)
        if was.get("exposure-mode", visca.EXPOSURE_MANUAL) != visca.EXPOSURE_MANUAL:
            self._exposure_mode = was["exposure-mode"]
        self._modes(lambda talk: self._switch(talk, wanted, was))
        return _automatic(was)

    def store_preset(self, number: int) -> None:
        """Keep where the camera stands as its preset of this number, 0 to 127; or raise LensError."""
        with self._conversation.changed:
            self._demand_alive(self._conversation.talk)
            self._conversation.talk.store(number)
        if not self._conversation.wait(lambda talk: talk.idle, ANSWER_S):
            raise LensLost(f"{self._title} did not answer: look at the network")
        with self._conversation.changed:
            refused = self._conversation.talk.refused
        if refused:
            raise LensError(f"{self._title} does not store preset {number} ({refused})")
        # its end may be lost; what was taken on is done by then
        self._conversation.wait(lambda talk: not talk.is_storing, STORE_S)

    def how_to_restore(self, was: Automatic) -> str:
        """What to do by hand where automatic functions cannot be put back from here."""
        focus = visca.focus_mode(visca.AUTO if was.focus else visca.MANUAL)
        exposure = visca.exposure_mode(self._exposure_mode if was.exposure else visca.EXPOSURE_MANUAL)
        return (
            "set focus and exposure in the camera's menu as they were, or send "
            f"{focus.hex(' ')} and {exposure.hex(' ')} to {self._title}"
        )

    def _switch(self, talk: Talk, wanted: Automatic, was: Mapping[str, int]) -> None:
        if wanted.focus is not None:
            talk.set_mode("focus-mode", visca.AUTO if wanted.focus else visca.MANUAL)
        if wanted.exposure is not None and "exposure-mode" in was:
            talk.set_mode("exposure-mode", self._exposure_mode if wanted.exposure else visca.EXPOSURE_MANUAL)
            if "iris" in self.axes:
                talk.ask_iris()  # the camera may have moved it

    def _modes(self, say: Callable[[Talk], None]) -> dict[str, int]:
        with self._conversation.changed:
            self._demand_alive(self._conversation.talk)
            say(self._conversation.talk)
        if not self._conversation.wait(lambda talk: talk.idle, ANSWER_S):
            raise LensLost(f"{self._title} did not answer: look at the network, and at VISCA in its menu")
        with self._conversation.changed:
            return dict(self._conversation.talk.modes)

    def _demand_alive(self, talk: Talk) -> None:
        if talk.lost:
            raise LensLost(f"{self._title} does not answer any more ({talk.lost}): look at the network")


def _ask_modes(talk: Talk) -> None:
    talk.ask("focus-mode")
    talk.ask("exposure-mode")


def _automatic(modes: Mapping[str, int]) -> Automatic:
    focus, exposure = modes.get("focus-mode"), modes.get("exposure-mode")
    return Automatic(
        focus=None if focus is None else focus == visca.AUTO,
        exposure=None if exposure is None else exposure != visca.EXPOSURE_MANUAL,
    )


@contextmanager
def open_lens(parts: SplitResult) -> Iterator[ViscaLens]:
    """The lens of a camera, once it has told where its motors stand; raises LensUnreachable."""
    kind, host = parts.scheme.lower(), parts.hostname or ""
    given = asked_for(parts, {"iris": (LEFT_ALONE,)})
    port = parts.port or (UDP_PORT if kind == "visca" else TCP_PORT)
    title = parts.path if kind == "visca+serial" else f"{kind}://{host}:{port}"
    talk = Talk("sony" if kind == "visca" else "raw")
    try:
        conversation = Conversation(talk, lambda: _wire(kind, host, port, parts.path))
    except OSError as fault:
        raise LensUnreachable(f"{title}: {fault.strerror or fault}: look at the address") from None
    try:
        if not conversation.wait(lambda talk: len(talk.places) == 2, 2.0 * ANSWER_S):
            raise LensUnreachable(f"{title} does not answer: look at the address, and at VISCA in its menu")
        has_iris = given.get("iris") != LEFT_ALONE and _tells_iris(conversation)
        yield ViscaLens(conversation, title, has_iris=has_iris)
    finally:
        conversation.close()


def _tells_iris(conversation: Conversation) -> bool:
    """Whether the camera tells where its iris stands, in numbers that are believed."""
    with conversation.changed:
        conversation.talk.ask_iris()
    conversation.wait(lambda talk: talk.idle, ANSWER_S)
    with conversation.changed:
        return conversation.talk.places.get("iris", IRIS_TOP + 1) <= IRIS_TOP


def _wire(kind: str, host: str, port: int, path: str) -> Wire:
    if kind == "visca+serial":
        return Serial(path)
    return Datagrams(host, port) if kind == "visca" else Stream(host, port)

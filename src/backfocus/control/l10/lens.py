"""A lens behind Fujinon's L10: zoom, focus, iris and, where the address says so, its back focus (F.f.).

The lens is taken from its handles when something is moved, the iris from the camera when it is moved itself,
and given back at the end. Where the program is killed it goes back by itself: after five seconds without a
message the lens obeys its handles again.

No document says which end of the iris is the open one. It is taken to be the higher, as with the f-number
that the lens tells; the light of the pictures proves it.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import SplitResult

from ...errors import LensError, LensUnreachable
from ...guide.axes import Automatic, Axis, AxisName
from ..counting import Counting
from ..exchanges import tell_packet
from ..polled import TRIES, Look, NoAnswerError, Polled, polled
from ..query import IRIS, LEFT_ALONE, REVERSED, STRAIGHT, asked_for, which_way
from ..serial_line import open_line
from . import l10
from .l10 import Block, Code

ANSWER_S = 0.1
"""Longest wait for an answer: the lens has 10 ms, a USB adapter may hold bytes back for 16."""
SETS_ITSELF_S = 30.0
"""Longest that a lens takes to set itself after it was switched on."""
ASK_AGAIN_S = 0.25
MOST_LATE = 16
"""Answers to older questions that are passed over; a line that says more than that is not a lens alone."""
NEAR = 40.0
"""Steps from where it was sent within which a motor has arrived: potentiometers tell about 1 in 2000."""
ZOOM = Axis(0.0, float(l10.FULL), play=256.0, near=NEAR)
FOCUS = Axis(0.0, float(l10.FULL), play=192.0, near=NEAR)
FF = Axis(0.0, float(l10.FULL), play=512.0, near=NEAR)
IRIS_AXIS = Axis(0.0, float(l10.FULL), near=NEAR, way_is_told=False)

AS_WE_COUNT = Counting(0.0, float(l10.FULL))
TURNED = Counting(0.0, float(l10.FULL), turned=True)

BackFocus = Literal["no", "yes", "straight", "reversed"]
"""Whether F.f. is driven, and whether it is known which way its steps run."""
Iris = Literal["", "no", "straight", "reversed"]
"""Whether the iris is left alone, and which way it is known to run: straight is higher for wider open."""


@dataclass(frozen=True, slots=True)
class _Motor:
    """How an axis is sent, asked, taken from the handle, and counted."""

    send: Code
    ask: Code
    local: int
    counting: Counting = AS_WE_COUNT


class SerialLine:
    """Blocks over a serial line, and the answers to them; close it at the end."""

    def __init__(self, path: str) -> None:
        self._line = open_line(path, l10.BAUD, ANSWER_S)

    def ask(self, block: Block) -> Block | None:
        """The answer to a block; None where none came whole in time. Raises OSError for a cut line.

        What comes late belongs to an older question, and is passed over.
        """
        self._line.reset_input_buffer()
        self._line.write(l10.block_bytes(block))
        tell_packet("l10", l10.block_bytes(block))
        for _ in range(MOST_LATE):
            head = self._line.read(1)
            length = l10.length_of(head[0]) if head else None
            if length is None:
                return None
            received = head + self._line.read(length - 1)
            tell_packet("l10", None, received)
            answer = l10.read_block(received)
            if answer is None or answer.code == block.code or answer.says_busy:
                return answer
        return None

    def close(self) -> None:
        """Let go."""
        self._line.close()


class L10Remote:
    """A `Remote` over a serial line.

    Parameters
    ----------
    line : SerialLine
    title : str
        What to call it in an error.
    back_focus : {"no", "yes", "straight", "reversed"}
        Whether its F.f. is driven, and which way its steps run where a person has seen that.
    iris : {"", "no", "straight", "reversed"}
        As in `Iris`; a lens that does not tell where its iris stands keeps it.
    pause : callable
        Lets seconds pass while the lens sets itself.

    Raises NoAnswerError where it does not answer, LensUnreachable where the address wants an F.f. that it has
    not.
    """

    def __init__(
        self,
        line: SerialLine,
        title: str,
        back_focus: BackFocus = "no",
        iris: Iris = "",
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._line, self.title = line, title
        self._motors: dict[AxisName, _Motor] = {
            "zoom": _Motor(Code.ZOOM_TO, Code.ZOOM, l10.LOCAL_ZOOM),
            "focus": _Motor(Code.FOCUS_TO, Code.FOCUS, l10.LOCAL_FOCUS, TURNED),
        }
        self._call(pause)
        if name := self._name():
            self.title = f"{title} ({name})"
        self._switches = (self._ask(Code.SWITCH_4) or b"\xff")[0]
        self._pf_switches = self._ask(Code.PF_SWITCH_2)
        self.axes: Mapping[AxisName, Axis] = {"zoom": ZOOM, "focus": FOCUS}
        self.remark = ""
        self._iris_taken = False
        if iris != LEFT_ALONE and self._tells_iris():
            counting = AS_WE_COUNT if iris == REVERSED else TURNED
            self._motors["iris"] = _Motor(Code.IRIS_TO, Code.IRIS, l10.LOCAL_IRIS, counting)
            self.axes = {**self.axes, "iris": replace(IRIS_AXIS, way_is_told=bool(iris))}
        if back_focus != "no":
            counting = TURNED if back_focus == REVERSED else AS_WE_COUNT
            self._motors["back-focus"] = _Motor(Code.FF_TO, Code.FF, l10.LOCAL_FF, counting)
            self.axes = {**self.axes, "back-focus": FF}
            self._demand_back_focus()
            if back_focus == "yes":
                self.remark = which_way({}, self._motors, {"back-focus": "back-focus"})

    def _name(self) -> str:
        """The name that the lens gives itself; "" where it has none."""
        first = self._ask(Code.NAME)
        rest = self._ask(Code.NAME_END) if len(first) == l10.LONGEST_DATA else b""
        return l10.name_of(first, rest)

    def _tells_iris(self) -> bool:
        """Whether it says where its iris stands; a lens that does not know the question may say nothing."""
        try:
            return l10.position(self._ask(Code.IRIS)) is not None
        except NoAnswerError:
            return False

    def send(self, places: Mapping[AxisName, float]) -> None:
        """Take the lens from its handles, and send its motors off."""
        self._iris_taken |= "iris" in places
        self._ask(Code.SWITCH_4_TO, bytes((self._taken,)))
        for axis, place in places.items():
            motor = self._motors[axis]
            self._ask(motor.send, l10.position_bytes(round(motor.counting.told(place))))

    def look(self) -> Look:
        """Where they stand; whether they move is seen from that."""
        places: dict[AxisName, float] = {}
        for axis, motor in self._motors.items():
            at = l10.position(self._ask(motor.ask))
            if at is None:
                raise LensError(f"{self.title} does not tell where its {axis} stands: it has no motor for it")
            places[axis] = motor.counting.steps(float(at))
        return Look(places)

    def automatic(self, wanted: Automatic) -> Automatic:
        """Switch PF and the automatic iris; None for what this lens has not."""
        pf, iris = self._ask(Code.PF_SWITCH_0), self._ask(Code.SWITCH_2)
        if wanted.focus is not None and pf:
            self._switch_pf(pf[0] & ~l10.PF_OFF if wanted.focus else pf[0] | l10.PF_OFF)
        if wanted.exposure is not None and iris:
            now = iris[0] & ~l10.IRIS_REMOTE if wanted.exposure else iris[0] | l10.IRIS_REMOTE
            self._ask(Code.SWITCH_2_TO, bytes((now,)))
        return Automatic(
            focus=not pf[0] & l10.PF_OFF if pf else None,
            exposure=not iris[0] & l10.IRIS_REMOTE if iris else None,
        )

    def how_to_restore(self, was: Automatic) -> str:
        """What to do by hand; the handles get the lens back by themselves."""
        on = [words for words, is_on in (("PF", was.focus), ("automatic iris", was.exposure)) if is_on]
        switch = f"; switch {' and '.join(on)} on again at the camera" if on else ""
        return f"the lens obeys its handles again 5 s after the last message{switch}"

    def give_back(self) -> None:
        """Let the handles have it again, as it was found; a lens that is gone does that by itself."""
        try:
            if self._pf_switches:
                self._ask(Code.PF_SWITCH_2_TO, self._pf_switches)
            self._ask(Code.SWITCH_4_TO, bytes((self._switches,)))
        except (NoAnswerError, LensError):
            return

    @property
    def _taken(self) -> int:
        switches = self._switches
        for axis, motor in self._motors.items():
            if axis != "iris" or self._iris_taken:
                switches &= ~motor.local
        return switches

    def _switch_pf(self, switches: int) -> None:
        """PF obeys the host only while the focus itself is the handle's."""
        self._ask(Code.SWITCH_4_TO, bytes((self._taken | l10.LOCAL_FOCUS,)))
        if self._pf_switches:
            self._ask(Code.PF_SWITCH_2_TO, bytes((self._pf_switches[0] & ~l10.PF_LOCAL,)))
        self._ask(Code.PF_SWITCH_0_TO, bytes((switches,)))

    def _demand_back_focus(self) -> None:
        """A lens without F.f. says nothing to the question for its place, or does not hand it over."""
        self._ask(Code.SWITCH_4_TO, bytes((self._taken,)))
        switches, place = self._ask(Code.SWITCH_4), l10.position(self._ask(Code.FF))
        if place is None or not switches or switches[0] & l10.LOCAL_FF:
            self.give_back()
            raise LensUnreachable(f"{self.title} has no motor for the back focus: leave back-focus out")

    def _call(self, pause: Callable[[float], None]) -> None:
        """Connect, and wait until the lens has set itself."""
        silent = 0
        for _ in range(round(SETS_ITSELF_S / ASK_AGAIN_S)):
            answer = self._said(Block(Code.CONNECT))
            if answer is None:
                silent += 1
                if silent == TRIES:
                    raise NoAnswerError("look at the cable, and at its power")
            elif not answer.says_busy:
                return
            else:
                pause(ASK_AGAIN_S)
        raise LensUnreachable(f"{self.title} still sets itself: see that nothing holds its rings")

    def _ask(self, code: Code, data: bytes = b"") -> bytes:
        """The data of the answer, asked for again where that was lost; raises NoAnswerError.

        After a lost answer the lens is called first, as the maker wants it.
        """
        answer: Block | None = None
        for attempt in range(TRIES):
            if attempt and self._said(Block(Code.CONNECT)) is None:
                continue
            answer = self._said(Block(code, data))
            if answer is not None and answer.code == code:
                return answer.data
        raise NoAnswerError("it sets itself" if answer and answer.says_busy else "no answer came whole")

    def _said(self, block: Block) -> Block | None:
        try:
            return self._line.ask(block)
        except OSError as fault:
            raise LensError(f"{self.title}: the serial line is gone: {fault}") from None


def said_of(parts: SplitResult) -> tuple[BackFocus, Iris]:
    """What an address says of back focus and iris, `?back-focus=yes&iris=no`; UsageError for other things."""
    said = asked_for(parts, {"back-focus": ("no", "yes", STRAIGHT, REVERSED), "iris": IRIS})
    of_back_focus: dict[str, BackFocus] = {"yes": "yes", STRAIGHT: "straight", REVERSED: "reversed"}
    of_iris: dict[str, Iris] = {"no": "no", STRAIGHT: "straight", REVERSED: "reversed"}
    return of_back_focus.get(said.get("back-focus", ""), "no"), of_iris.get(said.get("iris", ""), "")


@contextmanager
def open_lens(parts: SplitResult) -> Iterator[Polled]:
    """The lens at the end of a serial line; raises LensUnreachable."""
    back_focus, iris = said_of(parts)
    line = SerialLine(parts.path)
    try:
        try:
            remote = L10Remote(line, parts.path, back_focus, iris)
        except NoAnswerError as fault:
            raise LensUnreachable(f"{parts.path} does not answer: {fault}") from None
        try:
            with polled(remote) as lens:
                yield lens
        finally:
            remote.give_back()
    finally:
        line.close()

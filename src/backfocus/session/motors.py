"""The loop of `auto`: pictures in, moves out, until the procedure knows its answer."""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean
from typing import Any

from ..control.address import VIRTUAL, ask_for_stream, lens_kind, open_lens
from ..control.guarded import Guarded, by_hand, places_put_back
from ..control.lens_control import LensControl
from ..errors import Argument, LensError, SourceLost, UsageError
from ..frame import Frame, fields
from ..guide.axes import Automatic, Axis, AxisName
from ..guide.motors import Ask, MotorAnswer, MotorRig, Procedure, Seen, procedure
from ..guide.stillness import Lag, Waiting, at_rest, same_picture, wait
from ..measure.reading import Reading
from ..optics.lens import Optics
from ..redaction import shown
from ..show.lines import check_json
from ..sim.settings import parse_sim
from ..sim.source import SimSource
from ..solve.defocus import defocus
from ..solve.focus_table import FocusTable, Knot
from ..solve.stops import Stop
from ..video.source import VideoSource
from .iris_opening import IrisOpening
from .motor_eyes import Eyes
from .motor_log import MotorLog, Told, keeps, log_for
from .rig import Rig
from .run import Limits, Measure

Places = Mapping[AxisName, float]

BACK_S = 10.0
"""Longest wait for a lens to go back to where it was."""
WAIT_S = 0.05
"""Between two looks at whether it is there."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One look done, or the end.

    Attributes
    ----------
    at_s : float
        On the pictures' clock.
    moves, looks : int
        So far.
    ask : Ask
        What was asked for.
    seen : Seen | None
        What was seen there; None at the end.
    answer : MotorAnswer | None
        At the end.
    picture : Frame | None
        The last one of the look.
    again : bool
        Whether this is the first look of a run that does not go on with what an earlier one had seen.
    """

    at_s: float
    moves: int
    looks: int
    ask: Ask
    seen: Seen | None = None
    answer: MotorAnswer | None = None
    picture: Frame | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted of a run: stops between tele and wide, and whether the back focus may be set."""

    between: int = 2
    correct: bool = True


@contextmanager
def open_run(
    rig: Rig,
    address: str,
    wishes: Wishes,
    *,
    notice: Callable[[str], None] = lambda words: None,
    folder: Path | None = None,
) -> Iterator["AutoRun"]:
    """A run on the lens at an address, open; automatic functions are by hand inside, and put back after it.

    A rig without a source has that which the camera tells; see `tells_stream`. A run on the same lens that
    was killed is gone on with. An iris with a motor is opened before the first look. The lens goes back to
    where it was at the end, and after an error too; only where the back focus was set, the focus stays where
    that made it sharp.

    Parameters
    ----------
    folder : Path, optional
        Where unfinished runs are kept; default: in the user's data folder.

    Raises
    ------
    UsageError
        For an address that cannot be meant, and where micrometres cannot be told.
    LensError
        Where the motors do not answer.
    SourceError
        Where there are no pictures.
    """
    optics, said = optics_of(rig), rig.source
    if not rig.source:
        rig = replace(rig, source=ask_for_stream(address))
        notice(f"the camera says that its pictures are at {shown(rig.source)}")
    with ExitStack() as stack:
        is_virtual = lens_kind(address) == VIRTUAL
        source = stack.enter_context(closing(rig.pictures(notice)))
        lens, how = stack.enter_context(_guarded(address, source, notice))
        # not by what the camera told: that may be another address each time it is asked
        log = None if is_virtual else log_for(address, said, repr(optics), repr(wishes), folder=folder)
        told = log.read(time.time()) if log else None
        if told is not None:
            notice(f"an earlier run on this lens did not end: {_what_comes_of_it(told)}")
        demand_motors(lens.axes)
        eyes = Eyes(rig)
        looks = told.looks if told and told.fresh and _can_be_seen_on(told, eyes) else ()
        diary = _Diary(log, told, looks)
        was = told.automatic if told else lens.automatic(Automatic())
        diary.begin(was, lens.state().positions)  # before anything is switched: it may be killed then
        stack.push(diary.end)
        by = by_hand(lens, how_to_restore=how, notice=diary.noting(notice), before=was)
        stack.enter_context(by)
        stands = lens.state().positions
        found = diary.begin(was, stands)
        if untold := " and ".join(axis for axis in lens.axes if axis not in found and axis != "iris"):
            notice(
                f"the camera does not tell the position of its {untold}, so that is not put back at the end"
            )
        places: Places = {axis: at for axis, at in found.items() if axis != "back-focus"}
        wait = patience(is_virtual=is_virtual)
        staying = stack.enter_context(places_put_back(lens, places, wait=wait, notice=diary.noting(notice)))
        iris = IrisOpening(lens, stands.get("iris"), notice) if "iris" in lens.axes else None
        stack.push(diary.leave)
        yield AutoRun(rig, optics, wishes, source, lens, eyes, found, staying, log, looks, iris)


@contextmanager
def _guarded(
    address: str, source: VideoSource, notice: Callable[[str], None]
) -> Iterator[tuple[Guarded, Callable[[Automatic], str]]]:
    """The lens, and how its automatic functions come back by hand; a virtual one is that of its pictures."""
    if lens_kind(address) != VIRTUAL:
        with open_lens(address) as opened:
            if opened.remark:
                notice(opened.remark)
            yield Guarded(opened.control, time.monotonic), opened.how_to_restore
    elif isinstance(source, SimSource) and source.motors is not None:
        how = "they are switches of this program, and end with it"
        yield Guarded(source.motors, lambda: source.now_s), lambda was: how
    else:
        raise _no_virtual_motors()


def demand_virtual_motors(address: str) -> None:
    """Raise UsageError for a virtual lens without motors, before anything is opened."""
    if parse_sim(address).motor == "none":
        raise _no_virtual_motors()


def _no_virtual_motors() -> UsageError:
    return UsageError("this virtual lens has no motors: add motor=focus or motor=back-focus")


def demand_motors(axes: Mapping[AxisName, Axis]) -> None:
    """Raise LensError for a lens that cannot go through the procedure alone."""
    missing = " and ".join(axis for axis in ("zoom", "focus") if axis not in axes)
    if missing:
        has = ", ".join(axes) or "nothing"
        raise LensError(
            f"this camera has no motor for {missing}, only for {has}: a run cannot be led with a hand on the "
            "rest; set it by hand, with the guide"
        )


def optics_of(rig: Rig) -> Optics:
    """What the micrometres rest on; UsageError without."""
    if rig.optics is None:
        raise UsageError(
            "micrometres need both the pixel size and the f-number: add ", Argument("pixel_um"), " and ",
            Argument("f_number"), ", or ", Argument("camera"), " and ", Argument("lens"),
        )  # fmt: skip
    return rig.optics


def _what_comes_of_it(told: Told) -> str:
    if not told.fresh:
        return "what it switched off is put back after this"
    is_lost = told.kept is None and keeps(told.looks) is not None
    return "it begins again" if is_lost else "it goes on where it stopped"


def _can_be_seen_on(told: Told, eyes: Eyes) -> bool:
    """Whether what comes can be measured as its looks were: of a chart, or against the picture they are."""
    if keeps(told.looks) is None:
        return True
    return told.kept is not None and eyes.take_up(told.kept)


class _Diary:
    """Writes down how a lens was found, and lets go of that once all is put back.

    Parameters
    ----------
    log : MotorLog or None
        None of a virtual lens: that ends with the program.
    told : Told or None
        What an unfinished run had written.
    looks : sequence
        Those that are gone on with. The last one is taken again, and written down then.
    """

    def __init__(self, log: MotorLog | None, told: Told | None, looks: Sequence[tuple[Ask, Seen]]) -> None:
        self._log, self._told, self._looks = log, told, looks[:-1]
        is_taken_again = keeps(looks) == len(looks) - 1
        self._kept = told.kept if told and not is_taken_again else None
        self._found: Places | None = None
        self._is_left = False
        self._error: BaseException | None = None

    def begin(self, was: Automatic, stands: Places) -> Places:
        """Where each motor stood before the first run that did not end; switching may move an iris."""
        found = {**stands, **self._told.found} if self._told else dict(stands)
        if self._log is not None and found != self._found:
            self._log.begin(was, found, self._looks, self._kept)
        self._found = found
        return found

    def noting(self, notice: Callable[[str], None]) -> Callable[[str], None]:
        """The notice, which says that something could not be put back: the next run has to."""

        def noted(words: str) -> None:
            self._is_left = True
            notice(words)

        return noted

    def leave(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """The run is over, by itself or by an error; now all is put back."""
        self._error = error

    def end(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """All is over; what was not put back, or while somebody broke that off, stays written down."""
        is_broken_off = error is not self._error
        if self._log is not None and self._log.is_answered and not self._is_left and not is_broken_off:
            self._log.end()


def patience(*, is_virtual: bool) -> Callable[[], bool]:
    """Waits a little for a real lens, up to `BACK_S` in all; a virtual one stands still without pictures."""
    end_s = math.inf

    def wait() -> bool:
        nonlocal end_s
        if is_virtual:
            return False
        end_s = min(end_s, time.monotonic() + BACK_S)
        time.sleep(WAIT_S)
        return time.monotonic() < end_s

    return wait


@dataclass(frozen=True, slots=True)
class AutoRun:
    """A lens and its pictures, ready to go.

    `eyes`: what measures the pictures. `found`: where the motors stood. `staying`: the axes that do not go
    back there. `log`, `looks`: where the run is written down, and what an earlier one had written. `iris`:
    what opens it, None without a motor.
    """

    rig: Rig
    optics: Optics
    wishes: Wishes
    source: VideoSource
    lens: Guarded
    eyes: Eyes
    found: Places
    staying: set[AxisName]
    log: MotorLog | None = None
    looks: tuple[tuple[Ask, Seen], ...] = ()
    iris: IrisOpening | None = None

    def progress(self, limits: Limits | None = None) -> Iterator[Progress]:
        """One look, then the next, and the answer; raises as `drive`."""
        eyes = self.eyes
        running = drive(
            self.source,
            self.lens,
            eyes,
            self._motor_rig(),
            keep=eyes.keep,
            forget=eyes.forget,
            limits=limits,
            told=self.looks,
            iris=self.iris,
        )
        for progress in running:
            if progress.seen is not None and self.log is not None:
                if progress.again:
                    self.log.begin_again()
                self.log.add(progress.ask, progress.seen, eyes.kept if progress.ask.keep else None)
            if progress.answer is not None:
                if progress.answer.corrected_um is not None:
                    self.staying.add("focus")
                if self.log is not None:
                    self.log.is_answered = True
            yield progress

    def blur_um(self, reading: Reading) -> float | None:
        """|r| of a reading for a screen, with the f-number of tele."""
        found = defocus(reading, self.optics) if reading.frequency_cy_px else None
        return None if found is None else found.um

    def _motor_rig(self) -> MotorRig:
        count = self.wishes.between
        middles = {
            axis: span.step_near(0.5 * (span.low + span.high)) for axis, span in self.lens.axes.items()
        }
        return MotorRig(
            self.lens.axes,
            self.optics,
            {**middles, **self.found},  # where one does not tell its place, the search begins in the middle
            between=tuple((count - number) / (count + 1) for number in range(count)),
            correct=self.wishes.correct,
            adjusters=replace(self.rig.adjusters, back_focus_ring=False),
        )


def auto_json(last: Progress) -> dict[str, Any]:
    """The object that `auto --json` prints: the keys of `check`, and what motors add."""
    answer = last.answer
    if answer is None:
        raise ValueError("the run is not over")
    found = answer.answer
    back_focus = found.back_focus if found else None
    line = check_json(back_focus, answer.verdict, found.half_depth_um if found else None)
    wide = back_focus.zoom[-1] if back_focus else None
    first = answer.first.back_focus if answer.first else None
    return line | {
        "corrected": answer.corrected_um is not None,
        "corrected_um": None if answer.corrected_um is None else round(answer.corrected_um, 2),
        "found_um": first and round(first.delta_um, 3),
        "residual_um": wide and round(wide.residual_um, 3),
        "table": [_table_row(stop) for stop in answer.stops],
        "looks": last.looks,
        "moves": last.moves,
        "camera_s": round(last.at_s, 2),
    }


def table_of(answer: MotorAnswer, focus: Axis) -> FocusTable | None:
    """Focus over zoom, from where each stop was sharp; None from fewer than two.

    None too where the back focus was set after that: then it is sharp elsewhere.
    """
    stops = sorted(answer.stops, key=lambda stop: stop.zoom)
    if len(stops) < 2 or answer.corrected_um is not None:
        return None
    knots = tuple(
        Knot(stop.zoom, stop.belief.best, max(stop.belief.sigma, 0.5), stop.scale_px) for stop in stops
    )
    return FocusTable(knots, focus.low, focus.high)


def why_no_table(answer: MotorAnswer) -> str:
    """What is said where `table_of` gives none."""
    if answer.corrected_um is not None:
        return "no table is written: the back focus was set after it was found; look only, to have one"
    return "there is no table to write: it takes two zoom positions that were found"


def _table_row(stop: Stop) -> dict[str, Any]:
    return {
        "zoom": stop.zoom,
        "scale_px": round(stop.scale_px, 3),
        "focus": round(stop.belief.best, 1),
        "focus_sigma": round(stop.belief.sigma, 1),
        "um_per_step": float(f"{stop.belief.um_per_step:.4g}"),
        "reachable": stop.reachable,
        "looks": len(stop.search.looks),
    }


def drive(
    source: VideoSource,
    lens: LensControl,
    measure: Measure,
    rig: MotorRig,
    *,
    keep: Measure | None = None,
    forget: Callable[[], None] = lambda: None,
    limits: Limits | None = None,
    told: Sequence[tuple[Ask, Seen]] = (),
    iris: IrisOpening | None = None,
) -> Iterator[Progress]:
    """Lead the procedure to its end with the pictures of `source` and the motors of `lens`.

    Parameters
    ----------
    rig : MotorRig
        Its `found` are the places that an earlier run began from, if that is gone on with.
    keep : callable, optional
        Measures a picture of which `measure` goes on from then; by default there is nothing to keep it by.
    forget : callable, optional
        Called where it begins again: `measure` is to forget what was kept for it.
    told : sequence of (Ask, Seen)
        What an earlier run of the same had seen, to go on from there.
    iris : IrisOpening, optional
        Opens the iris before the first look.

    Raises
    ------
    SourceLost
        Where the pictures end before the answer is known.
    LensLost
        Where the motors do.
    """
    with closing(source):
        pictures = _timed(source, limits or Limits())
        if iris is not None and not iris.done:
            for frame, at_s, _ in pictures:
                if iris.take(frame, at_s):
                    break
        course = _Course(lens, rig, told, forget)
        for frame, at_s, since_s in pictures:
            for picture in fields(frame):
                reading = replace(measure(picture), at_s=at_s)
                again = partial(keep or measure, picture)
                for progress in course.take(reading, since_s, again):
                    yield replace(progress, picture=picture)
                    if progress.answer is not None:
                        return
    raise SourceLost(f"{source.title}: the pictures ended before the answer was known")


def _timed(source: VideoSource, limits: Limits) -> Iterator[tuple[Frame, float, float]]:
    """Each picture with its time, and with that since the first one; until the limits are reached."""
    begun_s: float | None = None
    for count, frame in enumerate(source.frames(), start=1):
        at_s = frame.at_s or 0.0
        begun_s = at_s if begun_s is None else begun_s
        yield frame, at_s, at_s - begun_s
        if limits.passed(count, at_s - begun_s):
            return


def _replayed(
    rig: MotorRig, told: Sequence[tuple[Ask, Seen]]
) -> tuple[Procedure, Ask, tuple[Ask, Seen] | None] | None:
    """The procedure after all it was told before, what it asks for, and the sharpest look of these.

    None where it would not have asked for these looks, as for those of another version of it.

    That one is taken again first: if it does not show what it showed then, somebody has touched something.
    Looks of before the picture that an object is measured against show another thing than what is seen now.
    """
    running = procedure(rig)
    ask = next(running)
    for asked, seen in told[:-1]:
        if asked != ask:
            return None
        ask = running.send(seen)
    read = [each for each in told[keeps(told) or 0 :] if each[1].reading.modulation]
    return running, ask, max(read, key=lambda each: fmean(each[1].reading.modulation), default=None)


class _Course:
    """Where the procedure has got to: the look that is asked for, and the moves on the way there."""

    def __init__(
        self,
        lens: LensControl,
        rig: MotorRig,
        told: Sequence[tuple[Ask, Seen]],
        forget: Callable[[], None],
    ) -> None:
        self._lens, self._rig, self._forget = lens, rig, forget
        self._check: tuple[Ask, Seen] | None = None
        self._again = False
        replayed = _replayed(rig, told)
        if replayed is None:
            self._begin_again()
        else:
            self._running, self._next, self._check = replayed
        self._ask = self._check[0] if self._check else self._next
        self._sent: dict[AxisName, float] = dict(lens.state().positions)
        self._pushed_up: set[AxisName] = set()
        self._legs: deque[dict[AxisName, float]] = deque()
        self._moves = self._looks = 0
        self._lag, self._waiting = Lag(), Waiting()
        self._set_out()

    def take(self, reading: Reading, at_s: float, keep: Callable[[], Reading]) -> Iterator[Progress]:
        """One more picture; `keep`: measures others against it from now on, and it first."""
        state = self._lens.state()
        if state.settled and self._legs:
            self._send(self._legs.popleft())
            state = replace(state, settled=False)
        reading = replace(reading, position=state.rings, at_s=at_s)
        self._waiting = wait(self._waiting, reading, at_s, settled=state.settled)
        rested = at_rest(self._waiting, at_s, self._lag)
        if rested is None:
            return
        mean, self._lag = rested
        self._looks += 1
        if self._check is not None:
            self._go_on(mean, self._check[1].reading)
            return
        if self._ask.keep:
            mean = replace(keep(), position=state.rings, at_s=at_s)
        seen = Seen(mean, dict(state.positions))
        again, self._again = self._again, False
        yield Progress(at_s, self._moves, self._looks, self._ask, seen, again=again)
        try:
            self._ask = self._running.send(seen)
        except StopIteration as end:
            yield Progress(at_s, self._moves, self._looks, self._ask, answer=end.value)
            return
        self._set_out()

    def _go_on(self, now: Reading, then: Reading) -> None:
        """With what an earlier run had seen if it still holds, else from the start."""
        self._check = None
        if not same_picture(now, then):
            self._begin_again()
        self._ask = self._next
        self._set_out()

    def _begin_again(self) -> None:
        self._running = procedure(self._rig)
        self._next = next(self._running)
        self._again = True
        self._forget()

    def _set_out(self) -> None:
        """Lay out the way to the look: each axis from lower steps, so that its play does not count."""
        wanted: dict[AxisName, float] = {"zoom": self._ask.zoom, "focus": self._ask.focus}
        if self._ask.back_focus is not None:
            wanted["back-focus"] = self._ask.back_focus
        below = {axis: self._below(axis, place) for axis, place in wanted.items()}
        run_up = {axis: place for axis, place in below.items() if place is not None}
        there = {
            axis: place for axis, place in wanted.items() if axis in run_up or place != self._sent.get(axis)
        }
        self._legs = deque(leg for leg in (run_up, there) if leg)
        self._pushed_up |= set(there)
        self._waiting = Waiting()
        if self._legs:
            self._send(self._legs.popleft())

    def _below(self, axis: AxisName, place: float) -> float | None:
        """Where to come from, where the motor does not push upwards there anyway."""
        now, span = self._sent.get(axis), self._lens.axes[axis]
        if now is not None and axis in self._pushed_up and place >= now:
            return None
        return max(place - span.play, span.low)

    def _send(self, leg: Places) -> None:
        for axis, place in leg.items():
            if place != self._sent.get(axis):
                self._lens.move(axis, place)
                self._sent[axis] = place
                self._moves += 1

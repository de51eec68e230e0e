"""What any face shows at this moment: the one record that the terminal and the page draw from.

`view_of` folds moment after moment: what a picture cannot tell by itself (the trend, the best seen, the words
that still stand) comes from the view before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..guide import events as ev
from ..guide.blur import blur_um
from ..guide.instructions import AskAgain, CheckThat, Ignored, Instruction
from ..guide.session_state import Session, half_depth_um, optics_of, ratio_of
from ..guide.steps import Step
from ..guide.watch.watch import StepHistory
from ..guide.words import awaited_words, instruction_words, of_target, progress_words
from ..measure.reading import Flag, Reading, TargetName
from .aiming import object_words
from .notices import Trouble, remarks_now, troubles_now

StepState = Literal["done", "doubtful", "now", "ahead"]


@dataclass(frozen=True, slots=True)
class View:
    """The guide at one moment, in words and numbers ready to be drawn.

    Attributes
    ----------
    title, hint
        What to do now in a few large words, and one sentence of help.
    steps
        (name, state) of every stage of the procedure in its order.
    sharpness, best_sharpness
        0 (nothing) to 1, against the best the lens could show at this zoom; None while nothing is measured.
    blur_um, blur_sigma_um, half_depth_um
        Blur as a distance of the sensor from focus, and half the depth of focus; None without optics.
    mtf50_cy_px, above_nyquist
        None above Nyquist (`above_nyquist`) or without a star.
    trend
        (at_s, sharpness) of the last seconds, oldest first.
    sweep
        |r| in um of the sweep going on, in the order seen.
    left
        How far is left and how many rounds are likely, in words; "" while unknown.
    troubles
        What went wrong and still matters, newest last.
    remarks
        What the pictures show now that can change the answer, and what to do about it.
    quality, quality_colour
        While aiming at an object and focusing on it: how good it is, in words, and "good", "fair" or "poor";
        "" where there is none.
    """

    title: str
    hint: str
    steps: tuple[tuple[str, StepState], ...] = ()
    sharpness: float | None = None
    best_sharpness: float | None = None
    blur_um: float | None = None
    blur_sigma_um: float | None = None
    half_depth_um: float | None = None
    mtf50_cy_px: float | None = None
    above_nyquist: bool = False
    trend: tuple[tuple[float, float], ...] = ()
    sweep: tuple[float, ...] = ()
    left: str = ""
    troubles: tuple[Trouble, ...] = ()
    remarks: tuple[str, ...] = ()
    quality: str = ""
    quality_colour: str = ""

    @property
    def notices(self) -> tuple[str, ...]:
        """Everything to say beside the instruction, what matters most first: only that one is large."""
        *older, newest = ("", *(each.words for each in self.troubles))
        said = (newest, *self.remarks, *reversed(older))
        return tuple(dict.fromkeys(words for words in said if words))


PLAYS = "The clip plays by itself: there is nothing to do. Above is what should come next in it."
TREND_S = 30.0
DEPTHS_AT_HALF = 4.0
"""The meter stands half-way at this many half depths of focus, so that it moves over a whole sweep."""
BREATHING = 0.15
"""A focus sweep changes the scale by up to this much without a zoom."""
FAINT = 0.1
"""Where the meter ends while there is contrast but no star yet."""

STAGES: tuple[tuple[str, tuple[Step, ...]], ...] = (
    ("aim at the star", (Step.AIM,)),
    ("check the lens", (Step.CHECK,)),
    ("focus at tele", (Step.TO_TELE, Step.FIND, Step.LOOK_TELE, Step.SWEEP_TELE, Step.RETURN_TELE)),
    ("look at wide", (Step.TO_WIDE, Step.ZOOM_IN, Step.LOOK_WIDE)),
    ("set back focus", (Step.SWEEP_WIDE, Step.RETURN_WIDE)),
    ("walk the zoom", (Step.WALK,)),
    ("lock the ring", (Step.LOCK,)),
    ("look again", (Step.TO_PROOF, Step.PROOF)),
)
"""The steps as people count them."""
_OF_A_RING = (Step.SWEEP_WIDE, Step.LOCK, Step.PROOF)
_WITHOUT_RING = "focus once at wide"
"""What the sweep at wide is on a lens without a back-focus ring: it shows how sharp the lens can be there."""

AIMING = (Step.AIM, Step.CHECK, Step.TO_TELE, Step.FIND, Step.LOOK_TELE)
_SWEEPS = (Step.FIND, Step.SWEEP_TELE, Step.RETURN_TELE, Step.SWEEP_WIDE, Step.RETURN_WIDE)


def view_of(
    before: View | None,
    session: Session,
    history: StepHistory,
    *,
    at_s: float,
    reading: Reading | None,
    events: Sequence[ev.Event] = (),
    instructions: Iterable[Instruction] = (),
    plays: bool = False,
) -> View:
    """The view after one moment.

    Parameters
    ----------
    before : View | None
        The view of the moment before, None at first.
    plays : bool
        The pictures are a recording: nobody is told to turn anything, but what the clip should show next.
    """
    before = before or View("", "")
    title, hint = _words(before, instructions, session.target)
    if plays and not session.finished:
        title, hint = f"Next: {awaited_words(session.step, session.target)}", PLAYS
    um, sigma_um = _blur(session, history, reading)
    depth_um = _depth(session, reading)
    sharpness = _sharpness(um, depth_um, reading)
    fresh = any(isinstance(event, ev.ZoomMoved | ev.Bumped) for event in events)
    known = session.setup.optics is not None
    quality, quality_colour = _quality(before, session.step, reading)
    return View(
        title,
        hint,
        steps=_stages(session, before.steps, events),
        sharpness=sharpness,
        best_sharpness=_best(None if fresh else before.best_sharpness, session.step, sharpness, um),
        blur_um=um if known else None,
        blur_sigma_um=sigma_um if known else None,
        half_depth_um=depth_um if known else None,
        mtf50_cy_px=reading.mtf50_cy_px if reading else before.mtf50_cy_px,
        above_nyquist=Flag.ABOVE_NYQUIST in reading.flags if reading else before.above_nyquist,
        trend=_trend(before.trend, at_s, sharpness),
        sweep=_sweep(() if fresh else before.sweep, session, reading, um),
        left=progress_words(session),
        troubles=troubles_now(before.troubles, session, history, at_s, events),
        remarks=remarks_now(before.remarks, session, history, um, depth_um),
        quality=quality,
        quality_colour=quality_colour,
    )


def _quality(before: View, step: Step, reading: Reading | None) -> tuple[str, str]:
    """How good the object is, while another one could still be chosen."""
    if step not in AIMING:
        return "", ""
    if reading is None:
        return before.quality, before.quality_colour
    quality = reading.object.quality if reading.object else None
    return (object_words(quality), quality.colour) if quality else ("", "")


def standing(instructions: Iterable[Instruction]) -> tuple[Instruction, ...]:
    """The instructions that hold from now on; a question stands beside them, as a notice."""
    return tuple(each for each in instructions if not isinstance(each, AskAgain | CheckThat | Ignored))


def _words(before: View, instructions: Iterable[Instruction], target: TargetName) -> tuple[str, str]:
    """The first instruction of the newest batch stands large; the rest is said in the hint."""
    said = [instruction_words(each, target) for each in standing(instructions)]
    if not said:
        return before.title, before.hint
    hints = [said[0].sentence, *(each.sentence for each in said[1:]), said[-1].hint]
    return said[0].title, " ".join(hint for hint in hints if hint)


def _blur(
    session: Session, history: StepHistory, reading: Reading | None
) -> tuple[float | None, float | None]:
    if reading is None or reading.target is None or not reading.frequency_cy_px:
        return None, None
    newest = history.pictures[-1] if history.pictures else None
    if newest is not None and newest.reading is reading and newest.um is not None:
        return newest.um, newest.sigma_um
    best = session.looks.tele_best if session.step.at_tele else session.looks.wide_best
    if best is None or not _same_zoom(best.scale_px, reading.scale_px):
        return blur_um(session, reading) or (None, None)
    # At the scale of the best picture: breathing would ask for the lens's own curve again with every picture.
    return blur_um(session, replace(reading, scale_px=best.scale_px), best) or (None, None)


def _same_zoom(one_px: float | None, other_px: float | None) -> bool:
    """Whether two scales differ by breathing at most."""
    return one_px is not None and other_px is not None and abs(one_px / other_px - 1.0) < BREATHING


def _depth(session: Session, reading: Reading | None) -> float:
    if reading is None:
        return half_depth_um(session)
    ratio = ratio_of(session, reading.scale_px, at_tele=session.step.at_tele)
    return optics_of(session).half_depth_um(ratio)


def _sharpness(um: float | None, depth_um: float, reading: Reading | None) -> float | None:
    """1 in focus, half at some depths off, 0 far off; a faint share of the contrast without a star."""
    if um is not None:
        return 1.0 / (1.0 + um / (DEPTHS_AT_HALF * depth_um))
    return None if reading is None else FAINT * min(1.0, reading.contrast)


def _best(before: float | None, step: Step, sharpness: float | None, um: float | None) -> float | None:
    """The place to come back to: the sharpest of this sweep, None where no ring is to be turned.

    What was seen at the other end of the zoom, or through another opening, is no such place.
    """
    if step not in _SWEEPS:
        return None
    return max((value for value in (before, sharpness if um is not None else None) if value), default=None)


def _trend(
    before: tuple[tuple[float, float], ...], at_s: float, sharpness: float | None
) -> tuple[tuple[float, float], ...]:
    kept = tuple(point for point in before if point[0] > at_s - TREND_S)
    return kept if sharpness is None else (*kept, (at_s, sharpness))


def _sweep(
    before: tuple[float, ...], session: Session, reading: Reading | None, um: float | None
) -> tuple[float, ...]:
    """One curve of one kind: never against the best, which is only known from the middle of a sweep on."""
    if session.step not in _SWEEPS:
        return ()
    if um is None or reading is None:
        return before
    best = session.looks.tele_best if session.step.at_tele else session.looks.wide_best
    alone = blur_um(session, reading) if best is not None else (um, 0.0)
    return before if alone is None else (*before, alone[0])


def stage_name(session: Session) -> str:
    """What the step where a session stands is called in the list of stages."""
    name = next((name for name, steps in stages(session) if session.step in steps), "the end")
    return of_target(name, session.target)


def stages(session: Session) -> tuple[tuple[str, tuple[Step, ...]], ...]:
    """The steps of this session: without a back-focus ring none is set or locked."""
    if session.setup.back_focus_ring:
        return STAGES
    return tuple(
        (_WITHOUT_RING if Step.SWEEP_WIDE in steps else name, steps)
        for name, steps in STAGES
        if session.step in steps or not set(steps) & set(_OF_A_RING)
    )


def _stages(
    session: Session, before: tuple[tuple[str, StepState], ...], events: Sequence[ev.Event]
) -> tuple[tuple[str, StepState], ...]:
    """The steps; of a session that ended early those that nobody came to stay ahead."""
    if session.finished and before and not any(isinstance(event, ev.LockHeld) for event in events):
        broken_off = any(isinstance(event, ev.Stopped | ev.Ended) for event in events)
        last: StepState = "ahead" if broken_off else "done"
        return tuple((name, last if state == "now" else state) for name, state in before)
    of_this = stages(session)
    now = next((index for index, (_, steps) in enumerate(of_this) if session.step in steps), len(of_this))
    return tuple(
        (
            of_target(name, session.target),
            _passed(session, steps) if index < now else "now" if index == now else "ahead",
        )
        for index, (name, steps) in enumerate(of_this)
    )


def _passed(session: Session, steps: Sequence[Step]) -> StepState:
    """Done, or only said to be: no picture shows it."""
    return "doubtful" if set(steps) & set(session.unproved) else "done"

"""Is the back focus right? A clip or two, or a live zoom from tele to wide, looked at and judged."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from ..errors import Argument, UsageError
from ..measure.reading import Reading
from ..show.lines import check_json
from ..solve.clip import ClipAnswer, FirstTurn, judge_clip
from ..solve.shim import Calibrated, calibrate
from ..solve.side_hint import Hint, side_hint
from ..solve.zoom_pull import finished
from ..video.source import VideoSource
from .rig import Rig
from .run import Limits, Sighting, readings

SHIM_UM = 1000.0
"""Longest known step between two clips, either way."""

Passing = Callable[[Iterator[Sighting], VideoSource], Iterable[Sighting]]
"""What the pictures pass on their way: a progress bar."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is known of the clips besides the rig.

    Attributes
    ----------
    first_turn : "near" | "infinity" | "away" | "towards" | None
        Which way a ring was turned first at wide.
    after, shim_um : str | None, float | None
        A second clip, and how much further from the sensor the lens is in it, um.
    """

    first_turn: FirstTurn | None = None
    after: str | None = None
    shim_um: float | None = None

    def __post_init__(self) -> None:
        if self.first_turn is not None and self.first_turn not in get_args(FirstTurn):
            ways = ", ".join(get_args(FirstTurn))
            raise UsageError(Argument("first_turn", self.first_turn), f": one of {ways}")
        if (self.shim_um is None) != (self.after is None):
            both = Argument("after"), " and ", Argument("shim_um")
            raise UsageError("two clips and the step between them belong together: give both, ", *both)
        if self.shim_um is not None and not 0.0 < abs(self.shim_um) <= SHIM_UM:
            raise UsageError(
                Argument("shim_um", self.shim_um), f": give um up to {SHIM_UM:g} either way, not 0"
            )
        if self.shim_um is not None and self.first_turn is not None:
            raise UsageError(Argument("shim_um"), " tells the side: leave ", Argument("first_turn"), " out")


@dataclass(frozen=True, slots=True)
class ClipCheck:
    """What was found.

    Attributes
    ----------
    answer : ClipAnswer
        Of the second clip where there are two.
    step : Calibrated | None
        What the known step told; None without one, and where it fits no f-number.
    side_hint : "far" | "near" | None
        What the colours hint at, where `red_blue_um` was known and the side is not.
    red_blue_um : float | None
        What the colours tell of the lens, where the side is known.
    is_hinted : bool
        Whether the colours were asked.
    read : bool
        Whether a target was read in any picture.
    """

    answer: ClipAnswer
    step: Calibrated | None = None
    side_hint: Hint | None = None
    red_blue_um: float | None = None
    is_hinted: bool = False
    read: bool = True

    def as_json(self) -> dict[str, Any]:
        """The object that `check --json` prints."""
        line = check_json(self.answer.back_focus, self.answer.verdict, self.answer.half_depth_um)
        if self.step is not None:
            line |= _step_json(self.step)
        if self.red_blue_um is not None:
            line["red_blue_um"] = round(self.red_blue_um, 1)
        elif self.is_hinted:
            line["side_hint"] = self.side_hint
        return line


def check_clip(
    rig: Rig,
    question: Question | None = None,
    *,
    limits: Limits | None = None,
    notice: Callable[[str], None] = lambda words: None,
    passing: Passing = lambda sightings, source: sightings,
) -> ClipCheck:
    """Look at the rig's source from end to end and judge it; of a live one up to a steady wide after tele.

    Raises
    ------
    SourceError
        When a source cannot be read, or was lost.
    """
    question = question or Question()
    told = question.first_turn is not None or question.shim_um is not None or rig.red_blue_um is not None

    def look(address: str) -> list[Reading]:
        source = rig.pictures(notice, source=address)
        sightings = readings(source, rig.measure(colours=told), limits)
        return _seen(passing(sightings, source), live=source.live)

    seen = look(rig.source)
    if question.after is None or question.shim_um is None:
        answer = judge_clip(seen, rig.optics, first_turn=question.first_turn, adjusters=rig.adjusters)
        return _coloured(answer, None, rig, seen)
    after = look(question.after)
    step = (
        calibrate(seen, after, rig.optics, question.shim_um, adjusters=rig.adjusters) if rig.optics else None
    )
    if step is None:
        notice(f"a step of {question.shim_um:g} um does not fit these two clips: the f-number stays as given")
    answer = step.after if step else judge_clip(after, rig.optics, adjusters=rig.adjusters)
    return _coloured(answer, step, rig, [*seen, *after])


def _step(before: list[Reading], after: list[Reading], rig: Rig, step_um: float) -> Calibrated | None:
    return calibrate(before, after, rig.optics, step_um, adjusters=rig.adjusters) if rig.optics else None


def _seen(sightings: Iterable[Sighting], *, live: bool) -> list[Reading]:
    seen: list[Reading] = []
    for sighting in sightings:
        seen.append(sighting.reading)
        if live and finished(seen):
            break
    return seen


def _coloured(answer: ClipAnswer, step: Calibrated | None, rig: Rig, seen: list[Reading]) -> ClipCheck:
    """With what the colours say: of the lens where the side is known, else of the side where the lens is."""
    read = any(reading.target for reading in seen)
    if answer.red_blue_um is not None or rig.red_blue_um is None:
        return ClipCheck(answer, step, red_blue_um=answer.red_blue_um, read=read)
    hint = side_hint(answer.colours, rig.red_blue_um)
    return ClipCheck(answer, step, side_hint=hint, is_hinted=True, read=read)


def _step_json(step: Calibrated) -> dict[str, Any]:
    before = step.before.back_focus
    at_wide = step.optics.f_number(0.0)
    return {
        "f_number": round(at_wide, 3),
        "f_number_sigma": round(step.factor_sigma * at_wide / step.factor, 3),
        "before_um": None if before is None else round(before.delta_um, 3),
    }

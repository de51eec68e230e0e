"""Is the back focus right? A clip or two, or a live zoom from tele to wide, looked at and judged."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

from ..errors import Argument, UsageError
from ..measure.reading import Reading
from ..optics.lens import Optics
from ..report.session_report import Comparison
from ..show.lines import camera_words, check_json, rests_on_json
from ..solve.camera import CameraCurve
from ..solve.clip import ClipAnswer, FirstTurn, judge_clip
from ..solve.learned import LearnedCamera
from ..solve.shim import Calibrated, calibrate
from ..solve.side_hint import Hint, side_hint
from ..solve.verdict import as_filmed
from ..video.source import VideoSource
from .cameras import KnownCamera, known_camera, learn, mode_of
from .clip_readings import ClipReadings
from .rig import Rig
from .run import Limits, Sighting, readings
from .sparing import sparing_readings
from .store import Store

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
            raise UsageError(
                "two clips and the step between them belong together: give both, ",
                *both,
                " (a name with a space in it goes into quotes)",
            )
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
    camera_name : str
        What the camera is called: by its owner, else by its profile.
    target : "star" | "edge" | "object" | None
        What was read.
    known : KnownCamera | None
        What was known of the camera before.
    learned : LearnedCamera | None
        What was learned of it and is kept from now on.
    comparison : Comparison | None
        Of an object: the tele picture beside the wide one.
    optics : Optics | None
        What the micrometres rest on, the pixel that of the clip.
    readings : sequence of Reading
        All that the answer rests on; of two clips those of both.
    """

    answer: ClipAnswer
    step: Calibrated | None = None
    side_hint: Hint | None = None
    red_blue_um: float | None = None
    is_hinted: bool = False
    read: bool = True
    camera_name: str = ""
    target: str | None = None
    known: KnownCamera | None = None
    learned: LearnedCamera | None = None
    comparison: Comparison | None = None
    optics: Optics | None = None
    readings: Sequence[Reading] = ()

    def camera_words(self, how_to_name: str) -> str | None:
        """What the camera costs, and whether that is remembered; None where nothing is known of it."""
        known = self.known.learned if self.known else None
        name = self.learned.name if self.learned else known.name if known else ""
        return camera_words(self.answer.camera, name, how_to_name)

    def as_json(self) -> dict[str, Any]:
        """The object that `check --json` prints."""
        line = check_json(self.answer.back_focus, self.answer.verdict, self.answer.half_depth_um)
        line |= rests_on_json(self.answer, self.target, self.camera_name)
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
    store_address: str | Path | None = None,
) -> ClipCheck:
    """Look at the rig's source from end to end and judge it; of a live one up to a steady wide after tele.

    Where the rig's camera has a name, what was learned of it counts, and what a sweep tells of it is kept.

    Parameters
    ----------
    store_address : str | Path | None
        Where cameras are kept; default: the user's own store. It is opened for a camera with a name only.

    Raises
    ------
    SourceError
        When a source cannot be read, or was lost.
    StoreError
        When what was learned of the camera cannot be read or kept.
    """
    if not rig.camera_id:
        return _checked(rig, question or Question(), limits, notice, passing, None)
    with Store.open(store_address) as store:
        return _checked(rig, question or Question(), limits, notice, passing, store)


def _checked(
    rig: Rig,
    question: Question,
    limits: Limits | None,
    notice: Callable[[str], None],
    passing: Passing,
    store: Store | None,
) -> ClipCheck:
    told = question.first_turn is not None or question.shim_um is not None or rig.red_blue_um is not None
    look = partial(_look, told=told, limits=limits, notice=notice, passing=passing)
    first = look(rig, rig.source)
    if words := rig.fitted_words(first.size_px):
        notice(words)
    rig = rig.fitted(first.size_px)
    mode = mode_of(rig, first.size_px, first.transfer)
    known = known_camera(store, rig, mode) if store else None
    curve = known.curve if known else None
    if question.after is None or question.shim_um is None:
        judged = _as_filmed(_judged_alone(first, rig, question, curve), first)
    else:
        last = look(rig, question.after)
        judged = _as_filmed(_judged_with_step(first, last, rig, question.shim_um, curve), last)
        if judged.step is None:
            notice(
                f"a step of {question.shim_um:g} um does not fit these two clips: the f-number stays as given"
            )
    answer = judged.answer
    learned = learn(store, rig.camera_id, answer.camera, rig.optics, mode) if store else None
    return replace(
        _coloured(answer, judged.step, rig, judged.readings),
        camera_name=rig.camera_id or rig.camera,
        target=_target(judged.readings),
        known=known,
        learned=learned,
        comparison=judged.comparison,
        optics=rig.optics,
        readings=judged.readings,
    )


def _look(
    rig: Rig,
    address: str,
    *,
    told: bool,
    limits: Limits | None,
    notice: Callable[[str], None],
    passing: Passing,
) -> "_Seen":
    """One clip; where movements or colours are to tell the side (`told`), every picture counts."""
    source = rig.pictures(notice, source=address)
    sightings = (
        readings(source, rig.measure(colours=told, only_charts=True), limits)
        if told or source.live
        else sparing_readings(source, rig.only_charts, limits)
    )
    return _seen(passing(sightings, source), rig, live=source.live)


@dataclass(frozen=True, slots=True)
class _Judged:
    """The answer, all that it rests on, and tele beside wide of the last clip."""

    answer: ClipAnswer
    readings: list[Reading]
    comparison: Comparison | None
    step: Calibrated | None = None


def _as_filmed(judged: _Judged, seen: "_Seen") -> _Judged:
    verdict = as_filmed(judged.answer.verdict, pictures=seen.pictures, has_times=seen.has_times)
    return replace(judged, answer=replace(judged.answer, verdict=verdict))


def _judged_alone(first: "_Seen", rig: Rig, question: Question, curve: CameraCurve | None) -> _Judged:
    answer = judge_clip(
        first.readings,
        rig.optics,
        first_turn=question.first_turn,
        adjusters=rig.adjusters,
        camera=curve,
        zoom_ratio=rig.zoom_ratio,
    )
    return _Judged(answer, first.readings, first.comparison)


def _judged_with_step(
    first: "_Seen", last: "_Seen", rig: Rig, shim_um: float, curve: CameraCurve | None
) -> _Judged:
    """What two clips and the step between them tell; without a step where it does not fit them."""
    before, after = first.readings, last.readings
    adjusters, step = rig.adjusters, None
    if rig.optics:
        step = calibrate(before, after, rig.optics, shim_um, adjusters=adjusters, camera=curve)
    answer = step.after if step else judge_clip(after, rig.optics, adjusters=adjusters, camera=curve)
    return _Judged(answer, [*before, *after], last.comparison, step)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The readings of a clip; size, transfer curve and number of its pictures; tele beside wide."""

    readings: list[Reading]
    size_px: tuple[int, int] | None
    transfer: str
    pictures: int
    has_times: bool
    comparison: Comparison | None = None


def _target(seen: Sequence[Reading]) -> str | None:
    """What was read in most of the pictures."""
    names = Counter(each.target_name for each in seen if each.target_name)
    return max(names, key=names.__getitem__, default=None)


def _seen(sightings: Iterable[Sighting], rig: Rig, *, live: bool) -> _Seen:
    """The readings of star or edge; with neither in view, of what is there, against its own tele picture."""
    clip = ClipReadings(rig.part)
    size_px, transfer = None, ""
    for sighting in sightings:
        frame = sighting.frame
        if size_px is None:
            size_px = frame.size_px
            transfer = "" if frame.transfer == "unknown" else frame.transfer
        clip.take(frame, sighting.reading)
        if live and clip.has_ended:
            break
    return _Seen(
        clip.to_judge(rig.fitted(size_px).optics),
        size_px,
        transfer,
        clip.pictures,
        clip.has_times,
        clip.comparison(),
    )


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

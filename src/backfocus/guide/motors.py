"""The procedure where motors turn the rings: it asks to look somewhere, and is told what was seen there.

A person is led step by step, for nobody knows where a ring stands; a motor goes where it is sent, so this is
another procedure than the table of `steps`, with the same measurements and the same verdict at its end:

    tele      find best focus, and the um per step
    between   the same at zoom positions on the way out, for a tracking error shows nowhere else
    wide      the same; what is left there with the focus of tele is the back-focus error
    correct   with a back-focus motor: find its um per step at wide, set it, and look at both ends again

It is a generator and pure: what it asks next follows from what it was told alone, so a run is resumed, and
tried in a test, by telling it the same again.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..measure.reading import Flag, Reading
from ..optics.lens import Optics
from ..solve.defocus import Defocus, defocus
from ..solve.focus_search import BRACKET, BRACKET_DEPTHS, Look, Search, Slope
from ..solve.stop_curves import Looks, fitted_lines
from ..solve.stops import Stop, StopsAnswer, fitted_stops, judge_stops, looks_at
from ..solve.verdict import Adjusters, Verdict
from .axes import Axis, AxisName
from .motor_hunt import hunt
from .motor_looks import Ask as Ask
from .motor_looks import Seen as Seen
from .motor_words import COUNTS_DOWN, TOO_DARK, in_motor_words, no_object, not_pinned, unread

BETWEEN = (2.0 / 3.0, 1.0 / 3.0)
"""Shares of the zoom motor's span at which it stops on the way from tele to wide."""
WAY_IN = (0.0, 0.25, 0.5, 0.75)
"""Shares of the zoom's span on the way to a tele that shows nothing at first."""
MOST_ROUNDS = 4
"""Corrections of the back focus; each leaves a small part of the error before."""
DOUBT, KNOWN_DOUBT = 1.6, 1.15
"""What the um per step at another zoom may be off from either law, as a factor; and from the law of a front
focus, once this lens was found to keep it."""
GROWN = 1.3
"""Larger than at tele by more than any lens breathes."""
MOST_SIGMA, MOST_SIGMA_UM = 0.1, 0.1
"""Of |r|, and um beside that: what a look may be off for the search."""
PROVING = (-1.0, 1.0)
"""Where about best focus to look when a lens whose um per step is known is looked at again."""
ROUGH = 0.15
"""Of a residual: known so well it is worth an answer, with its interval."""
PLAINLY_OFF, FEWEST_OFF = 3.0, 3
"""Half depths of focus from which a stop is plainly off, and how many looks tell it, where a motor sets the
back focus afterwards: what is left then is looked at better."""
OFF_DEPTHS, OFF_SHARE = 0.5, 0.1
"""How well it must be known even so: a tracking error shows between the ends alone, before the setting."""
FRONT_LIKE = 1.4
"""The um per step here, in parts of what a lens with a front focus has: with more it will not be set, and its
table is what counts."""
FEWEST_UNREAD = 4
"""Looks that show nothing at a stop that can be done without: it is left then."""
SURE_SIDE = 3.0
"""Sigmas from which a residual tells on which side best focus lies."""
FAR_DEPTHS, VAGUE = 15.0, 0.15
"""A look of so many half depths of focus counts as unread where its sigma is such a share of it."""
SAME_FOCUS = 0.05
"""Half depths of focus: a look that is no farther aside counts as one with that focus."""
KEPT_DEPTHS = 0.35
"""Half depths of focus that the kept picture of an object may be off best focus: it counts by k of that."""
SAME_AS_TELE, LEAST_ZOOMED = 0.95, 1.05
"""Of the scale at tele, from which it is tele; of the last scale, below which the zoom went nowhere."""
BACK_FOCUS_UM = (50.0, 20_000.0)
"""What the whole span of a back-focus motor may move the lens by."""
LIKELY_WAY = 0.1
"""Of that span, what it most likely takes to set what is off."""


@dataclass(frozen=True, slots=True)
class MotorRig:
    """What the procedure knows before its first look.

    Attributes
    ----------
    axes : mapping
        The motors there are; zoom and focus at least.
    optics : Optics
    found : mapping
        Where they stand.
    between : tuple of float
        Shares of the zoom's span to stop at between its ends.
    correct : bool
        Whether to set the back focus, where there is a motor for it.
    """

    axes: Mapping[AxisName, Axis]
    optics: Optics
    found: Mapping[AxisName, float]
    between: tuple[float, ...] = BETWEEN
    correct: bool = True
    adjusters: Adjusters = field(default_factory=lambda: Adjusters(back_focus_ring=False))

    @property
    def has_back_focus(self) -> bool:
        """Whether a motor moves the back focus."""
        return "back-focus" in self.axes

    @property
    def sets(self) -> bool:
        """Whether a back focus that is off will be set."""
        return self.has_back_focus and self.correct


@dataclass(frozen=True, slots=True)
class MotorAnswer:
    """How it ended.

    Attributes
    ----------
    answer : StopsAnswer | None
        Of the last look at both ends; None where it did not come to that.
    verdict : Verdict
    stops : tuple of Stop
        As found, from tele to wide: with their best focus they are the table of focus over zoom.
    first : StopsAnswer | None
        Before any correction.
    corrected_um : float | None
        How far the lens was moved towards the sensor by the back-focus motor; None where it was not.
    """

    answer: StopsAnswer | None
    verdict: Verdict
    stops: tuple[Stop, ...] = ()
    first: StopsAnswer | None = None
    corrected_um: float | None = None


Procedure = Generator[Ask, Seen, MotorAnswer]


def procedure(rig: MotorRig) -> Procedure:
    """Ask for looks until the answer is known; send each `Seen`, the answer is the generator's value."""
    found = yield from _looked(rig)
    words = in_motor_words(
        found.verdict,
        has_motor=rig.has_back_focus,
        may_correct=rig.correct,
        corrected=found.corrected_um is not None,
    )
    return replace(found, verdict=words)


def _looked(rig: MotorRig) -> Procedure:
    zoom = rig.axes["zoom"]
    start = _Start(rig.found["focus"], rig.found.get("back-focus"))
    tele = yield from _tele(rig, start)
    if isinstance(tele, Verdict):
        return MotorAnswer(None, tele)
    stops = [tele]
    places = [zoom.low + share * zoom.span for share in rig.between]
    for place in (*places, zoom.low):
        spare = rig.sets and len(stops) > 1
        stop = yield from _stop(rig, float(round(place)), replace(_from_tele(rig, tele), spare=spare))
        if isinstance(stop, Verdict) and spare:
            break  # too far off to be read this far out: what is known sets it well enough to come back here
        if isinstance(stop, Verdict):
            return MotorAnswer(None, stop, tuple(stops))
        stops.append(stop)
    found = _judged(rig, stops)
    if found.verdict.kind == "set" and len(stops) < len(places) + 2:
        # it was not left for being far off: only wide proves that it is set, so it is looked at in full
        wide = yield from _stop(rig, float(round(zoom.low)), _from_tele(rig, tele))
        if isinstance(wide, Verdict):
            return replace(found, answer=None, verdict=wide)
        found = _judged(rig, [*stops, wide])
    if not rig.sets or found.verdict.kind not in ("adjust", "unsure"):
        return found
    return (yield from _corrected(rig, found))


def _from_tele(rig: MotorRig, tele: Stop) -> "_Start":
    """Where to begin at a stop before anything was set: with the focus of tele."""
    return _Start(tele.belief.best, rig.found.get("back-focus"), tele, sets=rig.sets)


def _judged(rig: MotorRig, stops: Sequence[Stop]) -> MotorAnswer:
    """What the stops say, tele first, before anything was set."""
    fitted = fitted_stops(stops, rig.optics)
    first = judge_stops(fitted, rig.optics, focus=fitted[0].belief.best, adjusters=rig.adjusters)
    return MotorAnswer(first, first.verdict, fitted, first)


@dataclass(frozen=True, slots=True)
class _Start:
    """Where to begin at a stop: focus, back focus, and the stop at tele that tells the um per step.

    `doubt`: how far that may be off, as a factor; below `DOUBT` as at a lens that focuses with its front.
    `bracket`: where about best focus to look, as `focus_search` counts. `sets`: whether a motor sets the back
    focus afterwards; `spare`: whether that can be done without this stop.
    """

    focus: float
    back_focus: float | None
    tele: Stop | None = None
    doubt: float = DOUBT
    bracket: tuple[float, ...] = BRACKET
    sets: bool = False
    spare: bool = False


def _tele(rig: MotorRig, start: _Start) -> Generator[Ask, Seen, Stop | Verdict]:
    """Best focus at tele: of a chart in view, of one that shows on the way to focus, or of an object."""
    zoom, optics = rig.axes["zoom"].high, rig.optics

    def is_read(seen: Seen) -> bool:
        return _look(seen, "focus", optics, 1.0).um is not None

    at = Ask(zoom, rig.axes["focus"].step_near(start.focus), start.back_focus, "tele")
    seen = yield at
    if is_read(seen):
        stop = yield from _stop(rig, zoom, start, seen)
        if isinstance(stop, Stop) or stop is TOO_DARK:
            return stop
        # far from focus a picture may read as another |r| than it has: then what it says leads nowhere
        focus = yield from _from_wide(rig, start)
        return (yield from _stop(rig, zoom, replace(start, focus=focus)))
    if Flag.TOO_DARK in seen.reading.flags:
        return TOO_DARK
    disc_um = optics.pixel_um * optics.f_number(1.0)
    found = yield from hunt(replace(at, why="to focus"), seen, rig.axes["focus"], disc_um, is_read)
    if found is None:
        focus = yield from _from_wide(rig, start)
        return (yield from _stop(rig, zoom, replace(start, focus=focus)))
    if found.slope is None:
        return (yield from _stop(rig, zoom, replace(start, focus=found.focus)))
    return (yield from _tele_of_object(rig, replace(at, focus=found.focus), found.slope))


def _tele_of_object(rig: MotorRig, at: Ask, slope: Slope) -> Generator[Ask, Seen, Stop | Verdict]:
    """Best focus of an object, whose picture at the peak of the contrast is what the others are held against.

    What a look lacks of that picture tells |r|^2 less that picture's own, so how far off the peak it was
    taken follows with the rest; where it was too far off, another one is kept.
    """
    axis, half_depth_um = rig.axes["focus"], rig.optics.half_depth_um(1.0)
    kept = yield replace(at, keep=True)
    reading = kept.reading
    if not reading.frequency_cy_px or reading.scale_px is None:
        return no_object(reading.flags)
    search = Search(axis.low, axis.high, half_depth_um, slope, 0.0, reference=kept.positions["focus"])
    reach = BRACKET_DEPTHS * half_depth_um / slope.likely
    flanks = [axis.step_near(at.focus + side * reach) for side in (1.0, -1.0)]
    while (place := flanks.pop() if flanks else search.next_position()) is not None:
        seen = yield replace(at, focus=place)
        search = search.with_look(_look(seen, "focus", rig.optics, 1.0))
    if search.belief is None or not search.is_known:
        return not_pinned(at.why, len(search.looks))
    scale_sigma_px = reading.scale_sigma_px or 0.0
    stop = Stop(at.zoom, reading.scale_px, scale_sigma_px, 1.0, search, reading.flags, by_object=True)
    if abs(search.residual_at(kept.positions["focus"]).um) > KEPT_DEPTHS * half_depth_um:
        yield replace(at, focus=axis.step_near(search.belief.best), keep=True)
    return stop


def _from_wide(rig: MotorRig, start: _Start) -> Generator[Ask, Seen, float]:
    """Where tele is about in focus, found on the way from wide.

    A lens that stands far from focus shows nothing at tele, where a step moves the image most. At wide nearly
    every place can be read; from there on each stop tells where the next one will be, as 1 / M^2.
    """
    axis, zoom = rig.axes["focus"], rig.axes["zoom"]
    focus, known = start.focus, list[tuple[float, float]]()
    for share in WAY_IN:
        place = float(round(zoom.low + share * zoom.span))
        search, scale_px = Search(axis.low, axis.high, rig.optics.half_depth_um(0.0)), None
        at: float | None = axis.step_near(focus)
        while at is not None and not _is_rough_known(search):
            seen = yield Ask(place, at, start.back_focus, "way in")
            scale_px = seen.reading.scale_px or scale_px
            search = search.with_look(_look(seen, "focus", rig.optics, 0.0))
            at = search.next_position()
        if search.belief is not None and scale_px is not None:
            known.append((scale_px, search.belief.best))
            focus = _foreseen(known)
    return focus


def _is_rough_known(search: Search) -> bool:
    belief = search.belief
    return belief is not None and len(search.readable) > 2 and search.is_known


def _foreseen(known: list[tuple[float, float]]) -> float:
    """Best focus at the next zoom position, as much longer as the last one was than the one before."""
    if len(known) < 2:
        return known[-1][1]
    (short_px, first), (long_px, last) = known[-2:]
    if long_px < LEAST_ZOOMED * short_px:
        return last
    step = (short_px / long_px) ** 2
    return last + (last - first) * step


def _stop(
    rig: MotorRig, zoom: float, start: _Start, first: Seen | None = None
) -> Generator[Ask, Seen, Stop | Verdict]:
    """Find best focus at a zoom position; `first`: what was seen there, where the first look was taken."""
    axis = rig.axes["focus"]
    at = Ask(zoom, axis.step_near(start.focus), start.back_focus, _where(rig, zoom))
    seen = first or (yield at)
    if start.tele is not None and _has_grown(seen.reading, start.tele):
        return COUNTS_DOWN
    ratio = _ratio(seen.reading, start.tele)
    if ratio is None:
        return unread(at.why, seen.reading.flags)
    half_depth_um = rig.optics.half_depth_um(ratio)
    known = _slope(start, ratio), _floor_um(rig, start, ratio)
    search = Search(axis.low, axis.high, half_depth_um, *known, bracket=start.bracket)
    search, readings = search.with_look(_look(seen, "focus", rig.optics, ratio)), [seen.reading]
    while not _may_be_left(search, start) and (place := search.next_position()) is not None:
        seen = yield replace(at, focus=place)
        search = search.with_look(_look(seen, "focus", rig.optics, ratio))
        readings.append(seen.reading)
    scale = _surest_scale(readings)
    flags = _of_sharpest(search, readings).flags
    if search.belief is None or scale.scale_px is None:
        return unread(at.why, seen.reading.flags)
    if not _is_enough(search, start):
        return not_pinned(at.why, len(search.looks))
    if start.tele is None and Flag.TOO_DARK in flags:
        return TOO_DARK
    return Stop(
        zoom,
        scale.scale_px,
        scale.scale_sigma_px or 0.0,
        ratio,
        search,
        flags,
        tuple(readings),
        by_object=start.tele is not None and start.tele.by_object,
    )


def _surest_scale(readings: Sequence[Reading]) -> Reading:
    """The last reading that tells the scale, of those that are sure of it where there are any.

    Far out of focus the size of a star is guessed, and the guess stays with it from then on.
    """
    telling = [each for each in readings if each.frequency_cy_px and each.scale_px]
    sure = [each for each in telling if Flag.SCALE_UNSURE not in each.flags]
    return (sure or telling or readings[:1])[-1]


def _of_sharpest(search: Search, readings: Sequence[Reading]) -> Reading:
    """The reading of the look with the least |r|; the first where none could be read."""
    looks = zip(search.looks, readings, strict=True)
    read = [(look.um, reading) for look, reading in looks if look.um is not None]
    return min(read, key=lambda each: each[0])[1] if read else readings[0]


def _has_grown(reading: Reading, tele: Stop) -> bool:
    """Whether the picture is plainly larger than at tele: never, with a zoom that counts upwards."""
    scale_px = reading.scale_px
    sure = bool(reading.frequency_cy_px) and Flag.SCALE_UNSURE not in reading.flags
    return sure and scale_px is not None and scale_px > GROWN * tele.scale_px


def _may_be_left(search: Search, start: _Start) -> bool:
    """Whether more looks here would change nothing in how the back focus is set afterwards.

    The residual with the focus of tele is known well enough for it, or nothing shows and it is not needed.
    """
    if start.spare and not search.readable:
        return len(search.looks) >= FEWEST_UNREAD
    if not start.sets or search.belief is None or len(search.readable) < FEWEST_OFF:
        return False
    if search.slope is None or search.belief.um_per_step > FRONT_LIKE * search.slope.likely:
        return False
    left, half_depth_um = search.residual_at(start.focus), search.half_depth_um
    known = left.sigma_um < max(OFF_DEPTHS * half_depth_um, OFF_SHARE * abs(left.um))
    return known and abs(left.um) > PLAINLY_OFF * half_depth_um


def _is_enough(search: Search, start: _Start) -> bool:
    """Whether best focus is known, or at least the residual with the focus of tele."""
    if search.is_known:
        return True
    if start.tele is None:
        return False
    left = search.residual_at(start.focus)
    return left.sigma_um < max(search.half_depth_um, ROUGH * abs(left.um))


def _where(rig: MotorRig, zoom: float) -> str:
    span = rig.axes["zoom"]
    return {span.high: "tele", span.low: "wide"}.get(zoom, "between")


def _ratio(reading: Reading, tele: Stop | None) -> float | None:
    """M / M_tele; None where the picture does not tell its scale."""
    if tele is None:
        return 1.0
    return None if reading.scale_px is None else min(reading.scale_px / tele.scale_px, 1.0)


def _slope(start: _Start, ratio: float) -> Slope | None:
    """What the stop at tele says of the um per step here: as M^2 with a front focus, the same with a rear."""
    if start.tele is None:
        return None
    at_tele = start.tele.belief.um_per_step
    front = ratio**2 * at_tele
    most = front if start.doubt < DOUBT else at_tele
    return Slope(front / start.doubt, most * start.doubt, front)


def _floor_um(rig: MotorRig, start: _Start, ratio: float) -> float | None:
    """What the camera costs here by what it cost at tele: the same blur in pixels, so um as the f-number."""
    if start.tele is None or (start.tele.by_object and ratio < SAME_AS_TELE):
        return None  # at tele the camera is in the kept picture too, and further out it is not
    return start.tele.belief.floor_um * rig.optics.f_number(ratio) / rig.optics.f_number(1.0)


def _look(seen: Seen, axis: AxisName, optics: Optics, ratio: float) -> Look:
    position = seen.positions[axis]
    found = defocus(seen.reading, optics, ratio=ratio) if seen.reading.frequency_cy_px else None
    if found is None or (found.um > FAR_DEPTHS * optics.half_depth_um(ratio) and _is_vague(found)):
        return Look(position)
    return Look(position, found.um, min(found.sigma_um, MOST_SIGMA * found.um + MOST_SIGMA_UM))


def _is_vague(found: Defocus) -> bool:
    """Whether far from focus a picture fits several |r|: it tells then that it is far, and no more."""
    return found.sigma_um > VAGUE * found.um


def _corrected(rig: MotorRig, found: MotorAnswer) -> Procedure:
    """Set the back focus by its motor, look at both ends again, and repeat until it is set."""
    tele, wide = found.stops[0], found.stops[-1]
    answer, axis = found.first, rig.axes["back-focus"]
    at = rig.found["back-focus"]
    seen = [looks_at(stop) for stop in found.stops if stop.shows_camera]
    unproved, corrected_um = found.verdict, found.corrected_um
    for _ in range(MOST_ROUNDS):
        if answer is None or answer.back_focus is None or answer.verdict.kind not in ("adjust", "unsure"):
            break
        turned = yield from _back_focus(rig, wide, at, tele.belief.best)
        if turned is None:
            break
        seen.append(turned)
        lines = fitted_lines(seen, rig.optics)
        if lines is None:
            um, um_per_step = turned.um_per_step * (at - turned.best), turned.um_per_step
        else:
            um, um_per_step = lines[-1].residual_at(at)[0], lines[-1].um_per_step
        # with tele in focus, wide shows the error less that part of it which the focus ring took up
        delta_um = um / (1.0 - wide.ratio**2)
        set_to = axis.step_near(at - delta_um / um_per_step)
        moved_um = (at - set_to) * um_per_step
        corrected_um, at = (corrected_um or 0.0) + moved_um, set_to
        focus = tele.belief.best + moved_um / tele.belief.um_per_step
        again = yield from _both_ends(rig, tele, focus, at)
        if isinstance(again, Verdict):
            answer, unproved = None, again
            break
        tele, wide = fitted_stops(again, rig.optics, beside=seen)
        seen += [looks_at(stop) for stop in (tele, wide) if stop.shows_camera]
        answer = judge_stops((tele, wide), rig.optics, focus=tele.belief.best, adjusters=rig.adjusters)
    yield Ask(tele.zoom, rig.axes["focus"].step_near(tele.belief.best), at, "sharp")
    return replace(
        found, answer=answer, verdict=answer.verdict if answer else unproved, corrected_um=corrected_um
    )


def _back_focus(rig: MotorRig, wide: Stop, at: float, focus: float) -> Generator[Ask, Seen, Looks | None]:
    """Best focus of the back-focus motor at wide, with the focus motor where tele is sharp.

    What was seen of wide tells on which side it lies, and a look there with about this focus is the first.
    """
    axis = rig.axes["back-focus"]
    low, high = (um / axis.span for um in BACK_FOCUS_UM)
    half_depth_um, left = rig.optics.half_depth_um(wide.ratio), wide.residual_at(focus)
    likely = max(min(abs(left.um) / (LIKELY_WAY * axis.span), high), low)
    between = None
    if abs(left.um) > SURE_SIDE * left.sigma_um:
        between = (axis.low - axis.span, at) if left.um > 0.0 else (at, axis.high + axis.span)
    search = Search(
        axis.low, axis.high, half_depth_um, Slope(low, high, likely), wide.search.floor_um, between=between
    )
    readings: list[Reading] = []
    focus = rig.axes["focus"].step_near(focus)
    if (seen_there := _seen_with(wide, focus)) is not None:
        look, reading = seen_there
        search, readings = search.with_look(replace(look, position=at)), [reading]
    place = search.next_position() if readings else at
    while place is not None:
        seen = yield Ask(wide.zoom, focus, place, "back focus")
        search = search.with_look(_look(seen, "back-focus", rig.optics, wide.ratio))
        readings.append(seen.reading)
        place = search.next_position()
    belief = search.belief
    if belief is None:
        return None
    places = tuple(look.position for look in search.looks)
    way = (belief.best, belief.um_per_step)
    return Looks(wide.zoom, "back-focus", wide.ratio, places, tuple(readings), *way)


def _seen_with(wide: Stop, focus: float) -> tuple[Look, Reading] | None:
    """The look at wide, and its reading, that was taken with about this focus; None without."""
    seen = zip(wide.search.looks, wide.readings, strict=True)
    look, reading = min(seen, key=lambda each: abs(each[0].position - focus))
    aside_um = abs(look.position - focus) * wide.belief.um_per_step
    is_it = look.um is not None and aside_um < SAME_FOCUS * wide.search.half_depth_um
    return (look, reading) if is_it else None


def _both_ends(
    rig: MotorRig, tele: Stop, focus: float, back_focus: float
) -> Generator[Ask, Seen, tuple[Stop, Stop] | Verdict]:
    """Look again at wide, where the zoom stands or near it, and at tele, after the back focus was moved.

    Before each end was looked at from both sides, so now three looks do.
    """
    again = _Start(focus, back_focus, tele, KNOWN_DOUBT, PROVING)
    short = yield from _stop(rig, rig.axes["zoom"].low, again)
    if isinstance(short, Verdict):
        return short
    long = yield from _stop(rig, tele.zoom, again)
    return long if isinstance(long, Verdict) else (long, short)

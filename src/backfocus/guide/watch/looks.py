"""Steady looks judged: is tele sharp enough, is wide within the depth of focus, was something touched."""

import math
from collections.abc import Sequence
from statistics import median

from ...measure.reading import Flag, Reading
from ...optics.zoom import tele_after_correction_um, tele_enough
from ...solve.backfocus import BackFocus
from ...solve.clip import SAME_ZOOM
from ...solve.joint import RAMPS
from ...solve.light import LEAST_STOPS, UNDECLARED_STOPS, beyond_ramp, least_stops, white_light
from ...solve.remarks import borne
from ...solve.verdict import WIDEST_RATIO
from ...solve.zoom_pull import LIVE_HOLD_S, find_holds, usable
from .. import events as ev
from ..blur import best_between, beyond_perfect, steady_reading
from ..outcome import LOCK_TRIES, is_within, solve_session, tracks_badly, verdict_on
from ..session_state import Session, half_depth_um, k_of, optics_of, ratio_of, zoom_unproved
from ..steps import Step
from .pictures import (
    FEWEST,
    HALF_S,
    TimedReading,
    TimedReadings,
    last,
    lasted,
    scale_px,
    shaken_s,
    star_steady,
)

LOOK_S = 0.8
"""A steady look is the mean of this long."""
HOME = 0.05
"""A scale within this part of the one at tele is tele."""
UNSEEN_S = 4.0
"""So long a hand on the lock screw is waited for at wide, where nobody said that it is tight."""
PART_WAY = 1.2
"""A scale this much above fully out is part of the way."""
SHARP_HALF_DEPTHS = 1.5
"""Before any sweep there, tele counts as sharp within this many half depths of focus."""
PATIENCE, PATIENCE_OBJECT = 3, 2
"""Rounds after which the nearest that this lens and picture allow is taken; of an object one more sweep tells
hardly more than those before."""
ENOUGH_SAME = 2
"""Times in a row that focusing at tele moved wide as far, after which it is the lens and no swapped ring."""
HOPELESS = 3
"""Times the error grew where it should shrink, after which it is the lens and not the person's hands."""
MADE_UP_HALF_DEPTHS = 3.0
"""Half depths of focus that a camera makes up for at most, in squares: 100 % of sharpening is 2 to 2.5."""
NEAR_SHARE = 0.7
"""Of the depth of focus, within which tele is left for good."""
GROWN_HALF_DEPTHS = 1.5
"""Half depths of focus, above which an error that did not shrink is one; a hand leaves a third of one."""
TO_SPARE = 0.6
"""Of the depth of focus, that the error itself may take; one more round costs little."""
INTERVAL_TO_SPARE = 0.95
"""Of the depth of focus, that the interval may take: the walk after it moves the end a little, and no session
is to end unsure for that."""
READS_SURELY_PX = 22.0
"""A blur disc this wide still reads well: where it was expected and no star shows, a ring was turned."""
POSITIONS = 5
"""Looks on the way through the zoom, evenly spread in its logarithm."""
SAME_POSITION = 1.1
MOST_LIGHTS = 5
"""Changes of the light that are told: an iris that is put back twice makes four."""
UNSCALED_S = 12.0
"""A walk through the zoom takes less: a star without a scale that has looked the same for longer stands."""


def judge_tele(session: Session, pictures: Sequence[TimedReading], at_s: float) -> ev.Seen | None:
    """What a steady look at tele means; None if nothing could be read."""
    look = _look(session, pictures, session.looks.tele_best)
    if look is None:
        return None
    if (stops := light_changed_stops(session, look)) is not None:
        return other_light(session, look, stops, at_s)
    touched = _touched(session, look, at_s)
    if isinstance(touched, ev.FocusTouched):
        if not lasted(pictures, 3.0 * LOOK_S):
            return None
        touched = touched if _stayed(session, pictures, look) else None
    return touched or _sharp_or_soft(session, look, at_s)


def _stayed(session: Session, pictures: Sequence[TimedReading], look: ev.SteadyReading) -> bool:
    """Whether tele read the same a moment ago: a turning ring, or a zoom that is not home, does not."""
    ago = [each for each in pictures if each.at_s <= pictures[-1].at_s - 1.5 * LOOK_S]
    before = _look(session, ago, session.looks.tele_best)
    if before is None:
        return False
    at_home = (
        not (look.scale_px and session.scales.tele_px)
        or abs(look.scale_px / session.scales.tele_px - 1.0) < HOME
    )
    least_um = max(3.0 * math.hypot(look.sigma_um, before.sigma_um), optics_of(session).half_depth_um())
    return at_home and abs(look.residual_um - before.residual_um) <= least_um


def tele_missing(session: Session, at_s: float) -> ev.Seen:
    """No star at tele: the focus ring has to find it; after a small correction it was the wrong ring."""
    optics = optics_of(session)
    plain_um = READS_SURELY_PX * optics.pixel_um * optics.f_number()
    if session.correction.rounds and session.correction.corrected_um and _expected_um(session)[1] < plain_um:
        return ev.WrongRing(at_s, "focus", session.correction.corrected_um, None)
    return ev.NothingThere(at_s)


def judge_wide(session: Session, pictures: Sequence[TimedReading], at_s: float) -> ev.Seen | None:
    """What a steady look at wide, or part of the way out, means; None if nothing could be read."""
    look = _look(session, pictures, session.looks.wide_best)
    if look is None:
        return None
    if (stops := light_changed_stops(session, look)) is not None:
        return other_light(session, look, stops, at_s)
    if is_part_way(session, look):
        return _part_way(session, look, at_s)
    found = solve_session(session, tele=session.looks.tele, wide=look)
    if found is None or not _far_apart(found) or zoom_unproved(session):
        return ev.StillOff(at_s, look, None, None)
    if _close_enough(session, found) or _as_near_as_it_gets(session, found.delta_um):
        return ev.WithinDepth(at_s, look, found.delta_um, found.sigma_um)
    if _shows_no_error(session, found):
        return ev.Unclear(at_s, look)
    return _grown(session, look, at_s) or ev.StillOff(at_s, look, found.delta_um, found.sigma_um)


def judge_proof(session: Session, pictures: Sequence[TimedReading], at_s: float) -> ev.Seen | None:
    """Whether the lock screw moved the ring; None if nothing could be read.

    That it held is said only of a look that follows when somebody said or showed that it is tight.
    """
    look = _look(session, pictures, session.looks.wide_best)
    if look is None:
        return None
    if (stops := light_changed_stops(session, look)) is not None:
        return other_light(session, look, stops, at_s)
    if not _held_still(session, look):
        event = _lock(session, look, at_s)
        if not isinstance(event, ev.LockHeld):
            return event if _settled(session, pictures) else None
    # a look that is not waited for is not solved either: that takes longer than a picture
    if session.lock.seen or _touched_before(pictures):
        return _lock(session, look, at_s)
    return ev.LockUnseen(at_s, look) if lasted(pictures, UNSEEN_S) else None


def _touched_before(pictures: Sequence[TimedReading]) -> bool:
    """Whether a hand was on the lens before this look began."""
    touched_s = shaken_s(pictures)
    return touched_s is not None and touched_s < pictures[-1].at_s - LOOK_S


def _settled(session: Session, pictures: Sequence[TimedReading]) -> bool:
    """Whether |r| stands still within a look: a screw that is being turned is not measured half-way."""
    if lasted(pictures, 2.0 * UNSEEN_S):
        return True
    seen = [(each.um, each.sigma_um) for each in last(pictures, LOOK_S) if each.um is not None]
    middle_um = median(um for um, _ in seen) if seen else 0.0
    slack_um = half_depth_um(session) / 2.0
    return all(abs(um - middle_um) <= max(5.0 * sigma_um, slack_um) for um, sigma_um in seen)


def _lock(
    session: Session, look: ev.SteadyReading, at_s: float
) -> ev.LockHeld | ev.LockMoved | ev.LockKeepsMoving:
    """What a look at wide says of the ring since it was set."""
    found = solve_session(session, tele=session.looks.tele, wide=look)
    before_um = session.looks.wide.residual_um if session.looks.wide else 0.0
    depth_um = half_depth_um(session)
    delta_um, sigma_um = (found.delta_um, found.sigma_um) if found else (look.residual_um, look.sigma_um)
    if (found and is_within(found, depth_um)) or (
        delta_um <= depth_um and session.correction.rounds >= PATIENCE
    ):
        return ev.LockHeld(at_s, look, delta_um, sigma_um)
    if _held_still(session, look):
        return ev.LockHeld(at_s, look, delta_um, sigma_um)
    moved_um = abs(look.residual_um - before_um)
    moved = ev.LockKeepsMoving if session.lock.moves >= LOCK_TRIES else ev.LockMoved
    return moved(at_s, look, moved_um)


def _held_still(session: Session, look: ev.SteadyReading) -> bool:
    """Whether wide reads as it did when the ring was set."""
    before_um = session.looks.wide.residual_um if session.looks.wide else 0.0
    return abs(look.residual_um - before_um) <= max(3.0 * look.sigma_um, half_depth_um(session) / 3.0)


def judge_walk(session: Session, pictures: TimedReadings, at_s: float) -> ev.Seen | None:
    """What the walk through the zoom, now at rest at tele, means."""
    end = _look(session, pictures, session.looks.tele_best)
    looks = looks_on_the_way(session, pictures)
    if end is not None and (stops := light_changed_stops(session, end)) is not None:
        stands = end.scale_px is not None or star_steady(pictures, UNSCALED_S)
        is_told = stands or not (stops > 0.0 and _on_the_ramp(session, stops))
        return other_light(session, end, stops, at_s) if is_told else None
    if end is not None and session.looks.tele is not None and session.setup.optics:
        off_um = abs(end.residual_um - session.looks.tele.residual_um)
        if off_um > _slack_um(session, end, session.looks.tele.residual_um):
            return ev.FocusTouched(at_s, session.looks.tele.residual_um, end.residual_um)
    found = solve_session(session, tele=end or session.looks.tele, wide=session.looks.wide, walk=looks)
    if found is not None and tracks_badly(session, found):
        return ev.NotParfocal(at_s, looks, max(abs(misfit) for misfit in found.misfit_um))
    return ev.Walked(at_s, looks)


def judge_afterwards(session: Session, readings: Sequence[Reading], at_s: float) -> ev.LockSlipped | None:
    """What a recording shows at wide after the end: whether the ring has moved after all."""
    pictures = usable(readings)
    wide = [each for each in find_holds(pictures, LIVE_HOLD_S) if _at_wide(session, each.scale_px)]
    if not wide or session.looks.wide is None:
        return None
    look = steady_reading(session, pictures[wide[-1].first : wide[-1].last + 1], session.looks.wide_best)
    if look is None or light_changed_stops(session, look) is not None:
        return None
    event = _lock(session, look, at_s)
    return None if isinstance(event, ev.LockHeld) else ev.LockSlipped(at_s, look, event.moved_um)


def _at_wide(session: Session, scale_px: float) -> bool:
    return session.scales.wide_px is not None and abs(scale_px / session.scales.wide_px - 1.0) < HOME


def light_changed_stops(session: Session, look: ev.SteadyReading) -> float | None:
    """Stops by which a look is brighter than the last looks and the lens explain, or None where it is not."""
    at_tele = session.step.at_tele or session.step is Step.WALK
    before, same_end = session.looks.tele, session.looks.tele if at_tele else session.looks.wide
    if (stops := _brighter_stops(same_end, look)) is not None and _same_scale(same_end, look):
        return stops if abs(stops) > _least_stops(same_end, look) else None
    if at_tele or before is None or (stops := _brighter_stops(before, look)) is None:
        return None
    ratio = ratio_of(session, look.scale_px, at_tele=False)
    return beyond_ramp(stops, optics_of(session), ratio, before.flags | look.flags)


def _on_the_ramp(session: Session, stops: float) -> bool:
    """Whether light so much other than tele's may be that of another zoom: who is not fully in sees more.

    A star that fills the picture looks the same at every zoom, and a slow hand seems to be at rest.
    """
    optics = optics_of(session)
    ramp = 2.0 * math.log2(optics.f_number() / optics.f_number(k_of(session)))
    longest = ramp if len(optics.f_numbers) > 1 else UNDECLARED_STOPS
    return abs(stops) <= longest + LEAST_STOPS


def other_light(
    session: Session, look: ev.SteadyReading, stops: float, at_s: float
) -> ev.LightChanged | ev.GivenUp:
    """That the light changed; where it did so again and again, that this comes to no end."""
    if session.light_changes >= MOST_LIGHTS:
        return ev.GivenUp(at_s, "light")
    at_tele = session.step.at_tele or session.step is Step.WALK
    tele = session.looks.tele
    unscaled = tele is not None and None in (tele.scale_px, look.scale_px if at_tele else None)
    return ev.LightChanged(
        at_s, stops, unscaled and (at_tele or stops < 0.0) and _on_the_ramp(session, stops)
    )


def may_be_short_of_tele(session: Session, pictures: TimedReadings) -> bool:
    """Whether the zoom may stand short of tele: a star without a scale, and the light of an earlier zoom."""
    recent = [each for each in last(pictures, HALF_S) if each.measured]
    white, tele = white_light([each.reading for each in recent]), session.looks.tele
    if white is None or tele is None or tele.white_light is None or scale_px(recent) is not None:
        return False
    stops = math.log2(white / tele.white_light)
    least = least_stops(borne([each.reading for each in recent]) | tele.flags)
    return stops > least and _on_the_ramp(session, stops)


def _least_stops(before: ev.SteadyReading | None, look: ev.SteadyReading) -> float:
    return least_stops(look.flags | (before.flags if before else frozenset()))


def _brighter_stops(before: ev.SteadyReading | None, look: ev.SteadyReading) -> float | None:
    if before is None or before.white_light is None or look.white_light is None:
        return None
    return math.log2(look.white_light / before.white_light)


def _same_scale(before: ev.SteadyReading | None, look: ev.SteadyReading) -> bool:
    """Whether both are of one zoom position, as far as their scales are known."""
    scales = (before.scale_px if before else None, look.scale_px)
    return None in scales or SAME_ZOOM < (scales[0] or 1.0) / (scales[1] or 1.0) < 1.0 / SAME_ZOOM


def judge_light(
    session: Session, pictures: Sequence[TimedReading], at_s: float
) -> ev.LightChanged | ev.GivenUp | None:
    """While a ring turns: whether the light is another one than at the last look here, once it stands."""
    recent = [each for each in last(pictures, HALF_S) if each.measured and each.reading.white_light]
    if len(recent) < FEWEST or not lasted(pictures, HALF_S):
        return None
    seen = [each.reading.white_light or 0.0 for each in recent]
    white = white_light([each.reading for each in recent])
    if white is None or math.log2(max(seen) / min(seen)) > LEAST_STOPS:
        return None
    flags = borne([each.reading for each in recent])
    look = ev.SteadyReading(scale_px(recent), 0.0, 0.0, (), (), (), flags=flags, white_light=white)
    same_end = session.looks.tele if session.step.at_tele else session.looks.wide
    if same_end is None or not _same_scale(same_end, look):
        return None
    stops = _brighter_stops(same_end, look)
    if stops is None or abs(stops) <= _least_stops(same_end, look):
        return None
    return other_light(session, look, stops, at_s)


def looks_on_the_way(session: Session, pictures: Sequence[TimedReading]) -> tuple[ev.SteadyReading, ...]:
    """Looks between the two ends of the zoom, at some scales where pictures were read.

    Pictures whose centre moves are left out: a shaken picture reads soft, and that is no tracking error.
    """
    still = [each for each in pictures if each.measured and Flag.MOVING not in each.reading.flags]
    seen = [(math.log(each.scale_px), each) for each in still if each.scale_px]
    if len(seen) < 2:
        return ()
    low, high = min(at for at, _ in seen), max(at for at, _ in seen)
    if high - low < math.log(PART_WAY):
        return ()
    looks = []
    for index in range(1, POSITIONS + 1):
        middle = low + (high - low) * index / (POSITIONS + 1)
        near = [each.reading for at, each in seen if abs(at - middle) < math.log(SAME_POSITION)]
        best = best_between(session, math.exp(middle))
        if len(near) >= 2 and (look := steady_reading(session, near, best)):
            looks.append(look)
    return tuple(looks)


def is_part_way(session: Session, look: ev.SteadyReading) -> bool:
    """Whether this look was taken part of the way out, because the star goes further out."""
    if session.scales.lost_px is None or look.scale_px is None:
        return False
    return session.scales.wide_px is None or look.scale_px > PART_WAY * session.scales.wide_px


def _look(
    session: Session, pictures: Sequence[TimedReading], best: ev.SteadyReading | None
) -> ev.SteadyReading | None:
    return steady_reading(session, [each.reading for each in last(pictures, LOOK_S)], best)


def _expected_um(session: Session) -> tuple[float, float]:
    """Between which |r| at tele must lie after the correction just made with the right ring.

    A lens whose f-number was given as one value may be slower at tele: there |r| then reads too small. So it
    does where the camera sharpens and tele was in focus from the beginning, so that its best was never seen.
    """
    corrected_um = session.correction.corrected_um or 0.0
    before_um = session.looks.tele.residual_um if session.looks.tele else 0.0
    least_um, best = abs(corrected_um - before_um), session.looks.wide_best
    if best and session.looks.tele_best is None and beyond_perfect(session, best, at_tele=False):
        made_up_um = MADE_UP_HALF_DEPTHS * optics_of(session).half_depth_um()
        least_um = math.sqrt(max(least_um**2 - made_up_um**2, 0.0))
    slower = len(optics_of(session).f_numbers) == 1
    return least_um * (2.0 ** (-RAMPS[-1][0] / 2.0) if slower else 1.0), corrected_um + before_um


def _slack_um(session: Session, look: ev.SteadyReading, expected_um: float) -> float:
    """How far a look at tele may lie from what was expected, before somebody must have turned a ring."""
    return max(3.0 * look.sigma_um, 2.0 * optics_of(session).half_depth_um(), 0.25 * expected_um)


def _touched(session: Session, look: ev.SteadyReading, at_s: float) -> ev.Seen | None:
    """Back at tele |r| equals the correction just made; 1 / k^2 of it betrays the focus ring."""
    if not session.correction.rounds or session.correction.corrected_um is None or session.looks.tele is None:
        return None
    low_um, high_um = _expected_um(session)
    found_um, slack_um = look.residual_um, _slack_um(session, look, high_um)
    if low_um - slack_um <= found_um <= high_um + slack_um:
        return None
    wrong_um = tele_after_correction_um(
        max(session.correction.corrected_um, 1.0), k_of(session), turned="focus"
    )
    if found_um > math.sqrt(wrong_um * max(high_um, 1.0)) and found_um > 3.0 * high_um:
        return ev.WrongRing(at_s, "focus", high_um, found_um)
    return ev.FocusTouched(at_s, high_um, found_um) if session.setup.optics else None


def _sharp_or_soft(session: Session, look: ev.SteadyReading, at_s: float) -> ev.Seen:
    enough = tele_enough(look.residual_um, half_depth_um(session), k_of(session))
    depth_um = optics_of(session).half_depth_um()
    unseen = session.looks.tele_best is None
    if unseen and look.residual_um > SHARP_HALF_DEPTHS * depth_um:
        enough = False
    if _law_in_doubt(session) and look.residual_um > NEAR_SHARE * depth_um:
        enough = False
    return ev.TeleSharp(at_s, look) if enough else ev.TeleSoft(at_s, look)


def _law_in_doubt(session: Session) -> bool:
    """After a correction: whether focusing at tele must yet be seen to leave wide as it is."""
    return bool(session.correction.rounds) and not session.law.seen and session.setup.lens_kind == "unknown"


def _part_way(session: Session, look: ev.SteadyReading, at_s: float) -> ev.Seen:
    if look.residual_um <= half_depth_um(session):
        return ev.PartWaySharp(at_s, look, 0.0)
    return _grown(session, look, at_s) or ev.StillOff(at_s, look, look.residual_um, look.sigma_um)


def _close_enough(session: Session, found: BackFocus) -> bool:
    """Within the depth of focus with something to spare; never while tele was not looked at since a turn."""
    depth_um = half_depth_um(session)
    fresh = session.correction.corrected_um == 0.0
    surely = is_within(found, INTERVAL_TO_SPARE * depth_um)
    return fresh and surely and found.delta_um <= TO_SPARE * depth_um


def _as_near_as_it_gets(session: Session, delta_um: float) -> bool:
    patience = PATIENCE_OBJECT if session.target == "object" else PATIENCE
    return (
        session.correction.rounds >= patience
        and session.correction.corrected_um == 0.0
        and delta_um <= half_depth_um(session)
    )


def _shows_no_error(session: Session, found: BackFocus) -> bool:
    """Without a ring to turn, whether the verdict still waits to see how sharp the lens can be."""
    return not session.setup.back_focus_ring and verdict_on(session, found).kind == "unsure"


def _far_apart(found: BackFocus) -> bool:
    """Whether the zoom positions lie so far apart that they tell an error at all."""
    scales = [each.scale_px for each in found.zoom]
    return min(scales) <= WIDEST_RATIO * max(scales)


def _grown(session: Session, look: ev.SteadyReading, at_s: float) -> ev.Seen | None:
    """After a round the error must be smaller; larger means swapped rings, or a lens with another law."""
    before_um, rounds = session.correction.last_um, session.correction.rounds
    tired = rounds >= 2 * PATIENCE and before_um is not None  # rounds that light cut short tell nothing
    if rounds and (session.correction.growths >= HOPELESS or tired):
        return ev.NotParfocal(at_s, (), look.residual_um)
    if not before_um or not session.correction.swept_tele:
        return None
    if look.residual_um <= max(GROWN_HALF_DEPTHS * half_depth_um(session), 0.5 * before_um):
        return None
    if session.law.same_shifts + 1 >= ENOUGH_SAME and look.residual_um < 2.0 * before_um:
        return ev.NotFrontFocus(at_s, look, before_um, look.residual_um)
    return ev.WrongRing(at_s, "back-focus", k_of(session) ** 2 * before_um, look.residual_um)

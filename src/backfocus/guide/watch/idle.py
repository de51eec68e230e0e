"""Does anything change: what a step should change, and what to check when it does not."""

from statistics import median

from .. import events as ev
from ..blur import SOFTEST_HALF_DEPTHS, steady_reading
from ..session_state import Session, depth_here_um, optics_of
from ..steps import Step
from .looks import SHARP_HALF_DEPTHS
from .pictures import HALF_S, StepHistory, TimedReadings, last_scale_px, now, scale_px
from .tenths import scatter, tenths

NOTHING_S = 10.0
"""So long after an instruction, or after the last change, something should have changed."""
STRAYS_S = 2.0
"""By how much |r| strays by itself shows in so long a time."""

ZOOMING = (Step.TO_TELE, Step.TO_WIDE, Step.TO_PROOF, Step.WALK)
TURNING = (Step.SWEEP_TELE, Step.SWEEP_WIDE)
_SCALE_SHARE, _CONTRAST_SHARE = 0.03, 0.1
_DOUBTS: dict[Step, tuple[ev.Doubt, ...]] = {
    Step.SWEEP_WIDE: ("lock-screw", "right-ring", "iris-open"),
    Step.SWEEP_TELE: ("right-ring", "iris-open"),
    Step.FIND: ("right-ring", "iris-open"),
    **dict.fromkeys(ZOOMING, ("zoom-end",)),
}


def noticed(state: StepHistory, session: Session) -> tuple[tuple[float, float] | None, float]:
    """Between which values `state` has stayed up to its last picture, and since when.

    A change is one of half a second: single pictures stray, and the further the more of them there are.
    Turned to and fro is changed, too: what counts is the way between the ends.
    """
    value, slack = _signal(state.pictures, session)
    if value is None:
        return state.anchor, state.at_s if state.anchor is None else state.anchor_s
    low, high = state.anchor or (value, value)
    low, high = min(low, value), max(high, value)
    if state.anchor is None or high - low > slack:
        return (value, value), state.at_s
    return (low, high), state.anchor_s


def is_changing(state: StepHistory) -> bool:
    """Whether what this step is to change has changed lately."""
    return state.at_s - state.anchor_s < NOTHING_S


def judge_change(state: StepHistory, session: Session) -> ev.Seen | None:
    """Ten seconds and nothing changed: the next thing to check, unless the ring may stand in focus."""
    if session.step not in (*ZOOMING, *TURNING, Step.FIND) or state.anchor is None:
        return None
    since_s = max(state.anchor_s, state.asked_s, state.told_s if state.told else 0.0)
    if state.at_s - since_s < NOTHING_S:
        return None
    if session.step in TURNING and _may_be_in_focus(state, session):
        return None
    return ev.NothingChanges(state.at_s, _next_doubt(session))


def _may_be_in_focus(state: StepHistory, session: Session) -> bool:
    """Whether the ring stands within the depth of focus, as far as can be told.

    Against the best picture of this end where there is one. Without it a soft lens reads as one that is a
    little off; and who has just made the picture sharper has the right ring in hand, and may be at its best.
    """
    seen = [each for each in now(state.pictures, HALF_S) if each.um is not None]
    if not seen:
        return False
    depth_um = depth_here_um(session, last_scale_px(seen))
    best = session.looks.tele_best if session.step.at_tele else session.looks.wide_best
    look = steady_reading(session, [each.reading for each in seen], best) if best else None
    if look is not None:
        return look.residual_um <= depth_um
    allowed = SOFTEST_HALF_DEPTHS if state.told is ev.Sharper else SHARP_HALF_DEPTHS
    return median(each.um or 0.0 for each in seen) <= allowed * depth_um


def _next_doubt(session: Session) -> ev.Doubt:
    doubts = _DOUBTS[session.step]
    if not session.setup.back_focus_ring:
        doubts = tuple(doubt for doubt in doubts if doubt != "lock-screw")
    asked = doubts.index(session.told.doubt) + 1 if session.told.doubt in doubts else 0
    return doubts[asked % len(doubts)]


def _signal(pictures: TimedReadings, session: Session) -> tuple[float | None, float]:
    """What this step is to change, as it is now, and how much of it is no change yet."""
    if session.step in TURNING:
        return _blur(pictures, session)
    if session.step not in (*ZOOMING, Step.FIND):
        return None, 0.0
    recent = now(pictures, HALF_S)
    scale = scale_px(recent) if session.step in ZOOMING else None
    if scale is not None:
        return scale, _SCALE_SHARE * scale
    contrast = median(each.reading.contrast for each in recent)
    return contrast, _CONTRAST_SHARE * contrast


def _blur(pictures: TimedReadings, session: Session) -> tuple[float | None, float]:
    """|r|; by how much it strays is seen, as what a reading doubts of itself is mostly the same in all."""
    now_um = [each.um for each in now(pictures, HALF_S) if each.um is not None]
    if not now_um:
        return None, 0.0
    seen = [each for each in now(pictures, STRAYS_S) if each.um is not None]
    strays_um = scatter(tenths([each.at_s for each in seen], [each.um or 0.0 for each in seen]).values)
    um = median(now_um)
    return um, max(4.0 * strays_um, 0.5 * optics_of(session).half_depth_um(), 0.03 * um)

"""Does anything change: what a step should change, and what to check when it does not."""

from .. import events as ev
from ..session_state import Session, optics_of
from ..steps import Step
from .pictures import StepHistory, TimedReading

NOTHING_S = 10.0
"""So long after an instruction, or after the last change, something should have changed."""

ZOOMING = (Step.TO_TELE, Step.TO_WIDE, Step.TO_PROOF, Step.WALK)
TURNING = (Step.SWEEP_TELE, Step.SWEEP_WIDE)
_SCALE_SHARE, _CONTRAST_SHARE = 0.03, 0.1
_DOUBTS: dict[Step, tuple[ev.Doubt, ...]] = {
    Step.SWEEP_WIDE: ("lock-screw", "right-ring", "iris-open"),
    Step.SWEEP_TELE: ("right-ring", "iris-open"),
    Step.FIND: ("right-ring", "iris-open"),
}


def noticed(state: StepHistory, session: Session) -> tuple[float | None, float]:
    """The anchor of `state` after its last picture, and since when it stands."""
    value, slack = _signal(state.pictures[-1], session)
    if value is None:
        return state.anchor, state.at_s if state.anchor is None else state.anchor_s
    if state.anchor is None or abs(value - state.anchor) > slack:
        return value, state.at_s
    return state.anchor, state.anchor_s


def judge_change(state: StepHistory, session: Session) -> ev.Seen | None:
    """Ten seconds and nothing changed: the next thing to check."""
    if session.step not in (*ZOOMING, *TURNING, Step.FIND) or state.anchor is None:
        return None
    since_s = max(state.anchor_s, state.told_s if state.told else 0.0)
    if state.at_s - since_s < NOTHING_S:
        return None
    return ev.NothingChanges(state.at_s, _next_doubt(session))


def _next_doubt(session: Session) -> ev.Doubt:
    doubts = _DOUBTS.get(session.step, ("right-ring",))
    if not session.setup.back_focus_ring:
        doubts = tuple(doubt for doubt in doubts if doubt != "lock-screw")
    asked = doubts.index(session.doubt) + 1 if session.doubt in doubts else 0
    return doubts[asked % len(doubts)]


def _signal(picture: TimedReading, session: Session) -> tuple[float | None, float]:
    """What this step is to change, and how much of it is no change yet."""
    if session.step in ZOOMING:
        scale_px = picture.scale_px
        return scale_px, _SCALE_SHARE * (scale_px or 0.0)
    if session.step in TURNING:
        slack_um = max(
            4.0 * picture.sigma_um, 0.5 * optics_of(session).half_depth_um(), 0.03 * (picture.um or 0.0)
        )
        return picture.um, slack_um
    if session.step is Step.FIND:
        return picture.reading.contrast, _CONTRAST_SHARE * picture.reading.contrast
    return None, 0.0

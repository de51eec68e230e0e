"""The procedure as a table: (step, what happened) -> step. A missing key is the error.

Branches on values are event types of their own, made by `watch`; the table never looks inside an event.
`Undone` alone is not in it: it goes back to wherever the session came from.
"""

from collections.abc import Mapping
from enum import StrEnum

from . import events as ev


class Step(StrEnum):
    """Where a session stands; spelled as in every JSON output."""

    AIM = "aim"
    CHECK = "check"
    TO_TELE = "to-tele"
    FIND = "find"
    LOOK_TELE = "look-tele"
    SWEEP_TELE = "sweep-tele"
    RETURN_TELE = "return-tele"
    TO_WIDE = "to-wide"
    ZOOM_IN = "zoom-in"
    LOOK_WIDE = "look-wide"
    SWEEP_WIDE = "sweep-wide"
    RETURN_WIDE = "return-wide"
    WALK = "walk"
    LOCK = "lock"
    TO_PROOF = "to-proof"
    PROOF = "proof"
    DONE = "done"

    @property
    def at_tele(self) -> bool:
        """Whether the zoom stands at tele in this step."""
        return self in (Step.FIND, Step.LOOK_TELE, Step.SWEEP_TELE, Step.RETURN_TELE, Step.LOCK)


Table = Mapping[tuple[Step, type], Step]

_ROAD: dict[tuple[Step, type], Step] = {
    (Step.AIM, ev.NotReady): Step.AIM,
    (Step.AIM, ev.StarSeen): Step.CHECK,
    (Step.AIM, ev.TargetTaken): Step.AIM,
    (Step.AIM, ev.ZoomMoved): Step.TO_TELE,
    (Step.AIM, ev.Confirmed): Step.CHECK,
    (Step.AIM, ev.Skipped): Step.CHECK,
    (Step.CHECK, ev.NotReady): Step.AIM,
    (Step.CHECK, ev.StarSeen): Step.CHECK,
    (Step.CHECK, ev.TargetTaken): Step.CHECK,
    (Step.CHECK, ev.ZoomMoved): Step.TO_TELE,
    (Step.CHECK, ev.Confirmed): Step.TO_TELE,
    (Step.CHECK, ev.Skipped): Step.TO_TELE,
    (Step.TO_TELE, ev.ZoomStopped): Step.LOOK_TELE,
    (Step.TO_TELE, ev.TargetTaken): Step.TO_TELE,
    (Step.TO_TELE, ev.NothingThere): Step.FIND,
    (Step.TO_TELE, ev.WrongRing): Step.TO_TELE,
    (Step.TO_TELE, ev.NothingChanges): Step.TO_TELE,
    (Step.TO_TELE, ev.Confirmed): Step.LOOK_TELE,
    (Step.TO_TELE, ev.Skipped): Step.LOOK_TELE,
    (Step.FIND, ev.Sharper): Step.FIND,
    (Step.FIND, ev.Softer): Step.FIND,
    (Step.FIND, ev.NothingChanges): Step.FIND,
    (Step.FIND, ev.ZoomMoved): Step.TO_TELE,
    (Step.FIND, ev.StarSeen): Step.SWEEP_TELE,
    (Step.FIND, ev.Confirmed): Step.SWEEP_TELE,
    (Step.FIND, ev.Skipped): Step.TO_WIDE,
    (Step.LOOK_TELE, ev.WrongRing): Step.LOOK_TELE,
    (Step.LOOK_TELE, ev.FocusTouched): Step.LOOK_TELE,
    (Step.LOOK_TELE, ev.TeleSharp): Step.TO_WIDE,
    (Step.LOOK_TELE, ev.TeleSoft): Step.SWEEP_TELE,
    (Step.LOOK_TELE, ev.NothingThere): Step.FIND,
    (Step.LOOK_TELE, ev.Confirmed): Step.TO_WIDE,
    (Step.LOOK_TELE, ev.Skipped): Step.TO_WIDE,
    (Step.SWEEP_TELE, ev.Sharper): Step.SWEEP_TELE,
    (Step.SWEEP_TELE, ev.Softer): Step.SWEEP_TELE,
    (Step.SWEEP_TELE, ev.StarLost): Step.SWEEP_TELE,
    (Step.SWEEP_TELE, ev.NothingThere): Step.FIND,
    (Step.SWEEP_TELE, ev.PeakMissed): Step.SWEEP_TELE,
    (Step.SWEEP_TELE, ev.NothingChanges): Step.SWEEP_TELE,
    (Step.SWEEP_TELE, ev.PeakPassed): Step.RETURN_TELE,
    (Step.SWEEP_TELE, ev.Returned): Step.TO_WIDE,
    (Step.SWEEP_TELE, ev.Confirmed): Step.TO_WIDE,
    (Step.SWEEP_TELE, ev.Skipped): Step.TO_WIDE,
    (Step.RETURN_TELE, ev.Sharper): Step.SWEEP_TELE,
    (Step.RETURN_TELE, ev.AtPeak): Step.RETURN_TELE,
    (Step.RETURN_TELE, ev.Overshot): Step.RETURN_TELE,
    (Step.RETURN_TELE, ev.StarLost): Step.SWEEP_TELE,
    (Step.RETURN_TELE, ev.PeakMissed): Step.SWEEP_TELE,
    (Step.RETURN_TELE, ev.Returned): Step.TO_WIDE,
    (Step.RETURN_TELE, ev.Confirmed): Step.TO_WIDE,
    (Step.RETURN_TELE, ev.Skipped): Step.TO_WIDE,
    (Step.TO_WIDE, ev.ZoomStopped): Step.LOOK_WIDE,
    (Step.TO_WIDE, ev.LostOnTheWay): Step.ZOOM_IN,
    (Step.TO_WIDE, ev.NothingChanges): Step.TO_WIDE,
    (Step.TO_WIDE, ev.Confirmed): Step.LOOK_WIDE,
    (Step.TO_WIDE, ev.Skipped): Step.LOOK_WIDE,
    (Step.ZOOM_IN, ev.ZoomStopped): Step.LOOK_WIDE,
    (Step.ZOOM_IN, ev.LostOnTheWay): Step.ZOOM_IN,
    (Step.ZOOM_IN, ev.NothingThere): Step.TO_TELE,
    (Step.ZOOM_IN, ev.Confirmed): Step.LOOK_WIDE,
    (Step.ZOOM_IN, ev.Skipped): Step.LOOK_WIDE,
    (Step.LOOK_WIDE, ev.WithinDepth): Step.WALK,
    (Step.LOOK_WIDE, ev.StillOff): Step.SWEEP_WIDE,
    (Step.LOOK_WIDE, ev.PartWaySharp): Step.TO_WIDE,
    (Step.LOOK_WIDE, ev.WrongRing): Step.LOOK_WIDE,
    (Step.LOOK_WIDE, ev.NotParfocal): Step.DONE,
    (Step.LOOK_WIDE, ev.NotFrontFocus): Step.DONE,
    (Step.LOOK_WIDE, ev.LostOnTheWay): Step.ZOOM_IN,
    (Step.LOOK_WIDE, ev.Confirmed): Step.WALK,
    (Step.LOOK_WIDE, ev.Skipped): Step.WALK,
    (Step.SWEEP_WIDE, ev.Sharper): Step.SWEEP_WIDE,
    (Step.SWEEP_WIDE, ev.Softer): Step.SWEEP_WIDE,
    (Step.SWEEP_WIDE, ev.StarLost): Step.SWEEP_WIDE,
    (Step.SWEEP_WIDE, ev.PeakMissed): Step.SWEEP_WIDE,
    (Step.SWEEP_WIDE, ev.NothingChanges): Step.SWEEP_WIDE,
    (Step.SWEEP_WIDE, ev.PeakPassed): Step.RETURN_WIDE,
    (Step.SWEEP_WIDE, ev.Returned): Step.TO_TELE,
    (Step.SWEEP_WIDE, ev.Confirmed): Step.TO_TELE,
    (Step.SWEEP_WIDE, ev.Skipped): Step.TO_TELE,
    (Step.RETURN_WIDE, ev.Sharper): Step.SWEEP_WIDE,
    (Step.RETURN_WIDE, ev.AtPeak): Step.RETURN_WIDE,
    (Step.RETURN_WIDE, ev.Overshot): Step.RETURN_WIDE,
    (Step.RETURN_WIDE, ev.StarLost): Step.SWEEP_WIDE,
    (Step.RETURN_WIDE, ev.PeakMissed): Step.SWEEP_WIDE,
    (Step.RETURN_WIDE, ev.Returned): Step.TO_TELE,
    (Step.RETURN_WIDE, ev.PartWaySharp): Step.TO_WIDE,
    (Step.RETURN_WIDE, ev.Confirmed): Step.TO_TELE,
    (Step.RETURN_WIDE, ev.Skipped): Step.TO_TELE,
    (Step.WALK, ev.Walked): Step.LOCK,
    (Step.WALK, ev.NotParfocal): Step.DONE,
    (Step.WALK, ev.FocusTouched): Step.SWEEP_TELE,
    (Step.WALK, ev.StarLost): Step.WALK,
    (Step.WALK, ev.NothingChanges): Step.WALK,
    (Step.WALK, ev.Confirmed): Step.LOCK,
    (Step.WALK, ev.Skipped): Step.LOCK,
    (Step.LOCK, ev.ZoomMoved): Step.TO_PROOF,
    (Step.LOCK, ev.Confirmed): Step.TO_PROOF,
    (Step.LOCK, ev.Skipped): Step.DONE,
    (Step.TO_PROOF, ev.ZoomStopped): Step.PROOF,
    (Step.TO_PROOF, ev.LostOnTheWay): Step.ZOOM_IN,
    (Step.TO_PROOF, ev.NothingChanges): Step.TO_PROOF,
    (Step.TO_PROOF, ev.Confirmed): Step.PROOF,
    (Step.TO_PROOF, ev.Skipped): Step.DONE,
    (Step.PROOF, ev.LockHeld): Step.DONE,
    (Step.PROOF, ev.LockUnseen): Step.LOCK,
    (Step.PROOF, ev.LockMoved): Step.SWEEP_WIDE,
    (Step.PROOF, ev.LockKeepsMoving): Step.DONE,
    (Step.PROOF, ev.LostOnTheWay): Step.ZOOM_IN,
    (Step.PROOF, ev.Confirmed): Step.DONE,
    (Step.PROOF, ev.Skipped): Step.DONE,
    (Step.TO_TELE, ev.NotReady): Step.AIM,
    (Step.FIND, ev.NotReady): Step.AIM,
    (Step.LOOK_TELE, ev.NotReady): Step.AIM,
    (Step.SWEEP_TELE, ev.NotReady): Step.AIM,
    (Step.RETURN_TELE, ev.NotReady): Step.AIM,
    (Step.LOOK_WIDE, ev.LightChanged): Step.TO_TELE,
    (Step.PROOF, ev.LightChanged): Step.TO_TELE,
    (Step.WALK, ev.LightChanged): Step.LOOK_TELE,
    (Step.LOCK, ev.LightChanged): Step.LOOK_TELE,
    (Step.LOOK_TELE, ev.LightChanged): Step.LOOK_TELE,
    (Step.SWEEP_TELE, ev.LightChanged): Step.LOOK_TELE,
    (Step.RETURN_TELE, ev.LightChanged): Step.LOOK_TELE,
    (Step.SWEEP_WIDE, ev.LightChanged): Step.TO_TELE,
    (Step.RETURN_WIDE, ev.LightChanged): Step.TO_TELE,
    (Step.SWEEP_TELE, ev.ZoomStrayed): Step.TO_TELE,
    (Step.RETURN_TELE, ev.ZoomStrayed): Step.TO_TELE,
    (Step.SWEEP_WIDE, ev.ZoomStrayed): Step.TO_WIDE,
    (Step.RETURN_WIDE, ev.ZoomStrayed): Step.TO_WIDE,
    (Step.DONE, ev.LockSlipped): Step.DONE,
    (Step.DONE, ev.Repeated): Step.AIM,
    (Step.DONE, ev.NdChanged): Step.AIM,
    (Step.DONE, ev.Noted): Step.DONE,
    (Step.DONE, ev.TurnTold): Step.DONE,
}

_ONCE: dict[tuple[Step, type], Step] = {(Step.AIM, ev.NothingThere): Step.CHECK}
"""What led on in older sessions and happens no more: ten seconds without a star were taken for a blur."""

_OPEN = tuple(step for step in Step if step is not Step.DONE)
_AFTER_A_BUMP = {Step.RETURN_TELE: Step.SWEEP_TELE, Step.RETURN_WIDE: Step.SWEEP_WIDE}
_MEASURING = (
    Step.LOOK_TELE,
    Step.SWEEP_TELE,
    Step.RETURN_TELE,
    Step.LOOK_WIDE,
    Step.SWEEP_WIDE,
    Step.RETURN_WIDE,
    Step.PROOF,
)

_ROUND_AND_ROUND = (*_MEASURING, Step.FIND, Step.WALK, Step.LOCK)
"""Steps in which the light or a ring may bring back the same again and again."""

NEXT: Table = (
    _ROAD
    | _ONCE
    | {(step, ev.Repeated): step for step in _OPEN}
    | {(step, ev.Noted): step for step in _OPEN}
    | {(step, ev.Questioned): step for step in _OPEN}
    | {(step, ev.NdChanged): Step.CHECK if step is Step.CHECK else Step.AIM for step in _OPEN}
    | {(step, over): Step.DONE for step in _OPEN for over in (ev.Stopped, ev.Ended)}
    | {(step, ev.ExtenderSwung): Step.AIM for step in _OPEN}
    | {(step, ev.GivenUp): Step.DONE for step in _ROUND_AND_ROUND}
    | {(step, ev.Bumped): _AFTER_A_BUMP.get(step, step) for step in _MEASURING}
)
"""The procedure for a lens with a back-focus ring."""

NEXT_WITHOUT_RING: Table = {
    **{key: step for key, step in NEXT.items() if key != (Step.SWEEP_WIDE, ev.Returned)},
    (Step.LOOK_WIDE, ev.StillOff): Step.DONE,
    (Step.LOOK_WIDE, ev.Unclear): Step.SWEEP_WIDE,
    (Step.SWEEP_WIDE, ev.PeakPassed): Step.DONE,
    (Step.SWEEP_WIDE, ev.PeakMissed): Step.DONE,
    (Step.SWEEP_WIDE, ev.Confirmed): Step.DONE,
    (Step.SWEEP_WIDE, ev.Skipped): Step.DONE,
    (Step.WALK, ev.Walked): Step.DONE,
    (Step.WALK, ev.Confirmed): Step.DONE,
    (Step.WALK, ev.Skipped): Step.DONE,
}
"""The same for a lens without one: measured, proved over the zoom, and no ring to turn or lock."""


def table(*, back_focus_ring: bool) -> Table:
    """The table for a lens with or without a back-focus ring."""
    return NEXT if back_focus_ring else NEXT_WITHOUT_RING


def diagram(*, back_focus_ring: bool = True) -> str:
    """The table as a Mermaid state diagram of what is seen in the picture.

    Left out is what every step has: events that stay in their step, those of the person (confirm, repeat,
    skip, undo, stop), a bump, an extender, and the end of a recording.
    """
    hidden = {ev.Confirmed, ev.Repeated, ev.Skipped, ev.Stopped, ev.Noted, ev.NdChanged, ev.Ended, ev.Bumped}
    hidden |= {ev.ExtenderSwung}
    arrows: dict[tuple[Step, Step], list[str]] = {}
    for (step, event), after in table(back_focus_ring=back_focus_ring).items():
        if event not in hidden and after is not step and (step, event) not in _ONCE:
            arrows.setdefault((step, after), []).append(event.__name__)
    reached = {Step.AIM} | {after for _, after in arrows}
    lines = [
        f"    {_name(a)} --> {_name(b)}: {', '.join(what)}" for (a, b), what in arrows.items() if a in reached
    ]
    head = ["stateDiagram-v2", f"    [*] --> {_name(Step.AIM)}"]
    return "\n".join([*head, *lines, f"    {_name(Step.DONE)} --> [*]"]) + "\n"


def _name(step: Step) -> str:
    """Mermaid takes no hyphens in a state's name."""
    return step.value.replace("-", "_")

"""What stands beside the instruction: what went wrong, and what in the pictures can change the answer.

A notice is true now or it is gone. It dates from an event or from the pictures of the last second, is held
against what else would look the same, and goes when its cause goes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..guide import events as ev
from ..guide.instructions import AskAgain
from ..guide.session_state import Session
from ..guide.steps import Step
from ..guide.watch.idle import is_changing
from ..guide.watch.pictures import StepHistory, last, lasted
from ..guide.words import event_words, instruction_words
from ..measure.reading import Flag, TargetName
from ..solve.remarks import borne, having, remark_words


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, when, and what was measured then."""

    event: ev.Event
    at_s: float
    target: TargetName = "star"

    @property
    def words(self) -> str:
        """A sentence, and after a confirmation that the picture does not bear out what to do about it."""
        if isinstance(self.event, ev.Questioned):
            asked = instruction_words(AskAgain(self.event.step, self.event.why), self.target)
            return f"{asked.sentence} {asked.hint}".strip()
        return event_words(self.event, self.target)


STANDS_S = 12.0
"""So long what is over stays to be read: two sentences and a look back at the lens."""
BACK_PICTURES = 3
"""Pictures in a row that read the star, after which it is not lost; as the guide counts them."""
SEEN_S = 1.0
"""What most pictures of this long bear is so; in fewer a flash or a wild reading could be it."""
BLURRED_HALF_DEPTHS = 4.0
"""Half depths of focus of blur beyond which our own chart cannot tell its size either: a disc of 4 px."""
TROUBLES_KEPT = 2

WENT_WRONG = (
    ev.WrongRing,
    ev.FocusTouched,
    ev.Bumped,
    ev.StarLost,
    ev.PeakMissed,
    ev.LockMoved,
    ev.LockUnseen,
    ev.LockSlipped,
    ev.ZoomStrayed,
    ev.LightChanged,
    ev.ExtenderSwung,
)
"""What somebody should hear of at once."""
_ASKED = (ev.NothingChanges, ev.Questioned)
"""Questions to the person: they stand below the instruction, never in its place."""
_TROUBLE = (*WENT_WRONG, *_ASKED, ev.LostOnTheWay, ev.NotParfocal, ev.NotFrontFocus, ev.GivenUp)
_WENT_WELL = (ev.Returned, ev.WithinDepth, ev.StillOff, ev.TeleSharp)
_HANDS_OFF = (Step.LOOK_TELE, Step.LOOK_WIDE, Step.PROOF)
"""Where a picture that moves is nobody's hand on a ring."""
_LOCKING = (Step.LOCK, Step.TO_PROOF)
_SAID_BY_AIM = {Flag.CLIPPED, Flag.TOO_DARK, Flag.MOVING, Flag.SCALE_UNSURE}


def troubles_now(
    before: Sequence[Trouble],
    session: Session,
    history: StepHistory,
    at_s: float,
    events: Sequence[ev.Event] = (),
) -> tuple[Trouble, ...]:
    """What went wrong and still matters, newest last."""
    if any(isinstance(event, _WENT_WELL) for event in events):
        before = ()
    new = [Trouble(event, at_s, session.target) for event in events if isinstance(event, _TROUBLE)]
    kinds = {type(each.event) for each in new}
    kept = [
        each for each in before if type(each.event) not in kinds and _still_so(each, session, history, at_s)
    ]
    return tuple((*kept, *new)[-TROUBLES_KEPT:])


def _still_so(trouble: Trouble, session: Session, history: StepHistory, at_s: float) -> bool:
    match trouble.event:
        case ev.StarLost() | ev.LostOnTheWay():
            newest = history.pictures[-BACK_PICTURES:]
            return len(newest) < BACK_PICTURES or not all(each.measured for each in newest)
        case ev.LightChanged():
            return session.light_changed
        case ev.NothingChanges():
            return session.told.doubt is not None and not (history.pictures and is_changing(history))
        case ev.Questioned():
            return session.told.questioned is not None
        case ev.LockUnseen():
            return session.step in _LOCKING
        case _:
            return at_s - trouble.at_s < STANDS_S


def remarks_now(
    before: Sequence[str], session: Session, history: StepHistory, um: float | None, depth_um: float
) -> tuple[str, ...]:
    """What most pictures of the last second show and an answer could suffer from, with what to do about it.

    Parameters
    ----------
    before
        What was remarked a picture ago: stands until a second of this step has been seen.
    um, depth_um
        Blur of the newest picture, None where it cannot be told, and half the depth of focus there.
    """
    if not lasted(history.pictures, SEEN_S):
        return tuple(before)
    flags = borne([each.reading for each in last(history.pictures, SEEN_S)])
    told = having(flags - _explained(session, um, depth_um), "too sharp", "too soft", "in doubt")
    if session.step in (Step.AIM, Step.CHECK):  # the camera's own doings, too, can still be switched off
        told += having(flags, "camera sharp", "camera soft")
    return tuple(map(remark_words, told))


def _explained(session: Session, um: float | None, depth_um: float) -> set[Flag]:
    """Flags that something else explains now, or that the instruction says already."""
    if session.step in (Step.AIM, Step.CHECK):
        return _SAID_BY_AIM
    explained = set() if session.step in _HANDS_OFF else {Flag.MOVING}
    if um is None or um > BLURRED_HALF_DEPTHS * depth_um:
        explained.add(Flag.SCALE_UNSURE)
    return explained

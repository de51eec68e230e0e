"""What is said to the person: a few large words, a plain sentence and a hint for each instruction and event.

The large words say what to do now and can be read from two metres; the sentence says it in full; the hint
helps who does not know why. Numbers are said only where they are known.
"""

from dataclasses import dataclass
from typing import assert_never, cast

from ..measure.reading import TargetName
from ..solve.clip import FirstTurn
from ..solve.titles import verdict_title
from . import events as ev
from . import instructions as say
from .session_state import Session, rounds_left
from .steps import Step


@dataclass(frozen=True, slots=True)
class Words:
    """An instruction for people: `title` at most 28 characters, `sentence` one line, `hint` may be empty."""

    title: str
    sentence: str
    hint: str = ""


_RINGS: dict[ev.Ring, str] = {"focus": "FOCUS", "back-focus": "BACK FOCUS"}
_OTHER: dict[ev.Ring, ev.Ring] = {"focus": "back-focus", "back-focus": "focus"}

FIRST_TURNS: dict[FirstTurn, str] = {
    "near": "focus ring, towards near",
    "infinity": "focus ring, towards infinity",
    "away": "back-focus ring, lens away from the sensor",
    "towards": "back-focus ring, lens towards the sensor",
}
"""Which way a ring went first in a sweep at wide."""
OF_THE_FOCUS_RING: tuple[FirstTurn, ...] = ("near", "infinity")

_ANOTHER = "Zoom fully out and point the camera, or the frame on the picture, at something else."

_AIM: dict[ev.Unfit, Words] = {
    "no-star": Words(
        "Aim at the star",
        "Zoom fully out and put the star in the middle of the picture.",
        "Focus roughly on the chart, 2 to 3 m away or at the distance printed on it, camera on a tripod. "
        "Menus and zebra off. If the star is there and only too blurred to be found, confirm.",
    ),
    "cropped": Words("Show the whole star", "Part of the star is out of the picture: move it to the middle."),
    "clipped": Words("Less light", "The white of the chart is clipped: lower the gain or the light.",
                     "Not with the iris: it must be open."),
    "too-bright": Words("Less light", "The white of the chart is above 90 %: lower the gain or the light.",
                        "Not with the iris: it must be open. An ND filter shifts the focus: note it."),
    "too-dark": Words("More light", "The white of the chart is below 60 %: more light, or more gain.",
                      "Open the iris fully first."),
    "sharpened": Words("Switch detail off", "The camera sharpens its picture: switch detail (aperture) off.",
                       "It makes a soft picture look sharp and hides the error. If it is off already, the "
                       "gamma setting may be wrong."),
    "moving": Words("Hold the camera still", "The picture moves: lock the tripod; stabiliser off."),
    "never-still": Words("Choose something else",
                         "No star is in view, and what stands there moves by itself.",
                         f"{_ANOTHER} A poster, a bookshelf or a brick wall will do: what stands still."),
    "too-smooth": Words("Choose something else",
                        "No star is in view, and what stands there has too little fine detail.",
                        f"{_ANOTHER} Print, brick, leaves or fabric will do; go nearer."),
    "repeating": Words("Choose something else", "No star is in view, and what stands there repeats itself.",
                       f"{_ANOTHER} A poster or a bookshelf will do: nothing with a regular pattern."),
    "glossy": Words("Choose something else", "No star is in view, and what stands there is all highlights.",
                    f"{_ANOTHER} Something matt will do; or light it evenly from the side."),
    "several-depths": Words("Choose something else", "Parts of it stand nearer than others.",
                            f"{_ANOTHER} Something flat will do."),
}  # fmt: skip

_DOUBTS: dict[ev.Doubt, Words] = {
    "lock-screw": Words("Is the lock screw loose?", "Nothing changes: is the lock screw of the ring loose?"),
    "right-ring": Words("Is it the right ring?", "Nothing changes: is it the ring that was asked for? "
                        "If it stands where it should, confirm.",
                        "FOCUS is the large ring at the front of the lens, BACK FOCUS the narrow one next to "
                        "the camera, with a screw."),
    "iris-open": Words("Is the iris open?", "Nothing changes: is the iris fully open?",
                       "A small opening makes everything look sharp."),
    "zoom-end": Words("Is the zoom at its end?", "Nothing changes: does the zoom stand at this end already?",
                      "Then zoom to the other end and back, so that the picture shows it."),
}  # fmt: skip


_TAKEN: dict[TargetName, str] = {
    "star": "A star came into view: the star is used.",
    "edge": "The edge chart came into view: it is used.",
    "object": "No star and no edge chart is in view: what stands there is used.",
}

_OF_OBJECT = (
    ("put the star in", "put something flat with much detail in"),
    (
        "Focus roughly on the chart, 2 to 3 m away or at the distance printed on it, camera",
        "Focus roughly on it, camera",
    ),
    ("The white of the chart is clipped", "Highlights are cut off"),
    ("The white of the chart is", "The brightest parts are"),
    ("No star is in view, and what stands there", "What stands there"),
    ("No star", "No object"),
    ("The star", "The object"),
    ("the star", "the object"),
    ("whole star", "whole object"),
    ("the chart", "the object"),
)
"""What is said of a star and its chart, and of an object instead: replaced in this order."""

_NOT_SHOWN: dict[ev.Unshown, Words] = {
    "no-star": Words("Is the star in view?", "No star is seen.",
                     "If it is there and only too blurred to be read, confirm once more."),
    "no-zoom": Words("Has the zoom moved?", "The picture does not show that the zoom moved.",
                     "Zoom as asked. If it stands there already, confirm once more; without a zoom there is "
                     "no answer."),
    "part-way": Words("All the way?", "The picture shows a zoom part of the way: this lens goes further.",
                      "If that is its end, confirm once more."),
    "no-peak": Words("Turn past the sharpest point", "The sharpest point was not passed yet.",
                     "To leave the ring where it stands, confirm once more: it is read there."),
    "soft": Words("It was sharper before", "The ring does not stand on the sharpest point.",
                  "To leave it there, confirm once more: it is read there."),
    "moving": Words("Hold still", "The picture still moves: it is read when it stands.",
                    "To go on anyway, confirm once more."),
}  # fmt: skip


def _not_shown_words(why: ev.Unshown) -> Words:
    known = _NOT_SHOWN.get(why)
    if known is None:
        fault = _AIM[cast(ev.Unfit, why)]
        return Words(fault.title, fault.sentence, "To go on anyway, confirm once more.")
    return known


def of_target(words: str, target: TargetName) -> str:
    """A text about a star as it is said of what is measured."""
    if target == "object":
        for star, other in _OF_OBJECT:
            words = words.replace(star, other)
    return words


def instruction_words(said: say.Instruction, target: TargetName = "star") -> Words:
    """What an instruction says to a person."""
    words = _instruction_words(said)
    return Words(*(of_target(each, target) for each in (words.title, words.sentence, words.hint)))


def _instruction_words(said: say.Instruction) -> Words:
    match said:
        case say.Aim(fault=fault):
            return _AIM[fault]
        case say.Confirm(items=items):
            sentence = "Check: " + "; ".join(items) + "."
            return Words("Check, then zoom in", sentence, "Confirm, or just zoom in to go on.")
        case say.ZoomTo(end="tele"):
            return Words("Zoom fully IN", "Zoom fully in and leave every other ring alone.")
        case say.ZoomTo():
            return Words("Zoom fully OUT", "Zoom fully out and leave every other ring alone.")
        case say.ZoomUntilLost():
            return Words(
                "Zoom IN a little",
                "Zoom back in until the star shows again, and stop there.",
                "The error is too large to read fully out: make it smaller here first.",
            )
        case say.Turn():
            return _turn_words(said)
        case say.Hold():
            return Words("Hands off", "Hands off for a second while it is measured.")
        case say.WalkZoom():
            return Words(
                "Zoom IN slowly",
                "Zoom slowly all the way in and touch nothing else.",
                "This shows whether the lens stays sharp through the zoom.",
            )
        case say.LoosenLock():
            return Words("Loosen the lock screw", "Loosen the lock screw of the back-focus ring.")
        case say.TightenLock():
            return Words(
                "Tighten the lock screw",
                "Tighten the lock screw and hold the ring while you do.",
                "Confirm, or just zoom out to go on. The screw can move the ring: it is checked.",
            )
        case say.CheckThat(doubt=doubt):
            return _DOUBTS[doubt]
        case say.AskAgain(why=why):
            return _not_shown_words(why)
        case say.Ignored(step=step):
            return Words("", f"Nothing to do: '{step}' is over.")
        case say.Finish():
            return _finish_words(said)
        case other:
            assert_never(other)


def _turn_words(said: say.Turn) -> Words:
    name = _RINGS[said.ring]
    slowly = "more slowly" if said.slower else "slowly"
    if said.searching:
        return _search_words(said)
    match said.way:
        case "either":
            return Words(
                f"Turn the {name} ring",
                f"Turn the {name} ring {slowly}, either way.{_far(said)}",
                _leave_alone(said.ring),
            )
        case "on":
            return Words("Keep going", f"Keep turning the {name} ring until it gets softer again.")
        case "back":
            sentence = f"Turn the {name} ring back the way you came, {slowly}."
            return Words(
                f"{name} ring BACK", sentence, "If you lose it: half-way between two equally soft places."
            )
        case "stop":
            return Words("STOP", f"Stop: let go of the {name} ring.")
        case other:
            assert_never(other)


def _far(said: say.Turn) -> str:
    if said.left_um is None:
        return ""
    on_the_ring = f", {said.left_deg:.0f} degrees of the ring" if said.left_deg is not None else ""
    return f" About {said.left_um:.0f} um to go{on_the_ring}."


def _search_words(said: say.Turn) -> Words:
    how = {
        "either": "Turn the FOCUS ring until something appears; start at the distance of the chart.",
        "on": "Keep turning the FOCUS ring: something appears.",
        "back": "Turn the FOCUS ring the other way until something appears.",
        "stop": "Let go of the FOCUS ring.",
    }[said.way]
    return Words(
        "Turn the FOCUS ring",
        how,
        "Fully in, an unfocused lens shows nothing at all. Watch the contrast.",
    )


def _leave_alone(ring: ev.Ring) -> str:
    return f"Do not touch the {_RINGS[_OTHER[ring]]} ring."


def _finish_words(said: say.Finish) -> Words:
    return Words(verdict_title(said.verdict), said.reason, said.advice)


def event_words(event: ev.Event, target: TargetName = "star") -> str:
    """What happened, in one sentence; empty for what only the machine needs to know."""
    if isinstance(event, ev.TargetTaken):
        return _TAKEN[event.target]
    return of_target(_event_words(event), target)


def _event_words(event: ev.Event) -> str:
    match event:
        case ev.NotReady(why=why):
            return _AIM[why].sentence if why != "no-star" else "No star in the picture."
        case ev.StarSeen():
            return "The star is found."
        case ev.ZoomMoved() | ev.ZoomStopped():
            return _zoom_words(event)
        case ev.NothingThere():
            return "No star can be read: far out of focus."
        case ev.LostOnTheWay():
            return "The star is lost further out: the error is large."
        case ev.StarLost():
            return "The star is lost."
        case ev.Sharper():
            return "It gets sharper."
        case ev.Softer():
            return "It gets softer."
        case ev.PeakPassed():
            return "That was the sharpest point."
        case ev.PeakMissed(why=why):
            return _missed_words(why)
        case ev.AtPeak():
            return "As sharp as it was."
        case ev.Overshot():
            return "That was a little too far."
        case ev.Returned(ring=ring):
            return f"The {_RINGS[ring]} ring is back on the sharpest point."
        case _:
            return _finding_words(event)


def _missed_words(why: ev.Miss) -> str:
    return {
        "too-fast": "That was too fast to see the sharpest point: again, more slowly.",
        "flat": "No clear sharpest point: turn further, past it.",
        "not-back": "Not back on the sharpest point: sweep once more.",
    }[why]


def _zoom_words(event: ev.ZoomMoved | ev.ZoomStopped) -> str:
    if isinstance(event, ev.ZoomMoved):
        return "The zoom moves."
    return "Fully in." if event.end == "tele" else "Fully out."


def _finding_words(event: ev.Event) -> str:
    match event:
        case ev.PartWaySharp():
            return "Sharp here: go on outwards."
        case ev.TeleSharp():
            return "Tele is sharp enough."
        case ev.TeleSoft():
            return "Tele is soft."
        case ev.WithinDepth():
            return "Wide is sharp: within the depth of focus."
        case ev.StillOff(delta_um=delta):
            return "Wide is soft." if delta is None else "Wide is soft: the back focus is off."
        case ev.Unclear():
            return "A soft lens, or a back-focus error: the two look the same here."
        case ev.Walked(looks=looks):
            return (
                "The lens holds focus through the zoom."
                if looks
                else "Fully in; nothing was read on the way."
            )
        case ev.NotParfocal():
            return "The lens does not hold focus as back focus explains it: no ring can cure that."
        case ev.NotFrontFocus():
            return "Focusing at tele moves the focus at wide as far: not a front-focus lens."
        case ev.LockHeld():
            return "The lock screw moved nothing."
        case ev.LockUnseen():
            return (
                "Nothing moved, but was the screw tightened? Tighten it and confirm; it is looked at again."
            )
        case ev.LockSlipped(moved_um=moved):
            return f"After the end the ring moved by {moved:.0f} um: the lock screw, or a hand."
        case ev.LockMoved():
            return "The lock screw moved the ring: loosen it and set it again, holding the ring."
        case ev.LockKeepsMoving():
            return "The lock screw moves the ring each time: it needs a hand on the ring, or service."
        case _:
            return _trouble_words(event)


def _trouble_words(event: ev.Event) -> str:
    match event:
        case ev.WrongRing(turned=ring):
            return f"The {_RINGS[ring]} ring was turned instead of the {_RINGS[_OTHER[ring]]} ring."
        case ev.FocusTouched():
            return "The FOCUS ring was touched while zooming."
        case ev.ZoomStrayed():
            return "The zoom was moved during the sweep: this sweep does not count."
        case ev.LightChanged(or_zoom=True):
            return (
                "The light changed: the zoom was not at its end before, or is not now, or it is iris, ND or "
                "lamp. Put it back; tele is measured again."
            )
        case ev.LightChanged():
            return "The light changed: iris, ND or lamp. Put it back; tele is measured again."
        case ev.GivenUp(why="light"):
            return "The light changed again and again: it ends here."
        case ev.GivenUp():
            return "The sharpest point was not found for minutes: it ends here."
        case ev.ExtenderSwung():
            return "The extender was swung in or out: take it out; it all starts again."
        case ev.Bumped():
            return "The camera was moved: this step starts again."
        case ev.NothingChanges(ask=doubt):
            return _DOUBTS[doubt].sentence
        case ev.Questioned():
            return "The picture does not show it."
        case ev.Noted(name=name, value=value):
            return f"Noted: {name} {value}."
        case ev.NdChanged(nd=nd):
            return f"ND {nd}: it gets its own result."
        case ev.TurnTold(first_turn=way):
            return f"First turn: {FIRST_TURNS[way]}."
        case ev.Ended():
            return "The recording is over."
        case ev.Stopped():
            return "Stopped."
        case _:
            return ""


def progress_words(session: Session) -> str:
    """How far wide is off and how many more rounds are likely; empty where no look at wide tells.

    While the back-focus ring is turned the meter tells how far, and the look before is out of date.
    """
    rounds = rounds_left(session)
    if rounds is None or session.finished:
        return ""
    more = {0: "no more rounds", 1: "one more round"}.get(rounds, f"{rounds} more rounds")
    turning = session.step in (Step.SWEEP_WIDE, Step.RETURN_WIDE)
    if session.setup.optics is None or session.correction.left_um is None or turning:
        return f"Expect {more}"
    return f"{session.correction.left_um:.0f} um off at wide: expect {more}"


STEP_WORDS: dict[Step, str] = {
    Step.AIM: "aim at the star, fully out",
    Step.CHECK: "check iris, extender, macro, ND",
    Step.TO_TELE: "zoom in",
    Step.FIND: "find the star at tele",
    Step.LOOK_TELE: "look at tele",
    Step.SWEEP_TELE: "focus ring past the sharpest point",
    Step.RETURN_TELE: "focus ring back to the sharpest point",
    Step.TO_WIDE: "zoom out",
    Step.ZOOM_IN: "zoom in until the star shows",
    Step.LOOK_WIDE: "look at wide",
    Step.SWEEP_WIDE: "back-focus ring past the sharpest point",
    Step.RETURN_WIDE: "back-focus ring back to the sharpest point",
    Step.WALK: "walk through the zoom",
    Step.LOCK: "lock the ring",
    Step.TO_PROOF: "zoom out once more",
    Step.PROOF: "look again",
    Step.DONE: "done",
}
"""Each step in a few words, for lists and progress."""


def awaited_words(step: Step, target: TargetName) -> str:
    """What a recording is watched for next: what can be seen in it, which iris, ND and extender cannot."""
    awaited = {Step.AIM: "the star, fully out", Step.CHECK: "the zoom moves"}
    return of_target(awaited.get(step, STEP_WORDS[step]), target)

"""What to do about a verdict where motors turned the rings: nobody is told to turn one or keep hands off."""

from dataclasses import replace

from ..solve.verdict import LOCK_ADVICE, NO_RING_ADVICE, Verdict

HOLD = "hold focus by a table of focus over zoom"
BY_HAND = (
    "No motor of this camera does that: set it by hand where its lens or mount has a ring or takes shims, "
    f"else refocus after each zoom, or {HOLD}."
)
REAR_FOCUS = (
    "Nothing is broken: such a lens, as most PTZ cameras and varifocals have, is refocused after each zoom. "
    f"Let its autofocus do that, store zoom and focus together as presets, or {HOLD}."
)
NO_TRACKING = (
    f"Back focus is no cure for this. Of a PTZ camera or a varifocal: {HOLD}, or store presets. A lens that "
    "focuses with its front and does this has to be serviced."
)


def in_motor_words(verdict: Verdict, *, has_motor: bool, may_correct: bool, corrected: bool) -> Verdict:
    """The verdict with the advice for a camera with motors.

    Parameters
    ----------
    has_motor : bool
        Whether one moves the back focus.
    may_correct, corrected : bool
        Whether it was allowed to, and whether it did.
    """
    match verdict.kind:
        case "set":
            done = "Its motor has set it" if corrected else "It holds focus through its zoom"
            return replace(verdict, advice=verdict.advice.replace(LOCK_ADVICE, f"{done}: nothing to do."))
        case "adjust":
            words = _to_adjust(may_correct) if has_motor else BY_HAND
            return replace(verdict, advice=verdict.advice.replace(NO_RING_ADVICE, words))
        case "tracking":
            return replace(verdict, advice=NO_TRACKING)
        case "not-front-focus":
            reason = verdict.reason.replace("Turning the focus ring moves", "Its focus motor moves")
            return replace(verdict, reason=reason, advice=REAR_FOCUS)
        case _:
            return verdict


def _to_adjust(may_correct: bool) -> str:
    if not may_correct:
        return "Its motor for the back focus can do that: it was only to look."
    return "Its motor did not get there: see that it is not at the end of its way, and try again."

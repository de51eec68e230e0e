"""What is said where motors turn the rings: nobody is told to turn one or keep hands off.

A verdict has its advice changed, and where nothing could be measured this is why, and what to do.
"""

from collections.abc import Mapping
from dataclasses import replace

from ..measure.reading import Flag
from ..solve.remarks import OF_OBJECTS, REMARKS, Remark
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
TOO_DARK = Verdict(
    "unsure",
    "The picture is too dark to be measured: it is night, or the iris is closed.",
    "Open the iris as far as it goes, give light, and try again.",
    ("chart",),
)
COUNTS_DOWN = Verdict(
    "unsure",
    "The picture grows as the numbers of the zoom fall: this motor counts the other way.",
    "Write zoom=reversed behind the ? of the lens's address, where it takes that, and try again.",
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


def not_pinned(where: str, looks: int) -> Verdict:
    """Best focus was not found after so many looks; `where`: "tele", "wide" or "between"."""
    return Verdict(
        "unsure",
        f"Best focus {_at(where)} could not be told from {looks} looks.",
        "More light, a calmer camera, a larger star; see that nothing else moves the focus, and try again.",
    )


def no_object(flags: frozenset[Flag]) -> Verdict:
    """Without a star in view, and nothing else at tele to measure by."""
    noticed = _noticed(flags, OF_OBJECTS)
    why = f": {_listed(noticed)}" if noticed else ""
    return Verdict(
        "unsure",
        f"There is no star in the pictures, and nothing else to measure by{why}.",
        "Aim at something flat with much fine detail, as a bookshelf or a brick wall, or hang up a star.",
        ("chart",),
    )


def unread(where: str, flags: frozenset[Flag]) -> Verdict:
    """No chart was read there, wherever the focus motor went; `where` as above, `flags`: of the last look."""
    noticed = _noticed(flags, REMARKS)
    why = f" ({_listed(noticed)})" if noticed else ""
    cures = " ".join(remark.cure for remark in noticed)
    return Verdict(
        "unsure",
        f"No chart could be read {_at(where)}, at any place of the focus motor{why}.",
        f"{cures} Put the star in the middle of the picture, light it, open the iris, and try again.".strip(),
        ("chart",),
    )


def _at(where: str) -> str:
    return f"at {where}" if where in ("tele", "wide") else "between tele and wide"


def _noticed(flags: frozenset[Flag], remarks: Mapping[Flag, Remark]) -> list[Remark]:
    """The remarks on what was noticed, in the order of the flags."""
    return [remarks[flag] for flag in Flag if flag in flags and flag in remarks]


def _listed(noticed: list[Remark]) -> str:
    return "; ".join(remark.what for remark in noticed)

"""What a page is shown: one record, cut into sections so that only what changed is sent.

Sections are plain JSON. `changed` compares them with what a viewer has already; the trend alone is sent by
its new points.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from ..guide import events as ev
from ..guide import instructions as say
from ..guide.hands import COMMANDS
from ..guide.procedure import Step, possible, rounds_left
from ..guide.session_state import Result, Session
from ..guide.watch.aim import BRIGHTEST, DARKEST
from ..guide.words import FIRST_TURNS, OF_THE_FOCUS_RING
from ..measure.reading import Flag, Reading, Star
from ..show.aiming import object_words
from ..show.notices import WENT_WRONG
from ..show.view import View
from ..solve.remarks import Effect, having, remark_words, with_remedies
from ..solve.titles import verdict_title
from .remedies import REMEDIES

Json = dict[str, Any]
Phase = Literal["setup", "opening", "looking", "guiding", "over", "lost"]
Turning = Literal["focus", "back-focus", "zoom", "lock", "iris", "none"]
Signal = Literal["peak", "good", "wrong", "done"]

SIGNALS_KEPT = 4

_SIGNALS: tuple[tuple[Signal, tuple[type, ...]], ...] = (
    ("peak", (ev.PeakPassed, ev.AtPeak)),
    ("good", (ev.Returned, ev.TeleSharp, ev.WithinDepth, ev.Walked, ev.LockHeld, ev.StarSeen)),
    ("wrong", (*WENT_WRONG, ev.NothingChanges)),
)
_BESIDE: tuple[Effect, ...] = ("too soft", "in doubt", "camera soft")
MORE_LIGHT = "open the iris, then more light"
_TAP = "Tap the picture where it stands to choose another."
_GOOD = {"good": True, "fair": None, "poor": False}
_CHECKED = {Flag.MOVING, Flag.SCALE_UNSURE}
"""What was noticed stands under the four things to look at, unless one of them says it."""
_AIMED: dict[str, tuple[Turning, str]] = {
    "no-star": ("zoom", "out"),
    "cropped": ("zoom", "out"),
    "too-dark": ("iris", "open"),
}
"""What to turn while the picture at wide cannot be used yet; for the rest nothing on the lens helps."""


@dataclass(frozen=True, slots=True)
class Shown:
    """All there is to see at one moment.

    `rig`: camera and lens in words. `recording`: it plays by itself, and nobody can be told to do anything.
    `decoded_s`: when the newest picture was decoded (wall clock).
    """

    phase: Phase = "setup"
    source: str = ""
    rig: str = ""
    recording: bool = False
    trouble: str = ""
    practice: bool = False
    session_id: int | None = None
    session: Session | None = None
    view: View | None = None
    standing: tuple[say.Instruction, ...] = ()
    signals: tuple[tuple[int, Signal], ...] = ()
    reading: Reading | None = None
    decoded_s: float | None = None
    rings: Json | None = None
    advice: tuple[int, str] = (0, "")
    score: Json | None = None
    progress: float | None = None


def signalled(before: tuple[tuple[int, Signal], ...], events: tuple[ev.Event, ...], *, done: bool) -> Any:
    """The signals to be heard, numbered so that each viewer hears each once."""
    number = before[-1][0] if before else 0
    new: list[tuple[int, Signal]] = []
    for event in events:
        kind = next((name for name, types in _SIGNALS if isinstance(event, types)), None)
        if kind:
            number += 1
            new.append((number, kind))
    if done:
        new.append((number + 1, "done"))
    return (*before, *new)[-SIGNALS_KEPT:]


def sections(shown: Shown) -> dict[str, Any]:
    """Everything as plain JSON, by section; the trend is a list of [at_s, sharpness]."""
    return {
        "phase": {
            "phase": shown.phase,
            "source": shown.source,
            "rig": shown.rig,
            "recording": shown.recording,
            "trouble": shown.trouble,
            "practice": shown.practice,
            "session": shown.session_id,
        },
        "words": _words(shown),
        "meter": _meter(shown),
        "trend": list(shown.view.trend) if shown.view else [],
        "signals": [list(each) for each in shown.signals],
        "checks": _checks(shown.reading) if shown.phase == "looking" else None,
        "rings": shown.rings,
        "advice": list(shown.advice) if shown.practice else None,
        "result": _results(shown),
    }


@dataclass(slots=True)
class Told:
    """What one viewer has been sent."""

    sections: dict[str, Any] = field(default_factory=dict)
    trend_s: float = -1.0


def changed(told: Told, now: dict[str, Any]) -> Json:
    """The sections a viewer does not have yet; remembers that it will."""
    message = {
        name: value for name, value in now.items() if name != "trend" and told.sections.get(name) != value
    }
    trend = now["trend"]
    if not trend or trend[-1][0] < told.trend_s or told.trend_s < trend[0][0]:
        new, fresh = trend, told.sections.get("trend_was", True)
    else:
        new, fresh = [point for point in trend if point[0] > told.trend_s], False
    if new or fresh:
        message["trend"] = {"fresh": new is trend, "points": [[round(t, 3), round(s, 4)] for t, s in new]}
    told.trend_s = trend[-1][0] if trend else -1.0
    told.sections = {**now, "trend_was": bool(trend)}
    return message


def _words(shown: Shown) -> Json | None:
    view, session = shown.view, shown.session
    if view is None or session is None:
        return None
    ring, way = ("none", "") if shown.recording else _ring(shown)
    return {
        "step": session.step.value,
        "turn": session.turn,
        "title": view.title,
        "hint": view.hint,
        "steps": [list(each) for each in view.steps],
        "left": view.left,
        "object": [view.quality_colour, f"{view.quality} {_TAP}" if view.quality else ""],
        "rounds": rounds_left(session),
        "notices": list(view.notices),
        "trouble": view.troubles[-1].words if view.troubles else "",
        "ring": ring,
        "way": way,
        "lock": "" if shown.recording else _lock(shown.standing),
        "sounds": session.step
        in (Step.FIND, Step.SWEEP_TELE, Step.RETURN_TELE, Step.SWEEP_WIDE, Step.RETURN_WIDE),
        "can": ["stop"] if shown.recording else _can(session),
    }


def _can(session: Session) -> list[str]:
    """The words that mean something now."""
    types = possible(session)
    return [word for word, kind in COMMANDS.items() if (session.trail if word == "undo" else kind in types)]


def _ring(shown: Shown) -> tuple[Turning, str]:
    """Which part of the lens to turn, and how: the last instruction that names one."""
    for said in reversed(shown.standing):
        match said:
            case say.Turn(ring=ring, way=way):
                return ring, way
            case say.ZoomTo(end=end):
                return "zoom", "in" if end == "tele" else "out"
            case say.ZoomUntilLost() | say.WalkZoom():
                return "zoom", "in"
            case say.TightenLock():
                return "lock", "tighten"
            case say.Confirm():
                # an iris is known to be closed in practice only
                return ("iris", "open") if shown.rings and not shown.rings["open"] else ("zoom", "in")
            case say.Aim(fault=fault):
                return _AIMED.get(fault, ("none", ""))
    return "none", ""


def _lock(standing: tuple[say.Instruction, ...]) -> str:
    if any(isinstance(said, say.LoosenLock) for said in standing):
        return "loosen"
    return "tighten" if any(isinstance(said, say.TightenLock) for said in standing) else ""


def _meter(shown: Shown) -> Json:
    view, reading = shown.view, shown.reading
    flags = sorted(flag.value for flag in reading.flags) if reading else []
    if view is None:
        return {"decoded_ms": _ms(shown), "flags": flags}
    return {
        "decoded_ms": _ms(shown),
        "sharpness": _rounded(view.sharpness, 4),
        "best": _rounded(view.best_sharpness, 4),
        "blur_um": _rounded(view.blur_um, 2),
        "sigma_um": _rounded(view.blur_sigma_um, 2),
        "depth_um": _rounded(view.half_depth_um, 2),
        "mtf50": _rounded(view.mtf50_cy_px, 4),
        "star": reading is not None and reading.target is not None,
        "target": _target_name(shown),
        "measured": reading is not None and bool(reading.frequency_cy_px),
        "optics": shown.session is not None and shown.session.setup.optics is not None,
        "flags": flags,
    }


def _target_name(shown: Shown) -> str:
    """What is measured, or looked for."""
    seen = shown.reading.target_name if shown.reading else None
    return seen or (shown.session.target if shown.session else "star")


def _ms(shown: Shown) -> float | None:
    return None if shown.decoded_s is None else round(shown.decoded_s * 1000.0, 1)


def _checks(reading: Reading | None) -> list[Json]:
    """The four things to look at before starting, each with its state in words, and what else was noticed."""
    if reading is None:
        return [_check(name, None, "") for name in ("star", "light", "detail", "still")]
    flags, target = reading.flags, reading.target
    if target is None:
        return [
            _check("star", False, "no star in the picture: zoom fully out and aim at it"),
            *(_check(name, None, "") for name in ("light", "detail", "still")),
        ]
    whole = Flag.CROPPED not in flags
    name = f"{target.cycles} spokes" if isinstance(target, Star) else "squares" if reading.edge else "object"
    kind = "object" if reading.object else "star"
    quality = reading.object.quality if reading.object else None
    return [
        _check(kind, _GOOD[quality.colour], object_words(quality))
        if quality
        else _check(kind, True, name if whole else f"{name}, partly out of the picture"),
        _light(reading),
        _detail(reading),
        _check(
            "still", Flag.MOVING not in flags, "steady" if Flag.MOVING not in flags else "the picture moves"
        ),
        *(
            _check("picture", False, remark_words(each, REMEDIES))
            for each in having(flags - _CHECKED, *_BESIDE)
        ),
    ]


def _detail(reading: Reading) -> Json:
    if reading.object is not None:
        return _check("detail", None, "an object does not show it: look in the menu")
    if Flag.SHARPENED in reading.flags:
        return _check("detail", None, "on: allowed for, but off is better")
    if Flag.SHARPENING_UNKNOWN in reading.flags or not reading.frequency_cy_px:
        return _check("detail", None, "not seen in so soft a picture: look in the menu")
    return _check("detail", True, "off")


def _light(reading: Reading) -> Json:
    white = reading.white
    if reading.object is not None:
        dark, cut = Flag.TOO_DARK in reading.flags, Flag.CLIPPED in reading.flags
        otherwise = "less light" if cut else "bright, but nothing white may be cut off"
        words = MORE_LIGHT if dark else otherwise
        return _check("light", False if dark or cut else None, words)
    if white is None:
        return _check("light", None, "too soft to tell: focus first")
    level = f"white at {100 * white:.0f} %"
    if Flag.CLIPPED in reading.flags or white > BRIGHTEST:
        return _check("light", False, f"{level}: less light")
    if Flag.TOO_DARK in reading.flags or (white < DARKEST and Flag.LOW_CONTRAST not in reading.flags):
        return _check("light", False, f"{level}: {MORE_LIGHT}")
    return _check("light", True, level)


def _check(name: str, good: bool | None, words: str) -> Json:
    return {"name": name, "good": good, "words": words}


def _results(shown: Shown) -> Json | None:
    session = shown.session
    if session is None or not session.results:
        return None
    return {
        "results": [_result(each) for each in session.results],
        "score": shown.score,
        "turn": _first_turn(session),
    }


def _first_turn(session: Session) -> Json | None:
    """The question which way a ring went first in the sweep of a recording; None where it tells nothing."""
    if session.first_turn is None and "first-turn" not in session.results[-1].verdict.remedies:
        return None
    found, ring = session.results[-1].back_focus, session.setup.back_focus_ring
    return {
        "ways": [way for way in FIRST_TURNS if ring or way in OF_THE_FOCUS_RING],
        "told": session.first_turn,
        "tells": found is not None and found.sign_known,
    }


def _result(result: Result) -> Json:
    after, before = result.back_focus, result.before
    return {
        "nd": result.nd,
        "verdict": result.verdict.kind,
        "title": verdict_title(result.verdict.kind),
        "reason": result.verdict.reason,
        "advice": with_remedies(result.verdict.advice, result.verdict.remedies, REMEDIES),
        "delta_um": _rounded(after.delta_um if after else None, 1),
        "sigma_um": _rounded(after.sigma_um if after else None, 1),
        "before_um": _rounded(before.delta_um if before else None, 1),
        "depth_um": _rounded(result.half_depth_um, 1),
        "rounds": result.rounds,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)

"""Procedures in which something changes by itself: the guide's real code, readings made of formulas.

    iris, nd        the light changes by 0.7 to 3 stops in some step after tele was first looked at, and stays
    extender        swings in, 1.4 to 2 times, while the zoom stands, and is taken out when it is named
    zoom-in-sweep   is moved by 1.3 to 2.2 times while a ring was asked for; the ring waits, or goes on
    lock-waits      the screw moves the ring by 1.5 to 6 half depths of focus, and then it is said to be tight
    lock-hasty      the zoom goes out at once, and the screw is tightened at wide 0.3 to 3.5 s later
    lock-recorded   a recording of a whole procedure; after its end the screw moves the ring
    clean           nothing happens; half of them are played again as recordings that go on after their end

Lenses of 4x to 20x, up to a stop slower at tele, half of them undeclared, breathing by up to 12 %; hands that
are late by 0.2 to 0.8 s and turn at half to one and a half times the usual pace; 10 pictures a second.
"""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
from tests.guide.paper_bench import Camera, Hand, Lens, Run, run

from backfocus.frame import Frame
from backfocus.guide import events as ev
from backfocus.guide.procedure import Session, start
from backfocus.guide.steps import Step
from backfocus.measure.reading import Reading
from backfocus.session.run import guide
from backfocus.video.source import VideoSource

Kind = Literal[
    "iris", "nd", "extender", "zoom-in-sweep", "lock-waits", "lock-hasty", "lock-recorded", "clean"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
WANTED = {
    "iris": "light",
    "nd": "light",
    "extender": "extender",
    "zoom-in-sweep": "zoom",
    "lock-waits": "lock",
    "lock-hasty": "lock",
    "lock-recorded": "lock",
}
NAME_OF: dict[type, str] = {
    ev.LightChanged: "light",
    ev.ExtenderSwung: "extender",
    ev.ZoomStrayed: "zoom",
    ev.LockMoved: "lock",
    ev.LockKeepsMoving: "lock",
    ev.LockSlipped: "lock",
    ev.FocusTouched: "focus-touched",
    ev.WrongRing: "wrong-ring",
    ev.Bumped: "bumped",
    ev.NotParfocal: "not-parfocal",
    ev.NotFrontFocus: "not-front-focus",
}
STANDING = (Step.LOOK_TELE, Step.SWEEP_TELE, Step.LOOK_WIDE, Step.SWEEP_WIDE, Step.LOCK)
TURNING = (Step.SWEEP_TELE, Step.RETURN_TELE, Step.SWEEP_WIDE, Step.RETURN_WIDE)
LIT = (*TURNING, Step.TO_WIDE, Step.LOOK_WIDE, Step.WALK, Step.LOCK, Step.TO_PROOF)
AFTER_S, LONGEST_S = 6.0, 200.0
RESTS_S = 0.6
"""Before and after an extender swings the zoom stands at least so long; a hand that waits, twice that."""


@dataclass(frozen=True, slots=True)
class Case:
    """One procedure; `amount` as in `draw_disturbed`, from `delay_s` after the first time in `step`."""

    kind: str
    lens: Lens
    step: str = ""
    delay_s: float = 0.0
    amount: float = 0.0
    takes_s: float = 0.0
    waits: bool = False
    recorded: bool = False


def drawn(kind: str, seed: int) -> Case:
    """The procedure of a seed."""
    rng = np.random.default_rng((seed, 59, get_args(Kind).index(kind)))
    lens = _lens(rng, seed)
    match kind:
        case "iris" | "nd":
            stops = float(rng.uniform(0.7 if kind == "iris" else 1.0, 3.0))
            # what is open cannot be opened further: a filter can go either way
            stops *= float(rng.choice((-1.0, 1.0))) if kind == "nd" else 1.0
            return Case(kind, lens, str(rng.choice(LIT)), rng.uniform(0.0, 3.0), stops)
        case "extender":
            factor, takes_s = float(rng.uniform(1.4, 2.0)), float(rng.uniform(0.0, 0.2))
            waits = bool(rng.random() < 0.5)
            return Case(kind, lens, str(rng.choice(STANDING)), rng.uniform(0.0, 2.0), factor, takes_s, waits)
        case "zoom-in-sweep":
            factor, takes_s = float(rng.uniform(1.3, 2.2)), float(rng.uniform(0.3, 1.2))
            waits = bool(rng.random() < 0.5)
            return Case(kind, lens, str(rng.choice(TURNING)), rng.uniform(0.3, 2.0), factor, takes_s, waits)
        case "clean":
            return Case(kind, lens, recorded=bool(rng.random() < 0.2))
        case _:
            return _lock(kind, lens, rng)


def _lens(rng: np.random.Generator, seed: int) -> Lens:
    side = float(rng.choice((-1.0, 1.0)))
    zoom = float(np.exp(rng.uniform(np.log(4.0), np.log(20.0))))
    soft = float(rng.uniform(0.02, 0.12))
    return Lens(
        zoom=zoom,
        delta_um=side * float(rng.uniform(20.0, 80.0)),
        tele_off_um=zoom * float(rng.choice((-1.0, 1.0)) * rng.uniform(4.0, 12.0)),
        soft=(soft, soft * float(rng.uniform(0.7, 2.0))),
        noise=float(rng.uniform(0.002, 0.005)),
        breathing=float(rng.uniform(-0.12, 0.12)),
        pace=float(rng.uniform(0.5, 1.5)),
        reaction_s=float(rng.uniform(0.2, 0.8)),
        seed=seed,
        fps=10.0,
        rests_s=float(rng.choice((0.0, 3.0))),
        ramp_stops=float(rng.uniform(0.0, 1.0)),
        ramp_known=bool(rng.random() < 0.5),
        lens_kind=str(rng.choice(("front-focus", "unknown"))),
    )


def _lock(kind: str, lens: Lens, rng: np.random.Generator) -> Case:
    moved_um = float(rng.choice((-1.0, 1.0)) * rng.uniform(1.5, 6.0)) * lens.half_depth_um
    if kind == "lock-recorded":
        return Case(kind, lens, "", rng.uniform(0.3, 3.0), moved_um, recorded=True)
    hasty = kind == "lock-hasty"
    late_s = float(rng.uniform(0.3, 3.5)) + lens.reaction_s + 3.0 if hasty else 0.0
    return Case(
        kind, dataclasses.replace(lens, lock_um=moved_um, hasty_lock=hasty, locks_at_wide_after_s=late_s)
    )


def named(case: Case) -> tuple[str, ...]:
    """Which changes the guide names, in order of the alphabet."""
    lens = dataclasses.replace(case.lens, touch_px=6.0) if case.recorded else case.lens
    wanted = tuple(each for each, name in NAME_OF.items() if name == WANTED.get(case.kind))
    done = run(
        lens,
        longest_s=LONGEST_S,
        happens=_Happening(case),
        made_up=not case.recorded,
        until=() if case.recorded else wanted,
    )
    events = list(done.events)
    if case.recorded:
        events += _played(done, case)
    return tuple(sorted({NAME_OF[type(event)] for event in events if type(event) in NAME_OF}))


class _Happening:
    """Does to the lens what a case says, once."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._from_s: float | None = None
        self._over = False
        self._zoom = 0.0
        self._moved_s = 0.0
        self._goal: float | None = None

    def __call__(self, camera: Camera, hand: Hand, session: Session, at_s: float) -> None:
        """Before each picture."""
        case = self._case
        if self._from_s is None:
            if session.step != case.step or (
                session.looks.tele is None
                and session.step
                not in (
                    Step.LOOK_TELE,
                    Step.SWEEP_TELE,
                )
            ):
                return
            self._from_s, self._zoom = at_s + case.delay_s, camera.pose.zoom
        if hand.goal is not None:
            self._moved_s = at_s
        if case.kind == "extender" and at_s >= self._from_s and camera.pose.factor == 1.0:
            # it swings while the picture stands
            self._from_s = max(self._from_s, self._moved_s + RESTS_S)
        since_s = at_s - self._from_s
        if since_s < 0.0 or self._over:
            return
        part = min(since_s / max(case.takes_s, 1e-9), 1.0)
        match case.kind:
            case "iris":
                camera.pose.closed_f, self._over = 1.8 * 2.0 ** (case.amount / 2.0), True
            case "nd":
                camera.pose.nd_stops, self._over = case.amount, True
            case "extender":
                camera.pose.factor = case.amount**part
                self._holds(hand, since_s < case.takes_s + RESTS_S * (2.0 if case.waits else 1.0))
                self._over = session.step is Step.AIM
                camera.pose.factor = 1.0 if self._over else camera.pose.factor
            case "zoom-in-sweep":
                self._stray(camera, hand, session, part)

    def _holds(self, hand: Hand, holds: bool) -> None:
        """Nobody zooms with the hand on the extender's lever; what was asked meanwhile is done then."""
        if holds and hand.goal is not None:
            self._goal, hand.goal = hand.goal, None
        elif not holds and self._goal is not None:
            hand.goal, self._goal = self._goal, None

    def _stray(self, camera: Camera, hand: Hand, session: Session, part: float) -> None:
        """The zoom goes inwards from the end it stands at; the hand is told, and puts it back."""
        if str(session.step) != self._case.step and session.step not in TURNING:
            self._over = True
            return
        if hand.goal is not None:
            self._over = True
            return
        inwards = -1.0 if session.step.at_tele else 1.0
        camera.pose.zoom = self._zoom + inwards * part * math.log(self._case.amount) / math.log(
            camera.lens.zoom
        )
        if self._case.waits:
            hand.speed_um_s = 0.0


class _Played:
    """Readings as a recording: as many pictures as were read, and nothing in them."""

    live = False
    title = "played"

    def __init__(self, seen: Sequence[Reading]) -> None:
        self._seen = seen

    def frames(self) -> Iterator[Frame]:
        """Empty pictures."""
        for at, each in enumerate(self._seen):
            yield Frame(np.zeros((2, 2), np.uint8), index=at, at_s=each.at_s)

    def close(self) -> None:
        """Nothing is held open."""


def _played(done: Run, case: Case) -> list[ev.Event]:
    """What the guide names in the recording of a procedure, which goes on for a while after its end."""
    camera, fps = done.camera, case.lens.fps
    seen = list(done.seen)
    for at in range(1, round(AFTER_S * fps)):
        if case.kind == "lock-recorded" and abs(at / fps - case.delay_s) <= 0.5 / fps:
            camera.pose.back_um += case.amount
        seen += camera.read_all(done.at_s + at / fps)
    readings = iter(seen)
    session, _ = start(case.lens.setup)
    source = cast(VideoSource, _Played(seen))
    moments = guide(source, session, measure=lambda picture: next(readings))
    return [event for moment in moments for event in moment.events]

"""Stored readings judged as `check` judges them, and what came of it, counted.

A wrong word is a `set` of an error beyond 1.1 h or an `adjust` of one within 0.9 h; between the two either is
right. h is half the depth of focus at wide with the true f-number; the judge is told the declared one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from backfocus.sim.clip import STEADY_S, ZOOM_S
from backfocus.solve.camera import CameraCurve
from backfocus.solve.clip import ClipAnswer, judge_clip
from backfocus.solve.learned import next_time

from .draw import Case
from .shelf import Filmed, kept

SET_WRONG_H, ADJUST_WRONG_H = 1.1, 0.9
Judged = Literal["plain", "swept", "learned"]
"""What the judge has: the clip to the end of its zoom; a sweep at wide too; or the clip without that, and the
camera as another session with a sweep told it."""

WORDS: dict[Judged, str] = {
    "plain": "without a sweep",
    "swept": "with a sweep at wide",
    "learned": "with the camera learned elsewhere",
}
WRONG_SHARE: dict[Judged, float] = {"plain": 6 / 600, "swept": 3 / 600, "learned": 3 / 600}
"""What is promised."""
SWEEP_FROM_S = STEADY_S + ZOOM_S + STEADY_S
"""When the focus ring begins to turn: what comes before is a clip without a sweep."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One recording and what was said of it; lengths in um.

    `low_um` and `high_um` are None where no interval was given.
    """

    seed: int
    judged: Judged
    address: str
    declared: str
    filmed_at: str
    true_um: float
    h_um: float
    verdict: str
    delta_um: float | None
    low_um: float | None
    high_um: float | None
    sign_known: bool
    referenced: bool
    flags: tuple[str, ...]

    @property
    def true_h(self) -> float:
        """Size of the true error in half depths of focus."""
        return abs(self.true_um) / self.h_um

    @property
    def wrong(self) -> str:
        """The false word, if one was said: "set", "adjust" or ""."""
        if self.verdict == "set" and self.true_h > SET_WRONG_H:
            return "set"
        return "adjust" if self.verdict == "adjust" and self.true_h < ADJUST_WRONG_H else ""

    @property
    def decided(self) -> bool:
        """Whether it was told to leave it or to turn."""
        return self.verdict in ("set", "adjust")

    @property
    def held(self) -> bool | None:
        """Whether the interval holds the truth; None without one."""
        if self.low_um is None or self.high_um is None:
            return None
        true_um = self.true_um if self.sign_known else abs(self.true_um)
        return self.low_um <= true_um <= self.high_um


def judged(filmed: Filmed, how: Judged, learned: CameraCurve | None = None) -> Outcome:
    """What `check` says of a recording; `learned`: what is known of its camera."""
    case = filmed.case
    seen = [each for each in filmed.readings if how == "swept" or (each.at_s or 0.0) < SWEEP_FROM_S]
    return outcome(case, how, filmed.commit, judge_clip(seen, case.optics, camera=learned))


def outcome(case: Case, how: Judged, filmed_at: str, answer: ClipAnswer) -> Outcome:
    """What was said of a case, against its truth; `filmed_at`: the commit that filmed it."""
    found = answer.back_focus
    return Outcome(
        seed=case.seed,
        judged=how,
        address=case.address,
        declared=case.declared,
        filmed_at=filmed_at,
        true_um=case.settings.delta_um,
        h_um=round(case.h_um, 3),
        verdict=answer.verdict.kind,
        delta_um=None if found is None else round(found.delta_um, 3),
        low_um=None if found is None else round(found.low_um, 3),
        high_um=None if found is None else round(found.high_um, 3),
        sign_known=found is not None and found.sign_known,
        referenced=answer.referenced,
        flags=tuple(sorted(str(flag) for flag in answer.flags)),
    )


def all_ways(seed: int) -> tuple[Outcome, ...] | None:
    """The recording of a seed judged in every way there is for it; None if it was not filmed."""
    filmed, other = kept(seed), kept(seed, "learned")
    if filmed is None:
        return None
    outcomes = judged(filmed, "plain"), judged(filmed, "swept")
    return outcomes if other is None else (*outcomes, judged(filmed, "learned", learned_from(other)))


def learned_from(other: Filmed) -> CameraCurve | None:
    """What another session told of the camera, as it counts the next time; None where it told nothing."""
    camera = judge_clip(other.readings, other.case.optics).camera
    return next_time(camera.learned) if camera and camera.learned else None


@dataclass(frozen=True, slots=True)
class Count:
    """What is asked of a set of outcomes: how many, of how many, and between which shares that must be.

    `least` and `most` are None where nothing is promised.
    """

    what: str
    reached: int
    of: int
    least: float | None = None
    most: float | None = None

    @property
    def share(self) -> float:
        """Of those that count."""
        return self.reached / self.of if self.of else float("nan")

    @property
    def wanted(self) -> str:
        """The promise in words."""
        if self.least is not None and self.most is not None:
            return f"{self.least:.0%} to {self.most:.0%}"
        if self.least is not None:
            return f"{self.least:.0%} and more" if self.least < 1.0 else "all"
        if self.most is None:
            return "-"
        return f"at most {self.most:.1%}" if self.most > 0.0 else "none"


def counted(outcomes: Sequence[Outcome], how: Judged) -> tuple[Count, ...]:
    """The promises for clips judged in this way, then what else was said."""
    of = len(outcomes)
    intervals = [each.held for each in outcomes if each.held is not None]
    return (
        Count("wrong word", sum(bool(each.wrong) for each in outcomes), of, most=WRONG_SHARE[how]),
        Count("interval holds the truth", sum(intervals), len(intervals), 0.93, 0.97),
        _decided(outcomes, how),
        *(
            Count(f"wrong {word}", sum(each.wrong == word for each in outcomes), of)
            for word in ("set", "adjust")
        ),
        *(
            Count(kind, sum(each.verdict == kind for each in outcomes), of)
            for kind in sorted({each.verdict for each in outcomes})
        ),
        Count("no number", sum(each.delta_um is None for each in outcomes), of),
    )


def _decided(outcomes: Sequence[Outcome], how: Judged) -> Count:
    """How many of the clear cases were decided."""
    match how:
        case "plain":
            what, within_h, beyond_h, least = "decided beyond 2.5 h", 0.0, 2.5, 0.60
        case "swept":
            what, within_h, beyond_h, least = "decided beyond 1.5 h or within h/2", 0.5, 1.5, 0.95
        case "learned":
            what, within_h, beyond_h, least = "decided beyond 2 h or within h/3", 1 / 3, 2.0, 0.85
    clear = [each.decided for each in outcomes if each.true_h > beyond_h or each.true_h < within_h]
    return Count(what, sum(clear), len(clear), least=least)

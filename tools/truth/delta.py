"""Delta from recordings: the ray-traced zoom filmed, compressed, and judged as `check` judges."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.oracles.traced_zoom import F_NUMBER, HALF_DEPTH_UM, PIXEL_UM, REAL_RAYS_UM, Take, film

from backfocus.optics.lens import Optics
from backfocus.session.run import readings
from backfocus.solve.clip import ClipAnswer, FirstTurn, judge_clip
from backfocus.solve.shim import calibrate
from backfocus.video.source import open_source

from .row import Plan, Plot, Row, Series

TITLE = "Delta from clips"

INTRO = """
A published 15-150 mm f/2.4 zoom, ray traced by others (check values on the [physics page](physics.md)), is
filmed by wave optics with a 5 um pixel (half depth of focus h = 12 um): steady at tele, out to wide,
steady, and in some takes a sweep or a nudge of the front ring there. Noise is 1 % of full scale, H.264 at
constant rate factor 20; it takes 3 to 5 % of the modulation at 0.25 cy/px from the sharpest pictures of a
sweep. The file is read back, measured and judged by what `backfocus check` calls. A clip by itself cannot
tell the side of an error: the same pictures come from the opposite error with the ring turned the opposite
way. So the sign is claimed only where the person says which way the ring went first (`--first-turn`), and
only where a fall of the blur would have been seen. The deciding sum, delta from residuals with its
covariance, is held against SciPy's `curve_fit` and drawn errors in the tests of `solve`.
"""

ORACLE = "ray trace, drawn by wave optics"
OPTICS = Optics(PIXEL_UM, ((0.0, F_NUMBER),))
WANTED = "max(2 %, h/5)"
STILL = (3.0, -20.0, 50.0, 8.0, -8.0, 14.0, -35.0, 80.0, -120.0)
SWEPT = ((13.0, -1), (-50.0, 1), (20.0, 1), (-20.0, -1), (35.0, -1), (-80.0, 1))
ABERRATED = ((-50.0, 1), (13.0, -1), (80.0, 1), (-20.0, -1))
NUDGED = ((16.0, -12.0), (-60.0, 12.0), (-16.0, -12.0), (30.0, 12.0), (-30.0, 12.0), (60.0, -12.0))


@dataclass(frozen=True, slots=True)
class Case:
    """A take and what was found in it."""

    take: Take
    answer: ClipAnswer

    @property
    def error_um(self) -> float:
        """Of the size; endless where nothing was found."""
        found = self.answer.back_focus
        return float("inf") if found is None else abs(found.delta_um) - abs(self.take.delta_um)

    @property
    def share(self) -> float:
        """The error as a part of what is allowed."""
        return abs(self.error_um) / max(0.02 * abs(self.take.delta_um), HALF_DEPTH_UM / 5.0)

    @property
    def held(self) -> bool:
        """Whether the 95 % interval, with the sign where it is claimed, holds the truth."""
        found = self.answer.back_focus
        if found is None:
            return False
        true_um = self.take.delta_um if found.sign_known else abs(self.take.delta_um)
        return found.low_um <= true_um <= found.high_um

    @property
    def sign(self) -> int:
        """+1 right, -1 wrong, 0 not claimed."""
        found = self.answer.back_focus
        if found is None or not found.sign_known:
            return 0
        return 1 if found.delta_um * self.take.delta_um > 0.0 else -1


def parts(plan: Plan) -> Iterator[Row | Plot]:
    """Rows on size, sign and step."""
    still = [_case(Take(um, seed=plan.seed)) for um in STILL[: plan.cases(len(STILL), 3)]]
    yield _size("delta of a clip without a move", still, "sign never claimed", _unsigned(still))
    rays = [
        _case(Take(um, traced_um=REAL_RAYS_UM, seed=plan.seed)) for um in (50.0, -30.0)[: plan.cases(2, 1)]
    ]
    yield _size("the same with all rays at f/2.4, not only those near the axis", rays)
    swept = [_turned(Take(um, sweep=way, seed=plan.seed)) for um, way in SWEPT[: plan.cases(6, 1)]]
    yield _size("delta of a clip with a sweep at wide, first turn told", swept)
    soft = [
        _turned(Take(um, sweep=way, w040=(0.65, 0.65), seed=plan.seed))
        for um, way in ABERRATED[: plan.cases(4, 1)]
    ]
    yield _size("the same, a lens with W040 of 0.65 waves", soft)
    nudged = [_turned(Take(um, nudge_um=by, seed=plan.seed)) for um, by in NUDGED[: plan.cases(6, 2)]]
    yield _size("delta of a clip with a nudge of h at wide, direction told", nudged)
    yield _sign([*swept, *soft, *nudged])
    yield _shim(plan)
    yield Plot(
        "delta",
        "Error of delta from clips",
        "delta, um",
        "error of its size, um",
        tuple(
            Series(label, tuple(c.take.delta_um for c in cases), tuple(c.error_um for c in cases), "dots")
            for label, cases in (("no move", still), ("sweep", swept), ("nudge", nudged))
        ),
        (-HALF_DEPTH_UM / 5.0, HALF_DEPTH_UM / 5.0),
    )


def _read(take: Take):  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as folder:
        path = film(take, Path(folder) / "take.mp4")
        return [each.reading for each in readings(open_source(str(path)))]


def _case(take: Take, first_turn: FirstTurn | None = None) -> Case:
    return Case(take, judge_clip(_read(take), OPTICS, first_turn=first_turn))


def _turned(take: Take) -> Case:
    return _case(take, "near" if take.sweep + take.nudge_um > 0.0 else "infinity")


def _unsigned(cases: list[Case]) -> bool:
    return all(case.sign == 0 for case in cases)


def _size(what: str, cases: list[Case], also: str = "", kept: bool = True) -> Row:
    worst = max(cases, key=lambda case: case.share)
    held = sum(case.held for case in cases)
    reached = f"worst {worst.error_um:+.1f} um at {worst.take.delta_um:+g}, {held} intervals hold"
    good = worst.share <= 1.0 and kept
    beyond = sum(case.share > 1.0 for case in cases)
    note = "" if good else f"Beyond the promise: {beyond} of {len(cases)} clips."
    return Row(what, ORACLE, len(cases), reached, f"{WANTED}, {also}" if also else WANTED, good, note)


def _sign(cases: list[Case]) -> Row:
    right, wrong = (sum(case.sign == sign for case in cases) for sign in (1, -1))
    reached = f"{right} right, {wrong} wrong, {len(cases) - right - wrong} not claimed"
    return Row(
        "sign of delta outside h, first turn told",
        ORACLE,
        len(cases),
        reached,
        "all right",
        right == len(cases),
        ""
        if right == len(cases) or wrong
        else "Not claimed where |r| only rose and was not clear of what a "
        "soft lens reads in focus; never wrong.",
    )


def _shim(plan: Plan) -> Row:
    """The lens is really f/2.16: the data sheet is 11 % off, and two clips 50 um apart mend it."""
    pairs = ((-15.0, 35.0), (30.0, 80.0), (-80.0, -30.0))[: plan.cases(3, 1)]
    cases = []
    for before_um, after_um in pairs:
        takes = [Take(um, f_number=0.9 * F_NUMBER, seed=plan.seed) for um in (before_um, after_um)]
        found = calibrate(_read(takes[0]), _read(takes[1]), OPTICS, after_um - before_um)
        if found is not None:
            cases += [Case(takes[0], found.before), Case(takes[1], found.after)]
    worst = max((case.share for case in cases), default=float("inf"))
    right = sum(case.sign == 1 for case in cases)
    error = max((abs(case.error_um) for case in cases), default=float("inf"))
    return Row(
        "delta and its sign from two clips with a 50 um shim between, f-number 11 % off",
        ORACLE,
        2 * len(pairs),
        f"worst {error:.1f} um, {right} signs right",
        f"{WANTED}, sign right",
        len(cases) == right == 2 * len(pairs) and worst <= 1.0,
    )

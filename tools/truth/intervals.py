"""Whether the 95 % interval of delta holds the truth as often as it says: random runs through pictures."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from tests.oracles.virtual_run import Run, draw_run, readings

from backfocus.measure.reading import Reading
from backfocus.optics.lens import Optics
from backfocus.solve.backfocus import BackFocus, ZoomResidual, solve_back_focus
from backfocus.solve.defocus import Reference, defocus, reference_from
from backfocus.solve.verdict import judge

from .row import Plan, Plot, Row, Series

TITLE = "The 95 % interval of delta"

INTRO = """
Each run draws an error (a third within two half depths of focus h, the rest within ten), a misfocus at
tele, two to six zoom positions and the ratio between the ends, spherical aberration at either end (up to a
wave, either sign), a wrong f-number on the data sheet (1.5 % standard deviation), noise (0.2 to 3 %), light
that is uneven by up to 8 %, a camera whose curve is not quite the one it names, one to three pictures at
each position, and one of four cameras. Half of the runs also have a picture in focus at wide, as a sweep
gives. Every picture is drawn, blurred by a pupil summed by quadrature, made 8 bits of BT.709 and measured;
the draws come from the seed of the page. Intervals near zero start at zero; they are counted apart below.
Every verdict quotes the interval.
"""

ORACLE = "drawn lenses, photographed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run and the interval it got; lengths in half depths of focus."""

    true: float
    low: float
    high: float
    referenced: bool
    verdict: str
    quoted: bool

    @property
    def held(self) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= self.true <= self.high


def parts(plan: Plan) -> Iterator[Row | Plot]:
    """Shares over all runs and over parts of them, and what verdicts made of them."""
    rng = np.random.default_rng((plan.seed, 31))
    outcomes = [each for _ in range(plan.cases(1000, 80)) if (each := _outcome(rng)) is not None]
    yield _share("95 % interval holds the truth, all runs", outcomes, plan)
    for referenced, name in ((True, "with a picture in focus at wide"), (False, "without one")):
        part = [each for each in outcomes if each.referenced == referenced]
        yield _told(f"the same, {name}", part)
    for least, most in ((0.0, 1.0), (1.0, 3.0), (3.0, 11.0)):
        part = [each for each in outcomes if least <= each.true < most]
        yield _told(f"the same, true error {least:g} to {most:g} h", part)
    near = [each for each in outcomes if each.true < 0.5]
    yield _asymmetric(near)
    yield _verdicts(outcomes)
    yield Plot(
        "intervals",
        "Intervals of the first 60 runs, less the true error",
        "true error, h",
        "interval less truth, h",
        (
            Series("low", *_ends(outcomes[:60], "low"), "dots"),
            Series("high", *_ends(outcomes[:60], "high"), "dots"),
        ),
        (0.0,),
    )


def _outcome(rng: np.random.Generator) -> Outcome | None:
    run = draw_run(rng)
    optics = Optics(run.pixel_um, ((0.0, run.f_number),))
    pictures = list(readings(run, rng))
    reference = None
    if rng.random() < 0.5:
        reference = reference_from(next(iter(readings(run, rng, in_focus=True))))
    found = _solved(run, pictures, optics, reference)
    if found is None:
        return None
    depth_um = optics.half_depth_um()
    verdict = judge(found, depth_um, referenced=reference is not None)
    ends = found.low_um / depth_um, found.high_um / depth_um
    quoted = f"interval {found.low_um:.1f} to {found.high_um:.1f} um" in verdict.reason
    return Outcome(
        abs(run.delta_um) / depth_um,
        *ends,
        reference is not None,
        verdict.kind,
        quoted or _other(verdict.kind),
    )


def _other(kind: str) -> bool:
    return kind in ("tracking", "not-front-focus")


def _solved(
    run: Run, pictures: Sequence[Reading], optics: Optics, reference: Reference | None
) -> BackFocus | None:
    """As a guide or a clip solves it: |r| at each position, the noise of several pictures averaged."""
    zoom = []
    for at, ratio in enumerate(run.ratios):
        own = pictures[at * run.pictures : (at + 1) * run.pictures]
        wide = reference if at == len(run.ratios) - 1 else None
        values = [each for each in (defocus(one, optics, ratio=ratio, reference=wide) for one in own) if each]
        if not values:
            continue
        model = float(np.mean([each.model_sigma_um for each in values]))
        noise = math.sqrt(max(float(np.mean([each.sigma_um**2 for each in values])) - model**2, 0.0))
        scale_px = float(np.mean([one.scale_px for one in own]))
        zoom.append(
            ZoomResidual(
                scale_px,
                float(np.mean([each.um for each in values])),
                math.hypot(noise / math.sqrt(len(values)), model),
                0.005 * scale_px / math.sqrt(len(own)),
                values[0].softness_um,
                model,
            )
        )
    return solve_back_focus(zoom, signed=False) if len(zoom) > 1 else None


def _ends(outcomes: Sequence[Outcome], end: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(each.true for each in outcomes), tuple(getattr(each, end) - each.true for each in outcomes)


def _share(what: str, outcomes: Sequence[Outcome], plan: Plan) -> Row:
    share = float(np.mean([each.held for each in outcomes]))
    # a short run scatters by 2 to 3 %
    low, high = (0.88, 1.0) if plan.short else (0.93, 0.97)
    return Row(
        what,
        ORACLE,
        len(outcomes),
        f"{100 * share:.1f} %",
        f"{100 * low:.0f} to {100 * high:.0f} %",
        low <= share <= high,
    )


def _told(what: str, outcomes: Sequence[Outcome]) -> Row:
    share = float(np.mean([each.held for each in outcomes])) if outcomes else math.nan
    width = float(np.median([each.high - each.low for each in outcomes])) if outcomes else math.nan
    return Row(what, ORACLE, len(outcomes), f"{100 * share:.1f} %, median width {width:.2f} h", "-", True)


def _asymmetric(near: Sequence[Outcome]) -> Row:
    from_zero = sum(each.low == 0.0 for each in near)
    return Row(
        "intervals that start at zero, true error below h/2",
        ORACLE,
        len(near),
        f"{from_zero} of {len(near)}; none below zero",
        "-",
        all(each.low >= 0.0 for each in near),
    )


def _verdicts(outcomes: Sequence[Outcome]) -> Row:
    wrong = sum(
        (each.verdict == "set" and each.true > 1.0) or (each.verdict == "adjust" and each.true < 1.0)
        for each in outcomes
    )
    said = {kind: sum(each.verdict == kind for each in outcomes) for kind in ("set", "adjust", "unsure")}
    words = ", ".join(f"{count} {kind}" for kind, count in said.items())
    return Row(
        "verdicts on the wrong side of h; every one quotes its interval",
        ORACLE,
        len(outcomes),
        f"{wrong} wrong ({words}), {sum(not each.quoted for each in outcomes)} without interval",
        "at most 2.5 %",
        wrong <= 0.025 * len(outcomes) and all(each.quoted for each in outcomes),
    )

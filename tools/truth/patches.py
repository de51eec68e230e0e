"""Our own chart before cameras that say nothing, or something wrong, about their transfer curve."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from tests.oracles.camera_codes import CURVES, codes
from tests.oracles.printed_chart import printed
from tests.oracles.transfer import CUT_OFF, half_modulation, hopkins, on_rings

from backfocus.chart import make_chart, parse_paper
from backfocus.frame import Frame
from backfocus.measure.reading import Flag, Reading
from backfocus.measure.track import Track, track

from .row import Plan, Row

TITLE = "The transfer curve by our chart's patches"
INTRO = """
The chart as `backfocus chart` prints it on A4, its PDF drawn by PDFium, hangs slanted by up to 4 degrees on a
grey wall, unevenly lit in half of the pictures, its star 50 to 200 px in radius, before a lens known by
Hopkins' integral and a camera of 8 or 10 bits with one of the published curves, either range and a grain of
0.7 code values. Then both are declared at random. Half of the charts are printed by ink that spreads 0.06 mm
beyond every edge; such a star has no equal bars, so that its MTF50 is compared with the reading by the right
curve only.
"""

WHITE = {"pq": 0.03, "hlg": 0.25}
"""Light of the chart's paper as these curves count it; 0.75 by the others."""

LENSES = (
    ("f/1.8, 5 um", 0.7),
    ("f/1.8, 5 um", 1.0),
    ("f/4, 4 um", 0.1),
    ("f/4, 4 um", 0.25),
    ("f/4, 4 um", 0.5),
    ("f/8, 4 um", 0.0),
    ("f/8, 4 um", 0.25),
)
"""In and out of focus, MTF50 0.24 to 0.43 cy/px."""


OWN = "What is off is so by the right curve too."
GRAINY = "0.7 of an 8-bit code is 0.5 to 3 % of white by the logarithmic curves, a noise like any other."


@dataclass(frozen=True, slots=True)
class _Picture:
    """As it is, and as it says it is; `mtf50` is the truth, None where ink spreads."""

    true: Frame
    said: Frame
    mtf50: float | None


def parts(plan: Plan) -> Iterator[Row]:
    rng = np.random.default_rng(plan.seed)
    pictures = [_picture(rng, number) for number in range(plan.cases(60, 10))]
    said = [track(None, each.said) for each in pictures]
    right = [track(None, each.true) for each in pictures]
    yield from _levels(pictures, [reading for _, reading in right])
    told = [number for number, (known, _) in enumerate(said) if _as_other(known, pictures[number].said)]
    for bits, most, why in ((10, 0.5, OWN), (8, 2.0, GRAINY)):
        sharp = [number for number in told if pictures[number].mtf50 and pictures[number].true.bits == bits]
        off, best = (
            np.array([_off(readings[number][1], pictures[number].mtf50) for number in sharp])
            for readings in (said, right)
        )
        yield Row(
            f"MTF50, {bits} bits, curve or range wrongly declared and undone by the patches",
            "Hopkins, PDFium",
            len(off),
            _words(off),
            f"{most:g} %",
            not (off > most).any(),
            f"By the right curve the same pictures read: {_words(best)}. {why}",
        )
    shift = np.array([_off(said[number][1], right[number][1].mtf50_cy_px) for number in told])
    yield Row(
        "the same against the reading by the right curve, ink spread or not",
        "the right declaration",
        len(shift),
        _words(shift),
        "0.5 %",
        not (shift > 0.5).any(),
        "Curves less than 0.4 % of white apart are taken for the same.",
    )
    false = [number for number, each in enumerate(pictures) if each.true.transfer != each.said.transfer]
    silent = sum(said[number][0].detected is None for number in false)
    yield Row(
        "another curve declared: the patches name one",
        "published curves",
        len(false),
        f"{sum(number in told for number in false)}, silent on {silent}",
        "-",
        True,
        "Lines in step with the pixels, 69 to 90 px of radius, are not read, nor patches of less than 50 "
        "samples; where two fit equally well none is named. In the rest the declared one agrees too.",
    )
    overruled = sum(
        _as_other(known, each.true) or Flag.OTHER_CURVE in reading.flags
        for each, (known, reading) in zip(pictures, right, strict=True)
    )
    yield Row(
        "right curve and range declared: overruled, or `other-curve`",
        "published curves",
        len(pictures),
        f"{overruled}" if overruled else "none",
        "never",
        not overruled,
    )


def _levels(pictures: list[_Picture], right: list[Reading]) -> Iterator[Row]:
    """How far off the readings by the right curve are, in their own sigmas."""
    off = np.array(
        [
            (reading.mtf50_cy_px - each.mtf50) / reading.mtf50_sigma_cy_px
            for each, reading in zip(pictures, right, strict=True)
            if each.mtf50 and reading.mtf50_cy_px and reading.mtf50_sigma_cy_px
        ]
    )
    rms, worst = float(np.sqrt(np.square(off).mean())), float(np.abs(off).max())
    yield Row(
        "error of MTF50 over the stated sigma, right curve and range",
        "Hopkins, PDFium",
        len(off),
        f"rms {rms:.2f}, worst {worst:.2f}",
        "1, 3",
        rms <= 1 and worst <= 3,
    )


def _as_other(known: Track, frame: Frame) -> bool:
    """Whether the patches named another curve or range than the frame's."""
    found = known.detected
    return found is not None and (found.transfer, found.limited) != (frame.transfer, frame.limited)


def _off(reading: Reading, truth: float | None) -> float:
    """Error of MTF50 in per cent, without sign; NaN where one of the two is missing."""
    return math.nan if not (reading.mtf50_cy_px and truth) else 100 * abs(reading.mtf50_cy_px / truth - 1)


def _words(off: np.ndarray) -> str:
    read = off[np.isfinite(off)]
    if not read.size:
        return "none read"
    missing = f", {off.size - read.size} not read" if read.size < off.size else ""
    return f"worst {read.max():.2f} %, typical {np.median(read):.2f} %{missing}"


def _picture(rng: np.random.Generator, number: int) -> _Picture:
    lens, waves = LENSES[int(rng.integers(len(LENSES)))]
    otf = hopkins(waves, CUT_OFF[lens])
    radius = float(rng.uniform(50, 200))
    side = int(3.3 * radius)
    spread_mm = 0.06 * (number % 2)
    picture = printed(
        make_chart(parse_paper("A4")),
        otf,
        radius_px=radius,
        turn_deg=float(rng.uniform(-4, 4)),
        size=(side, side),
        centre=(side / 2 + float(rng.uniform(-2, 2)), side / 2 - 0.1 * radius),
        spread_mm=spread_mm,
        shade=float(rng.choice([0.0, 0.3])),
    )
    curve, said = str(rng.choice(list(CURVES))), str(rng.choice(["unknown", *CURVES]))
    bits, limited = int(rng.choice([8, 10])), bool(rng.random() < 0.5)
    light = picture * np.float32(WHITE.get(curve, 0.75) / 0.9)
    samples = codes(light, transfer=curve, bits=bits, limited=limited, grain=0.7, seed=number)
    true = Frame(samples, bits=bits, transfer=curve, limited=limited)
    wrong = replace(true, transfer=said, limited=bool(limited ^ (rng.random() < 0.3)))
    return _Picture(true, wrong, None if spread_mm else half_modulation(on_rings(otf)))

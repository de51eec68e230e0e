"""The modulation of a Siemens star against pictures whose modulation others have worked out."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from tests.oracles import prysm_target
from tests.oracles.camera_codes import CURVES, codes
from tests.oracles.pupil import pupil_transfer
from tests.oracles.star_picture import Scene, light, noisy
from tests.oracles.transfer import CUT_OFF, Otf, bell, disc, half_modulation, hopkins, on_rings

from backfocus.frame import Frame, fields
from backfocus.measure.reading import Flag, Reading
from backfocus.measure.track import track

from .row import Plan, Plot, Row, Series

TITLE = "The star"
INTRO = """
Every picture goes through the same door as a camera's, `track(None, frame)`, which has to find the star.
The truth is Hopkins' integral (or the transfer function of a blur disc, a bell, a pupil of prysm's) times
the square pixel, averaged over directions. The pictures are a third party's, prysm's, or drawn from an exact
chart five times as fine, filtered by that transfer function in Fourier space; turned, tilted, cut and shaded
*before* the pixels see them. Frequencies are cycles per pixel, noise is the sigma of a pixel as a share of
full scale. The promise on MTF50 holds for stars whose rings span 0.7 to 1.1 of that frequency at more than 10
px radius; at 0.7 of it the rim is allowed to be, so such stars are among the cases. Bias is promised of all
stars together and of every single one; of one star the mean over twelve pictures is known only to its
standard error, and it counts as beyond the promise when it is off by three of those more. Spread is promised
as the root mean square over the stars. A noisy picture without a number is a miss of the row on bias.
"""

GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "star"
LENSES = {
    **{name: [hopkins(w, cut) for w in np.geomspace(0.25, 8, 26)] for name, cut in CUT_OFF.items()},
    "disc": [disc(d) for d in np.geomspace(1.2, 16, 24)],
    "bell": [bell(s) for s in np.geomspace(0.35, 4.2, 24)],
}


@dataclass(frozen=True)
class Case:
    """A star, the lens it is seen through, and the MTF50 it must read."""

    scene: Scene
    otf: Otf
    mtf50: float


@dataclass(frozen=True)
class Errors:
    """What came of many cases; None stands for a value that was not given."""

    mtf50: tuple[float | None, ...]
    curve: tuple[float, ...]
    centre_px: tuple[float, ...]
    flags: tuple[frozenset[Flag], ...]


def parts(plan: Plan) -> Iterator[Row | Plot]:
    rng = np.random.default_rng(plan.seed)
    yield from _third_party()
    yield from _prysm()
    cases = [_draw(rng) for _ in range(plan.cases(96, 16))]
    yield from _noise_free(cases)
    yield from _noisy(cases, plan)
    yield from _turned(plan, rng)
    yield from _sized(plan, rng)
    yield from _tilted(plan, rng)
    yield from _varied("cropped by a third", [_cropped(_draw(rng)) for _ in _few(plan)], plan, CUT)
    yield from _varied(
        "30 % shading across or to the corners", [_shaded(_draw(rng), rng) for _ in _few(plan)], plan
    )
    yield from _varied("3 % distortion at the corners", [_bent(_draw(rng), rng) for _ in _few(plan)], plan)
    yield from _gamma(plan, rng)
    yield from _fields(plan, rng)
    yield from _dust(plan, rng)
    yield _no_modulation(plan)
    yield from _centre(plan, rng)


def _few(plan: Plan) -> range:
    return range(plan.cases(20, 5))


# --- what is drawn and how it is read


def _draw(rng: np.random.Generator) -> Case:
    """A star for which an MTF50 is promised: any lens, MTF50, count of cycles, size and place."""
    while True:
        name = str(rng.choice(list(LENSES)))
        otf = LENSES[name][int(rng.integers(len(LENSES[name])))]
        fifty = half_modulation(on_rings(otf))
        cycles = int(np.exp(rng.uniform(math.log(8), math.log(144))))
        ring_px = cycles / (2 * math.pi * fifty)
        least = max(ring_px / 0.7, cycles / (2 * math.pi * 0.2), 40.0)
        if 0.05 <= fifty <= 0.44 and ring_px / 1.1 > 10 and least < 125:
            break
    radius = least * rng.uniform(1.0, 1.3 if least > 80 else 1.8)
    side = int(2.5 * radius + 30)
    x, y = (side / 2 + rng.uniform(-2, 2, 2)).tolist()
    scene = Scene(
        rows=side, columns=side, x_px=x, y_px=y, radius_px=radius, cycles=cycles,
        angle_rad=rng.uniform(0, math.pi), sine=bool(rng.random() < 0.25),
    )  # fmt: skip
    return Case(scene, otf, fifty)


def _read(picture: np.ndarray) -> Reading:
    return track(None, Frame(picture, bits=0, transfer="linear"))[1]


def _errors(cases: list[Case], pictures: list[np.ndarray]) -> Errors:
    return _compared(cases, [_read(picture) for picture in pictures])


def _compared(cases: list[Case], readings: list[Reading]) -> Errors:
    mtf50, curve, centre = [], [], []
    for case, reading in zip(cases, readings, strict=True):
        mtf50.append(None if reading.mtf50_cy_px is None else reading.mtf50_cy_px / case.mtf50 - 1)
        curve.append(_off_curve(reading, on_rings(case.otf)))
        star = reading.star
        at = (case.scene.x_px, case.scene.y_px)
        centre.append(math.inf if star is None else math.hypot(star.x_px - at[0], star.y_px - at[1]))
    return Errors(tuple(mtf50), tuple(curve), tuple(centre), tuple(reading.flags for reading in readings))


def _off_curve(reading: Reading, truth: Otf) -> float:
    f, m = np.array(reading.frequency_cy_px), np.array(reading.modulation)
    below = f < 0.45
    return float(np.abs(m - truth(f))[below].max()) if below.any() else math.inf


def _percent(value: float) -> str:
    return f"{100 * value:.2f} %"


def _read_rows(what: str, oracle: str, off: Errors, *, most: float = 0.005, note: str = "") -> Iterator[Row]:
    given = [abs(value) for value in off.mtf50 if value is not None]
    missing = len(off.mtf50) - len(given)
    worst = max(given, default=math.inf)
    reached = f"worst {_percent(worst)}, typical {_percent(float(np.median(given or [math.inf])))}"
    if missing:
        reached += f", {missing} not read"
    beyond = missing + sum(value > most for value in given)
    yield Row(
        f"MTF50, {what}",
        oracle,
        len(off.mtf50),
        reached,
        f"{100 * most:g} %",
        not beyond,
        _missed(beyond, len(off.mtf50), note),
    )
    points = max(off.curve)
    beyond = sum(value > 0.01 for value in off.curve)
    yield Row(
        f"any point below 0.45, {what}", oracle, len(off.curve), f"worst {points:.4f}", "0.01", not beyond,
        _missed(beyond, len(off.curve), note),
    )  # fmt: skip


def _missed(beyond: int, of: int, why: str, unread: str = "") -> str:
    """What to say of a row that is missed; empty where none is."""
    stars = f"{beyond} of {of} stars are beyond the promise" if beyond else ""
    missed = ", and ".join(part for part in (stars, unread) if part)
    return f"{missed}. {why or 'The cause is not known.'}" if missed else ""


def _noise_rows(
    what: str,
    cases: list[Case],
    pictures: list[np.ndarray],
    plan: Plan,
    shares: tuple[float, ...] = (0.03,),
    why: str = "",
) -> Iterator[Row]:
    """Mean and spread of MTF50 over draws of noise, the worst of all stars."""
    draws = plan.cases(12, 6)
    for share in shares:
        bias, spread, missing = [], [], 0
        for number, (case, picture) in enumerate(zip(cases, pictures, strict=True)):
            seeds = [plan.seed * 100_000 + 100 * number + k for k in range(draws)]
            off = _errors([case] * draws, [noisy(picture, share, seed) for seed in seeds]).mtf50
            given = np.array([value for value in off if value is not None])
            missing += draws - given.size
            bias.append(float(given.mean()) if given.size else math.inf)
            spread.append(float(given.std(ddof=1)) if given.size > 1 else 0.0)
        yield from _spread_rows(
            f"{what} {100 * share:g} % noise", draws, np.array(bias), np.array(spread), missing, share, why
        )


def _spread_rows(
    what: str, draws: int, bias: np.ndarray, spread: np.ndarray, missing: int, share: float, why: str = ""
) -> Iterator[Row]:
    most_bias, most_spread = (0.01, 0.02) if share < 0.05 else (0.02, math.inf)
    # the mean of `draws` values is itself off by its spread over their root: beyond three of those it is bias
    unsure = 3 * spread / math.sqrt(draws)
    worst = float((np.abs(bias) - unsure).max())
    left = f", {missing} not read" if missing else ""
    cases = draws * len(bias)
    yield Row(
        f"bias of MTF50, {what}", "Hopkins", cases,
        f"all {round(100 * bias.mean(), 2) + 0.0:+.2f} %, worst star {_percent(np.abs(bias).max())}{left}",
        f"{100 * most_bias:g} %", worst <= most_bias and abs(bias.mean()) <= most_bias and not missing,
        _missed(
            int((np.abs(bias) - unsure > most_bias).sum()), len(bias), why,
            f"{missing} of {cases} noisy pictures give no number" if missing else "",
        ),
    )  # fmt: skip
    typical = float(np.sqrt((spread**2).mean()))
    reached = f"{_percent(typical)}, worst star {_percent(spread.max())}"
    yield Row(
        f"spread of MTF50, {what}", "Hopkins", cases, reached,
        "-" if math.isinf(most_spread) else f"{100 * most_spread:g} %", typical <= most_spread,
        "" if typical <= most_spread else _missed(int((spread > most_spread).sum()), len(spread), why),
    )  # fmt: skip


def _varied(what: str, cases: list[Case], plan: Plan, why: str = "") -> Iterator[Row]:
    pictures = [light(case.scene, case.otf) for case in cases]
    yield from _read_rows(what, "Hopkins", _errors(cases, pictures), note=why)
    yield from _noise_rows(f"{what},", cases, pictures, plan, why=why)


# --- the rows


def _third_party() -> Iterator[Row]:
    cases, readings = [], []
    points = []
    for path in sorted(GOLDEN.glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        picture = (cv2.imread(str(path.with_suffix(".png")), cv2.IMREAD_UNCHANGED) / 65535).astype(np.float32)
        scene = Scene(
            x_px=truth["x_px"], y_px=truth["y_px"], radius_px=truth["radius_px"], cycles=truth["cycles"]
        )
        cases.append(Case(scene, hopkins(truth["w020_waves"], CUT_OFF["f/4, 4 um"]), truth["mtf50_cy_px"]))
        readings.append(_read(picture))
        known = truth["modulation_at_0.05_to_0.45_step_0.05"][1:]
        read = np.interp(np.arange(0.1, 0.46, 0.05), readings[-1].frequency_cy_px, readings[-1].modulation)
        points.append(float(np.abs(read - known).max()))
    off = replace(_compared(cases, readings), curve=tuple(points))
    yield from _read_rows("stars rendered by MTF Mapper", "the JSON beside them", off, most=0.007)


PUPILS = ((0.0, 0.0), (0.3, 0.0), (0.6, 0.0), (1.0, 0.0), (2.0, 0.0), (-0.5, 0.5))
PRYSM = [
    (f_number, *waves) for f_number in (4.0, 5.6) for waves in PUPILS if (f_number, waves[0]) != (5.6, 2.0)
]
"""At f/5.6 and 2 waves MTF50 is 0.06: that asks for a star of 140 px radius, and prysm's has 110."""


def _prysm() -> Iterator[Row]:
    cases, readings, curve = [], [], []
    at = prysm_target.CENTRE_PX
    for f_number, w020, w040 in PRYSM:
        picture = prysm_target.sine_star(w020, w040, f_number=f_number, pixel_um=4.0).astype(np.float32)

        def lens(f: np.ndarray, n: float = f_number, w: float = w020, v: float = w040) -> np.ndarray:
            exact = (
                hopkins(w, 4.0 / (0.55 * n))(f)
                if v == 0
                else pupil_transfer(f, w, v, f_number=n, pixel_um=4.0)
            )
            return np.asarray(exact)

        def truth(f: np.ndarray, lens: Otf = lens) -> np.ndarray:
            return np.asarray(lens(f) * prysm_target.ring_pixel(f))

        fifty = half_modulation(truth)
        scene = Scene(x_px=at, y_px=at)
        cases.append(Case(scene, lens, fifty))
        readings.append(_read(picture))
        curve.append(_off_curve(readings[-1], truth))
    off = replace(_compared(cases, readings), curve=tuple(curve))
    yield from _read_rows("sine stars of prysm, its pupil and pixel", "prysm", off)


def _noise_free(cases: list[Case]) -> Iterator[Row | Plot]:
    off = _errors(cases, [light(case.scene, case.otf) for case in cases])
    yield from _read_rows("noise-free, any star that the promise covers", "Hopkins", off)
    given = [
        (case.mtf50, 100 * value) for case, value in zip(cases, off.mtf50, strict=True) if value is not None
    ]
    yield Plot(
        "star-frequency", "MTF50 read, noise-free", "MTF50, cy/px", "error, %",
        (Series("exact stars", tuple(x for x, _ in given), tuple(y for _, y in given), "dots"),), (-0.5, 0.5),
    )  # fmt: skip


def _noisy(cases: list[Case], plan: Plan) -> Iterator[Row | Plot]:
    some = cases[: plan.cases(32, 6)]
    pictures = [light(case.scene, case.otf) for case in some]
    yield from _noise_rows("", some, pictures, plan, (0.03, 0.1))
    levels = (0.0, 0.01, 0.03, 0.06, 0.1, 0.15)
    names = ("sharp, 0.38 cy/px", "soft, 0.28 cy/px", "far off, 0.16 cy/px")
    series = []
    for name, waves in zip(names, (0.25, 0.5, 1.0), strict=True):
        otf = hopkins(waves, CUT_OFF["f/4, 4 um"])
        case = Case(Scene(), otf, half_modulation(on_rings(otf)))
        draws = plan.cases(12, 4)
        mean = []
        for level in levels:
            seen = [noisy(light(case.scene, otf), level, 7000 + k) for k in range(draws)]
            read = [value for value in _errors([case] * draws, seen).mtf50 if value is not None]
            mean.append(100 * float(np.mean(read)) if read else math.nan)
        series.append(Series(name, tuple(100 * level for level in levels), tuple(mean)))
    yield Plot(
        "star-noise", "Mean MTF50 in noise", "noise, % of full scale", "error, %", tuple(series), (-1, 1)
    )


def _turned(plan: Plan, rng: np.random.Generator) -> Iterator[Row]:
    angles = np.linspace(0, math.pi, plan.cases(13, 4), endpoint=False)
    base = [_draw(rng) for _ in range(2)]
    cases = [replace(case, scene=replace(case.scene, angle_rad=float(a))) for case in base for a in angles]
    yield from _varied("rotation 0 to 180 degrees", cases, plan)


def _sized(plan: Plan, rng: np.random.Generator) -> Iterator[Row | Plot]:
    """One lens, stars from half to twice a middle size, all within the promise's condition."""
    sizes = np.geomspace(0.5, 2.0, plan.cases(13, 5))
    cases, series = [], []
    for waves in (0.4, 0.8):
        otf = hopkins(waves, CUT_OFF["f/4, 4 um"])
        fifty = half_modulation(on_rings(otf))
        middle = 2.0 * 36 / (2 * math.pi * 0.7 * fifty)
        for size in sizes:
            radius = max(float(size) * middle, 36 / (2 * math.pi * 0.2), 40.0)
            side = int(2.5 * radius + 30)
            x, y = (side / 2 + rng.uniform(-1, 1, 2)).tolist()
            cases.append(Case(Scene(side, side, x, y, radius), otf, fifty))
        pictures = [light(case.scene, case.otf) for case in cases[-len(sizes) :]]
        off = _errors(cases[-len(sizes) :], pictures)
        values = tuple(math.nan if v is None else 100 * v for v in off.mtf50)
        series.append(
            Series(
                f"MTF50 {fifty:.2f} cy/px",
                tuple(case.scene.radius_px for case in cases[-len(sizes) :]),
                values,
            )
        )
    yield from _varied("size x 0.5 to x 2", cases, plan)
    yield Plot(
        "star-size",
        "MTF50 against the star's size",
        "radius, px",
        "error, %",
        tuple(series),
        (-0.5, 0.5),
        log_x=True,
    )


def _tilted(plan: Plan, rng: np.random.Generator) -> Iterator[Row | Plot]:
    cases = []
    for number in _few(plan):
        case = _draw(rng)
        tilt = 20.0 if number % 2 else rng.uniform(5, 20)
        scene = replace(
            case.scene, tilt_deg=tilt, axis_deg=rng.uniform(0, 180), view_px=8 * case.scene.radius_px,
            radius_px=case.scene.radius_px / math.cos(math.radians(tilt)),
        )  # fmt: skip
        cases.append(replace(case, scene=_roomy(scene)))
    yield from _varied("tilt to 20 degrees, from 8 radii away", cases, plan)
    tilts = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0)
    series = []
    for cycles in (36, 72):
        otf = hopkins(0.5, CUT_OFF["f/4, 4 um"])
        scene = Scene(radius_px=105.0 if cycles == 36 else 120.0, cycles=cycles, axis_deg=30.0, view_px=900.0)
        tilted = [Case(replace(scene, tilt_deg=t), otf, half_modulation(on_rings(otf))) for t in tilts]
        off = _errors(tilted, [light(case.scene, otf) for case in tilted]).mtf50
        series.append(
            Series(f"{cycles} cycles", tilts, tuple(math.nan if v is None else 100 * v for v in off))
        )
    yield Plot("star-tilt", "MTF50 of a tilted star", "tilt, degrees", "error, %", tuple(series), (-0.5, 0.5))


def _roomy(scene: Scene) -> Scene:
    side = int(2.5 * scene.radius_px + 30)
    return replace(scene, rows=side, columns=side, x_px=side / 2 + 0.3, y_px=side / 2 - 0.4)


CUT = "Of stars of 8 cycles and 40 px radius, cut by a third, too little is left to tell the level better."


def _cropped(case: Case) -> Case:
    """A third of the star's width cut away by the frame, on one side."""
    scene = case.scene
    left = scene.x_px - scene.radius_px
    return replace(case, scene=replace(scene, columns=int(left + 2 * scene.radius_px * 2 / 3)))


def _shaded(case: Case, rng: np.random.Generator) -> Case:
    shade = [{"slope_x": 0.3}, {"slope_y": 0.3}, {"bow": 0.15}, {"slope_x": 0.2, "bow": 0.1}][
        int(rng.integers(4))
    ]
    return replace(case, scene=replace(case.scene, **shade))


def _bent(case: Case, rng: np.random.Generator) -> Case:
    return replace(case, scene=replace(case.scene, distortion=0.03 * float(rng.choice([-1, 1]))))


ROUNDED = (
    "Without grain all of the paper falls on one code, and an 8-bit code of a logarithm is up to 3 % of "
    "white: rounding does not average out. A camera has grain."
)


def _gamma(plan: Plan, rng: np.random.Generator) -> Iterator[Row | Plot]:
    stars = [Case(Scene(), otf, half_modulation(on_rings(otf))) for otf in LENSES["f/4, 4 um"][:9:3]]
    kinds = [(name, limited, star) for name in CURVES for limited in (False, True) for star in stars]
    some = [kinds[k] for k in rng.permutation(len(kinds))[: plan.cases(len(kinds), 12)]]
    what, oracle = "12 transfer curves undone, both ranges", "published curves"
    cases = [star for *_, star in some]
    for bits, grain in (((12, 16), 0.0), ((10,), 0.7), ((8, 10), 0.0)):
        readings = [_coded(*kind, depth, grain, seed) for depth in bits for seed, kind in enumerate(some)]
        grained = f"grain of {grain} code" if grain else "no grain"
        told = f"{what}, {' and '.join(map(str, bits))} bits, {grained}"
        yield from _read_rows(told, oracle, _compared(cases * len(bits), readings), note=ROUNDED)
    yield from _eight_bits(f"{what}, 8 bits, grain of 0.7 code", some, plan.cases(12, 6))
    yield _mismatch()


def _eight_bits(what: str, kinds: list[tuple[str, bool, Case]], draws: int) -> Iterator[Row]:
    """Mean and spread over draws of the grain, which in 8 bits is a noise like any other."""
    off = np.full((len(kinds), draws), math.nan)
    for number, kind in enumerate(kinds):
        for draw in range(draws):
            fifty = _coded(*kind, 8, 0.7, 1000 * number + draw).mtf50_cy_px
            off[number, draw] = math.nan if fifty is None else fifty / kind[2].mtf50 - 1
    bias, spread = np.nanmean(off, axis=1), np.nanstd(off, axis=1, ddof=1)
    yield from _spread_rows(what, draws, bias, spread, int(np.isnan(off).sum()), 0.03)


def _coded(name: str, limited: bool, star: Case, bits: int, grain: float, seed: int) -> Reading:
    picture = light(star.scene, star.otf) * np.float32(0.03 if name == "pq" else 1.0)
    samples = codes(picture, transfer=name, bits=bits, limited=limited, grain=grain, seed=seed)
    return track(None, Frame(samples, bits=bits, transfer=name, limited=limited))[1]


def _mismatch() -> Plot:
    """What a wrong declared curve costs: why the curve has to be undone."""
    otf = hopkins(0.5, CUT_OFF["f/4, 4 um"])
    truth = half_modulation(on_rings(otf))
    gammas = (1.0, 1.4, 1.8, 2.0, 2.2, 2.4, 2.8)
    samples = codes(light(Scene(), otf), transfer="gamma2.2", bits=10, limited=False)
    values = []
    for gamma in gammas:
        read = track(None, Frame(samples, bits=10, transfer=f"gamma{gamma:.1f}"))[1].mtf50_cy_px
        values.append(math.nan if read is None else 100 * (read / truth - 1))
    return Plot(
        "star-gamma", "MTF50 with the wrong gamma undone; the camera's is 2.2", "gamma undone", "error, %",
        (Series("soft star", gammas, tuple(values)),), (-0.5, 0.5),
    )  # fmt: skip


def _fields(plan: Plan, rng: np.random.Generator) -> Iterator[Row]:
    cases, readings = [], []
    for _ in _few(plan):
        case = _draw(rng)
        frame = Frame(light(case.scene, case.otf), bits=0, transfer="linear", interlaced="top")
        for one in fields(frame):
            cases.append(case)
            readings.append(track(None, one)[1])
    yield from _read_rows("single fields of interlaced video", "Hopkins", _compared(cases, readings))


SPECKS = "Specks on spokes and paper move the level of a star of 43 px radius by less than two sigmas of it."


def _dust(plan: Plan, rng: np.random.Generator) -> Iterator[Row]:
    cases, pictures = [], []
    for _ in _few(plan):
        case = _draw(rng)
        picture = light(case.scene, case.otf).copy()
        rows, columns = picture.shape
        dead = rows * columns // 400
        picture[rng.integers(0, rows, dead), rng.integers(0, columns, dead)] = rng.choice([0.0, 1.0], dead)
        for _ in range(12):
            row, column = int(rng.integers(rows - 3)), int(rng.integers(columns - 3))
            picture[row : row + 3, column : column + 3] *= 0.5
        cases.append(case)
        pictures.append(picture)
    off = _errors(cases, pictures)
    yield from _read_rows("one pixel in 400 dead and 12 specks of dust", "Hopkins", off, note=SPECKS)


def _no_modulation(plan: Plan) -> Row:
    """The ring where the truth is nothing, in noise: its mean over many pictures."""
    otf = hopkins(1.0, CUT_OFF["f/4, 4 um"])
    f = np.linspace(0.3, 0.42, 2401)
    zero = float(f[np.argmin(np.abs(on_rings(otf)(f)))])
    draws = plan.cases(48, 16)
    values = []
    for share in (0.03, 0.1):
        read = [_read(noisy(light(Scene(), otf), share, 9000 + k)) for k in range(draws)]
        values.append(
            float(
                np.mean(
                    [np.interp(zero, one.frequency_cy_px, one.modulation) for one in read if one.modulation]
                )
            )
        )
    worst = max(abs(value) for value in values)
    return Row(
        "ring of no modulation, 3 and 10 % noise", "Hopkins", 2 * draws,
        f"mean {values[0]:+.4f} and {values[1]:+.4f}", "not 0.03: 0.005", worst < 0.005,
    )  # fmt: skip


def _centre(plan: Plan, rng: np.random.Generator) -> Iterator[Row]:
    cases, pictures = [], []
    while len(cases) < plan.cases(60, 12):
        lens = str(rng.choice(["f/4, 4 um", "f/1.8, 5 um"]))
        otf = hopkins(float(rng.choice([0.0, 0.5, 1.0, 1.5, 2.0])), CUT_OFF[lens])
        radius, cycles = float(rng.uniform(60, 180)), int(rng.integers(16, 73))
        if cycles / (2 * math.pi * radius) > 0.1:
            continue
        side = int(2.6 * radius + 20)
        x, y = (side / 2 + rng.uniform(-6, 6, 2)).tolist()
        scene = Scene(side, side, x, y, radius, cycles, rng.uniform(0, math.pi))
        cases.append(Case(scene, otf, 0.1))
        pictures.append(noisy(light(scene, otf), 0.03, plan.seed * 1000 + len(cases)))
    off = np.array(_errors(cases, pictures).centre_px)
    yield Row(
        "centre, up to 2 waves of defocus and 3 % noise", "where it was drawn", len(cases),
        f"median {np.median(off):.3f} px, worst {off.max():.3f} px", "0.05, 0.1 px",
        bool(np.median(off) <= 0.05 and off.max() <= 0.1),
    )  # fmt: skip

"""|r| from one picture, and the peak of a sweep through focus."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from tests.oracles.pupil import pupil_transfer, sharpest_w020
from tests.oracles.star_picture import Scene, light, noisy
from tests.oracles.transfer import hopkins, ring_pixel

from backfocus.frame import Frame
from backfocus.measure.reading import Reading
from backfocus.measure.track import track
from backfocus.optics.lens import Optics
from backfocus.solve.defocus import F_NUMBER_SIGMA, Defocus, defocus, reference_from
from backfocus.solve.peak import NoPeak, Peak
from backfocus.solve.through_focus import through_focus

from .row import Plan, Plot, Row, Series

TITLE = "Defocus"
INTRO = """
|r| is read from one picture. Pictures are stars rendered with the pupil of prysm or by a third party, and go
the whole way from pixels to micrometres. Where many conditions are swept, the curve of the oracle itself,
with noise on its rings, takes the place of the picture. Errors are in h, half the depth of focus, and
defocus in waves at the pupil's edge. W040 is spherical aberration; its side is not told to the solver.
"""

GOLDEN = Path(__file__).parents[2] / "tests" / "golden" / "star"
FREQUENCIES = np.linspace(0.03, 0.48, 40)
WAVES = (0.5, 0.75, 1.0, 1.5, 2.0, 2.5)


@dataclass(frozen=True)
class Camera:
    """A lens and a pixel; `radius_px` is how large the star is in its picture."""

    name: str
    f_number: float
    pixel_um: float
    radius_px: float

    @property
    def optics(self) -> Optics:
        return Optics(self.pixel_um, ((0.0, self.f_number),))

    @property
    def wave_um(self) -> float:
        return 8.0 * 0.55 * self.f_number**2

    @property
    def h_um(self) -> float:
        return self.optics.half_depth_um()

    def sharpest(self, w040: float) -> float:
        return sharpest_w020(w040, f_number=self.f_number, pixel_um=self.pixel_um)

    def lens(self, waves: float, w040: float, f: np.ndarray) -> np.ndarray:
        """Prysm's transfer function at a defocus counted from the sharpest place."""
        w020 = self.sharpest(w040) + waves
        return np.asarray(pupil_transfer(f, w020, w040, f_number=self.f_number, pixel_um=self.pixel_um))

    def picture(self, waves: float, w040: float = 0.0) -> np.ndarray:
        side = int(2.4 * self.radius_px)
        scene = Scene(side, side, side / 2 + 0.3, side / 2 - 0.2, self.radius_px)
        return light(scene, lambda f: self.lens(waves, w040, f))

    def curve(self, waves: float, w040: float, noise: float, rng: np.random.Generator) -> Reading:
        exact = self.lens(waves, w040, FREQUENCIES) * ring_pixel(FREQUENCIES)
        return _as_reading(exact, noise, rng)


HD = Camera('2/3" HD f/1.8 5 um', 1.8, 5.0, 120.0)
CAMERAS = (
    HD,
    Camera('2/3" UHD f/1.8 2.5 um', 1.8, 2.5, 140.0),
    Camera("PTZ f/3.8 1.5 um", 3.8, 1.5, 280.0),
    Camera("S35 f/2.8 6 um", 2.8, 6.0, 120.0),
)


def parts(plan: Plan) -> Iterator[Row | Plot]:
    yield _third_party()
    yield from _pictures(plan)
    yield _cameras(plan)
    yield from _aberrated_pictures(plan)
    yield _aberrated_curves(plan)
    yield from _with_and_without(plan)
    yield from _sigmas(plan)
    yield from _peak_pictures(plan)
    yield from _peak_curves(plan)
    yield _no_peak(plan)


# --- |r| of a perfect lens


def _third_party() -> Row:
    optics, worst = Optics(4.0, ((0.0, 4.0),)), 0.0
    for name in ("0.5", "1"):
        truth = json.loads((GOLDEN / f"w020_{name}.json").read_text(encoding="utf-8"))
        picture = cv2.imread(str(GOLDEN / f"w020_{name}.png"), cv2.IMREAD_UNCHANGED)
        reading = track(None, Frame(np.asarray(picture, np.uint16), bits=16, transfer="linear"))[1]
        worst = max(
            worst, _off(defocus(reading, optics), truth["defocus_um"], optics.half_depth_um(), 10.0, 0.01)
        )
    return _share_row("|r| of pictures, 0.5 and 1 wave, f/4 4 um", "MTF Mapper's star", 2, worst, PERFECT)


def _pictures(plan: Plan) -> Iterator[Row | Plot]:
    """Every camera over the waves, from pixels."""
    waves = (0.5, 1.0, 2.5) if plan.short else WAVES
    worst, lines = 0.0, []
    for camera in CAMERAS[:: 2 if plan.short else 1]:
        off = []
        for wave in waves:
            found = defocus(_read(camera.picture(wave)), camera.optics)
            worst = max(worst, _off(found, wave * camera.wave_um, camera.h_um, 10.0, 0.01))
            off.append(_signed(found, wave * camera.wave_um) / camera.h_um)
        lines.append(Series(camera.name, waves, tuple(off)))
    cases = len(waves) * len(lines)
    yield _share_row("|r| of pictures, 0.5 to 2.5 waves, HD, UHD, PTZ, S35", "prysm", cases, worst, PERFECT)
    yield Plot(
        "defocus-waves", "|r| read from one picture", "defocus, waves", "error / h", tuple(lines), (-0.1, 0.1)
    )


def _cameras(plan: Plan) -> Row:
    """f-numbers and pixels of every sort, by curves with noise on their rings."""
    rng, cases = np.random.default_rng(plan.seed), plan.cases(400, 80)
    worst = 0.0
    for _ in range(cases):
        camera = Camera(
            "", round(float(rng.uniform(1.4, 5.6)), 1), float(rng.choice([1.5, 2.5, 3.45, 5.0, 6.0])), 0.0
        )
        waves = float(rng.uniform(0.5, 2.5))
        exact = hopkins(waves, camera.pixel_um / (0.55 * camera.f_number))(FREQUENCIES) * ring_pixel(
            FREQUENCIES
        )
        found = defocus(_as_reading(exact, 0.003, rng), camera.optics)
        worst = max(worst, _off(found, waves * camera.wave_um, camera.h_um, 10.0, 0.01))
    what = "|r| of curves, f/1.4 to 5.6, 1.5 to 6 um, 0.3 % noise on the rings"
    return _share_row(what, "Hopkins", cases, worst, PERFECT)


# --- |r| of an aberrated one


def _aberrated_pictures(plan: Plan) -> Iterator[Row]:
    for camera in CAMERAS[: plan.cases(3, 1)]:
        worst, cases = 0.0, 0
        for w040 in (0.65,) if plan.short else (0.3, 0.65, 1.0):
            reference = reference_from(_read(noisy(camera.picture(0.0, w040), 0.01, plan.seed)))
            for waves in (-2.5, -0.5, 0.5, 1.5):
                seed = plan.seed + 10 + cases
                found = defocus(
                    _read(noisy(camera.picture(waves, w040), 0.01, seed)), camera.optics, reference=reference
                )
                worst = max(worst, _off(found, abs(waves) * camera.wave_um, camera.h_um, 5.0, 0.03))
                cases += 1
        what = f"|r| of pictures, W040 0.3 to 1, best frame as reference, 1 % noise, {camera.name}"
        yield _share_row(what, "prysm", cases, worst, ABERRATED)


def _aberrated_curves(plan: Plan) -> Row:
    rng, cases, worst = np.random.default_rng(plan.seed), plan.cases(100, 16), 0.0
    for number in range(cases):
        camera = CAMERAS[number % len(CAMERAS)]
        w040, waves = _random_waves(rng, 0.3)
        reference = reference_from(camera.curve(float(rng.choice([-0.1, 0.0, 0.1])), w040, 0.003, rng))
        found = defocus(camera.curve(waves, w040, 0.003, rng), camera.optics, reference=reference)
        worst = max(worst, _off(found, abs(waves) * camera.wave_um, camera.h_um, 5.0, 0.03))
    what = "|r| of curves, W040 0.3 to 1, reference within 0.1 wave of best focus, all cameras"
    return _share_row(what, "prysm", cases, worst, ABERRATED)


def _with_and_without(plan: Plan) -> Iterator[Row | Plot]:
    """What an aberration does to |r| with nothing to compare with, by side."""
    rng, w040 = np.random.default_rng(plan.seed), 0.65
    waves = np.linspace(-2.5, 2.5, 11 if plan.short else 21)
    reference = reference_from(HD.curve(0.0, w040, 0.003, rng))
    lines, worst = [], 0.0
    for label, best in (("with a reference", reference), ("without", None)):
        found = [defocus(HD.curve(float(w), w040, 0.003, rng), HD.optics, reference=best) for w in waves]
        off = [_signed(one, abs(w) * HD.wave_um) for one, w in zip(found, waves, strict=True)]
        lines.append(Series(label, tuple(waves.tolist()), tuple(each / HD.h_um for each in off)))
        if best is None:
            worst = max(abs(each) for each, w in zip(off, waves, strict=True) if abs(w) >= 0.5)
    yield Row(
        "the same without a reference, W040 0.65, 0.5 to 2.5 waves, HD",
        "prysm", len(waves), f"up to {worst / HD.h_um:.2f} h", "-", True,
        "A soft lens and a defocused one look the same; the sigma and `softness_um` say how far that can go.",
    )  # fmt: skip
    yield Plot(
        "defocus-reference", "|r| of a lens with W040 = 0.65 waves, HD", "defocus from best focus, waves",
        "error / h", tuple(lines), (-0.2, 0.2),
    )  # fmt: skip


# --- what is said of its own error


def _sigmas(plan: Plan) -> Iterator[Row]:
    yield _noise_sigma(plan)
    yield _whole_sigma(plan, referenced=True)
    yield _whole_sigma(plan, referenced=False)


def _noise_sigma(plan: Plan) -> Row:
    """Pictures in noise against the same picture without it: sigma's noise part alone."""
    cases, each = plan.cases(300, 60), 20
    rng, inside = np.random.default_rng(plan.seed), 0
    for _ in range(cases // each):
        wave = float(rng.uniform(0.8, 2.5))
        clean = HD.picture(wave)
        calm = defocus(_read(clean), HD.optics)
        for _ in range(each):
            share = float(rng.uniform(0.01, 0.05))
            found = defocus(_read(noisy(clean, share, int(rng.integers(1 << 30)))), HD.optics)
            if found is not None and calm is not None:
                noise_um = math.sqrt(found.sigma_um**2 - found.model_sigma_um**2)
                inside += abs(found.um - calm.um) < 1.96 * noise_um
    what = "|r| of a noisy picture within 1.96 of its noise sigma, 0.8 to 2.5 waves, 1 to 5 % noise"
    return _inside_row(what, "prysm, seeded noise", cases, inside)


def _whole_sigma(plan: Plan, *, referenced: bool) -> Row:
    """Everything that the sigma claims, drawn: noise, level, f-number and an aberration of either side."""
    rng, cases, inside = np.random.default_rng(plan.seed + 1), plan.cases(200, 48), 0
    for number in range(cases):
        camera = CAMERAS[number % len(CAMERAS)]
        w040, waves = _random_waves(rng, 0.0)
        told = camera.f_number * (1.0 + F_NUMBER_SIGMA * rng.standard_normal())
        optics = Optics(camera.pixel_um, ((0.0, told),))
        noise = 10.0 ** rng.uniform(-3.0, -2.0)
        reference = (
            reference_from(camera.curve(float(rng.uniform(-0.1, 0.1)), w040, noise, rng))
            if referenced
            else None
        )
        found = defocus(camera.curve(waves, w040, noise, rng), optics, reference=reference)
        if found is not None:
            read_um = math.hypot(waves * camera.wave_um, w040 * found.softness_um)
            inside += abs(found.um - read_um) < 1.96 * found.sigma_um
    words = "with a reference" if referenced else "without a reference, its softness added to the truth"
    what = f"|r| within 1.96 sigma {words}: W040 to 1 wave, f-number to 1.5 %, noise drawn"
    return _inside_row(what, "prysm", cases, inside)


# --- through focus


def _peak_pictures(plan: Plan) -> Iterator[Row]:
    steps = np.linspace(-5.0, 5.0, 13)
    worst, cases = 0.0, 0
    for number, camera in enumerate(CAMERAS[:: 3 if plan.short else 1]):
        best = 0.37 - 0.3 * number
        clean = [camera.picture((e - best) * camera.h_um / camera.wave_um) for e in steps]
        for draw in range(plan.cases(5, 2)):
            seeds = [plan.seed + 1000 * number + 100 * draw + k for k in range(len(steps))]
            seen = [_read(noisy(one, 0.01, seed)) for one, seed in zip(clean, seeds, strict=True)]
            worst = max(worst, _peak_off(through_focus(steps.tolist(), seen, camera.optics), best))
            cases += 1
    yield _peak_row("peak of 13 pictures over +-5 h, 1 % noise, HD, UHD, PTZ, S35", "prysm", cases, worst)


def _peak_curves(plan: Plan) -> Iterator[Row | Plot]:
    for slope in (True, False):
        worst, cases = 0.0, plan.cases(16, 4)
        rng = np.random.default_rng(plan.seed)
        for number in range(cases):
            camera = CAMERAS[number % len(CAMERAS)]
            worst = max(worst, _sweep(camera, rng, w040=_random_waves(rng, 0.3)[0], known=slope))
        told = "known" if slope else "not known"
        what = f"peak of an aberrated lens, W040 0.3 to 1, um per step {told}"
        yield _peak_row(what, "prysm", cases, worst)
    by_noise = (("0.1", 0.001, 13), ("0.3", 0.003, 13), ("1", 0.01, 13), ("3", 0.03, 13))
    by_count = (("6", 0.003, 6), ("9", 0.003, 9), ("13", 0.003, 13), ("21", 0.003, 21))
    yield _peak_plot("noise", "noise on the rings, %", by_noise, plan)
    yield _peak_plot("steps", "pictures over +-5 h", by_count, plan)


def _peak_plot(name: str, x_label: str, cases: Sequence[tuple[str, float, int]], plan: Plan) -> Plot:
    draws, lines = plan.cases(6, 2), []
    for camera in (HD, CAMERAS[2]):
        rms = []
        for _, noise, count in cases:
            rng = np.random.default_rng(plan.seed)
            off = [_sweep(camera, rng, noise=noise, count=count) for _ in range(draws)]
            rms.append(float(np.sqrt(np.mean(np.square(off)))))
        lines.append(Series(camera.name, tuple(float(x) for x, *_ in cases), tuple(rms)))
    return Plot(
        f"peak-{name}", f"Peak of a sweep against {name}", x_label, "RMS error / h", tuple(lines), (0.1,),
        log_x=name == "noise",
    )  # fmt: skip


def _sweep(
    camera: Camera, rng: np.random.Generator, *, w040: float = 0.0, noise: float = 0.003, count: int = 13,
    known: bool = False,
) -> float:  # fmt: skip
    """Error of the peak of one sweep by curves, in h."""
    steps, best = np.linspace(-5.0, 5.0, count), float(rng.choice([-0.7, -0.2, 0.4]))
    seen = [camera.curve((e - best) * camera.h_um / camera.wave_um, w040, noise, rng) for e in steps]
    slope = camera.h_um if known else None
    return _peak_off(through_focus(steps.tolist(), seen, camera.optics, um_per_step=slope), best)


def _no_peak(plan: Plan) -> Row:
    """Sweeps that stop short of focus or hardly move must have none."""
    rng, cases, claimed = np.random.default_rng(plan.seed), plan.cases(36, 12), 0
    for number in range(cases):
        camera = CAMERAS[number % len(CAMERAS)]
        start = float(rng.uniform(0.5, 3.0))
        reach = 0.01 if number % 3 == 0 else float(rng.uniform(2.0, 5.0))
        steps = float(rng.choice([-1.0, 1.0])) * np.linspace(start, start + reach, 13)
        seen = [camera.curve(e * camera.h_um / camera.wave_um, 0.0, 0.003, rng) for e in steps]
        claimed += not isinstance(through_focus(steps.tolist(), seen, camera.optics), NoPeak)
    return Row("flat and one-sided sweeps called a peak", "prysm", cases, f"{claimed}", "none", not claimed)


# --- in common

PERFECT, ABERRATED = "max(h/10, 1 %)", "max(h/5, 3 %)"


def _read(picture: np.ndarray) -> Reading:
    return track(None, Frame(picture.astype(np.float32), bits=0, transfer="linear"))[1]


def _as_reading(exact: np.ndarray, noise: float, rng: np.random.Generator) -> Reading:
    values = exact * (1.0 + 0.003 * rng.standard_normal()) + noise * rng.standard_normal(len(exact))
    sigma = (noise,) * len(exact)
    return Reading(
        0, None, frozenset(), frequency_cy_px=tuple(FREQUENCIES.tolist()), modulation=tuple(values.tolist()),
        modulation_sigma=sigma,
    )  # fmt: skip


def _random_waves(rng: np.random.Generator, least_w040: float) -> tuple[float, float]:
    """W040 and defocus of either side, of few values so that prysm is asked for each once."""
    w040 = float(rng.choice([-1, 1])) * float(
        rng.choice([each for each in (0.0, 0.3, 0.5, 0.8, 1.0) if each >= least_w040])
    )
    return w040, float(rng.choice([-1, 1])) * round(float(rng.uniform(0.5, 2.5)), 1)


def _signed(found: Defocus | None, truth_um: float) -> float:
    return math.nan if found is None else found.um - truth_um


def _off(found: Defocus | None, truth_um: float, h_um: float, part_of_h: float, share: float) -> float:
    """Error as a share of what is allowed."""
    if found is None:
        return math.inf
    return abs(found.um - truth_um) / max(h_um / part_of_h, share * truth_um)


def _peak_off(found: Peak | NoPeak, best: float) -> float:
    return math.inf if isinstance(found, NoPeak) else abs(found.position - best)


def _share_row(what: str, oracle: str, cases: int, worst: float, wanted: str) -> Row:
    return Row(what, oracle, cases, f"worst {worst:.2f} of that", wanted, worst <= 1.0)


def _peak_row(what: str, oracle: str, cases: int, worst: float) -> Row:
    return Row(what, oracle, cases, f"worst {worst:.3f} h", "h/10", worst <= 0.1)


def _inside_row(what: str, oracle: str, cases: int, inside: int) -> Row:
    share = inside / cases
    # a share of 95 % counted in so few cases is itself off by this much, one standard deviation
    unsure = math.sqrt(0.95 * 0.05 / cases)
    reached = f"{100 * share:.1f} +- {100 * unsure:.1f} %"
    good = 0.93 - unsure <= share <= 0.97 + unsure
    return Row(what, oracle, cases, reached, "93 to 97 %", good)

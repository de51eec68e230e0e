"""What is filmed: one seed is one lens, one camera, one error and one hand.

Seeds below 1000 are for choosing thresholds, seeds from 10000 on for proving: nothing is chosen on those.

    camera    sensor, demosaic and what else `sim://` knows: a low-pass filter, or rows that are skipped; up
              to two of scaling, sharpening, noise reduction, stabiliser; in one of six a shutter that rolls
    picture   960 x 540 or 1920 x 1080, H.264 at 8 to 50 Mb/s, noise of 0.3 to 1.5 %, half of them shaken
    lens      f/1.8 to f/4 at wide, to a stop slower at tele (half undeclared), 3x to 20x; each end as soft by
              spherical aberration, of either sign, as up to 0.7 h of defocus would make it
    pixel     1.5 to 5 um, delivered
    error     a third within 1.2 h of wide, the rest from there to 6 h, either side
    hand      focus at tele off by 0.3 h of tele (normal), in one of twenty by 1 to 2 h
"""

import math
from dataclasses import dataclass

import numpy as np

from backfocus.optics.lens import Optics, parse_f_numbers
from backfocus.sim.lens import ZoomLens
from backfocus.sim.settings import SimSettings, parse_sim
from backfocus.sim.wavefront import cutoff_cy_px, defocus_waves, sharpest_w020, transfer

CHOSEN_BELOW, PROVED_FROM = 1000, 10_000
WIDE_MM = 24.0
"""A lens whose ring reaches far enough at wide to go through focus whatever the error."""
LIVE_WIDE_MM = 7.8
NEAR_H, FAR_H, SOFTEST_H = 1.2, 6.0, 0.7
TELE_SIGMA_H, TELE_SLIPS = 0.3, 0.05


@dataclass(frozen=True, slots=True)
class Case:
    """One recording.

    Attributes
    ----------
    seed : int
    session : "judged" | "learned" | "guided"
        The recording itself; another one of the same camera and lens, with another error; or no recording
        but a live camera.
    address : str
        Of the virtual camera; a recording has a sweep of the focus ring at wide at its end.
    declared : str
        The f-number as somebody would give it.
    """

    seed: int
    session: str
    address: str
    declared: str

    @property
    def settings(self) -> SimSettings:
        """The virtual camera."""
        return parse_sim(self.address)

    @property
    def optics(self) -> Optics:
        """What the judge is told."""
        return Optics(self.settings.pixel_um, parse_f_numbers(self.declared))

    @property
    def h_um(self) -> float:
        """Half depth of focus at wide, with the true f-number."""
        return ZoomLens(self.settings).half_depth_um(1.0 / self.settings.zoom)


def draw(seed: int, session: str = "judged") -> Case:
    """The recording of a seed."""
    rng = np.random.default_rng((seed, 41))
    keys, _, declared, (h_wide, h_tele) = _equipment(rng, WIDE_MM)
    if session == "learned":
        rng = np.random.default_rng((seed, 43))
    keys |= {
        "delta_um": f"{_error_h(rng) * h_wide:.2f}",
        "tele_residual_um": f"{_tele_h(rng) * h_tele:.2f}",
        "seed": f"{seed if session == 'judged' else seed + 500_000}",
    }
    return Case(seed, session, f"sim://?clip=check&sweep=1&{_query(keys)}", declared)


def draw_live(seed: int) -> Case:
    """The same sort of camera and lens, live, with a hand that obeys; an error within 80 um either side."""
    rng = np.random.default_rng((seed, 47))
    keys, ramp, _, _ = _equipment(rng, LIVE_WIDE_MM)
    keys |= {"delta_um": f"{rng.uniform(-80.0, 80.0):.2f}", "seed": f"{seed}", "fps": "12.5"}
    return Case(seed, "guided", f"sim://?{_query(keys)}", ramp)


def _query(keys: dict[str, str]) -> str:
    return "&".join(f"{key}={value}" for key, value in keys.items())


def _equipment(
    rng: np.random.Generator, wide_mm: float
) -> tuple[dict[str, str], str, str, tuple[float, float]]:
    """Camera and lens as keys, the lens's f-numbers, the declared ones, and h at wide and at tele."""
    camera = _camera(rng)
    keys = _picture(rng, shaken="eis" in camera) | camera
    pixel_um = round(_between(rng, 1.5, 5.0), 3)
    zoom = round(_between(rng, 3.0, 20.0), 2)
    wide_f = round(_between(rng, 1.8, 4.0), 2)
    tele_f = round(wide_f * 2.0 ** (rng.uniform(0.0, 1.0) / 2.0), 2)
    ramp = f"{wide_f}@{wide_mm}-{wide_mm * _ramp_from(rng, zoom):.1f},{tele_f}@{wide_mm * zoom:.2f}"
    declared = ramp if rng.random() < 0.5 else f"{wide_f}"
    h_wide, h_tele = (max(number * pixel_um, 1.1 * number**2) for number in (wide_f, tele_f))
    w040 = [
        rng.choice((-1.0, 1.0)) * aberration(rng.uniform(0.0, SOFTEST_H) * h_um, number, pixel_um)
        for number, h_um in ((tele_f, h_tele), (wide_f, h_wide))
    ]
    keys |= {
        "wide_mm": f"{wide_mm:g}",
        "pixel_um": f"{pixel_um}",
        "zoom": f"{zoom}",
        "f_number": ramp,
        "w040": f"{w040[0]:.3f},{w040[1]:.3f}",
    }
    return keys, ramp, declared, (h_wide, h_tele)


def aberration(seeming_um: float, f_number: float, pixel_um: float) -> float:
    """The W040 in waves that costs as much at 0.25 cy/px as a defocus of `seeming_um`."""
    from scipy.optimize import brentq

    cutoff = cutoff_cy_px(f_number, pixel_um)
    frequency = np.array([min(0.25, 0.4 * cutoff)])
    wanted = float(transfer(frequency, defocus_waves(seeming_um, f_number), 0.0, cutoff)[0])

    def off(w040: float) -> float:
        w020 = sharpest_w020(round(w040, 4), cutoff)
        return float(transfer(frequency, w020, round(w040, 4), cutoff)[0]) - wanted

    return float(brentq(off, 0.0, 3.0, xtol=1e-3)) if off(0.0) > 1e-6 else 0.0


def _picture(rng: np.random.Generator, *, shaken: bool) -> dict[str, str]:
    """A stabiliser that is on has something to do."""
    shake_px = _between(rng, 0.05, 0.8) if rng.random() < 0.5 or shaken else 0.0
    return {
        "size": str(rng.choice(("960x540", "1920x1080"))),
        "mbit_s": f"{_between(rng, 8.0, 50.0):.1f}",
        "noise": f"{_between(rng, 0.003, 0.015):.4f}",
        "shake_px": f"{shake_px:.3f}",
    }


def _camera(rng: np.random.Generator) -> dict[str, str]:
    sensor = str(rng.choice(("mono", "bayer", "three-chip"), p=(0.15, 0.7, 0.15)))
    camera = {"sensor": sensor}
    if sensor == "bayer":
        camera["demosaic"] = str(rng.choice(("bilinear", "vng", "edge-aware", "hamilton-adams")))
    skips, filtered = rng.random() < 0.15, rng.random() < 0.5
    if skips:
        camera["skip"] = str(rng.choice((2, 3)))
    elif filtered:
        camera["olpf"] = f"{rng.uniform(0.3, 1.0):.2f}"
    stages = {
        "scale": f"{rng.uniform(0.7, 2.0):.2f}",
        "sharpen": f"{rng.uniform(0.1, 1.0):.2f}",
        "nr": f"{rng.uniform(0.2, 1.0):.2f}",
        "eis": "on",
    }
    names = [name for name in rng.permutation(list(stages)) if not (skips and name == "scale")]
    camera |= {str(name): stages[name] for name in names[: rng.choice((0, 1, 2), p=(0.25, 0.4, 0.35))]}
    if rng.random() < 1.0 / 6.0:
        camera["shutter"] = "rolling"
    return camera


def _error_h(rng: np.random.Generator) -> float:
    size = rng.uniform(0.0, NEAR_H) if rng.random() < 1.0 / 3.0 else rng.uniform(NEAR_H, FAR_H)
    return float(size * rng.choice((-1.0, 1.0)))


def _tele_h(rng: np.random.Generator) -> float:
    if rng.random() < TELE_SLIPS:
        return float(rng.uniform(1.0, 2.0) * rng.choice((-1.0, 1.0)))
    return float(rng.normal(0.0, TELE_SIGMA_H))


def _ramp_from(rng: np.random.Generator, zoom: float) -> float:
    """Where on the zoom the lens begins to get slower: the ratio to wide."""
    return float(zoom ** rng.uniform(0.3, 0.8))


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """Even in ratio."""
    return float(math.exp(rng.uniform(math.log(low), math.log(high))))

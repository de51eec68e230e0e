"""Random back-focus checks through pictures: a lens is drawn, photographed at some zooms and measured.

Each run draws an error, a focus at tele, a number of zoom positions, the lens's spherical aberration, how
wrong the f-number on its data sheet is, the light and the noise. Every picture is a small star drawn at two
samples to a pixel, sent through the transfer function of the pupil (summed over the pupil by quadrature, in
frequencies) and through the pixel, with noise, the BT.709 curve and eight bits. Nothing of `measure` or
`solve` takes part in that.
"""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from backfocus.measure.reading import Reading, Star
from backfocus.measure.star.measurement import measure_star
from backfocus.sim.sensor import bt709
from backfocus.sim.wavefront import cutoff_cy_px, defocus_waves, sharpest_w020, transfer
from backfocus.transfer import curve

from .render import StarDrawing, draw_star

SIZE_PX, CYCLES = 240, 36
BLACK, WHITE = 0.04, 0.72
STARS = 16
WORST_W040 = 1.0
F_NUMBER_SIGMA = 0.015
"""As the package takes a data sheet to be."""

UNEVEN = 0.08
"""Of the light, from the middle of the picture to its edge: lamps, and the fall-off of the lens."""

GAMMA_SIGMA = 0.015
"""A camera's own curve against the one it names."""


@dataclass(frozen=True, slots=True)
class Run:
    """One lens in front of one chart; `ratios` from tele to wide, `pictures` at each.

    `w040`: waves at tele and at wide. `uneven`: tilt of the light each way, and its bow. `gamma`: power that
    the camera's curve has beyond BT.709.
    """

    delta_um: float
    tele_um: float
    ratios: tuple[float, ...]
    w040: tuple[float, float]
    f_number: float
    true_f_number: float
    pixel_um: float
    noise: float
    pictures: int
    uneven: tuple[float, float, float]
    gamma: float

    def residual_um(self, ratio):
        """Sensor minus image: what is left of delta by the zoom's square, plus the misfocus at tele."""
        return self.delta_um * (1.0 - ratio**2) + self.tele_um * ratio**2

    def waves(self, ratio):
        """Spherical aberration, changing evenly from tele to wide over the logarithm of the zoom."""
        out = float(np.log(ratio) / np.log(self.ratios[-1]))
        return round(self.w040[0] + (self.w040[1] - self.w040[0]) * out, 3)


def draw_run(rng, *, delta_um=None):
    """A run drawn from `rng`: errors up to ten depths of focus, a third of them within two."""
    f_number, pixel_um = [(1.8, 5.0), (1.8, 2.5), (2.4, 5.0), (2.9, 6.4)][rng.integers(4)]
    depth_um = f_number * pixel_um
    reach = 2.0 if rng.random() < 1.0 / 3.0 else 10.0
    steps = int(rng.integers(2, 7))
    k = rng.uniform(0.05, 0.5)
    between = np.sort(rng.uniform(k, 1.0, steps - 2))
    return Run(
        delta_um=rng.uniform(-reach, reach) * depth_um if delta_um is None else delta_um,
        tele_um=rng.normal(0.0, 1.0) * depth_um,
        ratios=(1.0, *between[::-1].tolist(), float(k)),
        w040=tuple(rng.uniform(0.0, WORST_W040, 2) * rng.choice((-1.0, 1.0))),
        f_number=f_number,
        true_f_number=f_number * (1.0 + F_NUMBER_SIGMA * rng.standard_normal()),
        pixel_um=pixel_um,
        noise=rng.uniform(0.002, 0.03),
        pictures=int(rng.integers(1, 4)),
        uneven=tuple(rng.uniform(-UNEVEN, UNEVEN, 3)),
        gamma=1.0 + GAMMA_SIGMA * rng.standard_normal(),
    )


def readings(run, rng, *, in_focus=False):
    """What the pictures of a run read, one after the other, from tele to wide; no times, as of stills.

    `in_focus`: pictures at wide at best focus instead, for a reference.
    """
    for index, ratio in enumerate(np.repeat(run.ratios[-1:] if in_focus else run.ratios, run.pictures)):
        r_um = 0.0 if in_focus else run.residual_um(ratio)
        yield photographed(run, float(ratio), r_um, rng, index)


def photographed(run, ratio, r_um, rng, index=0):
    """One picture taken and measured; its scale is read to half a per cent."""
    star, spectrum, fx, fy = _sharp(int(rng.integers(STARS)))
    light = _blurred(spectrum, fx, fy, run, r_um, run.waves(ratio)) * _lit(run)
    signal = bt709(np.maximum(light, 0.0)) ** run.gamma + run.noise * rng.standard_normal(light.shape)
    codes = np.clip(np.rint(16.0 + 219.0 * signal), 1, 254).astype(np.uint8)
    found = measure_star(
        codes,
        star.x_px + rng.normal(0.0, 0.3),
        star.y_px + rng.normal(0.0, 0.3),
        CYCLES,
        radius_px=star.radius_px * (1.0 + 0.02 * rng.standard_normal()),
        curve=curve(bits=8, transfer="bt709", limited=True),
    )
    scale_px = 1500.0 * ratio * (1.0 + 0.005 * rng.standard_normal())
    return Reading(
        index=index,
        at_s=None,
        flags=found.flags,
        star=Star(found.x_px, found.y_px, scale_px, CYCLES),
        scale_px=scale_px,
        scale_sigma_px=0.005 * scale_px,
        frequency_cy_px=found.frequency_cy_px,
        modulation=found.modulation,
        modulation_sigma=found.modulation_sigma,
        level_sigma=found.level_sigma,
        level_noise=found.level_noise,
        modulation_025=found.modulation_025,
        modulation_025_sigma=found.modulation_025_sigma,
    )


def _lit(run):
    """How bright each place is lit: tilted and bowed by some per cent."""
    across = np.linspace(-1.0, 1.0, SIZE_PX)
    x, y = across[None, :], across[:, None]
    tilt_x, tilt_y, bow = run.uneven
    return 1.0 + tilt_x * x + tilt_y * y + bow * (x * x + y * y) / 2.0


@cache
def _sharp(number):
    """A star and its spectrum at two samples to a pixel; the frequencies in cycles per pixel."""
    rng = np.random.default_rng((number, 77))
    size = 2 * SIZE_PX
    star = StarDrawing(
        x_px=SIZE_PX / 2 + rng.uniform(-1.0, 1.0),
        y_px=SIZE_PX / 2 + rng.uniform(-1.0, 1.0),
        radius_px=float(rng.uniform(66.0, 92.0)),
        cycles=CYCLES,
        angle_rad=float(rng.uniform(0.0, 0.17)),
        black=BLACK,
        white=WHITE,
    )
    fine = np.full((size, size), WHITE, np.float32)
    # a pixel's centre lies between its two samples
    middle = {"x_px": 2.0 * star.x_px + 0.5, "y_px": 2.0 * star.y_px + 0.5}
    draw_star(fine, replace(star, radius_px=2.0 * star.radius_px, **middle))
    fx, fy = 2.0 * np.fft.rfftfreq(size)[None, :], 2.0 * np.fft.fftfreq(size)[:, None]
    # the drawing has the area of half a pixel already, and stands for samples between the pixels' own
    area = np.sinc(fx) * np.sinc(fy) / (np.sinc(fx / 2.0) * np.sinc(fy / 2.0))
    back = np.exp(2j * np.pi * 0.25 * (fx + fy))
    return star, np.fft.rfft2(fine) * area * back, fx, fy


def _blurred(spectrum, fx, fy, run, r_um, w040):
    """The light on the pixels through the lens."""
    number = run.true_f_number
    cutoff = cutoff_cy_px(number, run.pixel_um)
    w020 = defocus_waves(r_um, number) + sharpest_w020(w040, cutoff)
    # ten knots to a ripple of the blur disc
    knots = np.linspace(0.0, 1.42, 64 + int(15.0 * abs(r_um) / number / run.pixel_um))
    lens = transfer(knots, w020, w040, cutoff)
    seen = np.fft.irfft2(spectrum * np.interp(np.hypot(fx, fy), knots, lens))
    return seen[::2, ::2]

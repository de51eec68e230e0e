"""Cameras learned from sweeps: what was seen of one, where it counts again, and what it costs in words.

The best picture of a sweep is in focus, so that what it lacks is the camera's and the lens's own softness.
`joint` tells the two apart as far as it can and leaves the rest as doubt, which is kept with the curve.
Through the same lens the last session counts. Through others the sharpest seen over all lenses does: a lens
can only take sharpness away. What a camera's mode changes (raster, pitch, transfer curve) makes it another
camera.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..measure.reading import Reading
from .camera import TAPS, CameraCurve, camera_curve
from .focus_curves import FOCUS_CY_PX

SESSIONS_DIFFER = 0.03
"""What a camera may differ by from one session to the next (gain, codec, detail), as a share of the
modulation at 0.5 cy/px; a little more than from zoom to zoom in one session."""

SAME_PITCH = 0.02
"""Two pixel pitches closer than this, as a part of themselves, are of one mode."""

LONGEST_NAME = 80

LEAST_SHARE = 0.2
"""Of the modulation: where a camera leaves less, too little is left to divide by."""

SMALL_COST = 0.5
"""In half depths of focus: the virtual camera's ideal sensor comes out at 0.2 to 0.4."""

_WHY = (
    (1.2, "a light low-pass filter, or a mild single sensor, does that"),
    (2.5, "a single sensor, with or without a low-pass filter, does that"),
    (float("inf"), "scaling, noise reduction or a strong filter beside the single sensor does that"),
)
"""By the virtual camera with 5 um pixels at f/1.8: VNG 1.5, edge-aware 1.9, bilinear 2.3 half depths."""


@dataclass(frozen=True, slots=True)
class LearnedCamera:
    """What one session told of a camera.

    Attributes
    ----------
    name : str
        Camera and mode, as its owner calls them: "FX9 4K50".
    curve : CameraCurve
        With how well it is known.
    half_depths : float
        What it costs, in half depths of focus of that lens; below 0 if it sharpens.
    lens : str
        Name of the lens's profile, "" where none was named.
    end : "wide" | "tele"
        Where the sweep was.
    f_number, pixel_um : float
        Of the lens there, and of the picture.
    size_px : (int, int) | None
        Width and height of the picture.
    transfer : str
        Its transfer curve; "" where it is not known.
    learned_at : str
        The day, as 2026-11-26.
    """

    name: str
    curve: CameraCurve
    half_depths: float
    lens: str
    end: str
    f_number: float
    pixel_um: float
    size_px: tuple[int, int] | None = None
    transfer: str = ""
    learned_at: str = ""


@dataclass(frozen=True, slots=True)
class Mode:
    """What a camera is set to now; None and "" where that is not known."""

    pixel_um: float | None
    lens: str = ""
    size_px: tuple[int, int] | None = None
    transfer: str = ""


def one_name(name: str) -> str:
    """A name as it is compared: without capitals, and with single spaces."""
    return " ".join(name.split()).casefold()


def best_known(learned: Sequence[LearnedCamera], mode: Mode) -> LearnedCamera | None:
    """What counts of all that was learned of one camera, newest first; None where nothing fits the mode."""
    fitting = [each for each in learned if is_mode(each, mode)]
    through_this_lens = [each for each in fitting if mode.lens and each.lens == mode.lens]
    if through_this_lens:
        return through_this_lens[0]
    return max(fitting, key=lambda each: _sharpness(each.curve), default=None)


def is_mode(learned: LearnedCamera, mode: Mode) -> bool:
    """Whether the camera was learned at these settings, as far as both are known."""
    if mode.pixel_um is not None and abs(learned.pixel_um / mode.pixel_um - 1.0) > SAME_PITCH:
        return False
    sizes = None in (learned.size_px, mode.size_px) or learned.size_px == mode.size_px
    return sizes and (not (learned.transfer and mode.transfer) or learned.transfer == mode.transfer)


def next_time(curve: CameraCurve) -> CameraCurve:
    """The curve as another session may take it: what sessions differ by added to its doubt."""
    differ = np.diag(np.square(SESSIONS_DIFFER / 2.0 / np.arange(1, TAPS + 1)))
    return camera_curve(np.array(curve.taps), np.array(curve.covariance) + differ)


def lens_alone(reading: Reading, camera: CameraCurve) -> Reading:
    """A reading as an ideal camera would have given it: without what `camera` does, its doubt in the sigmas.

    Rings of which the camera leaves less than a fifth are left out.
    """
    frequency, modulation, sigma = np.array(
        [reading.frequency_cy_px, reading.modulation, reading.modulation_sigma], dtype=np.float64
    ).reshape(3, -1)
    share, unsure = camera.modulation(frequency), camera.sigma(frequency)
    kept = share > LEAST_SHARE
    share, unsure = share[kept], unsure[kept]
    alone = modulation[kept] / share
    doubt = np.hypot(sigma[kept] / share, alone * unsure / share)
    return replace(
        reading,
        frequency_cy_px=tuple(map(float, frequency[kept])),
        modulation=tuple(map(float, alone)),
        modulation_sigma=tuple(map(float, doubt)),
    )


def cost_words(half_depths: float) -> str:
    """What a camera costs, and what does that, as a sentence."""
    if half_depths < -SMALL_COST:
        return (
            f"Your camera makes up for {-half_depths:.1f} half depths of focus: it sharpens, or skips or "
            "shrinks lines without a filter."
        )
    if half_depths <= SMALL_COST:
        return "Your camera costs next to nothing: it shows what the lens draws."
    why = next(words for most, words in _WHY if half_depths <= most)
    return f"Your camera costs {half_depths:.1f} half depths of focus: {why}."


def _sharpness(curve: CameraCurve) -> float:
    return float(curve.modulation(np.array([FOCUS_CY_PX]))[0])

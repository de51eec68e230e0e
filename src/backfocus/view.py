"""What any face shows at this moment: the one record that the terminal and the page draw from."""

from dataclasses import dataclass
from typing import Literal

StepState = Literal["done", "now", "ahead"]


@dataclass(frozen=True, slots=True)
class View:
    """The guide at one moment, in words and numbers ready to be drawn.

    Attributes
    ----------
    title, hint
        What to do now in a few large words, and one sentence of help.
    steps
        (name, state) of every stage of the procedure in its order.
    sharpness, best_sharpness
        0 (nothing) to 1, against the best the lens could show at this zoom; None while nothing is measured.
    blur_um, blur_sigma_um, half_depth_um
        Blur as a distance of the sensor from focus, and half the depth of focus; None without optics.
    mtf50_cy_px
        None above Nyquist or without a star.
    trend
        (at_s, sharpness) of the last seconds, oldest first.
    sweep
        |r| in um of the sweep going on, in the order seen.
    left
        How far is left and how many rounds to expect, in words; "" while unknown.
    warnings
        What was noticed, newest last.
    """

    title: str
    hint: str
    steps: tuple[tuple[str, StepState], ...] = ()
    sharpness: float | None = None
    best_sharpness: float | None = None
    blur_um: float | None = None
    blur_sigma_um: float | None = None
    half_depth_um: float | None = None
    mtf50_cy_px: float | None = None
    trend: tuple[tuple[float, float], ...] = ()
    sweep: tuple[float, ...] = ()
    left: str = ""
    warnings: tuple[str, ...] = ()

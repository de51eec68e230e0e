"""What the sums need to know of a camera and its lens: pixel, f-number over the zoom, wavelength."""

import math
import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..errors import UsageError

GREEN_UM = 0.55
"""Where luma weighs the light most, and the wavelength of every depth-of-focus figure here."""

Knots = tuple[tuple[float, float], ...]

DECIMAL_COMMA = re.compile(r"\s*(?:[fF]/|[tT])?\d+,\d+(?:/\d+[.,]\d+)?\s*")
TRANSMISSION = 0.85
"""What a zoom of many coated elements lets through, where it is not told: T2 is f/1.84."""

_FORM = "give one f-number (1.8) or T-stop (T2.0), or a ramp as f-number@focal-mm: 1.8@7.8-108,2.6@156"


@dataclass(frozen=True, slots=True)
class Optics:
    """One camera with one lens.

    Attributes
    ----------
    pixel_um : float
        Pitch of the pixels of the *picture* (a 4K sensor read as HD has the pitch of two).
    f_numbers : tuple of (focal_mm, f_number)
        Working f-number at focal lengths that rise: linear between two, flat outside. A lens that keeps its
        f-number is `((0.0, N),)`. The last focal length is the tele end.
    wavelength_um : float
        Mean wavelength of the light.
    """

    pixel_um: float
    f_numbers: Knots
    wavelength_um: float = GREEN_UM

    def __post_init__(self) -> None:
        if not (0.0 < self.pixel_um < 1000.0 and 0.0 < self.wavelength_um < 100.0):
            raise ValueError(
                f"pixel ({self.pixel_um} um) and wavelength ({self.wavelength_um} um) must be above 0"
            )
        if not self.f_numbers or self.f_numbers[0][0] < 0.0 or not _rises(self.f_numbers):
            raise ValueError(f"focal lengths must rise: {self.f_numbers}")
        if not all(_is_f_number(number) for _, number in self.f_numbers):
            raise ValueError(f"f-numbers must lie between 0.5 and 128: {self.f_numbers}")

    @property
    def tele_mm(self) -> float:
        """The longest focal length in mm; 0 where it is not known (one f-number for all)."""
        return self.f_numbers[-1][0]

    def f_number(self, ratio: float = 1.0) -> float:
        """The working f-number at a scale `ratio` = M / M_tele, 0 to 1."""
        focal_mm, numbers = zip(*self.f_numbers, strict=True)
        return float(np.interp(ratio * self.tele_mm, focal_mm, numbers))

    def half_depth_um(self, ratio: float = 1.0) -> float:
        """Half the depth of focus h in um at a scale `ratio` = M / M_tele, above 0."""
        return half_depth_of_focus_um(self.f_number(ratio), self.pixel_um, self.wavelength_um)


def half_depth_of_focus_um(f_number: float, pixel_um: float, wavelength_um: float = GREEN_UM) -> float:
    """How far the sensor may stand from the image, either way, before the picture shows it; um, above 0.

    The larger of two limits: the blur disc is as wide as a pixel (`N c`), or the wave front is a quarter of
    a wave off (`2 lambda N^2`, Rayleigh's limit). The second rules where pixels are small or the iris is not
    open.

    Parameters
    ----------
    f_number : float
        The working one.
    pixel_um, wavelength_um : float
        Pixel pitch and mean wavelength.

    References
    ----------
    .. [1] M. Born and E. Wolf, *Principles of Optics*, 7th ed., 8.8.2 and 9.3 (focal depth, quarter wave),
       doi:10.1017/CBO9781139644181.
    """
    return max(f_number * pixel_um, 2.0 * wavelength_um * f_number**2)


def parse_f_numbers(text: str) -> Knots:
    """The f-number over the zoom as (focal_mm, f_number) knots, focal lengths rising.

    Parameters
    ----------
    text : str
        One f-number (`1.8`), or parts `N@focal` or `N@from-to` in mm divided by commas
        (`1.8@7.8-108,2.6@156`: f/1.8 up to 108 mm, from there falling to f/2.6 at 156 mm). In place of N a
        T-stop, alone or over its transmission: `T2.0`, `T2.0/0.8`. One f-number may have a decimal comma
        (`1,8`); in a ramp a comma divides.

    Raises
    ------
    UsageError
        If the text is not of that form, an f-number is outside 0.5 to 128, or focal lengths do not rise.
    """
    if "@" not in text and DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    parts = [part.strip() for part in text.split(",")]
    if len(parts) == 1 and "@" not in text:
        return ((0.0, _f_number(text)),)
    knots = tuple(knot for part in parts for knot in _knots(part))
    if not _rises(knots):
        raise UsageError(f"'{text}': focal lengths must rise from wide to tele; {_FORM}")
    return knots


def _knots(part: str) -> Knots:
    number, at, focals = part.partition("@")
    ends = tuple(_focal_mm(end, part) for end in focals.split("-"))
    if not at or len(ends) > 2:
        raise UsageError(f"'{part}' is not an f-number at a focal length; {_FORM}")
    return tuple((focal_mm, _f_number(number)) for focal_mm in ends)


def _focal_mm(text: str, part: str) -> float:
    try:
        focal_mm = float(text.strip().removesuffix("mm"))
    except ValueError:
        raise UsageError(f"'{part}' has no focal length in mm; {_FORM}") from None
    if not 0.0 < focal_mm < 1e5:
        raise UsageError(f"'{part}': no lens has a focal length of {focal_mm:g} mm")
    return focal_mm


def t_stop_to_f_number(t_stop: float, transmission: float = TRANSMISSION) -> float:
    """The f-number of a lens that lets through a part of the light, `T sqrt(transmission)`; below T.

    Blur goes by the cone of light, which is the f-number's; exposure by the T-stop. A transmission that is
    off by a tenth makes this one, and every micrometre, wrong by a twentieth.

    Raises
    ------
    ValueError
        If the transmission is not above 0 and at most 1.

    References
    ----------
    .. [1] ISO 517:2008, *Photography - Apertures and related properties pertaining to photographic lenses*.
    """
    if not 0.0 < transmission <= 1.0:
        raise ValueError(f"a lens lets through between 0 and 1 of the light, not {transmission}")
    return t_stop * math.sqrt(transmission)


def extended(knots: Knots, factor: float) -> Knots:
    """The f-number over the zoom behind an extender: focal lengths and f-numbers grow by its factor.

    The entrance pupil stays as it is while the focal length grows, so a 2x extender takes f/1.8 to f/3.6.

    Raises
    ------
    UsageError
        If an f-number comes out beyond what can be meant.
    """
    behind = tuple((focal_mm * factor, number * factor) for focal_mm, number in knots)
    for (_, number), (_, given) in zip(behind, knots, strict=True):
        if not _is_f_number(number):
            raise UsageError(
                f"f/{given:g} behind an extender of {factor:g} is f/{number:g}, which no lens has: "
                "f-numbers lie between 0.5 and 128"
            )
    return behind


def _f_number(text: str) -> float:
    t_stop, _, transmission = text.strip().lower().removeprefix("f/").partition("/")
    try:
        if t_stop.startswith("t"):
            through = float(transmission) if transmission else TRANSMISSION
            number = t_stop_to_f_number(float(t_stop[1:]), through)
        else:
            number = float(t_stop if not transmission else text)
    except ValueError:
        raise UsageError(f"'{text}' is not an f-number; {_FORM}") from None
    if not _is_f_number(number):
        raise UsageError(f"no lens has f/{number:g}: f-numbers lie between 0.5 and 128")
    return number


def _rises(knots: Knots) -> bool:
    return all(earlier[0] < later[0] for earlier, later in pairwise(knots))


def _is_f_number(number: float) -> bool:
    return math.isfinite(number) and 0.5 <= number <= 128.0

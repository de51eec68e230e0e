"""How a file says which light its codes stand for: code points, ICC profiles, EXIF. Pure.

A still that says nothing is sRGB. A curve with a name of its own is handed on by name; any other is kept as a
table, by which codes become light at once.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...frame import Samples
from ...transfer import curve
from ..luma import TRANSFER_OF_TAG

Curve = NDArray[np.float64]

GRID = np.linspace(0.0, 1.0, 4096)
"""Codes, as a share of full scale, at which curves are compared and kept."""

SAME = 1e-3
"""Of full light: tables of profiles are rounded to 16 bits; the nearest two named curves differ by 6e-3."""

NAMED = ("srgb", "linear", "bt709")
ADOBE_RGB = "gamma2.19921875"
"""Adobe RGB (1998), 4.3.1.2: 2 + 51/256."""

UNSPECIFIED = 2
MOST_PROFILE_BYTES = 1 << 22
CURVES_OF = {b"RGB ": (b"rTRC", b"gTRC", b"bTRC"), b"GRAY": (b"kTRC",)}
"""Tags of the tone curves in a profile for each kind of picture."""

INTO_SRGB = "convert it to sRGB and save it again, or name its transfer curve"


@dataclass(frozen=True, slots=True, eq=False)
class Tone:
    """A transfer curve by name, or as light over `GRID`, and whether codes are of video range."""

    transfer: str = "srgb"
    limited: bool = False
    table: Curve | None = None
    is_default: bool = False

    def light_of(self, luma: Samples, bits: int) -> NDArray[np.float32]:
        """Light of integer codes by the table."""
        if self.table is None:
            raise ValueError(f"{self.transfer} has no table")
        light = np.interp(np.linspace(0.0, 1.0, 1 << bits), GRID, self.table).astype(np.float32)
        return np.asarray(np.take(light, luma.astype(np.intp, copy=False), mode="clip"))


SRGB = Tone(is_default=True)
"""Of a still that says nothing."""

LINEAR = Tone("linear", is_default=True)
"""Of a float picture that says nothing."""


def tone_of_code_points(transfer: int, *, full_range: bool = True) -> Tone | None:
    """The tone of a code point of ITU-R H.273, table 3; None for "unspecified".

    Raises ValueError for a curve that is not known here.
    """
    if transfer in (UNSPECIFIED, 0, 3):
        return None
    if transfer not in TRANSFER_OF_TAG:
        raise ValueError(f"it names transfer curve {transfer} of H.273, which is not known here: {INTO_SRGB}")
    return Tone(TRANSFER_OF_TAG[transfer], limited=not full_range)


def tone_of_gamma(exponent: float) -> Tone:
    """Light is the code to this power; 1 is linear. Raises ValueError for a power that cannot be meant."""
    if not 0.25 <= exponent <= 9.0:
        raise ValueError(f"it names a gamma of {exponent:g}, which cannot be meant: {INTO_SRGB}")
    return _named(np.power(GRID, exponent))


@lru_cache(maxsize=8)
def tone_of_profile(profile: bytes) -> Tone:
    """The tone of an ICC profile.

    Raises
    ------
    ValueError
        With what to do, for a profile without tone curves, with different ones for the colours, or broken.

    References
    ----------
    .. [1] ICC.1:2022, 7.2 (header), 7.3 (tag table), 10.6 (curveType), 10.18 (parametricCurveType).
    """
    try:
        tags = _tags(profile)
        space = profile[16:20]
        if space not in CURVES_OF:
            name = space.decode("ascii", "replace").strip()
            raise ValueError(f"its colour profile is for {name} pictures: {INTO_SRGB}")
        if b"cicp" in tags and (tone := tone_of_code_points(tags[b"cicp"][9])) is not None:
            return tone
        curves = [_curve(tags[name]) for name in CURVES_OF[space] if name in tags]
    except (struct.error, IndexError, OverflowError):
        raise ValueError(f"its colour profile is broken: {INTO_SRGB}") from None
    if len(curves) != len(CURVES_OF[space]):
        raise ValueError(f"its colour profile has no tone curve: {INTO_SRGB}")
    if any(np.abs(each - curves[0]).max() > 2 * SAME for each in curves[1:]):
        raise ValueError(f"its colour profile has another tone curve for each colour: {INTO_SRGB}")
    return _named(curves[len(curves) // 2])


def _tags(profile: bytes) -> dict[bytes, bytes]:
    if len(profile) < 132 or profile[36:40] != b"acsp":
        raise struct.error
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = [struct.unpack_from(">4sII", profile, 132 + 12 * n) for n in range(min(count, 100))]
    return {name: profile[at : at + size] for name, at, size in entries}


def _curve(tag: bytes) -> Curve:
    """Light over `GRID` of one tone curve."""
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return GRID.copy()
        points = struct.unpack_from(f">{count}H", tag, 12)
        if count == 1:
            return np.asarray(np.power(GRID, points[0] / 256))
        return np.interp(GRID, np.linspace(0.0, 1.0, count), np.array(points) / 65535)
    if tag[:4] == b"para":
        (kind,) = struct.unpack_from(">H", tag, 8)
        return _parametric(kind, tag)
    raise ValueError(f"its colour profile has no tone curve: {INTO_SRGB}")


def _parametric(kind: int, tag: bytes) -> Curve:
    """ICC.1:2022, table 68: a power with a straight toe, by one to seven numbers."""
    count = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}.get(kind)
    if count is None:
        raise struct.error
    values = [number / 65536 for number in struct.unpack_from(f">{count}i", tag, 12)]
    g, a, b, c, d, e, f = _seven(kind, values)
    with np.errstate(all="ignore"):
        power = np.power(np.maximum(a * GRID + b, 0.0), g) + e
    light = np.where(d <= GRID, power, c * GRID + f)
    if not np.isfinite(light).all():
        raise struct.error
    return np.asarray(np.clip(light, 0.0, 1.0))


def _seven(kind: int, values: list[float]) -> tuple[float, ...]:
    """g, a, b, c, d, e, f: (a x + b)^g + e from d on, c x + f below it."""
    if kind == 0:
        return values[0], 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    g, a, b = values[:3]
    if kind in (1, 2):
        lift = values[3] if kind == 2 else 0.0
        return g, a, b, 0.0, -b / a if a else 0.0, lift, lift
    c, d = values[3:5]
    e, f = values[5:7] if kind == 4 else (0.0, 0.0)
    return g, a, b, c, d, e, f


def _named(light: Curve) -> Tone:
    """The tone with this curve; by name where it has one, which keeps integer samples integers."""
    for name in NAMED:
        if np.abs(light - _light(name)).max() <= SAME:
            return Tone(name)
    middle = light[len(GRID) // 2]
    if 0.0 < middle < 1.0:
        exponent = float(np.log(middle) / np.log(GRID[len(GRID) // 2]))
        if 0.25 <= exponent < 10.0 and np.abs(light - np.power(GRID, exponent)).max() <= SAME:
            return Tone(f"gamma{exponent:.4f}")
    if np.any(light < np.maximum.accumulate(light) - SAME) or light[-1] - light[0] < 0.5:
        raise ValueError(f"its tone curve does not rise: {INTO_SRGB}")
    return Tone("linear", table=light)


@lru_cache(maxsize=8)
def _light(name: str) -> Curve:
    light = curve(bits=16, transfer=name, limited=False).astype(float)
    return np.asarray(np.interp(GRID, np.linspace(0.0, 1.0, len(light)), light))

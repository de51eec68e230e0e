"""Code values to light: transfer curves and video range undone.

Every curve maps the signal to linear light, 0 for black and 1 for the white the curve was made for: 100 %
of video white for `srgb`, `bt709`, the gammas and `hlg` (scene light), a reflectance of 100 % for the camera
log curves (highlights run far above 1), 10 000 cd/m2 for `pq`. A star needs light only up to a factor, so
these whites need not agree.

S-Log3, C-Log3 and V-Log are defined by their makers on the recorded code values themselves (middle grey at
10-bit code 420, 351 and 433) in a file of either range: `limited` does not change them.
"""

import math
import re
from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .errors import UsageError
from .frame import Samples

Array = NDArray[np.float64]

ON_CODE_VALUES = frozenset({"slog3", "clog3", "vlog"})
"""Curves defined on recorded 10-bit code values, whatever the range."""

_GAMMA = re.compile(r"gamma(\d(?:\.\d+)?)")


def linearise(samples: Samples, *, bits: int, transfer: str, limited: bool) -> NDArray[np.float32]:
    """Light of code values: 0 for black, 1 for the curve's white, of the same shape.

    Parameters
    ----------
    samples : ndarray, uint8 | uint16 | float32
        Code values; floats run from 0 to 1. Crop first: every sample is converted.
    bits : int
        Significant bits of an integer sample; 0 for floats, which are put through the curve one by one.
    transfer : str
        One of `TRANSFERS`, or "gamma" with a number: "gamma2.2".
    limited : bool
        Video range: black at 16, white at 235 (times 2**(bits - 8)). Ignored for floats.

    Returns
    -------
    ndarray of float32
        Values below black come out negative where the curve goes on below it. NaN in a float picture is
        taken as black; the caller flags it.
    """
    if samples.dtype.kind == "f":
        return _decode(np.nan_to_num(samples, posinf=1.0, neginf=0.0), transfer).astype(np.float32)
    table = curve(bits=bits, transfer=transfer, limited=limited)
    if samples.dtype == np.uint8:
        return np.asarray(cv2.LUT(samples, table[:256]), dtype=np.float32)
    return np.asarray(np.take(table, samples.astype(np.intp, copy=False), mode="clip"))


@lru_cache(maxsize=32)
def curve(*, bits: int, transfer: str, limited: bool) -> NDArray[np.float32]:
    """Light of every code value, shape (2**bits,) and at least (256,); read-only.

    Raises
    ------
    UsageError
        For a transfer that is not one of `TRANSFERS`.
    """
    codes = np.arange(1 << max(bits, 8), dtype=np.float64)
    table = _decode(_signal(codes, bits, transfer, limited), transfer).astype(np.float32)
    table.setflags(write=False)
    return table


def code_fraction(light: float, *, bits: int, transfer: str, limited: bool) -> float:
    """Where a light value stands in the code range, 0 at black to 1 at nominal white: the curve inverted."""
    if bits == 0:
        grid = np.linspace(0.0, 1.0, 1025)
        return float(np.interp(light, _decode(grid, transfer), grid))
    table = curve(bits=bits, transfer=transfer, limited=limited)
    code = np.interp(light, table, np.arange(table.size))
    return float(_nominal(np.asarray(code, dtype=np.float64), bits, limited))


def _nominal(codes: Array, bits: int, limited: bool) -> Array:
    step = 2.0 ** (bits - 8)
    return (codes - 16 * step) / (219 * step) if limited else codes / (2.0**bits - 1)


def _signal(codes: Array, bits: int, transfer: str, limited: bool) -> Array:
    if transfer in ON_CODE_VALUES:
        return codes * 2.0 ** (10 - bits) / 1023.0
    return _nominal(codes, bits, limited)


def _decode(signal: NDArray[np.floating], transfer: str) -> Array:
    values = np.asarray(signal, dtype=np.float64)
    if match := _GAMMA.fullmatch(transfer):
        return _power(values, float(match[1]))
    try:
        return _CURVES[transfer](values)
    except KeyError:
        names = ", ".join(TRANSFERS)
        raise UsageError(
            f"transfer {transfer!r} is not known: use {names} or a gamma such as gamma2.2"
        ) from None


def _power(v: Array, gamma: float) -> Array:
    return np.sign(v) * np.abs(v) ** gamma


def _srgb(v: Array) -> Array:
    """IEC 61966-2-1, clause 5.2."""
    return np.where(v <= 0.04045, v / 12.92, ((np.maximum(v, 0.0) + 0.055) / 1.055) ** 2.4)


def srgb_signal(light: NDArray[np.floating] | float) -> NDArray[np.floating]:
    """What a screen is sent for light from 0 to 1, by the same clause: `srgb` inverted."""
    share = np.asarray(light)
    return np.where(share <= 0.0031308, 12.92 * share, 1.055 * share ** (1 / 2.4) - 0.055)


def _bt709(v: Array) -> Array:
    """ITU-R BT.709-6, item 1.2, solved for the light: what the camera saw."""
    return np.where(v < 0.081, v / 4.5, ((np.maximum(v, 0.0) + 0.099) / 1.099) ** (1 / 0.45))


def _bt1886(v: Array) -> Array:
    """ITU-R BT.1886, annex 1, with black at zero."""
    return _power(v, 2.4)


def _hlg(v: Array) -> Array:
    """ITU-R BT.2100-2, table 5: inverse of the HLG OETF."""
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * math.log(4 * a)
    return np.where(v <= 0.5, v * np.abs(v) / 3.0, (np.exp((np.maximum(v, 0.5) - c) / a) + b) / 12.0)


def _pq(v: Array) -> Array:
    """SMPTE ST 2084 / ITU-R BT.2100-2, table 4: the PQ EOTF over 10 000 cd/m2."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    e = np.clip(v, 0.0, 1.0) ** (1 / m2)
    return np.asarray((np.maximum(e - c1, 0.0) / (c2 - c3 * e)) ** (1 / m1))


def _slog3(v: Array) -> Array:
    """Sony, Technical Summary for S-Gamut3.Cine/S-Log3, appendix: S-Log3 to linear reflectance."""
    code = v * 1023.0
    toe = (code - 95.0) * 0.01125 / (171.2102946929 - 95.0)
    return np.where(code >= 171.2102946929, 10.0 ** ((code - 420.0) / 261.5) * 0.19 - 0.01, toe)


def _clog3(v: Array) -> Array:
    """Canon, Canon Log Gamma Curves white paper, 1.2: Canon Log 3; 0.9 turns its unit into reflectance."""
    low = -(10.0 ** ((0.12783901 - v) / 0.36726845) - 1.0) / 14.98325
    middle = (v - 0.12512219) / 1.9754798
    high = (10.0 ** ((v - 0.12240537) / 0.36726845) - 1.0) / 14.98325
    return 0.9 * np.where(v < 0.097465473, low, np.where(v <= 0.15277891, middle, high))


def _logc3(v: Array) -> Array:
    """ARRI, ALEXA Log C Curve: Usage in VFX, 2017, table for EI 800 (scene exposure)."""
    cut, a, b, c, d, e, f = 0.010591, 5.555556, 0.052272, 0.247190, 0.385537, 5.367655, 0.092809
    return np.where(v > e * cut + f, (10.0 ** ((v - d) / c) - b) / a, (v - f) / e)


def _logc4(v: Array) -> Array:
    """ARRI, LogC4 Logarithmic Color Space Specification, 2022, section 3."""
    a, b, c = (2.0**18 - 16.0) / 117.45, (1023.0 - 95.0) / 1023.0, 95.0 / 1023.0
    s = 7.0 * math.log(2.0) * 2.0 ** (7.0 - 14.0 * c / b) / (a * b)
    t = (2.0 ** (14.0 * (-c / b) + 6.0) - 64.0) / a
    return np.where(v >= 0.0, (2.0 ** (14.0 * (v - c) / b + 6.0) - 64.0) / a, v * s + t)


def _vlog(v: Array) -> Array:
    """Panasonic, V-Log/V-Gamut Reference Manual, 2014, section 2."""
    return np.where(v < 0.181, (v - 0.125) / 5.6, 10.0 ** ((v - 0.598206) / 0.241514) - 0.00873)


_CURVES: dict[str, Callable[[Array], Array]] = {
    "linear": lambda v: v,
    "srgb": _srgb,
    "bt709": _bt709,
    "bt1886": _bt1886,
    "hlg": _hlg,
    "pq": _pq,
    "slog3": _slog3,
    "clog3": _clog3,
    "logc3": _logc3,
    "logc4": _logc4,
    "vlog": _vlog,
    "unknown": _bt709,
}

TRANSFERS: tuple[str, ...] = tuple(_CURVES)
"""Names of the curves; "gamma2.2" and the like are understood as well. "unknown" is read as BT.709."""

"""What cameras do with light: the transfer curves as their owners publish them, forwards, and code values.

Light is scene reflectance for the log curves, share of video white for the others, of 10 000 cd/m2 for PQ.
"""

import math
from collections.abc import Callable

import numpy as np

Curve = Callable[[np.ndarray], np.ndarray]

DATA_CODES = ("slog3", "clog3", "vlog")
"""Published as 10-bit code values over 1023, and so recorded whatever the range is called."""


def srgb(x):
    """IEC 61966-2-1."""
    return np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 0) ** (1 / 2.4) - 0.055)


def bt709(x):
    """ITU-R BT.709-6, item 1.2."""
    return np.where(x < 0.018, 4.5 * x, 1.099 * np.maximum(x, 0) ** 0.45 - 0.099)


def hlg(x):
    """ITU-R BT.2100-2, table 5, OETF."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    x = np.maximum(x, 0)
    return np.where(x <= 1 / 12, np.sqrt(3 * x), a * np.log(np.maximum(12 * x - b, 1e-9)) + c)


def pq(x):
    """SMPTE ST 2084, inverse EOTF."""
    y = np.clip(x, 0, 1) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375


def slog3(x):
    """Sony, Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3."""
    log = 420 + np.log10(np.maximum(x + 0.01, 1e-9) / 0.19) * 261.5
    return np.where(x >= 0.01125, log, x * (171.2102946929 - 95) / 0.01125 + 95) / 1023


def clog3(x):
    """Canon, Canon Log Gamma Curves, version 1.2."""
    x = x / 0.9
    high = 0.36726845 * np.log10(np.maximum(14.98325 * x + 1, 1e-9)) + 0.12240537
    low = -0.36726845 * np.log10(np.maximum(1 - 14.98325 * x, 1e-9)) + 0.12783901
    return np.where(x < -0.014, low, np.where(x <= 0.014, 1.9754798 * x + 0.12512219, high))


def logc3(x):
    """ARRI, ALEXA Log C Curve: Usage in VFX, EI 800."""
    log = 0.247190 * np.log10(np.maximum(5.555556 * x + 0.052272, 1e-9)) + 0.385537
    return np.where(x > 0.010591, log, 5.367655 * x + 0.092809)


def logc4(x):
    """ARRI, LogC4 Logarithmic Color Space, Specification."""
    a, b, c = (2**18 - 16) / 117.45, (1023 - 95) / 1023, 95 / 1023
    s = 7 * math.log(2) * 2 ** (7 - 14 * c / b) / (a * b)
    t = (2 ** (14 * (-c / b) + 6) - 64) / a
    return np.where(x >= t, (np.log2(np.maximum(a * x + 64, 1e-9)) - 6) / 14 * b + c, (x - t) / s)


def vlog(x):
    """Panasonic, V-Log/V-Gamut Reference Manual."""
    return np.where(x < 0.01, 5.6 * x + 0.125, 0.241514 * np.log10(np.maximum(x + 0.00873, 1e-9)) + 0.598206)


CURVES: dict[str, Curve] = {
    "linear": lambda x: x,
    "gamma2.2": lambda x: np.maximum(x, 0) ** (1 / 2.2),
    "srgb": srgb,
    "bt709": bt709,
    "bt1886": lambda x: np.maximum(x, 0) ** (1 / 2.4),
    "hlg": hlg,
    "pq": pq,
    "slog3": slog3,
    "clog3": clog3,
    "logc3": logc3,
    "logc4": logc4,
    "vlog": vlog,
}


def signal_to_code(signal, *, transfer: str, bits: int, limited: bool):
    """Code value of a signal, not rounded: ITU-R BT.2100-2, table 9, or as the curve's owner records it."""
    if transfer in DATA_CODES:
        return np.asarray(signal) * 1023 * 2.0 ** (bits - 10)
    if limited:
        return (219 * np.asarray(signal) + 16) * 2.0 ** (bits - 8)
    return np.asarray(signal) * (2**bits - 1)


def codes(light, *, transfer: str, bits: int, limited: bool, grain: float = 0.0, seed: int = 0) -> np.ndarray:
    """The samples a camera hands over, rounded and held in the range of its bits; `grain` in code values."""
    signal = CURVES[transfer](np.asarray(light, np.float64))
    code = signal_to_code(signal, transfer=transfer, bits=bits, limited=limited)
    code = code + np.random.default_rng(seed).normal(0.0, grain, code.shape)
    return np.clip(np.rint(code), 0, 2**bits - 1).astype(np.uint8 if bits == 8 else np.uint16)

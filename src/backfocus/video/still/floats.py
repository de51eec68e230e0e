"""Float samples, put between 0 and 1: light of any height, or the codes of integers kept as floats. Pure."""

import numpy as np

from .decoded import Decoded
from .tone import SRGB, Tone

LARGEST = 1e6
"""Of white, or of a code: what lies beyond is no light."""
CODES_FROM = 16.0
"""Whites beyond this are counts of a sensor or codes, not light against white."""
CODES_OVER_FULL = ((8, 1e-3), (16, 2e-2))
"""Bits of codes that some program divided by their full scale, and how far from whole they may be then:
floats of 32 bits keep them to 2e-5 and 8e-3, those of 16 bits to 6e-2 and 16, and those are left alone."""
FULL_SCALES = (255.0, 1023.0, 4095.0, 16383.0, 65535.0)
"""Highest codes of 8, 10, 12, 14 and 16 bits."""
PAPER = 0.9
"""Where the brightest paper of a picture of light beyond 1 is put; a star needs light only up to a factor."""
BRIGHT_PERCENT, DARK_PERCENT = 98, 2
"""Of the samples lie below what is taken as paper, and as black; glints and single faults may lie beyond."""
BELOW_BLACK = 0.25
"""Of paper: noise and what was taken off as black go less far below zero, codes with a sign go further."""
SHALLOW = 0.1
"""Of full scale: below it lies a picture that is nearly black, where noise alone reaches far below zero."""
MOST_SAMPLES = 1 << 20
STRIP_ROWS = 256


def settled(samples: Decoded, tone: Tone, transfer: str | None) -> tuple[Decoded, int, Tone, bool]:
    """(samples, bits, tone, whether some were not finite) of float samples.

    Parameters
    ----------
    samples : ndarray of float32
        As in the file, without alpha.
    tone : Tone
        What the file says, or linear.
    transfer : str | None
        What the user says.

    Raises
    ------
    ValueError
        With the reason, for values that cannot be light, and for counts whose curve nobody names.
    """
    samples, odd = _finite(samples)
    low, top = float(samples.min()), float(samples.max())
    if max(abs(low), top) > LARGEST or _below_black(samples):
        raise ValueError(f"its values run from {low:.3g} to {top:.3g}, which is no light: save it again")
    if top <= 1.0:
        return (*_of_shares(samples, low, tone), odd)
    if top > CODES_FROM and low >= 0.0 and top <= 65535 and bool((samples == np.rint(samples)).all()):
        whole, bits = _codes(samples, top)
        return whole, bits, SRGB if tone.is_default else tone, odd
    return _scaled(samples, top, tone, transfer), 0, tone, odd


def full_scale(top: float) -> float:
    """What is full in samples that end at `top`: 1 of light, else the highest code of the fewest bits."""
    if top <= CODES_FROM:
        return 1.0
    return next((full for full in FULL_SCALES if top <= full), FULL_SCALES[-1])


def _finite(samples: Decoded) -> tuple[Decoded, bool]:
    """The samples, and whether some were no numbers: those are black, and what is beyond all is white.

    Floats of 16 bits end at 65504: the highest codes of 16 bits are infinite in them.
    """
    finite = np.isfinite(samples)
    if bool(finite.all()):
        return samples, False
    top = np.float32(np.max(samples, where=finite, initial=0.0))
    return np.where(finite, samples, np.where(np.isposinf(samples), top, np.float32(0.0))), True


def _below_black(samples: Decoded) -> bool:
    """Whether a good part of the picture lies far below black: codes with a sign, or light about a mean."""
    few = _few(samples)
    dark, paper = np.percentile(few, (DARK_PERCENT, BRIGHT_PERCENT))
    return bool(dark < -BELOW_BLACK * max(paper, SHALLOW))


def _few(samples: Decoded) -> Decoded:
    return samples.reshape(-1)[:: max(1, samples.size // MOST_SAMPLES)]


def _of_shares(samples: Decoded, low: float, tone: Tone) -> tuple[Decoded, int, Tone]:
    """Light between 0 and 1 as it is; codes that some program divided by their full scale as codes."""
    if low < 0.0 or not tone.is_default:
        return samples, 0, tone
    for bits, most in CODES_OVER_FULL:
        full = np.float32((1 << bits) - 1)
        if _are_codes(samples, full, most):
            return np.rint(samples * full).astype(np.uint8 if bits == 8 else np.uint16), bits, SRGB
    return samples, 0, tone


def _are_codes(samples: Decoded, full: np.float32, most: float) -> bool:
    """Whether samples between 0 and 1 are whole numbers of `full`, to `most`."""
    for begin in range(0, len(samples), STRIP_ROWS):
        codes = samples[begin : begin + STRIP_ROWS] * full
        if float(np.abs(codes - np.rint(codes)).max()) > most:
            return False
    return True


def _codes(samples: Decoded, top: float) -> tuple[Decoded, int]:
    """Whole numbers as what they were before they became floats."""
    bits = max(8, int(top).bit_length())
    bits = next(each for each in (8, 10, 12, 16) if each >= bits)
    return samples.astype(np.uint8 if bits == 8 else np.uint16), bits


def _scaled(samples: Decoded, top: float, tone: Tone, transfer: str | None) -> Decoded:
    paper = float(np.percentile(_few(samples), BRIGHT_PERCENT))
    if (transfer or tone.transfer) == "linear":
        if paper > CODES_FROM and transfer is None and tone.is_default:
            raise ValueError(
                f"its values run to {top:g}, and nothing says by which curve: "
                "name the transfer curve, linear or srgb"
            )
        return samples * np.float32(PAPER / paper) if paper > PAPER else samples
    return samples / np.float32(full_scale(top))

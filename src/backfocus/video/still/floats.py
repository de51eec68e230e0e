"""Float samples, put between 0 and 1: light of any height, or the codes of integers kept as floats. Pure."""

import numpy as np

from .decoded import Decoded
from .tone import SRGB, Tone

LARGEST = 1e6
"""Of white, or of a code: what lies beyond is no light."""
CODES_FROM = 16.0
"""Whites beyond this are counts of a sensor or codes, not light against white."""
SHARE_OF_A_CODE = 1e-3
"""So far from whole a code of 8 bits may be that was divided by 255: floats of 32 bits keep it to 2e-5, those
of 16 bits to 6e-2, and those are left alone."""
PAPER = 0.9
"""Where the brightest paper of a picture of light beyond 1 is put; a star needs light only up to a factor."""
BRIGHT_PERCENT = 98
"""Of the samples lie below what is taken as paper; glints may lie above it."""
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
    finite = np.isfinite(samples)
    odd = not bool(finite.all())
    if odd:
        samples = np.where(finite, samples, np.float32(0.0))
    low, top = float(samples.min()), float(samples.max())
    if max(abs(low), top) > LARGEST:
        raise ValueError(f"its values run from {low:.0e} to {top:.0e}, which is no light: save it again")
    if top <= 1.0:
        return (*_of_shares(samples, low, tone), odd)
    if top > CODES_FROM and low >= 0.0 and top <= 65535 and bool((samples == np.rint(samples)).all()):
        whole, bits = _codes(samples, top)
        return whole, bits, SRGB if tone.is_default else tone, odd
    return _scaled(samples, top, tone, transfer), 0, tone, odd


def _of_shares(samples: Decoded, low: float, tone: Tone) -> tuple[Decoded, int, Tone]:
    """Light between 0 and 1 as it is; codes of 8 bits that some program divided by 255 as codes."""
    if low < 0.0 or not tone.is_default:
        return samples, 0, tone
    for begin in range(0, len(samples), STRIP_ROWS):
        codes = samples[begin : begin + STRIP_ROWS] * np.float32(255.0)
        if float(np.abs(codes - np.rint(codes)).max()) > SHARE_OF_A_CODE:
            return samples, 0, tone
    return np.rint(samples * np.float32(255.0)).astype(np.uint8), 8, SRGB


def _codes(samples: Decoded, top: float) -> tuple[Decoded, int]:
    """Whole numbers as what they were before they became floats."""
    bits = max(8, int(top).bit_length())
    bits = next(each for each in (8, 10, 12, 16) if each >= bits)
    return samples.astype(np.uint8 if bits == 8 else np.uint16), bits


def _scaled(samples: Decoded, top: float, tone: Tone, transfer: str | None) -> Decoded:
    few = samples.reshape(-1)[:: max(1, samples.size // MOST_SAMPLES)]
    paper = float(np.percentile(few, BRIGHT_PERCENT))
    if (transfer or tone.transfer) == "linear":
        if paper > CODES_FROM and transfer is None and tone.is_default:
            raise ValueError(
                f"its values run to {top:g}, and nothing says by which curve: "
                "name the transfer curve, linear or srgb"
            )
        return samples * np.float32(PAPER / paper) if paper > PAPER else samples
    full = 1.0 if top <= CODES_FROM else 255.0 if top <= 255.0 else 65535.0
    return samples / np.float32(full)

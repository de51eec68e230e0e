"""What EXIF says that a measurement needs: which way up, and which curve. Broken EXIF says nothing."""

import struct
import warnings
from dataclasses import dataclass

from .tone import ADOBE_RGB, Tone, tone_of_gamma

ORIENTATION = 0x0112
EXIF_IFD, INTEROP_IFD = 0x8769, 0xA005
COLOUR_SPACE, GAMMA = 0xA001, 0xA500
SRGB_SPACE = 1
INTEROP_INDEX = 1


@dataclass(frozen=True, slots=True, eq=False)
class Exif:
    """`orientation`: 1 to 8. `tone`: None where no curve is named."""

    orientation: int = 1
    tone: Tone | None = None


def read_exif(data: bytes) -> Exif:
    """What a block of EXIF says.

    Parameters
    ----------
    data : bytes
        With or without "Exif\\0\\0" at its beginning.

    References
    ----------
    .. [1] CIPA DC-008-2023 (Exif 3.0), 4.6.5 and 4.6.6 (ColorSpace, Gamma); CIPA DC-009-2010 (DCF 2.0), 4.4
       (R03: the optional colour space is Adobe RGB).
    """
    from PIL import Image

    held = Image.Exif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held.load(data)
            details, links = held.get_ifd(EXIF_IFD), held.get_ifd(INTEROP_IFD)
    except (ValueError, TypeError, KeyError, IndexError, SyntaxError, OSError, struct.error):
        return Exif()
    told = held.get(ORIENTATION)
    orientation = told if isinstance(told, int) and 1 <= told <= 8 else 1
    return Exif(orientation, _tone(details, links))


def _tone(details: dict[int, object], links: dict[int, object]) -> Tone | None:
    space, gamma = details.get(COLOUR_SPACE), details.get(GAMMA)
    if space == SRGB_SPACE:
        return Tone("srgb")
    if str(links.get(INTEROP_INDEX, "")).startswith("R03"):
        return Tone(ADOBE_RGB)
    if isinstance(gamma, int | float) or hasattr(gamma, "numerator"):
        return tone_of_gamma(float(gamma))  # type: ignore[arg-type]
    return None

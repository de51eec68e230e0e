"""Numbers and texts of the report as a person reads them."""

import base64
import math
import re

from ..solve.titles import verdict_word
from .session_report import PNG_SIGNATURE, Estimate

SETTINGS = {"nd": "ND", "camera-serial": "Camera serial number", "lens-serial": "Lens serial number"}
"""Where a setting is not called by the name that is typed."""


def printable(value: object) -> object:
    """`value` for a page: a text without what a page may not hold; markup and all else as it is."""
    if type(value) is not str:
        return value
    return "".join(letter if letter.isprintable() or letter in "\n\u00a0" else "\ufffd" for letter in value)


def inline(picture: bytes) -> str:
    """A PNG or JPEG file as an address that holds all of it."""
    kind = "png" if picture.startswith(PNG_SIGNATURE) else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"


def units(text: str) -> str:
    """`text` with its micrometres and per cents as in print."""
    shown = re.sub(r"(?<=\d) um\b", "\u00a0\u00b5m", text)
    return re.sub(r"(?<=\d) %", "\u00a0%", shown)


def sentence(text: str) -> str:
    """A sentence of the guide with its units and its minus signs as in print."""
    return re.sub(r"(?<![\w.])-(?=\d)", "\u2212", units(text))


def micrometres(value: float, *, signed: bool) -> str:
    """To a tenth below 20 um, else to one; with a true minus."""
    digits = 1 if abs(value) < 20 else 0
    shown = f"{value:{'+' if signed else ''}.{digits}f}"
    if float(shown) == 0:
        shown = shown.lstrip("+-")
    return shown.replace("-", "\u2212")


def error(found: Estimate) -> str:
    """The error with its sigma, without the unit; a magnitude where the side is not known."""
    value = found.delta_um if found.sign_known else abs(found.delta_um)
    if not math.isfinite(value):
        return "\u2013"
    spread = f" \u00b1 {micrometres(found.sigma_um, signed=False)}" if math.isfinite(found.sigma_um) else ""
    return micrometres(value, signed=found.sign_known) + spread


def verdict_in_large(kind: str) -> str:
    """The verdict's word with a capital."""
    word = verdict_word(kind)
    return word[:1].upper() + word[1:]


def setting_name(name: str) -> str:
    """What a setting is called in print."""
    return SETTINGS.get(name, name[:1].upper() + name[1:])


def nd_name(nd: str) -> str:
    """An ND position by its name, which may begin with ND itself."""
    return nd if nd.upper().startswith("ND") else f"ND {nd}"

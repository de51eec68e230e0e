"""What a device or a caller says, read so that nothing it says can do harm. Opens nothing.

A camera that was tampered with, or another program at its address, may say anything: a number that is none, a
number without end, brackets a million deep.
"""

import json
import math
from typing import Any


def number_in_text(text: str | None) -> float | None:
    """A finite number as it is written; None for anything else."""
    try:
        return None if text is None else _finite(float(text))
    except ValueError:
        return None


def number_in_json(value: Any) -> float | None:
    """A finite number as JSON gives it; None for anything else, `true` among it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return _finite(float(value))
    except OverflowError:
        return None


def read_json(data: bytes) -> Any:
    """What JSON says; raises ValueError for what is none, and for what goes too deep to be read."""
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("the JSON goes too deep") from None


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None

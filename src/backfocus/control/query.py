"""What an address may say after its `?`: which of several cameras in one box, and which way it counts."""

import re
from collections.abc import Collection, Mapping
from urllib.parse import SplitResult, parse_qsl

from ..errors import UsageError
from ..guide.axes import AxisName

REVERSED, STRAIGHT = "reversed", "straight"
LEFT_ALONE = "no"
"""Of an axis that is not to be touched."""
IRIS = (LEFT_ALONE, STRAIGHT, REVERSED)
"""What an address may say of the iris."""
NUMBER = "number"
"""In place of the values of a key: a whole number from 0 to 99."""
Known = Mapping[str, Collection[str] | str]
"""The values that each key may have, or `NUMBER`."""


def asked_for(parts: SplitResult, known: Known) -> dict[str, str]:
    """The keys of an address with their values; UsageError for others, which does not repeat them.

    Parameters
    ----------
    known : Known
    """
    given: dict[str, str] = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        values = known.get(key)
        fits = re.fullmatch(r"\d{1,2}", value) if values == NUMBER else value in (values or ())
        if not fits:
            raise UsageError(f"{parts.scheme}:// takes no such thing after its ?: there are {_list(known)}")
        given[key] = value
    return given


def _list(known: Known) -> str:
    return ", ".join(
        f"{key}={'N' if values == NUMBER else '|'.join(values)}" for key, values in known.items()
    )


def which_way(given: Mapping[str, str], axes: Collection[AxisName], keys: Mapping[str, AxisName]) -> str:
    """What to say of a driver whose maker does not tell which way these axes count; "" once a person has.

    `keys`: the axis that each key of the address is about; those that are not in `axes` do not count.
    """
    open_ = {key: axis for key, axis in keys.items() if axis in axes and key not in given}
    if not open_:
        return ""
    return (
        f"the maker of this camera does not say which way {' and '.join(open_.values())} "
        f"{'counts' if len(open_) == 1 else 'count'}: "
        + ", ".join(f"{axis} is taken to rise {RISES[axis]}" for axis in open_.values())
        + ". Where it falls instead, the sign of the answer is wrong: add "
        + " or ".join(f"{key}={REVERSED}" for key in open_)
        + f" to the address, after a ? (={STRAIGHT} once you have seen that it is right)"
    )


RISES: dict[AxisName, str] = {
    "zoom": "towards tele",
    "focus": "towards near",
    "iris": "as it closes",
    "back-focus": "as the lens moves away from the sensor",
}

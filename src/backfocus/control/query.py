"""What an address may say after its `?`: which of several cameras in one box, and which way it counts."""

import re
from collections.abc import Collection
from urllib.parse import SplitResult, parse_qsl

from ..errors import UsageError

REVERSED, STRAIGHT = "reversed", "straight"
NUMBER = "number"
"""In place of the values of a key: a whole number from 0 to 99."""


def asked_for(parts: SplitResult, known: dict[str, Collection[str] | str]) -> dict[str, str]:
    """The keys of an address with their values; UsageError for others, which does not repeat them.

    Parameters
    ----------
    known : dict
        The values that each key may have, or `NUMBER`.
    """
    given: dict[str, str] = {}
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        values = known.get(key)
        fits = re.fullmatch(r"\d{1,2}", value) if values == NUMBER else value in (values or ())
        if not fits:
            raise UsageError(f"{parts.scheme}:// takes no such thing after its ?: there are {_list(known)}")
        given[key] = value
    return given


def _list(known: dict[str, Collection[str] | str]) -> str:
    return ", ".join(
        f"{key}={'N' if values == NUMBER else '|'.join(values)}" for key, values in known.items()
    )


def which_way(given: dict[str, str], axes: Collection[str]) -> str:
    """What to say of a driver whose maker does not tell which way these axes count; "" once a person has."""
    open_ = [axis for axis in axes if axis not in given]
    if not open_:
        return ""
    return (
        f"the maker does not say which way {' and '.join(open_)} of this camera count. "
        + " ".join(RULES[axis] for axis in open_)
        + " Where they fall instead, the sign of the answer is wrong: add "
        + ", ".join(f"{axis}={REVERSED}" for axis in open_)
        + f" to the address after a ? (={STRAIGHT} once you have seen that it is right)"
    )


RULES = {
    "zoom": "Its numbers are taken to rise towards tele.",
    "focus": "Its numbers are taken to rise towards near.",
    "back-focus": "Its numbers are taken to rise as the lens moves away from the sensor.",
}

"""Events, instructions, setups and readings as plain dictionaries, for JSON lines and the store, and back.

`{"type": "PeakPassed", "at_s": 12.4, ...}`: the type's name, then its fields, nested records likewise without
a type. `from_dict(to_dict(record)) == record`, also through JSON. What a dictionary has too much is ignored,
so that a file written by a later version can be read; what it lacks takes its default.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from ..measure.reading import Reading
from . import events, instructions
from .session_state import Setup

TYPES: dict[str, type] = {
    each.__name__: each
    for each in (*get_args(events.Event), *get_args(instructions.Instruction), Setup, Reading)
}
"""Every record that can stand alone, by its name."""
FORMER_NAMES = {"OffTheLaw": "NotParfocal"}
"""Types under the names they once were written with, and the names they have now."""


def to_dict(record: object) -> dict[str, Any]:
    """A record as a dictionary of JSON's types, its name under "type".

    Raises
    ------
    ValueError
        If it is not one of `TYPES`.
    """
    if TYPES.get(type(record).__name__) is not type(record):
        raise ValueError(f"a {type(record).__name__} is no record of a session")
    return {"type": type(record).__name__, **_fields(record)}


def from_dict(plain: Mapping[str, Any]) -> Any:
    """The record of such a dictionary.

    Raises
    ------
    ValueError
        If its type is not known, a field without default is missing, or a value is of the wrong kind.
    """
    name = str(plain.get("type"))
    kind = TYPES.get(FORMER_NAMES.get(name, name))
    if kind is None:
        raise ValueError(f"no record is called {plain.get('type')!r}")
    return _build(kind, plain)


def _fields(record: object) -> dict[str, Any]:
    return {each.name: _plain(getattr(record, each.name)) for each in fields(cast(Any, record))}


def _plain(value: object) -> Any:
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    if isinstance(value, frozenset):
        return sorted(_plain(each) for each in value)
    return str(value) if isinstance(value, StrEnum) else value


def _build(kind: type, plain: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    values = {}
    for each in fields(kind):
        if each.name in plain:
            values[each.name] = _value(hints[each.name], plain[each.name], f"{kind.__name__}.{each.name}")
        elif each.default is MISSING and each.default_factory is MISSING:
            raise ValueError(f"{kind.__name__} lacks {each.name}")
    return kind(**values)


def _value(hint: Any, value: Any, where: str) -> Any:
    """`value` as the kind its annotation asks for."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in inside:
            return None
        return _value(next(each for each in inside if each is not type(None)), value, where)
    if origin is Literal:
        return _checked(value in inside, value, where)
    if origin is tuple:
        return _tuple(inside, value, where)
    if origin is frozenset:
        return frozenset(_value(inside[0], each, where) for each in value)
    if is_dataclass(hint):
        return _build(cast(type, hint), _checked(isinstance(value, Mapping), value, where))
    return _simple(hint, value, where)


def _tuple(inside: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    items = _checked(isinstance(value, (list, tuple)), value, where)
    if inside[-1] is Ellipsis:
        return tuple(_value(inside[0], each, where) for each in items)
    _checked(len(items) == len(inside), value, where)
    return tuple(_value(hint, each, where) for hint, each in zip(inside, items, strict=True))


def _simple(hint: Any, value: Any, where: str) -> Any:
    if hint is float:
        return float(_checked(isinstance(value, (int, float)) and not isinstance(value, bool), value, where))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(value)
    return _checked(isinstance(value, hint), value, where)


def _checked(fits: bool, value: Any, where: str) -> Any:
    if not fits:
        raise ValueError(f"{where} cannot be {value!r}")
    return value

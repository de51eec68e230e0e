"""Events, instructions, setups and readings as plain dictionaries, for JSON lines and the store, and back.

`{"type": "PeakPassed", "version": 2, "at_s": 12.4, ...}`: the type's name, the version of these records, then
its fields, nested records the same way without a type. `from_dict(to_dict(record)) == record`, also through
JSON.
Records of older versions are read by the names they had then (`former`); what they lack takes its default.
Nothing is dropped in silence: a type or a field that is not known, now or then, is refused by name.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from ..measure.reading import Reading
from . import events, instructions
from .former import FORMER, NOTHING, VERSION, Former
from .session_state import Setup

TYPES: dict[str, type] = {
    each.__name__: each
    for each in (*get_args(events.Event), *get_args(instructions.Instruction), Setup, Reading)
}
"""Every record that can stand alone, by its name."""
_BESIDE: dict[type, frozenset[str]] = {Setup: frozenset({"page"})}
"""What a session keeps beside the fields of a record: what was chosen on the page."""


def to_dict(record: object) -> dict[str, Any]:
    """A record as a dictionary of JSON's types, its name under "type" and `VERSION` under "version".

    Raises
    ------
    ValueError
        If it is not one of `TYPES`.
    """
    if TYPES.get(type(record).__name__) is not type(record):
        raise ValueError(f"a {type(record).__name__} is no record of a session")
    return {"type": type(record).__name__, "version": VERSION, **_fields(record)}


def from_dict(plain: Mapping[str, Any]) -> Any:
    """The record of such a dictionary, of this version or an older one; without a version it is of the first.

    Raises
    ------
    ValueError
        If a newer version wrote it, its type or one of its fields is not known, a field without default is
        missing, or a value is of the wrong kind.
    """
    former = _former(plain.get("version", 1))
    name = str(plain.get("type"))
    kind = TYPES.get(former.types.get(name, name))
    if kind is None:
        raise ValueError(f"no record is called {plain.get('type')!r}")
    beside = {"type", "version", *_BESIDE.get(kind, ())}
    return _Reader(former).build(kind, {key: plain[key] for key in plain if key not in beside})


def _former(version: object) -> Former:
    """What was called otherwise when records of this version were written."""
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError(f"no version of records is called {version!r}")
    if version > VERSION:
        raise ValueError(f"it is written by a newer backfocus (records of version {version}, not {VERSION})")
    return FORMER.get(version, NOTHING)


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


class _Reader:
    """Builds records from plain values, by the names these had when they were written."""

    def __init__(self, former: Former) -> None:
        self._former = former

    def build(self, kind: type, plain: Mapping[str, Any]) -> Any:
        """A record of `kind`."""
        name, hints = kind.__name__, get_type_hints(kind)
        now = self._former.fields.get(name, {})
        plain = {
            **self._former.unwritten.get(name, {}),
            **{now.get(key, key): value for key, value in plain.items()},
        }
        if self._former.loose_intervals and {"low_um", "delta_um", "high_um"} <= plain.keys():
            ends = (plain["low_um"], plain["delta_um"], plain["high_um"])
            plain |= {"low_um": min(ends), "high_um": max(ends)}
        for key in plain:
            if key not in hints:
                raise ValueError(f"{name} has no {key}")
        values = {}
        for each in fields(kind):
            where = f"{name}.{each.name}"
            if each.name in plain:
                values[each.name] = self._value(hints[each.name], plain[each.name], where)
            elif each.default is MISSING and each.default_factory is MISSING:
                raise ValueError(f"{name} lacks {each.name}")
        return kind(**values)

    def _value(self, hint: Any, value: Any, where: str) -> Any:
        """`value` as the kind its annotation asks for; a union is of one kind and None."""
        origin, inside = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            if value is None and type(None) in inside:
                return None
            return self._value(next(each for each in inside if each is not type(None)), value, where)
        if origin is tuple:
            return self._tuple(inside, value, where)
        if origin is frozenset:
            items = _checked(isinstance(value, (list, tuple)), value, where)
            return frozenset(self._value(inside[0], each, where) for each in items)
        if is_dataclass(hint):
            return self.build(cast(type, hint), _checked(isinstance(value, Mapping), value, where))
        if isinstance(value, str):
            value = self._former.values.get(where, {}).get(value, value)
        return _checked(value in inside, value, where) if origin is Literal else _simple(hint, value, where)

    def _tuple(self, inside: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
        items = _checked(isinstance(value, (list, tuple)), value, where)
        if inside[-1] is Ellipsis:
            return tuple(self._value(inside[0], each, where) for each in items)
        _checked(len(items) == len(inside), value, where)
        return tuple(self._value(hint, each, where) for hint, each in zip(inside, items, strict=True))


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

"""Every record of a session with every word that can stand in it: python -m tests.replay.examples FOLDER

Made once by each version of the records, from its own classes: later versions must be able to read each. Also
every row of its table of steps: what led from one step to the next then leads there for ever.
"""

import json
import sys
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from itertools import count
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from backfocus.guide.records import TYPES, to_dict
from backfocus.guide.steps import Step, table

NUMBERS = count(1000)
"""Each number is another one, so that none can take another's place unseen."""


def examples() -> Iterator[Any]:
    """Records with all that can be in them; as many of a type as its longest list of words has words."""
    for kind in TYPES.values():
        longest = max((len(_words(kind, each.name)) for each in fields(kind)), default=1)
        for index in range(max(longest, 1)):
            yield _record(kind, index)


def _words(kind: type, name: str) -> tuple[Any, ...]:
    """The words that can stand in a field; empty where it holds anything else."""
    hint = get_type_hints(kind)[name]
    options = get_args(hint) if get_origin(hint) in (Union, types.UnionType, frozenset) else (hint,)
    for each in options:
        if get_origin(each) is Literal:
            return get_args(each)
        if isinstance(each, type) and issubclass(each, Enum):
            return tuple(each)
    return tuple(Step) if name == "step" else ()


def _record(kind: type, index: int) -> Any:
    hints = get_type_hints(kind)
    values = {}
    for each in fields(kind):
        words = _words(kind, each.name)
        hint = hints[each.name]
        value = words[index % len(words)] if words else _value(hint, index)
        if each.name == "common_um":
            value *= 1e-6  # never more than the whole
        values[each.name] = frozenset([value]) if get_origin(hint) is frozenset else value
    if "low_um" in values:  # an estimate lies inside its interval
        ends = sorted(values[name] for name in ("low_um", "delta_um", "high_um"))
        values |= dict(zip(("low_um", "delta_um", "high_um"), ends, strict=True))
    if "covariance" in values:
        values["covariance"] = tuple(row[: len(values["taps"])] for row in values["covariance"])
    return kind(**values)


def _value(hint: Any, index: int) -> Any:
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _value(next(each for each in inside if each is not type(None)), index)
    if origin is tuple:
        return tuple(_value(each, index) for each in (inside[:1] * 2 if inside[-1] is Ellipsis else inside))
    if origin is Literal:
        return inside[index % len(inside)]
    if is_dataclass(hint):
        return _record(hint, index)  # type: ignore[arg-type]
    if hint is bool:
        return True
    number = next(NUMBERS)
    return number / 1000 if hint is float else hint(number)


def rows() -> Iterator[list[Any]]:
    """The table of steps: with a back-focus ring or not, step, event, next step."""
    for ring in (True, False):
        for (step, event), following in table(back_focus_ring=ring).items():
            yield [ring, str(step), event.__name__, str(following)]


def main(folder: str) -> None:
    """Write them, one a line."""
    for name, lines in (("records", map(to_dict, examples())), ("steps", rows())):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (Path(folder) / f"{name}.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])

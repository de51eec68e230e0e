"""What older versions could write can be read, each record, each word and each step; all else is refused."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest
from tests.replay.examples import examples
from tests.replay.logs import FOLDER

from backfocus.guide import events as ev
from backfocus.guide import records
from backfocus.guide.former import FORMER, VERSION, Former
from backfocus.guide.records import TYPES, from_dict, to_dict
from backfocus.guide.steps import Step, table

VERSIONS = sorted(FOLDER.glob("version-*"))


def lines_of(name: str) -> list[Any]:
    """The lines of this name in every version, each with its version's folder."""
    found = []
    for folder in VERSIONS:
        text = (folder / f"{name}.jsonl").read_text(encoding="utf-8")
        lines = [(json.loads(line), f"{folder.name}-{line[:60]}") for line in text.splitlines()]
        found += [pytest.param(line, id=name) for line, name in lines]
    return found


def leaves(plain: Any) -> Iterator[Any]:
    """Everything in a record that is not a name of a field."""
    if isinstance(plain, dict):
        for key, value in plain.items():
            if key not in ("type", "version"):
                yield from leaves(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from leaves(value)
    else:
        yield plain


@pytest.mark.parametrize("plain", lines_of("records"))
def test_every_record_of_an_older_version_is_read_whole(plain: dict[str, Any]) -> None:
    """Each number in it is another: none may be missing, and what was added since is of a default."""
    now = to_dict(from_dict(plain))
    tables = [table for each in FORMER.values() for table in each.values.values()]
    words = {word: new for table in tables for word, new in table.items()}
    were = Counter(words.get(each, each) if isinstance(each, str) else each for each in leaves(plain))
    assert not were - Counter(leaves(now))
    if "step" in plain:
        assert Step(now["step"])


@pytest.mark.parametrize("row", lines_of("steps"))
def test_what_led_from_step_to_step_still_does(row: list[Any]) -> None:
    """What happened once cannot be out of order later: a new rule needs a new event, not a missing row."""
    ring, step, event, following = row
    kind = TYPES[FORMER[1].types.get(event, event)]
    assert table(back_focus_ring=ring)[Step(step), kind] is Step(following)


def test_every_version_but_this_one_was_put_down() -> None:
    assert [folder.name for folder in VERSIONS] == [f"version-{each}" for each in range(1, VERSION)]
    assert set(FORMER) == set(range(1, VERSION))


def test_the_table_leads_to_what_there_is() -> None:
    hints = {name: {each.name for each in fields(kind)} for name, kind in _kinds().items()}
    for each in FORMER.values():
        assert set(each.types.values()) <= TYPES.keys()
        assert not each.types.keys() & TYPES.keys(), "a name given again would be read as the wrong record"
        for name, names in each.fields.items():
            assert set(names.values()) <= hints[name]
            assert not names.keys() & hints[name]
        for where in each.values:
            name, _, field = where.partition(".")
            assert field in hints[name]


def _kinds() -> dict[str, type]:
    """All records, and those inside them."""
    found: dict[str, type] = {}
    waiting: list[Any] = list(TYPES.values())
    while waiting:
        kind = waiting.pop()
        if is_dataclass(kind) and isinstance(kind, type) and kind.__name__ not in found:
            found[kind.__name__] = kind
            waiting += get_type_hints(kind).values()
        waiting += get_args(kind)
    return found


def test_every_type_of_this_version_comes_back_from_json_with_all_that_can_stand_in_it() -> None:
    seen = set()
    for record in examples():
        plain = json.loads(json.dumps(to_dict(record)))
        assert from_dict(plain) == record
        assert plain["version"] == VERSION
        seen.add(type(record))
    assert seen == set(TYPES.values())


def test_no_record_has_a_field_that_would_hide_its_name() -> None:
    for kind in _kinds().values():
        assert not {"type", "version"} & {each.name for each in fields(kind)}


STEADY = get_type_hints(ev.TeleSoft)["look"].__name__
RENAMED = Former(
    types={"Walked": "ZoomStopped"},
    fields={"ZoomStopped": {"places": "looks"}, STEADY: {"um": "residual_um"}},
    values={"ZoomStopped.end": {"long": "tele"}},
)


def test_a_renamed_event_field_and_word_are_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if what is a ZoomStopped now had been a Walked in version 1, also inside the record."""
    monkeypatch.setattr(records, "FORMER", {1: RENAMED})
    look = {"scale_px": 80.0, "um": 12.0, "sigma_um": 0.5}
    plain = {"type": "Walked", "at_s": 1.0, "end": "long", "scale_px": None, "places": [look]}
    read = from_dict(plain)
    assert (type(read).__name__, read.end, read.looks[0].residual_um) == ("ZoomStopped", "tele", 12.0)
    # what is written now goes by the names of now
    assert from_dict(to_dict(read)) == read
    with pytest.raises(ValueError, match=r"Walked has no (end|scale_px|places)"):
        from_dict({**plain, "version": VERSION})


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ({"type": "Exploded", "at_s": 1.0}, "no record is called 'Exploded'"),
        ({"type": "StarLost", "at_s": 1.0, "colour": "red"}, "StarLost has no colour"),
        ({"type": "TeleSoft", "at_s": 1.0, "look": {"scale": 5.0}}, "has no scale"),
        ({"type": "StarLost", "at_s": 1.0, "version": VERSION + 1}, "newer backfocus"),
        ({"type": "StarLost", "at_s": 1.0, "version": 0}, "version"),
        ({"type": "StarLost", "at_s": 1.0, "version": True}, "version"),
        ({"type": "StarLost", "at_s": 1.0, "version": "2"}, "version"),
        ({"type": "StarLost", "at_s": 1.0, "version": None}, "version"),
    ],
)
def test_what_is_not_known_is_refused_by_name(plain: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        from_dict(plain)

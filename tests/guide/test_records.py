"""Every record of a session through JSON and back, and what is not one refused."""

import json
from dataclasses import fields
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfocus.guide import events as ev
from backfocus.guide.procedure import Setup
from backfocus.guide.records import TYPES, from_dict, to_dict
from backfocus.measure.reading import Flag, Reading, Star
from backfocus.optics.lens import Optics
from backfocus.solve.backfocus import BackFocus, ZoomResidual
from backfocus.solve.camera import CameraCurve

PLAIN = [each for each in TYPES.values() if each not in (Setup, Reading)]
NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)
SIZES = st.floats(1e-6, 1e6)


def cameras(taps: int) -> st.SearchStrategy[CameraCurve]:
    row = st.tuples(*[NUMBERS] * taps)
    return st.builds(CameraCurve, row, st.tuples(*[row] * taps))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_every_record_comes_back_from_json(data: Any) -> None:
    st.register_type_strategy(float, NUMBERS)
    st.register_type_strategy(ZoomResidual, st.builds(ZoomResidual, SIZES, NUMBERS, SIZES, SIZES, SIZES))
    st.register_type_strategy(CameraCurve, st.integers(1, 5).flatmap(cameras))
    inside = st.tuples(NUMBERS, NUMBERS, NUMBERS).map(sorted)
    rest = {each.name: st.from_type(get_type_hints(BackFocus)[each.name]) for each in fields(BackFocus)}
    st.register_type_strategy(
        BackFocus,
        st.builds(
            lambda ends, **more: BackFocus(ends[1], more.pop("sigma_um"), ends[0], ends[2], **more),
            inside,
            **{name: each for name, each in rest.items() if name not in ("delta_um", "low_um", "high_um")},
        ),
    )
    record = data.draw(st.sampled_from(PLAIN).flatmap(st.from_type))
    plain = json.loads(json.dumps(to_dict(record), allow_nan=False))
    assert plain["type"] == type(record).__name__
    assert from_dict(plain) == record


def test_setup_and_reading_come_back_with_all_inside() -> None:
    setup = Setup(Optics(5.0, ((7.8, 1.8), (156.0, 2.6))), 20.0, shims_um=(10.0, 30.0), nd="1/4")
    reading = Reading(
        3,
        0.12,
        frozenset({Flag.CLIPPED, Flag.TWO_STARS}),
        star=Star(960.5, 540.25, None, 36),
        frequency_cy_px=(0.1, 0.2),
        modulation=(0.9, 0.7),
        modulation_sigma=(0.01, 0.01),
        field="top",
    )
    for record in (setup, reading):
        assert from_dict(json.loads(json.dumps(to_dict(record)))) == record


def test_defaults_fill_in_what_an_older_version_did_not_write() -> None:
    plain = {"type": "ZoomStopped", "at_s": 1, "end": "tele", "scale_px": None}
    assert from_dict(plain) == ev.ZoomStopped(1.0, "tele", None)


def test_a_record_under_its_former_name_is_read_as_what_it_is_called_now() -> None:
    plain = {"type": "OffTheLaw", "at_s": 1.0, "looks": [], "worst_um": 20.0}
    assert from_dict(plain) == ev.NotParfocal(1.0, (), 20.0)


@pytest.mark.parametrize(
    ("plain", "word"),
    [
        ({"type": "Exploded", "at_s": 1.0}, "Exploded"),
        ({"at_s": 1.0}, "None"),
        ({"type": "StarLost"}, "at_s"),
        ({"type": "StarLost", "at_s": 1.0, "colour": "red"}, "StarLost has no colour"),
        ({"type": "StarLost", "at_s": "soon"}, "StarLost.at_s"),
        ({"type": "ZoomMoved", "at_s": 1.0, "toward": "moon"}, "ZoomMoved.toward"),
        ({"type": "TeleSoft", "at_s": 1.0, "look": 5}, "TeleSoft.look"),
        ({"type": "Walked", "at_s": 1.0, "looks": 5}, "Walked.looks"),
    ],
)
def test_rubbish_is_refused_by_name(plain: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        from_dict(plain)


def test_only_records_of_a_session_are_written() -> None:
    with pytest.raises(ValueError, match="Star"):
        to_dict(Star(1.0, 2.0, 3.0, 36))

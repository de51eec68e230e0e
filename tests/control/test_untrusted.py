"""What no honest camera says must end in "no such thing" or in the one error that is written down."""

import math
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backfocus.control.encoders import opentrackio
from backfocus.control.http import blackmagic, vapix, vivotek
from backfocus.control.http.http import Http, text_of
from backfocus.control.onvif import onvif, soap
from backfocus.control.untrusted import number_in_json, number_in_text, read_json

ENDLESS = "9" * 5000
"""More digits than Python reads as one number, by default."""
SCALARS = st.none() | st.booleans() | st.floats() | st.integers() | st.just(10**400) | st.text(max_size=3)
ANYTHING = st.recursive(
    SCALARS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
    max_leaves=4,
)


@settings(max_examples=30)
@given(ANYTHING)
def test_a_number_is_finite_or_there_is_none(value: object) -> None:
    found = number_in_json(value), number_in_text(str(value))
    assert all(number is None or math.isfinite(number) for number in found)


@settings(max_examples=30)
@given(ANYTHING)
def test_whatever_stands_in_the_place_of_a_number_or_a_list_is_read_without_fail(value: object) -> None:
    optics = {"opticsId": "0", "capabilities": value, "maxMagnification": value, "focusPosition": value}
    said = {"data": {"optics": [optics, value]}}
    state = vapix.read_optics(said, "0")
    assert state is not None
    assert state.focus is None or math.isfinite(state.focus)
    assert vapix.read_abilities(said)[0].most_magnified is None
    place = blackmagic.read_place({"normalised": value})
    assert place is None or math.isfinite(place[1])


def test_brackets_a_million_deep_are_no_json() -> None:
    deep = b"[" * 1_000_000
    with pytest.raises(ValueError, match="too deep"):
        read_json(deep)
    assert opentrackio.read_sample(deep) is None
    assert opentrackio.read_sample(b'{"lens": {"encoders": {"zoom": 1%s}}}' % (b"0" * 400)) is None


def test_numbers_without_end_are_no_status() -> None:
    assert vivotek.read_status(f"remote_focus_zoom_motor='{ENDLESS}'") is None
    assert vapix.read_position(f"zoom={ENDLESS}\nfocus=nan").zoom is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_whatever_letters(encoding: str) -> None:
    bomb = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY b "bb">]><Envelope>&b;</Envelope>'
    )
    with pytest.raises(soap.NotSoapError, match="document type"):
        soap.read(bomb.encode(encoding))


def test_a_document_that_goes_on_inwards_is_refused() -> None:
    inside = b"<a>" * soap.DEEPEST + b"</a>" * soap.DEEPEST
    with pytest.raises(soap.NotSoapError, match="deeper"):
        soap.read(b"<Envelope><Body>" + inside + b"</Body></Envelope>")


@pytest.mark.parametrize("year", ["nan", "inf", "1e300", "9999", "-1"])
def test_a_clock_that_no_camera_can_have_is_none(year: str) -> None:
    names = {"Date": ("Year", "Month", "Day"), "Time": ("Hour", "Minute", "Second")}
    parts = [
        soap.node(each, *(soap.node(name, year if name == "Year" else "1") for name in inside))
        for each, inside in names.items()
    ]
    answer = soap.node("A", soap.node("SystemDateAndTime", soap.node("UTCDateTime", *parts)))
    assert onvif.clock(soap.read(soap.envelope(answer)).body) is None


def camera(answer: httpx.Response) -> Http:
    return Http(urlsplit("vapix://camera.test"), "offered", httpx.MockTransport(lambda asked: answer))


@pytest.mark.parametrize(
    "heads",
    [
        {"content-type": "text/plain; charset=hex"},
        {"content-type": "text/plain; charset=undefined"},
    ],
)
def test_an_answer_is_read_whatever_it_says_of_its_letters(heads: dict[str, str]) -> None:
    answer = camera(httpx.Response(200, headers=heads, stream=httpx.ByteStream(b"zoom=1"))).ask("/")
    assert text_of(answer) == "zoom=1"


@pytest.mark.parametrize("told", ["http://xn--a/x", "http://:\x80"])
def test_a_service_at_no_address_is_asked_for_at_the_root(told: str) -> None:
    assert Http(urlsplit("onvif://camera.test")).within(told) == "/"

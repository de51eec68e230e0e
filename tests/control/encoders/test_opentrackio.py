"""OpenTrackIO against its published example and its header, written out by hand."""

import json

import pytest

from backfocus.control.encoders import opentrackio
from backfocus.control.encoders.opentrackio import Lens, Parts, datagram, read_sample

# the lens of `recommended_dynamic_example.json` of the SMPTE repository
EXAMPLE = {
    "lens": {"encoders": {"focus": 0.1, "iris": 0.2, "zoom": 0.3}, "fStop": 4.0, "focusDistance": 10.0},
    "protocol": {"name": "OpenTrackIO", "version": [0, 9, 3]},
}


def sample(**lens: object) -> bytes:
    return json.dumps({"lens": lens}).encode()


def test_the_head_is_as_the_document_has_it() -> None:
    # "OTrk", reserved, JSON, number 0x0102, offset 0, last part of 2 bytes, Fletcher-16 of the rest
    text = b"{}"
    head = bytes.fromhex("4F54726B 00 01 0102 00000000 8002")
    low = sum(head + text) % 256
    high = sum(sum((head + text)[: end + 1]) for end in range(len(head) + len(text))) % 256
    assert datagram(text, 0x0102) == head + bytes((high, low)) + text


def test_the_published_example_is_read() -> None:
    told = read_sample(json.dumps(EXAMPLE).encode())
    assert told is not None
    assert (told.zoom, told.focus) == (pytest.approx(0.3 * 65535), pytest.approx(0.1 * 65535))


def test_encoders_as_they_count_go_before_shares() -> None:
    text = sample(rawEncoders={"zoom": 4096}, encoders={"zoom": 0.5, "focus": 0.25})
    assert read_sample(text) == Lens(zoom=4096.0, focus=0.25 * 65535)


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"{", b'{"lens": 3}', sample(fStop=4.0), sample(encoders={"zoom": "near"}), b"[" * 9999],
)
def test_what_says_nothing_of_a_lens_is_nothing(text: bytes) -> None:
    assert read_sample(text) is None


def test_parts_come_together_and_a_lost_one_drops_the_sample() -> None:
    text = sample(encoders={"zoom": 0.5})
    first, second = text[:10], text[10:]
    parts = Parts()
    assert parts.take(datagram(first, 1, last=False)) is None
    assert parts.take(datagram(second, 2, start=10)) == text
    assert parts.take(datagram(second, 3, start=10)) is None
    assert parts.take(datagram(text, 4)) == text


def test_what_is_damaged_is_passed_over() -> None:
    good = datagram(sample(encoders={"zoom": 0.5}))
    for place in range(0, len(good), 5):
        if place == 4:
            continue
        bad = bytearray(good)
        bad[place] ^= 0x01
        assert Parts().take(bytes(bad)) is None
    assert Parts().take(good[:9]) is None


def test_sources_have_their_groups() -> None:
    assert opentrackio.group(7) == "239.135.1.7"
    with pytest.raises(ValueError, match="from 1 to 200"):
        opentrackio.group(201)

"""Free-D against a message written out by hand after the manual, and against damage."""

import pytest

from backfocus.control.encoders.freed import Tracked, message_bytes, read_message

# D1, camera 1, three angles and three places at 0, zoom 0x012345, focus 0x00ABCD, spare 0, check sum:
# 0x40 - (0xD1 + 0x01 + 0x01 + 0x23 + 0x45 + 0xAB + 0xCD) = 0x40 - 0x2B3, whose low byte is 0x8D
WRITTEN = bytes.fromhex("D1 01" + "00" * 18 + "012345 00ABCD 0000 8D")


def test_a_message_is_as_the_manual_has_it() -> None:
    assert read_message(WRITTEN) == Tracked(1, 0x012345, 0x00ABCD)
    assert message_bytes(Tracked(1, 0x012345, 0x00ABCD)) == WRITTEN


def test_what_is_damaged_or_another_message_is_passed_over() -> None:
    for place in range(len(WRITTEN)):
        bad = bytearray(WRITTEN)
        bad[place] ^= 0x10
        assert read_message(bytes(bad)) is None
    assert read_message(WRITTEN[:-1]) is None
    assert read_message(b"") is None


def test_the_highest_numbers_fit() -> None:
    highest = Tracked(0xFF, 0xFFFFFF, 0xFFFFFF)
    assert read_message(message_bytes(highest)) == highest
    with pytest.raises(OverflowError):
        message_bytes(Tracked(1, 0x1000000, 0))

"""L10 against the examples of the maker's document, and against answers that lenses gave."""

import pytest

from backfocus.control.l10 import l10
from backfocus.control.l10.l10 import Block, Code


@pytest.mark.parametrize(
    ("block", "written"),
    [
        # the examples of Fig. 1 and of 3.3 in version 1.40
        (Block(0x20, b"\x80\x80"), "02 20 80 80 DE"),
        (Block(0x20), "00 20 E0"),
        (Block(0x30), "00 30 D0"),
        (Block(0x30, b"\x80\x20"), "02 30 80 20 2E"),
        # what a lens of 17x answered to CONNECT, NAME_END, ZOOM and SWITCH_4, as published
        (Block(Code.CONNECT), "00 01 FF"),
        (Block(Code.NAME_END, b"B"), "01 12 42 AB"),
        (Block(Code.ZOOM, b"\x06\xdc"), "02 31 06 DC EB"),
        (Block(Code.SWITCH_4, b"\xf0"), "01 54 F0 BB"),
    ],
)
def test_blocks_are_as_the_document_and_a_lens_have_them(block: Block, written: str) -> None:
    assert l10.block_bytes(block) == bytes.fromhex(written)
    assert l10.read_block(bytes.fromhex(written)) == block


def test_one_wrong_bit_anywhere_is_noticed() -> None:
    good = bytes.fromhex("02 31 06 DC EB")
    for place in range(8 * len(good)):
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        assert l10.read_block(bytes(bad)) is None


def test_what_is_too_long_and_what_is_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="15 bytes"):
        l10.block_bytes(Block(0x20, bytes(16)))
    for outside in (-1, 0x10000):
        with pytest.raises(ValueError, match="not to"):
            l10.position_bytes(outside)
    assert l10.length_of(0x10) is None
    assert l10.position(b"") is None  # as a lens answers to what it does not know


def test_a_name_comes_in_two_halves() -> None:
    first = bytes.fromhex("58 41 31 37 58 37 2E 36 42 52 4D 2D 4D 35 38")
    assert l10.name_of(first, b"B") == "XA17X7.6BRM-M58B"

"""Bytes as the makers' documents have them; the virtual camera reads and says the same."""

import pytest

from backfocus.control.visca import visca
from backfocus.control.visca.visca import Ack, Answer, Completed, Kind, Message, Refused

SAID = {
    # Sony SRG-H40UH command list and PTZOptics VISCA over IP commands, position 0x4ABC or as shown
    "81 01 04 47 04 00 00 00 ff": visca.zoom_to(0x4000),
    "81 01 04 48 04 0a 0b 0c ff": visca.focus_to(0x4ABC),
    "81 01 04 4b 00 00 01 01 ff": visca.iris_to(0x11),
    "81 01 04 0b 02 ff": visca.iris_wider(),
    "81 09 04 4b ff": visca.inquire("iris"),
    "81 01 04 38 03 ff": visca.focus_mode(visca.MANUAL),
    "81 01 04 39 00 ff": visca.exposure_mode(visca.EXPOSURE_AUTO),
    "81 01 04 3f 01 06 ff": visca.memory_set(6),
    "81 01 04 3f 02 06 ff": visca.memory_recall(6),
    "81 09 04 47 ff": visca.inquire("zoom"),
    "81 09 04 48 ff": visca.inquire("focus"),
    "81 09 04 38 ff": visca.inquire("focus-mode"),
    "82 09 04 39 ff": visca.inquire("exposure-mode", camera=2),
    "81 01 00 01 ff": visca.clear(),
}
HEARD = {
    "90 41 ff": Ack(1),
    "90 52 ff": Completed(2),
    "90 50 04 0a 0b 0c ff": Answer(bytes.fromhex("040a0b0c")),
    "90 50 02 ff": Answer(b"\x02"),
    "90 60 02 ff": Refused(0, 2),
    "90 60 03 ff": Refused(0, visca.BUFFER_FULL),
    "a0 61 41 ff": Refused(1, visca.NOT_EXECUTABLE),
}


@pytest.mark.parametrize("said", SAID)
def test_what_is_said_is_what_the_documents_say(said: str) -> None:
    assert SAID[said].hex(" ") == said


@pytest.mark.parametrize("packet", HEARD)
def test_answers_are_read_and_said(packet: str) -> None:
    assert visca.read_reply(bytes.fromhex(packet)) == HEARD[packet]
    camera = (int(packet[:2], 16) - 0x80) >> 4
    assert bytes(visca.reply_bytes(HEARD[packet], camera)).hex(" ") == packet


@pytest.mark.parametrize(
    "noise", ["", "ff", "90 ff", "90 41", "81 01 ff", "90 41 00 ff", "90" + "41" * 20 + "ff"]
)
def test_noise_is_no_answer(noise: str) -> None:
    assert visca.read_reply(bytes.fromhex(noise)) is None


def test_the_head_of_a_datagram_is_as_sony_has_it() -> None:
    """SRG-300H command list: type, length and sequence number before the packet."""
    said = visca.message_bytes(Message(Kind.INQUIRY, 0x01020304, visca.inquire("zoom")))
    assert said.hex(" ") == "01 10 00 05 01 02 03 04 81 09 04 47 ff"
    assert visca.read_message(said) == Message(Kind.INQUIRY, 0x01020304, visca.inquire("zoom"))
    assert visca.message_bytes(Message(Kind.CONTROL, 0, visca.RESET)).hex() == "020000010000000001"
    assert visca.read_message(said[:-1]) is None


def test_a_stream_is_cut_into_packets() -> None:
    whole, rest = visca.packets(bytes.fromhex("9041ff9051ff9050"))
    assert [each.hex() for each in whole] == ["9041ff", "9051ff"]
    assert rest == b"\x90\x50"


def test_a_camera_hears_what_is_said() -> None:
    assert visca.read_command(visca.zoom_to(0x1234)) == ("zoom", 0x1234)
    assert visca.read_command(visca.inquire("exposure-mode")) == "exposure-mode"
    assert visca.read_command(visca.iris_to(0x0C)) == ("iris", 0x0C)
    assert visca.read_command(visca.iris_wider()) == ("iris-wider", 0)
    assert visca.read_command(bytes.fromhex("81010438 10ff".replace(" ", ""))) is None


def test_numbers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="nibbles"):
        visca.zoom_to(0x10000)
    assert visca.number(b"\x01\x10") is None

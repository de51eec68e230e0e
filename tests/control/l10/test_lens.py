"""A lens behind L10, on a line without a cable: what it is told, and when it is given back."""

import os
from urllib.parse import urlsplit

import pytest

from backfocus.control.l10 import l10
from backfocus.control.l10.l10 import Block, Code
from backfocus.control.l10.lens import L10Remote, SerialLine, said_of
from backfocus.control.polled import NoAnswerError
from backfocus.errors import LensUnreachable, UsageError
from backfocus.guide.axes import Automatic
from backfocus.served.faults import Faults, Luck
from backfocus.served.l10_server import L10Camera
from backfocus.served.pty_line import Say, pty_line
from backfocus.served.virtual_camera import VirtualCamera
from backfocus.sim.settings import parse_sim

SIM = "sim://?zoom=4&size=64x64&zoom_s=0.1&focus_s=0.1&motor="


class Wire:
    """Hands blocks over at once; `damaged` of the next answers are lost."""

    def __init__(self, motor: str) -> None:
        self.now_s = 0.0
        self.camera = VirtualCamera(parse_sim(SIM + motor), lambda: self.now_s)
        self._lens = L10Camera(self.camera, Luck(Faults()))
        self.asked: list[Block] = []
        self.damaged = 0

    def ask(self, block: Block) -> Block | None:
        answers: list[bytes] = []
        self.asked.append(block)
        self._lens.hear(l10.block_bytes(block), answers.append)
        if self.damaged:
            self.damaged -= 1
            return None
        return l10.read_block(b"".join(answers))

    def close(self) -> None:
        """Nothing to let go."""


def lens_on(wire: Wire, **wanted) -> L10Remote:
    return L10Remote(wire, "line", pause=lambda seconds: None, **wanted)


def test_it_waits_until_the_lens_has_set_itself() -> None:
    wire = Wire("focus")
    lens = lens_on(wire)
    assert wire.asked[:3] == [Block(Code.CONNECT)] * 3
    assert lens.title == "line (BACKFOCUS10X-VIRTUAL)"


def test_higher_focus_is_nearer_and_higher_zoom_longer() -> None:
    wire = Wire("focus")
    lens = lens_on(wire)
    lens.automatic(Automatic(focus=False))
    lens.send({"focus": 60_000.0, "zoom": 50_000.0})
    wire.now_s = 5.0
    places = {axis: place for axis, place in lens.look().positions.items() if axis != "iris"}
    assert places == pytest.approx({"focus": 60_000, "zoom": 50_000}, abs=4)  # its own steps are coarser
    low, high = wire.camera.span("focus")
    # the document's 0 is the nearest distance; the virtual lens's higher steps are nearer too
    assert Block(Code.FOCUS_TO, (65_535 - 60_000).to_bytes(2, "big")) in wire.asked
    assert wire.camera.state().positions["focus"] == pytest.approx(
        low + 60_000 / 65_535 * (high - low), abs=1
    )


def test_the_iris_is_taken_from_the_camera_when_it_is_moved_and_given_back() -> None:
    wire = Wire("focus&iris_f=8")
    lens = lens_on(wire)
    lens.automatic(Automatic(exposure=False))
    closed = lens.look().positions["iris"]
    lens.send({"focus": 60_000.0})
    assert wire.ask(Block(Code.SWITCH_4)).data[0] & l10.LOCAL_IRIS, "the focus alone takes no iris"
    lens.send({"iris": 0.0})
    wire.now_s = 5.0
    assert lens.look().positions["iris"] == 0.0 < closed
    assert Block(Code.IRIS_TO, b"\xff\xff") in wire.asked
    assert wire.camera.state().positions["iris"] == wire.camera.span("iris")[0], "open"
    lens.give_back()
    assert wire.ask(Block(Code.SWITCH_4)).data[0] & l10.LOCAL_IRIS


def test_an_iris_counts_as_the_address_says_and_else_a_picture_has_to_tell() -> None:
    assert not lens_on(Wire("focus")).axes["iris"].way_is_told
    assert "iris" not in lens_on(Wire("focus"), iris="no").axes
    for said, number in (("straight", b"\xff\xff"), ("reversed", b"\x00\x00")):
        wire = Wire("focus")
        lens = lens_on(wire, iris=said)
        assert lens.axes["iris"].way_is_told
        lens.send({"iris": 0.0})
        assert wire.asked[-1] == Block(Code.IRIS_TO, number)


@pytest.mark.parametrize("answer", [Block(Code.IRIS), None], ids=["without a place", "silence"])
def test_a_lens_that_does_not_tell_its_iris_keeps_it(answer: Block | None) -> None:
    wire = Wire("focus")
    ask = wire.ask
    wire.ask = lambda block: answer if block.code == Code.IRIS else ask(block)
    lens = lens_on(wire)
    assert set(lens.axes) == {"zoom", "focus"}
    assert set(lens.look().positions) == {"zoom", "focus"}


def test_automatic_functions_go_off_and_come_back() -> None:
    wire = Wire("focus")
    lens = lens_on(wire)
    assert lens.automatic(Automatic(focus=False, exposure=False)) == Automatic(True, True)
    assert wire.camera.state().automatic == Automatic(False, False)
    lens.send({"focus": 30_000.0})
    assert lens.automatic(Automatic(focus=True, exposure=True)) == Automatic(False, False)
    assert wire.camera.state().automatic == Automatic(True, True)


def test_the_handles_get_it_back() -> None:
    wire = Wire("back-focus")
    lens = lens_on(wire, back_focus="yes")
    lens.send({"zoom": 30_000.0})
    assert wire.ask(Block(Code.SWITCH_4)) == Block(
        Code.SWITCH_4, b"\xec"
    )  # focus, zoom and F.f. are the host's
    lens.give_back()
    assert wire.ask(Block(Code.SWITCH_4)) == Block(Code.SWITCH_4, b"\xff")


def test_the_back_focus_moves_only_where_the_address_says_so_and_the_lens_has_one() -> None:
    assert "back-focus" not in lens_on(Wire("back-focus")).axes
    with pytest.raises(LensUnreachable, match="no motor for the back focus"):
        lens_on(Wire("focus"), back_focus="yes")
    wire = Wire("back-focus")
    lens = lens_on(wire, back_focus="reversed")
    lens.send({"back-focus": 65_535.0})
    wire.now_s = 5.0
    assert wire.camera.state().positions["back-focus"] == 0.0


def test_after_a_lost_answer_it_is_called_before_it_is_asked_again() -> None:
    wire = Wire("focus")
    lens = lens_on(wire)
    before = len(wire.asked)
    wire.damaged = 1
    lens.look()
    asked = [block.code for block in wire.asked[before:]]
    assert asked == [Code.ZOOM, Code.CONNECT, Code.ZOOM, Code.FOCUS, Code.IRIS]


def test_a_line_without_a_lens_is_named_and_so_is_one_that_falls_silent() -> None:
    wire = Wire("focus")
    wire.damaged = 99
    with pytest.raises(NoAnswerError, match="cable"):
        lens_on(wire)
    wire.damaged = 0
    lens = lens_on(wire)
    wire.damaged = 99
    with pytest.raises(NoAnswerError):
        lens.look()
    lens.give_back()  # and gives up quietly: the lens goes back to its handles by itself


@pytest.mark.parametrize("query", ["?back-focus=maybe", "?back-focus", "?zoom=no", "?iris=yes"])
def test_what_an_address_cannot_mean_is_refused(query: str) -> None:
    with pytest.raises(UsageError, match=r"back-focus=no\|yes"):
        said_of(urlsplit("l10+serial:///dev/ttyUSB0" + query))


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this machine has no virtual serial lines")
def test_an_answer_that_comes_late_is_not_taken_for_that_of_the_next_question() -> None:
    late: list[bytes] = []

    def hear(data: bytes, say: Say) -> None:
        if data == l10.block_bytes(Block(Code.ZOOM)):
            late.append(l10.block_bytes(Block(Code.ZOOM, b"\x00\x01")))
        else:
            say(b"".join(late) + l10.block_bytes(Block(Code.FOCUS, b"\x00\x02")))

    with pty_line(hear) as path:
        line = SerialLine(path)
        try:
            assert line.ask(Block(Code.ZOOM)) is None
            assert line.ask(Block(Code.FOCUS)) == Block(Code.FOCUS, b"\x00\x02")
        finally:
            line.close()

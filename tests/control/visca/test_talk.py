"""The conversation against a camera that loses, delays and refuses; time is counted, nothing waits."""

import numpy as np
import pytest

from backfocus.control.visca import visca
from backfocus.control.visca.talk import Framing, Talk
from backfocus.control.visca.visca import Ack, Answer, Completed, Kind, Message, Refused, Reply

STEP_S = 0.02


class Camera:
    """Motors that move 200 steps each time it is asked, and answers that may be lost or late.

    `widest`: the number of its open iris.
    """

    widest = 0x11

    def __init__(self, framing: Framing, *, lost: float = 0.0, late: float = 0.0, seed: int = 1) -> None:
        self.talk = Talk(framing)
        self.now_s = 0.0
        self.at = {"zoom": 0, "focus": 5000}
        self.aim = dict(self.at)
        self.commands: list[tuple[str, int]] = []
        self.refuse: list[int] = []
        self.silent = False
        self._lost, self._late = lost, late
        self._rng = np.random.default_rng(seed)
        self._coming: list[tuple[float, bytes]] = []

    def run(self, seconds: float = 20.0) -> None:
        """Until everything stands, or so long."""
        end_s = self.now_s + seconds
        while self.now_s < end_s and not self.talk.lost:
            self.step()
            if self.talk.settled(self.now_s) and self.talk.idle:
                return

    def step(self) -> None:
        self.now_s += STEP_S
        for axis, aim in self.aim.items():
            self.at[axis] += int(np.clip(aim - self.at[axis], -200, 200))
        if (said := self.talk.due(self.now_s)) is not None:
            self._hear(said)
        for item in [each for each in self._coming if each[0] <= self.now_s]:
            self._coming.remove(item)
            self.talk.received(item[1], self.now_s)

    def _hear(self, said: bytes) -> None:
        message = visca.read_message(said) if self.talk.framing == "sony" else Message(0, 0, said)
        assert message is not None
        if message.kind == Kind.CONTROL:
            self._send(visca.message_bytes(Message(Kind.CONTROL_REPLY, message.sequence, b"\x01")))
            return
        heard = visca.read_command(message.payload)
        if isinstance(heard, tuple):
            if self.refuse and heard[0] != "clear":
                self._answer(message, Refused(0, self.refuse.pop()))
                return
            self.commands.append(heard)
            if heard[0] in self.aim:
                self.aim[heard[0]] = heard[1]
            if heard[0] == "iris-wider":
                self.aim["iris"] = min(self.aim["iris"] + 1, self.widest)
            self._answer(message, Ack(1))
            self._answer(message, Completed(1), 0.4)
        elif heard in self.at:
            self._answer(message, Answer(visca.four_nibbles(self.at[heard])))
        else:
            self._answer(message, Answer(b"\x02"))

    def _answer(self, message: Message, reply: Reply, after_s: float = 0.0) -> None:
        packet = bytes(visca.reply_bytes(reply))
        if self.talk.framing == "sony":
            packet = visca.message_bytes(Message(Kind.REPLY, message.sequence, packet))
        self._send(packet, after_s)

    def _send(self, packet: bytes, after_s: float = 0.0) -> None:
        lost, late = self._rng.random(2)
        if not self.silent and lost >= self._lost:
            delay_s = 0.04 + after_s + (0.8 if late < self._late else 0.0)
            self._coming.append((self.now_s + delay_s, packet))


@pytest.mark.parametrize("framing", ["sony", "raw"])
def test_motors_go_and_arrive(framing: Framing) -> None:
    camera = Camera(framing)
    camera.run()
    camera.talk.send("zoom", 1800)
    camera.talk.send("focus", 5300)
    assert not camera.talk.settled(camera.now_s)
    camera.run()
    assert camera.talk.places == {"zoom": 1800, "focus": 5300}
    assert [each for each in camera.commands if each[0] != "clear"] == [("zoom", 1800), ("focus", 5300)]


@pytest.mark.parametrize("seed", range(4))
def test_lost_and_late_answers_are_asked_for_again(seed: int) -> None:
    """A fifth is lost and a fifth comes 0.8 s late: a late place must not be taken for another motor's."""
    camera = Camera("sony", lost=0.2, late=0.2, seed=seed)
    camera.run()
    for aim in (1600, 300, 2000):
        camera.talk.send("zoom", aim)
        camera.talk.send("focus", aim + 6000)
        camera.run(60.0)
        assert camera.talk.places == {"zoom": aim, "focus": aim + 6000}
        assert camera.talk.settled(camera.now_s)
        assert camera.at == camera.aim
    assert not camera.talk.lost


@pytest.mark.parametrize("code", [visca.BUFFER_FULL, visca.NOT_EXECUTABLE])
def test_what_is_refused_for_now_is_said_again(code: int) -> None:
    camera = Camera("sony")
    camera.run()
    camera.refuse = [code] * 3
    camera.talk.send("focus", 5600)
    camera.run()
    assert camera.at["focus"] == 5600
    assert not camera.talk.refused


def test_what_is_refused_for_good_is_told() -> None:
    camera = Camera("sony")
    camera.run()
    camera.refuse = [visca.NOT_EXECUTABLE] * 50
    camera.talk.send("focus", 5600)
    camera.run(10.0)
    assert "cannot carry this out" in camera.talk.refused


@pytest.mark.parametrize("framing", ["sony", "raw"])
def test_a_dead_link_is_told(framing: Framing) -> None:
    camera = Camera(framing)
    camera.run()
    camera.silent = True
    camera.talk.send("zoom", 100)
    camera.run(60.0)
    assert "no answer" in camera.talk.lost
    assert camera.now_s < 40.0
    assert not camera.talk.settled(camera.now_s)


def test_a_newer_wish_takes_the_place_of_an_older_one() -> None:
    camera = Camera("sony")
    camera.run()
    for aim in (100, 200, 900):
        camera.talk.send("zoom", aim)
    camera.run()
    assert camera.commands[-1] == ("zoom", 900)
    assert camera.talk.places["zoom"] == 900


def test_a_camera_that_lost_the_count_is_reset() -> None:
    camera = Camera("sony")
    camera.run()
    camera.talk.send("zoom", 700)
    for _ in range(3):
        camera.step()
    wrong = Message(Kind.CONTROL_REPLY, 0, b"\x0f\x01")
    camera.talk.received(visca.message_bytes(wrong), camera.now_s)
    camera.run()
    assert camera.talk.places["zoom"] == 700


@pytest.mark.parametrize("framing", ["sony", "raw"])
def test_the_end_of_an_older_move_is_not_that_of_the_newest(framing: Framing) -> None:
    camera = Camera(framing)
    camera.run()
    camera.talk.send("zoom", 400)
    for _ in range(8):
        camera.step()
    camera.talk.send("zoom", 12_000)
    while camera.at["zoom"] < 11_000:
        camera.step()
        assert not camera.talk.settled(camera.now_s)


def with_iris(at: int, widest: int, framing: Framing = "sony", **luck: float) -> Camera:
    camera = Camera(framing, **luck)
    camera.widest, camera.at["iris"], camera.aim["iris"] = widest, at, at
    camera.run()
    assert "iris" not in camera.talk.places  # asked for once it is wanted
    camera.talk.ask_iris()
    camera.run()
    assert camera.talk.places["iris"] == at
    return camera


@pytest.mark.parametrize(("at", "widest"), [(8, 0x0C), (5, 0x11), (0x11, 0x11), (0x10, 0x19)])
@pytest.mark.parametrize("framing", ["sony", "raw"])
def test_an_iris_opens_as_far_as_its_camera_lets_it_and_goes_back(
    framing: Framing, at: int, widest: int
) -> None:
    """Makers end at other numbers: none that the camera has not told itself is ever sent."""
    camera = with_iris(at, widest, framing)
    camera.talk.open_iris()
    assert not camera.talk.settled(camera.now_s)
    camera.run()
    assert camera.talk.places["iris"] == camera.at["iris"] == widest
    camera.talk.send("iris", at)
    camera.run()
    assert camera.talk.places["iris"] == camera.at["iris"] == at
    assert [value for name, value in camera.commands if name == "iris"] == [at]


@pytest.mark.parametrize("seed", range(3))
def test_an_iris_opens_though_answers_are_lost_and_late(seed: int) -> None:
    camera = with_iris(4, 0x11, lost=0.2, late=0.2, seed=seed)
    camera.talk.open_iris()
    camera.run(90.0)
    assert camera.talk.places["iris"] == 0x11


def test_an_iris_that_will_not_open_keeps_nothing_from_zoom_and_focus() -> None:
    camera = with_iris(4, 0x11)
    camera.refuse = [visca.NOT_EXECUTABLE] * 50
    camera.talk.open_iris()
    camera.run()
    assert camera.talk.settled(camera.now_s)
    assert camera.talk.places["iris"] == 4
    camera.refuse = []
    camera.talk.send("zoom", 600)
    camera.run()
    assert camera.talk.places["zoom"] == 600
    assert not camera.talk.refused

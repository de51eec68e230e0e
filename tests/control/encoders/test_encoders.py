"""Positions over UDP on this machine: what was sent is what a picture is told."""

import json
import socket
import time

import pytest

from backfocus.control.encoders import freed, opentrackio
from backfocus.control.encoders.encoders import Encoders, check_encoders, open_encoders
from backfocus.control.encoders.freed import Tracked
from backfocus.errors import UsageError
from backfocus.guide.hands import check_hands
from backfocus.measure.reading import RingPosition


def send(encoders: Encoders, *datagrams: bytes) -> None:
    where = encoders._socket.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for each in datagrams:
            sender.sendto(each, where)


def test_zoom_and_focus_of_the_camera_that_was_asked_for() -> None:
    with open_encoders("freed://127.0.0.1:0?camera=2") as encoders:
        assert encoders.position(0.0) is None
        send(
            encoders, b"noise", *(freed.message_bytes(Tracked(camera, 1000 * camera, 7)) for camera in (1, 2))
        )
        assert encoders.wait(5.0)
        assert encoders.position(0.0) == RingPosition(focus_steps=7.0, zoom_steps=2000.0)


def test_opentrackio_says_the_same() -> None:
    text = json.dumps({"lens": {"encoders": {"zoom": 1.0}}}).encode()
    with open_encoders("opentrackio://127.0.0.1:0") as encoders:
        send(encoders, opentrackio.datagram(text))
        assert encoders.wait(5.0)
        assert encoders.position(0.0) == RingPosition(zoom_steps=65535.0)


def test_what_is_old_says_nothing_of_now_and_nothing_waits() -> None:
    now_s = 0.0
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", 0))
    encoders = Encoders(listening, lambda data: RingPosition(zoom_steps=1.0), lambda: now_s)
    try:
        send(encoders, b"x")
        assert encoders.wait(5.0)
        check_hands(lambda: encoders, time.thread_time)
        now_s = 1.1
        assert encoders.position(0.0) is None
    finally:
        encoders.close()


@pytest.mark.parametrize("address", ["osc://:9000", "freed://:99999", "freed://:40000?lens=1", "40000"])
def test_an_address_that_names_no_encoders_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        check_encoders(address)

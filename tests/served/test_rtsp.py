"""Pictures over RTSP and as a transport stream: by hand, and by everybody's players."""

import base64
import hashlib
import shutil
import socket
import subprocess
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import pytest

from backfocus.control.onvif.soap import Login
from backfocus.served.h264 import H264, can_encode, mpeg_ts, parameter_sets
from backfocus.served.rtsp import read_request, read_transport
from backfocus.served.serving import Served, serve_camera
from backfocus.served.virtual_camera import Drawn
from backfocus.sim.settings import parse_sim
from backfocus.video import open_source

pytestmark = pytest.mark.skipif(not can_encode(), reason="this FFmpeg has no x264")

CAMERA = "sim://?motor=focus&zoom=4&size=128x96&fps=50"
PICTURES = 5


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serve_camera(CAMERA) as found:
        yield found


@pytest.fixture(scope="module")
def locked() -> Iterator[Served]:
    with serve_camera(CAMERA, login=Login("kim", "s3cret")) as found:
        yield found


class Film:
    """Pictures that are known, in place of a camera."""

    settings = parse_sim(CAMERA)

    def __init__(self, count: int) -> None:
        rng = np.random.default_rng(1)
        rows, columns = np.mgrid[0:96, 0:128]
        spokes = 128.0 + 80.0 * np.sign(np.sin(16.0 * np.arctan2(rows - 48.0, columns - 64.0)))
        self.pictures = [
            np.asarray(np.clip(spokes + rng.normal(0.0, 2.0, spokes.shape), 16, 235), np.uint8)
            for _ in range(count)
        ]

    def drawn(self) -> Iterator[Drawn]:
        for number, luma in enumerate(self.pictures, start=1):
            yield Drawn(number, number / 50.0, luma)


def test_the_encoder_keeps_edges_and_times() -> None:
    film = Film(30)
    decoder = av.CodecContext.create("h264", "r")
    decoded = []
    for packet in H264(film).packets():
        given = av.Packet(packet.data)
        given.pts, given.time_base = packet.pts, Fraction(1, 90_000)
        decoded += decoder.decode(given)
    decoded += decoder.decode(None)
    assert len(decoded) == len(film.pictures)
    for number, (picture, frame) in enumerate(zip(film.pictures, decoded, strict=True), start=1):
        luma = frame.to_ndarray()[:96].astype(float)
        # the pictures have noise of 2 steps, each its own; the encoder may lose no more, so none is skipped
        assert np.std(luma - picture) < 2.0
        assert frame.pts == number * 90_000 // 50


def test_one_encoder_works_while_anybody_watches_and_who_comes_late_begins_at_a_key(served: Served) -> None:
    video = H264(served.camera)
    first = video.packets()
    assert [next(first).is_key for _ in range(3)] == [True, False, False]
    worker = video._thread
    late = video.packets()
    assert next(late).is_key
    assert video._thread is worker
    first.close()
    late.close()
    for _picture in served.camera.drawn():  # it sees with the next picture that nobody is there
        if video._thread is None:
            break
    again = video.packets()
    assert next(again).is_key
    again.close()


def test_a_transport_stream_is_one_to_a_demuxer() -> None:
    stream = b"".join(mpeg_ts(H264(Film(12)).packets()))
    assert len(stream) % 188 == 0
    assert set(stream[::188]) == {0x47}


def played(*arguments: str) -> int:
    """How many pictures FFmpeg's own player decodes, of the few that it is asked for."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed")
    quick = ("-fflags", "nobuffer", "-probesize", "10000", "-analyzeduration", "100000")
    asked = ("ffmpeg", "-nostdin", "-loglevel", "error", *quick, *arguments)
    done = subprocess.run(
        (*asked, "-frames:v", str(PICTURES), "-f", "framemd5", "-"),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return sum(not line.startswith("#") for line in done.stdout.splitlines())


@pytest.mark.slow
def test_ffmpeg_plays_it_over_udp(served: Served) -> None:
    assert played("-rtsp_transport", "udp", "-i", served.rtsp) == PICTURES


def test_ffmpeg_plays_it_over_tcp_with_the_password(locked: Served) -> None:
    assert played("-rtsp_transport", "tcp", "-i", locked.rtsp.replace("://", "://kim:s3cret@")) == PICTURES


def test_ffmpeg_plays_the_transport_stream(served: Served) -> None:
    assert played("-i", served.ts) == PICTURES


def test_gstreamer_plays_it(served: Served) -> None:
    if shutil.which("gst-launch-1.0") is None:
        pytest.skip("GStreamer is not installed")
    parts = f"rtspsrc location={served.rtsp} latency=0 ! rtph264depay ! h264parse"
    done = subprocess.run(
        ("gst-launch-1.0", "-q", *f"{parts} ! identity eos-after={PICTURES} ! fakesink".split()),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if "no element" in done.stderr:
        pytest.skip(f"GStreamer lacks a part: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr


def test_our_own_source_sees_what_was_drawn(served: Served) -> None:
    source = open_source(served.rtsp)
    try:
        frame = next(iter(source.frames()))
    finally:
        source.close()
    drawn = next(served.camera.drawn())  # the same scene, a little later, with other noise
    assert frame.luma.shape == drawn.luma.shape
    assert np.corrcoef(frame.luma.ravel(), drawn.luma.ravel())[0, 1] > 0.98


class Caller:
    """Someone who speaks RTSP by hand."""

    def __init__(self, served: Served) -> None:
        self.url = served.rtsp
        self._socket = socket.create_connection(("127.0.0.1", served.rtsp_port), 10.0)
        self._stream = self._socket.makefile("rb")
        self._number = 0

    def ask(
        self, method: str, before: bytes = b"", url: str = "", **headers: str
    ) -> tuple[int, dict[str, str]]:
        self._number += 1
        lines = [f"{method} {url or self.url} RTSP/1.0", f"CSeq: {self._number}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._socket.sendall(before + "\r\n".join((*lines, "", "")).encode())
        code = int(self._stream.readline().split()[1])
        found = {}
        while line := self._stream.readline().strip():
            name, _, value = line.decode().partition(":")
            found[name.lower()] = value.strip()
        self._stream.read(int(found.get("content-length", 0)))
        assert found["cseq"] == str(self._number)
        return code, found

    def packet(self) -> tuple[int, bytes]:
        mark, channel, high, low = self._stream.read(4)
        assert mark == 0x24
        return channel, self._stream.read(high << 8 | low)

    def close(self) -> None:
        self._stream.close()
        self._socket.close()


@pytest.fixture
def caller(served: Served) -> Iterator[Caller]:
    found = Caller(served)
    yield found
    found.close()


def test_a_session_by_hand(caller: Caller) -> None:
    assert caller.ask("PLAY")[0] == 455  # nothing is set up
    assert caller.ask("DESCRIBE", url="rtsp://[")[0] == 400
    assert caller.ask("SETUP", Transport="RTP/AVP;multicast")[0] == 461
    assert caller.ask("DESCRIBE", url=f"{caller.url}/else/where")[0] == 404
    assert caller.ask("RECORD")[0] == 501
    code, headers = caller.ask("SETUP", Transport="RTP/AVP/TCP;unicast;interleaved=4-5")
    assert (code, headers["transport"]) == (200, "RTP/AVP/TCP;unicast;interleaved=4-5")
    report = b"$\5\0\4\x80\xc9\0\1"  # of what was received, in between; it is no question
    assert caller.ask("GET_PARAMETER", before=report)[0] == 200
    assert caller.ask("PLAY")[0] == 200
    seen = [caller.packet() for _ in range(8)]
    pictures = [packet for channel, packet in seen if channel == 4]
    assert {channel for channel, _ in seen} <= {4, 5}
    numbers = [int.from_bytes(packet[2:4], "big") for packet in pictures]
    assert numbers == [(numbers[0] + step) % 65536 for step in range(len(numbers))]
    assert {packet[1] & 0x7F for packet in pictures} == {96}


def test_a_password_is_asked_for(locked: Served) -> None:
    caller = Caller(locked)
    try:
        code, headers = caller.ask("DESCRIBE")
        assert code == 401
        asked = dict(part.strip().split("=", 1) for part in headers["www-authenticate"][7:].split(","))
        realm, nonce = asked["realm"].strip('"'), asked["nonce"].strip('"')

        def digest(password: str) -> str:
            def md5(text: str) -> str:
                return hashlib.md5(text.encode()).hexdigest()

            # RFC 2617, 3.2.2.1, in its form without a count
            response = md5(f"{md5(f'kim:{realm}:{password}')}:{nonce}:{md5(f'DESCRIBE:{caller.url}')}")
            return (
                f'Digest username="kim", realm="{realm}", nonce="{nonce}", uri="{caller.url}", '
                f'response="{response}"'
            )

        assert caller.ask("DESCRIBE", Authorization=digest("wrong"))[0] == 401
        plain = base64.b64encode(b"kim:s3cret").decode()
        assert caller.ask("DESCRIBE", Authorization=f"Basic {plain}")[0] == 401
        assert caller.ask("DESCRIBE", Authorization=digest("s3cret"))[0] == 200
    finally:
        caller.close()


def test_what_is_no_question_is_none() -> None:
    assert read_request(b"GET / HTTP/1.1\r\n") is None
    assert read_request(b"\xff\xfe") is None
    assert read_transport("RTP/AVP;unicast;client_port=70000-70001") is None
    assert read_transport("RTP/AVP;multicast, RTP/AVP/TCP;unicast").over_tcp


def test_parameter_sets_are_found_in_a_key_picture() -> None:
    key = next(H264(Film(2)).packets())
    sequence, picture = parameter_sets(key)
    assert (sequence[0] & 0x1F, picture[0] & 0x1F) == (7, 8)

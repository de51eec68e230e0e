"""MJPEG and MPEG-TS over HTTP from servers on this machine, good and bad ones."""

import base64
import io
import threading
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from backfocus.errors import PictureTooLarge, SourceUnreadable
from backfocus.frame import Frame
from backfocus.video import VideoSource, open_source, record

Moving = Callable[..., list[Frame]]
pytestmark = pytest.mark.timeout(60)
DEADLINE_S = 20.0
TIMEOUT_S = 2.5


class Camera:
    """An HTTP server: `answers` gives for each request, in order (the last for all others), what is sent."""

    def __init__(
        self, kind: str, *answers: Callable[[threading.Event], Iterable[bytes]], **head: str
    ) -> None:
        self.stop = threading.Event()
        self.requests = 0
        self.password = ""
        self.status = 200
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                camera.requests += 1
                if camera.password and self.headers.get("Authorization") != camera.password:
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                    self.end_headers()
                    return
                self.send_response(camera.status)
                for name, value in {"Content-Type": kind, **head}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                answer = answers[min(camera.requests, len(answers)) - 1]
                try:
                    for part in answer(camera.stop):
                        self.wfile.write(part)
                except OSError:
                    pass  # the viewer left

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/live"

    def close(self) -> None:
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[..., Camera]]:
    made: list[Camera] = []

    def make(*args: object, **head: str) -> Camera:
        made.append(Camera(*args, **head))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for camera in made:
        camera.close()


@pytest.fixture
def look() -> Iterator[Callable[..., VideoSource]]:
    made: list[VideoSource] = []

    def make(address: str, **options: object) -> VideoSource:
        made.append(open_source(address, timeout_s=TIMEOUT_S, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for source in made:
        source.close()


Serve = Callable[..., Camera]
Look = Callable[..., VideoSource]
MULTIPART = "multipart/x-mixed-replace; boundary=picture"


def jpeg(level: int) -> bytes:
    ok, data = cv2.imencode(".jpg", np.full((48, 64), level, np.uint8))
    assert ok
    return data.tobytes()


def part(level: int) -> bytes:
    picture = jpeg(level)
    return b"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n" % (
        len(picture),
        picture,
    )


def mjpeg(stop: threading.Event, *, fps: float = 50.0) -> Iterator[bytes]:
    """A camera's endless stream: grey that goes from 50 to 200 and round again."""
    for number in count():
        yield part(50 + number % 150)
        if stop.wait(1 / fps):
            return


def stalls_in_a_picture(stop: threading.Event) -> Iterator[bytes]:
    yield from (part(60) for _ in range(20))
    yield part(60)[:200]
    stop.wait(DEADLINE_S)


def breaks_off_in_a_picture(_: threading.Event) -> Iterator[bytes]:
    yield from (part(60) for _ in range(20))
    yield part(60)[:200]


def until(said: list[str], words: str, frames: Iterator[Frame]) -> Frame:
    for frame in frames:
        if any(words in line for line in said):
            return frame
    raise AssertionError(f"no notice with {words!r} in {said}")


def test_mjpeg_gives_pictures_at_full_range(serve: Serve, look: Look) -> None:
    source = look(serve(MULTIPART, mjpeg).address)
    frames = source.frames()
    seen = [next(frames) for _ in range(6)]
    assert source.live
    assert {f.luma.shape for f in seen} == {(48, 64)}
    assert {f.limited for f in seen} == {False}
    assert all(49 <= f.luma.mean() <= 201 for f in seen)  # JPEG: one code value
    times = [f.at_s for f in seen if f.at_s is not None]
    assert times[0] == 0.0
    assert times == sorted(times)


@pytest.fixture
def transport(tmp_path: Path, moving: Moving) -> bytes:
    record(moving(60, limited=True), tmp_path / "a.ts", options={"g": "5", "qp": "10"})
    return (tmp_path / "a.ts").read_bytes()


def test_mpeg_ts_gives_pictures(transport: bytes, serve: Serve, look: Look) -> None:
    def stream(stop: threading.Event) -> Iterator[bytes]:
        for at in range(0, len(transport), 1880):
            yield transport[at : at + 1880]
        stop.wait(DEADLINE_S)

    frames = look(serve("video/mp2t", stream).address).frames()
    first = next(frames)
    assert first.luma.shape == (48, 72)
    assert first.limited


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        pytest.param(stalls_in_a_picture, "no answer within", id="stalls", marks=pytest.mark.slow),
        pytest.param(breaks_off_in_a_picture, "the stream ended", id="breaks off"),
    ],
)
def test_a_stream_that_stops_in_the_middle_of_a_picture_comes_back(
    bad: Callable[[threading.Event], Iterable[bytes]], expected: str, serve: Serve, look: Look
) -> None:
    said: list[str] = []
    source = look(serve(MULTIPART, bad, mjpeg).address, notice=said.append)
    frame = until(said, "connected again", source.frames())
    assert frame.luma.std() < 2  # a whole grey picture, no half one
    assert any("connecting again in 0.5 s" in line for line in said)
    assert expected in said[0] or "damaged" in said[0]


def test_wrong_and_right_credentials(serve: Serve, look: Look) -> None:
    camera = serve(MULTIPART, mjpeg)
    camera.password = "Basic " + base64.b64encode(b"op:secret").decode()
    with pytest.raises(SourceUnreadable, match="wrong user name or password") as refused:
        look(camera.address.replace("//", "//op:oops@"))
    assert "oops" not in str(refused.value)
    source = look(camera.address.replace("//", "//op:secret@"))
    assert next(source.frames()).luma.shape == (48, 64)
    assert "secret" not in source.title


@pytest.mark.parametrize(
    ("status", "expected"), [(404, "nothing at this path"), (403, "forbids"), (500, "answered with an error")]
)
def test_a_camera_that_says_no(status: int, expected: str, serve: Serve, look: Look) -> None:
    camera = serve("text/plain", lambda _: [b"no"])
    camera.status = status
    with pytest.raises(SourceUnreadable, match=expected):
        look(camera.address)


def test_a_web_page_is_not_video(serve: Serve, look: Look) -> None:
    with pytest.raises(SourceUnreadable, match="check that this address gives video") as refused:
        look(serve("text/html", lambda _: [b"<html>log in</html>" * 40]).address)
    assert "\n" not in str(refused.value)


def test_a_single_picture_is_not_a_stream(serve: Serve, look: Look) -> None:
    with pytest.raises(SourceUnreadable, match="a single picture, not a stream"):
        look(serve("image/jpeg", lambda _: [jpeg(90)]).address)


def test_a_recording_is_to_be_downloaded(tmp_path: Path, moving: Moving, serve: Serve, look: Look) -> None:
    record(moving(30), tmp_path / "a.mkv")
    data = (tmp_path / "a.mkv").read_bytes()
    camera = serve("video/x-matroska", lambda _: [data], Content_Length=str(len(data)))
    with pytest.raises(SourceUnreadable, match="a recording, not a live stream: download it"):
        look(camera.address)


def test_a_host_without_a_server(serve: Serve, look: Look) -> None:
    camera = serve(MULTIPART, mjpeg)
    camera.close()
    camera.close = lambda: None  # type: ignore[method-assign]
    with pytest.raises(SourceUnreadable, match="refuses the connection"):
        look(camera.address)


def test_a_server_that_accepts_and_says_nothing(serve: Serve, look: Look) -> None:
    def silent(stop: threading.Event) -> Iterator[bytes]:
        stop.wait(DEADLINE_S)
        yield b""

    with pytest.raises(SourceUnreadable, match="no answer within"):
        look(serve(MULTIPART, silent).address)


def test_sound_only(serve: Serve, look: Look) -> None:
    memory = io.BytesIO()
    with av.open(memory, "w", format="mpegts") as container:
        stream = container.add_stream("mp2", rate=48000)
        for n in range(40):
            sound = av.AudioFrame("s16", "stereo", 1152)
            sound.rate, sound.pts = 48000, n * 1152
            container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    with pytest.raises(SourceUnreadable, match="holds no picture, only sound"):
        look(serve("video/mp2t", lambda _: [memory.getvalue()]).address)


def test_a_picture_beyond_the_limit_ends_it_at_once(serve: Serve, look: Look) -> None:
    with pytest.raises(PictureTooLarge, match="limit of megapixels"):
        for _ in look(serve(MULTIPART, mjpeg).address, max_megapixels=0.001).frames():
            pass


def test_no_playlist_leads_to_a_file_of_this_machine(serve: Serve, look: Look, tmp_path: Path) -> None:
    record([Frame(luma=np.full((48, 64), 90, np.uint8), index=n) for n in range(50)], tmp_path / "a.ts")

    def playlist(_: threading.Event) -> Iterator[bytes]:
        yield f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{tmp_path}/a.ts\n".encode()

    with pytest.raises(SourceUnreadable):
        look(serve("application/vnd.apple.mpegurl", playlist).address)

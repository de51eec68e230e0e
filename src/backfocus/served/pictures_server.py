"""Pictures over HTTP: a stream of JPEGs, as nearly every network camera has one."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .virtual_camera import VirtualCamera

PATH = "/video.mjpg"
BOUNDARY = "picture"


class PicturesServer(ThreadingHTTPServer):
    """MJPEG at `PATH`; anything else says where it is."""

    daemon_threads = True

    def __init__(self, host: str, port: int, camera: VirtualCamera) -> None:
        self.camera = camera
        super().__init__((host, port), _Answering)


class _Answering(BaseHTTPRequestHandler):
    """One caller."""

    server: PicturesServer

    def do_GET(self) -> None:
        """Pictures until the caller goes."""
        if self.path.partition("?")[0] != PATH:
            self._tell(404, f"The virtual camera of backfocus: pictures are at {PATH}\n")
            return
        self.send_response(200)
        self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY}")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        try:
            for picture in self.server.camera.jpegs():
                head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                self.wfile.write(head.encode("ascii") + picture + b"\r\n")
        except OSError:
            return

    def _tell(self, code: int, words: str) -> None:
        data = words.encode()
        self.send_response(code)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name of the one it stands for
        """Nothing: what is asked for may hold a password."""

"""VISCA from the camera's side: what it answers, and sockets for UDP and TCP."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import Any

from ..control.visca import visca
from ..control.visca.visca import Ack, Answer, Completed, Kind, Message, Refused, Reply
from ..guide.axes import Automatic, AxisName
from .faults import Luck
from .virtual_camera import VirtualCamera

SOCKETS = 2
"""Commands that are carried out side by side; one more is refused with a full buffer."""
VERSION = bytes((0x00, 0x20, 0x05, 0x22, 0x01, 0x00, SOCKETS))
COMPLETE_EVERY_S = 0.02
IRIS_OPEN = 0x19
"""The iris of this camera, open; 0 is closed. Most end lower; a driver may not count on that."""
IN_A_PRESET: tuple[AxisName, ...] = ("zoom", "focus")
"""No camera keeps its back focus there: a recall would undo its setting."""

Say = Callable[[Reply], None]


class ViscaCamera:
    """A virtual camera that understands VISCA, whatever carries the packets."""

    def __init__(self, camera: VirtualCamera, luck: Luck) -> None:
        self._camera, self._luck = camera, luck
        self._exposure_mode = visca.EXPOSURE_AUTO
        self._busy: set[int] = set()
        self._presets: dict[int, dict[AxisName, float]] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def close(self) -> None:
        """End what waits."""
        self._stop.set()

    def hear(self, packet: bytes, say: Say) -> None:
        """Take in a packet; `say` is called with each answer, perhaps later and from another thread."""
        heard = visca.read_command(packet)
        is_command = isinstance(heard, tuple)
        fate = self._luck.fate(self._camera.now_s(), is_command=is_command)
        if not fate.answered:
            say = _nothing
        elif fate.late_s:
            say = self._later(say, fate.late_s)
        if heard is None:
            say(Refused(0, 0x02))
        elif fate.refused is not None:
            say(Refused(0, fate.refused))
        elif isinstance(heard, tuple):
            self._carry_out(heard[0], heard[1], say)
        else:
            say(Answer(self._answer(heard)))

    def _later(self, say: Say, late_s: float) -> Say:
        def saying(reply: Reply) -> None:
            timer = threading.Timer(late_s, say, (reply,))
            timer.daemon = True
            timer.start()

        return saying

    def _answer(self, asked: visca.Asked) -> bytes:
        state = self._camera.state()
        match asked:
            case "zoom" | "focus":
                return visca.four_nibbles(round(state.positions[asked]))
            case "iris":
                return visca.four_nibbles(self._iris())
            case "focus-mode":
                return bytes((visca.AUTO if state.automatic.focus else visca.MANUAL,))
            case "exposure-mode":
                return bytes((self._exposure_mode,))
            case "version":
                return VERSION

    def _carry_out(self, what: visca.Command, value: int, say: Say) -> None:
        match what:
            case "zoom" | "focus":
                self._drive(what, float(value), say)
                return
            case "iris" | "iris-wider":
                wanted = value if what == "iris" else min(self._iris() + 1, IRIS_OPEN)
                low, high = self._camera.span("iris")
                self._drive("iris", high - wanted / IRIS_OPEN * (high - low), say)
                return
            case "focus-mode":
                self._camera.automatic(Automatic(focus=value == visca.AUTO))
            case "exposure-mode":
                self._exposure_mode = value
                self._camera.automatic(Automatic(exposure=value != visca.EXPOSURE_MANUAL))
            case "memory-set":
                positions = self._camera.state().positions
                self._presets[value] = {axis: positions[axis] for axis in IN_A_PRESET}
            case "memory-recall" if value in self._presets:
                for axis, place in self._presets[value].items():
                    self._camera.move(axis, place)
            case "memory-recall":
                say(Refused(1, visca.NOT_EXECUTABLE))
                return
            case "clear":
                with self._lock:
                    self._busy.clear()
                say(Completed(0))
                return
        say(Ack(1))
        say(Completed(1))

    def _iris(self) -> int:
        """As this camera counts: more is wider open."""
        return round((1.0 - self._camera.share("iris")) * IRIS_OPEN)

    def _drive(self, axis: AxisName, value: float, say: Say) -> None:
        with self._lock:
            sockets = [number for number in range(1, SOCKETS + 1) if number not in self._busy]
            if not sockets:
                say(Refused(0, visca.BUFFER_FULL))
                return
            socket = sockets[0]
            low, high = self._camera.span(axis)
            if not low <= value <= high or self._camera.move(axis, value) is not None:
                say(Refused(socket, visca.NOT_EXECUTABLE))
                return
            self._busy.add(socket)
        say(Ack(socket))
        threading.Thread(target=self._complete, args=(socket, say), daemon=True).start()

    def _complete(self, socket: int, say: Say) -> None:
        while not self._camera.state().settled:
            if self._stop.wait(COMPLETE_EVERY_S):
                return
        with self._lock:
            self._busy.discard(socket)
        say(Completed(socket))


def _nothing(_reply: Reply) -> None:
    """An answer that is lost."""


def sony_answers(camera: ViscaCamera, datagram: bytes, send: Callable[[bytes], None]) -> None:
    """Take in a datagram with Sony's head, and answer under the same number."""
    message = visca.read_message(datagram)
    if message is None:
        return
    if message.kind == Kind.CONTROL:
        send(visca.message_bytes(Message(Kind.CONTROL_REPLY, message.sequence, b"\x01")))
        return

    def say(reply: Reply) -> None:
        payload = bytes(visca.reply_bytes(reply))
        send(visca.message_bytes(Message(Kind.REPLY, message.sequence, payload)))

    camera.hear(message.payload, say)


class UdpServer(socketserver.ThreadingUDPServer):
    """VISCA over IP as Sony has it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, camera: ViscaCamera) -> None:
        self._visca = camera
        super().__init__((host, port), socketserver.BaseRequestHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """One datagram."""
        data, socket = request
        sony_answers(self._visca, data, lambda answer: _sent(socket.sendto, answer, client_address))


class TcpServer(socketserver.ThreadingTCPServer):
    """Raw VISCA over TCP, as PTZOptics and others have it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, camera: ViscaCamera) -> None:
        self._visca = camera
        super().__init__((host, port), socketserver.BaseRequestHandler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """One connection to its end."""
        for packet in _packets(request):
            self._visca.hear(packet, lambda reply: _sent(request.sendall, bytes(visca.reply_bytes(reply))))


class SerialCamera:
    """VISCA over a serial line."""

    def __init__(self, camera: ViscaCamera) -> None:
        self._visca = camera
        self._rest = b""

    def hear(self, data: bytes, send: Callable[[bytes], None]) -> None:
        """Take in bytes."""
        whole, self._rest = visca.packets(self._rest + data)
        for packet in whole:
            self._visca.hear(packet, lambda reply: _sent(send, bytes(visca.reply_bytes(reply))))


def _packets(connection: Any) -> Iterator[bytes]:
    rest = b""
    while True:
        try:
            data = connection.recv(2048)
        except OSError:
            return
        if not data:
            return
        whole, rest = visca.packets(rest + data)
        yield from whole


def _sent(send: Callable[..., object], *arguments: object) -> None:
    """Send an answer; the one who asked may have gone."""
    try:
        send(*arguments)
    except OSError:
        return

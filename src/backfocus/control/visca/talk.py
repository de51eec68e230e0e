"""A conversation in VISCA, without a socket: what to send and when, and what the answers mean.

One request at a time waits for its first answer; an answer that does not come is asked for again, and one
that comes late is known by its sequence number (Sony) or cannot be mixed up because nothing is asked again
(raw: a stream loses nothing). Where the motors stand is asked all the time, so that `state` never waits: a
completion may be lost, a place that no longer changes is as good.

Time is an argument; nothing here looks at a clock.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from . import visca
from .visca import Ack, Answer, Asked, Completed, Kind, Message, Refused

Framing = Literal["sony", "raw"]
Motor = Literal["zoom", "focus", "iris"]

AGAIN_S: dict[Framing, float] = {"sony": 0.5, "raw": 4.0}
"""No answer for so long: it is asked again."""
MOST_TRIES = 6
FULL_PAUSE_S = 0.15
"""Before a command is said again to a camera whose buffer was full, or that could not carry it out."""
MOST_REFUSALS = 12
ASK_EVERY_S = 0.05
AT_PLACE: dict[Motor, int] = {"zoom": 4, "focus": 4, "iris": 0}
"""Steps from its aim at which a motor that stands still has arrived."""
STANDS_S = 0.6
"""A motor whose place has not changed for so long stands, wherever it is."""
OPEN_S = 0.4
"""An iris that was told to open a step and has not moved for so long is as open as it goes."""
MOST_WIDER = 64
"""Steps that an iris may be told to open: twice as many as the most that is believed of one."""
STEADY = 1
"""Answers that repeat the one before: some cameras say that a move is over when it begins."""
MOTORS: tuple[Motor, ...] = ("zoom", "focus")
"""Those that are asked all the time. The iris is asked while it moves: it does not by itself."""
SEQUENCES = 2**32


@dataclass(slots=True)
class _Request:
    """A packet that waits for its first answer; `what`: the motor or mode it is about."""

    packet: bytes
    kind: Kind
    what: str
    number: int = 0
    tries: int = 0
    refusals: int = 0
    sequence: int = -1
    sent_s: float = 0.0
    not_before_s: float = 0.0


@dataclass(slots=True)
class _Track:
    """What is known of one motor.

    `near`: steps from its aim within which it has arrived. `opening`: of an iris that opens, how many more
    steps it may be told to; `before`: where it stood when it was told the last one.
    """

    aim: int | None = None
    number: int = 0
    said: bool = True
    completed: bool = True
    place: int | None = None
    asked_s: float = -1e9
    changed_s: float = -1e9
    steady: int = 0
    near: int = 0
    opening: int = 0
    before: int | None = None


@dataclass(slots=True)
class Talk:
    """The conversation with one camera.

    Attributes
    ----------
    lost : str
        Why it is over; "" while it goes on.
    refused : str
        What the camera would not carry out; "" where it did all.
    modes : dict
        What was last answered about focus and exposure modes.
    """

    framing: Framing
    camera: int = 1
    lost: str = ""
    refused: str = ""
    modes: dict[str, int] = field(default_factory=dict)
    _sequence: int = 0
    _queue: deque[_Request] = field(default_factory=deque)
    _waiting: _Request | None = None
    _commands: int = 0
    _running: dict[int, _Request] = field(default_factory=dict)
    _sockets: dict[int, _Request] = field(default_factory=dict)
    _tracks: dict[str, _Track] = field(
        default_factory=lambda: {motor: _Track(near=AT_PLACE[motor]) for motor in MOTORS}
    )

    def __post_init__(self) -> None:
        if self.framing == "sony":
            self._queue.append(_Request(visca.RESET, Kind.CONTROL, "reset"))
        self._queue.append(_Request(visca.clear(self.camera), Kind.COMMAND, "clear"))

    # What is wanted ---------------------------------------------------------------------------------------

    def send(self, motor: Motor, steps: int) -> None:
        """Send a motor somewhere; an older wish for it that is not said yet is dropped."""
        made: dict[Motor, Callable[[int, int], bytes]] = {
            "zoom": visca.zoom_to,
            "focus": visca.focus_to,
            "iris": visca.iris_to,
        }
        track = self._tracks[motor]
        track.aim, track.opening = steps, 0
        self._order(motor, made[motor](steps, self.camera))

    def open_iris(self) -> None:
        """Open the iris step by step until it opens no further."""
        track = self._tracks["iris"]
        track.aim, track.opening = None, MOST_WIDER
        self._widen(track)

    def ask_iris(self) -> None:
        """Ask where the iris stands; a camera that answers has one."""
        self._queue.append(_Request(visca.inquire("iris", self.camera), Kind.INQUIRY, "iris"))

    def _widen(self, track: _Track) -> None:
        track.opening, track.before = track.opening - 1, track.place
        self._order("iris", visca.iris_wider(self.camera))

    def _order(self, motor: Motor, packet: bytes) -> None:
        """Say a command to a motor, in place of one that is not said yet."""
        self._queue = deque(each for each in self._queue if each.what != motor or each.kind != Kind.COMMAND)
        self._commands += 1
        self._queue.append(_Request(packet, Kind.COMMAND, motor, self._commands))
        track = self._tracks[motor]
        track.number = self._commands
        track.said = track.completed = False
        track.steady = 0

    def set_mode(self, which: Literal["focus-mode", "exposure-mode"], mode: int) -> None:
        """Switch a mode, and ask what it is afterwards."""
        make = visca.focus_mode if which == "focus-mode" else visca.exposure_mode
        self._queue.append(_Request(make(mode, self.camera), Kind.COMMAND, which))
        self.ask(which)

    def store(self, number: int) -> None:
        """Keep where the camera stands as a preset."""
        self._queue.append(_Request(visca.memory_set(number, self.camera), Kind.COMMAND, "preset"))

    def ask(self, what: Asked) -> None:
        """Ask for something once; what was answered before is forgotten."""
        self.modes.pop(what, None)
        self._queue.append(_Request(visca.inquire(what, self.camera), Kind.INQUIRY, what))

    # What is known ----------------------------------------------------------------------------------------

    @property
    def places(self) -> dict[Motor, int]:
        """Where the motors stand, as far as it was answered."""
        motors: tuple[Motor, ...] = (*MOTORS, "iris")
        known = ((motor, self._tracks[motor].place) for motor in motors if motor in self._tracks)
        return {motor: place for motor, place in known if place is not None}

    @property
    def idle(self) -> bool:
        """Whether all that was wanted was said and answered; where the motors stand is asked for ever."""
        waiting = self._waiting
        return not self._queue and (
            waiting is None or (waiting.kind == Kind.INQUIRY and waiting.what in self._tracks)
        )

    @property
    def is_storing(self) -> bool:
        """Whether a preset was taken on, and its end is not told yet."""
        taken_on = self._sockets if self.framing == "raw" else self._running
        return any(each.what == "preset" for each in taken_on.values())

    def settled(self, now_s: float) -> bool:
        """Whether every motor stands where its last move took it."""
        return all(self._stands(track, now_s) for track in self._tracks.values())

    def _stands(self, track: _Track, now_s: float) -> bool:
        if track.place is None or not track.said or track.opening:
            return False
        near = track.aim is None or abs(track.place - track.aim) <= track.near
        if track.completed and near:
            return track.steady >= STEADY
        return track.steady >= STEADY and (near or track.completed) and now_s - track.changed_s > STANDS_S

    # The wire ---------------------------------------------------------------------------------------------

    def due(self, now_s: float) -> bytes | None:
        """What to send now; None for nothing."""
        if self.lost:
            return None
        if self._waiting is not None:
            late = now_s - self._waiting.sent_s > AGAIN_S[self.framing]
            return self._say(self._waiting, now_s) if late else None
        request = self._next(now_s)
        return None if request is None else self._say(request, now_s)

    def _next(self, now_s: float) -> _Request | None:
        for request in self._queue:
            if request.not_before_s <= now_s:
                self._queue.remove(request)
                return request
        motors: list[Motor] = [*MOTORS]
        if "iris" in self._tracks and not self._stands(self._tracks["iris"], now_s):
            motors.append("iris")
        motor = min(motors, key=lambda each: self._tracks[each].asked_s)
        track = self._tracks[motor]
        if now_s - track.asked_s < ASK_EVERY_S:
            return None
        track.asked_s = now_s
        return _Request(visca.inquire(motor, self.camera), Kind.INQUIRY, motor)

    def _say(self, request: _Request, now_s: float) -> bytes | None:
        if request.tries >= MOST_TRIES:
            self.lost = f"no answer to {request.tries} messages"
            return None
        request.tries, request.sent_s = request.tries + 1, now_s
        self._waiting = request
        if self.framing == "raw":
            return request.packet
        request.sequence = 0 if request.kind == Kind.CONTROL else self._sequence
        self._sequence = 0 if request.kind == Kind.CONTROL else (self._sequence + 1) % SEQUENCES
        return visca.message_bytes(Message(request.kind, request.sequence, request.packet))

    def packet_in(self, data: bytes) -> bytes | None:
        """The packet that goes over the wire inside `data`; None for a word about the wire itself."""
        if self.framing == "raw":
            return data
        message = visca.read_message(data)
        is_packet = message is not None and message.kind not in (Kind.CONTROL, Kind.CONTROL_REPLY)
        return message.payload if message is not None and is_packet else None

    def received(self, data: bytes, now_s: float) -> None:
        """Take in one packet (raw) or one datagram (Sony)."""
        if self.framing == "raw":
            self._heard(data, None, now_s)
            return
        message = visca.read_message(data)
        if message is None:
            return
        if message.kind == Kind.CONTROL_REPLY:
            self._control(message)
        elif message.kind == Kind.REPLY:
            self._heard(message.payload, message.sequence, now_s)

    def _control(self, message: Message) -> None:
        """RESET is acknowledged; any other control reply complains of the sequence number, so begin again."""
        if self._waiting is not None and self._waiting.kind == Kind.CONTROL:
            self._waiting, self._sequence = None, 1
        elif message.payload[:1] == b"\x0f" and self._waiting is not None:
            again, self._waiting = self._waiting, None
            self._queue.appendleft(again)
            self._queue.appendleft(_Request(visca.RESET, Kind.CONTROL, "reset"))

    def _heard(self, packet: bytes, sequence: int | None, now_s: float) -> None:
        reply = visca.read_reply(packet)
        if isinstance(reply, Completed):
            self._completed(reply, sequence, now_s)
            return
        waiting = self._waiting
        if reply is None or waiting is None or (sequence is not None and sequence != waiting.sequence):
            return
        match reply:
            case Ack(socket) if waiting.kind == Kind.COMMAND:
                self._waiting = None
                self._sockets[socket] = self._running[waiting.sequence] = waiting
                if (track := self._track_of(waiting)) is not None:
                    track.said, track.changed_s = True, now_s
            case Answer(answer) if waiting.kind == Kind.INQUIRY:
                self._waiting = None
                self._answered(waiting.what, answer, waiting.sent_s, now_s)
            case Refused():
                self._waiting = None
                self._was_refused(waiting, reply, now_s)

    def _completed(self, reply: Completed, sequence: int | None, now_s: float) -> None:
        """A command is over; that of an older wish says nothing of the newest one."""
        over = (
            self._sockets.pop(reply.socket, None) if sequence is None else self._running.pop(sequence, None)
        )
        waiting = self._waiting
        if (
            over is None  # some cameras complete without an ACK
            and waiting is not None
            and waiting.kind == Kind.COMMAND
            and sequence in (None, waiting.sequence)
        ):
            over, self._waiting = waiting, None
        track = None if over is None else self._track_of(over)
        if track is not None:
            track.said = track.completed = True
            track.steady, track.changed_s = 0, now_s

    def _track_of(self, request: _Request) -> _Track | None:
        """The motor whose newest command this is; None for an older one, and for what is no motor's."""
        track = self._tracks.get(request.what)
        return track if track is not None and track.number == request.number else None

    def _is_queued(self, what: str) -> bool:
        return any(each.what == what and each.kind == Kind.COMMAND for each in self._queue)

    def _answered(self, what: str, answer: bytes, asked_s: float, now_s: float) -> None:
        place = visca.number(answer) if len(answer) == 4 else None
        if what == "iris" and place is not None:
            self._tracks.setdefault("iris", _Track(near=AT_PLACE["iris"]))
        track = self._tracks.get(what)
        if track is None:
            if answer and what != "iris":
                self.modes[what] = answer[0]
            return
        if place is None:
            return
        track.steady = track.steady + 1 if place == track.place else 0
        if place != track.place:
            track.place, track.changed_s = place, now_s
        if track.opening and track.said:
            self._go_on_opening(track, now_s)

    def _go_on_opening(self, track: _Track, now_s: float) -> None:
        """A step more where the last one has opened the iris, else that was all."""
        if track.before is None or (track.place or 0) > track.before:
            self._widen(track)
        elif now_s - track.changed_s > OPEN_S:
            track.opening, track.completed = 0, True

    def _was_refused(self, request: _Request, reply: Refused, now_s: float) -> None:
        """Say it again a little later where that may help, and say so where it does not."""
        request.refusals, request.tries = request.refusals + 1, 0
        may_help = reply.code in (visca.BUFFER_FULL, visca.NOT_EXECUTABLE)
        if may_help and request.refusals < MOST_REFUSALS:
            request.not_before_s = now_s + FULL_PAUSE_S
            if not self._is_queued(request.what):
                self._queue.append(request)
            return
        if request.kind == Kind.COMMAND and request.what == "iris":
            # where it stands then is told, and whether that will do is seen there: zoom and focus still go
            track = self._tracks["iris"]
            track.opening, track.aim, track.said, track.completed = 0, None, True, True
        elif request.kind == Kind.COMMAND and request.what != "clear":
            self.refused = f"{request.what}: {reply.words}"

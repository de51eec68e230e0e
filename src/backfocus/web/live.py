"""One viewer: what is newest goes down when there is room for it, messages come up.

The page answers every message with its number. Only so many may be on the way at once; meanwhile the newest
state and the newest picture replace older ones, so a slow phone sees fewer pictures, never old ones, and
nothing queues up.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ..errors import BackfocusError, UsageError
from . import messages
from .callers import LET_IN_WITH, caller_of
from .controls import GONE_S, Controls, arrived, asked, handed_over, left
from .session_host import SessionHost
from .state import Shown, Told, changed, sections

STATES_ON_THE_WAY = 6
PICTURES_ON_THE_WAY = 2
MOST_VIEWERS = 40
MOST_OF_ONE = 8
"""So many pages may be open with one cookie."""
DOZING_S = 10.0
"""A page that has not answered for this long, when answers are due, gives way where there is no room."""


MESSAGES_A_SECOND = 500
"""More than a page sends while a ring is dragged on a fast screen; the rest has to wait."""
LONGEST_REFUSAL = 300


@dataclass(eq=False)
class Viewer:
    """One open page. `name` outlives a reload; `sent` and `seen` number its messages.

    `goes`: takes it out of its room. `cookie`: what it was let in with, "" where none is asked for.
    `heard_s`: when it last said something. `watches`: it shows the meter alone, can never hold the controls,
    and needs no picture.
    """

    name: str
    socket: WebSocket
    cookie: str = ""
    heard_s: float = 0.0
    watches: bool = False
    goes: Callable[[], None] = lambda: None
    room: asyncio.Event = field(default_factory=asyncio.Event)
    told: Told = field(default_factory=Told)
    sent: int = 0
    states: list[int] = field(default_factory=list)
    pictures: list[int] = field(default_factory=list)
    picture: int = 0
    second_s: float = 0.0
    in_second: int = 0

    @property
    def owes_an_answer(self) -> bool:
        """Whether something was sent to it that it has not answered yet."""
        return bool(self.states or self.pictures)

    def saw(self, number: int) -> None:
        """Everything up to `number` arrived."""
        self.states = [each for each in self.states if each > number]
        self.pictures = [each for each in self.pictures if each > number]
        self.room.set()


class Hub:
    """Everybody who looks on in one room, and who holds the controls.

    Parameters
    ----------
    title : str
        What the room is called; "" for the first one.
    everybody : set of Viewer | None
        Those of all rooms: so many there is place for in all. None: there is no other room.
    close : callable | None
        Closes this room; None where it stays open.
    """

    def __init__(
        self,
        session_host: SessionHost,
        clock: Callable[[], float] = time.monotonic,
        *,
        title: str = "",
        everybody: set[Viewer] | None = None,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.session_host = session_host
        self.controls = Controls()
        self._viewers: set[Viewer] = set()
        self._everybody = set() if everybody is None else everybody
        self._title = title
        self._close = close
        self._is_closed = False
        self._closing: set[asyncio.Task[None]] = set()
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._cut: tuple[Shown, dict[str, Any]] | None = None

    def open(self) -> None:
        """From now on the session host wakes the viewers; call in the server's event loop."""
        self._loop = asyncio.get_running_loop()
        self.session_host.wake = self._wake_from_anywhere

    def wake(self) -> None:
        """There is something new to show."""
        for viewer in self._viewers:
            viewer.room.set()

    @property
    def count(self) -> int:
        """How many look on; those that only watch are not counted."""
        return len({each.name for each in self._viewers if not each.watches})

    @property
    def is_led(self) -> bool:
        """Whether somebody holds the controls."""
        return not self.controls.is_free(self._clock())

    async def close(self) -> None:
        """Put everybody out, and end the source."""
        self._is_closed = True
        for viewer in tuple(self._viewers):
            self._put_out(viewer, 1001, "the room was closed")
        await asyncio.to_thread(self.session_host.close)

    async def welcome(self, socket: WebSocket) -> None:
        """Serve one page until it is gone."""
        await socket.accept()
        viewer: Viewer | None = None
        sender: asyncio.Task[None] | None = None
        # gone; RuntimeError: found out while sending
        with suppress(WebSocketDisconnect, RuntimeError):
            try:
                viewer = await self._enter(socket)
                if viewer is None:
                    return
                sender = asyncio.create_task(self._send_newest(viewer))
                while True:
                    await self._obey(viewer)
                    await self._pace(viewer)
            finally:
                if sender is not None:
                    sender.cancel()
                    with suppress(asyncio.CancelledError):
                        await sender
                if viewer is not None:
                    self._leave(viewer)

    async def _enter(self, socket: WebSocket) -> Viewer | None:
        """The viewer after its first message, which must be a hello; None if it was not, or without room."""
        try:
            hello = messages.parse_message(await _heard(socket))
        except UsageError:
            hello = None
        if not isinstance(hello, messages.Hello):
            await socket.close(1008, "a page says hello first")
            return None
        if (caller := caller_of(socket.scope)) is not None:
            caller.said()
        name = hello.viewer if len(hello.viewer) >= 16 else secrets.token_urlsafe(16)
        cookie = socket.scope.get("state", {}).get(LET_IN_WITH, "")
        viewer = Viewer(name, socket, cookie, self._clock(), hello.watches)
        viewer.goes = lambda: self._leave(viewer)
        if self._is_closed:
            await socket.close(1001, "the room was closed")
            return None
        if not self._has_room(viewer):
            await socket.close(1013, "too many viewers")
            return None
        self._viewers.add(viewer)
        self._everybody.add(viewer)
        if not viewer.watches:
            self.controls = arrived(self.controls, viewer.name, self._clock())
        self.wake()
        return viewer

    def _has_room(self, viewer: Viewer) -> bool:
        """Whether there is room for one more page; one that gives way for it is closed."""
        while (other := gives_way(self._everybody, viewer)) is not viewer:
            if other is None:
                return True
            self._put_out(other, 1013, "another page was opened")
        return False

    def _put_out(self, viewer: Viewer, code: int, why: str) -> None:
        viewer.goes()
        # not awaited: it may be one that takes nothing
        closing = asyncio.create_task(viewer.socket.close(code, why))
        self._closing.add(closing)
        closing.add_done_callback(self._closed)

    def _closed(self, closing: asyncio.Task[None]) -> None:
        self._closing.discard(closing)
        if not closing.cancelled():
            closing.exception()  # gone meanwhile: nothing to be told

    def _leave(self, viewer: Viewer) -> None:
        self._viewers.discard(viewer)
        self._everybody.discard(viewer)
        if not any(each.name == viewer.name for each in self._viewers):
            self.controls = left(self.controls, viewer.name, self._clock())
            asyncio.get_running_loop().call_later(GONE_S, self.wake)  # then they are free, and all are told
        self.wake()

    # Down -------------------------------------------------------------------------------------------------

    async def _send_newest(self, viewer: Viewer) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # gone while sending
            while viewer.socket.client_state is WebSocketState.CONNECTED:
                await self._send_state(viewer)
                await self._send_picture(viewer)
                await viewer.room.wait()
                viewer.room.clear()

    async def _send_state(self, viewer: Viewer) -> None:
        if len(viewer.states) >= STATES_ON_THE_WAY:
            return
        now = {"room": self._title, **self._sections(), "controls": self._controls_for(viewer)}
        message = changed(viewer.told, now)
        if message:
            viewer.sent += 1
            viewer.states.append(viewer.sent)
            text = json.dumps({"number": viewer.sent, **message}, separators=(",", ":"))
            await viewer.socket.send_text(text)

    def _sections(self) -> dict[str, Any]:
        """What is shown now, cut once for all viewers."""
        shown = self.session_host.shown
        if self._cut is None or self._cut[0] is not shown:
            self._cut = shown, sections(shown)
        return self._cut[1]

    async def _send_picture(self, viewer: Viewer) -> None:
        picture, count = self.session_host.picture, self.session_host.pictures
        if viewer.watches or len(viewer.pictures) >= PICTURES_ON_THE_WAY:
            return
        if picture is None or count == viewer.picture:
            return
        viewer.picture = count
        viewer.sent += 1
        viewer.pictures.append(viewer.sent)
        await viewer.socket.send_bytes(picture.packed(viewer.sent))

    def _controls_for(self, viewer: Viewer) -> dict[str, Any]:
        controls = self.controls
        mine = controls.holder == viewer.name
        return {
            "viewer": viewer.name,
            "mine": mine,
            "asked": bool(controls.asking) and mine,
            "asking": controls.asking == viewer.name,
            "free": controls.is_free(self._clock()),
            "viewers": self.count,
        }

    def _wake_from_anywhere(self) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the server is closing
                self._loop.call_soon_threadsafe(self.wake)

    # Up ---------------------------------------------------------------------------------------------------

    async def _obey(self, viewer: Viewer) -> None:
        """Do what a page sends next; what cannot be meant is answered in words to that page alone."""
        try:
            message = messages.parse_message(await _heard(viewer.socket))
            viewer.heard_s = self._clock()
            if isinstance(message, messages.Seen):
                viewer.saw(message.number)
            elif viewer.watches:
                raise UsageError("this page only watches: open the guide to do something")
            elif isinstance(message, messages.OPEN_TO_ALL) or viewer.name == self.controls.holder:
                await self._carry_out(viewer, message)
            else:
                raise UsageError("another viewer holds the controls: ask for them first")
        except BackfocusError as error:
            await viewer.socket.send_text(
                json.dumps({"refused": error.spelt(messages.on_the_page)[:LONGEST_REFUSAL]})
            )

    async def _pace(self, viewer: Viewer) -> None:
        """Let everybody else have their turn, where one page sends without end."""
        now_s = self._clock()
        if now_s - viewer.second_s >= 1.0:
            viewer.second_s, viewer.in_second = now_s, 0
        viewer.in_second += 1
        if viewer.in_second >= MESSAGES_A_SECOND:
            await asyncio.sleep(viewer.second_s + 1.0 - now_s)

    async def _carry_out(self, viewer: Viewer, message: messages.Message) -> None:
        session_host = self.session_host
        # threads of their own: those that serve pages and reports may all be taken
        match message:
            case messages.Ask():
                self.controls = asked(self.controls, viewer.name, self._clock())
                self.wake()
            case messages.HandOver(yes=yes):
                self.controls = handed_over(self.controls, viewer.name, yes=yes)
                self.wake()
            case messages.Look(choice=choice):
                await asyncio.to_thread(session_host.look, choice)
            case messages.Begin(notes=notes):
                await asyncio.to_thread(session_host.begin, notes)
            case messages.Resume(session=number):
                await asyncio.to_thread(session_host.resume, number)
            case messages.Leave():
                await asyncio.to_thread(session_host.leave)
            case messages.Close():
                if self._close is None:
                    raise UsageError("this room stays open: it is the first one")
                await self._close()
            case messages.Wake():
                await asyncio.to_thread(session_host.retry)
            case messages.Say() | messages.Note():
                await asyncio.to_thread(session_host.say, message)
            case messages.TellTurn(first_turn=first_turn):
                await asyncio.to_thread(session_host.tell_first_turn, first_turn)
            case messages.Turn():
                session_host.turn(message)
            case messages.Aim(x=x, y=y):
                session_host.aim(x, y)


def gives_way(viewers: Collection[Viewer], comes: Viewer) -> Viewer | None:
    """Who goes, so that `comes` has room: nobody, another, or `comes` itself if all others are awake.

    Of the pages opened with one cookie the one silent longest goes: the newest is in somebody's hand.
    """
    same = [each for each in viewers if comes.cookie and each.cookie == comes.cookie]
    if len(same) >= MOST_OF_ONE:
        return min(same, key=lambda each: each.heard_s)
    if len(viewers) < MOST_VIEWERS:
        return None
    dozing = [each for each in viewers if each.owes_an_answer and comes.heard_s - each.heard_s >= DOZING_S]
    return min(dozing, key=lambda each: each.heard_s, default=comes)


async def _heard(socket: WebSocket) -> str:
    """What a page says next; UsageError if it is not text."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message["code"])
    text = message.get("text")
    if text is None:
        raise UsageError("messages of a page are text")
    return str(text)

"""The rooms of the page: the first one, which `/` leads to, and those opened beside it, one session each.

A room has an address of its own, `/room/NAME`; those who may open the page may open rooms and enter them.
Its source ends with it, and its session stays open in the store like any other.
"""

import asyncio
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..errors import BackfocusError, UsageError
from ..show.view import stage_name
from ..solve.titles import verdict_title
from .live import Hub, Viewer
from .messages import Choice, printable
from .pages import LONGEST_NAME
from .session_host import FIRST_ROOM, SessionHost
from .state import Shown

Json = dict[str, Any]

MOST_ROOMS = 8
"""Beside the first. Each measures pictures without end while it has a source."""
LONGEST_TITLE = 60
_IDLE = {"setup": "no source yet", "opening": "opening the source", "looking": "before the start"}


@dataclass(frozen=True, slots=True)
class Room:
    """`name`: the end of its address, "" for the first one; `title`: what people call it."""

    name: str
    title: str
    hub: Hub

    @property
    def address(self) -> str:
        """Where it is on this server."""
        return f"/room/{self.name}" if self.name else "/"

    def as_json(self) -> Json:
        """As the list of rooms has it."""
        host = self.hub.session_host
        shown = host.shown
        return {
            "title": self.title,
            "address": self.address,
            "first": not self.name,
            "phase": shown.phase,
            "state": state_words(shown),
            "source": shown.source,
            "rig": shown.rig,
            "viewers": self.hub.count,
            "picture": host.pictures if host.picture else None,
            "closable": bool(self.name) and not self.hub.is_led,
        }


class Rooms:
    """All rooms of one server; to be used in its event loop.

    Parameters
    ----------
    first : SessionHost
        Of the room that `/` leads to; the others are made after it.
    """

    def __init__(self, first: SessionHost) -> None:
        self._everybody: set[Viewer] = set()
        self._first = Room("", FIRST_ROOM, Hub(first, everybody=self._everybody))
        self._rooms: dict[str, Room] = {}

    def start(self) -> None:
        """Begin to serve the first room."""
        self._first.hub.open()

    def find(self, name: str = "") -> Room | None:
        """The room of this name; None if there is none (any more)."""
        return self._rooms.get(name) if name else self._first

    def listed(self) -> list[Json]:
        """All of them, the first one first, then as they were opened."""
        return [room.as_json() for room in self._all()]

    async def open(self, title: str, choice: Choice | None = None) -> Room:
        """The room of this title, opened where there is none yet, and what it shows at first.

        Raises
        ------
        UsageError
            If the title cannot be one, there are `MOST_ROOMS` already, or the choice cannot be meant.
        """
        title = _title(title)
        known = self._called(title)
        if known is not None:
            return known
        room = self._made(title)
        if choice is not None:
            await self._begun(room, partial(room.hub.session_host.look, choice))
        return room

    async def left_open(self) -> list[Json]:
        """The sessions that nobody finished and no room leads, each with the room that it was begun in."""
        found = await asyncio.to_thread(self._first.hub.session_host.left_open)
        led = {room.hub.session_host.shown.session_id for room in self._all()}
        return [each for each in found if each["session"] not in led]

    async def take_up(self, number: int) -> Room:
        """Open a room again with the session that it was left with; a room that is busy is left alone.

        Raises
        ------
        UsageError
            If it is over, led elsewhere or of another camera, its source is looked at in another room, or
            there are `MOST_ROOMS` already.
        """
        left = next((each for each in await self.left_open() if each["session"] == number), None)
        if left is None:
            raise UsageError("that session is not left open any more, or a room leads it: look at the list")
        title = _title(left["room"] or left["title"])
        known = self._called(title)
        if known is not None and known.hub.session_host.shown.phase == "setup":
            await asyncio.to_thread(known.hub.session_host.resume, number)
            return known
        room = self._made(title if known is None else f"{title[: LONGEST_TITLE - 12]} ({number})")
        await self._begun(room, partial(room.hub.session_host.resume, number))
        return room

    def _called(self, title: str) -> Room | None:
        return next((room for room in self._rooms.values() if room.title == title), None)

    def _made(self, title: str) -> Room:
        if len(self._rooms) >= MOST_ROOMS:
            raise UsageError(f"{MOST_ROOMS} rooms are open: close one first")
        host = self._first.hub.session_host.beside(title)
        name = next(each for each in _names(title) if each not in self._rooms)
        hub = Hub(host, title=title, everybody=self._everybody, close=lambda: self._close(name))
        room = self._rooms[name] = Room(name, title, hub)
        hub.open()
        return room

    async def _begun(self, room: Room, begin: Callable[[], None]) -> None:
        """Do what a new room begins with; no room is left behind where that cannot be."""
        try:
            await asyncio.to_thread(begin)
        except BackfocusError:
            await self._close(room.name)
            raise

    async def close(self, name: str) -> None:
        """Close a room in which nobody holds the controls.

        Raises
        ------
        UsageError
            If somebody does, or there is no such room.
        """
        room = self._rooms.get(name)
        if room is None:
            raise UsageError("there is no such room any more")
        if room.hub.is_led:
            raise UsageError(f"somebody holds the controls in the room {room.title}: it is closed there")
        await self._close(name)

    async def end(self) -> None:
        """End the sources of all rooms: the server goes."""
        await asyncio.gather(*(asyncio.to_thread(room.hub.session_host.close) for room in self._all()))

    async def _close(self, name: str) -> None:
        if (room := self._rooms.pop(name, None)) is not None:
            await room.hub.close()

    def _all(self) -> tuple[Room, ...]:
        return self._first, *self._rooms.values()


def state_words(shown: Shown) -> str:
    """How far a room has got, in a few words."""
    session = shown.session
    if shown.phase == "lost":
        return shown.trouble
    if shown.phase == "over" and session is not None and session.results:
        return verdict_title(session.results[-1].verdict.kind)
    if session is not None and shown.phase in ("guiding", "over"):
        return stage_name(session)
    return _IDLE.get(shown.phase, "")


def _title(text: str) -> str:
    """What a room is called, without spaces around it; UsageError if nobody could read it."""
    title = printable(text)
    if title is None:
        raise UsageError("there are letters in the room's name that cannot be printed")
    if not title:
        raise UsageError("give the room a name")
    return title[:LONGEST_TITLE]


def _names(title: str) -> Iterator[str]:
    """Ends of an address for a title, the plain one first, then numbered ones."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:LONGEST_NAME].rstrip("-") or "room"
    yield name
    for number in range(2, MOST_ROOMS + 2):
        yield f"{name[: LONGEST_NAME - 3]}-{number}"

"""The addresses of rooms: their pages and lines, what there is to choose in them, and the list of all."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query, WebSocket
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from ..errors import StoreError
from ..session.cameras import learned_in
from ..session.store import Store
from . import cameras
from .messages import Choice
from .offers import offered, rigs_with_source
from .pages import LONGEST_NAME, ROOM_NAME, ROOM_PAGES, STATIC
from .rooms import LONGEST_TITLE, Room, Rooms
from .session_host import SessionHost

Invite = Callable[[str], dict[str, str] | None]
Name = Annotated[str, Path(pattern=f"^{ROOM_NAME}$")]
Title = Annotated[str, Query(max_length=LONGEST_TITLE)]
_GONE = "there is no such room any more: open it again on the page of cameras"


def add_rooms(app: FastAPI, rooms: Rooms, store_address: str | None, invite: Invite) -> None:
    """All that has to do with rooms; the first one has no name, and is asked for below `/api`."""
    _add_pages(app, rooms)
    _add_lines(app, rooms)
    _add_choices(app, rooms, store_address)
    _add_list(app, rooms, store_address)

    @app.post("/api/invite")
    def invited(room: Annotated[str, Query(max_length=LONGEST_NAME)] = "") -> dict[str, str]:
        return invite(_room(rooms, room).address) or {}


def _add_pages(app: FastAPI, rooms: Rooms) -> None:
    for ending, file in ROOM_PAGES.items():
        app.add_api_route(
            f"/room/{{name}}{ending}", _page(rooms, file), methods=["GET", "HEAD"], include_in_schema=False
        )


def _page(rooms: Rooms, file: str) -> Callable[[str], FileResponse]:
    def page(name: Name) -> FileResponse:
        # a room that is gone has its page too: there it is said, and where to open it again
        return FileResponse(STATIC / file, status_code=200 if rooms.find(name) else 404)

    return page


def _add_lines(app: FastAPI, rooms: Rooms) -> None:
    @app.websocket("/live")
    async def first(socket: WebSocket) -> None:
        await _room(rooms).hub.welcome(socket)

    @app.websocket("/room/{name}/live")
    async def live(socket: WebSocket, name: str) -> None:
        room = rooms.find(name)
        if room is None:
            await socket.close(1008)
        else:
            await room.hub.welcome(socket)


def _add_choices(app: FastAPI, rooms: Rooms, store_address: str | None) -> None:
    def learned() -> list[str]:
        try:
            return [each.name for each in learned_in(store_address)]
        except StoreError:  # beginning a session says what is wrong with it
            return []

    def host(name: str) -> SessionHost:
        return _room(rooms, name).hub.session_host

    @app.get("/api/offers")
    def first_offers() -> dict[str, Any]:
        return offered(host("").given, learned())

    @app.get("/room/{name}/offers")
    def offers(name: Name) -> dict[str, Any]:
        return offered(host(name).given, learned())

    @app.get("/api/left-open")
    def first_left_open() -> list[dict[str, Any]]:
        return host("").left_open()

    @app.get("/room/{name}/left-open")
    def left_open(name: Name) -> list[dict[str, Any]]:
        return host(name).left_open()

    @app.get("/api/picture.jpg")
    def first_picture() -> Response:
        return _picture(host(""))

    @app.get("/room/{name}/picture.jpg")
    def picture(name: Name) -> Response:
        return _picture(host(name))


def _add_list(app: FastAPI, rooms: Rooms, store_address: str | None) -> None:
    @app.get("/api/rooms")
    async def listed() -> dict[str, Any]:
        given = _room(rooms).hub.session_host.given
        return {"rooms": rooms.listed(), "rigs": rigs_with_source(given)}

    @app.post("/api/rooms")
    async def opened(title: Title) -> dict[str, str]:
        return {"address": (await rooms.open(title)).address}

    @app.post("/api/rooms/rig")
    async def of_a_rig(name: Title) -> dict[str, str]:
        return {"address": (await rooms.open(name, Choice("rig", name))).address}

    @app.post("/api/rooms/camera")
    async def of_a_camera(session: Annotated[int, Query(ge=1, le=2**31 - 1)]) -> dict[str, str]:
        title, choice = await run_in_threadpool(_of_camera, store_address, session)
        return {"address": (await rooms.open(title, choice)).address}

    @app.get("/api/rooms/left-open")
    async def left_open() -> list[dict[str, Any]]:
        return await rooms.left_open()

    @app.post("/api/rooms/left-open")
    async def taken_up(session: Annotated[int, Query(ge=1, le=2**31 - 1)]) -> dict[str, str]:
        return {"address": (await rooms.take_up(session)).address}

    @app.post("/api/rooms/{name}/close")
    async def closed(name: Name) -> dict[Literal["closed"], str]:
        await rooms.close(name)
        return {"closed": name}


def _of_camera(store_address: str | None, session_id: int) -> tuple[str, Choice | None]:
    with Store.open(store_address) as store:
        return cameras.choice_of(store, session_id)


def _room(rooms: Rooms, name: str = "") -> Room:
    room = rooms.find(name)
    if room is None:
        raise HTTPException(404, _GONE)
    return room


def _picture(host: SessionHost) -> Response:
    picture = host.picture
    if picture is None:
        raise HTTPException(404, "there is no picture yet")
    return Response(picture.whole, media_type="image/jpeg")

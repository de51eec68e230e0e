"""The addresses of the page. Everything is served from the package; nothing names a file of this machine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from ..chart import chart_pdf, chart_svg, make_chart, parse_paper, plan_chart
from ..errors import BackfocusError, StoreError
from ..optics.profiles import camera, lens
from ..report import mark_rules
from ..session.store import Store
from . import cameras, results
from .guard import Guard
from .messages import on_the_page
from .pages import PAGES, STATIC
from .presses import Presses
from .room_addresses import Invite, add_rooms
from .rooms import LONGEST_TITLE, MOST_ROOMS, Rooms
from .session_host import SessionHost

PAPERS = ("A4", "A3", "A2", "A1", "A0", "Letter", "Tabloid")
SessionId = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""As large as every kind of store can hold."""
PictureNumber = Annotated[int, Path(ge=0, le=10_000)]
_WORDS = {
    "distance_m": "the distance must be a number of metres, above 0 and below 1000",
    "title": f"the name of a room has at most {LONGEST_TITLE} letters",
}


def make_app(
    session_host: SessionHost,
    *,
    store_address: str | None = None,
    invite: Invite = lambda _page: None,
    guard: Callable[[ASGIApp], ASGIApp] = Guard,
) -> ASGIApp:
    """The page for one session host, and for the rooms that are opened beside it, behind its guard.

    Parameters
    ----------
    invite : callable
        Gives the address and QR code of a page for one more viewer, None where none is needed.
    guard : callable
        Puts the door in front; see `Guard`.
    """
    rooms = Rooms(session_host)

    @asynccontextmanager
    async def open_rooms(_app: FastAPI) -> AsyncIterator[None]:
        # else there are as many threads as cores allow, and rooms that wait for their source take them all
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * (MOST_ROOMS + 1)))
        rooms.start()
        yield
        await rooms.end()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=open_rooms)
    presses = Presses()
    _add_pages(app)
    _add_refusals(app)
    add_rooms(app, rooms, store_address, invite)
    _add_chart(app, presses)
    _add_results(app, store_address)
    _add_cameras(app, store_address)
    _add_reports(app, store_address, presses)
    return guard(app)


def _add_pages(app: FastAPI) -> None:
    for path, name in PAGES.items():
        app.add_api_route(path, _page(name), methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")


def _add_refusals(app: FastAPI) -> None:
    """Whatever cannot be done is said in one sentence."""

    @app.exception_handler(BackfocusError)
    def refused(_request: Request, error: BackfocusError) -> JSONResponse:
        missing = isinstance(error, StoreError)
        return JSONResponse({"refused": error.spelt(on_the_page)}, status_code=404 if missing else 400)

    @app.exception_handler(RequestValidationError)
    def meaningless(_request: Request, error: RequestValidationError) -> JSONResponse:
        name = str(error.errors()[0]["loc"][-1])
        words = _WORDS.get(name, f"{name} is not right in this address")
        return JSONResponse({"refused": words}, status_code=422)

    @app.exception_handler(HTTPException)
    def none(_request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"refused": error.detail}, status_code=error.status_code, headers=error.headers)


def _page(name: str) -> Callable[[], FileResponse]:
    def page() -> FileResponse:
        return FileResponse(STATIC / name)

    return page


def _add_chart(app: FastAPI, presses: Presses) -> None:
    @app.get("/chart.pdf")
    async def pdf(
        paper: Annotated[str, Query(max_length=20)] = "A3",
        distance_m: Annotated[float | None, Query(gt=0, lt=1000, allow_inf_nan=False)] = None,
        camera_name: Annotated[str, Query(max_length=80, alias="camera")] = "",
        lens_name: Annotated[str, Query(max_length=80, alias="lens")] = "",
    ) -> Response:
        return await presses.run(lambda: _chart_pdf(paper, distance_m, camera_name, lens_name))

    @app.get("/chart.svg")
    async def svg(paper: Annotated[str, Query(max_length=20)] = "A3") -> Response:
        return await presses.run(
            lambda: Response(chart_svg(make_chart(parse_paper(paper))), media_type="image/svg+xml")
        )

    @app.get("/api/papers")
    def papers() -> list[str]:
        return list(PAPERS)


def _chart_pdf(paper: str, distance_m: float | None, camera_name: str, lens_name: str) -> Response:
    sheet = parse_paper(paper)
    if distance_m is not None and camera_name and lens_name:
        body, glass = camera(camera_name), lens(lens_name)
        words = f"{body.title}, {glass.title}"
        plan = plan_chart(distance_m, body.pixel_um, glass.wide_mm, glass.near_m, paper=sheet, made_for=words)
        drawing = plan.chart
    else:
        drawing = make_chart(sheet, distance_m=distance_m)
    return _download(chart_pdf(drawing), "application/pdf", f"backfocus-star-{sheet.name}.pdf")


def _add_results(app: FastAPI, store_address: str | None) -> None:
    @app.get("/api/sessions")
    def sessions() -> list[dict[str, Any]]:
        with Store.open(store_address) as store:
            return results.listed(store)

    @app.get("/api/drifts")
    def drifts() -> list[dict[str, Any]]:
        with Store.open(store_address) as store:
            return results.drifts(store)

    @app.get("/marks.css")
    def marks() -> Response:
        return Response(mark_rules(), media_type="text/css")

    @app.get("/api/sessions/{session_id}")
    def session(session_id: SessionId) -> dict[str, Any]:
        with Store.open(store_address) as store:
            return results.one(store, session_id)

    @app.get("/api/sessions/{session_id}/pictures/{number}.png")
    def picture(session_id: SessionId, number: PictureNumber) -> Response:
        with Store.open(store_address) as store:
            return Response(results.picture(store, session_id, number), media_type="image/png")

    @app.get("/api/sessions/{session_id}/compared")
    def compared(session_id: SessionId) -> list[dict[str, Any]]:
        with Store.open(store_address) as store:
            return results.compared(store, session_id)


def _add_cameras(app: FastAPI, store_address: str | None) -> None:
    """The wall of cameras with motors, and what Prometheus asks for."""

    @app.get("/api/cameras")
    def wall() -> list[dict[str, Any]]:
        with Store.open(store_address) as store:
            return cameras.walled(store)

    @app.get("/api/cameras/{session_id}/{name}")
    def picture(session_id: SessionId, name: Literal["whole", "target"]) -> Response:
        with Store.open(store_address) as store:
            found = cameras.picture(store, session_id, name)
        return Response(found, media_type="image/jpeg" if name == "whole" else "image/png")

    @app.get("/metrics")
    def metrics() -> Response:
        with Store.open(store_address) as store:
            return Response(cameras.metrics(store), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_reports(app: FastAPI, store_address: str | None, presses: Presses) -> None:
    @app.get("/report/{session_id}.html")
    async def html(session_id: SessionId) -> Response:
        return await report(session_id, "html", "text/html; charset=utf-8", _html)

    @app.get("/report/{session_id}.json")
    async def plain(session_id: SessionId) -> Response:
        return await report(session_id, "json", "application/json", _json)

    @app.get("/report/{session_id}.pdf")
    async def pdf(session_id: SessionId) -> Response:
        return await report(session_id, "pdf", "application/pdf", results.as_pdf)

    async def report(
        session_id: int, ending: str, kind: str, write: Callable[[Store, int], bytes]
    ) -> Response:
        def draw() -> Response:
            with Store.open(store_address) as store:
                return _download(write(store, session_id), kind, f"backfocus-{session_id}.{ending}")

        return await presses.run(draw)


def _html(store: Store, session_id: int) -> bytes:
    return results.as_html(store, session_id).encode()


def _json(store: Store, session_id: int) -> bytes:
    return bytes(JSONResponse(results.as_json(store, session_id)).body)


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(
        content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )

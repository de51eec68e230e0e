"""The addresses of the page. Everything is served from the package; nothing names a file of this machine."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, WebSocket
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from ..chart import chart_pdf, chart_svg, make_chart, parse_paper, plan_chart
from ..errors import BackfocusError, StoreError
from ..optics.profiles import camera, lens
from ..session.store import Store
from . import results
from .guard import Guard
from .live import Hub
from .offers import offered
from .session_host import SessionHost

STATIC = Path(str(resources.files(__package__) / "static"))
PAGES = {"/": "index.html", "/results": "results.html", "/chart": "chart.html"}
PAPERS = ("A4", "A3", "A2", "A1", "A0", "Letter", "Tabloid")
Invite = Callable[[], dict[str, str] | None]


def make_app(
    session_host: SessionHost,
    *,
    store_address: str | None = None,
    invite: Invite = lambda: None,
    guard: Callable[[ASGIApp], ASGIApp] = Guard,
) -> ASGIApp:
    """The page for one session host, behind its guard.

    Parameters
    ----------
    invite : callable
        Gives the address and QR code for one more viewer, None where none is needed.
    guard : callable
        Puts the door in front; see `Guard`.
    """
    hub = Hub(session_host)

    @asynccontextmanager
    async def open_room(_app: FastAPI) -> AsyncIterator[None]:
        hub.open()
        yield
        session_host.close()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=open_room)
    _add_pages(app)
    _add_chart(app)
    _add_results(app, store_address)

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        await hub.welcome(socket)

    @app.get("/api/offers")
    def offers() -> dict[str, Any]:
        return offered(session_host.given)

    @app.post("/api/invite")
    def invited() -> dict[str, str]:
        return invite() or {}

    return guard(app)


def _add_pages(app: FastAPI) -> None:
    for path, name in PAGES.items():
        app.add_api_route(path, _page(name), methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")

    @app.exception_handler(BackfocusError)
    def refused(_request: Request, error: BackfocusError) -> JSONResponse:
        missing = isinstance(error, StoreError)
        return JSONResponse({"refused": str(error)}, status_code=404 if missing else 400)


def _page(name: str) -> Callable[[], FileResponse]:
    def page() -> FileResponse:
        return FileResponse(STATIC / name)

    return page


def _add_chart(app: FastAPI) -> None:
    @app.get("/chart.pdf")
    def pdf(
        paper: Annotated[str, Query(max_length=20)] = "A3",
        distance_m: Annotated[float | None, Query(gt=0, lt=1000)] = None,
        camera_name: Annotated[str, Query(max_length=80, alias="camera")] = "",
        lens_name: Annotated[str, Query(max_length=80, alias="lens")] = "",
    ) -> Response:
        sheet = parse_paper(paper)
        if distance_m is not None and camera_name and lens_name:
            body, glass = camera(camera_name), lens(lens_name)
            words = f"{body.title}, {glass.title}"
            plan = plan_chart(
                distance_m, body.pixel_um, glass.wide_mm, glass.near_m, paper=sheet, made_for=words
            )
            drawing = plan.chart
        else:
            drawing = make_chart(sheet, distance_m=distance_m)
        return _download(chart_pdf(drawing), "application/pdf", f"backfocus-star-{sheet.name}.pdf")

    @app.get("/chart.svg")
    def svg(paper: Annotated[str, Query(max_length=20)] = "A3") -> Response:
        return Response(chart_svg(make_chart(parse_paper(paper))), media_type="image/svg+xml")

    @app.get("/api/papers")
    def papers() -> list[str]:
        return list(PAPERS)


def _add_results(app: FastAPI, store_address: str | None) -> None:
    @app.get("/api/sessions")
    def sessions() -> list[dict[str, Any]]:
        with Store.open(store_address) as store:
            return results.listed(store)

    @app.get("/api/sessions/{session_id}")
    def session(session_id: int) -> dict[str, Any]:
        with Store.open(store_address) as store:
            return results.one(store, session_id)

    @app.get("/api/sessions/{session_id}/pictures/{number}.png")
    def picture(session_id: int, number: int) -> Response:
        with Store.open(store_address) as store:
            return Response(results.picture(store, session_id, number), media_type="image/png")

    @app.get("/report/{session_id}.html")
    def html(session_id: int) -> Response:
        with Store.open(store_address) as store:
            return _download(
                results.as_html(store, session_id).encode(),
                "text/html; charset=utf-8",
                f"backfocus-{session_id}.html",
            )

    @app.get("/report/{session_id}.json")
    def plain(session_id: int) -> Response:
        with Store.open(store_address) as store:
            found = JSONResponse(results.as_json(store, session_id))
        return _download(bytes(found.body), "application/json", f"backfocus-{session_id}.json")

    @app.get("/report/{session_id}.pdf")
    def pdf(session_id: int) -> Response:
        with Store.open(store_address) as store:
            return _download(
                results.as_pdf(store, session_id), "application/pdf", f"backfocus-{session_id}.pdf"
            )


def _download(content: bytes, kind: str, name: str) -> Response:
    return Response(
        content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )

"""`backfocus serve`: the guide on a web page."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from . import options
from .crash import crash_line

SourceIfAny = Annotated[
    str | None,
    typer.Argument(
        metavar="[SOURCE]",
        help="As everywhere; without it the source is chosen on the page.",
        show_default=False,
    ),
]
Practice = Annotated[bool, typer.Option("--practice", help="A virtual camera with rings to drag.")]
Port = Annotated[int, typer.Option("--port", help="Where to listen; 0: any free port.", min=0, max=65535)]
Lan = Annotated[bool, typer.Option("--lan", help="Open to the local network, for a phone.")]
Media = Annotated[
    Path | None,
    typer.Option(
        "--media", help="A folder of recordings that may be chosen on the page.", show_default=False
    ),
]


def serve(
    source: SourceIfAny = None,
    practice: Practice = False,
    port: Port = 8080,
    lan: Lan = False,
    media: Media = None,
    camera: options.CameraName = None,
    lens: options.LensName = None,
    pixel_um: options.PixelUm = None,
    f_number: options.FNumber = None,
    transfer: options.Transfer = "auto",
    max_megapixels: options.MaxMegapixels = options.MAX_MEGAPIXELS,
    shims: options.Shims = None,
    store: options.StoreUrl = None,
) -> None:
    """Set the back focus from a page, also on a phone.

    On this machine, or with --lan from a phone on the tripod.

    Examples:

      backfocus serve --practice

      backfocus serve rtsp://192.0.2.10/stream --lan --camera b4-hd --lens canon-cj20ex7.8b

    Ctrl-C keeps the session; the same command takes it up again.
    """
    from functools import partial

    import platformdirs

    from ..video.source import open_source
    from ..web.messages import Choice
    from ..web.offers import Given, missing_media
    from ..web.serving import serve as run
    from ..web.session_host import SessionHost

    if practice and source:
        raise UsageError("--practice brings its own camera: leave the source out")
    choice = None
    if practice or source:
        choice = Choice(
            "practice" if practice else "given",
            source or "",
            camera or "",
            lens or "",
            pixel_um,
            f_number or "",
            transfer,
            options.shims_um(shims),
        )
    given = Given(choice, missing_media(media) if media else None)
    session_host = SessionHost(store, given, opens=partial(open_source, max_megapixels=max_megapixels))
    if choice is not None and not session_host.resume_latest():
        session_host.look(choice)
    elif choice is None:
        session_host.resume_latest()
    key_file = platformdirs.user_data_path("backfocus") / "page.key"
    try:
        run(
            session_host,
            port=port,
            lan=lan,
            store_address=store,
            say=typer.echo,
            key_file=key_file,
            fault=crash_line,
        )
    finally:
        session_host.close()

"""`backfocus serve`: the guide on a web page."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from . import options
from .crash import crash_line

Practice = Annotated[bool, typer.Option("--practice", help="A virtual camera with rings to drag.")]
Port = Annotated[
    int, typer.Option("--port", metavar="PORT", help="The port to use; 0 for any free one.", min=0, max=65535)
]
Lan = Annotated[bool, typer.Option("--lan", help="Let phones on the local network in.")]
Media = Annotated[
    Path | None,
    typer.Option(
        "--media",
        metavar="FOLDER",
        help="A folder of recordings to choose from on the page.",
        show_default=False,
    ),
]


@options.with_rig("no_ring", "shims", "um_per_degree")
def serve(
    asked: options.Asked,
    practice: Practice = False,
    port: Port = 8080,
    lan: Lan = False,
    media: Media = None,
    store: options.StoreUrl = None,
) -> None:
    """Set the back focus on a web page, also on a phone.

    Opens on this machine only; with --lan also on a phone on the tripod.

    Examples:

      backfocus serve --practice

      backfocus serve rtsp://192.0.2.10/stream --lan --camera b4-hd --lens canon-cj20ex7.8b

    Ctrl-C keeps the session; the page then offers to go on with it.
    """
    if practice and asked.options.source:
        raise UsageError("--practice brings its own camera: leave the source out")
    serve_page(asked, practice=practice, port=port, lan=lan, media=media, store=store)


def serve_page(
    asked: options.Asked,
    *,
    practice: bool = False,
    port: int,
    lan: bool,
    media: Path | None = None,
    store: str | None,
) -> None:
    """Serve the page until interrupted."""
    import platformdirs

    from ..web.messages import Choice
    from ..web.offers import Given, missing_media
    from ..web.serving import serve as run
    from ..web.session_host import SessionHost

    options.rig_of(asked.options, asked.said)  # what cannot be meant is said here, not on the page
    store = options.store_of(store, asked.config)
    said = asked.options
    choice = None
    if practice:
        choice = Choice("practice")
    elif said.source:
        choice = Choice("given", said.source, replace(said, source=None, max_megapixels=None))
    folder = missing_media(media) if media else None
    given = Given(choice, folder, asked.config, said.max_megapixels)
    session_host = SessionHost(store, given)
    if choice is not None:
        session_host.look(choice)
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

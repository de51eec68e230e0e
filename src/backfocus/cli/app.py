"""The command line: one file per command, and one place where errors become one line and an exit code."""

import inspect
import re
import sys
from typing import Annotated

import typer

from .. import __version__
from ..errors import BackfocusError, SourceError, StoreError, UsageError
from . import chart, check, demo, devices, guide, history, measure, profiles, serve

EPILOG = """Examples:

  backfocus demo                         see the whole procedure without a camera

  backfocus chart star.pdf --paper A3    print the target

  backfocus guide rtsp://192.0.2.10/stream --camera b4-hd --lens canon-cj20ex7.8b

  backfocus check clip.mp4 --pixel-um 5 --f-number 1.8
"""


def _unwrapped(text: str) -> str:
    """Help whose examples stay on lines of their own, to be copied."""
    return re.sub(r"^(?= *backfocus )", "\b\n", inspect.cleandoc(text), flags=re.MULTILINE)


app = typer.Typer(
    name="backfocus",
    help="Set and prove the back focus of a zoom lens, in micrometres, from the camera's own picture.",
    epilog=_unwrapped(EPILOG),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"backfocus {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


for _command in (
    demo.demo,
    chart.chart,
    measure.measure,
    check.check,
    guide.guide,
    serve.serve,
    history.history,
    history.report,
    profiles.profiles,
    devices.devices,
):
    app.command(_command.__name__, help=_unwrapped(_command.__doc__ or ""))(_command)


def main() -> None:
    """Run the command line; every failure ends in one line on stderr and the exit code of the design."""
    try:
        app(standalone_mode=True)
    except UsageError as error:
        _fail(error, 2)
    except (SourceError, StoreError) as error:
        _fail(error, 3)
    except KeyboardInterrupt:
        sys.stderr.write("\nbackfocus: interrupted\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _fail(error: BackfocusError, code: int) -> None:
    sys.stderr.write(f"backfocus: {error}\n")
    sys.exit(code)

"""The command line: one file per command, and one place where errors become one line and an exit code."""

import inspect
import re
import sys
import threading
from typing import Annotated

import typer

from .. import __version__
from ..errors import (
    BackfocusError,
    LensError,
    OutputError,
    PipeClosed,
    SourceError,
    StoreError,
    StoreUnwritable,
    UsageError,
)
from ..redaction import redact
from . import (
    auto,
    camera,
    chart,
    check,
    config,
    demo,
    devices,
    doctor,
    guide,
    history,
    hold,
    measure,
    options,
    output,
    profiles,
    serve,
)
from .crash import crash_line

EPILOG = """Examples:

  backfocus demo                         see the whole procedure without a camera

  backfocus chart star.pdf --paper A3    print the target

  backfocus guide rtsp://192.0.2.10/stream --camera b4-hd --lens canon-cj20ex7.8b

  backfocus check clip.mp4 --pixel-um 5 --f-number 1.8
"""


LONGEST_WORD = 320
"""Characters of a word, such as a path, that an error line shows whole."""


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
    add_completion=True,
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
    auto.auto,
    camera.camera,
    hold.hold,
    history.history,
    history.report,
    profiles.profiles,
    config.config,
    devices.devices,
    doctor.doctor,
):
    app.command(_command.__name__, help=_unwrapped(_command.__doc__ or ""))(_command)


def main() -> None:
    """Run the command line; every failure ends in one line on stderr and the exit code of the manual."""
    output.prepare()
    threading.excepthook = _thread_failed
    try:
        code = _ended()
        sys.stdout.flush()
    except PipeClosed:
        code = 74
    except OutputError as error:
        code = _said(_spelt(error), 74)
    sys.exit(code)


def _ended() -> int:
    """The exit code of the command on the command line."""
    try:
        app(standalone_mode=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except OutputError:
        raise
    except UsageError as error:
        return _said(_spelt(error), 2)
    except StoreUnwritable as error:
        return _said(_spelt(error), 74)
    except (SourceError, StoreError, LensError) as error:
        return _said(_spelt(error), 3)
    except MemoryError:
        return _said("not enough memory: close other programs, or take smaller pictures", 3)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return _said("interrupted", 130)
    except Exception as error:  # noqa: BLE001  the outermost shell: an unexpected error
        return _said(crash_line(error), 70)
    return 0


def _spelt(error: BackfocusError) -> str:
    return error.spelt(options.as_option)


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    if failed.exc_value is not None:
        _said(crash_line(failed.exc_value), 70)


def _said(words: str, code: int) -> int:
    """Print the one line; `code` again."""
    line = " ".join(_shortened(word) for word in redact(words).split())
    sys.stderr.write(f"backfocus: {line}\n")
    return code


def _shortened(word: str) -> str:
    """The beginning and the end of what nobody reads to its end, as a number of 5,000 digits."""
    return word if len(word) <= LONGEST_WORD else f"{word[: LONGEST_WORD // 2]}...{word[-20:]}"

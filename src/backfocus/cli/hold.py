"""`backfocus hold LENS --table FILE`: focus from a table while the zoom moves."""

import json
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Argument, UsageError
from . import options
from .asking import Yes, as_interrupt, ask

if TYPE_CHECKING:
    from ..solve.focus_table import FocusTable

LensAddress = Annotated[
    str,
    typer.Argument(
        metavar="LENS",
        help=options.WHERE_MOTORS_ARE,
    ),
]
TableFile = Annotated[
    Path, typer.Option("--table", help="The table of focus over zoom that `auto --table` wrote.")
]
EVERY_S = 0.04


def hold(
    address: LensAddress,
    table: TableFile,
    yes: Yes = False,
    seconds: options.Seconds = None,
    json_: options.Json = False,
) -> None:
    """Hold focus by its motor while anyone zooms: a varifocal becomes parfocal.

    The table is made by `backfocus auto LENS --video SOURCE --table FILE`; it is true for the distance at
    which it was made. Automatic focus is switched off, and put back at the end. Ctrl-C ends it.

    Examples:

      backfocus auto visca://192.0.2.10 --video rtsp://192.0.2.10/stream --rig stage --table stage.json

      backfocus hold visca://192.0.2.10 --table stage.json
    """
    from ..control.address import open_lens
    from ..control.guarded import Guarded, by_hand
    from ..guide.axes import Automatic
    from ..session.hold import hold as held
    from ..session.motors import demand_motors

    known = _read(table)
    ask(yes, address)
    signal.signal(signal.SIGTERM, as_interrupt)
    begun_s = time.monotonic()

    def wait() -> bool:
        time.sleep(EVERY_S)
        return seconds is None or time.monotonic() - begun_s < seconds

    with open_lens(address) as opened:
        demand_motors(opened.control.axes)
        lens = Guarded(opened.control, time.monotonic)
        how, focus = opened.how_to_restore, Automatic(focus=False)
        with by_hand(lens, how_to_restore=how, notice=options.notice, wanted=focus):
            for moment in held(lens, known, clock=time.monotonic, wait=wait):
                if moment.moved and json_:
                    line = {"at_s": round(moment.at_s - begun_s, 3), "zoom": moment.zoom}
                    line |= {"focus": moment.focus, "sigma": round(moment.sigma, 1)}
                    sys.stdout.write(json.dumps(line) + "\n")
                elif moment.moved:
                    typer.echo(f"zoom {moment.zoom:6.0f}  focus {moment.focus:6.0f} +- {moment.sigma:.0f}")


def _read(path: Path) -> "FocusTable":
    from ..session.written import text_in
    from ..solve.focus_table import read_table

    try:
        return read_table(text_in(path))
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        raise UsageError(Argument("table", str(path)), f": {why}: make one with `backfocus auto`") from None

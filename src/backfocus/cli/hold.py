"""`backfocus hold LENS --table FILE`: focus from a table while the zoom moves, or stored as presets."""

import json
import re
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Argument, UsageError
from . import options
from .asking import Yes, as_interrupt, ask, ask_for_presets

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
    Path,
    typer.Option("--table", metavar="FILE", help="The table of focus over zoom that `auto --table` wrote."),
]
Presets = Annotated[
    str | None,
    typer.Option(
        "--presets",
        metavar="FROM-TO",
        help="Do not follow the zoom: store these presets of the camera instead (such as 1-6), evenly from "
        "wide to tele, each with its focus from the table. They are overwritten.",
        show_default=False,
    ),
]
EVERY_S = 0.04
"""Between two looks at the lens."""
MOST_PRESETS = 32
"""So many take some minutes; a slip such as 1-127 would overwrite all that a camera holds."""


def hold(
    address: LensAddress,
    table: TableFile,
    presets: Presets = None,
    yes: Yes = False,
    seconds: options.Seconds = None,
    json_: options.Json = False,
) -> None:
    """Hold focus by the focus motor while anyone zooms.

    A varifocal lens or a PTZ camera then stays sharp through its zoom.
    The table is made by `backfocus auto LENS --video SOURCE --table FILE`; it is true for the distance at
    which it was made. Automatic focus is switched off, and put back at the end. Ctrl-C ends it.

    Examples:

      backfocus auto visca://192.0.2.10 --video rtsp://192.0.2.10/stream --rig stage --table stage.json

      backfocus hold visca://192.0.2.10 --table stage.json

      backfocus hold visca://192.0.2.10 --table stage.json --presets 1-6
    """
    known = _read(table)
    if presets is not None and seconds is not None:
        raise UsageError("--presets ends by itself: leave --seconds out")
    if soft := known.out_of_reach:
        where = ", ".join(f"{knot.zoom:.0f}" for knot in soft)
        options.notice(
            f"at zoom {where} best focus lies beyond the end of the focus motor: there the picture stays soft"
        )
    if presets is not None:
        _store(address, known, _numbers(presets, address), yes=yes, json_=json_)
    else:
        ask(yes, address)
        _follow(address, known, seconds, json_=json_)


def _follow(address: str, table: "FocusTable", seconds: float | None, *, json_: bool) -> None:
    from ..control.address import open_lens
    from ..control.guarded import Guarded, by_hand
    from ..guide.axes import Automatic
    from ..session.hold import demand_own_table, demand_told_zoom
    from ..session.hold import hold as held
    from ..session.motors import demand_motors

    signal.signal(signal.SIGTERM, as_interrupt)
    begun_s = time.monotonic()

    def wait() -> bool:
        time.sleep(EVERY_S)
        return seconds is None or time.monotonic() - begun_s < seconds

    with open_lens(address) as opened:
        demand_motors(opened.control.axes)
        demand_told_zoom(opened.control.axes)
        demand_own_table(table, opened.control.axes)
        lens = Guarded(opened.control, time.monotonic)
        how, focus = opened.how_to_restore, Automatic(focus=False)
        with by_hand(lens, how_to_restore=how, notice=options.notice, wanted=focus):
            for moment in held(lens, table, clock=time.monotonic, wait=wait):
                if moment.moved and json_:
                    line = {"at_s": round(moment.at_s - begun_s, 3), "zoom": moment.zoom}
                    line |= {"focus": moment.focus, "sigma": round(moment.sigma, 1)}
                    sys.stdout.write(json.dumps(line) + "\n")
                elif moment.moved:
                    typer.echo(f"zoom {moment.zoom:6.0f}  focus {moment.focus:6.0f} +- {moment.sigma:.0f}")


def _numbers(said: str, address: str) -> range:
    """The presets meant; UsageError where they cannot be, or the camera's protocol keeps none."""
    from ..control.address import DRIVERS, stores_presets
    from ..control.visca.visca import LAST_PRESET

    if not stores_presets(address):
        able = ", ".join(f"{name}://" for name, driver in DRIVERS.items() if driver.stores_presets)
        raise UsageError(f"--presets: of the protocols here only those of {able} keep the focus in a preset")
    found = re.fullmatch(r"(\d{1,3})-(\d{1,3})", said.strip())
    first, last = (int(each) for each in found.groups()) if found else (1, 0)
    if not first <= last <= min(LAST_PRESET, first + MOST_PRESETS - 1):
        raise UsageError(
            f"--presets {said}: write the first and the last, as in 1-6: from 0 to {LAST_PRESET}, and at "
            f"most {MOST_PRESETS} of them"
        )
    return range(first, last + 1)


def _store(address: str, table: "FocusTable", numbers: range, *, yes: bool, json_: bool) -> None:
    from ..control.address import open_lens
    from ..control.guarded import Guarded, by_hand, places_put_back
    from ..control.lens_control import PresetStore
    from ..guide.axes import Automatic
    from ..session.hold import demand_own_table
    from ..session.motors import demand_motors, patience
    from ..session.presets import store_presets

    ask_for_presets(yes, numbers)
    signal.signal(signal.SIGTERM, as_interrupt)
    with open_lens(address) as opened, ExitStack() as stack:
        demand_motors(opened.control.axes)
        demand_own_table(table, opened.control.axes)
        assert isinstance(opened.control, PresetStore)
        lens = Guarded(opened.control, time.monotonic)
        how, focus = opened.how_to_restore, Automatic(focus=False)
        stack.enter_context(by_hand(lens, how_to_restore=how, notice=options.notice, wanted=focus))
        found = dict(lens.state().positions)
        stack.enter_context(
            places_put_back(lens, found, wait=patience(is_virtual=False), notice=options.notice)
        )
        wait = partial(time.sleep, EVERY_S)
        for stored in store_presets(lens, opened.control.store_preset, table, numbers, wait=wait):
            if json_:
                sys.stdout.write(json.dumps(asdict(stored)) + "\n")
            else:
                place = f"zoom {stored.zoom:6.0f}  focus {stored.focus:6.0f} +- {stored.sigma:.0f}"
                typer.echo(f"preset {stored.number:3d}  {place}")


def _read(path: Path) -> "FocusTable":
    from ..session.written import text_in
    from ..solve.focus_table import read_table

    try:
        return read_table(text_in(path))
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        raise UsageError(Argument("table", str(path)), f": {why}: make one with `backfocus auto`") from None

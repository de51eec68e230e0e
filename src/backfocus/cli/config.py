"""`backfocus config`: what holds, and from where."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..redaction import shown
from . import options

if TYPE_CHECKING:
    from ..session.config import Config, Held

WORDS = {
    "wavelength_um": "0.55",
    "transfer": "auto",
    "range": "auto",
    "max_megapixels": "135",
    "target": "auto",
    "no_ring": "as the lens says",
    "store": "sessions.db in the user's data folder",
    "quiet": "no",
}
"""What holds where nothing is said, if it is not simply nothing."""
STORE = "BACKFOCUS_STORE"


@options.with_rig("no_ring", "shims", "um_per_degree", "red_blue_um")
def config(
    asked: options.Asked,
    store: options.StoreUrl = None,
    quiet: options.Quiet = None,
    json_: options.Json = False,
) -> None:
    """Show your settings and where each value comes from.

    Write what you set every time into backfocus.toml in your configuration folder, and a rig under its name:

    \b
      camera = "b4-hd"
      shims = [10, 30, 50]

    \b
      [rig.studio-a]
      source = "rtsp://192.0.2.10/stream"
      lens = "canon-cj20ex7.8b"
      f-number = 1.8

    The keys are the names of the options; an option on the command line wins. After that, `backfocus guide
    --rig studio-a` is all you type.

    Examples:

      backfocus config

      backfocus config --rig studio-a

      backfocus config --config other.toml --json
    """
    from ..session.config import OPTION, Held, held

    holds = asked.config
    options.rig_of(asked.options, asked.said)  # what cannot be meant together is said here too
    lines = {each.name: each for each in held(asked.layers, holds, asked.rig_name)}
    if store is not None:
        origin = STORE if os.environ.get(STORE) == store else OPTION
        lines["store"] = Held("store", shown(store), origin)
    if quiet is not None:
        lines["quiet"] = Held("quiet", quiet, OPTION)
    write = sys.stdout.write
    if json_:
        write(json.dumps(_json(holds, lines.values())) + "\n")
        return
    write(f"{holds.file}{'' if holds.found else ' (not there)'}\n")
    write("".join(_rows(lines.values())))
    write(f"rigs: {', '.join(holds.rigs) or 'none'}\n")


def _json(holds: "Config", lines: "Iterable[Held]") -> dict[str, Any]:
    return {
        "file": str(holds.file),
        "found": holds.found,
        "rigs": list(holds.rigs),
        "holds": [{"key": each.key, "value": each.value, "from": each.origin} for each in lines],
    }


def _rows(lines: "Iterable[Held]") -> Iterator[str]:
    for each in lines:
        words = WORDS.get(each.name, "-") if each.value is None else _plain(each.value)
        yield f"  {each.key:<16} {words:<36} {each.origin}".rstrip() + "\n"


def _plain(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(f"{each:g}" for each in value)
        case _:
            return str(value)

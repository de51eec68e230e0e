"""Twenty virtual cameras through `auto --all`, whole and killed half-way: `python -m tools.many_cameras`.

Most are `sim://` lenses; `--network 3` of them are cameras on the network, asked over VISCA. The list is
checked once from beginning to end, then again with another store, and that run is killed (SIGKILL) as soon as
so many cameras are done, and started again. Both tables must be the same: of a virtual lens to the last
digit, of one on the network, whose pictures come when they come, in verdict and within three sigma.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from .camera_process import camera_process

QUICK = "size=480x270&codec=none&fps=12.5&zoom=6&zoom_s=0.6&focus_s=0.3&settle_s=0.1&latency_s=0.16"
KINDS = "motor=focus", "motor=back-focus", "motor=focus&lens=rear&drift_um=60"
Rows = dict[str, dict[str, Any]]


def main() -> None:
    """Run it and print what came of it; exit code 1 where a camera was lost or the tables differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=20)
    parser.add_argument("--network", type=int, default=3)
    parser.add_argument("--killed-after", type=int, default=10)
    parser.add_argument("--at-once", type=int, default=2)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        served = [stack.enter_context(served_camera(number)) for number in range(asked.network)]
        listed = folder / "cameras.toml"
        listed.write_text(the_list(asked.cameras, served))
        whole_s, whole = timed(lambda: run(folder, "whole", listed, asked.at_once))
        killed(folder, "cut", listed, asked.at_once, asked.killed_after)
        rest_s, rest = timed(lambda: run(folder, "cut", listed, asked.at_once))
    print(f"{len(whole)} of {asked.cameras} done in {whole_s:.0f} s; {summed_up(whole)}")
    print(f"killed after {asked.killed_after} and run again: {len(rest)} done, the rest in {rest_s:.0f} s")
    different = [name for name in whole if not same(whole[name], rest.get(name), is_exact="net" not in name)]
    print(f"different in the two tables: {', '.join(different) or 'none'}")
    sys.exit(bool(different or len(whole) < asked.cameras))


def the_list(count: int, served: list[dict[str, str]]) -> str:
    """The file of so many cameras; those that are served come last."""
    tables = ["between = 0"]
    for number in range(count - len(served)):
        um = (number * 23) % 121 - 60
        address = f"sim://?delta_um={um}&{KINDS[number % 3]}&seed={number}&{QUICK}"
        tables.append(f'[cameras.sim-{number}]\naddress = "{address}"\ngroup = "studio {number % 4 + 1}"')
    for number, where in enumerate(served):
        tables.append(
            f'[cameras.net-{number}]\naddress = "{where["visca"]}"\nvideo = "{where["video"]}"\n'
            f'pixel-um = 5\nf-number = 1.8\ngroup = "network"'
        )
    return "\n".join(tables) + "\n"


@contextmanager
def served_camera(number: int) -> Iterator[dict[str, str]]:
    """A virtual camera on the network, and where."""
    address = f"sim://?delta_um={30 - 30 * number}&seed={number}&motor=focus&{QUICK}"
    ports = [word for name in ("--video-port", "--visca-port", "--visca-tcp-port") for word in (name, "0")]
    with camera_process(address, *ports) as told:
        yield told


def started(folder: Path, name: str, listed: Path, at_once: int) -> "subprocess.Popen[str]":
    """`auto --all` with a store and a data folder by that name."""
    words = ["auto", "--all", str(listed), "--yes", "--json", "--at-once", str(at_once)]
    words += ["--store", str(folder / f"{name}.db")]
    environment = {**os.environ, "XDG_DATA_HOME": str(folder / name)}
    command = [sys.executable, "-m", "backfocus", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def run(folder: Path, name: str, listed: Path, at_once: int) -> Rows:
    """To its end: what was told of each camera."""
    with started(folder, name, listed, at_once) as process:
        assert process.stdout is not None
        lines = [json.loads(line) for line in process.stdout]
    return {line["name"]: line for line in lines if line["kind"] == "camera"}


def killed(folder: Path, name: str, listed: Path, at_once: int, after: int) -> None:
    """Until so many are done."""
    with started(folder, name, listed, at_once) as process:
        assert process.stdout is not None
        for _ in range(after):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)


def timed(work: Any) -> tuple[float, Rows]:
    """How long it takes, and what it gives."""
    begun_s = time.monotonic()
    found = work()
    return time.monotonic() - begun_s, found


def summed_up(rows: Rows) -> str:
    """How many of each verdict."""
    words = [line["verdict"] if line["error"] is None else line["error"] for line in rows.values()]
    return ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))


def same(one: dict[str, Any], other: dict[str, Any] | None, *, is_exact: bool) -> bool:
    """Whether two runs say the same of a camera."""
    if other is None:
        return False
    if is_exact:
        return {**one, "session": 0} == {**other, "session": 0}
    if one["verdict"] != other["verdict"] or one["error"] or other["error"]:
        return False
    apart = abs((one["delta_um"] or 0.0) - (other["delta_um"] or 0.0))
    return bool(apart <= 3.0 * ((one["sigma_um"] or 0.0) + (other["sigma_um"] or 0.0)))


if __name__ == "__main__":
    main()

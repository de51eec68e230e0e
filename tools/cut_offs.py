"""Runs of `auto` that are cut off at drawn moments, one JSON line each.

    python -m tools.cut_offs [--runs 40] [--first 1] [--keep tools/cut_offs.jsonl]
    python -m tools.cut_offs --runs 0 --keep tools/cut_offs.jsonl --quote

A virtual camera is on the network, and `auto` runs as a process against it. At a drawn moment the process is
killed, interrupted or ended, or the link is cut; or a tenth of the answers is lost and a tenth late.
Then `auto` is run again, undisturbed, and what holds is written down: whether automatic focus and exposure,
zoom, focus and iris are as they were before the first run, whether a cut link was told with the words that
put all back, and whether the answer is right. It takes about 40 s a run, mostly waiting.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backfocus.guide.axes import Automatic, AxisName
from backfocus.served.faults import Faults
from backfocus.served.serving import Served, serve_camera

from .truth.quoting import put

KINDS = ("killed", "killed", "interrupted", "ended", "cut", "lost")
SIGNALS = {"killed": signal.SIGKILL, "interrupted": signal.SIGINT, "ended": signal.SIGTERM}
WIRES = ("visca", "visca", "visca_tcp", "onvif", "vapix", "aw", "blackmagic")
WITHOUT_AUTOFOCUS = ("blackmagic",)
"""Protocols in which no focus goes by itself, so that nothing could put it back."""
LONGEST_S = 24.0
"""Moments are drawn from 0.5 s after the start on, up to this: a whole run takes about so long."""
NEAR: dict[AxisName, float] = {"zoom": 0.002, "focus": 0.002, "iris": 0.04}
"""Shares of their span within which axes are back: protocols have as few as 25 steps."""
RIGHT_UM = 3.0
"""A third of half the depth of focus."""
FROM, TO = "<!-- counts of the runs cut off -->", "<!-- end of the runs cut off -->"
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One run: what it is disturbed by and when, over which protocol, and the lens."""

    number: int
    kind: str
    moment_s: float
    wire: str
    true_um: float
    zoom: float
    iris_f: float

    @property
    def sim(self) -> str:
        """The address of the virtual camera."""
        return (
            f"sim://?delta_um={self.true_um:.1f}&zoom={self.zoom:.1f}&iris_f={self.iris_f}&seed={self.number}"
            "&motor=focus&codec=none&size=480x270&fps=12.5&zoom_s=0.8&focus_s=0.4&settle_s=0.1&latency_s=0.1"
        )


def drawn(number: int) -> Drawn:
    """The run of a number."""
    rng = np.random.default_rng((number, 41))
    return Drawn(
        number,
        KINDS[number % len(KINDS)],
        round(float(rng.uniform(0.5, LONGEST_S)), 2),
        str(rng.choice(WIRES)),
        float(rng.choice((-1.0, 1.0)) * rng.uniform(20.0, 60.0)),
        float(rng.uniform(4.0, 8.0)),
        float(rng.choice((0.0, 2.8, 4.0))),
    )


def run(what: Drawn) -> Line:
    """Cut off, then undisturbed."""
    with serve_camera(what.sim) as served, tempfile.TemporaryDirectory() as folder:
        if what.wire in WITHOUT_AUTOFOCUS:
            served.camera.automatic(Automatic(focus=False))
        before = stand(served)
        if what.kind == "lost":
            served.luck.faults = Faults(lost=0.1, late=0.1, late_s=0.5, seed=what.number)
        first = started(what, served, Path(folder))
        is_over = disturbed(first, what, served)
        said = first.communicate()
        after = stand(served)
        served.luck.faults = Faults()
        second = started(what, served, Path(folder))
        told = second.communicate()
        left = stand(served)
    return asdict(what) | {
        "was_over": is_over,
        "code": first.returncode,
        "put_back_at_once": same(before, after),
        "words": said_how(said[1]),
        "code_again": second.returncode,
        "went_on": "goes on where it stopped" in told[1],
        "put_back": same(before, left),
        **answer(told[0]),
        "said": [*said[1].splitlines()[-3:], "--", *told[1].splitlines()[-3:]],
    }


def disturbed(process: "subprocess.Popen[str]", what: Drawn, served: Served) -> bool:
    """Wait for the moment and do it; whether the run was over by then."""
    if what.kind == "lost":
        return False
    try:
        process.wait(what.moment_s)
    except subprocess.TimeoutExpired:
        if what.kind == "cut":
            served.luck.faults = Faults(lost=1.0)
        else:
            process.send_signal(SIGNALS[what.kind])
        return False
    return True


def started(what: Drawn, served: Served, folder: Path) -> "subprocess.Popen[str]":
    """`auto` as a process with a data folder of its own."""
    http = {address.partition(":")[0]: address for address in reversed(served.over_http)}
    lens = getattr(served, what.wire, None) or http[what.wire]
    words = ["auto", lens, "--video", served.video, "--pixel-um", "5", "--f-number", "1.8", "--yes"]
    words += ["--json", "--between", "1", "--store", str(folder / "history.db")]
    return subprocess.Popen(
        [sys.executable, "-m", "backfocus", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_DATA_HOME": str(folder)},
    )


def stand(served: Served) -> tuple[Automatic, dict[AxisName, float]]:
    """How automatic functions are, and where the motors stand once they rest, in shares of their spans."""
    camera = served.camera
    for _picture in camera.drawn():
        if camera.state().settled:
            break
    return camera.state().automatic, {axis: camera.share(axis) for axis in NEAR}


def same(
    one: tuple[Automatic, dict[AxisName, float]], other: tuple[Automatic, dict[AxisName, float]]
) -> bool:
    """Whether a camera stands as it did."""
    return one[0] == other[0] and all(
        abs(one[1][axis] - other[1][axis]) <= near for axis, near in NEAR.items()
    )


def said_how(words: str) -> bool:
    """Whether the words that put all back by hand were said."""
    return "could not be put back: " in words and "could not be moved back" in words


def answer(line: str) -> Line:
    """What the second run found."""
    found: Line = {}
    with suppress(ValueError):
        found = json.loads(line)
    return {name: found.get(name) for name in ("verdict", "delta_um", "low_um", "high_um")}


def holds(line: Line) -> bool:
    """Whether all was put back in the end, the answer is right, and a cut link was told with what to do."""
    is_right = line["verdict"] == "adjust" and abs(line["delta_um"] - line["true_um"]) <= RIGHT_UM
    told = line["kind"] != "cut" or line["was_over"] or line["words"] or line["put_back_at_once"]
    at_once = line["kind"] in ("killed", "cut") or line["put_back_at_once"]
    return bool(line["put_back"] and is_right and told and at_once)


def came_in_time(line: Line) -> bool:
    """Whether a run that was broken off had changed anything by then: else there is nothing to put back.

    One that caught its signal counts as well: it may have put all back so soon that the next run had nothing
    to go on with.
    """
    caught = line["kind"] in ("interrupted", "ended") and line["code"] >= 0
    return bool(line["kind"] == "lost" or caught or line["went_on"] or not line["put_back_at_once"])


def quoted(lines: Sequence[Line]) -> str:
    """A table of what held, between two marks."""
    lines = [line for line in lines if came_in_time(line)]
    rows = ""
    for kind in dict.fromkeys(KINDS):
        of = [line for line in lines if line["kind"] == kind]
        wires = len({line["wire"] for line in of})
        rows += f"| {kind} | {sum(map(holds, of))} of {len(of)} | {wires} |\n"
    return f"{FROM}\n\n| how it was disturbed | all held | protocols |\n| --- | --- | --- |\n{rows}\n{TO}"


def main() -> None:
    """Run them, print a line each, and keep them where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--quote", action="store_true")
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's `&` would leave it ignored
    lines: list[Line] = []
    if given.keep and given.keep.exists():
        lines = [json.loads(line) for line in given.keep.read_text().splitlines()]
    known = {line["number"] for line in lines}
    for number in range(given.first, given.first + given.runs):
        if number in known:
            continue
        lines.append(run(drawn(number)))
        print(json.dumps({"holds": holds(lines[-1]), **lines[-1]}), flush=True)
        if given.keep:
            with given.keep.open("a") as file:
                file.write(json.dumps(lines[-1]) + "\n")
    if given.quote:
        put(quoted(lines), FROM, TO)


if __name__ == "__main__":
    main()

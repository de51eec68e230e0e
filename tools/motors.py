"""What `auto` reaches on seeded virtual rigs: errors, looks and camera time, one JSON line a rig.

    python -m tools.motors [--rigs 20] [--first 1] [--kind back-focus ...] [--keep tools/motors.jsonl]
    python -m tools.motors --rigs 0 --keep tools/motors.jsonl --quote

Each rig is drawn from its number: error, zoom, sensor, noise, and motors with play, noise and lateness. It
takes 10 to 25 s of one core a rig. `--keep` adds to a file and leaves out rigs that it has; `--quote` puts
the counts into docs/accuracy.md. Numbers below 1000 are there to learn from, those from 1001 on to prove.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from backfocus.session.motors import Progress, Wishes, auto_json, open_run
from backfocus.session.rig import resolve, rig_options

from .truth.long.shelf import commit
from .truth.quoting import put
from .truth.rigs import FROM, TO, counts, kept, quoted

KINDS = ("back-focus", "focus", "rear", "tracking")
SENSORS = (
    "sensor=mono",
    "sensor=three-chip",
    "sensor=three-chip&sharpen=0.4",
    "sensor=bayer&demosaic=edge-aware&olpf=0.5",
    "sensor=bayer&demosaic=bilinear",
    "sensor=bayer&demosaic=hamilton-adams&scale=1.5",
    "sensor=bayer&demosaic=edge-aware&olpf=0.7&nr=0.4",
)
Line = dict[str, Any]


def address(number: int, kind: str, size: str = "") -> str:
    """The rig of a number."""
    rng = np.random.default_rng((number, 77))
    zoom = float(np.exp(rng.uniform(np.log(3.0), np.log(20.0))))
    parts = [
        f"seed={number}",
        f"delta_um={rng.uniform(-100.0, 100.0):.2f}",
        f"zoom={zoom:.2f}",
        f"noise={rng.uniform(0.01, 0.03):.4f}",
        f"zoom_s={rng.uniform(2.0, 4.0):.2f}",
        f"focus_s={rng.uniform(1.0, 3.0):.2f}",
        f"settle_s={rng.uniform(0.1, 0.3):.2f}",
        f"backlash={rng.uniform(0.0, 20.0):.1f}",
        f"latency_s={rng.uniform(0.04, 0.25):.3f}",
        str(rng.choice(SENSORS)),
        f"motor={'back-focus' if kind == 'back-focus' else 'focus'}",
    ]
    if kind == "rear":
        parts += ["lens=rear", f"drift_um={rng.uniform(-120.0, 120.0):.1f}"]
    if kind == "tracking":
        parts += [f"tracking_um={20.0 * float(rng.choice((-1.0, 1.0))):.0f}"]
    return "sim://?" + "&".join(parts + ([f"size={size}"] if size else []))


def run(number: int, kind: str, size: str = "") -> Line:
    """One rig to its end."""
    where = address(number, kind, size)
    rig = resolve(rig_options({"source": where}))
    begun_s, last, why = time.process_time(), None, ""
    corrections = 0
    with open_run(rig, where, Wishes()) as opened:
        source: Any = opened.source
        lens = source.bench.lens
        true_um: float | None = None
        for progress in opened.progress():
            last = progress
            if true_um is None:  # of a back-focus motor only once its play is used up
                true_um = lens.delta_um(source.motors.pose_at(source.now_s))
            corrections += progress.ask.why == "back focus" != why
            why = progress.ask.why
        left_um = lens.delta_um(source.motors.pose_at(source.now_s))
    assert isinstance(last, Progress)
    assert last.answer is not None
    line = auto_json(last)
    first = last.answer.first.back_focus if last.answer.first else None
    return {
        "rig": number,
        "kind": kind,
        "true_um": round(true_um or 0.0, 2),
        "found_um": line["found_um"],
        "found_low_um": first and round(first.low_um, 2),
        "found_high_um": first and round(first.high_um, 2),
        "left_um": round(left_um, 2),
        "told_um": line["delta_um"],
        "told_low_um": line["low_um"],
        "told_high_um": line["high_um"],
        "half_depth_um": line["half_depth_of_focus_um"],
        "verdict": line["verdict"],
        "reason": line["reason"],
        "corrections": corrections if line["corrected"] else 0,
        "looks": [row["looks"] for row in line["table"]],
        "looks_all": line["looks"],
        "camera_s": line["camera_s"],
        "cpu_s": round(time.process_time() - begun_s, 1),
        "address": where,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rigs", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--kind", nargs="+", choices=KINDS, default=["back-focus"])
    parser.add_argument("--size", default="", help="of the pictures, as in 480x270; default: 960x540")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--quote", action="store_true")
    given = parser.parse_args()
    lines = kept(given.keep) if given.keep else []
    done = {(line["rig"], line["kind"]) for line in lines}
    version = commit()
    for number in range(given.first, given.first + given.rigs):
        for kind in given.kind:
            if (number, kind) not in done:
                lines.append({**run(number, kind, given.size), "commit": version})
                print(json.dumps(lines[-1]), flush=True)
                if given.keep:
                    with given.keep.open("a") as file:
                        file.write(json.dumps(lines[-1]) + "\n")
    for row in counts(lines):
        print(" | ".join(row))
    if given.quote:
        put(quoted(lines), FROM, TO)


if __name__ == "__main__":
    main()

"""What `auto` reaches on seeded virtual rigs: errors, looks and camera time, as a table.

    python tools/motors.py [--rigs 20] [--first 1] [--kind back-focus|focus|rear|tracking]

Each rig is drawn from its number: error, zoom, sensor, noise, and motors with play, noise and lateness. It
takes about half a minute of one core a rig.
"""

import argparse
import json
import statistics
import sys
import time
from typing import Any

import numpy as np

from backfocus.session.motors import Progress, Wishes, auto_json, open_run
from backfocus.session.rig import resolve, rig_options

SENSORS = (
    "sensor=mono",
    "sensor=three-chip",
    "sensor=three-chip&sharpen=0.4",
    "sensor=bayer&demosaic=edge-aware&olpf=0.5",
    "sensor=bayer&demosaic=bilinear",
    "sensor=bayer&demosaic=hamilton-adams&scale=1.5",
    "sensor=bayer&demosaic=edge-aware&olpf=0.7&nr=0.4",
)


def address(number: int, kind: str) -> str:
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
    return "sim://?" + "&".join(parts)


def run(number: int, kind: str) -> dict[str, Any]:
    """One rig to its end."""
    where = address(number, kind)
    rig = resolve(rig_options({"source": where}))
    begun_s, last = time.process_time(), None
    with open_run(rig, where, Wishes()) as opened:
        source: Any = opened.source
        engaged_um: float | None = None
        for progress in opened.progress():
            last = progress
            if engaged_um is None:
                engaged_um = source.bench.lens.delta_um(source.motors.pose_at(source.now_s))
        pose = source.motors.pose_at(source.now_s)
        left_um = source.bench.lens.delta_um(pose)
    assert isinstance(last, Progress)
    line = auto_json(last)
    return {
        "rig": number,
        "kind": kind,
        "true_um": round(engaged_um or 0.0, 2),
        "found_um": line["found_um"],
        "left_um": round(left_um, 2),
        "half_depth_um": line["half_depth_of_focus_um"],
        "verdict": line["verdict"],
        "looks": [row["looks"] for row in line["table"]],
        "looks_all": line["looks"],
        "moves": line["moves"],
        "camera_s": line["camera_s"],
        "cpu_s": round(time.process_time() - begun_s, 1),
        "address": where,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rigs", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--kind", choices=("back-focus", "focus", "rear", "tracking"), default="back-focus")
    given = parser.parse_args()
    lines = []
    for number in range(given.first, given.first + given.rigs):
        lines.append(run(number, given.kind))
        print(json.dumps(lines[-1]), flush=True)
    looks = [count for line in lines for count in (line["looks"] or [0])]
    print(f"{given.kind}: {len(lines)} rigs", file=sys.stderr)
    print(f"looks at a stop, median: {statistics.median(looks)}", file=sys.stderr)
    print(
        f"camera time, median: {statistics.median(line['camera_s'] for line in lines):.1f} s", file=sys.stderr
    )


if __name__ == "__main__":
    main()

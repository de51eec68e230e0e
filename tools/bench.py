"""`make bench`: the table of times and errors, with this machine's name.

Times of one core are medians of the processor time of repeated runs in one process, so that neighbours on the
machine hardly count; ratios compare two things timed in turn in the same run.
The machine may be shared and noisy: nothing here is asserted, it is printed.

    tools/bench.py                    all rows
    tools/bench.py --only seeds       rows whose name holds a word
    tools/bench.py --seeds 10         fewer virtual procedures
"""

import argparse
import itertools
import json
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "golden"
Row = tuple[str, str, str, bool]


def median_ms(work: Callable[[], object], runs: int = 30) -> float:
    work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1e3 * statistics.median(times)


def star_1080p(radius_px: float = 200.0) -> np.ndarray:
    """A bar star of the virtual camera's kind in a 1080p picture with a little blur and noise.

    Blurred as light and then coded: blurred codes, or bars with jagged edges, are no star that a lens shows.
    """
    from backfocus.target import CYCLES, twist_cycles

    y, x = np.mgrid[0:1080, 0:1920].astype(np.float32)
    dx, dy = x - 930.3, y - 551.7
    radius = np.hypot(dx, dy)
    wave = np.cos(CYCLES * np.arctan2(dy, dx) + 2 * np.pi * twist_cycles(radius / radius_px))
    bars = np.clip(0.5 + np.arcsin(wave) * radius / CYCLES, 0.0, 1.0)
    star = np.clip(radius_px + 0.5 - radius, 0.0, 1.0)
    light = cv2.GaussianBlur((star * (0.03 + 0.7 * bars) + (1 - star) * 0.25).astype(np.float32), (0, 0), 1.0)
    signal = np.where(light < 0.018, 4.5 * light, 1.099 * light**0.45 - 0.099)
    noise = np.random.default_rng(1).normal(0.0, 2.0, signal.shape)
    return np.clip(np.rint(16 + 219 * signal + noise), 0, 255).astype(np.uint8)


def kernels(_: argparse.Namespace) -> Iterator[Row]:
    from backfocus.frame import Frame
    from backfocus.measure.find.stars import find_star
    from backfocus.measure.star.measurement import measure_star
    from backfocus.measure.track import track
    from backfocus.sim.bench import Bench
    from backfocus.sim.settings import parse_sim
    from backfocus.transfer import linearise

    cv2.setNumThreads(1)
    picture = star_1080p()
    light = linearise(picture, bits=8, transfer="bt709", limited=True)
    took = median_ms(lambda: measure_star(light, 930.3, 551.7, 36, radius_px=200.0))
    yield "star of 200 px radius, measured, one core", f"{took:.1f} ms", "4 ms", took <= 4.0
    took = median_ms(lambda: find_star(picture), 15)
    yield "star found in a 1080p frame, nothing given", f"{took:.1f} ms", "60 ms", took <= 60.0
    frame = Frame(picture, bits=8, transfer="bt709", limited=True)
    known, _reading = track(None, frame)
    usual = replace(frame, index=1)
    took = median_ms(lambda: track(known, usual))
    yield "star tracked and measured in a 1080p frame", f"{took:.1f} ms", "5 ms", took <= 5.0
    took = median_ms(lambda: track(known, frame))
    yield "the same, one in 25: asked for sharpening and patches too", f"{took:.1f} ms", "-", True
    chart = Bench(parse_sim("sim://?target=edge&size=1920x1080&delta_um=20&seed=3")).frame()
    known, _reading = track(None, chart)
    took = median_ms(lambda: track(known, chart))
    yield "edge chart tracked and measured in a 1080p frame", f"{took:.1f} ms", "15 ms", took <= 15.0


def rings_of_object() -> Iterator[tuple[float, float]]:
    """Zoom and misfocus at tele in um, 25 times a second: in, through the peak and back, a hold, out, a hold.

    Zooming in nothing is measured yet, so that goes four times as fast.
    """
    from backfocus.sim.clip import ease

    yield from ((0.0, 120.0) for _ in range(3))
    yield from ((ease(part), 120.0) for part in np.linspace(0.0, 1.0, 18))
    yield from ((1.0, float(off)) for off in (*np.linspace(100.0, -80.0, 19), *np.linspace(-76.0, 0.0, 20)))
    yield from ((1.0, 0.0) for _ in range(25))
    yield from ((ease(part), 0.0) for part in np.linspace(1.0, 0.0, 72))
    yield from ((0.0, 0.0) for _ in range(25))


def objects(_: argparse.Namespace) -> Iterator[Row]:
    """A bookshelf through an 8x zoom: all pictures followed, and measured from the peak of tele on."""
    from backfocus.measure.track import Track, track
    from backfocus.sim.bench import Bench
    from backfocus.sim.settings import parse_sim

    cv2.setNumThreads(1)
    bench = Bench(parse_sim("sim://?scene=shelf&zoom=8&size=1920x1080&seed=3&delta_um=0"))
    known, times, measured = Track(want="object"), [], 0
    for index, (zoom, off_um) in enumerate(rings_of_object()):
        bench.turn(zoom=zoom, focus_um=bench.lens.chart_focus_um + off_um)
        frame = bench.frame(index, index / 25)
        start = time.process_time()
        known, reading = track(known, frame)
        times.append(1e3 * (time.process_time() - start))
        measured += bool(reading.frequency_cy_px)
    middle, most = np.percentile(times, [50, 95])
    yield (
        f"object followed and measured in 1080p, median / 95 % ({measured} curves)",
        f"{middle:.0f} / {most:.0f} ms, {1e3 / np.mean(times):.0f} pictures/s",
        "30 ms at 95 %",
        most <= 30.0,
    )


def zooming_clip(path: Path) -> None:
    """A clip that zooms from tele, where the star overfills the picture, to wide: three seconds of H.264."""
    from backfocus.sim.source import open_sim
    from backfocus.video.record import record

    source = open_sim("sim://?clip=check&delta_um=20&seed=3&size=1920x1080&codec=none&fps=12.5")
    record(source.frames(), path, fps=25, options={"preset": "medium", "crf": "18"})


def as_uhd(clip: Path, path: Path) -> None:
    """The same clip at twice the size, HEVC of 10 bits."""
    coder = ["-vf", "scale=3840:2160", "-pix_fmt", "yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast"]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(clip), *coder, "-x265-params", "log-level=none", str(path)],
        check=True,
    )


def against_ffmpeg(path: Path, work: Callable[[], object]) -> float:
    """How fast a piece of work on a file is, as a share of ffmpeg's decoding; median of five, in turn."""
    ratios = []
    for _run in range(5):
        start = time.perf_counter()
        command = ["ffmpeg", "-v", "error", "-threads", "2", "-i", str(path), "-f", "null", "-"]
        subprocess.run(command, check=True)
        alone = time.perf_counter() - start
        start = time.perf_counter()
        work()
        ratios.append(alone / (time.perf_counter() - start))
    return statistics.median(ratios)


def chain(_: argparse.Namespace) -> Iterator[Row]:
    """Decode, track and measure against decoding alone, the two in turn."""
    from backfocus.measure.track import Track, track
    from backfocus.session.run import readings
    from backfocus.session.sparing import sparing_readings
    from backfocus.video.source import open_source

    cv2.setNumThreads(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zoom.mp4"
        zooming_clip(path)
        ratio = against_ffmpeg(path, lambda: sum(1 for _ in readings(open_source(str(path)))))
        yield (
            "measure, 1080p H.264 that zooms tele to wide, of ffmpeg's decoding",
            f"{ratio:.2f}x",
            "0.65x",
            ratio >= 0.65,
        )
        times, known = [], None
        for frame in list(open_source(str(path)).frames()):  # else the decoding thread would be counted
            start = time.process_time()
            known, _reading = track(known, frame)
            times.append(1e3 * (time.process_time() - start))
        middle, most = np.percentile(times[1:], [50, 95])
        yield (
            "the same live: one picture, median / 95 %",
            f"{middle:.0f} / {most:.0f} ms",
            "10 / 16 ms",
            middle <= 10 and most <= 16,
        )
        ratio = against_ffmpeg(
            path, lambda: sum(1 for _ in sparing_readings(open_source(str(path)), Track()))
        )
        yield "check on the same clip, of ffmpeg's decoding", f"{ratio:.2f}x", "0.9x", ratio >= 0.9
        large = Path(folder) / "uhd.mp4"
        as_uhd(path, large)
        ratio = against_ffmpeg(large, lambda: sum(1 for _ in readings(open_source(str(large)))))
        yield (
            "measure, UHD HEVC 10 bit that zooms, of ffmpeg's decoding",
            f"{ratio:.2f}x",
            "0.8x",
            ratio >= 0.8,
        )


HOLDS_MB = """
import re, sys
from pathlib import Path
from backfocus.cli.app import main
try:
    main()
finally:
    print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
"""


def held_mb(path: Path) -> float:
    """The most memory that `check` holds at a time."""
    command = [sys.executable, "-c", HOLDS_MB, "check", str(path), "--pixel-um", "5", "--f-number", "1.8"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return int(ended.stderr.split()[-1]) / 1024


def memory(_: argparse.Namespace) -> Iterator[Row]:
    """What `check` holds after one and after two minutes at rest, and at that growth after two hours."""
    from backfocus.sim.source import open_sim
    from backfocus.video.record import record

    with tempfile.TemporaryDirectory() as folder:
        second = Path(folder) / "second.mp4"
        source = open_sim("sim://?hand=none&size=1920x1080&codec=none&seed=3")
        record(itertools.islice(source.frames(), 25), second, fps=25)
        held = []
        for minutes in (1, 2):
            path = second.with_name(f"{minutes}.mp4")
            loop = ["-stream_loop", str(60 * minutes - 1), "-i", str(second), "-c", "copy", str(path)]
            subprocess.run(["ffmpeg", "-v", "error", *loop], check=True)
            held.append(held_mb(path))
    per_minute = held[1] - held[0]
    after = held[1] + 118.0 * max(per_minute, 0.0)
    told = f"{held[1]:.0f} MB, {per_minute:+.2f} a minute, {after:.0f} in 2 h"
    yield "memory of check, 1080p at rest", told, "400 MB", after < 400.0


def demo(_: argparse.Namespace) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command = [sys.executable, "-m", "backfocus", "demo", "--quiet", "--store", f"{folder}/sessions.db"]
        code = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
        took = time.perf_counter() - start
    yield f"demo, tele to verdict (exit code {code})", f"{took:.0f} s", "60 s", took <= 60.0 and code == 0
    start = time.perf_counter()
    runs = 5
    for _run in range(runs):
        subprocess.run([sys.executable, "-m", "backfocus", "--help"], stdout=subprocess.DEVNULL, check=True)
    took = (time.perf_counter() - start) / runs
    yield "backfocus --help", f"{took:.2f} s", "0.3 s", took <= 0.3


def third_party(_: argparse.Namespace) -> Iterator[Row]:
    from backfocus.frame import Frame
    from backfocus.measure.track import track

    worst_mtf50, worst_centre, cycles = 0.0, 0.0, True
    for path in sorted((GOLDEN / "star").glob("*.png")):
        truth = json.loads(path.with_suffix(".json").read_text())
        luma = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        _, reading = track(None, Frame(luma, bits=16, transfer="linear"))
        if reading.star is None or reading.mtf50_cy_px is None:
            yield f"third-party star {path.stem}", "not measured", "1 %", False
            continue
        worst_mtf50 = max(worst_mtf50, abs(reading.mtf50_cy_px / truth["mtf50_cy_px"] - 1.0))
        off = np.hypot(reading.star.x_px - truth["x_px"], reading.star.y_px - truth["y_px"])
        worst_centre = max(worst_centre, float(off))
        cycles &= reading.star.cycles == truth["cycles"]
    yield "third-party stars, MTF50, worst", f"{100 * worst_mtf50:.2f} %", "1 %", worst_mtf50 <= 0.01
    yield "third-party stars, centre, worst", f"{worst_centre:.3f} px", "0.1 px", worst_centre <= 0.1
    yield "third-party stars, cycles", "exact" if cycles else "wrong", "exact", cycles


def negatives(_: argparse.Namespace) -> Iterator[Row]:
    from backfocus.session.run import readings
    from backfocus.video.source import open_source

    for name in ("clip/bikes.mp4", "stack"):
        seen = [sighting.reading.star is not None for sighting in readings(open_source(str(GOLDEN / name)))]
        yield f"{name}: stars found in {len(seen)} pictures", str(sum(seen)), "0", not any(seen)


def procedure(address: str) -> tuple[float, float, int, str, float]:
    """One guided procedure: what is left, half the depth of focus, rounds, verdict, seconds of the camera."""
    cv2.setNumThreads(1)
    from backfocus.guide.procedure import start
    from backfocus.guide.session_state import Setup
    from backfocus.session.run import Limits, guide
    from backfocus.sim.source import open_sim

    source = open_sim(address)
    session, _ = start(Setup(optics=source.settings.optics, lens_kind="front-focus"))
    *_, last = guide(source, session, hands=(source.hand,), limits=Limits(seconds=600.0))
    left_um = source.bench.lens.delta_um(source.bench.pose)
    k = 1.0 / source.settings.zoom
    result = last.session.results[-1] if last.session.results else None
    verdict = result.verdict.kind if result else "unfinished"
    rounds = last.session.correction.rounds
    return left_um, source.settings.optics.half_depth_um(k), rounds, verdict, last.at_s


def address_of(seed: int, span_um: float) -> str:
    """One draw of the table: zoom 3x to 20x, delta within the span; the rest is drawn by the bench itself.

    12.5 pictures a second: half of a camera's, which is harder for the guide and takes half as long.
    """
    rng = np.random.default_rng((seed, 77))
    zoom = float(np.exp(rng.uniform(np.log(3.0), np.log(20.0))))
    delta_um = float(rng.uniform(-span_um, span_um))
    return f"sim://?seed={seed}&zoom={zoom:.3f}&delta_um={delta_um:.2f}&noise=0.01&fps=12.5"


def seeds(options: argparse.Namespace) -> Iterator[Row]:
    for span_um, needed in ((80.0, 1.0), (300.0, 0.95)):
        addresses = [
            address_of(seed, span_um) for seed in range(options.first, options.first + options.seeds)
        ]
        with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
            results = []
            for address, found in zip(addresses, pool.imap(procedure, addresses), strict=True):
                results.append(found)
                left_um, depth_um, rounds, verdict, camera_s = found
                bad = "" if abs(left_um) <= depth_um and verdict == "set" else "   <--"
                if options.verbose or bad:
                    print(f"  {left_um:+7.1f} um of {depth_um:.1f}, {rounds} rounds, {verdict}, "
                          f"{camera_s:.0f} s  {address}{bad}", flush=True)  # fmt: skip
        good = sum(abs(left) <= depth for left, depth, *_ in results)
        worst = max(abs(left) for left, *_ in results)
        share = f"{good} of {len(results)} (worst {worst:.1f} um)"
        yield (
            f"seeds, delta within {span_um:.0f} um: error left within h",
            share,
            f"{needed:.0%}",
            (good >= needed * len(results)),
        )
        said = sum(verdict == "set" for _, _, _, verdict, _ in results)
        yield f"seeds, delta within {span_um:.0f} um: verdict set", f"{said} of {len(results)}", "-", True
        most = max(
            (
                rounds
                for address, (_, _, rounds, _, _) in zip(addresses, results, strict=True)
                if _zoom(address) >= 5
            ),
            default=0,
        )
        yield f"seeds, delta within {span_um:.0f} um: rounds from 5x up, most", str(most), "3", most <= 3


def _zoom(address: str) -> float:
    return float(address.split("zoom=")[1].split("&")[0])


GROUPS = {
    "kernels": kernels,
    "object": objects,
    "chain": chain,
    "memory": memory,
    "third-party": third_party,
    "negatives": negatives,
    "demo": demo,
    "seeds": seeds,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", default="", help="rows of the groups whose name holds this: " + ", ".join(GROUPS)
    )
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    print(f"{platform.node() or 'this machine'}: {platform.machine()}, {os.cpu_count()} cores, "
          f"Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}\n")  # fmt: skip
    print(f"{'what':<66} {'reached':<28} {'must reach':<11}")
    for name, group in GROUPS.items():
        if options.only in name:
            for what, reached, wanted, good in group(options):
                print(f"{what:<66} {reached:<28} {wanted:<11} {'' if good else 'MISSED'}", flush=True)


if __name__ == "__main__":
    main()

"""Recordings in which something changes by itself, drawn by the virtual camera and read as by `check`.

    iris, nd        the light changes by 0.7 to 3 stops (an iris in 0.2 s, a filter in 1 to 3 stops at once),
                    at any time from the hold at tele to the sweep at wide
    extender        swings in or out, 1.4 to 2 times, within one to three pictures, in a hold at an end
    zoom-in-sweep   is moved by 1.3 to 2.2 times in place of the focus ring or while it turns, and is put back
                    or stays; a hand that waits does it before the ring, one that does not does it meanwhile
    clean           nothing happens

Lenses are up to a stop slower at tele, half of them undeclared. Half of the cameras are those that people
have: one sensor with a mosaic, an optical low-pass filter, sharpening, or a stabiliser.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from backfocus.frame import Frame
from backfocus.measure.reading import Flag
from backfocus.measure.track import Track
from backfocus.optics.lens import Optics, parse_f_numbers
from backfocus.session.sparing import sparing_readings
from backfocus.sim.bench import Bench
from backfocus.sim.clip import STEADY_S, SWEEP_S, ZOOM_S, ease, play
from backfocus.sim.settings import parse_sim
from backfocus.solve.clip import judge_clip

Kind = Literal["iris", "nd", "extender", "zoom-in-sweep", "clean"]
KINDS: tuple[Kind, ...] = get_args(Kind)
WANTED = {
    "iris": Flag.LIGHT_CHANGED.value,
    "nd": Flag.LIGHT_CHANGED.value,
    "extender": Flag.EXTENDER.value,
    "zoom-in-sweep": Flag.ZOOM_MOVED.value,
}
NAMES = frozenset(WANTED.values())
WIDE_S = STEADY_S + ZOOM_S + STEADY_S
"""When the sweep at wide begins."""
EARLIEST_S, LATEST_S = 0.6, WIDE_S + 0.5 * SWEEP_S
"""Of a change of light: a picture or two of tele before it, and a good part of the sweep after it."""
ZOOM, WIDE_F, REST_S = 6.0, 2.0, 0.55
TAKES_S = {"iris": 0.2, "nd": 0.0}


@dataclass(frozen=True, slots=True)
class Case:
    """One recording, with what happens in it and when.

    `amount`: stops of light lost (below 0: gained), the factor of the extender (below 0: it swings out), or
    that of the zoom. `takes_s`, `back_s`: how long it takes, and how long until it is put back; 0 never.
    `instead`: the zoom is moved where the ring should be.
    """

    kind: str
    address: str
    declared: str
    amount: float = 0.0
    from_s: float = 0.0
    takes_s: float = 0.0
    back_s: float = 0.0
    instead: bool = False


def drawn(kind: str, seed: int) -> Case:
    """The recording of a seed."""
    rng = np.random.default_rng((seed, 53, get_args(Kind).index(kind)))
    ramp = f"{WIDE_F}@24-60,{WIDE_F * 2.0 ** (rng.uniform(0.0, 1.0) / 2.0):.2f}@144"
    declared = ramp if rng.random() < 0.5 else f"{WIDE_F}"
    swept = kind != "clean" or rng.random() < 0.5
    address = (
        f"sim://?clip=check&sweep={int(swept)}&size=640x360&fps=12.5&codec=none&zoom={ZOOM:g}&wide_mm=24"
        f"&pixel_um=5&f_number={ramp}&noise={rng.uniform(0.003, 0.012):.4f}"
        f"&delta_um={rng.uniform(-40.0, 40.0):.1f}&{_camera(rng)}&seed={seed}"
    )
    return _happening(kind, address, declared, rng)


def _camera(rng: np.random.Generator) -> str:
    shake_px = rng.choice((0.0, 0.3))
    if rng.random() < 0.5:
        return f"sensor=mono&shake_px={shake_px}"
    demosaic = rng.choice(("bilinear", "vng", "edge-aware", "hamilton-adams"))
    keys = f"sensor=bayer&demosaic={demosaic}"
    if rng.random() < 0.5:
        keys += f"&olpf={rng.uniform(0.3, 1.0):.2f}"
    if rng.random() < 0.5:
        keys += f"&sharpen={rng.uniform(0.1, 1.0):.2f}"
    return f"{keys}&eis=on&shake_px=0.3" if rng.random() < 0.3 else f"{keys}&shake_px={shake_px}"


def _happening(kind: str, address: str, declared: str, rng: np.random.Generator) -> Case:
    match kind:
        case "iris" | "nd":
            stops = float(rng.uniform(0.7 if kind == "iris" else 1.0, 3.0) * rng.choice((-1.0, 1.0)))
            return Case(kind, address, declared, stops, rng.uniform(EARLIEST_S, LATEST_S), TAKES_S[kind])
        case "extender":
            at_tele = rng.random() < 0.5
            from_s = rng.uniform(REST_S, STEADY_S - REST_S) + (0.0 if at_tele else STEADY_S + ZOOM_S)
            factor = float(rng.uniform(1.4, 2.0) * rng.choice((-1.0, 1.0)))
            return Case(kind, address, declared, factor, from_s, rng.uniform(0.0, 0.16))
        case "zoom-in-sweep":
            from_s = WIDE_S + rng.uniform(0.05, 0.6) * SWEEP_S
            back_s = float(rng.choice((0.0, 1.5)))
            factor, takes_s, instead = (
                rng.uniform(1.3, 2.2),
                rng.uniform(0.3, 1.2),
                bool(rng.random() < 1 / 3),
            )
            return Case(kind, address, declared, factor, from_s, takes_s, back_s, instead)
        case _:
            return Case(kind, address, declared)


def named(case: Case) -> tuple[str, ...]:
    """Which of the changes the answer names, in order of the alphabet."""
    read = [each.reading for each in sparing_readings(Disturbed(case), Track())]
    answer = judge_clip(read, Optics(5.0, parse_f_numbers(case.declared)))
    return tuple(sorted(flag.value for flag in answer.flags if flag.value in NAMES))


class Disturbed:
    """The recording as a video source."""

    live = False

    def __init__(self, case: Case) -> None:
        self.title = case.kind
        self._case = case

    def frames(self) -> Iterator[Frame]:
        """Its pictures in order."""
        settings = parse_sim(self._case.address)
        bench, index = Bench(settings), 0
        focus_um = 0.0
        while play(bench, at_s := index / settings.fps):
            if self._case.instead:
                focus_um = bench.pose.focus_um if at_s < WIDE_S else focus_um
                bench.turn(focus_um=focus_um)
            disturb(bench, self._case, at_s)
            exposure = bench.camera.exposure(bench.pose, at_s)
            yield bench.camera.frame((exposure,), index, at_s)
            index += 1

    def close(self) -> None:
        """Nothing is held open."""


def disturb(bench: Bench, case: Case, at_s: float) -> None:
    """Change at this moment what the clip does not."""
    since_s = at_s - case.from_s
    part = float(since_s >= 0.0) if case.takes_s == 0.0 else min(max(since_s / case.takes_s, 0.0), 1.0)
    match case.kind:
        case "iris":
            # closed by so many stops from where the lens is open
            bench.turn(iris_f=WIDE_F * 2.0 ** (_lost(case, part) / 2.0))
        case "nd":
            bench.turn(nd_stops=_lost(case, part))
        case "extender":
            inwards = part if case.amount > 0.0 else 1.0 - part
            bench.turn(extender=abs(case.amount) ** inwards)
        case "zoom-in-sweep":
            if case.back_s:
                part -= min(max((since_s - case.takes_s - case.back_s) / case.takes_s, 0.0), 1.0)
            bench.turn(zoom=bench.pose.zoom + ease(part) * np.log(case.amount) / np.log(ZOOM))


def _lost(case: Case, part: float) -> float:
    """Stops of light lost when so much of the change is over."""
    return max(-case.amount, 0.0) + case.amount * part

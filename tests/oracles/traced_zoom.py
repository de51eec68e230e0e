"""Clips of a zoom whose residuals are a published ray trace: the truth of every row about delta.

The lens is a 15-150 mm f/2.4 zoom focused at tele with the sensor 50 um too far. Its residuals at four zoom
positions come from the trace, not from any law of this package; other errors are in proportion. Pictures are
drawn by wave optics (the bench's renderer, itself held against prysm and brute force in tests/sim), pass
through H.264 into a file, and are read back as any recording is.
"""

import math
from dataclasses import dataclass

import numpy as np

from backfocus.sim.camera import Camera
from backfocus.sim.lens import Pose, ZoomLens
from backfocus.sim.settings import sim_settings
from backfocus.video.record import record

RATIOS = (0.10016, 0.21572, 0.46453, 1.0)
TRACED_UM = (49.499, 47.675, 39.213, 0.0)
"""Near the axis."""
REAL_RAYS_UM = (49.37, 47.83, 40.35, 0.0)
"""With all rays at f/2.4: spherical aberration that changes over the zoom moves best focus."""
TRACED_FOR_UM = 50.0

F_NUMBER, PIXEL_UM = 2.4, 5.0
HALF_DEPTH_UM = F_NUMBER * PIXEL_UM
FPS = 25.0
CONTRIBUTION = {"preset": "veryfast", "crf": "20"}


@dataclass(frozen=True, slots=True)
class TracedLens(ZoomLens):
    """`focus_um` of a pose is how far the ring has moved the image at tele since it was focused there."""

    traced_um: tuple[float, ...] = TRACED_UM

    def ratio(self, pose):
        return RATIOS[0] ** (1.0 - pose.zoom)

    def scale_px(self, pose):
        swept = pose.focus_um * RATIOS[0] ** 2 / (20.0 * HALF_DEPTH_UM)
        return 770.0 * self.ratio(pose) * (1.0 + self.settings.breathing * math.tanh(swept))

    def residual_um(self, pose):
        ratio = self.ratio(pose)
        traced = np.interp(ratio**2, np.square(RATIOS), self.traced_um)
        return float(self.settings.delta_um / TRACED_FOR_UM * traced + pose.focus_um * ratio**2)


@dataclass(frozen=True, slots=True)
class Take:
    """What is filmed. `sweep`: the ring goes at wide, +1 first to near, -1 first to infinity, 0 not at all.

    `nudge_um`: the ring moves the image at wide by that much and stays. `w040`: waves at tele and at wide.
    """

    delta_um: float
    sweep: int = 0
    nudge_um: float = 0.0
    traced_um: tuple[float, ...] = TRACED_UM
    w040: tuple[float, float] = (0.0, 0.0)
    f_number: float = F_NUMBER
    noise: float = 0.01
    breathing: float = 0.0
    seed: int = 1
    steady_s: float = 1.0
    walk_s: float = 2.0
    sweep_s: float = 8.0
    width_px: int = 640
    height_px: int = 360


def ease(part):
    part = min(max(part, 0.0), 1.0)
    return part**3 * (10.0 - 15.0 * part + 6.0 * part**2)


def both_ways(part):
    """0, out to +1, through to -1, back to 0."""
    if part < 0.25:
        return ease(4.0 * part)
    return 1.0 - 2.0 * ease(2.0 * part - 0.5) if part < 0.75 else ease(4.0 * part - 3.0) - 1.0


def poses(take):
    """The rings at every picture: steady at tele, out to wide, steady, and what is done to the ring there."""
    turned_s = take.sweep_s + take.steady_s if take.sweep or take.nudge_um else 0.0
    wide_s = take.steady_s + take.walk_s
    count = round(FPS * (wide_s + take.steady_s + turned_s))
    for at in range(count):
        at_s = at / FPS
        part = (at_s - wide_s - take.steady_s) / take.sweep_s
        reach_um = 4.0 * HALF_DEPTH_UM + abs(take.delta_um)
        moved_um = take.sweep * reach_um * both_ways(part) + take.nudge_um * ease(3.0 * part)
        yield Pose(zoom=1.0 - ease((at_s - take.steady_s) / take.walk_s), focus_um=moved_um / RATIOS[0] ** 2)


def film(take, path):
    """Write the take as H.264 to `path`, and return the path."""
    settings = sim_settings(
        delta_um=take.delta_um,
        zoom=1.0 / RATIOS[0],
        f_numbers=((0.0, take.f_number),),
        pixel_um=PIXEL_UM,
        w040=take.w040,
        noise=take.noise,
        breathing=take.breathing,
        seed=take.seed,
        width_px=take.width_px,
        height_px=take.height_px,
    )
    camera = Camera(TracedLens(settings, take.traced_um))
    frames = (
        camera.frame((camera.exposure(pose, at / FPS),), at, at / FPS) for at, pose in enumerate(poses(take))
    )
    record(frames, path, fps=FPS, options=CONTRIBUTION)
    return path

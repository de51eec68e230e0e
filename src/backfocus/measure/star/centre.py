"""The centre of a star to a few hundredths of a pixel, from the phase of its spokes.

Seen about a point (dx, dy) off its centre, the phase of a ring of radius r swings by
n (dx sin phi - dy cos phi) / r; on a tilted chart it swings by n (q cos 2 phi - p sin 2 phi) besides, the
same on every ring (straight lines through the centre stay straight lines in any perspective, so only their
angles change). Four numbers, linear in the swing: solved in closed form, first from the phases of sectors,
where only the difference of neighbours counts (a swing of several turns and the jumps of a twisted star do no
harm), then on the pixels themselves.
"""

from functools import lru_cache

import numpy as np

from .pose import Pose
from .rings import Floats64, Phasors, RingFit, RingPlan, Rings, middle, spokes_at


def sector_step(rings: Rings, trust: Floats64) -> Floats64:
    """Correction (dx, dy, stretch, skew) of a pose that may be several pixels off.

    `trust` weighs each ring, shape (rings,): 0 leaves it out.
    """
    phasor = _sector_phasors(rings)
    turned = np.roll(phasor, -1, axis=1) * np.conj(phasor)
    # squared: a ring of noise shows a little of every wave, and has the longest lever
    weight = (np.abs(turned) * trust[:, None]) ** 2
    return _solve(_swings(rings.plan), np.angle(turned).astype(np.float64).ravel(), weight.ravel())


def pixel_step(rings: Rings, fit: RingFit) -> tuple[Floats64, float]:
    """Correction (dx, dy, stretch, skew) of a pose nearly right, and the sigma of dx.

    One Gauss-Newton step: what the ring fits left over is projected on what a small error of the pose would
    leave. Needs a phase swing below about a radian on the rings that count.
    """
    cycles = rings.plan.cycles
    sure = cycles / np.maximum(fit.noise, max(0.1 * middle(fit.noise), 1e-6))
    slope = (fit.wave * sure).astype(np.complex64)[:, None] * np.conj(rings.wave)
    swing = slope.imag * rings.weight
    once, twice = rings.unit * (1 / rings.distance), rings.unit * rings.unit
    if not rings.whole:
        # the phase of a ring cut by the frame takes up much of them by itself
        share = swing * slope.imag
        share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-9)
        once = once - (share * once).sum(axis=1, keepdims=True)
        twice = twice - (share * twice).sum(axis=1, keepdims=True)
    once, twice = swing * once, swing * twice
    flat = np.empty((4, swing.size), np.float32)
    for row, part in zip(flat, (once.imag, once.real, twice.imag, twice.real), strict=True):
        row[:] = part.ravel()
    flat[1:3] *= -1
    normal = (flat @ flat.T).astype(np.float64)
    normal += 1e-9 * max(float(np.trace(normal)), 1e-12) * np.eye(4)
    left = fit.residual * (sure / cycles)[:, None].astype(np.float32)
    covariance = np.linalg.inv(normal)
    return covariance @ (flat @ left.ravel()), float(np.sqrt(covariance[0, 0]))


def ring_frequencies(rings: Rings, pose: Pose, fit: RingFit) -> Floats64:
    """Mean local frequency of each ring, cy/px, where its wave is strongest: there its amplitude is told.

    On a small ring the pixels at the crests may all lie further out than the others; on a tilted star the
    frequency differs along the ring.
    """
    share = np.square(spokes_at(fit))
    local = share / rings.distance
    if pose.shear:
        local = local * np.abs(rings.unit - np.complex64(pose.shear) * rings.unit.conj())
    inverse = local.sum(axis=1, dtype=np.float64) / np.maximum(share.sum(axis=1), 1e-3)
    return np.asarray(rings.plan.cycles / (2 * np.pi) * inverse)


def _sector_phasors(rings: Rings) -> Phasors:
    """The sum of light * exp(-i n phi) in each sector, shape (rings, sectors)."""
    sectors, shape = rings.plan.sectors, (len(rings.wave), rings.plan.sectors)
    total = np.maximum(rings.weight.sum(axis=1, keepdims=True), 1.0)
    mean = (rings.light * rings.weight).sum(axis=1, keepdims=True) / total
    signal = (rings.light - mean) * rings.weight
    where, size = rings.plan.sector.ravel(), shape[0] * sectors
    real = np.bincount(where, (signal * rings.wave.real).ravel(), size)
    imag = np.bincount(where, (signal * rings.wave.imag).ravel(), size)
    return np.asarray((real - 1j * imag).reshape(shape).astype(np.complex64))


@lru_cache(maxsize=16)
def _swings(plan: RingPlan) -> Floats64:
    """What each number of a correction turns a sector's phase against the next one's; (4, all sectors)."""
    angle = ((np.arange(plan.sectors) + 0.5) / plan.sectors * 2 * np.pi - np.pi)[None, :]
    radius = plan.radius_px[:, None]
    ones = np.ones_like(radius)
    rows = np.stack(
        [
            np.sin(angle) / radius,
            -np.cos(angle) / radius,
            -np.sin(2 * angle) * ones,
            np.cos(2 * angle) * ones,
        ]
    )
    return np.asarray(plan.cycles * (np.roll(rows, -1, axis=2) - rows)).reshape(4, -1)


def _solve(rows: Floats64, values: Floats64, weight: Floats64) -> Floats64:
    weighted = rows * weight
    normal = weighted @ rows.T
    scale = np.maximum(np.diag(normal), 1e-30)
    return np.asarray(np.linalg.solve(normal + np.diag(1e-3 * scale), weighted @ values))

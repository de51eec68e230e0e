"""What pictures of one zoom position differ by from one to another, beyond their noise.

A stabiliser interpolates between pixels, now half-way and now not at all; a coder sharpens what stands still;
a hand shakes. The mean of some pictures is then not the camera that the mean of others is: the fewer they
are, and the more each is like the one before, the less. Pictures at rest at tele tell how much.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..measure.reading import Reading

Vector = NDArray[np.float64]

FEWEST = 6
"""Pictures that tell a scatter."""

LEVEL_SIGMA = 0.02
"""What zero frequency may differ by from one picture to the next, as a share."""

MOST_SHARED = 0.7
"""A drift is no scatter: a coder gets better for as long as nothing moves."""


@dataclass(frozen=True, slots=True)
class Unsteady:
    """Standard deviation of single pictures, as a share of the modulation at 0.5 cy/px.

    `shared`: the correlation of a picture with the next, 0 to 0.7.
    """

    share: float = 0.0
    shared: float = 0.0

    def of_mean(self, pictures: int) -> float:
        """Of the mean of so many in a row."""
        independent = pictures * (1.0 - self.shared) / (1.0 + self.shared)
        return self.share / math.sqrt(max(independent, 1.0))


def unsteadiness(pictures: Sequence[Reading]) -> Unsteady:
    """What pictures at rest, in their order, differ by; nothing where too few have a curve."""
    having = [each for each in pictures if each.frequency_cy_px]
    if len(having) < FEWEST:
        return Unsteady()
    at = np.array(having[len(having) // 2].frequency_cy_px)
    at = at[at <= min(each.frequency_cy_px[-1] for each in having)]
    if len(at) < 2:
        return Unsteady()
    curves = np.array([np.interp(at, each.frequency_cy_px, each.modulation) for each in having])
    sigmas = np.array([np.interp(at, each.frequency_cy_px, each.modulation_sigma) for each in having])
    level = np.array([each.level_sigma for each in having])[:, None]
    noise = np.sqrt(np.maximum(sigmas**2 - (level * curves) ** 2, np.square(1e-4)))
    mean = curves.mean(axis=0)
    shapes = np.stack([mean * (1.0 - np.cos(2.0 * math.pi * at)) / 2.0, mean], axis=1)
    found, variance = zip(*map(_share, curves - mean, noise, [shapes] * len(having)), strict=True)
    shares = np.array(found)
    square = float(shares.var(ddof=1)) - float(np.mean(variance))
    if square <= 0.0:
        return Unsteady()
    shared = float(np.mean(shares[1:] * shares[:-1])) / square
    return Unsteady(math.sqrt(square), min(max(shared, 0.0), MOST_SHARED))


def _share(off: Vector, noise: Vector, shapes: Vector) -> tuple[float, float]:
    """How much sharper than the mean one picture is, and the variance of that by noise alone."""
    weighed = shapes / noise[:, None]
    covariance = np.linalg.inv(weighed.T @ weighed + np.diag([0.0, LEVEL_SIGMA**-2]))
    found = covariance @ weighed.T @ (off / noise)
    return float(found[0]), float(covariance[0, 0])

"""The rings of one picture as a solver sees them, and how badly the curve of a lens fits them.

The level that carries a modulation to zero frequency is extrapolated and errs for all rings together, and by
more than their noise. It is therefore fitted along with every curve, held by how well it is known.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..measure.reading import Reading

Vector = NDArray[np.float64]

LEVEL_SIGMA = 0.004
"""What all modulations of one picture may be off together, as a share, beyond what the reading knows."""

SHAPE_SIGMA = 0.0015
"""What a curve may be off from theory once its level is right: transfer curve, coding, colours of light."""

PALE, PALE_SIGMA = 0.3, 0.03
"""Below this best modulation the common error grows, up to that much more."""

_OUTLIER = 2.0
_LEVEL_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Reference:
    """The modulation curve of the best picture seen at one zoom position; as in `Reading`."""

    frequency_cy_px: tuple[float, ...]
    modulation: tuple[float, ...]
    modulation_sigma: tuple[float, ...]
    level_sigma: float = 0.0
    level_noise: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Rings:
    """The rings of one picture that can be fitted, shape (n,), with what they may be off.

    `noise`: sigma of each ring; `shape`: what the curve may be off, as one ring's share; `level`: of zero
    frequency, as a share of all, `level_noise` the part of it that is noise.
    """

    frequency: Vector
    modulation: Vector
    noise: Vector
    shape: float
    level: float
    level_noise: float

    @property
    def sigma(self) -> Vector:
        """Of each ring, noise and shape together."""
        return np.hypot(self.noise, self.shape)


def rings_of(curve: Reading | Reference) -> Rings | None:
    """The rings that can be fitted: finite, with a sigma; None without any."""
    rows = np.array([curve.frequency_cy_px, curve.modulation, curve.modulation_sigma], dtype=float)
    frequency, modulation, sigma = rows[:, np.isfinite(rows).all(axis=0) & (rows[2] > 0.0)]
    if not frequency.size:
        return None
    level = min(curve.level_sigma, float(np.min(sigma / np.maximum(np.abs(modulation), 1e-9))))
    noise = np.sqrt(np.maximum(sigma**2 - (level * modulation) ** 2, 0.0))
    return Rings(
        frequency,
        modulation,
        noise,
        _shape_sigma(modulation),
        math.hypot(level, LEVEL_SIGMA),
        min(curve.level_noise, level),
    )


def _shape_sigma(modulation: Vector) -> float:
    """Error of a curve's shape, as one ring's share of it: averaging over the rings does not lessen it.

    Where even the best ring is pale the star is a blur without its main lobe: its level of white and black is
    guessed, and side lobes of real lenses are not those of theory.
    """
    pale = max(0.0, 1.0 - float(np.max(np.abs(modulation))) / PALE)
    return (SHAPE_SIGMA + PALE_SIGMA * pale) * math.sqrt(len(modulation))


def misfit(rings: Rings, model: Vector) -> Vector:
    """How badly curves fit, each at the level that suits it best; model of shape (rings, curves).

    Squared misfits, straight on beyond 2 sigma (Huber's loss): a wild ring then does little harm, while a
    curve that misses many rings is never taken for one that misses a few.
    """
    sigma = rings.sigma[:, None]
    shown = model / sigma
    left = rings.modulation[:, None] / sigma - shown
    level = np.zeros(model.shape[1])
    for _ in range(_LEVEL_ROUNDS):
        weighed = shown * (_OUTLIER / np.maximum(np.abs(left - level * shown), _OUTLIER))
        level = _down(weighed, left) / (_down(weighed, shown) + rings.level**-2)
    off = np.abs(left - level * shown)
    most = np.minimum(off, _OUTLIER)
    return np.asarray(_down(most, 2.0 * off - most) + (level / rings.level) ** 2)


def _down(one: Vector, other: Vector) -> Vector:
    """The sum of the products down each column."""
    return np.asarray(np.einsum("rc,rc->c", one, other))

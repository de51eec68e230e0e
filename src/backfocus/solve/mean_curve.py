"""Several pictures of one zoom position as one."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..measure.reading import Reading


def mean_reading(readings: Sequence[Reading]) -> Reading | None:
    """The mean curve and scale of readings with a star, at the frequencies of the one in the middle.

    Noise averages out; what the level of zero frequency is off in all of them does not.
    """
    having = [each for each in readings if each.frequency_cy_px]
    if not having:
        return None
    middle = having[len(having) // 2]
    at = np.array(middle.frequency_cy_px)
    curves = np.array([np.interp(at, each.frequency_cy_px, each.modulation) for each in having])
    sigmas = np.array([np.interp(at, each.frequency_cy_px, each.modulation_sigma) for each in having])
    modulation = curves.mean(axis=0)
    level, noise = np.mean([(each.level_sigma**2, each.level_noise**2) for each in having], axis=0)
    own = np.maximum(np.mean(sigmas**2, axis=0) - level * modulation**2, 0.0)
    level -= noise * (1.0 - 1.0 / len(having))
    sigma = np.sqrt(own / len(having) + level * modulation**2)
    scales = [each.scale_px for each in having if each.scale_px is not None]
    return replace(
        middle,
        scale_px=float(np.median(scales)) if scales else None,
        modulation=tuple(map(float, modulation)),
        modulation_sigma=tuple(map(float, sigma)),
        level_sigma=math.sqrt(level),
        level_noise=math.sqrt(noise / len(having)),
    )

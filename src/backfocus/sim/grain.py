"""Noise, cut from a store of it at random places: drawing it again for each picture is slow."""

import numpy as np
from numpy.typing import NDArray


class Grain:
    """Normal noise of standard deviation 1.

    Parameters
    ----------
    rng : numpy.random.Generator
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._store = np.zeros(0, np.float32)

    def next(self, shape: tuple[int, int]) -> NDArray[np.float32]:
        """Grain for one picture, read-only or not: copy before writing."""
        count = shape[0] * shape[1]
        if self._store.size < 2 * count + 99_991:
            self._store = self._rng.standard_normal(2 * count + 99_991, dtype=np.float32)
        start = int(self._rng.integers(0, self._store.size - count))
        cut = self._store[start : start + count]
        return (cut if self._rng.random() < 0.5 else -cut[::-1]).reshape(shape)

"""A small picture without symmetry, so that a turn, a mirror or a lost part shows."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.video import open_source

Reads = Callable[..., list[Frame]]


@pytest.fixture
def grey() -> np.ndarray:
    """Shape (40, 56), uint8, every column and row another."""
    y, x = np.mgrid[:40, :56]
    return (20 + 3 * x + 1.2 * y).astype(np.uint8)


@pytest.fixture
def read(tmp_path: Path) -> Reads:
    """The frames of a file with these bytes."""

    def frames(data: bytes, name: str = "a.png", **options: object) -> list[Frame]:
        path = tmp_path / name
        path.write_bytes(data)
        return list(open_source(str(path), **options).frames())  # type: ignore[arg-type]

    return frames

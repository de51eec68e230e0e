"""Small moving pictures, and the command-line FFmpeg as a second opinion."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from backfocus.frame import Frame

WIDTH, HEIGHT = 72, 48
"""Not a multiple of a decoder's row alignment, so that a padded row that is not cut shows."""


@pytest.fixture
def moving() -> Callable[..., list[Frame]]:
    """Makes frames of a slanted ramp that moves by one column per picture; each differs from all others."""

    def make(count: int = 6, *, bits: int = 8, fps: float = 25.0, **signal: object) -> list[Frame]:
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        top = (235 if signal.get("limited") else 255) << (bits - 8)
        dtype = np.uint8 if bits == 8 else np.uint16
        ramps = [(16 + (2 * x + y + 5 * n) % 200) * top // 255 for n in range(count)]
        return [
            Frame(luma=ramp.astype(dtype), index=n, at_s=n / fps, bits=bits, **signal)  # type: ignore[arg-type]
            for n, ramp in enumerate(ramps)
        ]

    return make


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """Path of an FFmpeg program that is not PyAV's library."""
    return str(
        pytest.importorskip("imageio_ffmpeg", reason="the `srt` extra is not installed").get_ffmpeg_exe()
    )


@pytest.fixture(scope="session")
def raw_luma(ffmpeg: str) -> Callable[..., np.ndarray]:
    """Luma of all pictures of a file as the FFmpeg program decodes it: shape (pictures, rows, columns)."""

    def read(path: Path, pixel_format: str, width: int, height: int, chroma_share: float) -> np.ndarray:
        command = [ffmpeg, "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", pixel_format, "-"]
        data = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        samples = np.frombuffer(data, np.uint8 if "le" not in pixel_format else np.uint16)
        per_picture = int(width * height * (1 + chroma_share))
        return samples.reshape(-1, per_picture)[:, : width * height].reshape(-1, height, width)

    return read

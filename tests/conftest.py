"""What every test stands on."""

from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of third-party pictures with known truth; ORIGIN.md in each says whose."""
    return GOLDEN

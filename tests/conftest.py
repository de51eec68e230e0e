"""What every test stands on."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# how long a busy machine takes to draw an example says nothing about the code
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of third-party pictures with known truth; ORIGIN.md in each says whose."""
    return GOLDEN

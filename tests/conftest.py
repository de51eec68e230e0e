"""What every test stands on."""
# ruff: noqa: E402

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Before numpy is imported. The matrices here are small: where two tests run side by side, a second thread of
# BLAS only spins.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Read as a process starts, so by the processes among which the tests are dealt out. Arrays of 100 kB come and
# go all the time: to ask the system for each of them anew takes as long as the sums in them.
os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(64 << 20))
os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(256 << 20))
# Hundreds of tests start the command: each would compile all of it anew where nothing is written beside it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

import pytest
from hypothesis import HealthCheck, settings

from backfocus.sim.source import open_sim
from backfocus.video.record import record

from .browser import CHROMIUM, started
from .forked import Forks

# how long a busy machine takes to draw an example says nothing about the code
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture(scope="session", autouse=True)
def no_config_of_whoever_runs_this(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The tester's own backfocus.toml holds for no test, and none writes beside the tester's sessions."""
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))
    os.environ.pop("BACKFOCUS_CONFIG", None)


GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of third-party pictures with known truth; ORIGIN.md in each says whose."""
    return GOLDEN


@pytest.fixture(scope="session")
def pull(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that goes from tele to wide with the sensor 40 um too far away; 8x, 12.5 pictures a second.

    Small, as many tests read it: the star fills it at tele, and has the same 77 px at wide as in HD.
    """
    path = tmp_path_factory.mktemp("clips") / "pull.mp4"
    source = open_sim("sim://?clip=check&delta_um=40&seed=5&zoom=8&fps=12.5&codec=none&size=640x360")
    record(source.frames(), path, fps=12.5)
    return path


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """What runs `backfocus ARGS...` without starting Python anew for each."""
    made = Forks()
    yield made
    made.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's browser, one for all; the tests that need it are skipped where it is missing."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (`make test` installs it where it may)")
    with started() as browser:
        yield browser

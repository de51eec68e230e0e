"""The command line as a person runs it: one process, its exit code and what it said."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ..forked import DEADLINE_S, Forks

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def backfocus(tmp_path: Path, forks: Forks) -> Run:
    """Runs `backfocus ARGS...` with a store of its own."""
    environment = {**os.environ, "BACKFOCUS_STORE": str(tmp_path / "sessions.db"), "COLUMNS": "100"}

    def run(*arguments: object, deadline_s: float = DEADLINE_S) -> "subprocess.CompletedProcess[str]":
        return forks.run(*arguments, cwd=tmp_path, environment=environment, deadline_s=deadline_s)

    return run

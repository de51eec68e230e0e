"""The command line as a person runs it: one process, its exit code and what it said."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
DEADLINE_S = 150
"""Far beyond what any of these takes: a hang is a failure, not a wait."""


@pytest.fixture
def backfocus(tmp_path: Path) -> Run:
    """Runs `backfocus ARGS...` with a store of its own."""
    environment = {**os.environ, "BACKFOCUS_STORE": str(tmp_path / "sessions.db"), "COLUMNS": "100"}

    def run(*arguments: object, deadline_s: float = DEADLINE_S) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "backfocus", *map(str, arguments)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=deadline_s,
            env=environment,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run

"""`backfocus camera` in a process of its own, for tests and campaigns."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def camera_process(address: str, *words: str) -> Iterator[dict[str, str]]:
    """A virtual camera on the network, by its addresses; `words`: more of the command line."""
    command = [sys.executable, "-m", "backfocus", "camera", address, *words, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()

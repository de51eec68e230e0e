"""The page as the tools look at it: served by a process of its own."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and where its page is."""

    pid: int
    address: str


@contextmanager
def served(*words: str) -> Iterator[Server]:
    """What `backfocus serve` shows with these words on a free port, until the end."""
    command = [sys.executable, "-m", "backfocus", "serve", *words, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            _wait_for(address)
            yield Server(process.pid, address)
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(address):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{address} does not answer")

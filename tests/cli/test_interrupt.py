"""A session outlives its process: interrupted, killed, taken up again."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ..forked import DEADLINE_S
from .conftest import Run

SOURCE = "sim://?seed=4&hand=none&size=480x270"


def begun(store: Path) -> "subprocess.Popen[str]":
    """A guide that has seen the star."""
    command = [sys.executable, "-m", "backfocus", "guide", SOURCE, "--json", "--store", str(store)]
    started = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
        # a test run in the background may have been told to ignore interrupts, and children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert started.stdout is not None
    for line in started.stdout:
        if json.loads(line)["kind"] == "event":  # before that, nothing had happened
            return started
    raise AssertionError(started.communicate(timeout=DEADLINE_S))


@pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")
@pytest.mark.parametrize(
    ("how", "code"),
    [pytest.param(signal.SIGINT, 130, marks=pytest.mark.slow), (signal.SIGKILL, -signal.SIGKILL)],
)
def test_an_ended_process_leaves_a_session_that_goes_on(
    backfocus: Run, tmp_path: Path, how: signal.Signals, code: int
) -> None:
    started = begun(tmp_path / "sessions.db")
    started.send_signal(how)
    try:
        _, said = started.communicate(timeout=DEADLINE_S)
    finally:
        started.kill()
    assert started.returncode == code
    assert "Traceback" not in said
    if how is signal.SIGINT:
        assert f"backfocus guide '{SOURCE}' --store" in said
        assert said.endswith("--resume 1\n")
    (session,) = [json.loads(line) for line in backfocus("history", "--json").stdout.splitlines()]
    assert session["state"] == "open"
    resumed = backfocus("guide", SOURCE, "--resume", session["id"], "--frames", 2, "--json")
    assert f"going on with session {session['id']}" in resumed.stderr
    assert json.loads(resumed.stdout.splitlines()[-1])["kind"] == "verdict"
    # asked for only two pictures: nothing could be decided, and that is an answer
    assert resumed.returncode == 4
    again = backfocus("guide", SOURCE, "--resume", session["id"])
    assert again.returncode == 2
    assert "finished" in again.stderr

"""`backfocus ARGS...` as a process of its own, in milliseconds: a fork of one that has imported everything.

To start Python and import what a command needs takes a second of the processor's time, and hundreds of tests
start one. So one process imports it all, runs nothing, and waits; each command is a fork of it, with its own
arguments, folder, environment, standard files and exit code. It ends as any interpreter ends; once a command
has ended so with a code, it leaves out, with that code, to take apart all that was imported. What an
interpreter reads from its environment as it starts (`PYTHONIOENCODING`, the locale) is that of the first
process: tests of such things start a whole one. Where the system cannot fork, every command is a whole one.

Run as a program, this file is the process that waits.
"""

import atexit
import gc
import io
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

DEADLINE_S = 150
"""Far beyond what any command takes: a hang is a failure, not a wait."""

CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"  # the system's own libraries forbid it there

Ended = subprocess.CompletedProcess


class Forks:
    """Runs commands, one after another."""

    def __init__(self) -> None:
        self._waiting: subprocess.Popen[str] | None = None

    def run(
        self,
        *arguments: object,
        cwd: Path,
        environment: Mapping[str, str] | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> "Ended[str]":
        """One command to its end: exit code, what it printed, what it said."""
        command = [sys.executable, "-m", "backfocus", *map(str, arguments)]
        environment = dict(os.environ if environment is None else environment)
        if not CAN_FORK:
            return subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=deadline_s,
                env=environment,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                check=False,
            )
        with tempfile.TemporaryDirectory() as folder:
            said = [Path(folder, name) for name in ("out", "err")]
            asked = {
                "arguments": command[3:],
                "cwd": str(cwd),
                "environment": environment,
                "files": list(map(str, said)),
            }
            code = self._answer(asked, command, deadline_s)
            return Ended(command, code, *(each.read_text("utf-8") for each in said))

    def close(self) -> None:
        """End the process that waits, and whatever it started."""
        if self._waiting is not None:
            os.killpg(self._waiting.pid, signal.SIGKILL)
            self._waiting.communicate()
            self._waiting = None

    def _answer(self, asked: Mapping[str, object], command: list[str], deadline_s: float) -> int:
        if self._waiting is None:
            self._waiting = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        assert self._waiting.stdin is not None
        assert self._waiting.stdout is not None
        self._waiting.stdin.write(json.dumps(asked) + "\n")
        self._waiting.stdin.flush()
        with selectors.DefaultSelector() as ready:
            ready.register(self._waiting.stdout, selectors.EVENT_READ)
            if not ready.select(deadline_s):
                self.close()
                raise subprocess.TimeoutExpired(command, deadline_s)
        return int(self._waiting.stdout.readline())


def _wait() -> set[int]:
    """Fork for every line that is asked, and tell its exit code.

    Returns in the fork, as the command, with the codes that it has ended with before.
    """
    codes: dict[str, set[int]] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        name = next((each for each in asked["arguments"] if not each.startswith("-")), "")
        before = codes.setdefault(name, set())
        fork = os.fork()
        if not fork:
            _become(asked)
            return before
        code = os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])
        before.add(code)
        print(code, flush=True)
    sys.exit()


def _run(main: Callable[[], None], ended_whole: set[int]) -> None:
    """The command; where it ends with a code as it did before, in half the time.

    Threads are waited for, what was left for the end is run, and what was printed is out. Left out is what an
    interpreter does after that: to free each object that was imported.
    """
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code or 0
    if not isinstance(code, int) or code not in ended_whole:
        sys.exit(code)
    threading._shutdown()
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)
    os._exit(code)


def _become(asked: dict[str, Any]) -> None:
    """Take on arguments, folder, environment and files, as `python -m backfocus` would have them."""
    out, err = asked["files"]
    written = os.O_WRONLY | os.O_CREAT
    for number, (path, mode) in enumerate(((os.devnull, os.O_RDONLY), (out, written), (err, written))):
        opened = os.open(path, mode, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.FileIO(number, mode), encoding="utf-8") for number, mode in enumerate("rww")
    )
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["cwd"])
    sys.argv = ["backfocus", *asked["arguments"]]
    sys.path[0] = os.getcwd()


def _import_all() -> None:
    """What commands import, but for the page's server, and for WeasyPrint, which changes what Pillow does."""
    import importlib
    import pkgutil

    import backfocus

    not_here = ("backfocus.web", "backfocus.__main__", "backfocus.session.migrations.")
    for each in pkgutil.walk_packages(backfocus.__path__, "backfocus."):
        if not each.name.startswith(not_here):
            importlib.import_module(each.name)
    late = "alembic.command jinja2 reportlab.pdfgen.canvas rich.live scipy.interpolate scipy.optimize"
    for name in late.split():  # what is imported where it is used, and takes long
        importlib.import_module(name)
    # the collector would look through all of it at the end of each fork, which takes half a second
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _import_all()
    had = _wait()
    from backfocus.cli.app import main

    _run(main, had)

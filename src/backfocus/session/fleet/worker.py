"""One camera in a process of its own: what hangs, crashes or eats memory there does not touch the others.

What it is told stands in a pipe and not on a command line, so no list of processes shows an address. The end
of the pipe is the word to stop, whatever ended the other side: the lens is put back then, and the process
ends.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from ...errors import BackfocusError
from ...redaction import redact
from ...solve.focus_table import table_text
from ..motors import AutoRun, Progress, auto_json, open_run, table_of, why_no_table
from ..run import Limits
from ..shots import Shot, WideShot
from .listed import Listed

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """What to check, and for how long at most."""

    listed: Listed
    limits: Limits


@dataclass(frozen=True, slots=True)
class Begun:
    """It has a process, by its number."""

    process: int


@dataclass(frozen=True, slots=True)
class Looked:
    """A look was taken."""

    looks: int
    at_s: float
    doing: str


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something to be said to the person."""

    words: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer, as `auto_json` makes it, with the picture at wide and the table that was asked for.

    `source`: where its pictures came from; "" where that is known.
    """

    line: Json
    shot: Shot | None
    table: str | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be checked, and why."""

    words: str


INTERRUPTED = 130
"""Exit code of a process that was told to stop, by whomever: the whole run is to stop then."""
Message = Begun | Looked | Noticed | Checked | Failed
Fault = Callable[[BaseException], str]


def work(job: Job, pipe: Connection, fault: Fault) -> None:
    """Check one camera and tell how it goes; the whole life of the process."""
    _end_with(pipe)
    try:
        pipe.send(_checked(job, pipe))
    except BackfocusError as error:
        pipe.send(Failed(redact(str(error))))
    except BrokenPipeError:
        return
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001  the outermost shell of this process
        pipe.send(Failed(redact(fault(error))))


def _checked(job: Job, pipe: Connection) -> Message:
    listed, wide = job.listed, WideShot()
    last: Progress | None = None
    with open_run(
        listed.rig, listed.camera.address, listed.wishes, notice=lambda words: _notice(pipe, redact(words))
    ) as run:
        for last in run.progress(job.limits):
            wide.take(last)
            if last.seen is not None:
                pipe.send(Looked(last.looks, last.at_s, last.ask.why))
    if last is None or last.answer is None:
        return Failed("it ended before the answer was known")
    return Checked(auto_json(last), wide.shot, _table(run, last, listed, pipe), run.rig.source)


def _notice(pipe: Connection, words: str) -> None:
    """Tell the person, also where the other side is gone: what could not be put back has to be said."""
    try:
        pipe.send(Noticed(words))
    except OSError:
        sys.stderr.write(f"backfocus: {words}\n")


def _table(run: AutoRun, last: Progress, listed: Listed, pipe: Connection) -> str | None:
    if listed.table is None or last.answer is None:
        return None
    found = table_of(last.answer, run.lens.axes["focus"])
    if found is None:
        _notice(pipe, f"{listed.camera.name}: {why_no_table(last.answer)}")
        return None
    return table_text(found, listed.table.name)


def _end_with(pipe: Connection) -> None:
    """Be interrupted once, by whichever comes first: a signal, or the end of the pipe.

    A second interruption would cut short what puts the lens back, so it is passed over.
    """
    told = threading.Event()

    def once(_number: int, _frame: object) -> None:
        if not told.is_set():
            told.set()
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, once)
    main = threading.main_thread().ident or 0

    def watch() -> None:
        with suppress(EOFError, OSError):
            pipe.recv()
        if os.name == "posix":
            signal.pthread_kill(main, signal.SIGINT)
        else:
            signal.raise_signal(signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()

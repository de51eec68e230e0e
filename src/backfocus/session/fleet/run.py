"""Many cameras side by side, within limits; each in a process of its own, none waits for another."""

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from ..motor_history import keep_run, keep_unreached
from ..run import Limits
from ..store import Store
from .listed import Fleet, Listed
from .log import TO_END_S, FleetLog
from .rows import Row
from .worker import INTERRUPTED, Begun, Checked, Failed, Fault, Job, Looked, Message, Noticed, work

SILENT_S = 300.0
"""A process that has said nothing for so long hangs: slow motors take a tenth of it from look to look."""
WAKE_S = 1.0
Heard = Generator[tuple[int, Message], None, None]
Hear = Callable[[Sequence[Job], int, Fault], Heard]


def cores() -> int:
    """How many this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class FleetRun:
    """A run over the cameras of a file.

    Attributes
    ----------
    at_once : int
        How many are checked side by side.
    is_reference : bool
        Whether what is found now is what later runs are compared with.
    notice, fault : callable
        Told what a person should know; words for an unexpected error, as a function of a module.
    hear : callable, optional
        Another way than processes to have jobs done, for tests; as `heard`.
    """

    fleet: Fleet
    store: Store
    log: FleetLog
    at_once: int
    limits: Limits = field(default_factory=Limits)
    is_reference: bool = False
    notice: Callable[[str], None] = lambda words: None
    fault: Fault = str
    hear: Hear | None = None

    def rows(self, *, again: bool = False) -> Generator[Row, None, None]:
        """Each camera as it goes on, first those that are done already.

        What is found is kept in the store and in the log before it is given. Close it to stop: every lens is
        put back.

        Raises
        ------
        UsageError
            If another program is at these cameras.
        """
        done = self.log.begin(again=again)
        left = []
        for listed in self.fleet.cameras:
            kept = done.get(listed.mark)
            if kept is None:
                left.append(listed)
            else:
                yield kept
        yield from self._checked(left)
        self.log.end()

    def _checked(self, left: Sequence[Listed]) -> Iterator[Row]:
        rows = {each.camera.name: Row(each.camera.name, each.camera.group) for each in left}
        begun: dict[str, datetime] = {}
        jobs = [Job(each, self.limits) for each in left]
        with closing((self.hear or heard)(jobs, self.at_once, self.fault)) as told:
            for number, message in told:
                listed = left[number]
                name = listed.camera.name
                begun.setdefault(name, datetime.now(UTC))
                if isinstance(message, Noticed):
                    self.notice(f"{name}: {message.words}")
                    continue
                rows[name] = self._row(rows[name], listed, message, begun[name])
                yield rows[name]

    def _row(self, row: Row, listed: Listed, message: Message, begun_at: datetime) -> Row:
        """The camera after a message of its process."""
        match message:
            case Begun():
                self.log.add_process(message.process)
                return replace(row, state="running")
            case Looked():
                return replace(row, looks=message.looks, at_s=message.at_s, doing=message.doing)
            case Checked():
                rig = replace(listed.rig, source=message.source or listed.rig.source)
                line = keep_run(
                    self.store, listed.camera, rig, message.line, message.shot,
                    begun_at=begun_at, is_reference=self.is_reference,
                )  # fmt: skip
                self._write_table(listed, message.table)
                row = replace(row, state="done", line=line)
                self.log.add(listed, row)
                return row
            case Failed():
                keep_unreached(self.store, listed.camera, listed.rig, message.words, begun_at=begun_at)
                return replace(row, state="done", error=message.words)
            case _:
                return row

    def _write_table(self, listed: Listed, text: str | None) -> None:
        if listed.table is None or text is None:
            return
        try:
            listed.table.write_text(text, "utf-8")
        except OSError as fault:
            self.notice(
                f"{listed.camera.name}: {listed.table}: {fault.strerror or fault}: no table is written"
            )


@dataclass
class _Running:
    """One process."""

    number: int
    process: BaseProcess
    heard_s: float
    ended: bool = False


def heard(jobs: Sequence[Job], at_once: int, fault: Fault) -> Heard:
    """What the processes tell, by the number of their job: `Begun` first, one `Checked` or `Failed` last."""
    context = multiprocessing.get_context("spawn")
    waiting = deque(enumerate(jobs))
    running: dict[Connection, _Running] = {}
    try:
        while waiting or running:
            while waiting and len(running) < at_once:
                number, job = waiting.popleft()
                here, there = context.Pipe()
                process = context.Process(target=work, args=(job, there, fault), name=f"camera {number}")
                process.start()
                there.close()
                running[here] = _Running(number, process, time.monotonic())
                yield number, Begun(process.pid or 0)
            ready = wait(list(running), WAKE_S)
            for pipe in [each for each in running if each in ready]:
                yield from _told(pipe, running)
            yield from _hanging(running)
    finally:
        _end(running)


def _told(pipe: Connection, running: dict[Connection, _Running]) -> Iterator[tuple[int, Message]]:
    """One message, or the end of its process."""
    each = running[pipe]
    try:
        message: Message = pipe.recv()
    except (EOFError, OSError):
        del running[pipe]
        each.process.join()
        pipe.close()
        if each.process.exitcode == INTERRUPTED:
            raise KeyboardInterrupt from None
        if not each.ended:
            yield each.number, Failed(f"its process ended (exit code {each.process.exitcode})")
        return
    each.heard_s = time.monotonic()
    each.ended = isinstance(message, Checked | Failed)
    yield each.number, message


def _hanging(running: dict[Connection, _Running]) -> Iterator[tuple[int, Message]]:
    for pipe, each in tuple(running.items()):
        if time.monotonic() - each.heard_s > SILENT_S:
            del running[pipe]
            _end({pipe: each})
            if not each.ended:
                yield each.number, Failed(f"nothing was heard of it for {SILENT_S:.0f} s")


def _end(running: dict[Connection, _Running]) -> None:
    """Let them put their lenses back and end; one that does not in `TO_END_S` is killed."""
    for pipe in running:
        with suppress(OSError):
            pipe.close()
    end_s = time.monotonic() + TO_END_S
    for each in running.values():
        each.process.join(max(0.1, end_s - time.monotonic()))
        if each.process.is_alive():
            each.process.kill()
            each.process.join()

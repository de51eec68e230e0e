"""Who writes a session: one program at a time.

A program that leads a session writes its name beside it, and the time with everything it writes. The name
counts for nothing once the program has gone: on this machine its process is looked for, from elsewhere it is
silence that tells. Should a program that was taken for gone come back, its next word is refused, so that two
never write into one session.
"""

import os
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

SILENT_S = 120.0
"""Longer than a source is waited for without a picture: a program silent for so long is gone."""


@dataclass(frozen=True, slots=True)
class Writer:
    """A program: the machine it runs on, its process there, and a word that no other program has."""

    machine: str
    process: int
    word: str

    def __str__(self) -> str:
        return f"{self.process} {self.word} {self.machine}"

    @property
    def words(self) -> str:
        """What to call it to a person."""
        return f"process {self.process} on {self.machine.partition(' ')[0]}"

    def is_gone(self, silent_s: float) -> bool:
        """Whether it no longer runs, by its process where that can be seen and by its silence."""
        return silent_s > SILENT_S or (self.machine == this_machine() and not runs(self.process))


def this_program() -> Writer:
    """A name for one that opens a store here; each time another."""
    return Writer(this_machine(), os.getpid(), secrets.token_hex(8))


def writer_of(text: str) -> Writer:
    """The writer whose `str` this is."""
    process, word, machine = text.split(" ", 2)
    return Writer(machine, int(process), word)


@cache
def this_machine() -> str:
    """Its name, and where processes are counted apart (containers) which count it is."""
    name = socket.gethostname() or "localhost"
    with suppress(OSError):
        name += " " + os.readlink("/proc/self/ns/pid")
    return name


def runs(process: int) -> bool:
    """Whether there is such a process; where that cannot be asked, it is said to run."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True

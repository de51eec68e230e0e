"""What the server of the page says on stderr: one plain line each, and the same line not again and again.

What strangers send must not scroll away the address and the QR code that stand in the same terminal.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

Fault = Callable[[BaseException], str]
"""Says an unexpected error in one line, and may keep a record of it."""

LONGEST = 400
AGAIN_S = 60.0
"""The same complaint is told again after this long, with how many there were."""


class ToStderr(logging.Handler):
    """Writes to whatever stderr is at the moment; one that is closed is no reason to end."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{self.format(record)}\n")


def name_of(error: BaseException) -> str:
    """What an error is called, and the first line of what it says."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


class OneLine(logging.Formatter):
    """A record as one line: its first line, the error if there was one, and nothing a terminal would obey.

    Parameters
    ----------
    fault : callable
        Words for an error of the program; what the system refused needs no record.
    """

    def __init__(self, fault: Fault = name_of) -> None:
        super().__init__()
        self._fault = fault

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        words = record.getMessage().strip().partition("\n")[0]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            words = f"{words.rstrip('.')}: {(name_of if isinstance(error, OSError) else self._fault)(error)}"
        words = "".join(letter if letter.isprintable() else "?" for letter in words)
        return f"backfocus: page: {words[:LONGEST]}{getattr(record, 'others', '')}"


class Seldom(logging.Filter):
    """Lets the first of several equal complaints through, then one each `AGAIN_S`."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now_s = now_s
        self._told: dict[tuple[str, int, type[BaseException] | None], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this one is told; those from one line of code with one kind of error are equal."""
        error = record.exc_info[0] if record.exc_info else None
        if error is not None and issubclass(error, asyncio.CancelledError):
            return False  # the server is being ended, with pages open: that is no fault
        if "graceful shutdown exceeded" in str(record.msg):
            return False  # the same, in the words of uvicorn
        place = (record.pathname, record.lineno, error)
        told_s, kept_back = self._told.get(place, (None, 0))
        now_s = self._now_s()
        if told_s is not None and now_s - told_s < AGAIN_S:
            self._told[place] = told_s, kept_back + 1
            return False
        self._told[place] = now_s, 0
        record.others = f" ({kept_back} more like this in between)" if kept_back else ""
        return True


def logs(fault: Fault = name_of) -> dict[str, Any]:
    """For `logging.config.dictConfig`: uvicorn and the event loop; what neither of them catches ends here."""
    server = {"handlers": ["stderr"], "level": "WARNING", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": OneLine, "fault": fault}},
        "filters": {"seldom": {"()": Seldom}},
        "handlers": {"stderr": {"()": ToStderr, "formatter": "line", "filters": ["seldom"]}},
        "loggers": {"uvicorn": server, "asyncio": server},
    }

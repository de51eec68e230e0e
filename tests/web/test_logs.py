"""What the server says: one line each, and not the same again and again."""

import asyncio
import io
import logging
import logging.config
import sys

import pytest

from backfocus.web.logs import AGAIN_S, OneLine, Seldom, logs


def record(words: str, *, line: int = 1, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, None)
    return logging.LogRecord("uvicorn.error", logging.ERROR, "server.py", line, words, None, info)


@pytest.mark.parametrize(
    "error", [None, ValueError("two\nlines"), OverflowError("x" * 5000), KeyError("\x1b[2J\r\u202e")]
)
def test_whatever_happens_is_one_line(error: Exception | None) -> None:
    line = OneLine().format(record("Exception in ASGI application\n", error=error))
    assert line.isprintable()
    assert len(line) < 450
    assert line.startswith("backfocus: page: Exception in ASGI application")
    assert error is None or type(error).__name__ in line


def test_the_same_is_told_once_a_minute_with_how_often_it_was() -> None:
    now = [0.0]
    seldom = Seldom(lambda: now[0])
    told = []
    for second in range(0, 130, 10):
        now[0] = float(second)
        noise = record("Invalid HTTP request received.")
        if seldom.filter(noise):
            told.append(OneLine().format(noise))
    assert AGAIN_S == 60.0
    assert len(told) == 3
    assert told[0].endswith("received.")
    assert told[1].endswith("(5 more like this in between)")


def test_a_server_that_is_ended_with_pages_open_reports_no_fault() -> None:
    assert not Seldom(lambda: 0.0).filter(record("failed", error=asyncio.CancelledError("shutdown")))


def test_another_error_at_the_same_place_is_told() -> None:
    seldom = Seldom(lambda: 0.0)
    assert seldom.filter(record("failed", error=ValueError("a")))
    assert not seldom.filter(record("failed", error=ValueError("b")))
    assert seldom.filter(record("failed", error=KeyError("c")))
    assert seldom.filter(record("failed", line=2, error=KeyError("c")))


def test_a_server_whose_stderr_is_closed_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    logging.config.dictConfig(logs())
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    logging.getLogger("uvicorn.error").error("nobody hears this")


def test_a_fault_of_ours_is_recorded_and_what_the_system_refused_is_not() -> None:
    kept: list[BaseException] = []

    def fault(error: BaseException) -> str:
        kept.append(error)
        return "its record lies there"

    assert (
        OneLine(fault).format(record("failed", error=KeyError("x"))).endswith("failed: its record lies there")
    )
    assert "too many" in OneLine(fault).format(record("failed", error=OSError(24, "too many")))
    assert [type(each) for each in kept] == [KeyError]

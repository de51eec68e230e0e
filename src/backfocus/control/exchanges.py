"""What is said to a camera and what it answers, for anyone who listens: an owner who records it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

Way = Literal["http", "visca", "l10"]


@dataclass(frozen=True, slots=True)
class Said:
    """One question and its answers.

    Attributes
    ----------
    way : {"http", "visca", "l10"}
    asked : str
        Method, path and query of HTTP; the bytes of the others, in hexadecimal.
    body : str
        What HTTP sent with it.
    answers : list of str
        The body of an answer over HTTP; packets in hexadecimal, as they came.
    code, kind : int, str
        Status and content type of an answer over HTTP.
    """

    way: Way
    asked: str
    body: str = ""
    answers: list[str] = field(default_factory=list)
    code: int = 0
    kind: str = ""


_listening: list[list[Said]] = []
_lock = threading.Lock()


@contextmanager
def heard() -> Iterator[list[Said]]:
    """All that is said inside, by any driver of this program, in the order in which it is asked."""
    said: list[Said] = []
    with _lock:
        _listening.append(said)
    try:
        yield said
    finally:
        with _lock:
            _listening[:] = [each for each in _listening if each is not said]


def tell(said: Said) -> None:
    """A driver has asked something; costs nothing where nobody listens."""
    with _lock:
        for each in _listening:
            each.append(said)


def tell_packet(way: Way, asked: bytes | None, answer: bytes | None = None) -> None:
    """A packet went out, or one came in answer to the last that did."""
    with _lock:
        for each in _listening:
            if asked is not None:
                each.append(Said(way, asked.hex(" ")))
            elif answer is not None and each:
                each[-1].answers.append(answer.hex(" "))

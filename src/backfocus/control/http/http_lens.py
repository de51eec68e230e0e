"""What drivers over HTTP have in common: a session, the first questions, and answers that are none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult

import httpx

from ...errors import LensError, LensUnreachable
from ..polled import NoAnswerError, Polled, Remote, polled, tried
from ..query import Known, asked_for
from .http import Http


@contextmanager
def lens_over_http(
    parts: SplitResult,
    known: Known,
    make: Callable[[Http, dict[str, str]], Remote],
) -> Iterator[Polled]:
    """The lens that `make` finds in a session, let go at the end.

    Parameters
    ----------
    parts : SplitResult
        Of the address.
    known : Known
        What it may say after its `?`, as for `asked_for`.
    make : callable
        Takes the session and what the address says; may ask questions.

    Raises
    ------
    UsageError
        The address says what there is not.
    LensUnreachable
        Nothing answers there.
    LensError
        What answers is no such camera, or refuses name and password.
    """
    given = asked_for(parts, known)
    http = Http(parts, "offered")
    try:
        try:
            remote = tried(lambda: make(http, given))
        except NoAnswerError as fault:
            raise LensUnreachable(f"{http.title} does not answer: {fault}: look at the address") from None
        with polled(remote) as lens:
            yield lens
    finally:
        http.close()


def demand_here(http: Http, answer: httpx.Response) -> None:
    """LensError where the camera sends the caller elsewhere: a password must not go there."""
    if not answer.has_redirect_location:
        return
    scheme = http.title.partition(":")[0]
    wants_https = answer.headers["location"].lower().startswith("https:") and not scheme.endswith("+https")
    todo = f"write {scheme}+https:// before its name" if wants_https else "look at host and port"
    raise LensError(f"{http.title} sends callers elsewhere: {todo}")


def demand_ok(http: Http, answer: httpx.Response) -> httpx.Response:
    """The answer, if it is one; LensError for any other code."""
    code = answer.status_code
    demand_here(http, answer)
    if not answer.is_success:
        raise LensError(f"{http.title} answers with code {code}: it speaks another protocol, or that is off")
    return answer

"""Cameras that are asked over HTTP: a session with name and password, and one way to fail."""

import re
import threading
import time
from collections.abc import Generator, Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult

import httpx

from ...errors import LensError, UsageError
from ...redaction import shown
from ..exchanges import Said, tell
from ..login import PASSWORD, USER, login
from ..polled import EndlessError, NoAnswerError

CONNECT_S, ANSWER_S = 3.0, 3.0
"""Longest wait for a connection, and for the next bytes of an answer."""
WHOLE_S = 12.0
"""An answer that comes in drops, head or body, is given up after so long: it may never end."""
ENDLESS = "its answer does not end"
LONGEST_BYTES = 4 << 20
"""Longest answer that is read; those of cameras have some kilobytes, a video stream has no end."""
NOT_UNDERSTOOD = (LookupError, ValueError, NotImplementedError, httpx.ProtocolError)
"""What `httpx` makes of a digest challenge that is cut short, or of a kind that it does not know."""


class Digest(httpx.DigestAuth):
    """A digest; where the camera asks for one that nobody understands, a LensError says so."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The requests to send one after the other."""
        try:
            yield from super().auth_flow(request)
        except NOT_UNDERSTOOD:
            where = shown(f"{request.url.scheme}://{request.url.netloc.decode('ascii', 'replace')}")
            raise LensError(
                f"{where} asks for the password in a way that is not known here: choose digest with MD5 or "
                "SHA-256 in the camera's menu"
            ) from None


class Offered(httpx.Auth):
    """Name and password as the camera asks for them: digest where it offers that, else basic."""

    def __init__(self, user: str, password: str) -> None:
        self._digest, self._basic = Digest(user, password), httpx.BasicAuth(user, password)
        self._only_basic = False

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The requests to send one after the other."""
        if not self._only_basic:
            flow = self._digest.auth_flow(request)
            response = yield next(flow)
            try:
                while True:
                    response = yield flow.send(response)
            except StopIteration:
                pass
            offered = " ".join(response.headers.get_list("www-authenticate")).lower()
            if response.status_code != 401 or "digest" in offered or "basic" not in offered:
                return
            self._only_basic = True
        yield from self._basic.auth_flow(request)


class _Whole(httpx.SyncByteStream):
    """The bytes of an answer, as long as there are not too many, nor too slow."""

    def __init__(self, inner: httpx.SyncByteStream) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        length, until_s = 0, time.monotonic() + WHOLE_S
        for part in self._inner:
            length += len(part)
            if length > LONGEST_BYTES or time.monotonic() > until_s:
                raise httpx.ReadError(ENDLESS)
            yield part

    def close(self) -> None:
        self._inner.close()


class _Bounded(httpx.BaseTransport):
    """A transport with an end to every answer. What is packed is refused: it could fill the memory."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._headed(request)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            response.close()
            raise httpx.ReadError("its answer is compressed, which nobody asked for")
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _Whole(response.stream)
        return response

    def _headed(self, request: httpx.Request) -> httpx.Response:
        """An answer whose head is there. What waits for it knows no end but silence, so its line is cut."""
        late = threading.Event()

        def cut() -> None:
            late.set()
            self._inner.close()

        watch = threading.Timer(WHOLE_S, cut)
        watch.daemon = True
        watch.start()
        try:
            return self._inner.handle_request(request)
        except httpx.TransportError:
            if late.is_set():
                raise httpx.ReadError(ENDLESS) from None
            raise
        finally:
            watch.cancel()

    def close(self) -> None:
        self._inner.close()


class Http:
    """Questions to one camera; close it at the end.

    Parameters
    ----------
    parts : SplitResult
        Of the address: host, port, name and password. A scheme that ends in `+https` is encrypted; the
        certificate is not checked, for cameras sign their own.
    auth : {"digest", "basic", "offered"}
    transport : optional
        Another way than the network, for tests.
    """

    def __init__(
        self, parts: SplitResult, auth: str = "digest", transport: httpx.BaseTransport | None = None
    ) -> None:
        scheme = "https" if parts.scheme.endswith("+https") else "http"
        host = parts.hostname or ""
        where = f"[{host}]" if ":" in host else host
        known = login(parts)
        asks: Any = None
        if known is not None:
            kinds = {"digest": Digest, "basic": httpx.BasicAuth, "offered": Offered}
            asks = kinds[auth](*known)
        port = f":{parts.port}" if parts.port else ""
        self.title = shown(f"{parts.scheme}://{where}{port}")
        try:
            base = httpx.URL(f"{scheme}://{where}{port}")
        except httpx.InvalidURL:
            raise UsageError(f"{self.title} is not a valid address: check host and port") from None
        self._client = httpx.Client(
            base_url=base,
            auth=asks,
            headers={"Accept-Encoding": "identity"},
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
            trust_env=False,
            transport=_Bounded(transport or httpx.HTTPTransport(verify=False, trust_env=False)),
        )

    def ask(
        self,
        path: str,
        query: Mapping[str, str | int | float] | None = None,
        *,
        method: str = "GET",
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The answer, of whatever code but those that refuse the caller.

        Raises
        ------
        NoAnswerError
            There was none, or the camera is busy: ask again.
        LensError
            Name and password are refused.
        """
        try:
            answer = self._client.request(
                method, path, params=query, json=json, content=content, headers=headers
            )
        except httpx.InvalidURL:
            raise UsageError(f"{self.title} is not a valid address: check host and port") from None
        except httpx.RequestError as fault:
            why = _reason(fault)
            raise (EndlessError(why) if why == ENDLESS else NoAnswerError(why)) from None
        tell(_said(answer))
        if answer.status_code in (401, 403):
            raise LensError(
                f"{self.title} refuses name and password: give them in {USER} and {PASSWORD}, "
                "in the keyring, or in the address"
            )
        if answer.status_code in (429, 503):
            raise NoAnswerError("it is busy")
        return answer

    def within(self, address: str) -> str:
        """An address that the camera gave of itself, as `ask` takes it.

        Its host is not believed, for behind a router it is another: only its path is, and its port where the
        host is the one that is asked. So name and password go nowhere else.
        """
        base = self._client.base_url
        try:
            told = httpx.URL(address)
            if told.host == base.host:
                base = base.copy_with(port=told.port)
            return str(base.copy_with(raw_path=told.raw_path))
        except (httpx.InvalidURL, ValueError):
            return "/"

    def close(self) -> None:
        """Let go."""
        self._client.close()


def _reason(fault: httpx.RequestError) -> str:
    """Why there was no answer, without the number that the system has for it."""
    return re.sub(r"^\[Errno -?\d+\] ", "", str(fault)).rstrip(".") or type(fault).__name__


def text_of(answer: httpx.Response) -> str:
    """The text of an answer, whatever it says of its letters: these protocols have plain ones."""
    return answer.content.decode("utf-8", "replace")


def _said(answer: httpx.Response) -> Said:
    """For a recording: without heads, for they hold name and password."""
    asked = answer.request
    kind = answer.headers.get("content-type", "")
    is_text = kind.startswith("text/") or any(word in kind for word in ("xml", "json"))
    return Said(
        "http",
        f"{asked.method} {asked.url.raw_path.decode('ascii', 'replace')}",
        asked.content.decode("utf-8", "replace"),
        [text_of(answer)] if is_text or not kind else [],
        answer.status_code,
        kind,
    )

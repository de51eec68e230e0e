"""The door of the page: no request gets past it without the right host, origin and token.

    Host     a name of this machine or a plain address: a foreign name that leads here is DNS rebinding
    Origin   of a WebSocket and of anything that changes something: this page's own
    token    one that still holds, or the cookie it was traded for; none is asked for on the loopback

Plain ASGI, so that HTTP and WebSocket go through the same door, and static files too.
"""

import ipaddress
import re
import time
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .callers import LET_IN_WITH, caller_of
from .pages import is_page
from .tokens import COOKIE, COOKIE_S, Tokens

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
TRANSPARENT = "transparent"
"""What the meter page may be asked for."""
LONGEST_TARGET = 8192
"""Path and query."""
MOST_HEADERS = 64
_METHODS = frozenset({"GET", "HEAD", "POST"})
_SAFE = frozenset({"GET", "HEAD"})
_PASSED_ON = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_PATH = re.compile(r"/[A-Za-z0-9._/-]*")
"""Every address of the page is written with these."""
_HOST = re.compile(r"(?:([A-Za-z0-9._-]{1,253})|\[([0-9A-Fa-f:.]{2,45})\])(?::[0-9]{1,5})?")
_MOST_FIELDS = 16
_MOST_COOKIES = 8
"""Pages on other ports of the same host can set a cookie of our name: so many of them are tried."""
_NO_ENTRY = (
    "This page opens with the link or QR code shown in the terminal where it was started. Each works once."
)
_ENTERED = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>backfocus</title>'
    '<link rel="icon" href="data:,">'
    '<meta http-equiv="refresh" content="0; url={path}"></head><body>'
    '<a href="{path}">Open the page</a></body></html>'
)


class Guard:
    """ASGI middleware: lets through only what may come in, puts security headers on what goes out.

    Parameters
    ----------
    names : frozenset of str
        Host names this page may be called by; plain addresses as well where there are `tokens`.
    tokens : Tokens | None
        None: no token is asked for (loopback).
    used : callable
        Called after a token was traded, so that the next one can be printed.
    at_hand : bool
        Whether a browser on this machine, at a name of the loopback, is given a cookie without a token.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        names: frozenset[str] = LOOPBACK,
        tokens: Tokens | None = None,
        used: Callable[[], None] = lambda: None,
        at_hand: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._names = names
        self._tokens = tokens
        self._used = used
        self._at_hand = at_hand
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers) or _let_in(scope)
        if refusal is None:
            cookie = self._cookie(headers)
            send = self._while_admitted(send, cookie) if scope["type"] == "websocket" else send
            await self._app(
                _without_cookies(scope, cookie), receive, _with_headers(send, headers.get("host", ""))
            )
        elif scope["type"] == "websocket":
            # closing before accepting answers the handshake with 403
            await send({"type": "websocket.close", "code": 1008})
        else:
            # what else this connection would bring is not read
            refusal.headers["connection"] = "close"
            await refusal(scope, receive, _with_headers(send, ""))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """None if the request may pass. Lengths come first: nothing is parsed that has not been measured."""
        oversize = _oversize(scope, headers)
        if oversize is not None:
            return oversize
        host = headers.get("host", "")
        if not host_is_ours(host, self._names, addresses=self._tokens is not None):
            return PlainTextResponse("This name does not lead to this page.", 421)
        if scope["type"] == "websocket" or scope["method"] not in _SAFE:
            foreign = not origin_is_ours(headers.get("origin"), host)
        else:
            foreign = is_for_another_page(headers)
        if foreign:
            return PlainTextResponse("Another page asked for this.", 403)
        refusal = self._without_token(scope, headers)
        if refusal is None and not path_is_ours(scope["path"]):
            return PlainTextResponse("There is no such page.", 404)
        return refusal

    def _cookie(self, headers: Headers) -> str:
        """The cookie that opens the door; "" without one."""
        tokens, now_s = self._tokens, self._clock()
        if tokens is None:
            return ""
        return next((each for each in _cookies(headers) if tokens.admits(each, now_s)), "")

    def _while_admitted(self, send: Send, cookie: str) -> Send:
        """Sends until the cookie of an open line ends; then the line is closed."""
        tokens = self._tokens
        if tokens is None:
            return send

        async def sending(message: Message) -> None:
            if message["type"] == "websocket.send" and not tokens.admits(cookie, self._clock()):
                message = {"type": "websocket.close", "code": 1008}
            await send(message)

        return sending

    def _without_token(self, scope: Scope, headers: Headers) -> Response | None:
        """What is answered to somebody without a cookie: one, or that a token is needed; None with one."""
        tokens, now_s = self._tokens, self._clock()
        if tokens is None or self._cookie(headers):
            return None
        # a QR reader that looks ahead must not spend the token
        ahead = "prefetch" in headers.get("sec-purpose", headers.get("purpose", ""))
        if scope["type"] == "http" and scope["method"] == "GET" and is_page(scope["path"]) and not ahead:
            if self._at_hand and is_at_hand(scope, headers):
                return _entered(tokens.give(now_s), _onward(scope))
            cookie = tokens.trade(_token(scope), now_s)
            if cookie is not None:
                self._used()
                return _entered(cookie, _onward(scope))
        return PlainTextResponse(_NO_ENTRY, 403)


def host_is_ours(host: str, names: frozenset[str], *, addresses: bool) -> bool:
    """Whether a Host header names this machine: one of `names`, or any plain address if `addresses`."""
    name = _host_name(host)
    return name in names or (addresses and _is_address(name))


def origin_is_ours(origin: str | None, host: str) -> bool:
    """Whether a request was made by this page itself, or by a program that is no browser (no Origin)."""
    return origin is None or origin in (f"http://{host}", f"https://{host}")


def is_for_another_page(headers: Headers) -> bool:
    """Whether a browser loads this into a page of somebody else; following a link is no such thing.

    Such a page could not read the answer, but it could keep this machine busy drawing charts and reports.
    """
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return False
    return (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) != ("navigate", "document")


def is_at_hand(scope: Scope, headers: Headers) -> bool:
    """Whether a request was made on this machine, at a name of the loopback, and not passed on."""
    client = scope.get("client")
    return (
        client is not None
        and _is_address(client[0])
        and ipaddress.ip_address(client[0]).is_loopback
        and _host_name(headers.get("host", "")) in LOOPBACK
        and not any(name in headers for name in _PASSED_ON)
    )


def path_is_ours(path: str) -> bool:
    """Whether there could be such an address here: plain letters, and nothing that leads upwards."""
    return _PATH.fullmatch(path) is not None and ".." not in path


def security_headers(host: str) -> Mapping[str, str]:
    """What every answer carries; nothing is ever fetched from, or shown inside, another page."""
    live = f" ws://{host} wss://{host}" if host else ""
    return {
        "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src 'self' blob: data:; connect-src 'self'{live}; manifest-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=()",
        "cache-control": "no-store",
    }


def _with_headers(send: Send, host: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in security_headers(host).items():
                headers.setdefault(name, value)
        await send(message)

    return sending


def _without_cookies(scope: Scope, cookie: str) -> Scope:
    """The request as it goes in: nobody there needs a cookie, and reading one can take very long."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    return {**scope, "headers": headers, "state": {**scope.get("state", {}), LET_IN_WITH: cookie}}


def _entered(cookie: str, path: str) -> Response:
    """A page that leads on, not a redirect: a strict cookie is not sent along a redirect from elsewhere."""
    response = HTMLResponse(_ENTERED.format(path=path))
    response.set_cookie(COOKIE, cookie, max_age=int(COOKIE_S), httponly=True, samesite="strict", path="/")
    return response


def _let_in(scope: Scope) -> Response | None:
    """Note that this caller may come in; a refusal where too many are being served already."""
    caller = caller_of(scope)
    if caller is None:
        return None
    if scope["type"] == "http":
        caller.said()
    else:
        caller.may_speak()
    if caller.let_in():
        return None
    return PlainTextResponse("Too many are served at the moment: try again.", 503)


def _oversize(scope: Scope, headers: Headers) -> Response | None:
    """What is said to a request of a kind or size that no page of ours sends; None for all others."""
    if scope.get("method", "GET") not in _METHODS:
        return PlainTextResponse("This is not done here.", 405, {"allow": ", ".join(sorted(_METHODS))})
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_TARGET:
        return PlainTextResponse("That address is too long.", 414)
    if len(headers) > MOST_HEADERS:
        return PlainTextResponse("Those are too many headers.", 431)
    if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
        return PlainTextResponse("That is too long: nothing is sent to this page in this way.", 413)
    return None


def _token(scope: Scope) -> str:
    """The token in an address; "" without one."""
    return _fields(scope).get("token", [""])[0]


def _onward(scope: Scope) -> str:
    """The page that was asked for, without the token."""
    asked = "?" + TRANSPARENT if TRANSPARENT in _fields(scope) else ""
    return f"{scope['path']}{asked}"


def _fields(scope: Scope) -> dict[str, list[str]]:
    """What stands behind the `?` of an address; nothing where that is not meant as such."""
    try:
        query = scope["query_string"].decode("latin-1")
        return parse_qs(query, max_num_fields=_MOST_FIELDS, keep_blank_values=True)
    except ValueError:
        return {}


def _cookies(headers: Headers) -> list[str]:
    """The values of our cookie, in linear time (`http.cookies` takes the square of the length)."""
    pairs = (pair.partition("=") for line in headers.getlist("cookie") for pair in line.split(";"))
    return [value.strip() for name, _, value in pairs if name.strip() == COOKIE][:_MOST_COOKIES]


def _host_name(host: str) -> str:
    found = _HOST.fullmatch(host)
    return (found[1] or found[2]).lower().rstrip(".") if found else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

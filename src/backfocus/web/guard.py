"""The door of the page: no request gets past it without the right host, origin and token.

    Host     a name of this machine or a plain address: a foreign name that leads here is DNS rebinding
    Origin   of a WebSocket and of anything that changes something: this page's own
    token    one that still holds, or the cookie it was traded for; none is asked for on the loopback

Plain ASGI, so that HTTP and WebSocket go through the same door, and static files too.
"""

import ipaddress
import time
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .tokens import COOKIE, COOKIE_S, Tokens

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_BODY = 64 * 1024
_SAFE = frozenset({"GET", "HEAD"})
_NO_ENTRY = (
    "This page is opened with the address or QR code that `backfocus serve --lan` prints. Each opens it once."
)
_ENTERED = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>backfocus</title>'
    '<meta http-equiv="refresh" content="0; url=/"></head><body><a href="/">Open the page</a></body></html>'
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
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        names: frozenset[str] = LOOPBACK,
        tokens: Tokens | None = None,
        used: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._app = app
        self._names = names
        self._tokens = tokens
        self._used = used
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is None:
            send = self._while_admitted(send, headers) if scope["type"] == "websocket" else send
            await self._app(scope, receive, _with_headers(send, headers.get("host", "")))
        elif scope["type"] == "websocket":
            # closing before accepting answers the handshake with 403
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, _with_headers(send, ""))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """None if the request may pass."""
        host = headers.get("host", "")
        if not host_is_ours(host, self._names, addresses=self._tokens is not None):
            return PlainTextResponse("This name does not lead to this page.", 421)
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE
        if changes and not origin_is_ours(headers.get("origin"), host):
            return PlainTextResponse("Another page asked for this.", 403)
        if _too_long(headers):
            return PlainTextResponse("That is too long.", 413)
        return self._without_token(scope, headers)

    def _while_admitted(self, send: Send, headers: Headers) -> Send:
        """Sends until the cookie of an open line ends; then the line is closed."""
        tokens, cookie = self._tokens, _cookie(headers)
        if tokens is None:
            return send

        async def sending(message: Message) -> None:
            if message["type"] == "websocket.send" and not tokens.admits(cookie, self._clock()):
                message = {"type": "websocket.close", "code": 1008}
            await send(message)

        return sending

    def _without_token(self, scope: Scope, headers: Headers) -> Response | None:
        if self._tokens is None or self._tokens.admits(_cookie(headers), self._clock()):
            return None
        # a QR reader that looks ahead must not spend the token
        ahead = "prefetch" in headers.get("sec-purpose", headers.get("purpose", ""))
        tokens = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        if (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and scope["path"] == "/"
            and tokens
            and not ahead
        ):
            cookie = self._tokens.trade(tokens[0], self._clock())
            if cookie is not None:
                self._used()
                return _entered(cookie)
        return PlainTextResponse(_NO_ENTRY, 403)


def host_is_ours(host: str, names: frozenset[str], *, addresses: bool) -> bool:
    """Whether a Host header names this machine: one of `names`, or any plain address if `addresses`."""
    name = _host_name(host)
    if name in names:
        return True
    return addresses and _is_address(name)


def origin_is_ours(origin: str | None, host: str) -> bool:
    """Whether a request was made by this page itself, or by a program that is no browser (no Origin)."""
    return origin is None or origin in (f"http://{host}", f"https://{host}")


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


def _entered(cookie: str) -> Response:
    """A page that leads on, not a redirect: a strict cookie is not sent along a redirect from elsewhere."""
    response = HTMLResponse(_ENTERED)
    response.set_cookie(COOKIE, cookie, max_age=int(COOKIE_S), httponly=True, samesite="strict", path="/")
    return response


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _too_long(headers: Headers) -> bool:
    length = headers.get("content-length", "0")
    return not length.isdecimal() or int(length) > LONGEST_BODY or "transfer-encoding" in headers


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

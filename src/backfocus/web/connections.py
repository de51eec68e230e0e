"""The connections of the page as uvicorn serves them, with limits on what comes in before any of it is read.

h11 limits a request's head only while it is incomplete, so bytes reach it in slices: a head longer than
`HEAD_BYTES` is never complete in time. What uvicorn would leave open, or answer twice, is closed here.
"""

import asyncio
import socket
from functools import partial
from typing import Any, cast

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.utils import get_remote_addr
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import CloseCode, Frame

from .callers import STATE, Caller, Callers
from .logs import Fault, logs, name_of

HEAD_BYTES = 16 * 1024
"""Request line and headers together. A browser on this machine sends the cookies of every port along."""
SLICE_BYTES = 4096
MESSAGE_BYTES = 32 * 1024
"""The longest message of a page, in letters of four bytes each."""
PIECES = 32
"""A message may come in so many; a browser sends one of this length whole."""
UNTAKEN_BYTES = 1024 * 1024
"""Far more than the few messages that may be on the way to a page."""
GRACE_S = 1.0
"""How long open pages may take to be told that the server goes."""
PINGS = 16
"""So many may come at once: browsers send none."""
UNREAD_BYTES = 32 * 1024
"""What may come in before it is read: everybody else waits while that much is gone through."""
BACKLOG = 1024
ACCEPTED_AT_ONCE = 16
"""Between so many and the next so many, whatever the first have sent already is read: far fewer than
`Limits.unknown`, so that nobody who has spoken is put out unheard."""


class PageServer(uvicorn.Server):
    """Serves the page, and looks round for callers that have had their time.

    Parameters
    ----------
    app : ASGI application
    callers : Callers
        Its limits hold for all connections.
    fault : callable
        Words on stderr for unexpected errors.
    """

    def __init__(self, app: ASGIApp, callers: Callers, fault: Fault = name_of) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=cast(Any, partial(HttpConnection, callers)),
                ws=SocketConnection,
                h11_max_incomplete_event_size=HEAD_BYTES,
                ws_max_size=MESSAGE_BYTES,
                ws_per_message_deflate=False,  # pictures do not shrink, and the meter must not wait
                log_config=logs(fault),
                access_log=False,
                proxy_headers=False,  # who calls is told by the connection, never by what it says
                server_header=False,
                date_header=False,
                backlog=ACCEPTED_AT_ONCE,
                timeout_graceful_shutdown=int(GRACE_S),
            )
        )
        self._callers = callers

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve; the event loop has one number for what may queue and for what it takes at once."""
        await super().startup(sockets)
        for listening in sockets or ():
            listening.listen(BACKLOG)

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        self._callers.look_round()
        return await super().on_tick(counter)


class HttpConnection(H11Protocol):
    """One connection, until it ends or becomes a WebSocket."""

    def __init__(
        self,
        callers: Callers,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, dict(app_state), _loop)
        self._callers = callers
        self._caller: Caller | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected."""
        super().connection_made(transport)
        address = get_remote_addr(transport)
        self._caller = self._callers.arrived(address[0] if address else "", transport)
        self.app_state[STATE] = self._caller

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self._caller is not None:
            self._caller.left()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand on what came in, as long as there is somebody to answer."""
        for start in range(0, len(data), SLICE_BYTES):
            if self.transport.is_closing() or self.transport.get_protocol() is not self:
                return
            super().data_received(data[start : start + SLICE_BYTES])

    def send_400_response(self, msg: str) -> None:
        """Say that a request was no HTTP; not in the middle of the answer to the one before."""
        answering = self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE)
        if self.cycle is not None:
            self.cycle.disconnected = True  # nothing more is sent by whatever was answering
        if answering:
            self.transport.close()
        else:
            super().send_400_response(msg)

    def on_response_complete(self) -> None:
        """An answer was sent; the next request may come."""
        if self._caller is not None:
            self._caller.may_speak()
        super().on_response_complete()


class SocketConnection(WebSocketsSansIOProtocol):
    """One WebSocket."""

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self.app_state[STATE].left()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand on what came in; end what cannot become a WebSocket, and callers that take no answers."""
        self._pings = 0
        super().data_received(data)
        if self.conn.handshake_exc is not None:
            self.transport.close()
        elif self.transport.get_write_buffer_size() > UNTAKEN_BYTES:
            self.transport.abort()

    def send_receive_event_to_app(self) -> None:
        """Hand on a message; one that is not UTF-8 ends the connection, and is no fault of ours."""
        if self.curr_msg_data_type == "text" and not _is_utf8(b"".join(self.frames)):
            self.conn.send_close(CloseCode.INVALID_DATA)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        """Answer a ping; one of a flood ends the connection."""
        self._pings += 1
        if self._pings > PINGS:
            self.transport.abort()
        else:
            super().handle_ping()

    def handle_cont(self, event: Frame) -> None:
        """Add a piece to a message; one of endless pieces ends the connection."""
        if len(self.frames) >= PIECES:
            self.transport.abort()
        else:
            super().handle_cont(event)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True

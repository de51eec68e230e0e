"""Charts and reports are drawn two at a time: downloads never keep the guide from answering."""

import asyncio
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

AT_ONCE = 2
MOST_WAITING = 16


class Presses:
    """Draws what takes a while."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def run(self, draw: Callable[[], Response]) -> Response:
        """What `draw` gives, once it is its turn; HTTPException 503 where too many wait already."""
        if self._waiting >= MOST_WAITING:
            raise HTTPException(503, "too many charts and reports are being drawn: try again in a moment")
        self._waiting += 1
        try:
            async with self._free:
                return await run_in_threadpool(draw)
        finally:
            self._waiting -= 1

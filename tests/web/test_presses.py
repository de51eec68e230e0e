"""Downloads wait for one another, and for so many only."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.responses import Response

from backfocus.web.presses import AT_ONCE, MOST_WAITING, Presses


def finish(work: Coroutine[Any, Any, None]) -> None:
    """Run to its end on a thread of its own: a browser of other tests keeps a loop running on this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def test_two_are_drawn_at_a_time_so_many_wait_and_the_rest_is_told() -> None:
    async def rush() -> None:
        presses, go = Presses(), threading.Event()
        drawing: list[int] = []
        most: list[int] = []

        def draw() -> Response:
            drawing.append(1)
            most.append(len(drawing))
            assert go.wait(60.0)
            drawing.pop()
            return Response("drawn")

        waiting = [asyncio.create_task(presses.run(draw)) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)  # each has its turn once
        with pytest.raises(HTTPException) as refused:
            await presses.run(draw)
        assert refused.value.status_code == 503
        go.set()
        assert all(answer.body == b"drawn" for answer in await asyncio.gather(*waiting))
        assert max(most) <= AT_ONCE
        assert (await presses.run(draw)).body == b"drawn", "and there is room again"

    finish(rush())


def test_one_that_fails_gives_its_place_back() -> None:
    async def fail() -> None:
        presses = Presses()

        def draw() -> Response:
            raise ZeroDivisionError

        for _ in range(MOST_WAITING + 5):
            with pytest.raises(ZeroDivisionError):
                await presses.run(draw)

    finish(fail())

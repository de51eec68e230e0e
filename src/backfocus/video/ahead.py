"""Pictures fetched while those before them are worked on: decoding and measuring share the time."""

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from ..frame import Frame

AHEAD = 4
"""Pictures that may wait: enough for a keyframe that takes long, and 70 MB at UHD with 10 bits."""


def ahead(pictures: Iterator[Frame], most: int = AHEAD) -> Generator[Frame, None, None]:
    """The same pictures in the same order, up to `most` of them fetched by a thread of its own.

    What goes wrong in the thread is raised here, after the pictures before it. Left early, the one that is
    being fetched is waited for: nothing is read any more once this is closed.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="decode") as thread:
        waiting: deque[Future[Frame | None]] = deque()
        try:
            while True:
                while len(waiting) < most:
                    waiting.append(thread.submit(next, pictures, None))
                picture = waiting.popleft().result()
                if picture is None:
                    return
                yield picture
        finally:
            thread.shutdown(cancel_futures=True)

"""Pictures fetched ahead come as they would one by one, and the thread ends with whoever asked for them."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from backfocus.errors import SourceLost
from backfocus.frame import Frame
from backfocus.video.ahead import ahead


def numbered(count: int, asked: list[int], fails: bool = False) -> Iterator[Frame]:
    for index in range(count):
        asked.append(index)
        yield Frame(np.zeros((2, 2), np.uint8), index=index)
    if fails:
        raise SourceLost("breaks off")


def threads() -> set[str]:
    return {each.name for each in threading.enumerate() if each.name.startswith("decode")}


def test_all_pictures_come_in_their_order() -> None:
    assert [each.index for each in ahead(numbered(50, []))] == list(range(50))
    assert threads() == set()


def test_what_breaks_off_gives_its_pictures_first() -> None:
    pictures = ahead(numbered(3, [], fails=True))
    assert [next(pictures).index for _ in range(3)] == [0, 1, 2]
    with pytest.raises(SourceLost, match="breaks off"):
        next(pictures)
    assert threads() == set()


def test_no_more_are_fetched_than_may_wait_and_none_after_the_end() -> None:
    asked: list[int] = []
    pictures = ahead(numbered(50, asked), most=3)
    assert next(pictures).index == 0
    pictures.close()
    assert len(asked) <= 3
    assert threads() == set()

"""A progress bar for whatever takes longer than a second, on stderr and only for people."""

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from ..video.source import VideoSource

Item = TypeVar("Item")


def pictures(items: Iterable[Item], source: "VideoSource", *, quiet: bool = False) -> Iterator[Item]:
    """`items` as they come, with a bar of how many pictures of the source were seen."""
    if quiet or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from ..video.source import expected_frames

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("measuring", total=expected_frames(source))
        for item in items:
            bar.advance(task)
            yield item

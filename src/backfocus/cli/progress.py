"""A progress bar for whatever takes longer than a second, on stderr and only for people."""

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..session.run import Sighting
    from ..video.source import VideoSource


def pictures(
    sightings: "Iterable[Sighting]", source: "VideoSource", *, quiet: bool = False
) -> "Iterator[Sighting]":
    """The sightings as they come, with a bar of how far in the source they are; some are left out."""
    if quiet or not sys.stderr.isatty():
        yield from sightings
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from ..video.source import expected_frames

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("measuring", total=expected_frames(source))
        for sighting in sightings:
            bar.update(task, completed=sighting.frame.index + 1)
            yield sighting

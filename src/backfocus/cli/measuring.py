"""What `measure` prints: lines, JSON or a table as they come, or one live screen and a summary at its end."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from ..session.measured import Measured
from ..show.lines import reading_words
from ..show.meter import Tally, counted, meter_view, summary_words
from ..show.table import READING_COLUMNS, csv_line, reading_row
from . import options
from .showing import REDRAW_S, Messages

Form = Literal["lines", "json", "csv", "screen"]
Show = Callable[[Measured], None]
LEAVE = ("Ctrl-C ends, with a summary",)
"""The keys of the live screen."""


@contextmanager
def shown(form: Form, title: str, messages: Messages, *, in_um: bool, live: bool) -> Iterator[Show]:
    """Shows each picture given to it; of a camera the summary follows, however it ends."""
    tally = Tally(in_um=in_um)
    show = _PRINTS.get(form)

    def count(each: Measured) -> None:
        nonlocal tally
        tally = counted(tally, each.reading, each.defocus)
        if show is not None:
            sys.stdout.write(show(each))

    if form == "csv":
        sys.stdout.write(csv_line(READING_COLUMNS))
    try:
        if form == "screen":
            with _screen(title, messages, lambda: tally) as draw:

                def count_and_draw(each: Measured) -> None:
                    count(each)
                    draw(each)

                yield count_and_draw
        else:
            yield count
    finally:
        if live and tally.pictures:
            options.notice(summary_words(tally))


@contextmanager
def _screen(title: str, messages: Messages, tally: Callable[[], Tally]) -> Iterator[Show]:
    from rich.console import Console
    from rich.live import Live

    from .screen import Aside, draw

    console, drawn_s = Console(), 0.0

    def show(each: Measured) -> None:
        nonlocal drawn_s
        if time.monotonic() - drawn_s < REDRAW_S:
            return
        view = meter_view(tally(), each.reading, each.defocus, each.optics)
        panel = draw(view, console, title, Aside(messages=messages.newest(), keys=LEAVE))
        screen.update(panel, refresh=True)
        drawn_s = time.monotonic()

    with messages.held(), Live(console=console, auto_refresh=False, screen=True) as screen:
        yield show


def _words(each: Measured) -> str:
    hint = f"  hint: probably too {each.side_hint}" if each.side_hint else ""
    return f"{reading_words(each.reading, each.defocus)}{hint}\n"


_PRINTS: dict[Form, Callable[[Measured], str]] = {
    "lines": _words,
    "json": lambda each: json.dumps(each.as_json()) + "\n",
    "csv": lambda each: csv_line(reading_row(each.reading, each.defocus)),
}

"""A guided session shown at the terminal: as one screen, or as lines where the output is no terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.live import Live

from ..guide import events as ev
from ..guide.words import awaited_words, event_words, instruction_words
from ..session.run import Moment
from ..show.view import View, view_of
from . import options
from .person import Person
from .screen import Aside, draw
from .tone import Tone

REDRAW_S = 0.08
"""The screen follows at a dozen times a second; measuring goes on at every picture."""
MESSAGE_S = 15.0
"""So long a line from elsewhere stands on the screen; after the screen all are printed."""
MESSAGES_SHOWN = 2


@dataclass
class Messages:
    """Lines from elsewhere, as the breaks of a stream: printed at once, or kept while a screen is shown."""

    clock: Callable[[], float] = time.monotonic
    _kept: list[tuple[float, str]] | None = field(default=None, init=False)

    def __call__(self, line: str) -> None:
        """One more; called from any thread."""
        if self._kept is None:
            options.notice(line)
        else:
            self._kept.append((self.clock(), line))

    def no_sound(self) -> bool:
        """What M says where there is nothing to mute."""
        self("there is no sound here to mute")
        return False

    def newest(self) -> tuple[str, ...]:
        """What came in lately, oldest first."""
        since_s = self.clock() - MESSAGE_S
        return tuple(line for at_s, line in self._kept or () if at_s > since_s)[-MESSAGES_SHOWN:]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep them while a screen is shown, and print them after it."""
        self._kept = []
        try:
            yield
        finally:
            kept, self._kept = self._kept, None
            for _, line in kept:
                options.notice(line)


def show(
    moments: Iterator[Moment],
    title: str,
    person: Person,
    messages: Messages,
    tone: Tone | None,
    *,
    plays: bool = False,
) -> Moment:
    """Show every moment, and give the last; `plays`: of a recording, which nobody is told to turn."""
    console = Console()
    heard = _heard(moments, tone, plays=plays)
    if console.is_terminal:
        return _on_a_screen(heard, console, title, person, messages)
    return _as_lines(heard, plays=plays)


def _heard(moments: Iterator[Moment], tone: Tone | None, *, plays: bool) -> Iterator[tuple[Moment, View]]:
    """Each moment with what it shows; the tone follows."""
    view: View | None = None
    for moment in moments:
        view = view_after(view, moment, plays=plays)
        if tone:
            tone.follow(view.sharpness)
            if any(isinstance(event, ev.PeakPassed | ev.Returned) for event in moment.events):
                tone.chime()
        yield moment, view


def view_after(before: View | None, moment: Moment, *, plays: bool = False) -> View:
    """What the screen shows after one moment."""
    return view_of(
        before,
        moment.session,
        moment.history,
        at_s=moment.at_s,
        reading=moment.sighting.reading if moment.sighting else None,
        events=moment.events,
        instructions=moment.instructions,
        plays=plays,
    )


def _on_a_screen(
    shown: Iterator[tuple[Moment, View]], console: Console, title: str, person: Person, messages: Messages
) -> Moment:
    """On the terminal's other screen, drawn whole each time: another size of window leaves nothing behind."""
    last, drawn_s, asked = None, 0.0, ""
    with messages.held(), Live(console=console, auto_refresh=False, screen=True) as screen:
        for last, view in shown:
            question = person.question
            if last.instructions or question != asked or time.monotonic() - drawn_s > REDRAW_S:
                aside = Aside(question, messages.newest(), muted=person.muted)
                screen.update(draw(view, console, title, aside), refresh=True)
                drawn_s, asked = time.monotonic(), question
    assert last is not None  # the loop yields at least the beginning
    return last


def _as_lines(shown: Iterator[tuple[Moment, View]], *, plays: bool) -> Moment:
    """A line for what happened, for what was noticed and for what to do."""
    noticed: set[str] = set()
    last = None
    for last, view in shown:
        _say(last, [words for words in view.remarks if words not in noticed], plays=plays)
        noticed.update(view.remarks)
    assert last is not None
    return last


def _say(moment: Moment, remarks: list[str], *, plays: bool) -> None:
    target = moment.session.target
    asked = [instruction_words(instruction, target).sentence for instruction in moment.instructions]
    for event in moment.events:
        if (words := event_words(event, target)) and words not in asked:
            sys.stdout.write(f"{moment.at_s:8.2f} s  {words}\n")
    for words in remarks:
        sys.stdout.write(f"{moment.at_s:8.2f} s  ! {words}\n")
    if plays and asked and not moment.session.finished:
        asked = [f"next: {awaited_words(moment.session.step, target)}"]
    for sentence in asked:
        sys.stdout.write(f"{moment.at_s:8.2f} s  > {sentence}\n")
    sys.stdout.flush()

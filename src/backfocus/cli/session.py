"""One guided session at the terminal: source, store, display, tone and keys around the one loop."""

import json
import shlex
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass

from ..errors import SourceUnreadable, UsageError
from ..frame import Frame
from ..guide import events as ev
from ..guide.procedure import start
from ..guide.records import to_dict
from ..guide.session_state import Session, Setup
from ..guide.words import event_words, instruction_words
from ..measure.track import Target, Track
from ..redaction import shown
from ..session.journal import Journal, fold
from ..session.run import STILLS_FPS, Limits, Moment, Person
from ..session.run import guide as guide_moments
from ..session.store import Store
from ..show.lines import check_json
from ..show.view import View, view_of
from ..video.record import Recorder
from ..video.source import VideoSource, open_source
from . import options
from .check import EXIT_CODES
from .keys import Keyboard
from .live import draw, residual_plot, verdict_lines
from .tone import Tone

REDRAW_S = 0.08
"""The screen follows at a dozen times a second; measuring goes on at every picture."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What was asked for on the command line."""

    source: str
    setup: Setup
    notes: tuple[tuple[str, str], ...] = ()
    camera: str = ""
    lens: str = ""
    transfer: str = "auto"
    range_: str = "auto"
    max_megapixels: float = options.MAX_MEGAPIXELS
    target: Target = "auto"
    frames: int | None = None
    seconds: float | None = None
    resume: int | None = None
    new: bool = False
    record: str | None = None
    store: str | None = None
    sound: bool = True
    json: bool = False


class Keys:
    """The person at the keyboard: their answers carry the step they were given in."""

    def __init__(self, keyboard: Keyboard) -> None:
        self._keyboard = keyboard
        self.session: Session | None = None

    def hear(self, said: object, at_s: float) -> None:
        """The display says it."""

    def answers(self, at_s: float) -> tuple[ev.Event, ...]:
        """The keys pressed since the last picture."""
        kinds: dict[str, type[ev.Command]] = {
            "confirm": ev.Confirmed,
            "repeat": ev.Repeated,
            "skip": ev.Skipped,
            "undo": ev.Undone,
            "stop": ev.Stopped,
        }
        step = self.session.step if self.session else ""
        return tuple(
            kinds[command](at_s, step) if command in kinds else ev.NdChanged(at_s, f"ND {command}")
            for command in self._keyboard.commands()
        )


def lead(plan: Plan, source: VideoSource | None = None) -> int:
    """Run one session to its end; the exit code of its verdict. `source` in place of the plan's, if open."""
    with ExitStack() as held:
        source = source or open_source(
            plan.source,
            transfer=plan.transfer,
            range_=plan.range_,
            max_megapixels=plan.max_megapixels,
            notice=options.notice,
        )
        hand = getattr(source, "hand", None)
        if plan.record:
            source = _Taped(source, plan.record, STILLS_FPS)
        held.enter_context(closing(source))
        store = held.enter_context(Store.open(plan.store))
        session, journal, offset_s = _begin(plan, source, store)
        keys = Keys(held.enter_context(Keyboard() if not plan.json else nullcontext(Keyboard())))
        people: list[Person] = [keys, *([hand] if hand is not None else [])]
        limits = Limits(plan.frames, plan.seconds)
        moments = guide_moments(
            source, session, people=people, limits=limits, offset_s=offset_s, known=Track(want=plan.target)
        )
        show = _show_json if plan.json else _show_live
        try:
            last = show(plan, source, _kept(moments, journal, keys))
        except KeyboardInterrupt:
            options.notice(f"interrupted; {_go_on(plan, journal.session_id)}")
            raise
    return _end(plan, last, journal.session_id)


def _begin(plan: Plan, source: VideoSource, store: Store) -> tuple[Session, Journal, float]:
    """A new session with its notes, or one left open taken up again."""
    number = plan.resume
    if number is None and source.live and not plan.new and not plan.source.startswith("sim://"):
        number = store.find_open(plan.source)
    if number is not None:
        stored = store.load(number)
        if stored.summary.state == "closed":
            raise UsageError(
                f"session {number} is finished: see `backfocus report {number}`, or leave --resume out"
            )
        replayed = fold(stored)
        options.notice(f"going on with session {number} of {stored.summary.started_at:%Y-%m-%d %H:%M} UTC")
        return replayed.session, Journal(store, number), replayed.until_s
    journal = Journal.begin(
        store, plan.setup, source=plan.source, title=source.title, camera=plan.camera, lens=plan.lens
    )
    session, _ = start(plan.setup)
    for name, value in plan.notes:
        session = journal.add(session, ev.Noted(0.0, name, value))
    return session, journal, 0.0


def _kept(moments: Iterator[Moment], journal: Journal, keys: Keys) -> Iterator[Moment]:
    """Each moment, written down before it is shown."""
    for moment in moments:
        journal.note(moment)
        keys.session = moment.session
        yield moment


class _Taped:
    """A source whose pictures are also saved to a file as they pass."""

    def __init__(self, source: VideoSource, path: str, fps: float) -> None:
        self.live, self.title = source.live, source.title
        self._source, self._recorder = source, Recorder(path, fps=fps)

    def frames(self) -> Iterator[Frame]:
        for frame in self._source.frames():
            try:
                self._recorder.write(frame)
            except ValueError as problem:
                raise SourceUnreadable(f"{self.title}: {problem}: leave out --record") from None
            yield frame

    def close(self) -> None:
        self._source.close()
        self._recorder.close()


def _show_live(plan: Plan, source: VideoSource, moments: Iterator[Moment]) -> Moment:
    from rich.console import Console
    from rich.live import Live

    console = Console()
    view: View | None = None
    drawn_s = 0.0
    remarked: set[str] = set()
    last = None
    screen = Live(console=console, auto_refresh=False, transient=console.is_terminal)
    with screen, Tone() if plan.sound else nullcontext() as tone:
        for moment in moments:
            last = moment
            view = view_after(view, moment)
            if tone:
                tone.follow(view.sharpness)
                if any(isinstance(event, ev.PeakPassed | ev.Returned) for event in moment.events):
                    tone.chime()
            if console.is_terminal and (moment.instructions or time.monotonic() - drawn_s > REDRAW_S):
                screen.update(draw(view, console, source.title), refresh=True)
                drawn_s = time.monotonic()
            elif not console.is_terminal:
                _say(moment, [words for words in view.remarks if words not in remarked])
                remarked.update(view.remarks)
    assert last is not None  # the loop yields at least the beginning
    return last


def view_after(before: View | None, moment: Moment) -> View:
    """What the screen shows after one moment."""
    return view_of(
        before,
        moment.session,
        moment.history,
        at_s=moment.at_s,
        reading=moment.sighting.reading if moment.sighting else None,
        events=moment.events,
        instructions=moment.instructions,
    )


def _say(moment: Moment, remarks: list[str]) -> None:
    """Where the output is no terminal: a line for what happened, for what was noticed and for what to do."""
    asked = [instruction_words(instruction).sentence for instruction in moment.instructions]
    for event in moment.events:
        if (words := event_words(event)) and words not in asked:
            sys.stdout.write(f"{moment.at_s:8.2f} s  {words}\n")
    for words in remarks:
        sys.stdout.write(f"{moment.at_s:8.2f} s  ! {words}\n")
    for sentence in asked:
        sys.stdout.write(f"{moment.at_s:8.2f} s  > {sentence}\n")
    sys.stdout.flush()


def _show_json(plan: Plan, source: VideoSource, moments: Iterator[Moment]) -> Moment:
    last = None
    for last in moments:
        for line in _json_lines(last):
            sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    assert last is not None
    return last


def _json_lines(moment: Moment) -> Iterator[dict[str, object]]:
    at = {"step": moment.session.step, "at_s": round(moment.at_s, 4)}
    if moment.sighting:
        yield {"kind": "reading", **to_dict(moment.sighting.reading), **at}
    for event in moment.events:
        yield {"kind": "event", **to_dict(event), **at}
    for instruction in moment.instructions:
        yield {
            "kind": "instruction",
            **to_dict(instruction),
            **at,
            "words": instruction_words(instruction).sentence,
        }
    if moment.session.finished and moment.events:
        result = moment.session.results[-1]
        line = check_json(result.back_focus, result.verdict, result.half_depth_um)
        yield {"kind": "verdict", "type": "Verdict", **at, **line}


def _go_on(plan: Plan, number: int) -> str:
    return f"go on with: backfocus guide {shlex.quote(shown(plan.source))} --resume {number}"


def _end(plan: Plan, last: Moment, number: int) -> int:
    if not last.session.finished:
        options.notice(f"not finished; {_go_on(plan, number)}")
        return 4
    result = last.session.results[-1]
    if not plan.json:
        from rich.console import Console

        console = Console(highlight=False)
        console.print(verdict_lines(result.verdict, console))
        if result.back_focus is not None:
            console.print(residual_plot(result.back_focus, result.half_depth_um))
        rounds = "1 round" if result.rounds == 1 else f"{result.rounds} rounds"
        console.print(
            f"\n{rounds} in {last.at_s:.0f} s. The certificate: backfocus report {number}", style="dim"
        )
        if (turned_um := _turned_um(last.session)) is not None:
            console.print(
                f"The back-focus ring moved the lens by {turned_um:.0f} um: divided by the degrees it was "
                "turned, that is --um-per-degree for the next time.",
                style="dim",
            )
    return EXIT_CODES[result.verdict.kind]


def _turned_um(session: Session) -> float | None:
    """How far the ring was turned in a single round; of several nobody knows the sum."""
    known = session.setup.optics is not None and session.setup.um_per_degree is None
    return session.last_corrected_um if known and session.rounds == 1 and not session.lock_moves else None

"""One guided session at the terminal: source, store, display, tone and keys around the one loop."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from ..errors import SourceUnreadable
from ..frame import Frame
from ..guide.records import to_dict
from ..guide.session_state import Session
from ..guide.words import instruction_words
from ..measure.reading import USUAL_FPS
from ..session.guided import (
    RECORD_NAMES,
    GuidedSession,
    Notes,
    Plan,
    begin,
    differences,
    left_open,
    resume,
)
from ..session.opened import Opened, Seen, open_rig
from ..session.rig import Rig
from ..session.run import Limits, Moment
from ..show.lines import camera_words, check_json
from ..show.view import stage_name
from ..solve.titles import EXIT_CODES
from ..video.record import Recorder
from ..video.source import VideoSource
from . import options
from .certificate import certificate_words, write_session
from .keys import Keyboard
from .live import residual_plot, verdict_lines
from .person import Person
from .showing import Messages, show
from .tone import Tone


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line; `typed`: how to say it again.

    `report`: where the certificate is to be written too. `positions`: the address of encoders on the lens.
    """

    rig: Rig
    typed: str
    notes: Notes = ()
    frames: int | None = None
    seconds: float | None = None
    resume: int | None = None
    new: bool = False
    record: str | None = None
    store: str | None = None
    sound: bool = True
    json: bool = False
    report: Path | None = None
    positions: str | None = None

    @property
    def asks(self) -> bool:
        """Whether a person is there to be asked something."""
        return options.is_at_a_terminal() and not self.json and not self.rig.is_virtual


def lead(wanted: Wanted, opened: Opened | None = None) -> int:
    """Run one session to its end; the exit code of its verdict. `opened`: its source, if that is open."""
    with ExitStack() as held:
        messages = Messages()
        opened = opened or open_rig(wanted.rig, messages)
        source = held.enter_context(closing(opened.source))
        if wanted.asks or wanted.rig.profile_px:
            source = Seen(source)
            if words := wanted.rig.fitted_words(source.size_px):
                options.notice(words)
            wanted = replace(wanted, rig=wanted.rig.fitted(source.size_px))
        if wanted.record:
            source = held.enter_context(closing(_Taped(source, wanted.record, USUAL_FPS)))
        guided = held.enter_context(_guided(wanted, source))
        keyboard = held.enter_context(nullcontext(Keyboard()) if wanted.json else Keyboard())
        tone = held.enter_context(Tone()) if wanted.sound else None
        mute = tone.mute if tone else messages.no_sound
        person = Person(keyboard, guided.session, mute, guided.aim)
        limits = Limits(wanted.frames, wanted.seconds)
        hands = (person, *opened.hands, *held.enter_context(options.encoders(wanted.positions)))
        moments = guided.moments(source, wanted.rig, hands, limits=limits)
        moments = _with_keys(moments, person)
        plays = not source.live and not opened.hands
        try:
            if wanted.json:
                last = _show_json(moments)
            else:
                last = show(moments, source.title, person, messages, tone, plays=plays)
        except KeyboardInterrupt:
            options.notice(f"interrupted; {_go_on(wanted, guided.number)}")
            raise
    return end(wanted, last, guided.number)


def _guided(wanted: Wanted, source: VideoSource) -> GuidedSession:
    """A session left open taken up again, or a new one with what was asked for the record."""
    plan = Plan(wanted.rig, wanted.rig.source, source.title, notes=wanted.notes)
    number = wanted.resume
    if number is None and source.live and not wanted.new and not wanted.rig.is_virtual:
        number = _left_open(wanted, plan)
    if number is not None:
        guided, stored = resume(wanted.store, number, plan)
        begun = stored.summary.started_at
        options.notice(f"going on with session {number} of {begun:%Y-%m-%d %H:%M} UTC")
        return guided
    if wanted.asks:
        plan = replace(plan, notes=ask_for_the_record(plan.notes))
    return begin(wanted.store, plan)


def _left_open(wanted: Wanted, plan: Plan) -> int | None:
    """The number of the session to go on with: what was left open on this source is told, and asked about."""
    for left in left_open(wanted.store, plan.source):
        number, when = left.summary.id, f"{left.summary.started_at:%Y-%m-%d %H:%M} UTC"
        if left.summary.led_by:
            options.notice(
                f"session {number} on this source is led by {left.summary.led_by}; this is a new one"
            )
        elif different := differences(left.summary, left.session, plan):
            options.notice(
                f"session {number} of {when} was left open, and is another one: {'; '.join(different)}"
            )
        elif not wanted.asks:
            options.notice(
                f"session {number} of {when} was left open on this source: go on with --resume {number}"
            )
        elif _yes(
            f"Session {number} of {when} was left open at '{stage_name(left.session)}'. Go on with it?"
        ):
            return number
    return None


def _yes(question: str) -> bool:
    try:
        return typer.confirm(question, default=True)
    except typer.Abort:
        raise KeyboardInterrupt from None


def ask_for_the_record(known: Notes) -> Notes:
    """What stands in the record, asked once; Enter leaves a line out."""
    if known:
        return known
    typer.echo("For the record (Enter leaves a line out):")
    try:
        asked = [(name, typer.prompt(f"  {name}", default="", show_default=False)) for name in RECORD_NAMES]
    except typer.Abort:
        raise KeyboardInterrupt from None
    return tuple((name, value.strip()) for name, value in asked if value.strip())


def _with_keys(moments: Iterator[Moment], person: Person) -> Iterator[Moment]:
    """Each moment; keys pressed after it answer the step it led to."""
    for moment in moments:
        person.session = moment.session
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


def _show_json(moments: Iterator[Moment]) -> Moment:
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
            "words": instruction_words(instruction, moment.session.target).sentence,
        }
    if moment.session.finished and moment.events:
        result = moment.session.results[-1]
        line = check_json(result.back_focus, result.verdict, result.half_depth_um)
        yield {"kind": "verdict", "type": "Verdict", **at, **line}


def _go_on(wanted: Wanted, number: int | None) -> str:
    if number is None:
        return "nothing had happened yet, and no session is kept"
    return f"go on with: {wanted.typed} --resume {number}"


def end(wanted: Wanted, last: Moment, number: int | None) -> int:
    """What a session ended with, shown and written as it was asked for; the exit code of its verdict."""
    if not last.session.finished:
        options.notice(f"not finished; {_go_on(wanted, number)}")
        return 4
    result = last.session.results[-1]
    if not wanted.json:
        _print_end(last, number)
    if wanted.report is not None and number is not None:
        write_session("--report", wanted.report, number, wanted.store)
        if not wanted.json:
            typer.echo(str(wanted.report))
    return EXIT_CODES[result.verdict.kind]


def _print_end(last: Moment, number: int | None) -> None:
    from rich.console import Console

    result = last.session.results[-1]
    console = Console(highlight=False)
    console.print(verdict_lines(result.verdict, console))
    if result.back_focus is not None:
        console.print(residual_plot(result.back_focus, result.half_depth_um))
    if (
        camera := camera_words(result.camera, last.session.setup.camera_id, options.NAME_THE_CAMERA)
    ) is not None:
        console.print(camera)
    rounds = "1 round" if result.rounds == 1 else f"{result.rounds} rounds"
    took = f"{rounds} in {last.at_s:.0f} s" if result.rounds else f"Done after {last.at_s:.0f} s"
    console.print(f"\n{took}. {certificate_words(number)}", style="dim")
    if (turned_um := _turned_um(last.session)) is not None:
        console.print(
            f"The back-focus ring moved the lens by {turned_um:.0f} um. Divide that by the degrees you "
            "turned it, and give it as --um-per-degree: the next session then says how far to turn.",
            style="dim",
        )


def _turned_um(session: Session) -> float | None:
    """How far the ring was turned in a single round; of several nobody knows the sum."""
    known = session.setup.optics is not None and session.setup.um_per_degree is None
    return (
        session.correction.last_um
        if known and session.correction.rounds == 1 and not session.lock.moves
        else None
    )

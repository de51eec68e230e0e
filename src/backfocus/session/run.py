"""The one loop: frames to readings to events to the guide, and back to the person or the motor.

Nothing else in the package owns a clock or a thread of control. Everything that decides is pure and lives
below; everything that shows or stores is handed what happened here, moment by moment.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from ..errors import OutOfOrder
from ..frame import Frame, fields
from ..guide.events import Confirmed, Ended, Event, WrongRing
from ..guide.hands import Hands, position_of
from ..guide.instructions import Instruction
from ..guide.outcome import adjusters_of
from ..guide.procedure import advance, ask
from ..guide.session_state import Session, Setup
from ..guide.watch.confirm import confirmed
from ..guide.watch.looks import judge_afterwards
from ..guide.watch.watch import StepHistory, watch
from ..measure.reading import Reading, time_of
from ..measure.track import Track, measured_against, pointed_at, track
from ..optics.lens import Optics
from ..solve.against import less_reference
from ..solve.clip import ClipAnswer, FirstTurn, judge_clip
from ..solve.verdict import as_filmed
from ..video.source import VideoSource
from .clip_readings import ClipReadings


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop a source that would go on: after `frames` pictures or `seconds` of its own time."""

    frames: int | None = None
    seconds: float | None = None

    def passed(self, count: int, elapsed_s: float) -> bool:
        """Whether `count` pictures or `elapsed_s` are enough."""
        return (self.frames is not None and count >= self.frames) or (
            self.seconds is not None and elapsed_s >= self.seconds
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One picture (or field) and what was read from it."""

    frame: Frame
    reading: Reading


Measure = Callable[[Frame], Reading]
"""What to measure: takes the pictures of a source in their order and gives a reading of each."""


class Tracking:
    """Measures a star, an edge or an object wherever it goes.

    Attributes
    ----------
    known : Track
        What is known after the last picture; before the first one it says what to look for.
    """

    def __init__(
        self, known: Track | None = None, optics_of: Callable[[Frame], Optics | None] = lambda picture: None
    ) -> None:
        self.known = known or Track()
        self._optics_of = optics_of
        self._aimed: tuple[float, float] | None = None

    def aim(self, x_share: float, y_share: float) -> None:
        """Keep to the object at this place of the next picture, in shares of it; may come from any thread."""
        self._aimed = x_share, y_share

    def keep(self, picture: Frame) -> Reading:
        """Measure every picture from this one on against this one, which is the sharpest of tele."""
        self.known = measured_against(self.known, picture)
        return self(picture)

    def __call__(self, picture: Frame) -> Reading:
        """The next picture."""
        if (aimed := self._aimed) is not None:
            self._aimed = None
            self.known = pointed_at(self.known, picture, *aimed)
        self.known, reading = track(self.known, picture)
        return less_reference(reading, self._optics_of(picture))


def readings(
    source: VideoSource, measure: Measure | None = None, limits: Limits | None = None
) -> Iterator[Sighting]:
    """Measure every picture of `source` in turn; closes the source at the end, also when abandoned.

    `measure`: what to measure; by default the star or edge chart that is there.

    Raises
    ------
    SourceError
        When the source cannot be read, or was lost and did not come back.
    """
    measure, limits = measure or Tracking(), limits or Limits()
    first_s: float | None = None
    with closing(source):
        for count, frame in enumerate(source.frames(), start=1):
            if first_s is None:
                first_s = frame.at_s
            for picture in fields(frame):
                yield Sighting(picture, measure(picture))
            elapsed_s = (frame.at_s or 0.0) - (first_s or 0.0)
            if limits.passed(count, elapsed_s):
                return


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One step of the loop: what was seen, what it meant and what was asked for.

    `ignored`: what a person said that could not be meant then; it changed nothing.
    """

    at_s: float
    sighting: Sighting | None
    session: Session
    history: StepHistory
    events: tuple[Event, ...]
    instructions: tuple[Instruction, ...]
    ignored: tuple[Event, ...] = ()


def guide(
    source: VideoSource,
    session: Session,
    *,
    hands: Sequence[Hands] = (),
    limits: Limits | None = None,
    offset_s: float = 0.0,
    measure: Measure | None = None,
    clip: ClipReadings | None = None,
) -> Iterator[Moment]:
    """Lead `session` to its end with the pictures of `source`; one moment per picture.

    Parameters
    ----------
    session : Session
        A new one from `start`, or one that was replayed.
    hands : sequence of Hands
        All of them hear every instruction, and each may answer; the first that knows tells where the rings
        stand.
    offset_s : float
        Added to the source's time, so that a resumed session's clock goes on where it stopped.
    measure : callable
        What to measure, as in `readings`.
    clip : ClipReadings, optional
        Of a recording: takes its pictures, to judge what they show as a clip; default: one for this alone.

    Notes
    -----
    A recording ends with `Ended`, and so does a live source that was asked for only so long. A live source
    that was lost raises, and the session stays open. In a recording nobody obeys, so what it shows as a clip
    from tele to wide comes with its end. What a recording shows after the end of the procedure is read too:
    a ring that moved after all takes the verdict back.
    """
    history = StepHistory()
    at_s = offset_s
    clip = None if source.live else clip or ClipReadings()
    instructions = ask(session)
    _tell(hands, instructions, (), at_s)
    yield Moment(at_s, None, session, history, (), instructions)
    pictures = readings(source, measure, limits)
    for sighting in pictures:
        if clip is not None:
            clip.take(sighting.frame, sighting.reading)
        at_s = offset_s + time_of(sighting.reading)
        reading = replace(sighting.reading, at_s=at_s, position=position_of(hands, at_s))
        sighting = replace(sighting, reading=reading)
        history, seen = watch(history, reading, session, obeyed=clip is None)
        turn = _Turn(session)
        turn.take_seen(seen)
        turn.take_said((answer for each in hands for answer in each.answers(at_s)), history)
        if turn.session.finished and not source.live:
            turn.take_later(pictures, offset_s)
        session = turn.session
        _tell(hands, tuple(turn.instructions), turn.events, at_s)
        happened = tuple(turn.events), tuple(turn.instructions), tuple(turn.ignored)
        yield Moment(at_s, sighting, session, history, *happened)
        if session.finished:
            return
    turn = _Turn(session)
    shown = clip_answer(clip, session.setup, session.first_turn) if clip is not None else None
    turn.take_seen((Ended(at_s, shown),))
    yield Moment(at_s, None, turn.session, history, tuple(turn.events), tuple(turn.instructions))


def clip_answer(clip: ClipReadings, setup: Setup, first_turn: FirstTurn | None) -> ClipAnswer | None:
    """What a recording says as a clip; None of one without pictures."""
    seen = clip.to_judge(setup.optics)
    if not seen:
        return None
    found = judge_clip(
        seen,
        setup.optics,
        first_turn=first_turn,
        adjusters=adjusters_of(setup),
        camera=setup.known_camera,
        zoom_ratio=setup.zoom_ratio,
    )
    verdict = as_filmed(found.verdict, pictures=clip.pictures, has_times=clip.has_times)
    return replace(found, verdict=verdict)


class _Turn:
    """What one picture brings about."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.events: list[Event] = []
        self.ignored: list[Event] = []
        self.instructions: list[Instruction] = []

    def take_seen(self, seen: Iterable[Event]) -> None:
        """What was seen, judged for one step; what is left over when it ends says nothing of the next."""
        judged_for = self.session.turn
        for event in seen:
            if self.session.turn != judged_for:
                return
            self._advance(event)

    def take_later(self, pictures: Iterable[Sighting], offset_s: float) -> None:
        """What a recording shows after the end; it may take back what was said, which is then said again."""
        later = [each.reading for each in pictures]
        if not later:
            return
        event = judge_afterwards(self.session, later, offset_s + time_of(later[-1]))
        if event is not None:
            self.instructions.clear()
            self._advance(event)

    def take_said(self, said: Iterable[Event], history: StepHistory) -> None:
        """What a person said, held against the pictures; what cannot be meant now is passed over."""
        for word in said:
            event = confirmed(history, self.session, word) if isinstance(word, Confirmed) else word
            try:
                self._advance(event)
            except OutOfOrder:
                self.ignored.append(event)

    def _advance(self, event: Event) -> None:
        self.session, instructions = advance(self.session, event)
        self.events.append(event)
        self.instructions.extend(instructions)


def _tell(
    hands: Sequence[Hands], instructions: Iterable[Instruction], events: Iterable[Event], at_s: float
) -> None:
    for each in hands:
        for event in events:
            if isinstance(event, WrongRing):
                each.hear(event, at_s)
        for instruction in instructions:
            each.hear(instruction, at_s)

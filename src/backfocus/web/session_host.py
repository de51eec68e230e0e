"""The session host: owns the running session, and publishes what everybody sees.

One worker thread at a time runs the loop (`run.readings` while looking, `run.guide` while guiding). It
writes every moment to the journal before anybody sees it, so that a killed server loses nothing, and then
replaces what is shown: there is one newest state and one newest picture, never a queue. Viewers are woken,
and take what is newest when they have room for it. The meter goes out before the picture is made small.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from ..errors import BackfocusError, OutOfOrder, StoreError, UsageError
from ..guide.instructions import CheckThat, Ignored, Instruction
from ..guide.procedure import advance, ask, start
from ..guide.records import to_dict
from ..guide.session_state import Session
from ..guide.watch.watch import StepHistory
from ..redaction import redact
from ..session.journal import Journal, fold
from ..session.run import Moment, Person, Sighting, guide, readings
from ..session.store import Entry, Store
from ..show.view import view_of
from ..sim.lens import Pose
from ..video.source import VideoSource, open_source
from .chosen import Chosen, choose, is_wanted, kept_choice
from .messages import Choice, Note, Say, Turn
from .offers import Given
from .person import AtThePage, EventAt, event_of
from .picture import Picture, picture_of
from .practice.camera import PracticeBench, PracticeSource
from .practice.lesson import Lesson
from .state import Shown, signalled
from .worker import Paced, Worker

PICTURES_S = 1.0 / 15.0
LATE_S = 12 * 3600.0
"""A session left open longer than this is not taken up by itself."""
_OVER = "the recording is over: start it again, or choose another"


class SessionHost:
    """The one session that a server runs.

    Parameters
    ----------
    store_address : str | None
        Where sessions are kept, as in `Store.open`.
    given : Given
        What the command line named.
    wake : callable
        Called (from any thread) after something new is to be seen.
    opens : callable
        Opens a source; another one in tests.
    clock, pause : callable
        The time of the practice camera, and how it waits for some seconds or an event.
    """

    def __init__(
        self,
        store_address: str | None,
        given: Given | None = None,
        *,
        wake: Callable[[], None] = lambda: None,
        opens: Callable[..., VideoSource] = open_source,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[threading.Event, float], object] = threading.Event.wait,
    ) -> None:
        self.given = given or Given()
        self.wake = wake
        self.shown = Shown()
        self.picture: Picture | None = None
        self.pictures = 0
        self._store_address = store_address
        self._opens = opens
        self._clock, self._pause = clock, pause
        self._lock = threading.RLock()
        self._worker = Worker()
        self._chosen: Chosen | None = None
        self._lesson: Lesson | None = None
        self._person = AtThePage()
        self._picture_s = 0.0

    # What viewers ask for ---------------------------------------------------------------------------------

    def look(self, choice: Choice) -> None:
        """Show the picture of this choice and the checks; UsageError if it cannot be meant."""
        with self._lock:
            chosen = choose(choice, self.given)
            self._worker.end()
            self._take(chosen)
            self._show(Shown(phase="opening", source=chosen.title, practice=chosen.is_practice))
            self._worker.start(self._opened(chosen), self._look, self._ended)

    def begin(self) -> None:
        """Start the procedure on what is being looked at."""
        with self._lock:
            chosen = self._chosen
            if chosen is None:
                raise UsageError("choose a source first")
            self._worker.end()
            session, _ = start(chosen.setup)
            with Store.open(self._store_address) as store:
                session_id = store.begin(
                    chosen.kept_setup(),
                    source=chosen.kept_source,
                    title=chosen.title,
                    camera=chosen.camera,
                    lens=chosen.choice.lens,
                )
            self._guide_from(chosen, session_id, session, 0.0)

    def leave(self) -> None:
        """Back to the set-up page; what was done so far is kept."""
        with self._lock:
            self._worker.end()
            self._chosen = self._lesson = None
            self.picture = None
            self._show(Shown())

    def say(self, message: Say | Note) -> None:
        """A word of the person; what cannot be meant now is passed over by the guide."""
        with self._lock:
            if self.shown.phase == "over":
                self._say_afterwards(event_of(message))
            else:
                self._person.say(event_of(message))

    def turn(self, message: Turn) -> None:
        """Turn a ring of the practice camera."""
        lesson = self._lesson
        if lesson is None:
            raise UsageError("rings can be turned in practice only")
        lesson.turn(message)

    def practice_pose(self) -> Pose | None:
        """Where the rings of the practice camera stand; None elsewhere."""
        return self._lesson.pose if self._lesson else None

    def retry(self) -> None:
        """Open the source again after it was lost."""
        with self._lock:
            if self.shown.phase != "lost" or self._chosen is None:
                return
            if self.shown.session_id is not None:
                self._resume(self._chosen, self.shown.session_id)
            else:
                self.look(self._chosen.choice)

    def resume_latest(self) -> bool:
        """Take up the session that was open when the server went; whether there was one."""
        with self._lock, Store.open(self._store_address) as store:
            for summary in store.sessions(limit=20):
                if summary.state != "open" or time.time() - summary.started_at.timestamp() > LATE_S:
                    continue
                choice = kept_choice(store.load(summary.id).setup)
                if choice is None or not is_wanted(choice, self.given):
                    continue
                chosen = choose(choice, self.given)
                self._take(chosen)
                try:
                    self._resume(chosen, summary.id)
                except StoreError as error:  # it cannot be read, and stays as it is
                    self._chosen = self._lesson = None
                    self._show(Shown(trouble=redact(str(error))))
                    return False
                return True
        return False

    def close(self) -> None:
        """End the worker; the session stays open in the store."""
        with self._lock:
            self._worker.end()

    # Working ----------------------------------------------------------------------------------------------

    def _take(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self._lesson = Lesson(PracticeBench(chosen.address, self._clock)) if chosen.is_practice else None

    def _opened(self, chosen: Chosen) -> Callable[[threading.Event], VideoSource]:
        lesson = self._lesson

        def opens(stop: threading.Event) -> VideoSource:
            if lesson is not None:
                return PracticeSource(lesson.practice, lambda seconds: self._pause(stop, seconds))

            def notice(words: str) -> None:
                if not stop.is_set():
                    self._show(replace(self.shown, trouble=redact(words)))

            return self._opens(chosen.address, transfer=chosen.choice.transfer, notice=notice)

        return opens

    def _look(self, source: Paced, stop: threading.Event) -> None:
        for sighting in readings(source):
            if stop.is_set():
                return
            self._show(
                replace(
                    self.shown,
                    phase="looking",
                    trouble="",
                    reading=sighting.reading,
                    decoded_s=source.decoded_s,
                    rings=self._lesson.practice.shown() if self._lesson else None,
                )
            )
            self._show_picture(sighting)

    def _guide_from(self, chosen: Chosen, session_id: int, session: Session, offset_s: float) -> None:
        self._worker.end()
        self._person = AtThePage()
        standing = ask(session)
        self._show(
            Shown(
                phase="guiding",
                source=chosen.title,
                practice=chosen.is_practice,
                session_id=session_id,
                session=session,
                standing=standing,
                view=view_of(
                    None, session, StepHistory(), at_s=offset_s, reading=None, instructions=standing
                ),
            )
        )

        def work(source: Paced, stop: threading.Event) -> None:
            people: tuple[Person, ...] = (self._person, *([source.hand] if source.hand else ()))
            with Store.open(self._store_address) as store:
                journal = Journal(store, session_id)
                for moment in guide(source, session, people=people, offset_s=offset_s):
                    if stop.is_set():
                        return
                    journal.note(moment)
                    if self._lesson is not None:
                        self._lesson.keep(store, session_id, moment.at_s)
                    self._publish(moment, source)

        self._worker.start(self._opened(chosen), work, self._ended)

    def _ended(self, error: BackfocusError | None) -> None:
        """Whatever went wrong is shown, and the session stays."""
        if error is not None or self.shown.phase in ("looking", "opening"):
            trouble = redact(str(error)) if error is not None else _OVER
            self._show(replace(self.shown, phase="lost", trouble=trouble))

    def _resume(self, chosen: Chosen, session_id: int) -> None:
        self._worker.end()
        with Store.open(self._store_address) as store:
            stored = store.load(session_id)
        if self._lesson is not None:
            self._lesson.put_back(stored)
        replayed = fold(stored)
        self._guide_from(chosen, session_id, replayed.session, replayed.until_s)

    def _say_afterwards(self, event_at: EventAt) -> None:
        """After the end only "again", another ND and notes mean something."""
        session, session_id, chosen = self.shown.session, self.shown.session_id, self._chosen
        if session is None or session_id is None or chosen is None:
            return
        until_s = session.since_s
        event = event_at(until_s)
        try:
            after, instructions = advance(session, event)
        except OutOfOrder:
            return
        with Store.open(self._store_address) as store:
            store.append(session_id, Entry("event", until_s, to_dict(event)))
        if after.finished:
            self._show(replace(self.shown, session=after))
        elif instructions:
            self._guide_from(chosen, session_id, after, until_s)

    # Showing ----------------------------------------------------------------------------------------------

    def _publish(self, moment: Moment, source: Paced) -> None:
        before, session, lesson = self.shown, moment.session, self._lesson
        reading = moment.sighting.reading if moment.sighting else None
        standing = _standing(moment.instructions) or before.standing
        if lesson is not None:
            lesson.look(standing, moment.at_s)
        self._show(
            replace(
                before,
                phase="over" if session.finished else "guiding",
                trouble="",
                session=session,
                view=view_of(
                    before.view,
                    session,
                    moment.history,
                    at_s=moment.at_s,
                    reading=reading,
                    events=moment.events,
                    instructions=moment.instructions,
                ),
                standing=standing,
                signals=signalled(before.signals, moment.events, done=session.finished),
                reading=reading or before.reading,
                decoded_s=source.decoded_s,
                rings=lesson.practice.shown() if lesson else None,
                advice=lesson.advice if lesson else before.advice,
                score=lesson.score(session) if lesson and session.finished else None,
            )
        )
        if moment.sighting is not None:
            self._show_picture(moment.sighting)

    def _show_picture(self, sighting: Sighting) -> None:
        now_s = time.monotonic()
        if now_s - self._picture_s < PICTURES_S:
            return
        # steps of the same length, so that 25 pictures a second thin out to 15 evenly
        self._picture_s = max(self._picture_s + PICTURES_S, now_s - PICTURES_S)
        self.picture = picture_of(sighting.frame, sighting.reading.star)
        self.pictures += 1
        self.wake()

    def _show(self, shown: Shown) -> None:
        self.shown = shown
        self.wake()


def _standing(instructions: tuple[Instruction, ...]) -> tuple[Instruction, ...]:
    """The instructions that hold from now on; a doubt is looked after and what was asked for goes on."""
    return tuple(each for each in instructions if not isinstance(each, CheckThat | Ignored))

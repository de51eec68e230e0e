"""The session host: owns the running session, and publishes what everybody sees.

One worker thread at a time runs the loop (`run.readings` while looking, a `GuidedSession` while guiding). It
writes every moment down before anybody sees it, so that a killed server loses nothing, and then replaces what
is shown: there is one newest state and one newest picture, never a queue. Viewers are woken,
and take what is newest when they have room for it. The meter goes out before the picture is made small.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from ..errors import BackfocusError, UsageError
from ..guide.instructions import Instruction
from ..guide.procedure import ask
from ..guide.watch.watch import StepHistory
from ..redaction import HIDDEN, redact, shown
from ..session.guided import (
    GuidedSession,
    LeftOpen,
    Notes,
    begin,
    choice_of,
    differences,
    left_open,
    resume,
)
from ..session.opened import Opened, open_rig
from ..session.rig import Rig
from ..session.run import Moment, Sighting, Tracking, readings
from ..session.store import Store, Summary
from ..show.view import stage_name, view_of
from ..show.view import standing as standing_now
from ..sim.lens import Pose
from ..solve.clip import FirstTurn
from ..video.address import kind
from .chosen import ROOM, Chosen, choice_from, choose
from .messages import Choice, Note, Say, Turn, on_the_page
from .offers import Given, is_recording
from .person import AtThePage, EventAt, event_of
from .picture import Picture, picture_of
from .practice.camera import PracticeBench, PracticeSource
from .practice.lesson import Lesson
from .state import Json, Phase, Shown, signalled
from .watched import Watched
from .worker import Paced, Worker

PICTURES_S = 1.0 / 15.0
FIRST_ROOM = "First room"
_OVER = "the recording is over: start it again, or choose another"


class SessionHost:
    """The session of one room: what it looks at, how far it is, and what is asked of it.

    Parameters
    ----------
    store_address : str | None
        Where sessions are kept, as in `Store.open`.
    given : Given
        What the command line named.
    wake : callable
        Called (from any thread) after there is something new to show.
    opens : callable
        Opens the source of a rig; another one in tests.
    clock, pause : callable
        The time of the practice camera, and how it waits for some seconds or an event.
    title : str
        What its room is called; "" for the first one.
    watched : Watched, optional
        What the rooms of one server look at.
    """

    def __init__(
        self,
        store_address: str | None,
        given: Given | None = None,
        *,
        wake: Callable[[], None] = lambda: None,
        opens: Callable[[Rig, Callable[[str], None]], Opened] = open_rig,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[threading.Event, float], object] = threading.Event.wait,
        title: str = "",
        watched: Watched | None = None,
    ) -> None:
        self.title = title
        self._watched = watched or Watched()
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
        self._guided: GuidedSession | None = None
        self._lesson: Lesson | None = None
        self._person = AtThePage()
        self._picture_s = 0.0
        self._looking: Tracking | None = None
        self._aimed: tuple[float, float] | None = None
        self._closed = False

    def beside(self, title: str) -> "SessionHost":
        """Another one for a room of its own: the same store, but not the SOURCE of the command line."""
        given = replace(self.given, choice=None)
        return SessionHost(
            self._store_address,
            given,
            opens=self._opens,
            clock=self._clock,
            pause=self._pause,
            title=title,
            watched=self._watched,
        )

    # What viewers ask for ---------------------------------------------------------------------------------

    def look(self, choice: Choice) -> None:
        """Show the picture of this choice and the checks; UsageError if it cannot be meant."""
        with self._lock:
            self._must_be_open()
            chosen = choose(choice, self.given)
            self._watch(chosen)
            self._end()
            self._aimed = None
            self._take(chosen)
            self._show(_begun(chosen, "opening"))
            self._worker.start(self._opened(chosen), self._look, self._ended)

    def begin(self, notes: Notes = ()) -> None:
        """Start the procedure on what is being looked at; nothing is kept before something happens."""
        with self._lock:
            self._must_be_open()
            chosen = self._chosen
            if chosen is None:
                raise UsageError("choose a source first")
            self._watch(chosen)
            self._end()
            self._lead(chosen, begin(self._store_address, chosen.plan(notes, self.title)))

    def resume(self, number: int) -> None:
        """Go on with a session that was left open, where it stopped.

        Raises
        ------
        UsageError
            If it is finished, was begun elsewhere, or is of another camera, lens or serial number.
        SessionHeld
            If another program leads it.
        """
        with self._lock:
            self._must_be_open()
            chosen = self._chosen_for(number)
            self._watch(chosen)
            self._end()
            self._aimed = None
            try:
                guided, stored = resume(self._store_address, number, chosen.plan())
            except BackfocusError:
                self._watched.let_go(self)
                raise
            self._take(chosen)
            if self._lesson is not None:
                self._lesson.put_back(stored)
            self._lead(chosen, guided)

    def left_open(self) -> list[Json]:
        """The sessions that could be gone on with here, each with why not, if it cannot."""
        current = self._guided.number if self._guided else None
        found = (self._offer(left) for left in left_open(self._store_address))
        return [each for each in found if each is not None and each["session"] != current]

    def leave(self) -> None:
        """Back to the set-up page; what was done so far is kept."""
        with self._lock:
            self._end()
            self._watched.let_go(self)
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

    def tell_first_turn(self, first_turn: FirstTurn) -> None:
        """Judge the recording that is over again, now that the first turn of its sweep is known."""
        with self._lock:
            guided = self._guided
            if guided is None or self.shown.phase != "over":
                return
            guided.tell_first_turn(first_turn)
            self._show(replace(self.shown, session=guided.session))

    def turn(self, message: Turn) -> None:
        """Turn a ring of the practice camera."""
        lesson = self._lesson
        if lesson is None:
            raise UsageError("rings can be turned in practice only")
        lesson.turn(message)

    def aim(self, x_share: float, y_share: float) -> None:
        """Keep to the object at a place of the picture; a chart in view comes first."""
        self._aimed = x_share, y_share
        if self._guided is not None:
            self._guided.aim(x_share, y_share)
        elif self._looking is not None:
            self._looking.aim(x_share, y_share)

    def practice_pose(self) -> Pose | None:
        """Where the rings of the practice camera stand; None elsewhere."""
        return self._lesson.pose if self._lesson else None

    def retry(self) -> None:
        """Open the source again after it was lost."""
        with self._lock:
            self._must_be_open()
            if self.shown.phase != "lost" or self._chosen is None:
                return
            if self._guided is not None:
                self._guided.hold()
                self._lead(self._chosen, self._guided)
            else:
                self.look(self._chosen.choice)

    def close(self) -> None:
        """End for good, at once where a source does not answer; the session stays open in the store."""
        self._worker.give_up()  # a thread that holds the lock may be waiting for one
        with self._lock:
            self._closed = True
            self._end()
            self._watched.let_go(self)

    def _must_be_open(self) -> None:
        """What was asked for while the room was being closed opens no source that nobody would end."""
        if self._closed:
            raise UsageError("this room was closed")

    # Choosing ---------------------------------------------------------------------------------------------

    def _chosen_for(self, number: int) -> Chosen:
        """What a kept session is to go on with: its own choice, or the source that this server was given."""
        with Store.open(self._store_address) as store:
            stored = store.load(number, "choice")
        choice = self._choice_for(stored.summary, choice_of(stored))
        if choice is None:
            raise UsageError(f"session {number} was not begun here: serve its source, or go on at a terminal")
        return choose(choice, self.given)

    def _choice_for(self, summary: Summary, plain: Json | None) -> Choice | None:
        given = self.given.choice
        if given is not None and summary.source == shown(given.name):
            return given
        choice = choice_from(plain) if plain else None
        if choice is None or HIDDEN in choice.name:
            return None
        if choice.kind == "given":  # of another run of this server: now it is one of those that can be chosen
            return replace(choice, kind="device" if kind(choice.name) == "device" else "address")
        return choice

    def _offer(self, left: LeftOpen) -> Json | None:
        """What was left open, as the page lists it; None where this page has no way to go on with it."""
        try:
            choice = self._choice_for(left.summary, left.choice)
            chosen = None if choice is None else choose(choice, self.given)
        except UsageError:
            return None
        if chosen is None or is_recording(chosen.choice, chosen.rig.source):
            return None
        summary = left.summary
        why_not = differences(summary, left.session, chosen.plan())
        led = (f"it is led by {summary.led_by}",) if summary.led_by else ()
        return {
            "session": summary.id,
            "started_at": summary.started_at.isoformat().replace("+00:00", "Z"),
            "title": chosen.title,
            "room": str((left.choice or {}).get(ROOM, "")),
            "lens": summary.lens,
            "step": stage_name(left.session),
            "refused": "; ".join((*led, *why_not)),
        }

    # Working ----------------------------------------------------------------------------------------------

    def _end(self) -> None:
        """End the work, and let others have the session."""
        self._worker.end()
        if self._guided is not None:
            self._guided.close()
        self._guided = None

    def _watch(self, chosen: Chosen) -> None:
        """Look at a source that no other room looks at; else UsageError, and all stays as it is."""
        self._watched.take(self, self.title or FIRST_ROOM, chosen)

    def _take(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self._lesson = Lesson(PracticeBench(chosen.rig.source, self._clock)) if chosen.is_practice else None

    def _opened(self, chosen: Chosen) -> Callable[[threading.Event], Opened]:
        lesson = self._lesson

        def opens(stop: threading.Event) -> Opened:
            if lesson is not None:
                return Opened(PracticeSource(lesson.practice, lambda seconds: self._pause(stop, seconds)))

            def notice(words: str) -> None:
                if not stop.is_set():
                    self._show(replace(self.shown, trouble=redact(words)))

            return self._opens(chosen.rig, notice)

        return opens

    def _look(self, source: Paced, stop: threading.Event) -> None:
        chosen = self._chosen
        measure = self._looking = chosen.rig.measure() if chosen else Tracking()
        if self._aimed is not None:
            measure.aim(*self._aimed)
        for sighting in readings(source, measure):
            if stop.is_set():
                return
            if chosen is not None and (rig := chosen.rig.fitted(sighting.frame.size_px)) is not chosen.rig:
                chosen = self._chosen = replace(chosen, rig=rig)
            self._show(
                replace(
                    self.shown,
                    phase="looking",
                    rig=chosen.rig_words if chosen else "",
                    trouble="",
                    reading=sighting.reading,
                    decoded_s=source.decoded_s,
                    rings=self._lesson.practice.shown() if self._lesson else None,
                )
            )
            self._show_picture(sighting)

    def _lead(self, chosen: Chosen, guided: GuidedSession) -> None:
        self._worker.end()
        self._guided = guided
        if self._aimed is not None:
            guided.aim(*self._aimed)
        self._person = AtThePage()
        standing = ask(guided.session)
        view = view_of(
            None,
            guided.session,
            StepHistory(),
            at_s=guided.at_s,
            reading=None,
            instructions=standing,
            plays=chosen.plays,
        )
        self._show(
            replace(
                _begun(chosen, "guiding"),
                session_id=guided.number,
                session=guided.session,
                standing=standing,
                view=view,
            )
        )

        def work(source: Paced, stop: threading.Event) -> None:
            hands = self._person, *source.hands
            for moment in guided.moments(source, chosen.rig, hands, left=stop.is_set):
                if self._lesson is not None and (rings := self._lesson.rings(moment.at_s)):
                    guided.keep(rings)
                self._publish(moment, source)

        self._worker.start(self._opened(chosen), work, self._ended)

    def _ended(self, error: BackfocusError | None) -> None:
        """Whatever went wrong is shown, and the session stays."""
        if error is not None or self.shown.phase in ("looking", "opening"):
            trouble = redact(error.spelt(on_the_page)) if error is not None else _OVER
            self._show(replace(self.shown, phase="lost", trouble=trouble))

    def _say_afterwards(self, event_at: EventAt) -> None:
        """After the end only "again", another ND and notes mean something."""
        guided, chosen = self._guided, self._chosen
        if guided is None or chosen is None:
            return
        self._worker.end()
        instructions = guided.say(event_at(guided.at_s))
        if guided.session.finished:
            self._show(replace(self.shown, session=guided.session))
        elif instructions:
            self._lead(chosen, guided)

    # Showing ----------------------------------------------------------------------------------------------

    def _publish(self, moment: Moment, source: Paced) -> None:
        """Show one moment: first what a lesson has to say to it, then the meter, then the picture."""
        standing = standing_now(moment.instructions) or self.shown.standing
        shown = replace(_after(self.shown, moment, standing), decoded_s=source.decoded_s)
        lesson = self._lesson
        if lesson is not None:
            lesson.look(standing, moment.at_s)
            score = lesson.score(moment.session) if moment.session.finished else None
            shown = replace(shown, rings=lesson.practice.shown(), advice=lesson.advice, score=score)
        self._show(replace(shown, session_id=self._guided.number if self._guided else None))
        if moment.sighting is not None:
            self._show_picture(moment.sighting)

    def _show_picture(self, sighting: Sighting) -> None:
        now_s = time.monotonic()
        if now_s - self._picture_s < PICTURES_S:
            return
        # steps of the same length, so that 25 pictures a second thin out to 15 evenly
        self._picture_s = max(self._picture_s + PICTURES_S, now_s - PICTURES_S)
        self.picture = picture_of(sighting.frame, sighting.reading.target)
        self.pictures += 1
        self.wake()

    def _show(self, shown: Shown) -> None:
        self.shown = shown
        self.wake()


def _after(before: Shown, moment: Moment, standing: tuple[Instruction, ...]) -> Shown:
    """What is shown after one moment of the procedure."""
    session, reading = moment.session, moment.sighting.reading if moment.sighting else None
    view = view_of(
        before.view,
        session,
        moment.history,
        at_s=moment.at_s,
        reading=reading,
        events=moment.events,
        instructions=moment.instructions,
        plays=before.recording,
    )
    return replace(
        before,
        phase="over" if session.finished else "guiding",
        trouble="",
        session=session,
        view=view,
        standing=standing,
        signals=signalled(before.signals, moment.events, done=session.finished),
        reading=reading or before.reading,
    )


def _begun(chosen: Chosen, phase: Phase) -> Shown:
    """What a choice looks like before its first picture."""
    return Shown(
        phase=phase,
        source=chosen.title,
        rig=chosen.rig_words,
        recording=chosen.plays,
        practice=chosen.is_practice,
    )

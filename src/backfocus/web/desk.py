"""The desk: owns the running session, and publishes what everybody sees.

One worker thread at a time runs the loop (`run.readings` while looking, `run.guide` while guiding). It
writes every moment to the journal before anybody sees it, so that a killed server loses nothing, and then
replaces what is shown: there is one newest state and one newest picture, never a queue. Viewers are woken,
and take what is newest when they have room for it.
"""

import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..errors import BackfocusError, OutOfOrder, UsageError
from ..frame import Frame
from ..guide import events as ev
from ..guide.instructions import CheckThat, Ignored, Instruction
from ..guide.procedure import advance, ask, start
from ..guide.records import to_dict
from ..guide.session import Session, Setup
from ..guide.watch import Watch
from ..journal import Journal, fold
from ..run import Moment, Person, Sighting, guide, readings
from ..sim.lens import Pose
from ..store import Entry, Store
from ..video.address import redact
from ..video.source import VideoSource, expected_frames, open_source
from ..view import View, view_of
from . import coach as coaching
from .offers import Given, address_of, is_recording, setup_of
from .orders import Choice, Note, Say, Turn
from .picture import Picture, picture_of
from .practice import PracticeBench, PracticeSource, hidden_camera, kept_pose
from .state import Phase, Shown, signalled

PICTURES_S = 1.0 / 15.0
RINGS_KEPT_S = 0.5
PRACTICE = "practice:"
"""What a practice session is kept as: the seed follows, never what it hides."""
LATE_S = 12 * 3600.0
"""A session left open longer than this is not taken up by itself."""

_WORDS: dict[str, type[ev.Command]] = {
    "confirm": ev.Confirmed,
    "repeat": ev.Repeated,
    "skip": ev.Skipped,
    "undo": ev.Undone,
    "stop": ev.Stopped,
}


class AtThePage:
    """The person who answers on a page: `run.Person`."""

    def __init__(self) -> None:
        self._said: queue.SimpleQueue[Callable[[float], ev.Event]] = queue.SimpleQueue()

    def hear(self, said: Instruction | ev.WrongRing, at_s: float) -> None:
        """Instructions reach a person by what is shown."""

    def say(self, event_at: Callable[[float], ev.Event]) -> None:
        """Say something; it is stamped with the time of the next picture."""
        self._said.put(event_at)

    def answers(self, at_s: float) -> tuple[ev.Event, ...]:
        """What was said since last asked."""
        said = []
        with suppress(queue.Empty):
            while True:
                said.append(self._said.get_nowait()(at_s))
        return tuple(said)


class Paced:
    """A source at the speed of life: recordings and virtual cameras wait for their time."""

    def __init__(self, source: VideoSource, stop: threading.Event) -> None:
        self.live, self.title = source.live, source.title
        self.decoded_s: float | None = None
        self.count = 0
        self.expected = expected_frames(source)
        self.hand: Person | None = getattr(source, "hand", None)
        self._source = source
        self._stop = stop
        self._waits = not source.live or source.title.startswith("virtual camera")

    def frames(self) -> Iterator[Frame]:
        """The frames of the source, each not before its time."""
        begun_s = time.monotonic()
        first_s: float | None = None
        try:
            frames = self._source.frames()
        except ValueError:  # closed before the first picture
            return
        for frame in frames:
            if self._waits and frame.at_s is not None:
                first_s = frame.at_s if first_s is None else first_s
                behind_s = begun_s + frame.at_s - first_s - time.monotonic()
                if behind_s > 0.0 and self._stop.wait(behind_s):
                    return
            self.decoded_s = time.time()
            self.count += 1
            yield frame

    def close(self) -> None:
        """Close the source."""
        self._source.close()


class Desk:
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
    """

    def __init__(
        self,
        store_address: str | None,
        given: Given | None = None,
        *,
        wake: Callable[[], None] = lambda: None,
        opens: Callable[..., VideoSource] = open_source,
    ) -> None:
        self.given = given or Given()
        self.wake = wake
        self.shown = Shown()
        self.picture: Picture | None = None
        self.pictures = 0
        self._store_address = store_address
        self._opens = opens
        self._lock = threading.RLock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._source: VideoSource | None = None
        self._choice: Choice | None = None
        self._person = AtThePage()
        self._practice: PracticeBench | None = None
        self._coach = coaching.Coach()
        self._picture_s = 0.0
        self._rings_kept_s = 0.0
        self._begun_s = 0.0

    # What viewers ask for ---------------------------------------------------------------------------------

    def look(self, choice: Choice) -> None:
        """Show the picture of this choice and the checks; UsageError if it cannot be meant."""
        with self._lock:
            self._end_run()
            self._take(choice)
            setup_of(choice, self._address())  # what cannot be meant is said before a picture is waited for
            self._show(Shown(phase="opening", source=self._title(), practice=self._practice is not None))
            self._start_run(self._look)

    def begin(self) -> None:
        """Start the procedure on what is being looked at, or take it up where it stopped."""
        with self._lock:
            choice = self._choice
            if choice is None:
                raise UsageError("choose a source first")
            self._end_run()
            setup = setup_of(choice, self._address())
            session, _ = start(setup)
            session_id = self._begin_session(setup, choice)
            self._guide_from(session_id, session, 0.0)

    def leave(self) -> None:
        """Back to the set-up page; what was done so far is kept."""
        with self._lock:
            self._end_run()
            self._choice = self._practice = None
            self.picture = None
            self._show(Shown())

    def say(self, order: Say | Note) -> None:
        """A word of the person; what cannot be meant now is passed over by the guide."""
        event_at = _event_of(order)
        with self._lock:
            if self.shown.phase == "over":
                self._say_afterwards(event_at)
            else:
                self._person.say(event_at)

    def turn(self, order: Turn) -> None:
        """Turn a ring of the practice camera."""
        practice = self._practice
        if practice is None:
            raise UsageError("rings can be turned in practice only")
        tried_locked = order.ring == "back-focus" and practice.pose.locked
        practice.turn(order)
        if tried_locked:
            self._coach = coaching.looked(self._coach, practice.pose, practice.clock(), tried_locked=True)

    def practice_pose(self) -> Pose | None:
        """Where the rings of the practice camera stand; None elsewhere."""
        return self._practice.pose if self._practice else None

    def retry(self) -> None:
        """Open the source again after it was lost."""
        with self._lock:
            if self.shown.phase != "lost" or self._choice is None:
                return
            if self.shown.session_id is not None:
                self._resume(self.shown.session_id)
            else:
                self.look(self._choice)

    def resume_latest(self) -> bool:
        """Take up the session that was open when the server went; whether there was one."""
        with self._lock, Store.open(self._store_address) as store:
            for summary in store.sessions(limit=20):
                if summary.state != "open" or time.time() - summary.started_at.timestamp() > LATE_S:
                    continue
                choice = _kept_choice(store.load(summary.id).setup)
                if choice is None or not self._is_wanted(choice):
                    continue
                self._take(choice)
                self._resume(summary.id)
                return True
        return False

    def close(self) -> None:
        """End the worker; the session stays open in the store."""
        with self._lock:
            self._end_run()

    # The choice -------------------------------------------------------------------------------------------

    def _is_wanted(self, choice: Choice) -> bool:
        """Whether a session on this choice may be taken up by itself.

        Not where another source was asked for, where a password was not kept, or on a recording, whose hand
        has its own pace.
        """
        wanted = self.given.choice
        if wanted is None:
            return choice.kind not in ("given", "recording") and "***" not in choice.name
        same = choice.kind == wanted.kind and (not wanted.name or choice.name == redact(wanted.name))
        return same and not is_recording(choice, self.given)

    def _take(self, choice: Choice) -> None:
        if choice.kind == "given" and self.given.choice is not None:
            choice = _merged(choice, self.given.choice)
        if choice.kind == "practice":
            seed = int(choice.name) if choice.name.isdecimal() else secrets.randbelow(1_000_000)
            choice = replace(choice, name=str(seed))
            self._practice = PracticeBench(hidden_camera(seed))
        else:
            self._practice = None
        self._coach = coaching.Coach()
        self._choice = choice

    def _address(self) -> str:
        choice = self._choice
        assert choice is not None
        return (
            hidden_camera(int(choice.name)) if choice.kind == "practice" else address_of(choice, self.given)
        )

    def _title(self) -> str:
        if self._practice is not None:
            return "practice"
        return (
            self._choice.name
            if self._choice and self._choice.kind == "recording"
            else redact(self._address())
        )

    def _kept_source(self) -> str:
        assert self._choice is not None
        return PRACTICE + self._choice.name if self._practice else self._address()

    def _open(self) -> Paced:
        assert self._choice is not None
        if self._practice is not None:
            source: VideoSource = PracticeSource(
                self._practice, lambda seconds: void(self._stop.wait(seconds))
            )
        else:
            source = self._opens(self._address(), transfer=self._choice.transfer, notice=self._notice)
        return Paced(source, self._stop)

    def _notice(self, words: str) -> None:
        self._show(replace(self.shown, trouble=redact(words)))

    # The worker -------------------------------------------------------------------------------------------

    def _start_run(self, work: Callable[[threading.Event], None]) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=work, args=(self._stop,), name="desk", daemon=True)
        self._thread.start()

    def _end_run(self) -> None:
        self._stop.set()
        if self._source is not None:
            self._source.close()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(15.0)
        self._thread = self._source = None

    def _look(self, stop: threading.Event) -> None:
        def work(source: Paced) -> None:
            for sighting in readings(source):
                if stop.is_set():
                    return
                self._publish_picture(sighting)
                self._show(
                    replace(
                        self.shown,
                        phase="looking",
                        trouble="",
                        reading=sighting.reading,
                        decoded_s=source.decoded_s,
                        rings=self._practice.shown() if self._practice else None,
                    )
                )

        self._guarded(work, stop)

    def _guide_from(self, session_id: int, session: Session, offset_s: float) -> None:
        self._person = AtThePage()
        self._begun_s = time.monotonic()
        self._show(
            Shown(
                phase="guiding",
                source=self._title(),
                practice=self._practice is not None,
                session_id=session_id,
                session=session,
                standing=ask(session),
                view=view_of(None, session, Watch(), at_s=offset_s, reading=None, instructions=ask(session)),
            )
        )

        def work(stop: threading.Event) -> None:
            self._guarded(lambda source: self._guide(source, session_id, session, offset_s, stop), stop)

        self._start_run(work)

    def _guide(
        self, source: Paced, session_id: int, session: Session, offset_s: float, stop: threading.Event
    ) -> None:
        with Store.open(self._store_address) as store:
            journal = Journal(store, session_id)
            for moment in guide(source, session, people=self._people(source), offset_s=offset_s):
                if stop.is_set():
                    return
                journal.note(moment)
                self._keep_rings(store, session_id, moment)
                self._publish(moment, source)

    def _people(self, source: Paced) -> tuple[Person, ...]:
        return (self._person, source.hand) if source.hand is not None else (self._person,)

    def _guarded(self, work: Callable[[Paced], None], stop: threading.Event) -> None:
        """Run `work` on the open source; whatever goes wrong there is shown, and the session stays."""
        try:
            source = self._open()
            self._source = source
            work(source)
        except BackfocusError as error:
            if not stop.is_set():
                self._show(replace(self.shown, phase="lost", trouble=redact(str(error))))
            return
        if not stop.is_set() and self.shown.phase in ("looking", "opening"):
            self._show(
                replace(
                    self.shown,
                    phase="lost",
                    trouble="the recording is over: start it again, or choose another",
                )
            )

    # Keeping ----------------------------------------------------------------------------------------------

    def _begin_session(self, setup: Setup, choice: Choice) -> int:
        page = {"kind": choice.kind, "name": choice.name, "camera": choice.camera, "lens": choice.lens}
        more = {"pixel_um": choice.pixel_um, "f_number": choice.f_number, "transfer": choice.transfer}
        with Store.open(self._store_address) as store:
            return store.begin(
                {**to_dict(setup), "page": {**page, **more}},
                source=self._kept_source(),
                title=self._title(),
                camera=choice.camera or ("practice" if self._practice else ""),
                lens=choice.lens,
            )

    def _resume(self, session_id: int) -> None:
        self._end_run()
        with Store.open(self._store_address) as store:
            kept = store.load(session_id)
        folded = fold(kept)
        if self._practice is not None:
            rings = [
                e.payload for e in kept.entries if e.kind == "reading" and e.payload.get("type") == "Rings"
            ]
            if rings:
                self._practice.put(kept_pose(rings[-1]))
        self._guide_from(session_id, folded.session, folded.until_s)

    def _keep_rings(self, store: Store, session_id: int, moment: Moment) -> None:
        if self._practice is None or moment.at_s - self._rings_kept_s < RINGS_KEPT_S:
            return
        self._rings_kept_s = moment.at_s
        store.append(session_id, Entry("reading", moment.at_s, self._practice.kept()))

    def _say_afterwards(self, event_at: Callable[[float], ev.Event]) -> None:
        """After the end only "again", another ND and notes mean something."""
        session, session_id = self.shown.session, self.shown.session_id
        if session is None or session_id is None:
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
            self._end_run()
            self._guide_from(session_id, after, until_s)

    # Showing ----------------------------------------------------------------------------------------------

    def _publish(self, moment: Moment, source: Paced) -> None:
        before, session = self.shown, moment.session
        reading = moment.sighting.reading if moment.sighting else None
        standing = _standing(moment.instructions) or before.standing
        if moment.sighting is not None:
            self._publish_picture(moment.sighting)
        view: View = view_of(
            before.view,
            session,
            moment.watched,
            at_s=moment.at_s,
            reading=reading,
            events=moment.events,
            instructions=moment.instructions,
        )
        phase: Phase = "over" if session.finished else "guiding"
        self._coached(standing, moment.at_s)
        self._show(
            replace(
                before,
                phase=phase,
                trouble="",
                session=session,
                view=view,
                standing=standing,
                signals=signalled(before.signals, moment.events, done=session.finished),
                reading=reading or before.reading,
                decoded_s=source.decoded_s,
                rings=self._practice.shown() if self._practice else None,
                advice=(len(self._coach.told), self._coach.advice),
                score=self._score(session) if session.finished else None,
            )
        )

    def _coached(self, standing: tuple[Instruction, ...], at_s: float) -> None:
        if self._practice is None:
            return
        pose = self._practice.pose
        self._coach = coaching.instructed(self._coach, standing, pose)
        self._coach = coaching.looked(self._coach, pose, at_s)

    def _score(self, session: Session) -> dict[str, Any] | None:
        if self._practice is None:
            return None
        result = session.results[-1]
        return {
            "seconds": round(session.since_s, 1),
            "rounds": result.rounds,
            "remaining_um": round(self._practice.remaining_um(), 1),
            "depth_um": round(self._practice.bench.lens.half_depth_um(1.0 / self._practice.settings.zoom), 1),
            "hidden_um": round(abs(self._practice.settings.delta_um), 1),
            "mistakes": [coaching.MISTAKES[what] for what, _ in self._coach.told],
        }

    def _publish_picture(self, sighting: Sighting) -> None:
        now_s = time.monotonic()
        if now_s - self._picture_s < PICTURES_S:
            return
        # steps of the same length, so that 25 pictures a second thin out to 15 evenly
        self._picture_s = max(self._picture_s + PICTURES_S, now_s - PICTURES_S)
        self.picture = picture_of(sighting.frame, sighting.reading.star)
        self.pictures += 1

    def _show(self, shown: Shown) -> None:
        self.shown = shown
        self.wake()


def _standing(instructions: tuple[Instruction, ...]) -> tuple[Instruction, ...]:
    """The instructions that hold from now on; a doubt is looked after and what was asked for goes on."""
    return tuple(each for each in instructions if not isinstance(each, CheckThat | Ignored))


def void(_: object) -> None:
    """Nothing, for what only its waiting is wanted of."""


def _event_of(order: Say | Note) -> Callable[[float], ev.Event]:
    if isinstance(order, Say):
        kind, step = _WORDS[order.word], order.step
        return lambda at_s: kind(at_s, step)
    if order.name == "nd":
        return lambda at_s: ev.NdChanged(at_s, order.value)
    return lambda at_s: ev.Noted(at_s, order.name, order.value)


def _merged(chosen: Choice, given: Choice) -> Choice:
    """The source of the command line, with camera and lens as they stand on the page."""
    return replace(chosen, name=given.name)


def _kept_choice(setup: dict[str, Any]) -> Choice | None:
    page = setup.get("page")
    if not isinstance(page, dict) or setup.get("type") != "Setup":
        return None
    return Choice(**page, shims_um=tuple(setup.get("shims_um", ())))

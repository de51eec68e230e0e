"""A guided session, in the terminal or on the page: begun, taken up again, led, another ND, ended.

Terminal and page both lead through a `GuidedSession`. Everything that happens in it goes through its journal,
and as long as it is led nobody else can write into it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..errors import OutOfOrder, Remedy, StoreError, UsageError
from ..guide import events as ev
from ..guide.hands import Hands
from ..guide.instructions import Instruction
from ..guide.procedure import advance, start
from ..guide.session_state import Session, Setup
from ..guide.steps import Step
from ..measure.object.region import Region
from ..measure.object.track import ObjectTrack
from ..solve.clip import FirstTurn
from ..solve.learned import one_name
from ..video.source import VideoSource
from .cameras import known_camera
from .clip_readings import ClipReadings
from .journal import Journal, ReplayedSession, fold
from .reference import object_of, region_of
from .rig import Rig
from .run import Limits, Moment, Tracking, clip_answer, guide
from .store import Entry, Store, StoredSession, Summary

RECORD_NAMES = ("nd", "extender", "iris", "camera-serial", "lens-serial", "temperature", "operator", "note")
"""What is asked for the record."""
ND = "nd"
PRACTICE = "practice:"
"""What a practice session is kept as: the seed follows, never what it hides."""
SERIALS = {"camera-serial": "the camera's serial number", "lens-serial": "the lens's serial number"}
OFFERED_FOR = timedelta(days=7)
"""What was left open longer ago is taken up by its number only."""
MOST_OFFERED = 5

Notes = tuple[tuple[str, str], ...]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a session is about.

    Attributes
    ----------
    rig : Rig
    source, title : str
        Where its pictures come from, as it is kept, and what to call that.
    camera : str
        What it is listed under where the rig names no camera.
    notes : tuple of (name, value)
        For the record; names of `RECORD_NAMES`.
    choice : dict | None
        What was chosen on the page, as it is kept.
    """

    rig: Rig
    source: str
    title: str
    camera: str = ""
    notes: Notes = ()
    choice: Json | None = None

    @property
    def setup(self) -> Setup:
        """What the guide knows before the first picture, the ND that is in among it."""
        nd = dict(self.notes).get(ND)
        return replace(self.rig.setup, nd=nd) if nd else self.rig.setup

    @property
    def record(self) -> Notes:
        """The notes that stand in the record; the extender is noted where nobody did."""
        notes = tuple(note for note in self.notes if note[0] != ND)
        if self.rig.extender == 1.0 or "extender" in dict(notes):
            return notes
        return (*notes, ("extender", f"{self.rig.extender:g}x"))


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """A session that was never finished.

    Attributes
    ----------
    summary : Summary
    session : Session
        Where it stands.
    choice : dict | None
        What was chosen for it on the page.
    """

    summary: Summary
    session: Session
    choice: Json | None


class GuidedSession:
    """One session, and the only one that writes into it until `close`.

    Attributes
    ----------
    session : Session
        Where it stands.
    at_s : float
        When something last happened in it.
    """

    def __init__(
        self,
        store: Store,
        journal: Journal,
        session: Session,
        at_s: float = 0.0,
        object_: ObjectTrack | None = None,
    ) -> None:
        self.session = session
        self.at_s = at_s
        self._store = store
        self._journal = journal
        self._object = object_
        self._measure: Tracking | None = None
        self._aimed: tuple[float, float] | None = None
        self._clip: ClipReadings | None = None

    @property
    def known_object(self) -> ObjectTrack | None:
        """What is known of the object; None while nothing is."""
        return self._object

    @property
    def number(self) -> int | None:
        """Its number in the store; None until something has happened that is worth keeping."""
        return self._journal.session_id

    def moments(
        self,
        source: VideoSource,
        rig: Rig,
        hands: Sequence[Hands] = (),
        *,
        limits: Limits | None = None,
        left: Callable[[], bool] = lambda: False,
    ) -> Iterator[Moment]:
        """Lead it with the pictures of `source`; each moment is written down before it is handed on.

        May be called again after the source was lost, or after something was said that goes on. `left`:
        whether it was left meanwhile, so that a source that was closed under it is no end.
        """
        measure = self._measure = rig.measure(object_=_looked_for(self._object))
        if self._aimed is not None:
            measure.aim(*self._aimed)
            self._aimed = None
        self._clip = None if source.live else ClipReadings(rig.part)
        for moment in guide(
            source,
            self.session,
            hands=hands,
            limits=limits,
            offset_s=self.at_s,
            measure=measure,
            clip=self._clip,
        ):
            if left():
                return
            self._object = measure.known.object
            self._journal.note(moment, self._object)
            self.session, self.at_s = moment.session, moment.at_s
            if moment.session.finished:
                self._let_go()
            yield moment

    def aim(self, x_share: float, y_share: float) -> None:
        """Keep to the object at a place of the picture, in shares of it from the left and from the top.

        Before there are pictures it is kept for the first one.
        """
        if self._measure is None:
            self._aimed = x_share, y_share
        else:
            self._measure.aim(x_share, y_share)

    def choose_again(self, kept: tuple[Region, tuple[int, int]] | None, named: Region | None) -> None:
        """Keep to the part of the session's first picture that was chosen in it, or to the one named now.

        Before there is a reference nothing finds that part again, and only its middle counts, at wide.
        """
        region = named or (kept[0] if kept else None)
        if self._object is not None:
            self._object = replace(self._object, region=region)
        elif kept is not None and named is None and self.session.step in (Step.AIM, Step.CHECK):
            part, (width_px, height_px) = kept
            x_px, y_px = (part.left_px + part.right_px) / 2, (part.top_px + part.bottom_px) / 2
            self._aimed = x_px / width_px, y_px / height_px

    def say(self, event: ev.Event) -> tuple[Instruction, ...]:
        """What to do after something said while no pictures are looked at; it is written down.

        What cannot be meant now is passed over. Another ND, or "again", opens a finished session again.
        """
        try:
            after, instructions = advance(self.session, event)
        except OutOfOrder:
            return ()
        if self.number is not None:
            self._store.hold(self.number, again=self.session.finished and not after.finished)
        self.session = self._journal.add(self.session, event)
        if after.finished:
            self._let_go()
        return instructions

    def tell_first_turn(self, first_turn: FirstTurn) -> None:
        """Say which way a ring went first in the sweep of the recording that ended; it is judged again.

        Passed over where no recording was judged as a clip.
        """
        if self._clip is None or self.session.shown is None:
            return
        shown = clip_answer(self._clip, self.session.setup, first_turn)
        if shown is not None:
            self.say(ev.TurnTold(self.at_s, first_turn, shown))

    def hold(self) -> None:
        """Make sure that it is still led here; SessionHeld where another program took it up meanwhile."""
        if self.number is not None:
            self._store.hold(self.number)

    def keep(self, entry: Entry) -> None:
        """Write down what is no part of the procedure."""
        self._journal.keep(entry)

    def close(self) -> None:
        """Let others take it up; what was done so far is kept."""
        self._store.close()

    def _let_go(self) -> None:
        if self.number is not None:
            self._store.release(self.number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def begin(store_address: str | Path | None, plan: Plan) -> GuidedSession:
    """A new session; nothing of it is kept before something happens."""
    with ExitStack() as undo:
        store = undo.enter_context(Store.open(store_address))
        known = known_camera(store, plan.rig)
        setup = replace(plan.setup, known_camera=known.curve) if known else plan.setup
        journal = Journal.begin(
            store,
            setup,
            source=plan.source,
            title=plan.title,
            camera=plan.rig.camera or plan.camera,
            lens=plan.rig.lens,
            choice=plan.choice,
        )
        session, _ = start(setup)
        for name, value in plan.record:
            session = journal.add(session, ev.Noted(0.0, name, value))
        undo.pop_all()
        return GuidedSession(store, journal, session)


def resume(store_address: str | Path | None, number: int, plan: Plan) -> tuple[GuidedSession, StoredSession]:
    """A session taken up where it stopped, and what is kept of it.

    A finished one goes on with another ND, if the plan notes one.

    Raises
    ------
    UsageError
        If it is finished, or of another camera, lens or serial number than the plan.
    SessionHeld
        If another program leads it.
    StoreError
        If there is no such session, or it cannot be read.
    """
    with ExitStack() as undo:
        store = undo.enter_context(Store.open(store_address))
        store.hold(number)
        stored = store.load(number)
        replayed = fold(stored)
        _must_be_the_same(stored, replayed, plan)
        guided = GuidedSession(
            store,
            Journal(store, number, lens=stored.summary.lens),
            replayed.session,
            replayed.until_s,
            object_of(store.reference(number)),
        )
        guided.choose_again(region_of(stored.entries), plan.rig.part)
        _say_what_is_new(guided, plan)
        if guided.session.finished:
            raise UsageError(
                f"session {number} is finished (",
                Remedy("report", number),
                "): begin a new one, or note another ND to measure it in the same session",
            )
        undo.pop_all()
        return guided, stored


def _looked_for(known: ObjectTrack | None) -> ObjectTrack | None:
    """What was known of an object, to be found again: the camera may have been moved meanwhile."""
    if known is None:
        return None
    if known.reference is None or not known.is_peak:
        # a part of the first picture, at wide, is where it was; zoomed in nothing tells where
        return ObjectTrack(region=known.region) if known.region and not known.zoomed_in else None
    return replace(known, followed=None)


def left_open(store_address: str | Path | None, source: str | None = None) -> tuple[LeftOpen, ...]:
    """The sessions of the last week, on `source` or on any, that nobody finished; newest first."""
    with Store.open(store_address) as store:
        since = datetime.now(UTC) - OFFERED_FOR
        found = store.left_open(source, limit=MOST_OFFERED)
        recent = (each.id for each in found if each.started_at > since)
        loaded = (_left(store.load(number, "event", "choice")) for number in recent)
        return tuple(each for each in loaded if each is not None)


def _left(stored: StoredSession) -> LeftOpen | None:
    try:
        return LeftOpen(stored.summary, fold(stored).session, choice_of(stored))
    except StoreError:  # of another version: it cannot be taken up, and stands in the history
        return None


def choice_of(stored: StoredSession) -> Json | None:
    """What was chosen on the page for a session; None where it was begun elsewhere."""
    return next((entry.payload for entry in stored.entries if entry.kind == "choice"), None)


def noted(name: str, value: str, at_s: float) -> ev.Event:
    """A note as an event: another ND begins a result of its own, all else stands in the record."""
    return ev.NdChanged(at_s, value) if name == ND else ev.Noted(at_s, name, value)


def _say_what_is_new(guided: GuidedSession, plan: Plan) -> None:
    """The notes of the plan that the session does not hold yet."""
    known = {**dict(guided.session.notes), ND: guided.session.nd}
    for name, value in plan.notes:
        if known.get(name) != value:
            guided.say(noted(name, value, guided.at_s))


# What must be the same -----------------------------------------------------------------------------------


def _must_be_the_same(stored: StoredSession, replayed: ReplayedSession, plan: Plan) -> None:
    number, different = stored.summary.id, differences(stored.summary, replayed.session, plan)
    if different:
        raise UsageError(
            f"session {number} cannot be taken up with this: {'; '.join(different)}. Begin a new one, or "
            "name what it was begun with"
        )


def differences(summary: Summary, session: Session, plan: Plan) -> tuple[str, ...]:
    """What a kept session and a plan differ in, in words; what the plan leaves open is as it was."""
    return tuple(
        f"{what} {'was not named' if was in ('', None) else f'was {was}'}, and now it is {now}"
        for what, was, now in _compared(summary, session, plan)
        if was != now
    )


def _compared(summary: Summary, session: Session, plan: Plan) -> Iterator[tuple[str, Any, Any]]:
    """(what, as it was, as it is now) of all that the plan says."""
    rig, setup = plan.rig, session.setup
    yield "the source", _sort(summary.source), _sort(plan.source)
    if rig.camera or plan.camera:
        yield "the camera", summary.camera.lower(), rig.camera or plan.camera
    if rig.camera_id:
        yield "the name of camera and mode", one_name(setup.camera_id), one_name(rig.camera_id)
    if rig.lens:
        yield "the lens", summary.lens.lower(), rig.lens
    if rig.optics is not None:
        yield from _compared_optics(setup, rig)
    if rig.lens or rig.optics is not None:
        yield "the back-focus ring", _ring(setup.back_focus_ring), _ring(rig.back_focus_ring)
    if rig.shims_um:
        yield "the shims", _list(setup.shims_um), _list(rig.shims_um)
    if rig.um_per_degree is not None:
        yield "the ring's um per degree", setup.um_per_degree, rig.um_per_degree
    kept, now = dict(session.notes), dict(plan.notes)
    for name, what in SERIALS.items():
        if now.get(name) and kept.get(name):
            yield what, kept[name], now[name]


def _compared_optics(setup: Setup, rig: Rig) -> Iterator[tuple[str, Any, Any]]:
    was, now = setup.optics, rig.optics
    assert now is not None
    if rig.profile_px is None:  # else the camera says it, for each size of picture another one
        yield "the pixel size in um", was and was.pixel_um, now.pixel_um
    yield "the f-number", was and _ramp(was.f_numbers), _ramp(now.f_numbers)
    yield "the wavelength in um", was and was.wavelength_um, now.wavelength_um


def _sort(source: str) -> str:
    sorts = ((PRACTICE, "practice on the page"), ("sim:", "the virtual camera"))
    return next((words for scheme, words in sorts if source.lower().startswith(scheme)), "a camera or a file")


def _ring(there: bool) -> str:
    return "there" if there else "none"


def _list(numbers: Sequence[float]) -> str:
    return ", ".join(f"{each:g}" for each in numbers) or ""


def _ramp(knots: Sequence[tuple[float, float]]) -> str:
    return ", ".join(f"{number:.4g} at {mm:g} mm" if mm else f"{number:.4g}" for mm, number in knots)

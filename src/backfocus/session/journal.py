"""A session written down as it happens, and taken up again where it stopped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import cv2
import numpy as np

from ..errors import OutOfOrder, StoreError
from ..frame import Frame
from ..guide import events as ev
from ..guide.procedure import advance, start
from ..guide.records import from_dict, to_dict
from ..guide.session_state import Result, Session, Setup
from ..measure.object.keeping import kept
from ..measure.object.reference import Reference
from ..measure.object.region import Region
from ..measure.object.track import ObjectTrack, shown_beside
from ..measure.reading import Reading
from ..show.lines import check_json
from ..solve.learned import Mode
from .cameras import learn
from .comparison import comparison_of, entries_of
from .reference import kept_picture, region_entry
from .run import Moment, Sighting
from .store import Entry, NdResult, Store, StoredSession

PICTURE_HALF_PX = 160
"""Half the side of the picture kept of a star: the rings that tell lie within."""

READINGS_BEFORE_S = 30.0
"""How much of what was read before the first event is kept with it."""

Json = dict[str, Any]
_NOTHING_YET = (ev.Noted, ev.NdChanged, ev.NotReady, ev.NothingThere)
_WORTH_A_PICTURE = (ev.TeleSharp, ev.StillOff, ev.WithinDepth, ev.Returned, ev.LockHeld)
End = Literal["tele", "wide"]


class Journal:
    """Writes the moments of one session to a store, each on the disk before the next picture.

    A session in which nothing happened is not kept: its first word is written with the first event that the
    picture or the person brings about. `session_id` is None until then.
    """

    def __init__(
        self, store: Store, session_id: int | None, heading: "Heading | None" = None, *, lens: str = ""
    ) -> None:
        self.session_id = session_id
        self._store = store
        self._heading = heading
        self._lens = heading.lens if heading else lens
        self._size_px: tuple[int, int] | None = None
        self._reference: Reference | None = None
        self._region: Region | None = None
        self._waiting: list[Entry] = []
        self._begun_at = datetime.now(UTC)

    @classmethod
    def begin(
        cls,
        store: Store,
        setup: Setup,
        *,
        source: str,
        title: str,
        camera: str = "",
        lens: str = "",
        choice: Json | None = None,
    ) -> "Journal":
        """A journal of a new session; `choice`: what was chosen on the page."""
        journal = cls(store, None, Heading(setup, source, title, camera, lens))
        if choice is not None:
            journal.keep(Entry("choice", None, choice))
        return journal

    def add(self, session: Session, event: ev.Event) -> Session:
        """The session after an event that came from no picture, written down."""
        after, _ = advance(session, event)
        self._write([Entry("event", event.at_s, to_dict(event))], happened=_tells((event,)))
        if isinstance(event, ev.TurnTold):
            self._keep_results(after)
        return after

    def note(self, moment: Moment, known: ObjectTrack | None = None) -> None:
        """Write down one moment, and the result when it is the last; `known`: of an object, as it is now."""
        happened = _tells(moment.events) or moment.session.finished
        if moment.sighting is not None:
            self._size_px = moment.sighting.frame.size_px
        self._write(list(_entries(moment)), happened=happened)
        if known is not None and known.region != self._region and self._size_px is not None:
            self._region = known.region
            self.keep(region_entry(known.region, self._size_px, moment.at_s))
        if known is not None and moment.sighting is not None and _worth_a_picture(moment):
            self._keep_object(known, moment.sighting.frame, moment.at_s)
        if moment.session.finished:
            self._close(moment.session)

    def _keep_object(self, known: ObjectTrack, frame: Frame, at_s: float) -> None:
        """The picture beside what it is measured against, and that, where it is another one than before."""
        found = shown_beside(known, frame)
        if found is not None:
            self._write(list(entries_of(comparison_of(found), at_s)), happened=True)
        reference = known.reference
        if self.session_id is None or reference is None or self._reference is reference:
            return
        at_rest = kept(known)
        if at_rest is not None:
            self._store.put_reference(self.session_id, kept_picture(at_rest))
            self._reference = reference

    def keep(self, entry: Entry) -> None:
        """Write down what is no part of the procedure."""
        self._write([entry], happened=False)

    def _write(self, entries: list[Entry], *, happened: bool) -> None:
        if self.session_id is None:
            self._waiting = _recent([*self._waiting, *entries])
            if not happened:
                return
            entries, self._waiting = self._waiting, []
            self.session_id = self._begun()
        if entries:
            self._store.append(self.session_id, *entries)

    def _begun(self) -> int:
        heading = self._heading
        assert heading is not None  # only `begin` makes a journal without a number
        return self._store.begin(
            to_dict(heading.setup),
            source=heading.source,
            title=heading.title,
            camera=heading.camera,
            lens=heading.lens,
            started_at=self._begun_at,
            hold=True,
        )

    def _close(self, session: Session) -> None:
        self._keep_results(session)
        self._learn(session, session.results[-1])

    def _keep_results(self, session: Session) -> None:
        """Each result in place of an earlier one with its ND, and the last as what the session came to."""
        number = self.session_id
        assert number is not None  # an end is something that happened
        for result in session.results:
            found = result.back_focus
            self._store.put_result(
                number,
                NdResult(
                    result.nd,
                    result.verdict.kind,
                    found.delta_um if found else None,
                    found.sigma_um if found else None,
                    check_json(found, result.verdict, result.half_depth_um),
                ),
            )
        last = session.results[-1]
        found = last.back_focus
        self._store.close_session(
            number,
            verdict=last.verdict.kind,
            delta_um=found.delta_um if found else None,
            sigma_um=found.sigma_um if found else None,
        )

    def _learn(self, session: Session, last: Result) -> None:
        """Keep what the sweeps of the session told of its camera, where that has a name."""
        setup = session.setup
        if setup.optics is not None:
            mode = Mode(setup.optics.pixel_um, self._lens, self._size_px)
            learn(self._store, setup.camera_id, last.camera, setup.optics, mode)


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands at the top of a session."""

    setup: Setup
    source: str
    title: str
    camera: str
    lens: str


def _tells(events: Iterable[ev.Event]) -> bool:
    """Whether something happened; a note, the ND that is in, or a picture of nothing is nothing yet."""
    return any(not isinstance(event, _NOTHING_YET) for event in events)


def _recent(entries: list[Entry]) -> list[Entry]:
    """The entries without readings so old that nobody will ask what led to the first event."""
    last_s = max((each.at_s for each in entries if each.at_s is not None), default=0.0)
    return [
        each for each in entries if each.kind != "reading" or (each.at_s or 0.0) > last_s - READINGS_BEFORE_S
    ]


def _entries(moment: Moment) -> Iterable[Entry]:
    sighting = moment.sighting
    if sighting is not None:
        yield Entry("reading", moment.at_s, to_dict(_without_tiles(sighting.reading)))
    for event in moment.events:
        yield Entry("event", event.at_s, to_dict(event))
        if isinstance(event, ev.PeakPassed):
            yield Entry("sweep", event.at_s, _sweep(moment, event))
        if sighting is not None and isinstance(event, _WORTH_A_PICTURE):
            png = star_png(sighting)
            if png is not None:
                yield Entry("picture", event.at_s, {"end": _end(event), "event": type(event).__name__}, png)
    for event in moment.ignored:
        yield Entry("ignored", event.at_s, to_dict(event))
    for instruction in moment.instructions:
        yield Entry("instruction", moment.at_s, to_dict(instruction))


def _without_tiles(reading: Reading) -> Reading:
    """They are kept with the pictures that are shown."""
    if reading.object is None:
        return reading
    return replace(reading, object=replace(reading.object, tiles=()))


def _worth_a_picture(moment: Moment) -> bool:
    return any(isinstance(event, _WORTH_A_PICTURE) for event in moment.events)


def _end(event: ev.Event) -> End:
    focus = isinstance(event, ev.TeleSharp) or (isinstance(event, ev.Returned) and event.ring == "focus")
    return "tele" if focus else "wide"


def _sweep(moment: Moment, event: ev.PeakPassed) -> dict[str, Any]:
    """|r| over time while the ring went through focus."""
    points = [[each.at_s, each.um] for each in moment.history.pictures if each.um is not None]
    return {"ring": event.ring, "points": points}


def star_png(sighting: Sighting) -> bytes | None:
    """The middle of the star as a PNG, up to 320 px square; None without a star."""
    star = sighting.reading.target
    if star is None:
        return None
    frame = sighting.frame
    x, y = round(star.x_px), round((star.y_px - frame.first_line) / frame.line_step)
    half, rows = PICTURE_HALF_PX, PICTURE_HALF_PX // frame.line_step
    crop = frame.luma[max(0, y - rows) : y + rows, max(0, x - half) : x + half]
    if not crop.size:
        return None
    full = 2**frame.bits - 1 if frame.bits else 1
    codes = np.clip(np.nan_to_num(crop * (255.0 / full)), 0.0, 255.0).astype(np.uint8)
    codes = np.repeat(codes, frame.line_step, axis=0)
    return cv2.imencode(".png", codes)[1].tobytes()


@dataclass(frozen=True, slots=True)
class ReplayedSession:
    """A stored session folded from its events.

    `results`: each result with the session as it stood then. `until_s`: the last time written down.
    """

    session: Session
    until_s: float
    results: tuple[tuple[Session, Result], ...]


def setup_of(stored: StoredSession) -> Setup:
    """What was known before the first picture; StoreError if it cannot be read."""
    setup: Setup = _read(stored, "its set-up", stored.setup)
    return setup


def fold(stored: StoredSession) -> ReplayedSession:
    """The session that the stored events make, whichever version wrote them.

    Raises
    ------
    StoreError
        If an event cannot be read or cannot have happened there: an answer without it could be wrong. What
        the guide passed over when it happened stands there as "ignored", and is passed over again.
    """
    session, _ = start(setup_of(stored))
    results: list[tuple[Session, Result]] = []
    until_s = 0.0
    for entry in stored.entries:
        until_s = max(until_s, entry.at_s or 0.0)
        if entry.kind != "event":
            continue
        what = f"{entry.payload.get('type')} at {entry.at_s or 0.0:.1f} s"
        try:
            event = _read(stored, what, entry.payload)
            after, _ = advance(session, event)
        except OutOfOrder as error:
            raise _unreadable(stored, what, error, _MIXED) from error
        if isinstance(event, ev.TurnTold):
            del results[-1:]  # the same end, judged with more known
            session = replace(session, results=session.results[:-1])
        if len(after.results) > len(session.results):
            results.append((after, after.results[-1]))
        session = after
    return ReplayedSession(session, until_s, tuple(results))


_OLDER = "Open it with the backfocus that wrote it, or begin a new session"
_MIXED = "Two programs may have written into it at once: begin a new session"


def _read(stored: StoredSession, what: str, payload: Mapping[str, Any]) -> Any:
    try:
        return from_dict(payload)
    except ValueError as error:
        raise _unreadable(stored, what, error, _OLDER) from error


def _unreadable(stored: StoredSession, what: str, why: Exception, advice: str) -> StoreError:
    return StoreError(
        f"session {stored.summary.id} cannot be read: {what}: {why}. {advice}; its result is still listed"
    )

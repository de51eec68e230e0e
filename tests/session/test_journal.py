"""A session on disk is the session: written as it happens, folded back to the same."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from backfocus.errors import StoreError
from backfocus.frame import Frame
from backfocus.guide import events as ev
from backfocus.guide.former import VERSION
from backfocus.guide.procedure import advance, start
from backfocus.guide.records import from_dict, to_dict
from backfocus.guide.session_state import Setup
from backfocus.guide.watch.watch import StepHistory
from backfocus.measure.reading import Reading, RingPosition, Star
from backfocus.optics.lens import Optics
from backfocus.session.certificate import session_report
from backfocus.session.journal import Journal, fold, star_png
from backfocus.session.run import Moment, Sighting
from backfocus.session.store import Entry, Store
from backfocus.solve.backfocus import BackFocus, ZoomResidual
from backfocus.solve.clip import ClipAnswer
from backfocus.solve.verdict import judge

SETUP = Setup(optics=Optics(5.0, ((0.0, 1.8),)), zoom_ratio=20.0, shims_um=(10.0, 50.0))


def sighting(at_s: float, frame: Frame | None = None, y_px: float = 100.0) -> Sighting:
    frame = frame or Frame(np.full((200, 200), 90, np.uint8))
    reading = Reading(0, at_s, frozenset(), star=Star(100.0, y_px, None, 36), scale_px=76.0)
    return Sighting(frame, reading)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "sessions.db")


def test_a_killed_session_folds_back_to_where_it_was(store: Store, tmp_path: Path) -> None:
    journal = Journal.begin(store, SETUP, source="rtsp://user:secret@127.0.0.1/x", title="camera")
    session, _ = start(SETUP)
    session = journal.add(session, ev.Noted(0.0, "operator", "Kim"))
    seen = (ev.StarSeen(1.0, 76.0), ev.ZoomMoved(2.0, "tele"))
    for event in seen:
        session = journal.add(session, event)
    # no close, no flush: what a killed process leaves behind
    again = Store.open(tmp_path / "sessions.db").load(journal.session_id)
    assert fold(again).session == session
    assert fold(again).until_s == 2.0
    assert "secret" not in again.summary.source


STRAY = ev.LockHeld(1.0, ev.SteadyReading(76.0, 1.0, 0.5), 1.0, 0.5)


def test_what_cannot_have_happened_is_refused_by_name(store: Store) -> None:
    journal = Journal.begin(store, SETUP, source="x", title="x")
    session, _ = start(SETUP)
    journal.note(Moment(1.0, None, session, StepHistory(), (STRAY,), ()))
    with pytest.raises(StoreError, match=r"session 1 .*LockHeld at 1\.0 s.*'aim'.*begin a new session"):
        fold(store.load(journal.session_id))


def test_what_the_guide_passed_over_is_kept_as_such_and_passed_over_again(store: Store) -> None:
    """Here: 'skip', said when all was over; and a late word, which is an event and changes nothing."""
    journal = Journal.begin(store, SETUP, source="x", title="x")
    session, _ = start(SETUP)
    session = journal.add(session, ev.Confirmed(1.0, "to-wide"))
    session = journal.add(session, ev.Stopped(2.0, "aim"))
    journal.note(Moment(3.0, None, session, StepHistory(), (), (), (ev.Skipped(3.0, "done"),)))
    kept = store.load(journal.session_id)
    assert [each.kind for each in kept.entries] == ["event", "event", "ignored"]
    assert fold(kept).session == session


def test_an_event_nobody_knows_is_refused_by_name(store: Store) -> None:
    number = store.begin(to_dict(SETUP), source="x", title="x")
    store.append(number, Entry("event", 4.2, {"type": "Exploded", "version": 1, "at_s": 4.2}))
    with pytest.raises(StoreError, match=r"session 1 .*Exploded at 4\.2 s.*the backfocus that wrote it"):
        fold(store.load(number))


def test_a_session_of_a_newer_version_is_refused(store: Store) -> None:
    number = store.begin(to_dict(SETUP), source="x", title="x")
    newer = {**to_dict(ev.StarLost(1.0)), "version": VERSION + 1}
    store.append(number, Entry("event", 1.0, newer))
    with pytest.raises(StoreError, match="newer backfocus"):
        fold(store.load(number))


def test_a_set_up_nobody_knows_is_refused(store: Store) -> None:
    number = store.begin({"type": "SetUp"}, source="x", title="x")
    with pytest.raises(StoreError, match="its set-up: no record is called 'SetUp'"):
        fold(store.load(number))


def test_all_that_is_written_says_which_version_wrote_it(store: Store) -> None:
    journal = Journal.begin(store, SETUP, source="x", title="x")
    session, said = start(SETUP)
    events = (ev.StarSeen(1.0, 76.0), ev.Noted(1.0, "iris", "open"))
    journal.note(Moment(1.0, sighting(1.0), session, StepHistory(), events, said))
    kept = store.load(journal.session_id)
    assert len(kept.entries) == 4
    assert {each["version"] for each in (kept.setup, *(e.payload for e in kept.entries))} == {VERSION}


def test_readings_and_pictures_stand_beside_the_events(store: Store) -> None:
    journal = Journal.begin(store, SETUP, source="x", title="x")
    session, _ = start(SETUP)
    look = ev.SteadyReading(76.0, 12.0, 0.5)
    journal.note(Moment(1.0, sighting(1.0), session, StepHistory(), (ev.StillOff(1.0, look, 12.0, 0.5),), ()))
    kinds = [entry.kind for entry in store.load(journal.session_id).entries]
    assert kinds == ["reading", "event", "picture"]


def test_the_picture_of_a_field_has_square_pixels() -> None:
    lines = np.full((120, 400), 40, np.uint8)
    lines[50] = 200
    frame = Frame(lines, field="bottom", interlaced="top")
    # row 50 of a bottom field is line 101 of the picture
    png = star_png(sighting(0.0, frame, y_px=101.0))
    assert png is not None
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    bright = np.flatnonzero(picture[:, 0] == 200)
    assert bright.tolist() == [100, 101]


def test_a_float_picture_with_holes_is_a_picture() -> None:
    light = np.full((50, 50), 0.5, np.float32)
    light[3, 3] = np.nan
    png = star_png(Sighting(Frame(light, bits=0), sighting(0.0).reading))
    assert png is None or png.startswith(b"\x89PNG")


def test_an_unfinished_session_still_has_a_report(store: Store) -> None:
    number = store.begin(to_dict(SETUP), source="x", title="camera")
    report = session_report(store.load(number))
    assert report.outcomes == ()
    assert ("pixel", "5 um") in report.settings


def test_the_report_says_how_far_a_known_ring_is_to_be_turned(store: Store) -> None:
    setup = replace(SETUP, um_per_degree=2.0)
    journal = Journal.begin(store, setup, source="x", title="camera")
    session, _ = start(setup)
    for event in (
        ev.StarSeen(1.0, 76.0),
        ev.Confirmed(2.0, "check"),
        ev.ZoomStopped(3.0, "tele", 1520.0),
        ev.TeleSharp(4.0, ev.SteadyReading(1520.0, 0.5, 0.5)),
        ev.ZoomStopped(5.0, "wide", 76.0),
        ev.StillOff(6.0, ev.SteadyReading(76.0, 42.0, 0.5), 42.0, 0.5),
        ev.Stopped(7.0, "sweep-wide"),
    ):
        session = journal.add(session, event)
    (outcome,) = session_report(store.load(journal.session_id)).outcomes
    # 42 um at 2 um a degree; tele adds a four-hundredth of its half micrometre
    assert outcome.ring_degrees == pytest.approx(21.0, abs=0.1)


def shown_as_a_clip(delta_um: float, *, sign_known: bool) -> ClipAnswer:
    zoom = (ZoomResidual(1520.0, 1.0, 1.0, 1.0, 0.0), ZoomResidual(76.0, delta_um, 1.0, 1.0, 0.0))
    ends = delta_um - 2.0, delta_um + 2.0
    found = BackFocus(delta_um, 1.0, *ends, 0.0, sign_known, zoom, (0.0, 0.0), (1.0, 1.0), None, 0.0, 0)
    verdict = judge(found, 9.0, referenced=True, turn_asked=not sign_known)
    return ClipAnswer(found, verdict, 9.0, True, frozenset())


def test_the_first_turn_of_a_sweep_said_after_the_end_takes_the_place_of_the_first_answer(
    store: Store,
) -> None:
    journal = Journal.begin(store, SETUP, source="a.mp4", title="a.mp4")
    session, _ = start(SETUP)
    ended = ev.Ended(16.0, shown_as_a_clip(40.0, sign_known=False))
    over, said = advance(session, ended)
    journal.note(Moment(16.0, None, over, StepHistory(), (ended,), said))
    store.release(journal.session_id)
    store.hold(journal.session_id)
    for told in (
        ev.TurnTold(16.0, "near", shown_as_a_clip(40.0, sign_known=True)),
        ev.TurnTold(16.0, "infinity", shown_as_a_clip(-40.0, sign_known=True)),  # a slip of the thumb
    ):
        over = journal.add(over, told)
    stored = store.load(journal.session_id)
    assert (stored.summary.state, stored.summary.delta_um) == ("closed", -40.0)
    assert [each.delta_um for each in stored.summary.results] == [-40.0]
    assert fold(stored).session == over
    report = session_report(stored)
    assert [outcome.after.delta_um for outcome in report.outcomes] == [-40.0]
    assert ("first turn in the sweep", "focus ring, towards infinity") in report.settings


def test_nothing_is_kept_before_something_happened(store: Store) -> None:
    journal = Journal.begin(store, SETUP, source="x", title="x", choice={"type": "PageChoice"})
    session, said = start(SETUP)
    session = journal.add(session, ev.Noted(0.0, "operator", "Kim"))
    journal.keep(Entry("rings", 0.1, {"type": "Rings"}))
    nothing = (ev.NotReady(0.2, "too-dark"), ev.NdChanged(0.2, "1/4"))
    journal.note(Moment(0.2, sighting(0.2), session, StepHistory(), nothing, said))
    assert (journal.session_id, store.sessions()) == (None, ())
    journal.note(Moment(1.0, sighting(1.0), session, StepHistory(), (ev.StarSeen(1.0, 76.0),), ()))
    assert journal.session_id is not None
    kept = store.load(journal.session_id)
    kinds = ["choice", "event", "rings", "reading", "event", "event", "instruction", "reading", "event"]
    assert [each.kind for each in kept.entries] == kinds, "all of it, in the order it happened"
    assert kept.entries[1].payload["name"] == "operator"


def test_of_a_long_wait_only_what_led_to_the_first_event_is_kept(store: Store) -> None:
    journal = Journal.begin(store, SETUP, source="x", title="x")
    session, _ = start(SETUP)
    for step in range(200):
        journal.note(Moment(step, sighting(step), session, StepHistory(), (), ()))
    journal.note(Moment(200.0, None, session, StepHistory(), (ev.StarSeen(200.0, 76.0),), ()))
    assert journal.session_id is not None
    at_s = [each.at_s for each in store.load(journal.session_id, "reading").entries]
    assert at_s == [float(step) for step in range(171, 200)], "of the last half a minute"


def test_where_the_rings_stood_is_kept_with_what_was_read(store: Store) -> None:
    journal = Journal.begin(store, SETUP, source="x", title="x")
    session, _ = start(SETUP)
    at = RingPosition(focus_steps=12.0, zoom_steps=-3.5)
    seen = sighting(1.0)
    seen = replace(seen, reading=replace(seen.reading, position=at))
    best = ev.SteadyReading(76.0, 3.0, 0.5, position=at)
    journal.note(Moment(1.0, seen, session, StepHistory(), (ev.PeakPassed(1.0, "focus", best),), ()))
    assert journal.session_id is not None
    reading, event = store.load(journal.session_id, "reading", "event").entries
    assert from_dict(reading.payload).position == at
    assert from_dict(event.payload) == ev.PeakPassed(1.0, "focus", best)

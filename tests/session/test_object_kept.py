"""Of an object the session keeps tele's picture and what was compared; taken up, it measures against that."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backfocus.frame import Frame
from backfocus.guide import events as ev
from backfocus.guide.procedure import start
from backfocus.guide.session_state import Setup
from backfocus.guide.watch.watch import StepHistory
from backfocus.measure.edge.measurement import Region as EdgeRegion
from backfocus.measure.object.region import Region
from backfocus.measure.object.track import ObjectTrack, track_object
from backfocus.measure.reading import Reading
from backfocus.session.comparison import comparisons_in
from backfocus.session.guided import GuidedSession, Plan, begin, resume
from backfocus.session.journal import Journal
from backfocus.session.reference import object_of
from backfocus.session.rig import RigOptions, resolve
from backfocus.session.run import Moment, Sighting
from backfocus.session.store import KeptPicture, Store

from ..measure.object.test_follow import picture
from ..measure.object.test_track import IN, OUT, SWEEP

OTHER_PART = RigOptions(source="rtsp://cam/1", target="object", region=EdgeRegion(300, 150, 100, 100))
LOOK = ev.SteadyReading(76.0, 1.0, 0.5)


def frame_of(index: int, grow: float, blur: float) -> Frame:
    return Frame(picture(grow, blur=blur), index, index / 25)


@pytest.fixture(scope="module")
def at_wide() -> tuple[ObjectTrack, Frame, Reading]:
    """An object followed in, focused, and out again: what is known then, the last picture, its reading."""
    known: ObjectTrack | None = None
    for index, (grow, blur) in enumerate([*IN, *SWEEP, *OUT]):
        frame = frame_of(index, grow, blur)
        known, reading = track_object(known, frame)
    assert known is not None
    return known, frame, reading


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "s.db") as opened:
        yield opened


def written(store: Store, at_wide: tuple[ObjectTrack, Frame, Reading], *events: ev.Event) -> int:
    """The number of a session in which these were seen at wide."""
    known, frame, reading = at_wide
    journal = Journal.begin(store, Setup(), source="x", title="x")
    session, _ = start(Setup())
    for event in events:
        moment = Moment(event.at_s, Sighting(frame, reading), session, StepHistory(), (event,), ())
        journal.note(moment, known)
    assert journal.session_id is not None
    return journal.session_id


def test_what_was_compared_comes_back_with_its_tiles(
    store: Store, at_wide: tuple[ObjectTrack, Frame, Reading]
) -> None:
    number = written(store, at_wide, ev.StillOff(3.0, LOOK, 40.0, 2.0), ev.WithinDepth(9.0, LOOK, 1.0, 1.0))
    entries = store.load(number).entries
    before, after = comparisons_in(entries)
    assert (before.when, after.when) == ("before", "after")
    # how good it was while aiming is of that moment
    assert after.object == replace(at_wide[2].object, quality=None)
    assert after.ratio == pytest.approx(0.4 / 1.2, rel=0.003)
    assert (after.whole_width_px, after.whole_height_px) == at_wide[1].luma.shape[::-1]
    kept_readings = [each.payload for each in entries if each.kind == "reading"]
    assert [each["object"]["tiles"] for each in kept_readings] == [[], []], "most of the store, else"


def test_where_nothing_was_seen_that_counts_nothing_is_kept(
    store: Store, at_wide: tuple[ObjectTrack, Frame, Reading]
) -> None:
    number = written(store, at_wide, ev.StarSeen(1.0, 76.0))
    assert store.reference(number) is None
    assert comparisons_in(store.load(number).entries) == ()


def test_the_reference_comes_back_from_the_store(
    store: Store, at_wide: tuple[ObjectTrack, Frame, Reading]
) -> None:
    number = written(store, at_wide, ev.StillOff(3.0, LOOK, 40.0, 2.0))
    stored = store.reference(number)
    assert stored is not None
    known = at_wide[0]
    assert known.reference is not None
    assert stored.at_s == known.reference.at_s
    again = object_of(stored)
    assert again is not None
    assert again.reference is not None
    # half a code of 255, of the square root
    apart = np.sqrt(again.reference.light) - np.sqrt(np.clip(known.reference.light, 0, None))
    assert np.abs(apart).max() < 0.6 / 255
    newer = KeptPicture(7.0, stored.payload, stored.picture)
    store.put_reference(number, newer)
    assert store.reference(number) == newer, "one for a session"
    assert object_of(KeptPicture(1.0, {"of": "another version"}, stored.picture)) is None


class Film:
    """Pictures at wide, as a live camera gives them."""

    live, title = False, "film"

    def frames(self) -> Iterator[Frame]:
        yield from (frame_of(index, 0.4, 1.0) for index in range(2))

    def close(self) -> None:
        """Nothing is open."""


CHOSEN = Region(250.0, 140.0, 330.0, 200.0)


def first_seen(guided: GuidedSession, plan: Plan) -> Reading:
    """What the first picture tells; the session is left open then."""
    return next(each.sighting.reading for each in guided.moments(Film(), plan.rig) if each.sighting)


AIMING: list[ev.Event] = [ev.StarSeen(1.0, 76.0), ev.Repeated(1.0, "check"), ev.Undone(1.0, "check")]
AT_WIDE: list[ev.Event] = [
    *(ev.Skipped(1.0, step) for step in ("aim", "check", "to-tele", "look-tele", "to-wide")),
    ev.StillOff(3.0, LOOK, 40.0, 2.0),
]


@pytest.mark.parametrize("events", [AIMING, AT_WIDE], ids=["aiming", "at wide"])
def test_the_chosen_part_is_kept_and_counts_again(
    tmp_path: Path, at_wide: tuple[ObjectTrack, Frame, Reading], events: list[ev.Event]
) -> None:
    address = tmp_path / "s.db"
    plan = Plan(resolve(RigOptions(source="rtsp://cam/1", target="object")), "x", "x")
    with Store.open(address) as store:
        number = written(store, (replace(at_wide[0], region=CHOSEN), *at_wide[1:]), *events)
    with resume(address, number, plan)[0] as guided:
        seen = first_seen(guided, plan)
        assert guided.known_object is not None
        region = guided.known_object.region
    assert region is not None
    if events is AT_WIDE:
        assert region == CHOSEN
        assert seen.object is not None
        half = seen.object.tiles[0].side_px / 2
        # the first picture was a quarter smaller, and all grows from its middle
        assert min(tile.x_px - half for tile in seen.object.tiles) > 319.5 + (250 - 319.5) * 4 / 3 - 2
    else:
        assert (region.left_px + region.right_px) / 2 == pytest.approx(290.0, abs=1.0)
    other = replace(plan, rig=resolve(OTHER_PART))
    with resume(address, number, other)[0] as guided:
        first_seen(guided, other)
        assert guided.known_object is not None
        assert guided.known_object.region == Region(300.0, 150.0, 400.0, 250.0)


def test_a_session_that_is_taken_up_measures_against_its_reference_at_once(
    tmp_path: Path, at_wide: tuple[ObjectTrack, Frame, Reading]
) -> None:
    address, plan = (
        tmp_path / "s.db",
        Plan(resolve(RigOptions(source="rtsp://cam/1", target="object")), "x", "x"),
    )
    with begin(address, plan) as guided:
        guided.say(ev.StarSeen(1.0, 80.0))
        number = guided.number
        assert number is not None
    with Store.open(address) as store:
        here = written(store, at_wide, ev.StillOff(3.0, LOOK, 40.0, 2.0))
        kept = store.reference(here)
        assert kept is not None
        store.put_reference(number, kept)
    guided, _ = resume(address, number, plan)
    with guided:
        seen = [each.sighting.reading for each in guided.moments(Film(), plan.rig) if each.sighting]
    before = at_wide[2]
    for reading in seen:
        assert reading.against is not None
        assert reading.against.ratio == pytest.approx(0.4 / 1.2, rel=0.003)
        # what wide and tele were called before still stands
        assert reading.scale_px == pytest.approx(before.scale_px, rel=0.004)
        assert reading.frequency_cy_px

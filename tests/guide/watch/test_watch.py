"""Whole procedures on the paper bench: what was wrong is right at the end, and mishaps are named.

h is 9 um throughout (f/1.8, 5 um pixels at wide). What is left is known exactly: the bench was asked.
"""

import copy
import functools
import math
import random
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from tests.guide.paper_bench import Camera, Hand, Lens, Pose, Run, run

from backfocus.frame import Frame
from backfocus.guide import events as ev
from backfocus.guide import instructions as say
from backfocus.guide.blur import steady_reading
from backfocus.guide.procedure import Session, Setup, Step, advance, ask, replay, start
from backfocus.guide.records import from_dict, to_dict
from backfocus.guide.watch.looks import judge_afterwards, looks_on_the_way
from backfocus.guide.watch.pictures import TimedReading, jump_px
from backfocus.guide.watch.sweep import judge_sweep
from backfocus.guide.watch.watch import StepHistory, watch
from backfocus.measure.reading import Flag, Reading
from backfocus.session.run import Sighting, guide
from backfocus.solve.remarks import REMARKS
from backfocus.video.source import VideoSource

ZOOMS = (20.0, 10.0, 5.0, 3.0)


def drawn(seed: int, zoom: float, most_um: float) -> Lens:
    dice = random.Random(f"{seed}/{zoom}/{most_um}")
    return Lens(
        zoom=zoom,
        delta_um=dice.uniform(-most_um, most_um),
        tele_off_um=dice.choice((-1.0, 1.0)) * dice.uniform(50.0, 2500.0),
        soft=(dice.uniform(0.02, 0.2), dice.uniform(0.02, 0.2)),
        pace=dice.choice((1.0, 1.0, 0.55)),
        reaction_s=dice.choice((0.25, 0.4, 0.8)),
        seed=seed,
    )


def is_right(done: Run) -> bool:
    enough_rounds = done.session.correction.rounds <= 3 or done.camera.lens.zoom < 5.0
    return done.verdict == "set" and abs(done.left_um) <= done.camera.lens.half_depth_um and enough_rounds


@pytest.fixture(scope="module")
def _plain_run() -> Run:
    return run(Lens(zoom=10.0, delta_um=45.0))


@pytest.fixture
def plain_run(_plain_run: Run) -> Run:
    """A whole procedure without any mishap, for a test to do with as it likes."""
    return copy.deepcopy(_plain_run)


# the others are in the forty below, and in every mishap
@pytest.mark.parametrize("zoom", [20.0, pytest.param(3.0, marks=pytest.mark.slow)])
def test_back_focus_is_set_within_the_depth_of_focus(zoom: float) -> None:
    done = run(drawn(1, zoom, 80.0))
    assert is_right(done), (done.left_um, done.verdict, done.session.correction.rounds)


def test_what_was_noticed_in_the_looks_stands_beside_the_verdict() -> None:
    done = run(Lens(zoom=10.0, delta_um=40.0, flags=frozenset({Flag.OTHER_CURVE})), made_up=True)
    assert is_right(done)
    assert done.session.results[-1].verdict.advice.count(REMARKS[Flag.OTHER_CURVE].cure) == 1


@pytest.mark.slow
@pytest.mark.parametrize("ratio_known", [False, True])
def test_a_plain_star_that_overfills_the_picture_and_so_has_no_scale_will_do(ratio_known: bool) -> None:
    done = run(Lens(zoom=10.0, delta_um=45.0, plain=True, ratio_known=ratio_known))
    assert is_right(done), (done.left_um, done.verdict, done.session.correction.rounds)


# the star whose scale is seen nowhere at tele, along a ramp of the f-number: a slow walk stands still for it
@pytest.mark.parametrize("ratio_known", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_ramp_is_no_change_of_light_where_the_star_has_no_scale(ratio_known: bool) -> None:
    lens = Lens(zoom=20.0, tele_off_um=200.0, plain=True, ratio_known=ratio_known)
    done = run(lens, made_up=ratio_known)
    assert is_right(done), (done.left_um, done.verdict, done.session.correction.rounds)
    assert not done.has(ev.LightChanged)


class ObeysLate(Hand):
    """Stands fully in at the beginning and zooms out when something else is asked already, or not at all."""

    late_s: float | None = None

    def obey(self, said: say.Instruction, at_s: float) -> None:
        match said:
            case say.Aim() if self.late_s is not None:
                self.later.append((at_s + self.late_s, "zoom out"))
            case say.Aim(step=step):
                self.says.append((at_s + 6.0, step))
            case say.Confirm(step=step):
                self.says.append((at_s + 5.0, step))
            case _:
                super().obey(said, at_s)


class GoesOutLate(ObeysLate):
    late_s = 1.5


@pytest.mark.parametrize(
    ("hand", "plain"),
    [
        (GoesOutLate, False),
        pytest.param(ObeysLate, True, marks=pytest.mark.slow),
        pytest.param(GoesOutLate, True, marks=pytest.mark.slow),
        pytest.param(ObeysLate, False, marks=pytest.mark.slow),
    ],
)
def test_who_begins_fully_in_is_not_asked_for_more_than_there_is(hand: type[Hand], plain: bool) -> None:
    def begins_at_tele(camera: Camera, _hand: Hand, _session: Session, at_s: float) -> None:
        if at_s < 0.15:  # the first picture
            camera.pose.zoom = 1.0

    lens = Lens(tele_off_um=200.0, plain=plain)
    done = run(lens, made_up=True, happens=begins_at_tele, hand=hand)
    assert is_right(done), (done.left_um, done.verdict, done.session.step)
    # one question at most, and it is about the zoom: nothing is turned yet
    early = [event for event in done.events if isinstance(event, ev.NothingChanges)]
    assert [event.ask for event in early] in ([], ["zoom-end"])


@pytest.mark.slow
def test_light_that_changes_in_every_round_is_not_blamed_on_the_lens() -> None:
    def auto_iris(camera: Camera, _hand: Hand, session: Session, _at_s: float) -> None:
        camera.pose.nd_stops = 1.0 if session.step is Step.WALK else 0.0

    done = run(Lens(zoom=10.0, iris_put_back=False), made_up=True, happens=auto_iris, longest_s=400.0)
    assert done.has(ev.LightChanged)
    assert not done.has(ev.NotParfocal)


@pytest.mark.slow
@pytest.mark.parametrize(
    "lens",
    [
        Lens(zoom=10.0, delta_um=260.0),
        # a star that fills the picture until it goes: no scale is read on the way, and none at wide before
        Lens(zoom=20.0, delta_um=500.0, tele_off_um=100.0, plain=True, ratio_known=False),
    ],
    ids=["scale", "none"],
)
def test_large_error_is_corrected_where_the_star_still_shows(lens: Lens) -> None:
    done = run(lens)
    assert is_right(done)
    assert done.has(ev.LostOnTheWay)
    assert lens.plain or done.has(ev.PartWaySharp)
    assert any(isinstance(said, say.ZoomUntilLost) for said in done.said)


# 0 at 3x: its lens, softer at wide than most, was left in doubt where tele alone showed the camera
@pytest.mark.parametrize(
    ("zoom", "seed"),
    [
        pytest.param(zoom, seed, marks=() if (zoom, seed) == (3.0, 0) else pytest.mark.slow)
        for zoom in ZOOMS
        for seed in range(10)
    ],
)
def test_all_of_forty_within_80_um(zoom: float, seed: int) -> None:
    done = run(drawn(seed, zoom, 80.0))
    assert is_right(done), (done.left_um, done.verdict, done.session.correction.rounds)


@pytest.mark.parametrize("zoom", ZOOMS)
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_nine_of_ten_within_300_um(zoom: float) -> None:
    right = [is_right(run(drawn(100 + seed, zoom, 300.0))) for seed in range(10)]
    # 95 of 100 must be: of ten, more than one wrong comes of that in one run of eleven, and these are fixed
    assert sum(right) >= 9


@pytest.mark.slow
def test_wrong_ring_at_wide_is_named_when_back_at_tele() -> None:
    done = run(Lens(zoom=5.0, delta_um=45.0, mistaken="focus"))
    named = [event for event in done.events if isinstance(event, ev.WrongRing)]
    assert [event.turned for event in named] == ["focus"]
    assert is_right(done)


@pytest.mark.slow
def test_wrong_ring_at_tele_is_named_when_the_error_does_not_shrink() -> None:
    done = run(Lens(zoom=5.0, delta_um=45.0, tele_off_um=150.0, mistaken="back-focus"), made_up=True)
    named = [event for event in done.events if isinstance(event, ev.WrongRing)]
    assert [event.turned for event in named] == ["back-focus"]
    assert is_right(done)


@pytest.mark.slow
def test_focus_touched_while_zooming_is_named_on_the_return_to_tele() -> None:
    done = run(Lens(zoom=5.0, delta_um=45.0, touch_focus_um=300.0))
    assert done.has(ev.FocusTouched)
    assert is_right(done)


@pytest.mark.slow
def test_bumped_tripod_is_named_and_the_step_begins_again() -> None:
    done = run(Lens(zoom=5.0, delta_um=45.0, bump_at_s=17.0))
    bump = next(event for event in done.events if isinstance(event, ev.Bumped))
    # The bench moved the star by 150 px; its centre is good to 0.1 px.
    assert bump.shift_px == pytest.approx(150.0, abs=1.0)
    assert is_right(done)


def test_the_best_of_a_sweep_of_a_camera_that_sharpens_is_no_edge_of_its_flat_top() -> None:
    """12.5 pictures a second, 4 um apart: three within 0.7 h, ten that a perfect lens could not better."""
    camera = Camera(Lens(zoom=10.0, sharpens=1.2, soft=(0.02, 0.02)), Pose(zoom=0.0, focus_um=0.0))
    session = start(camera.lens.setup)[0]
    session = replace(
        session, step=Step.SWEEP_WIDE, scales=replace(session.scales, tele_px=770.0, wide_px=77.0)
    )

    def read_at(residual_um: float, at_s: float = 0.0) -> Reading:
        camera.pose.back_um += residual_um - camera.residual_um
        return camera.read(at_s)

    state, told = StepHistory(turn=session.turn), []
    for at in range(24):
        state, events = watch(state, read_at(50.0 - 4.0 * at, at / 12.5), session)
        told += events
    best = next(event.best for event in told if isinstance(event, ev.PeakPassed))
    for residual_um in (-14.0, 0.0, 14.0):
        look = steady_reading(session, [read_at(residual_um) for _ in range(8)], best)
        # a third of h, as a hand is asked to come back to it
        assert look is not None
        assert look.residual_um == pytest.approx(abs(residual_um), abs=3.0)


def test_a_lens_that_is_slower_at_tele_undeclared_has_not_been_touched() -> None:
    """80 um corrected at wide read as 57 um at tele, a stop slower there than it was said to be."""
    camera = Camera(Lens(zoom=10.0, delta_um=80.0, ramp_stops=1.0, ramp_known=False, lens_kind="front-focus"))
    session = start(camera.lens.setup)[0]
    best = _look_at(camera, session, 1.0)
    assert best is not None
    tele = replace(best, residual_um=0.0, referenced=True)
    session = replace(
        session,
        step=Step.LOOK_TELE,
        turn=7,
        looks=replace(session.looks, tele=tele, tele_best=best),
        scales=replace(session.scales, tele_px=770.0, wide_px=77.0),
        correction=replace(session.correction, corrected_um=80.0, rounds=1),
    )
    camera.pose.back_um = -80.0
    state, told = StepHistory(), []
    for at in range(40):
        state, events = watch(state, camera.read(at / 10.0), session)
        told += events
    assert [type(event) for event in told[:1]] == [ev.TeleSharp]


def test_tele_that_a_sharpening_camera_never_showed_out_of_focus_has_not_been_touched() -> None:
    """22 um corrected at wide leave tele sharper than a perfect lens in focus, which reads as 0."""
    camera = Camera(Lens(zoom=12.0, delta_um=22.0, sharpens=2.5, ramp_stops=0.0, lens_kind="front-focus"))
    session = start(camera.lens.setup)[0]
    tele = _look_at(camera, session, 1.0)
    camera.pose.back_um = -22.0
    wide = _look_at(camera, session, 0.0)
    session = replace(
        session,
        step=Step.LOOK_TELE,
        turn=7,
        looks=replace(session.looks, tele=tele, wide=wide, wide_best=wide),
        scales=replace(session.scales, tele_px=924.0, wide_px=77.0),
        correction=replace(session.correction, corrected_um=22.0, rounds=1),
    )
    camera.pose.zoom, state, told = 1.0, StepHistory(), []
    for at in range(40):
        state, events = watch(state, camera.read(at / 10.0), session)
        told += events
    assert [type(event) for event in told[:1]] == [ev.TeleSharp]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_with_a_camera_that_sharpens_nothing_is_named_that_did_not_happen(seed: int) -> None:
    side = (-1.0) ** seed
    done = run(Lens(zoom=20.0, delta_um=80.0 * side, sharpens=1.2, fps=12.5, seed=seed))
    assert is_right(done), (done.left_um, done.verdict, done.session.correction.rounds)
    assert not done.has(ev.FocusTouched)
    assert not done.has(ev.WrongRing)


@pytest.mark.parametrize("tracking_um", [40.0, pytest.param(-25.0, marks=pytest.mark.slow)])
def test_tracking_error_is_said_instead_of_a_number(tracking_um: float) -> None:
    done = run(Lens(zoom=10.0, delta_um=15.0, tracking_um=tracking_um))
    assert done.has(ev.NotParfocal)
    assert done.verdict == "tracking"


def rear_focus(seed: int, zoom: float, most_um: float) -> Lens:
    """A lens whose focus ring acts the same at every zoom, and whose ends are not sharp together."""
    dice = random.Random(f"rear/{seed}/{zoom}/{most_um}")
    return Lens(
        zoom=zoom,
        focuses="rear",
        drift_um=dice.choice((-1.0, 1.0)) * dice.uniform(0.1, 1.0) * most_um,
        delta_um=dice.uniform(-80.0, 80.0),
        tele_off_um=dice.choice((-1.0, 1.0)) * dice.uniform(10.0, 200.0),
        soft=(dice.uniform(0.02, 0.2), dice.uniform(0.02, 0.2)),
        breathing=0.0,
        seed=seed,
    )


def test_a_lens_that_focuses_with_its_rear_is_named_and_never_called_set() -> None:
    done = run(Lens(zoom=10.0, focuses="rear", drift_um=40.0, tele_off_um=120.0))
    assert done.verdict == "not-front-focus"
    told = next(event for event in done.events if isinstance(event, ev.NotFrontFocus))
    # The ring moves both ends equally; the hand leaves each within a third of the depth of focus (9 um).
    assert told.wide_um / told.tele_um == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("most_um", [80.0, 260.0])
@pytest.mark.parametrize(("zoom", "seed"), [(zoom, seed) for zoom in ZOOMS for seed in range(3)])
@pytest.mark.slow
def test_no_end_of_a_rear_focus_lens_is_soft_when_it_is_called_set(
    zoom: float, seed: int, most_um: float
) -> None:
    done = run(rear_focus(seed, zoom, most_um))
    assert done.session.finished
    if done.verdict == "set":
        lens = done.camera.lens
        for end, ratio in ((0.0, 1.0 / zoom), (1.0, 1.0)):
            done.camera.pose.zoom = end
            assert abs(done.camera.residual_um) <= lens.optics.half_depth_um(ratio)


@pytest.mark.slow
def test_a_lens_known_to_focus_with_its_front_is_not_focused_once_more(plain_run: Run) -> None:
    assert plain_run.camera.lens.lens_kind == "unknown"
    known = run(replace(plain_run.camera.lens, lens_kind="front-focus"))
    assert is_right(known)
    assert is_right(plain_run)
    sweeps = [done.names().count("PeakPassed") for done in (known, plain_run)]
    assert sweeps == [2, 3]


def test_shaken_pictures_of_the_walk_say_nothing_of_tracking() -> None:
    lens = Lens(zoom=10.0, delta_um=0.0, tele_off_um=0.0)
    session, _ = start(lens.setup)
    seen = [Camera(lens, Pose(zoom=step / 40.0)).read(step / 10.0) for step in range(41)]
    shaken = [replace(reading, flags=frozenset({Flag.MOVING})) for reading in seen]
    walks = [[TimedReading(each.at_s or 0.0, each, True) for each in readings] for readings in (seen, shaken)]
    assert [len(looks_on_the_way(session, walk)) for walk in walks] == [5, 0]


@pytest.mark.parametrize(("delta_um", "verdict"), [(45.0, "adjust"), (2.0, "set")])
def test_lens_without_ring_ends_usefully(delta_um: float, verdict: str) -> None:
    # A lens that is softer at wide leaves 2 um in doubt: without a ring nobody is asked for a sweep there.
    done = run(Lens(zoom=10.0, delta_um=delta_um, back_focus_ring=False, soft=(0.02, 0.04)))
    assert done.session.finished
    assert done.verdict == verdict
    if verdict == "adjust":
        # 1 um of noise, and the softness of the lens, which has no reference here: up to 10 %.
        assert done.session.results[-1].back_focus.delta_um == pytest.approx(delta_um, rel=0.1)
    assert not any(isinstance(said, say.Turn) and said.ring == "back-focus" for said in done.said)


def test_lock_screw_that_moves_the_ring_is_named_and_put_right() -> None:
    done = run(Lens(zoom=10.0, delta_um=45.0, lock_um=25.0), made_up=True)
    moved = next(event for event in done.events if isinstance(event, ev.LockMoved))
    # By 25 um from within 9 um of zero, and the two can have either sign.
    assert moved.moved_um == pytest.approx(25.0, abs=9.0)
    assert is_right(done)


@pytest.mark.slow
def test_lock_screw_that_never_holds_is_an_end_too() -> None:
    done = run(Lens(zoom=10.0, delta_um=45.0, lock_um=25.0, lock_times=99))
    assert done.has(ev.LockKeepsMoving)
    assert done.verdict == "adjust"
    assert "lock screw" in done.session.results[-1].verdict.advice


@pytest.mark.slow
def test_a_zoom_that_starts_at_once_is_no_tightened_screw() -> None:
    done = run(Lens(zoom=10.0, delta_um=45.0, hasty_lock=True))
    names = done.names()
    assert names.index("LockUnseen") < names.index("LockHeld")
    assert any(isinstance(event, ev.Confirmed) and event.step == "lock" for event in done.events)
    assert is_right(done)


@pytest.mark.slow
def test_a_screw_tightened_late_at_wide_is_seen_to_move_the_ring() -> None:
    # The zoom takes 3 s and the look 2: the screw is turned while the proof waits to see a hand.
    done = run(
        Lens(zoom=10.0, delta_um=45.0, hasty_lock=True, locks_at_wide_after_s=6.5, lock_um=30.0),
        longest_s=300.0,
    )
    moved = next(event for event in done.events if isinstance(event, ev.LockMoved))
    # By 30 um from within 9 um of zero, and the two can have either sign.
    assert moved.moved_um == pytest.approx(30.0, abs=9.0)
    assert not any(isinstance(event, ev.LockHeld) and event.at_s < moved.at_s for event in done.events)


def test_a_hand_seen_on_the_lens_before_the_zoom_is_a_tightened_screw() -> None:
    done = run(Lens(zoom=10.0, delta_um=45.0, touch_px=6.0), made_up=True)
    assert done.has(ev.LockHeld)
    assert not done.has(ev.LockUnseen)
    assert not any(isinstance(event, ev.Confirmed) and event.step == "lock" for event in done.events)


@pytest.mark.parametrize(("moved_um", "kind"), [(0.0, "set"), (30.0, "adjust")])
def test_what_a_recording_shows_after_the_end_takes_the_verdict_back(
    moved_um: float, kind: str, plain_run: Run
) -> None:
    done = plain_run
    assert done.verdict == "set"
    done.camera.pose.back_um += moved_um
    later = [done.camera.read(done.at_s + at / 10.0) for at in range(30)]
    event = judge_afterwards(done.session, later, done.at_s + 3.0)
    assert (event is not None) == (moved_um > 0.0)
    session = advance(done.session, event)[0] if event else done.session
    verdict = session.results[-1].verdict
    assert verdict.kind == kind
    assert ("lock screw" in verdict.advice) == (moved_um > 0.0)
    assert ("checked after locking" in verdict.advice) == (moved_um == 0.0)


def test_a_recording_is_read_on_beyond_its_end(monkeypatch: pytest.MonkeyPatch, plain_run: Run) -> None:
    done = plain_run
    session = replay(done.camera.lens.setup, done.events[:-1])
    assert session.step is Step.PROOF

    def filmed(*_: object) -> Iterator[Sighting]:
        for at in range(60):
            done.camera.pose.back_um += 30.0 if at == 25 else 0.0
            reading = done.camera.read(done.at_s + at / 10.0)
            yield Sighting(Frame(np.zeros((2, 2), np.uint8)), reading)

    monkeypatch.setattr("backfocus.session.run.readings", filmed)
    *_, last = guide(cast(VideoSource, SimpleNamespace(live=False)), session)
    assert [type(event) for event in last.events] == [ev.LockHeld, ev.LockSlipped]
    assert [type(said) for said in last.instructions] == [say.Finish]
    assert last.session.results[-1].verdict.kind == "adjust"


def test_an_iris_that_closes_at_wide_is_named_and_put_back_the_end_is_right() -> None:
    done = run(Lens(zoom=10.0, delta_um=45.0, iris_at_wide=4.0), made_up=True)
    told = [event for event in done.events if isinstance(event, ev.LightChanged)]
    # f/1.8 to f/4: 2 log2(4 / 1.8) = 2.3 stops less
    assert [event.stops for event in told] == [pytest.approx(-2.3, abs=0.05)]
    assert is_right(done)


@pytest.mark.parametrize("stops", [1.0, -1.0, 0.2])
@pytest.mark.parametrize(
    "step", [Step.LOOK_TELE, Step.SWEEP_TELE, Step.RETURN_TELE, Step.SWEEP_WIDE, Step.RETURN_WIDE, Step.LOCK]
)
def test_other_light_at_the_same_zoom_is_named_in_every_step(step: Step, stops: float) -> None:
    """Later both ends are seen in it, so nothing else would tell; no ramp hides it."""
    camera = Camera(Lens(zoom=10.0, ramp_stops=1.0, ramp_known=False))
    session = start(camera.lens.setup)[0]
    tele, wide = (_look_at(camera, session, zoom) for zoom in (1.0, 0.0))
    session = replace(
        session,
        step=step,
        turn=7,
        looks=replace(session.looks, tele=tele, wide=wide),
        scales=replace(session.scales, tele_px=770.0, wide_px=77.0),
    )
    camera.pose.zoom, camera.pose.nd_stops = float(step.at_tele), stops
    state, told = StepHistory(), []
    for at in range(9):
        state, events = watch(state, camera.read(at / 10.0), session)
        told += events
    changed = [event.stops for event in told if isinstance(event, ev.LightChanged)]
    assert [round(each, 1) for each in changed[:1]] == ([] if abs(stops) < 1.0 / 3.0 else [-stops])
    if changed:
        after, _ = advance(session, ev.LightChanged(1.0, -stops))
        assert after.light_changed
        # the ring was being turned, nobody knows how far
        assert (after.correction.corrected_um is None) or step not in (Step.SWEEP_WIDE, Step.RETURN_WIDE)
        assert after.looks.tele is not None
        assert after.looks.tele.white_light is None


@pytest.mark.parametrize("between", [0, 1, 2])
def test_an_extender_is_no_zoom_at_ten_pictures_a_second(between: int) -> None:
    camera = Camera(Lens(zoom=10.0))
    session = start(camera.lens.setup)[0]
    tele, wide = (_look_at(camera, session, zoom) for zoom in (1.0, 0.0))
    looks = replace(session.looks, tele=tele, wide=wide)
    scales = replace(session.scales, tele_px=770.0, wide_px=77.0)
    session = replace(session, step=Step.SWEEP_WIDE, turn=7, looks=looks, scales=scales)
    camera.pose.zoom = 0.0
    state, told = StepHistory(), []
    for at in range(24):
        camera.pose.factor = 1.8 ** min(max((at - 9) / (between + 1), 0.0), 1.0)
        state, events = watch(state, camera.read(at / 10.0), session)
        told += [event for event in events if isinstance(event, ev.ExtenderSwung | ev.ZoomStrayed)]
    assert [type(event) for event in told[:1]] == [ev.ExtenderSwung]


def _look_at(camera: Camera, session: Session, zoom: float) -> ev.SteadyReading | None:
    camera.pose.zoom, camera.pose.focus_um = zoom, -camera.lens.delta_um
    return steady_reading(session, [camera.read(at / 10.0) for at in range(8)])


def test_a_peak_passed_within_a_few_pictures_is_too_fast_though_the_way_back_is_slow() -> None:
    """27 um a picture: 3 pictures within two half depths of focus (9 um), where 8 are asked for."""
    lens = Lens(zoom=10.0)
    session = replace(
        start(lens.setup)[0],
        step=Step.SWEEP_TELE,
        scales=replace(start(lens.setup)[0].scales, tele_px=770.0, wide_px=77.0),
    )
    out = [280.0 - 27.6 * at for at in range(15)]
    back = [out[-1] + 1.5 * at for at in range(1, 42)]
    camera, pictures = Camera(lens), []
    for at, um in enumerate([*out, *back]):
        reading = camera.read(at / 25.0)
        pictures.append(TimedReading(at / 25.0, reading, True, math.hypot(um, 9.0), 1.0))
    event = judge_sweep(StepHistory(pictures=tuple(pictures)), session)
    assert isinstance(event, ev.PeakMissed)
    assert event.why == "too-fast"


def test_an_iris_that_stays_closed_at_wide_gives_no_number() -> None:
    done = run(Lens(zoom=10.0, delta_um=45.0, iris_at_wide=5.6, iris_put_back=False), longest_s=60.0)
    session, _ = advance(done.session, ev.Ended(60.0))
    assert session.results[-1].back_focus is None
    assert session.results[-1].verdict.kind == "unsure"
    assert "iris, ND or lamp" in session.results[-1].verdict.reason


def test_an_extender_that_swings_in_is_named_and_all_begins_again() -> None:
    done = run(Lens(zoom=10.0, delta_um=45.0, extender_s=(17.0, 20.0)), made_up=True)
    # It is out again while the zoom moves, where nobody could tell it from the zoom.
    assert [event.into for event in done.events if isinstance(event, ev.ExtenderSwung)] == [True]
    assert not done.has(ev.Bumped)
    assert not done.has(ev.NotParfocal)
    assert is_right(done)


def test_a_zoom_that_moves_while_the_ring_is_asked_for_is_named_and_not_credited() -> None:
    done = run(Lens(zoom=5.0, delta_um=45.0, strays=True), made_up=True)
    strayed = next(event for event in done.events if isinstance(event, ev.ZoomStrayed))
    assert strayed.toward == "tele"
    credited = [
        event for event in done.events if isinstance(event, ev.Returned) and event.ring == "back-focus"
    ]
    assert credited
    assert all(event.at_s > strayed.at_s for event in credited)
    assert is_right(done)


def test_a_jump_that_the_zoom_explains_is_no_bump() -> None:
    camera = Camera(Lens(zoom=10.0))
    seen = []
    for at in range(12):
        if at == 6:
            camera.pose.zoom, camera.pose.x_px = 0.2, 1100.0
        seen.append(TimedReading(at / 10.0, camera.read(at / 10.0), True))
    assert jump_px(seen) == 0.0
    camera.pose.x_px += 150.0
    seen = [*seen[6:], *(TimedReading(at / 10.0, camera.read(at / 10.0), True) for at in range(12, 17))]
    # by as much as the bench moved the star; its centre is good to 0.1 px
    assert jump_px(seen) == pytest.approx(150.0, abs=1.0)


BY_ITSELF = (
    ev.ZoomStrayed,
    ev.LightChanged,
    ev.ExtenderSwung,
    ev.LockUnseen,
    ev.LockMoved,
    ev.FocusTouched,
    ev.Bumped,
    ev.WrongRing,
)


@pytest.mark.parametrize(
    "seed", [3, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(200, 206))]
)
def test_nothing_is_said_to_have_changed_where_nothing_did(seed: int) -> None:
    done = run(drawn(seed, ZOOMS[seed % len(ZOOMS)], 80.0))
    assert [type(event).__name__ for event in done.events if isinstance(event, BY_ITSELF)] == []


@pytest.mark.slow
def test_without_optics_the_procedure_works_and_claims_nothing() -> None:
    done = run(Lens(zoom=10.0, delta_um=45.0, optics_known=False))
    assert done.session.finished
    assert abs(done.left_um) <= done.camera.lens.half_depth_um
    assert done.verdict == "unsure"


def test_poor_light_is_named_before_anything_else() -> None:
    done = run(Lens(zoom=10.0, white=0.45), longest_s=5.0)
    assert done.events == [ev.NotReady(done.events[0].at_s, "too-dark")]
    assert done.said[-1] == say.Aim("aim", "too-dark")


@functools.cache
def _found_off(lens: Lens) -> Session:
    done = run(lens, longest_s=40.0)
    upto = next(i for i, event in enumerate(done.events) if isinstance(event, ev.StillOff)) + 1
    return replay(lens.setup, done.events[:upto])


def off_at_wide() -> tuple[Session, Camera]:
    """A procedure that has just found wide 45 um off, and its camera."""
    lens = Lens(zoom=10.0, delta_um=45.0)
    camera = Camera(lens)
    camera.pose.focus_um = -45.0
    return _found_off(lens), camera


@pytest.mark.slow
def test_nothing_changes_asks_for_screw_then_ring_then_iris() -> None:
    session, camera = off_at_wide()
    state, asked, at_s = StepHistory(), [], session.since_s
    while len(asked) < 4:
        at_s += 0.1
        state, seen = watch(state, camera.read(at_s), session)
        for event in seen:
            session, _ = advance(session, event)
            asked.append((event.ask, event.at_s))
    assert [ask for ask, _ in asked] == ["lock-screw", "right-ring", "iris-open", "lock-screw"]
    # Ten seconds each, by the clock of the pictures (0.1 s apart).
    assert asked[1][1] - asked[0][1] == pytest.approx(10.0, abs=0.2)


FEW_FPS = 5.0
"""Pictures a second where nothing moves: each costs ten milliseconds."""


def rests(session: Session, camera: Camera, seconds: float) -> tuple[Session, list[ev.Event]]:
    """Nobody touches a ring for so long: the session after it, and what was seen."""
    state, events, begun_s = StepHistory(), [], session.since_s
    for count in range(1, round(FEW_FPS * seconds)):
        state, seen = watch(state, camera.read(begun_s + count / FEW_FPS), session)
        for event in seen:
            session, _ = advance(session, event)
        events += seen
    return session, events


def stands(lens: Lens, *, at_tele: bool) -> Camera:
    """A camera whose rings are where they are right."""
    camera = Camera(lens, Pose(zoom=1.0 if at_tele else 0.0, back_um=-lens.delta_um))
    camera.pose.focus_um = 0.0
    return camera


def asked_to_turn(session: Session, step: Step, **best: ev.SteadyReading | None) -> Session:
    """The session where `step` begins, and what is known of the best at either end."""
    looks = replace(session.looks, **best)
    return replace(session, step=step, turn=session.turn + 1, looks=looks)


@pytest.mark.parametrize(("step", "at_h"), [(Step.SWEEP_TELE, 0.0), (Step.SWEEP_WIDE, 0.9)])
def test_within_the_depth_of_focus_nobody_is_asked_why_nothing_changes(step: Step, at_h: float) -> None:
    session, _ = off_at_wide()
    camera = stands(Lens(zoom=10.0, soft=(0.0, 0.0)), at_tele=step.at_tele)
    camera.pose.back_um += at_h * camera.lens.optics.half_depth_um(camera.ratio)
    at_rest = asked_to_turn(session, step, tele_best=None, wide_best=None)
    after, events = rests(at_rest, camera, 12.0)
    assert events == []
    assert ask(after) == ask(at_rest)


def test_a_soft_lens_whose_best_was_seen_is_not_asked_within_it_and_is_beyond() -> None:
    """As soft as 25 um off (h is 9 um): that this is its best, only the sweep before has shown."""
    session, _ = off_at_wide()
    camera = stands(Lens(zoom=10.0, soft=(0.05, 0.45)), at_tele=False)
    best = steady_reading(session, [camera.read(0.0) for _ in range(8)])
    assert best is not None
    assert best.residual_um > 20.0
    known = asked_to_turn(session, Step.SWEEP_WIDE, wide_best=best)
    assert rests(known, camera, 12.0)[1] == []
    camera.pose.back_um += 30.0
    assert [type(event) for event in rests(known, camera, 12.0)[1]] == [ev.NothingChanges]


def test_rings_hidden_by_blur_on_a_way_to_sharper_are_not_lost_at_once() -> None:
    session, camera = off_at_wide()
    state, told, at_s = StepHistory(), {}, session.since_s
    while ev.StarLost not in told:
        at_s += 0.1
        camera.pose.back_um -= 1.0
        reading = camera.read(at_s)
        if ev.Sharper in told:
            reading = Reading(reading.index, at_s, frozenset({Flag.LOST}), contrast=reading.contrast)
        state, seen = watch(state, reading, session)
        for event in seen:
            session, _ = advance(session, event)
            told[type(event)] = at_s
    # a slow hand turns 10 um a second, and the rings of a star of 77 px are hidden over some 50 um
    assert 5.0 < told[ev.StarLost] - told[ev.Sharper] < 8.0


def test_a_recording_that_nobody_obeys_waits_and_ends() -> None:
    done = run(Lens(zoom=10.0), obeys=False, longest_s=15.0)
    session, said = advance(done.session, ev.Ended(15.0))
    assert session.finished
    assert said[0].verdict == "unsure"


def test_stored_events_and_readings_give_the_same_session_again(plain_run: Run) -> None:
    stored = [from_dict(to_dict(event)) for event in plain_run.events]
    assert replay(plain_run.camera.lens.setup, stored) == plain_run.session


def test_watch_is_pure_and_forgets_a_step_when_it_is_left() -> None:
    session, _ = start(Setup())
    reading = Reading(0, 0.0, frozenset(), contrast=0.1)
    first, again = watch(StepHistory(), reading, session), watch(StepHistory(), reading, session)
    assert first == again
    later, _ = advance(session, ev.Confirmed(1.0, Step.AIM))
    state, _ = watch(first[0], reading, later)
    assert len(state.pictures) == 1

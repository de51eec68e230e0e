"""Ten pictures a second tell the same as sixty, or as two fields each: what counts is time.

h is 9 um at wide (f/1.8, 5 um pixels). The noise of the bench makes |r| stray by about 1 um.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from tests.guide.paper_bench import SOFT_UM, Camera, Lens, Pose, blur_made_up, run

from backfocus.guide import events as ev
from backfocus.guide.blur import steady_reading
from backfocus.guide.procedure import Session, Step, advance, start
from backfocus.guide.session_state import Looks, Scales, half_depth_um, optics_of
from backfocus.guide.watch.tenths import scatter, tenths
from backfocus.guide.watch.watch import StepHistory, watch
from backfocus.measure.reading import Reading

RATES = ((10.0, False), (25.0, False), (50.0, False), (60.0, False), (25.0, True))
LENS = Lens(zoom=10.0, delta_um=45.0, tele_off_um=60.0, lens_kind="front-focus")


def looked_at(camera: Camera) -> ev.SteadyReading:
    """A steady reading of what the camera shows now."""
    found = steady_reading(start(LENS.setup)[0], [camera.read(0.0) for _ in range(8)])
    assert found is not None
    return found


@pytest.fixture(scope="module")
def session() -> Session:
    """A procedure that has looked at both ends of the zoom."""
    wide, tele = Camera(LENS, Pose(zoom=0.0)), Camera(LENS, Pose(zoom=1.0))
    tele.pose.focus_um = 0.0
    begun, _ = start(LENS.setup)
    return replace(
        begun,
        scales=Scales(wide_px=77.0, tele_px=770.0),
        looks=Looks(wide=looked_at(wide), tele=looked_at(tele)),
        turn=7,
    )


@pytest.fixture(scope="module")
def sweep_wide(session: Session) -> Session:
    return replace(session, step=Step.SWEEP_WIDE)


@dataclass
class Turned:
    """A ring in a hand that does as this test says, whatever the guide does."""

    session: Session
    camera: Camera
    at_s: float
    state: StepHistory = field(default_factory=StepHistory)
    told: list[tuple[ev.Event, float]] = field(default_factory=list)
    seen: dict[int, tuple[Reading, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, fps: float, interlaced: bool, **lens: float) -> "Turned":
        camera = Camera(replace(LENS, fps=fps, interlaced=interlaced, **lens))
        camera.pose.zoom = 1.0 if session.step.at_tele else 0.0
        camera.pose.focus_um = -LENS.delta_um
        return cls(session, camera, session.since_s)

    def go(self, seconds: float, residual_um: Callable[[float], float]) -> "Turned":
        """Let so much time pass, with the residual that a function of it tells."""
        begun_s = self.at_s
        with blur_made_up(self.camera):
            while self.at_s - begun_s < seconds - 1e-6:
                self.at_s += 1.0 / self.camera.lens.fps
                self.put(residual_um(self.at_s - begun_s))
                for reading in self.readings():
                    self.state, seen = watch(self.state, reading, self.session)
                    for event in seen:
                        self.session, _ = advance(self.session, event)
                        self.told.append((event, self.at_s - begun_s))
        return self

    def readings(self) -> tuple[Reading, ...]:
        """Pictures of about this residual: only the time differs from one to the next."""
        about = round(self.camera.residual_um)
        if about not in self.seen:
            self.seen[about] = self.camera.read_all(self.at_s)
        return tuple(replace(each, at_s=self.at_s) for each in self.seen[about])

    def put(self, residual_um: float) -> None:
        """The ring of this step where the residual is as wanted."""
        pose, moved_um = self.camera.pose, residual_um - self.camera.residual_um
        if self.session.step.at_tele:
            pose.focus_um += moved_um
        else:
            pose.back_um += moved_um

    def turn(self, to_um: float, um_s: float) -> "Turned":
        """Turn evenly to a residual."""
        from_um = self.camera.residual_um
        way = np.sign(to_um - from_um)
        return self.go(abs(to_um - from_um) / um_s, lambda since_s: float(from_um + way * um_s * since_s))

    def rest(self, seconds: float) -> "Turned":
        here_um = self.camera.residual_um
        return self.go(seconds, lambda _: here_um)

    @property
    def names(self) -> list[str]:
        return [type(event).__name__ for event, _ in self.told]


class Unlike(Turned):
    """The same with every picture drawn by itself."""

    def readings(self) -> tuple[Reading, ...]:
        return tuple(replace(each, at_s=self.at_s) for each in self.camera.read_all(self.at_s))


@pytest.mark.slow
@pytest.mark.parametrize(("fps", "interlaced"), [(60.0, False), (25.0, True)], ids=["60p", "25i"])
def test_whole_procedures_go_as_at_ten_a_second(fps: float, interlaced: bool) -> None:
    done = run(replace(LENS, fps=fps, interlaced=interlaced), made_up=True)
    assert done.verdict == "set"
    assert abs(done.left_um) <= LENS.half_depth_um
    assert done.session.correction.rounds == 1
    assert {"Sharper", "PeakPassed", "Returned", "WithinDepth", "LockHeld"} <= set(done.names())
    assert not {"PeakMissed", "StarLost", "Bumped", "NothingChanges"} & set(done.names())


@pytest.mark.parametrize(
    ("step", "at_h", "rests_s", "fps", "interlaced"),
    [
        (Step.SWEEP_WIDE, 0.45, 12.0, 10.0, False),
        (Step.SWEEP_WIDE, -0.45, 12.0, 25.0, True),
        (Step.SWEEP_WIDE, 0.0, 5.0, 60.0, False),
        (Step.SWEEP_WIDE, 0.3, 40.0, 10.0, False),
        (Step.SWEEP_TELE, -0.45, 12.0, 50.0, False),
        (Step.SWEEP_TELE, 0.45, 12.0, 10.0, False),
    ],
)
def test_the_sharpest_point_is_remembered_by_who_rests_on_it_to_read(
    step: Step, at_h: float, rests_s: float, fps: float, interlaced: bool, session: Session
) -> None:
    hand = Turned.of(replace(session, step=step), fps, interlaced)
    h_um = optics_of(session).half_depth_um(hand.camera.ratio)
    # the ring creeps by a tenth of h, as under a hand that rests on it
    hand.go(0.5, lambda _: 5.0 * h_um).turn(at_h * h_um, 3.0 * h_um)
    hand.go(rests_s, lambda since_s: (at_h + 0.1 * np.sin(since_s)) * h_um)
    assert set(hand.names) <= {"Sharper"}
    hand.turn(-2.5 * h_um, 3.0 * h_um)
    assert hand.names[-1] == "PeakPassed"
    assert "Softer" not in hand.names
    best = hand.told[-1][0].best  # type: ignore[union-attr]
    # as a picture within half a depth of focus is, with the lens's own softness, which is no error
    assert best.residual_um <= np.hypot(SOFT_UM, 0.6 * h_um)


@pytest.mark.parametrize("seed", [20, 21, 22])
def test_the_best_of_a_sweep_is_what_a_picture_in_focus_is_on_the_whole(session: Session, seed: int) -> None:
    """A stabiliser that interpolates makes one picture softer than the next: none of them alone is focus."""
    hand = Unlike.of(replace(session, step=Step.SWEEP_WIDE), 50.0, False, seed=seed, interpolates=0.6)
    hand.go(0.5, lambda _: 45.0).turn(-30.0, 8.0)
    best = next(event.best for event, _ in hand.told if isinstance(event, ev.PeakPassed))
    hand.camera.pose.back_um -= hand.camera.residual_um
    rests = steady_reading(hand.session, [hand.camera.read(0.0) for _ in range(200)])
    assert rests is not None
    # one picture strays by 3 um; of the 60 within 0.7 h the mean by 0.4 um, and the hand stops turning evenly
    assert best.residual_um == pytest.approx(rests.residual_um, abs=1.2)


def test_the_sharpest_point_is_remembered_by_who_turns_about_it_to_and_fro(session: Session) -> None:
    hand = Turned.of(replace(session, step=Step.SWEEP_WIDE), 25.0, False)
    hand.go(0.5, lambda _: 45.0).turn(4.0, 27.0).go(20.0, lambda since_s: 4.0 * np.cos(since_s))
    hand.turn(-20.0, 10.0)
    assert hand.names[-1] == "PeakPassed"
    assert "Softer" not in hand.names


def test_a_sweep_that_begins_on_the_peak_ends_and_does_not_go_to_and_fro(sweep_wide: Session) -> None:
    """Within half a depth at the start there is nothing to fall: told back once, it is then passed."""
    hand = Turned.of(sweep_wide, 50.0, False)
    hand.go(1.0, lambda _: 4.0).turn(20.0, 20.0)
    assert hand.names == ["Softer"]
    hand.rest(0.4).turn(-20.0, 20.0)
    assert hand.names[-1] == "PeakPassed"
    assert hand.names.count("Softer") == 1


@pytest.mark.parametrize(
    ("residual_um", "fps", "interlaced"),
    [(20.0, *rate) for rate in RATES] + [(60.0, 10.0, False), (60.0, 25.0, True)],
)
def test_nothing_changes_where_nothing_is_turned(
    residual_um: float, fps: float, interlaced: bool, sweep_wide: Session
) -> None:
    # at 60 um with three times the usual noise
    hand = Turned.of(sweep_wide, fps, interlaced, noise=0.003 if residual_um < 60.0 else 0.01, seed=2)
    hand.go(10.5, lambda _: residual_um)
    assert [(event.ask, round(at_s)) for event, at_s in hand.told] == [("lock-screw", 10)]  # type: ignore[union-attr]


def test_a_sweep_without_a_clear_best_is_told_after_forty_seconds(sweep_wide: Session) -> None:
    """Turned to and fro by a little less than h: it changes, and no peak is among it."""
    hand = Turned.of(sweep_wide, 10.0, False)
    hand.go(42.0, lambda since_s: 60.0 - 4.3 * np.cos(2.0 * np.pi * since_s / 7.0))
    missed = [(event.why, at_s) for event, at_s in hand.told if isinstance(event, ev.PeakMissed)]
    assert [why for why, _ in missed] == ["flat"]
    assert missed[0][1] == pytest.approx(40.0, abs=0.2)


def test_a_hand_that_turns_to_and_fro_on_its_way_has_passed_no_peak(sweep_wide: Session) -> None:
    hand = Turned.of(sweep_wide, 25.0, False).go(0.5, lambda _: 100.0)
    hand.turn(70.0, 15.0).turn(110.0, 15.0).turn(15.0, 15.0)
    assert "PeakPassed" not in hand.names
    hand.turn(-25.0, 15.0)
    assert hand.names[-1] == "PeakPassed"


def test_three_pictures_a_second_tell_a_hand_that_turns_away(sweep_wide: Session) -> None:
    hand = Turned.of(sweep_wide, 3.0, False).go(2.0, lambda _: 60.0).turn(160.0, 10.0)
    assert set(hand.names) == {"Softer"}


def test_what_gets_sharper_than_the_peak_on_the_way_back_shows_that_it_was_none(sweep_wide: Session) -> None:
    """A hand that turns round near focus makes a dip like a peak: 35 um are no more than a soft camera."""
    hand = Turned.of(sweep_wide, 25.0, False).go(0.5, lambda _: 90.0).turn(35.0, 15.0).turn(60.0, 15.0)
    assert hand.names[-1] == "PeakPassed"
    hand.turn(1.0, 15.0).rest(0.7)
    assert hand.session.step is Step.SWEEP_WIDE
    assert hand.names[-1] == "Sharper"
    hand.turn(-20.0, 15.0).rest(0.4).turn(25.0, 15.0)  # told back once, as from any start on the peak
    assert hand.names[-1] == "PeakPassed"
    best = hand.told[-1][0].best  # type: ignore[union-attr]
    # as in focus, with the lens's own softness and what the hand passes in a tenth of a second
    assert best.residual_um <= np.hypot(SOFT_UM, 5.0)


def test_the_way_back_ends_though_it_is_there_and_past_it_again_and_again(sweep_wide: Session) -> None:
    hand = Turned.of(sweep_wide, 10.0, False).go(1.0, lambda _: 45.0).turn(-20.0, 30.0)
    assert hand.session.step is Step.RETURN_WIDE
    hand.go(50.0, lambda since_s: -20.0 * np.cos(2.0 * np.pi * since_s / 12.0))
    assert "Overshot" in hand.names
    assert any(isinstance(event, ev.PeakMissed) and event.why == "not-back" for event, _ in hand.told)


def test_half_a_depth_is_what_the_tests_take_it_for(sweep_wide: Session) -> None:
    assert half_depth_um(sweep_wide) == pytest.approx(9.0, rel=0.01)


def test_tenths_of_seconds_are_means_whatever_the_rate() -> None:
    for fps in (10, 25, 50, 60, 240):
        at_s = np.arange(0, 3.0, 1.0 / fps)
        found = tenths(at_s, at_s)
        assert len(found.values) == 30
        assert found.counts.sum() == len(at_s)
        # the mean time of a tenth lies in it
        assert np.all(np.abs(found.values - (np.arange(30) + 0.5) / 10.0) <= 0.0501)
        assert np.array_equal(found.mean_of(at_s), found.values)


def test_scatter_is_that_of_noise_and_not_of_a_way() -> None:
    noise = np.random.default_rng(3).normal(0.0, 1.0, 4000)
    # the median of 4000: good to 3 %
    assert scatter(noise) == pytest.approx(1.0, rel=0.06)
    assert scatter(noise + 3.0 * np.arange(4000)) == pytest.approx(scatter(noise), rel=1e-6)
    assert scatter(np.array([1.0, 5.0, 2.0])) == 0.0

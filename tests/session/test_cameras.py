"""Cameras learned here: kept under their name, found again, and used by `check` and by the guide."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backfocus.errors import StoreError, UsageError
from backfocus.guide import events as ev
from backfocus.guide.outcome import result
from backfocus.guide.procedure import start
from backfocus.guide.session_state import Looks, Scales, Session, Setup
from backfocus.guide.steps import Step
from backfocus.guide.watch.watch import StepHistory
from backfocus.optics.blur import lens_pixel_mtf
from backfocus.optics.lens import Optics
from backfocus.session.cameras import (
    curve_of,
    forget_camera,
    known_camera,
    learn,
    learned_cameras,
    learned_in,
    mode_of,
)
from backfocus.session.guided import Plan, begin
from backfocus.session.journal import Journal
from backfocus.session.rig import Rig, resolve, rig_options
from backfocus.session.run import Moment
from backfocus.session.store import Store
from backfocus.solve.camera import TAPS, camera_curve
from backfocus.solve.clip import SolvedCamera

OPTICS = Optics(5.0, ((0.0, 2.0),))


def rig(**said: object) -> Rig:
    return resolve(rig_options({"pixel_um": 5.0, "f_number": 2.0, **said}))


def solved(first: float = 0.2) -> SolvedCamera:
    curve = camera_curve(np.array([first] + [0.0] * (TAPS - 1)), np.eye(TAPS) * 1e-4)
    return SolvedCamera(curve, 1.5, learned=curve, learned_half_depths=1.5, end="wide")


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with Store.open(address) as opened:
        yield opened


def keep(store: Store, name: str, first: float = 0.2, **said: object) -> None:
    assert learn(store, name, solved(first), OPTICS, mode_of(rig(**said), (1920, 1080), "bt709"))


def test_what_was_learned_is_found_by_its_name(store: Store) -> None:
    keep(store, "FX9 4K50")
    known = known_camera(store, rig(camera_id="fx9  4k50"))
    assert known is not None
    assert known.learned.name == "FX9 4K50"
    assert known.learned.curve == solved().learned
    assert known.learned.size_px == (1920, 1080)
    # from one session to the next a camera may differ a little
    assert np.all(np.diag(known.curve.covariance) > np.diag(known.learned.curve.covariance))
    assert known_camera(store, rig(camera_id="FX9 HD")) is None
    assert known_camera(store, rig()) is None


def test_the_newest_through_a_lens_takes_the_place_of_the_last(store: Store) -> None:
    keep(store, "FX9", 0.2)
    keep(store, "fx9", 0.1)
    keep(store, "FX9", 0.3, lens="canon-cj20ex7.8b")
    assert [each.curve.taps[0] for each in learned_cameras(store)] == [0.3, 0.1]


def test_nothing_is_learned_without_a_name_or_a_sweep(store: Store) -> None:
    assert learn(store, "", solved(), OPTICS, mode_of(rig())) is None
    assert learn(store, "FX9", replace(solved(), learned=None, end=None), OPTICS, mode_of(rig())) is None
    assert learn(store, "FX9", solved(), None, mode_of(rig())) is None
    assert learned_cameras(store) == ()


def test_a_camera_is_forgotten_by_its_name(address: str) -> None:
    with Store.open(address) as store:
        keep(store, "FX9")
    forget_camera("fx9", address)
    assert learned_in(address) == ()
    with pytest.raises(UsageError, match="nothing was learned"):
        forget_camera("fx9", address)


def test_what_cannot_be_read_is_refused_in_words(store: Store) -> None:
    store.put_camera("fx9", "", {"name": "FX9", "curve": {"taps": [1]}})
    with pytest.raises(StoreError, match="cannot be read"):
        known_camera(store, rig(camera_id="FX9"))


def test_a_camera_without_a_name_opens_no_store(tmp_path: Path) -> None:
    assert curve_of(rig(), tmp_path / "none.db") is None
    assert not (tmp_path / "none.db").exists()


def look(scale_px: float, r_um: float) -> ev.SteadyReading:
    """A look through a bilinear demosaic: green's quincunx on the diagonal of directions."""
    frequency = np.linspace(0.03, 0.45, 24)
    lens = lens_pixel_mtf(frequency, r_um, f_number=2.0, pixel_um=5.0, wavelength_um=0.55)
    camera = 0.5 + 0.5 * np.cos(2.0 * np.pi * frequency * 0.8)
    return ev.SteadyReading(
        scale_px, abs(r_um), 1.0, tuple(frequency), tuple(lens * camera), (0.002,) * len(frequency)
    )


def done(setup: Setup) -> Session:
    """A session at its end: a lens 2 um off, through a camera that is far from ideal, and a sweep at wide."""
    session, _ = start(setup)
    seen = replace(
        session,
        looks=Looks(tele=look(1000.0, 0.0), wide=look(100.0, 2.0), wide_best=look(100.0, 0.0)),
        scales=Scales(wide_px=100.0, tele_px=1000.0),
        step=Step.DONE,
    )
    return replace(seen, results=(result(seen),))


def test_the_guide_learns_at_its_end_and_knows_the_next_time(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    plan = Plan(rig(camera_id="FX9"), "rtsp://cam/1", "camera")
    with begin(path, plan) as guided:
        assert guided.session.setup.known_camera is None
    with Store.open(path) as store:
        ended = done(plan.setup)
        journal = Journal.begin(store, plan.setup, source="x", title="x")
        journal.note(Moment(9.0, None, ended, StepHistory(), (), ()))
        (learned,) = learned_cameras(store)
    assert learned.half_depths > 1.0, "such a demosaic costs more than a half depth of focus"
    with begin(path, plan) as guided:
        assert guided.session.setup.known_camera is not None

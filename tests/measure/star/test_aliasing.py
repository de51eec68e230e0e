"""Rings beyond Nyquist: pictures of the virtual camera, whose photosites are as small as they are told."""

import pytest

from backfocus.measure.reading import Flag, Reading
from backfocus.measure.track import track
from backfocus.sim.bench import Bench
from backfocus.sim.settings import sim_settings


def picture(**given: object) -> Reading:
    settings = {"delta_um": 0.0, "noise": 0.005, "width_px": 480, "height_px": 360, "seed": 3}
    bench = Bench(sim_settings(**settings | {"f_numbers": ((0.0, 2.8),), "tele_misfocus_um": 0.0} | given))
    bench.turn(zoom=0.5)
    return track(None, bench.frame())[1]


@pytest.mark.parametrize(
    "camera", [{"sensor": "mono", "skip": 2}, {"sensor": "bayer", "demosaic": "edge-aware", "skip": 3}]
)
def test_skipped_rows_let_finer_detail_come_back(camera: dict[str, object]) -> None:
    assert Flag.ALIASED in picture(**camera).flags


@pytest.mark.parametrize(
    "camera", [{"sensor": "mono", "sharpen": 1.0}, {"sensor": "bayer", "demosaic": "hamilton-adams"}]
)
def test_photosites_as_wide_as_their_pitch_do_not(camera: dict[str, object]) -> None:
    assert Flag.ALIASED not in picture(**camera).flags

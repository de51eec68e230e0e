"""What a run with motors sees of an object, on drawn pictures; the truth is where the rings stand."""

from dataclasses import replace

import pytest

from backfocus.measure.reading import Flag
from backfocus.session.motor_eyes import Eyes
from backfocus.session.rig import resolve, rig_options
from backfocus.sim.bench import Bench
from backfocus.sim.settings import parse_sim
from backfocus.solve.defocus import defocus

ADDRESS = (
    "sim://?scene=shelf&delta_um=0&zoom=3&tele_misfocus_um=0&size=480x270&codec=none&f_number=1.8&seed=5"
)


def test_an_object_is_measured_against_the_kept_picture_and_darkness_is_told() -> None:
    bench, eyes = Bench(parse_sim(ADDRESS)), Eyes(resolve(rig_options({"source": ADDRESS})))
    bench.turn(zoom=1.0, iris_f=8.0)
    assert Flag.TOO_DARK in eyes(bench.frame(0, 0.0)).flags
    bench.turn(iris_f=0.0)
    before = eyes(bench.frame(1, 0.04))
    assert Flag.TOO_DARK not in before.flags
    assert not before.frequency_cy_px
    assert before.contrast > 0.0
    eyes.keep(bench.frame(2, 0.08))
    bench.pose = replace(bench.pose, focus_um=bench.pose.focus_um + 30.0)
    reading = eyes(bench.frame(3, 0.12))
    assert reading.contrast < before.contrast
    found = defocus(reading, bench.settings.optics)
    assert found is not None
    # its sigma holds the aberration that nobody told it of
    assert found.um == pytest.approx(abs(bench.lens.residual_um(bench.pose)), abs=3.0 * found.sigma_um)
    # eyes that take up what these had kept see the same, to within what a file makes of a picture
    others = Eyes(resolve(rig_options({"source": ADDRESS})))
    assert eyes.kept is not None
    assert others.take_up(eyes.kept)
    theirs = defocus(others(bench.frame(3, 0.12)), bench.settings.optics)
    assert theirs is not None
    assert theirs.um == pytest.approx(found.um, abs=found.sigma_um)
    others.forget()
    assert not others(bench.frame(3, 0.12)).frequency_cy_px
    # a sharper picture does not take the place of the kept one
    bench.pose = replace(bench.pose, focus_um=bench.pose.focus_um - 30.0)
    again = eyes(bench.frame(4, 0.16))
    assert again.against is not None
    assert again.against.index == 2

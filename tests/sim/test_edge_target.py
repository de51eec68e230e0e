"""The virtual camera before an edge chart: its pictures against exact edges, and read by the measurement."""

import numpy as np
import pytest

from backfocus.measure.edge.measurement import FREQUENCIES
from backfocus.measure.track import track
from backfocus.sim.bench import Bench
from backfocus.sim.settings import parse_sim

from ..oracles.edge import ExactEdge, pupil_lens


@pytest.mark.parametrize(("zoom", "residual_um"), [(0.0, 0.0), (0.0, 20.0), (0.5, 20.0)])
def test_the_drawn_edge_has_the_exact_transfer(zoom, residual_um) -> None:
    address = f"sim://?seed=3&target=edge&noise=0&codec=none&w040=0&f_number=1.8&delta_um={residual_um:g}"
    bench = Bench(parse_sim(address))
    lens = bench.lens
    bench.turn(zoom=zoom, focus_um=lens.chart_focus_um)
    assert lens.residual_um(bench.pose) == pytest.approx(residual_um, abs=1e-6)
    bench.frame(0)
    _, reading = track(None, bench.frame(1))
    w020 = residual_um / (8 * 0.55 * 1.8**2)
    edge = ExactEdge(pupil_lens(w020, f_number=1.8, pixel_um=5.0), 5.0 + np.degrees(bench.camera.turned_rad))
    assert reading.scale_px == pytest.approx(lens.scale_px(bench.pose), rel=0.003)
    # 8 bits, and the drawing's window is taken out again only to 1 % near Nyquist
    off = np.abs(np.array(reading.modulation) - edge.modulation(FREQUENCIES))
    assert off[:30].max() < 0.02
    assert off.max() < 0.05

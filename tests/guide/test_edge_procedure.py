"""The whole guided procedure on an edge chart, before the virtual camera."""

import pytest

from backfocus.guide.procedure import start
from backfocus.guide.session import Setup
from backfocus.run import Limits, guide
from backfocus.sim.source import open_sim


@pytest.mark.slow
def test_back_focus_is_set_on_an_edge_chart() -> None:
    source = open_sim("sim://?seed=3&target=edge&zoom=6&size=640x360&fps=12.5")
    session, _ = start(Setup(optics=source.settings.optics, lens_kind="front-focus"))
    *_, last = guide(source, session, people=(source.hand,), limits=Limits(seconds=300.0))
    assert last.session.results[-1].verdict.kind == "set"
    left_um = source.bench.lens.delta_um(source.bench.pose)
    assert abs(left_um) <= source.settings.optics.half_depth_um(1.0 / source.settings.zoom)

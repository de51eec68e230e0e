"""The whole guided procedure on an edge chart, before the virtual camera."""

import pytest

from backfocus.guide.procedure import start
from backfocus.guide.session_state import Setup
from backfocus.session.run import Limits, guide
from backfocus.sim.source import open_sim


@pytest.mark.slow
@pytest.mark.parametrize(
    "lens", ["seed=3&zoom=6&size=640x360", "seed=7&zoom=3.1&delta_um=-50", "seed=1&zoom=9.5"]
)
def test_back_focus_is_set_on_an_edge_chart(lens) -> None:
    source = open_sim(f"sim://?target=edge&fps=12.5&{lens}")
    session, _ = start(Setup(optics=source.settings.optics, lens_kind="front-focus"))
    *_, last = guide(source, session, hands=(source.hand,), limits=Limits(seconds=300.0))
    assert last.session.results[-1].verdict.kind == "set"
    left_um = source.bench.lens.delta_um(source.bench.pose)
    assert abs(left_um) <= source.settings.optics.half_depth_um(1.0 / source.settings.zoom)

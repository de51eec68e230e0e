"""Whole guided procedures before a virtual camera that sharpens and cannot be told not to.

Such a camera makes all pictures near focus sharper than a perfect lens can be. The seeds were looked at.
"""

import pytest

from backfocus.guide import events as ev
from backfocus.guide.procedure import start
from backfocus.guide.session_state import Setup
from backfocus.optics.lens import Optics
from backfocus.session.run import Limits, guide
from backfocus.sim.source import open_sim


@pytest.mark.slow
@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_back_focus_is_set_and_nothing_is_named_that_did_not_happen(seed: int, declared: bool) -> None:
    source = open_sim(f"sim://?delta_um=40&seed={seed}&sensor=bayer&sharpen=1.0&size=640x360&fps=12.5")
    optics = source.settings.optics if declared else Optics(5.0, ((0.0, 1.8),))
    session, _ = start(Setup(optics=optics, lens_kind="front-focus"))
    moments = guide(source, session, hands=(source.hand,), limits=Limits(seconds=300.0))
    events = []
    for moment in moments:
        session = moment.session
        events += moment.events
    assert session.results[-1].verdict.kind == "set"
    h_um = source.settings.optics.half_depth_um(1.0 / source.settings.zoom)
    assert abs(source.bench.lens.delta_um(source.bench.pose)) <= h_um
    assert not [each for each in events if isinstance(each, ev.FocusTouched | ev.WrongRing | ev.NotParfocal)]

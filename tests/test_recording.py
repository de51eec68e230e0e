"""A recording of a whole procedure gives the verdict that the procedure itself gave."""

from pathlib import Path

import pytest

from backfocus.guide.procedure import start
from backfocus.guide.session import Session, Setup
from backfocus.run import Person, guide
from backfocus.sim.source import open_sim
from backfocus.video.record import Recorder
from backfocus.video.source import VideoSource, open_source


def led(
    source: VideoSource, setup: Setup, people: tuple[Person, ...] = (), recorder: Recorder | None = None
) -> Session:
    """The session at its end; whole pictures pass the recorder on their way."""
    session, _ = start(setup)
    for moment in guide(source, session, people=people):
        session = moment.session
        if recorder is not None and moment.sighting is not None:
            recorder.write(moment.sighting.frame)
    return session


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("address", ["sim://?seed=7&delta_um=43&codec=none&fps=12.5&zoom=12"])
def test_the_recording_reaches_the_verdict_of_the_live_procedure(tmp_path: Path, address: str) -> None:
    source = open_sim(address)
    setup = Setup(optics=source.settings.optics)
    with Recorder(tmp_path / "procedure.mp4", fps=12.5) as recorder:
        live = led(source, setup, (source.hand,), recorder)
    recorded = led(open_source(str(tmp_path / "procedure.mp4")), setup)
    first, again = live.results[-1], recorded.results[-1]
    assert first.verdict.kind == again.verdict.kind == "set"
    assert first.back_focus is not None
    assert again.back_focus is not None
    # compression changes single readings a little: by less than a third of the depth of focus of 9 um
    assert again.back_focus.delta_um == pytest.approx(first.back_focus.delta_um, abs=3.0)

"""`backfocus guide` on a recording of a whole procedure gives the verdict that the procedure itself gave."""

import json
from pathlib import Path

import pytest

from backfocus.guide.procedure import start
from backfocus.guide.session_state import Session, Setup
from backfocus.session.run import guide
from backfocus.sim.source import SimSource, open_sim
from backfocus.video.record import Recorder

from .conftest import Run


def led_live(source: SimSource, recorder: Recorder) -> Session:
    """The session at its end; the pictures pass the recorder on their way."""
    session, _ = start(Setup(optics=source.settings.optics))
    for moment in guide(source, session, hands=(source.hand,)):
        session = moment.session
        if moment.sighting is not None:
            recorder.write(moment.sighting.frame)
    return session


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_recording_reaches_the_verdict_of_the_live_procedure(backfocus: Run, tmp_path: Path) -> None:
    source = open_sim("sim://?seed=7&delta_um=43&codec=none&fps=12.5&zoom=12")
    with Recorder(tmp_path / "procedure.mp4", fps=12.5) as recorder:
        live = led_live(source, recorder).results[-1]
    # A 12x lens from 7.8 mm is open to f/1.8 up to its 94 mm.
    ended = backfocus(
        "guide", tmp_path / "procedure.mp4", "--pixel-um", 5, "--f-number", 1.8, "--json", deadline_s=900
    )
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, ended.stderr
    assert lines[-1]["kind"] == "verdict"
    assert lines[-1]["verdict"] == live.verdict.kind == "set"
    # It was led through every step of the live procedure, not judged as a mere clip.
    assert "LockHeld" in {line["type"] for line in lines if line["kind"] == "event"}
    assert live.back_focus is not None
    # Compression changes single readings a little: by less than a third of the depth of focus of 9 um.
    assert lines[-1]["delta_um"] == pytest.approx(live.back_focus.delta_um, abs=3.0)

"""The whole of `auto` against the virtual camera, by the command that `camera` prints."""

import json
import shlex
from pathlib import Path

import pytest
from tests.forked import Forks

from backfocus.cli.camera import command
from backfocus.control.address import ask_for_stream
from backfocus.served.faults import Faults
from backfocus.served.h264 import can_encode
from backfocus.served.serving import serve_camera


@pytest.mark.skipif(not can_encode(), reason="this FFmpeg has no x264")
def test_a_camera_that_speaks_onvif_need_not_be_told_where_its_pictures_are() -> None:
    with serve_camera("sim://?size=64x64&fps=5") as served:
        assert served.onvif is not None
        assert ask_for_stream(served.onvif) == served.rtsp


@pytest.mark.slow
@pytest.mark.skipif(not can_encode(), reason="this FFmpeg has no x264")
@pytest.mark.parametrize("faults", [Faults(), Faults(lost=0.05, late=0.05, late_s=0.5, full=0.05, busy=0.05)])
def test_auto_over_onvif_and_rtsp_tells_the_error(forks: Forks, tmp_path: Path, faults: Faults) -> None:
    # found stopped down, which hides more than half of the error, and opened by the run
    sim = "sim://?delta_um=40&zoom=6&size=640x360&fps=20&iris_f=4"
    with serve_camera(sim, faults=faults) as served:
        iris = served.camera.share("iris")
        said = shlex.split(command(served, served.onvif, served.rtsp))
        assert said[0] == "backfocus"
        ended = forks.run(*said[1:], "--between", "1", "--json", cwd=tmp_path)
        assert ended.returncode == 1, ended.stderr
        automatic = served.camera.state().automatic
        assert served.camera.share("iris") == pytest.approx(iris, abs=0.01)  # put back
    line = json.loads(ended.stdout.splitlines()[-1])
    assert line["verdict"] == "adjust"
    assert line["low_um"] - 2.0 < 40.0 < line["high_um"] + 2.0  # its own interval, and the play of the motors
    assert line["high_um"] - line["low_um"] < 2 * line["half_depth_of_focus_um"]
    assert automatic.focus is True  # put back
    assert automatic.exposure is True

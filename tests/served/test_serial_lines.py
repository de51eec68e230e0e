"""The whole of `auto` over a serial line; the truth is asked of the virtual lens afterwards."""

import os

import pytest

from backfocus.served.serving import serve_camera
from backfocus.session.motors import Wishes, open_run
from backfocus.session.rig import resolve, rig_options

QUICK = "zoom=4&size=480x270&codec=none&fps=12.5&zoom_s=0.6&focus_s=0.3&settle_s=0.1&latency_s=0.16"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this machine has no virtual serial lines")
def test_a_lens_with_motorised_back_focus_is_set(tmp_path) -> None:
    with serve_camera(f"sim://?delta_um=40&motor=back-focus&{QUICK}", serial=True) as served:
        rig = resolve(rig_options({"source": served.video, "pixel_um": 5.0, "f_number": "1.8"}))
        with open_run(rig, served.l10, Wishes(between=0), folder=tmp_path) as run:
            *_, last = run.progress()
        assert last.answer is not None
        assert last.answer.verdict.kind == "set"
        assert abs(served.camera.delta_um()) < 9.0  # half the depth of focus

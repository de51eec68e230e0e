"""A table as presets, on the virtual camera over the network; the truth is where its motors go on recall."""

import json
import socket
from pathlib import Path

import pytest
from tests.forked import Forks
from tests.web.conftest import until

from backfocus.control.visca import visca
from backfocus.control.visca.visca import Kind, Message
from backfocus.guide.axes import Automatic
from backfocus.served.faults import Faults, Luck
from backfocus.served.serving import serve_camera
from backfocus.served.visca_server import ViscaCamera
from backfocus.solve.focus_table import FORM, read_table

FAST = "sim://?size=64x64&fps=5&zoom_s=0.2&focus_s=0.1&settle_s=0.1&motor_noise=0"
KNOTS = ((0.0, 9000.0), (8000.0, 20_000.0), (16_384.0, 30_000.0))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    stops = [{"zoom": zoom, "focus": focus, "sigma": 1, "scale_px": 100 + zoom / 50} for zoom, focus in KNOTS]
    path = tmp_path / "table.json"
    path.write_text(json.dumps({"form": FORM, "low": 4096, "high": 61440, "stops": stops}))
    return path


@pytest.mark.slow
def test_each_preset_brings_back_its_zoom_with_its_focus(forks: Forks, table: Path, tmp_path: Path) -> None:
    with serve_camera(FAST) as served:
        before = dict(served.camera.state().positions)
        asked = ("hold", served.visca, "--table", str(table), "--presets", "4-5")
        refused = forks.run(*asked, cwd=tmp_path)
        assert refused.returncode == 2
        assert "presets 4 to 5 of the camera will be overwritten: to allow this, add --yes" in refused.stderr
        ended = forks.run(*asked, "--yes", "--json", cwd=tmp_path)
        assert ended.returncode == 0, ended.stderr
        told = [json.loads(line) for line in ended.stdout.splitlines()]
        assert [each["number"] for each in told] == [4, 5]
        assert [each["zoom"] for each in told] == [0.0, 16_384.0]
        known = read_table(table.read_text())
        assert [each["focus"] for each in told] == [round(known.focus_at(each["zoom"])[0]) for each in told]
        assert served.camera.state().automatic.focus is True, "put back"
        after = served.camera.state().positions
        assert all(abs(after[axis] - place) <= 2.0 for axis, place in before.items()), "put back too"

        served.camera.automatic(Automatic(focus=False))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as remote:
            remote.settimeout(60.0)
            recall = visca.message_bytes(Message(Kind.COMMAND, 1, visca.memory_recall(5)))
            remote.sendto(recall, ("127.0.0.1", served.visca_port))
            assert remote.recv(64), "it takes it on"
        until(lambda: served.camera.state().settled, "it arrives")
        places = served.camera.state().positions
        assert (places["zoom"], places["focus"]) == (told[1]["zoom"], told[1]["focus"])


def test_a_recalled_preset_leaves_the_back_focus_as_it_was_set_since() -> None:
    with serve_camera(f"{FAST}&motor=back-focus") as served:
        lens = ViscaCamera(served.camera, Luck(Faults()))
        lens.hear(visca.memory_set(1), [].append)
        back = served.camera.state().positions["back-focus"]
        served.camera.move("back-focus", back + 100.0)
        served.camera.move("zoom", 5000.0)
        until(lambda: served.camera.state().settled, "it arrives")
        lens.hear(visca.memory_recall(1), [].append)
        until(lambda: served.camera.state().settled, "and comes back")
        places = served.camera.state().positions
        # this camera's motors have no noise, and a step of play at most
        assert places["back-focus"] == pytest.approx(back + 100.0, abs=2.0)
        assert places["zoom"] == pytest.approx(0.0, abs=2.0)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("visca://127.0.0.1:9", "--presets", "6-1"), "the first and the last"),
        (("visca://127.0.0.1:9", "--presets", ""), "the first and the last"),
        (("visca://127.0.0.1:9", "--presets", "100-140"), "from 0 to 127"),
        (("onvif://127.0.0.1:9", "--presets", "1-3"), "keep the focus in a preset"),
        (("visca://127.0.0.1:9", "--presets", "1-3", "--seconds", "5"), "leave --seconds out"),
    ],
)
def test_what_cannot_be_stored_is_refused_before_anything_is_called(
    forks: Forks, table: Path, tmp_path: Path, asked: tuple[str, ...], words: str
) -> None:
    ended = forks.run("hold", *asked, "--table", str(table), "--yes", cwd=tmp_path)
    assert ended.returncode == 2
    assert words in ended.stderr


def test_where_the_motor_does_not_reach_is_said_before_anybody_is_asked(
    forks: Forks, table: Path, tmp_path: Path
) -> None:
    told = json.loads(table.read_text())
    table.write_text(json.dumps(told | {"high": 29_000}))
    ended = forks.run("hold", "visca://127.0.0.1:9", "--table", str(table), "--presets", "1-3", cwd=tmp_path)
    assert ended.returncode == 2
    assert "at zoom 16384 best focus lies beyond the end of the focus motor" in ended.stderr


def test_a_table_that_tells_no_scales_goes_by_its_curve() -> None:
    stops = [{"zoom": zoom, "focus": focus, "sigma": 1, "scale_px": 100} for zoom, focus in KNOTS]
    same = read_table(json.dumps({"form": FORM, "low": 4096, "high": 61440, "stops": stops}))
    for zoom, focus in KNOTS:
        assert same.focus_at(zoom)[0] == pytest.approx(focus, abs=1.0)

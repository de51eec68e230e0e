"""The file of cameras: what it means, and what is refused before anything moves."""

import re
from pathlib import Path

import pytest

from backfocus.errors import UsageError
from backfocus.session.config import Config, read_config
from backfocus.session.fleet.listed import Fleet, read_fleet
from backfocus.session.rig import RigOptions

LEFT = """
[cameras.left]
address = "visca://192.0.2.10"
video = "rtsp://192.0.2.10/stream"
"""
OPTICS = 'pixel-um = 2.9\nf-number = "1.8@4.4,2.8@88"\n'


def listed(tmp_path: Path, text: str, *, config: str = "", said: RigOptions | None = None) -> Fleet:
    file = tmp_path / "cameras.toml"
    file.write_text(text)
    file.chmod(0o600)
    own = Config(tmp_path / "none.toml")
    if config:
        (tmp_path / "backfocus.toml").write_text(config)
        own = read_config(tmp_path / "backfocus.toml")
    return read_fleet(file, own, said or RigOptions())


def test_what_a_camera_says_wins_over_the_top_and_the_call_over_both(tmp_path: Path) -> None:
    text = f'between = 1\n{OPTICS}{LEFT}group = "one"\npixel-um = 5\nbetween = 0\ntable = "left.json"'
    (left,) = listed(tmp_path, text).cameras
    assert (left.camera.name, left.camera.group, left.camera.address) == ("left", "one", "visca://192.0.2.10")
    assert left.rig.source == "rtsp://192.0.2.10/stream"
    assert left.rig.optics is not None
    assert (left.rig.optics.pixel_um, left.wishes.between) == (5.0, 0)
    assert left.table == tmp_path / "left.json"
    (left,) = listed(tmp_path, text, said=RigOptions(pixel_um=3.0)).cameras
    assert left.rig.optics is not None
    assert left.rig.optics.pixel_um == 3.0


def test_a_camera_that_can_be_asked_for_its_pictures_need_not_name_them(tmp_path: Path) -> None:
    (camera,) = listed(tmp_path, f'{OPTICS}[cameras.a]\naddress = "onvif://192.0.2.9"\n').cameras
    assert camera.rig.source == ""


def test_a_rig_of_the_persons_own_file_gives_the_rest(tmp_path: Path) -> None:
    config = '[rig.stage]\nsource = "rtsp://192.0.2.9/s"\ncamera = "b4-hd"\nlens = "canon-cj20ex7.8b"\n'
    text = '[cameras.a]\naddress = "visca://192.0.2.9"\nrig = "stage"\n'
    (camera,) = listed(tmp_path, text, config=config).cameras
    assert (camera.rig.source, camera.rig.camera) == ("rtsp://192.0.2.9/s", "b4-hd")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "lists no cameras"),
        ("cameras = 3", "lists no cameras"),
        ("[cameras.a", "not a TOML file"),
        (OPTICS + LEFT.replace("address", "adress"), "line 5, [cameras.left]: adress: there is no such key"),
        (OPTICS + LEFT.replace("visca:", "visco:"), "is no lens with motors"),
        (OPTICS + LEFT.replace("video", "group"), "where its pictures come from"),
        (LEFT, "micrometres need"),
        (OPTICS + LEFT + "between = 9", "between: write a whole number from 0 to 8"),
        (OPTICS + LEFT + "look-only = 1", "look-only: write true or false"),
        (OPTICS + LEFT + LEFT.replace("left", "right"), "that is the lens of left too"),
        (
            OPTICS + LEFT + LEFT.replace("left", "right").replace('10"', '10:52381/"', 1),
            "that is the lens of left too",
        ),
        (
            OPTICS
            + '[cameras.left]\naddress = "ndi://CAM [1]"\n[cameras.b]\naddress = "ndi://CAM [1]?at=h"\n',
            "that is the lens of left too",
        ),
        (f'between = "two"\n{OPTICS}{LEFT}', "line 1: between: write a whole number"),
        (f"{OPTICS}look-only = 1\n{LEFT}", "line 3: look-only: write true or false"),
        ("x = " + "[" * 5000, "brackets stand within brackets"),
        ("x = " + "9" * 5000, "not a TOML file"),
        (OPTICS + LEFT + "pixel-um = -2", "pixel-um = -2: give um from"),
        (OPTICS + LEFT.replace("left", '"a\\tb"'), "letters that cannot be printed"),
        (OPTICS + LEFT + 'rig = "stage"', "there are no rigs"),
        ('[cameras.a]\naddress = "sim://?zoom=4"', "has no motors"),
        ('[cameras.a]\naddress = "sim://?motor=focus&zoomm=4"', "zoomm"),
        (
            OPTICS + LEFT + LEFT.replace("left", "right").replace("visca://", "visca://ann:secret@"),
            "of left too",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        listed(tmp_path, text)
    assert words in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_password_that_others_can_read_is_warned_of_and_not_shown(tmp_path: Path) -> None:
    text = OPTICS + LEFT.replace("rtsp://", "rtsp://ann:secret@")
    assert listed(tmp_path, text).warnings == ()
    (tmp_path / "cameras.toml").chmod(0o644)
    (words,) = read_fleet(tmp_path / "cameras.toml", Config(tmp_path / "none.toml")).warnings
    assert "chmod 600" in words
    assert "secret" not in words


def test_the_file_of_the_manual_can_be_read(tmp_path: Path) -> None:
    manual = (Path(__file__).parents[3] / "docs" / "many_cameras.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", manual, flags=re.S)
    config = '[rig.balcony]\nsource = "rtsp://192.0.2.11/s"\ncamera = "b4-hd"\nlens = "canon-cj20ex7.8b"\n'
    cameras = listed(tmp_path, example, config=config).cameras
    assert [each.camera.name for each in cameras] == ["stage-left", "balcony", "practice"]

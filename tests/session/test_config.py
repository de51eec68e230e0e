"""backfocus.toml: what it may say, what wins over it, and where a mistake in it stands."""

import re
from pathlib import Path

import pytest

from backfocus.errors import UsageError
from backfocus.session.config import Config, config_file, held, key_of, read_config, settled
from backfocus.session.rig import NAMES, NOTHING_SAID, layered, resolve, rig_options

STUDIO = """\
# what we set every time
camera = "b4-hd"
shims = [10, 30, 50]
store = "kept/sessions.db"
quiet = true

[rig.studio-a]
source = "rtsp://kim:secret@192.0.2.10/stream"
lens = "canon-cj20ex7.8b"
f-number = 1.8

[rig."van 2"]
camera = "b4-uhd"
lens = "fujinon-cabrio-19-90"
"""


@pytest.fixture
def filed(tmp_path: Path) -> Config:
    return read(tmp_path, STUDIO)


def read(folder: Path, text: str) -> Config:
    file = folder / "backfocus.toml"
    file.write_text(text, "utf-8")
    return read_config(file)


def test_without_a_file_nothing_is_said() -> None:
    found = read_config()
    assert (found.found, found.top, found.rigs, found.store) == (False, NOTHING_SAID, {}, None)
    assert found.file == config_file()
    assert found.file.name == "backfocus.toml"


def test_options_win_over_a_rig_and_a_rig_over_the_top(filed: Config) -> None:
    top, rig = rig_options({"camera": "b4-hd", "shims": "10,30,50"}), filed.rigs["studio-a"]
    assert filed.top == top
    assert (rig.lens, rig.f_number, rig.camera) == ("canon-cj20ex7.8b", "1.8", None)
    said = layered(settled(rig_options({"f_number": "2.2"}), filed, "studio-a"))
    assert (said.camera, said.lens, said.f_number) == ("b4-hd", "canon-cj20ex7.8b", "2.2")
    assert layered(settled(NOTHING_SAID, filed, "van 2")).camera == "b4-uhd"
    assert layered(settled(NOTHING_SAID, filed)) == top


def test_the_virtual_camera_is_not_taken_for_the_one_in_the_file(filed: Config) -> None:
    virtual = rig_options({"source": "sim://?pixel_um=4"})
    optics = resolve(layered(settled(virtual, filed))).optics
    assert optics is not None
    assert optics.pixel_um == 4.0
    named = resolve(layered(settled(virtual, filed, "van 2")))
    assert named.camera == "b4-uhd", "a rig that is named holds for any source"


def test_paths_are_meant_from_the_folder_of_the_file(tmp_path: Path, filed: Config) -> None:
    assert filed.store == str(tmp_path / "kept" / "sessions.db")
    assert filed.rigs["studio-a"].source == "rtsp://kim:secret@192.0.2.10/stream"
    clip = read(tmp_path, '[rig.a]\nsource = "clip.mp4"\n').rigs["a"].source
    assert clip == str(tmp_path / "clip.mp4")
    url = "postgresql://ann@192.0.2.1/kept"
    assert read(tmp_path, f'store = "{url}"').store == url


def test_a_mark_at_the_beginning_and_either_dash_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, '\ufeffpixel_um = 4\nf-number = "T2.0"').top == rig_options(
        {"pixel_um": 4, "f_number": "T2.0"}
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('lense = "x"', 1, "nearest is lens"),
        ("\n\nf_numbr = 2", 3, "nearest is f-number"),
        ("[rig.a]\n\npixelum = 4", 3, r"\[rig\.a\].*nearest is pixel-um"),
        ('[rig.a]\nstore = "x.db"', 2, "no such key"),
        ('source = "clip.mp4"', 1, "no such key"),
        ("camera = 5", 1, "camera"),
        ("[rig.a]\nlens = 'x'\n[rig.b]\nf-number = 'two'", 4, r"\[rig\.b\].*'two' is not an f-number"),
        ("shims = [10, 0]", 1, r"shims = \[10, 0\]"),
        ("pixel-um = 4\npixel_um = 5", 2, "twice"),
        ("quiet = 'no'", 1, "true or false"),
        ("store = 5", 1, "in quotes"),
        ("rig = 'a'", 1, r"\[rig\.studio-a\]"),
        ("[rig]\na = 5", 1, r"\[rig\.studio-a\]"),
        ("extender = true", 1, "extender"),
        ("range = 'tv'", 1, "full or limited"),
        ("transfer = 'log'", 1, "transfer"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        read(tmp_path, text)
    assert str(refused.value).startswith(f"{tmp_path / 'backfocus.toml'}, line {line}")
    assert "\n" not in str(refused.value)


def test_what_is_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"not a TOML file.*line 2"):
        read(tmp_path, "camera = 'b4-hd'\nlens = canon")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_what_cannot_be_read_is_said_in_one_line(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "other.toml"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=re.escape(str(file))):
        read_config(file)
    with pytest.raises(UsageError, match="no such file"):
        read_config(tmp_path / "none.toml")


def test_a_rig_that_is_not_there_names_the_nearest(filed: Config, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="studio-a"):
        settled(NOTHING_SAID, filed, "studio-b")
    with pytest.raises(UsageError, match="no rigs"):
        settled(NOTHING_SAID, read(tmp_path, ""), "studio-b")


def test_what_holds_is_shown_with_where_it_is_from(filed: Config) -> None:
    layers = settled(rig_options({"extender": 2}), filed, "studio-a")
    shown = {each.key: (each.value, each.origin) for each in held(layers, filed, "studio-a")}
    assert set(shown) == {key_of(name) for name in NAMES if name != "region"} | {"store", "quiet"}
    assert shown["camera"] == ("b4-hd", "backfocus.toml, line 2")
    assert shown["shims"] == ([10.0, 30.0, 50.0], "backfocus.toml, line 3")
    assert shown["f-number"] == ("1.8", "[rig.studio-a] of backfocus.toml, line 10")
    assert shown["extender"] == (2.0, "option")
    assert shown["target"] == (None, "")
    assert shown["source"][0] is not None
    assert "secret" not in str(shown)


def test_what_another_lens_leaves_out_is_not_shown_as_held(filed: Config) -> None:
    layers = settled(rig_options({"lens": "fujinon-cabrio-19-90"}), filed, "studio-a")
    shown = {each.key: (each.value, each.origin) for each in held(layers, filed, "studio-a")}
    assert shown["lens"] == ("fujinon-cabrio-19-90", "option")
    assert shown["f-number"] == (None, "")

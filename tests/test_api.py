"""The Python interface: its names, its answers, which are the command line's, its words about mistakes."""

import inspect
import json
import pkgutil
import resource
import statistics
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from tests.forked import Forks
from tests.web.conftest import star_picture

import backfocus
from backfocus.cli.options import EVERYWHERE, WHERE_THEY_MEAN_SOMETHING

PUBLIC = [
    "Answer", "BackfocusError", "Edge", "Flag", "PictureReading", "Readings", "SourceError", "SourceLost",
    "SourceUnreadable", "Star", "UsageError", "__version__", "check", "read_picture", "readings",
]  # fmt: skip
OPTICS: dict[str, Any] = {"pixel_um": 5, "f_number": 1.8}
IMPORT_MS = 20.0


def test_the_public_names() -> None:
    assert sorted(backfocus.__all__) == PUBLIC
    assert dir(backfocus) == PUBLIC
    for name in PUBLIC:
        assert getattr(backfocus, name) is not None
    with pytest.raises(AttributeError, match="chekc"):
        backfocus.chekc  # type: ignore[attr-defined]  # noqa: B018


def test_no_module_shadows_a_function() -> None:
    modules = {each.name for each in pkgutil.iter_modules(backfocus.__path__)}
    assert not modules & set(PUBLIC)
    for module in ("cli.check", "cli.measure", "session.clip_check", "api"):
        __import__(f"backfocus.{module}")
    assert all(inspect.isfunction(getattr(backfocus, name)) for name in ("check", "readings", "read_picture"))


def in_a_process_of_its_own(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_importing_loads_nothing_before_it_is_asked_for() -> None:
    loaded = in_a_process_of_its_own(
        "import sys; before = set(sys.modules); import backfocus; print(*set(sys.modules) - before)"
    )
    assert loaded.split() == ["backfocus"]
    used = in_a_process_of_its_own(
        "import backfocus, sys; backfocus.UsageError; print('numpy' in sys.modules)"
    )
    assert used.strip() == "False"


@pytest.mark.skipif(
    sys.platform == "win32", reason="the processor's time of a child is asked for as on POSIX"
)
def test_importing_takes_no_time() -> None:
    def took_ms(code: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        in_a_process_of_its_own(code)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return 1000.0 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

    # in turns, and in the processor's time: whatever else this machine does slows both equally
    pairs = [(took_ms("pass"), took_ms("import backfocus")) for _ in range(20)]
    plain_ms, ours_ms = (statistics.median(each) for each in zip(*pairs, strict=True))
    assert ours_ms - plain_ms <= IMPORT_MS


def test_the_arguments_have_the_names_of_the_options() -> None:
    options = (
        set(EVERYWHERE) | set(WHERE_THEY_MEAN_SOMETHING) | {"source", "rig", "config", "frames", "seconds"}
    )
    beside = {
        "check": {"after", "first_turn", "shim_um", "notice", "store"},
        "readings": {"notice", "store"},
        "read_picture": {"array", "bits", "store"},
    }
    for name, more in beside.items():
        taken = set(inspect.signature(getattr(backfocus, name)).parameters)
        assert taken <= options | more
        assert set(EVERYWHERE) - {"max_megapixels"} <= taken


@pytest.mark.slow
def test_a_type_checker_sees_what_comes_back(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(
        "import backfocus\n"
        "um: float | None = backfocus.check('clip.mp4', camera='b4-hd').delta_um\n"
        "for r in backfocus.readings('x', pixel_um=5, f_number=1.8):\n"
        "    at: float | None = r.defocus_um\n"
        "backfocus.chekc\n"
        "backfocus.check('x', f_nubmer=2)\n"
    )
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--follow-imports=silent",
        "--no-error-summary",
        "use.py",
    ]
    told = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False).stdout
    assert [line.split(":")[1] for line in told.splitlines() if "error" in line] == ["5", "6"]


# Answers --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answer(pull: Path) -> backfocus.Answer:
    return backfocus.check(pull, **OPTICS, shims=[10, 30, 50])


OPTIONS = ("--pixel-um", 5, "--f-number", 1.8)


def test_check_answers_as_the_command_does(
    answer: backfocus.Answer, pull: Path, tmp_path: Path, forks: Forks
) -> None:
    said = forks.run("check", pull, *OPTIONS, "--shims", "10,30,50", "--json", cwd=tmp_path).stdout
    line = json.loads(said)
    assert answer.as_json() == line
    assert answer.verdict == line["verdict"] == "adjust"
    for key in ("delta_um", "sigma_um", "low_um", "high_um", "half_depth_of_focus_um"):
        assert getattr(answer, key) == pytest.approx(line[key], abs=6e-4)  # printed to a thousandth
    assert [each.scale_px for each in answer.zoom] == pytest.approx(
        [z["scale_px"] for z in line["zoom"]], abs=6e-4
    )
    assert (answer.sign_known, answer.reason, answer.advice) == (False, line["reason"], line["advice"])
    assert "shim" in answer.advice
    # the clip was made 40 um off; without a sweep its softness may add up to half the depth of focus of 9 um
    assert answer.delta_um == pytest.approx(40.0, abs=4.5)


def test_an_answer_shows_itself_in_a_notebook(answer: backfocus.Answer, pull: Path) -> None:
    html = answer._repr_html_()
    root = ET.fromstring(html)  # well formed, and in one piece
    assert "script" not in html
    assert len(root.findall(".//svg")) == 2
    cells = ["".join(cell.itertext()) for cell in root.iter("td")]
    assert cells[0] == "error, side not known"
    assert f"{answer.delta_um:.0f}" in cells[1]
    assert len(html) < 20_000, "small"
    other = backfocus.check(pull, pixel_um=5, f_number=2.8)
    names = [
        {each.get("id") for each in ET.fromstring(a._repr_html_()).iter() if each.get("id")}
        for a in (answer, other)
    ]
    assert names[0]
    assert not names[0] & names[1], "two answers on one page do not mix up their parts"
    assert len(repr(answer)) < 100
    assert "adjust" in str(answer)


def test_an_answer_without_an_error_shows_itself_too(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((90, 160), 128, np.uint8))
    nothing = backfocus.check(tmp_path)
    assert (nothing.verdict, nothing.delta_um, nothing.zoom) == ("unsure", None, ())
    ET.fromstring(nothing._repr_html_())


def test_readings_are_those_of_the_command(pull: Path, tmp_path: Path, forks: Forks) -> None:
    ours = [each.as_json() for each in backfocus.readings(pull, **OPTICS, frames=3)]
    said = forks.run("measure", pull, *OPTIONS, "--frames", 3, "--json", cwd=tmp_path).stdout
    assert ours == [json.loads(line) for line in said.splitlines()]


def test_a_reading_has_everything_at_hand(pull: Path) -> None:
    with backfocus.readings(str(pull), **OPTICS) as pictures:
        first, second = next(pictures), next(pictures)
    assert (first.index, second.index) == (0, 1)
    assert isinstance(first.star, backfocus.Star)
    assert first.target is first.star
    assert first.defocus_um is not None
    assert first.defocus_sigma_um is not None
    assert first.scale_px == pytest.approx(first.star.radius_px or first.scale_px, rel=0.02)
    assert str(first).startswith("0")
    assert list(pictures) == [], "it is closed"
    plain = next(backfocus.readings(pull))
    assert plain.defocus_um is None
    assert backfocus.Flag.NO_OPTICS in plain.flags


def test_a_camera_of_another_picture_size_gives_the_pixel_of_this_one(pull: Path) -> None:
    """A proxy of 640 pixels shows the whole sensor of 9.6 mm: pixels of 15 um, not the 5 um of 1920."""
    told: list[str] = []
    named: dict[str, Any] = {"camera": "b4-hd", "f_number": 1.8}
    found = backfocus.check(pull, **named, notice=told.append)
    assert found.half_depth_of_focus_um == pytest.approx(1.8 * 15.0)
    assert [("640 x 360" in words and "15 um" in words) for words in told] == [True]
    first = next(backfocus.readings(pull, **named, notice=told.append, frames=1))
    by_hand = next(backfocus.readings(pull, pixel_um=15, f_number=1.8, frames=1))
    assert first.defocus_um == by_hand.defocus_um is not None
    assert told[0] == told[1]


def test_a_live_source_goes_on_until_it_is_closed() -> None:
    pictures = backfocus.readings("sim://?seed=3&hand=none&codec=none&size=480x270")
    assert [next(pictures).index for _ in range(3)] == [0, 1, 2]
    pictures.close()
    pictures.close()
    assert next(pictures, None) is None
    never_begun = backfocus.readings("sim://?seed=3")
    never_begun.close()
    assert list(never_begun) == []


def test_a_rig_by_its_name(pull: Path, tmp_path: Path, answer: backfocus.Answer) -> None:
    file = tmp_path / "b.toml"
    file.write_text(f'pixel-um = 5\n[rig.a]\nf-number = 1.8\nshims = [10, 30, 50]\nsource = "{pull}"\n')
    assert backfocus.check(rig="a", config=file).as_json() == answer.as_json()
    assert backfocus.check(rig="a", config=str(file), f_number=2.8).delta_um != answer.delta_um


def test_the_users_own_file_says_nothing_unless_it_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "backfocus").mkdir()
    (tmp_path / "backfocus" / "backfocus.toml").write_text("this is no TOML")
    assert backfocus.read_picture(star_picture()).star is not None
    with pytest.raises(backfocus.UsageError, match="not a TOML file"):
        backfocus.read_picture(star_picture(), rig="a")


# Pictures in memory ---------------------------------------------------------------------------------------


def as_file(
    folder: Path, picture: np.ndarray, name: str = "star.png", **said: Any
) -> backfocus.PictureReading:
    """The same picture read from a file, as the command line reads it."""
    cv2.imwrite(str(folder / name), picture if picture.ndim == 2 else picture[:, :, ::-1])
    return next(backfocus.readings(folder / name, **said))


def in_colour() -> np.ndarray:
    grey = star_picture().astype(float)
    return np.clip(np.stack([grey, 0.9 * grey, 0.7 * grey], -1), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "picture",
    [
        star_picture(),
        in_colour(),
        star_picture().astype(np.uint16) * 257,
        in_colour().astype(np.uint16) * 250,
    ],
    ids=["grey", "RGB", "grey 16 bits", "RGB 16 bits"],
)
def test_a_picture_in_memory_is_read_as_the_same_picture_in_a_file(
    picture: np.ndarray, tmp_path: Path
) -> None:
    said = {"transfer": "bt709", **OPTICS}
    assert backfocus.read_picture(picture, **said) == as_file(tmp_path, picture, **said)
    assert backfocus.read_picture(picture) == as_file(tmp_path, picture), "what nobody says is sRGB in both"


def same(one: backfocus.PictureReading, other: backfocus.PictureReading, within: float = 1e-6) -> None:
    assert one.star is not None
    assert other.star is not None
    assert one.modulation == pytest.approx(other.modulation, abs=within)
    assert one.scale_px == pytest.approx(other.scale_px, rel=1e-4)


@pytest.mark.parametrize(
    "again",
    [
        lambda a: a.astype(">u2") * 257,
        lambda a: np.ascontiguousarray(a.T).T,
        lambda a: np.repeat(np.repeat(a, 2, 0), 2, 1)[::2, ::2],
        lambda a: a[::-1][::-1],
        lambda a: np.ma.asarray(a),
        lambda a: a / 255.0,
        lambda a: (a / 255.0).astype(np.float16),
    ],
    ids=["big-endian", "columns first", "every second", "turned twice", "masked", "float64", "float16"],
)
def test_the_same_picture_however_it_lies_in_memory(again: Callable[[np.ndarray], np.ndarray]) -> None:
    picture = star_picture()
    # half floats have 11 bits, and what is off by a rounding moves a modulation by less than a thousandth
    same(
        backfocus.read_picture(again(picture), transfer="bt709"),
        backfocus.read_picture(picture, transfer="bt709"),
        1e-3,
    )


def test_ten_bits_in_sixteen_are_told_or_seen() -> None:
    ten = ((star_picture().astype(int) * 1023 + 127) // 255).astype(np.uint16)
    seen, told = (
        backfocus.read_picture(ten, transfer="bt709"),
        backfocus.read_picture(ten, transfer="bt709", bits=10),
    )
    assert seen == told
    # what is read of 8 bits of the same codes differs by their rounding
    same(told, backfocus.read_picture(star_picture(), transfer="bt709"), 3e-3)


def test_red_is_first() -> None:
    grey = star_picture()
    red = np.stack([grey, np.full_like(grey, 60), np.full_like(grey, 60)], -1)
    blue = red[:, :, ::-1]
    # luma is 21 % red and 7 % blue (BT.709): the star in red has three times the contrast of that in blue
    contrast = [backfocus.read_picture(each).contrast for each in (red, blue)]
    assert contrast[0] > 1.5 * contrast[1]


def test_the_array_stays_as_it_was_and_can_be_written_to() -> None:
    picture = star_picture()
    before = picture.copy()
    backfocus.read_picture(picture)
    assert np.array_equal(picture, before)
    picture[0, 0] = 7


def test_check_takes_a_region_as_the_part_in_which_an_object_stands() -> None:
    clip = "sim://?clip=check&scene=wall&size=320x180&seconds=1"
    with pytest.raises(backfocus.UsageError, match="9 x 9 pixels is too small"):
        backfocus.check(clip, region=(0, 0, 9, 9))
    with pytest.raises(backfocus.UsageError, match="region is a part of an object here"):
        backfocus.check(clip, region="0,0,90x90", target="star")


def test_a_region_measures_an_edge(golden: Path) -> None:
    edge = cv2.imread(str(golden / "edge" / "Test_edge1.bmp"), cv2.IMREAD_GRAYSCALE)
    for region in ("0,0,343x124", (0, 0, 343, 124)):
        reading = backfocus.read_picture(edge, transfer="linear", region=region)
        assert isinstance(reading.target, backfocus.Edge)
        assert reading.mtf50_cy_px == pytest.approx(0.272, rel=0.05)


NAN = star_picture() / 255.0
NAN[4, 5] = np.nan


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((0, 0), np.uint8), "no picture in it"),
        (np.zeros((4, 0, 3), np.uint8), "no picture in it"),
        (np.zeros(7, np.uint8), r"shape \(7,\)"),
        (np.zeros((4, 4, 4), np.uint8), r"shape \(4, 4, 4\): give \(rows, columns\)"),
        (np.zeros((3, 4, 4), np.uint8), "red, green, blue"),
        (np.zeros((4, 4, 1), np.uint8), r"\(4, 4, 1\)"),
        (np.zeros((1, 4, 4, 3), np.uint8), "shape"),
        (np.uint8(4), r"shape \(\)"),
        (NAN, "not finite"),
        (np.full((9, 9), -np.inf), "not finite"),
        (np.full((9, 9), 1e30), "no light"),
        (np.zeros((9, 9), np.int64), "holds int64"),
        (np.zeros((9, 9), bool), "holds bool"),
        (np.zeros((9, 9), complex), "holds complex128"),
        (np.zeros((9, 9), np.uint32), "holds uint32"),
        (np.zeros((9, 9), object), "holds object"),
        ("star.png", "shape"),
        (None, "shape"),
        ([[1, 2], [3]], "no array"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(array: Any, words: str) -> None:
    with pytest.raises(backfocus.UsageError, match=words) as refused:
        backfocus.read_picture(array)
    assert str(refused.value).startswith("array")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"f_number": "zero"}, "f_number: 'zero'"),
        ({"f_number": True}, "f_number=True"),
        ({"pixel_um": 5}, "add f_number or lens"),
        ({"f_number": 1.8}, "add pixel_um or camera"),
        ({"pixel_um": -1, "f_number": 2}, "pixel_um=-1"),
        ({"camera": "b5-hd"}, "nearest is 'b4-hd'"),
        ({"transfer": "log"}, "transfer"),
        ({"range": "tv"}, "range='tv'"),
        ({"target": "poster"}, "target='poster'"),
        ({"extender": 9, **OPTICS}, "extender=9"),
        ({"shims": "thin"}, "shims='thin'"),
        ({"no_ring": "yes"}, "no_ring='yes'"),
        ({"first_turn": "left"}, "first_turn='left'"),
        ({"shim_um": 50}, "after and shim_um"),
        ({"after": "b.mp4", "shim_um": 0}, "shim_um=0"),
        ({"after": "b.mp4", "shim_um": 50, "first_turn": "near"}, "leave first_turn out"),
        ({"frames": 0}, "frames=0"),
        ({"frames": 2.5}, "frames=2.5"),
        ({"seconds": -1}, "seconds=-1"),
        ({"rig": "a", "config": "/nowhere/b.toml"}, "config='/nowhere/b.toml'"),
    ],
)
def test_errors_speak_of_arguments(said: dict[str, Any], words: str) -> None:
    with pytest.raises(backfocus.UsageError) as refused:
        backfocus.check("clip.mp4", **said)
    assert words in str(refused.value)
    assert "--" not in str(refused.value)


@pytest.mark.parametrize("source", [None, 5, "", b""])
def test_no_source_is_refused_in_words(source: Any) -> None:
    for call in (backfocus.check, backfocus.readings):
        with pytest.raises(backfocus.UsageError, match="source"):
            call(source)


def test_what_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    for call in (backfocus.check, backfocus.readings):
        with pytest.raises(backfocus.SourceUnreadable, match=r"missing\.mp4"):
            call(tmp_path / "missing.mp4")
    assert issubclass(backfocus.SourceUnreadable, backfocus.SourceError)
    assert issubclass(backfocus.UsageError, backfocus.BackfocusError)


def test_bits_that_do_not_go_with_the_array() -> None:
    picture = star_picture().astype(np.uint16) * 257
    for bits in (10, 8, 17, True, 12.0):
        with pytest.raises(backfocus.UsageError, match="bits"):
            backfocus.read_picture(picture, bits=bits)  # type: ignore[arg-type]

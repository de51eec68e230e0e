"""The commands on good input: their JSON to the letter, their exit codes, and what they write."""

import csv
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import cv2
import pytest

from backfocus.chart import chart_pdf, make_chart, parse_paper
from backfocus.cli.chart import sheets_words
from backfocus.cli.demo import shown_address
from backfocus.cli.history import session_line
from backfocus.session.store import NdResult, Summary
from backfocus.sim.settings import parse_sim

from ..oracles.camera_codes import codes
from ..oracles.printed_chart import printed
from ..oracles.star_picture import Scene, light
from ..oracles.transfer import CUT_OFF, hopkins
from .conftest import Run

OPTICS = ("--pixel-um", "5", "--f-number", "1.8")
MEASURE_KEYS = [
    "index", "at_s", "star", "scale_px", "scale_sigma_px", "frequency_cy_px", "modulation", "modulation_025",
    "modulation_025_sigma", "mtf50_cy_px", "mtf50_sigma_cy_px", "defocus_um", "defocus_sigma_um", "flags",
]  # fmt: skip
CHECK_KEYS = [
    "delta_um", "sigma_um", "low_um", "high_um", "sign_known", "half_depth_of_focus_um", "zoom", "verdict",
    "reason", "advice", "target", "camera", "referenced",
]  # fmt: skip


def test_measure_prints_the_keys_of_the_manual(backfocus: Run, pull: Path) -> None:
    ended = backfocus("measure", pull, *OPTICS, "--frames", 4, "--json")
    assert ended.returncode == 0, ended.stderr
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(lines) == 4
    for line in lines:
        assert list(line) == MEASURE_KEYS
        assert line["star"]["cycles"] == 36
        assert len(line["frequency_cy_px"]) == len(line["modulation"]) > 8
        assert line["frequency_cy_px"] == sorted(line["frequency_cy_px"])
        assert line["frequency_cy_px"][-1] <= 0.5
        assert line["defocus_um"] >= 0.0


def test_measure_writes_a_table_for_a_spreadsheet(backfocus: Run, pull: Path) -> None:
    ended = backfocus("measure", pull, *OPTICS, "--frames", 2, "--csv")
    rows = list(csv.DictReader(ended.stdout.splitlines()))
    assert [row["picture"] for row in rows] == ["0", "1"]
    assert all(float(row["blur_um"]) >= 0.0 and row["target"] == "star" for row in rows)


def test_every_command_says_what_it_does_on_one_line(backfocus: Run) -> None:
    listed = backfocus("--help").stdout.partition("Commands:")[2].partition("Examples:")[0]
    lines = [line for line in listed.splitlines() if line.strip()]
    assert len(lines) >= 15
    assert [line for line in lines if not line.endswith(".") or line.endswith("...")] == []


@pytest.mark.parametrize("command", ["check", "auto", "camera", "profiles", "serve", "chart", "demo"])
def test_help_names_what_to_type_after_an_option_and_no_type_of_python(backfocus: Run, command: str) -> None:
    said = backfocus(command, "--help").stdout
    assert re.findall(r"--[\w-]+ <(?!auto|star)[^>]*>|\[\[\w+\]", said) == []


def test_an_example_of_the_help_can_be_copied(backfocus: Run) -> None:
    example = "  backfocus guide rtsp://192.0.2.10/stream --camera b4-hd --lens canon-cj20ex7.8b"
    assert example in map(str.rstrip, backfocus("--help").stdout.splitlines())


def test_without_optics_there_are_no_micrometres(backfocus: Run, pull: Path) -> None:
    (line,) = backfocus("measure", pull, "--frames", 1, "--json").stdout.splitlines()
    measured = json.loads(line)
    assert measured["defocus_um"] is None
    assert "no-optics" in measured["flags"]


@pytest.mark.parametrize(("delta_um", "hint"), [(40, "far"), (-40, "near")])
def test_colours_hint_at_the_side(backfocus: Run, delta_um: int, hint: str) -> None:
    address = f"sim://?size=640x360&zoom=5&lca_um=8&hand=none&delta_um={delta_um}&tele_misfocus_um=0"
    ended = backfocus("measure", address, "--frames", 5, "--json", "--red-blue-um", 8)
    hints = [json.loads(line)["side_hint"] for line in ended.stdout.splitlines()]
    # grain moves the gap of a picture by 0.65 um about 5.2, and one below 4 is kept silent
    assert hints.count(hint) >= 4
    assert set(hints) <= {hint, None}


@pytest.mark.slow
def test_check_learns_how_far_red_and_blue_are_apart(backfocus: Run) -> None:
    address = "sim://?clip=check&size=640x360&seed=3&lca_um=8&delta_um=-30"
    told = json.loads(backfocus("check", f"{address}&sweep=1", "--json", "--first-turn", "near").stdout)
    # video keeps half of the colour: some of the 8 um is lost in both, learning and reading
    assert told["red_blue_um"] == pytest.approx(8.0, abs=3.0)
    hinted = json.loads(backfocus("check", address, "--json", "--red-blue-um", told["red_blue_um"]).stdout)
    assert list(hinted) == [*CHECK_KEYS, "side_hint"]
    assert (hinted["side_hint"], hinted["sign_known"]) == ("near", False)


def test_measure_says_what_to_do_about_compression(backfocus: Run, tmp_path: Path) -> None:
    star = codes(light(Scene(), hopkins(0.25, CUT_OFF["f/4, 4 um"])), transfer="srgb", bits=8, limited=False)
    cv2.imwrite(str(tmp_path / "star.jpg"), star, [cv2.IMWRITE_JPEG_QUALITY, 10])
    ended = backfocus("measure", tmp_path / "star.jpg", "--transfer", "srgb")
    assert "compressed" in ended.stdout
    assert "higher bit rate" in ended.stderr


def test_measure_says_that_another_curve_was_used(backfocus: Run, tmp_path: Path) -> None:
    chart = printed(make_chart(parse_paper("A4")), hopkins(0.25, CUT_OFF["f/4, 4 um"]))
    picture = codes(0.75 * chart, transfer="clog3", bits=8, limited=False, grain=0.7)
    cv2.imwrite(str(tmp_path / "chart.png"), picture)
    ended = backfocus("measure", tmp_path / "chart.png", "--transfer", "srgb")
    assert "other-curve" in ended.stdout
    assert "transfer curve" in ended.stderr


def test_interlaced_pictures_give_a_line_for_each_field(backfocus: Run) -> None:
    ended = backfocus("measure", "sim://?seed=2&interlaced=top&hand=none", "--frames", 2, "--json")
    assert [json.loads(line)["field"] for line in ended.stdout.splitlines()] == ["top", "bottom"] * 2


@pytest.mark.slow
def test_check_calibrates_the_f_number_by_a_shim(backfocus: Run) -> None:
    # the virtual lens is f/1.8 at wide; a data sheet that says 2.0 makes every error 11 % too large
    clips = [f"sim://?clip=check&zoom=8&fps=12.5&codec=none&w040=0&seed=5&delta_um={um}" for um in (-10, 40)]
    ended = backfocus("check", *clips, "--shim-um", 50, "--pixel-um", 5, "--f-number", 2.0, "--json")
    line = json.loads(ended.stdout)
    assert list(line) == [*CHECK_KEYS, "f_number", "f_number_sigma", "before_um"]
    assert line["sign_known"] is True
    assert line["delta_um"] == pytest.approx(40.0, abs=1.8)  # a fifth of the half depth of focus
    assert line["f_number"] == pytest.approx(1.8, abs=0.1)


def test_a_shim_wants_two_clips_and_two_clips_a_shim(backfocus: Run, pull: Path) -> None:
    assert backfocus("check", pull, *OPTICS, "--shim-um", 50).returncode == 2
    assert backfocus("check", pull, pull, *OPTICS).returncode == 2


def test_check_finds_the_error_of_a_clip(backfocus: Run, pull: Path) -> None:
    ended = backfocus("check", pull, *OPTICS, "--json")
    line = json.loads(ended.stdout)
    assert list(line) == CHECK_KEYS
    assert line["verdict"] == "adjust"
    assert ended.returncode == 1
    # no reference in the clip: the lens's own softness may add up to half the depth of focus of 9 um
    assert line["delta_um"] == pytest.approx(40.0, abs=4.5)
    assert line["low_um"] <= 40.0 <= line["high_um"]
    assert line["sign_known"] is False
    scales = [each["scale_px"] for each in line["zoom"]]
    assert scales == sorted(scales, reverse=True)


def test_check_without_optics_is_unsure(backfocus: Run, pull: Path) -> None:
    ended = backfocus("check", pull, "--json")
    assert json.loads(ended.stdout)["verdict"] == "unsure"
    assert ended.returncode == 4


def test_check_for_people_shows_the_verdict(backfocus: Run, pull: Path) -> None:
    ended = backfocus("check", pull, *OPTICS, "--shims", "10,30,50")
    assert "off by" in ended.stdout
    assert "shim" in ended.stdout


@pytest.mark.parametrize("kind", ["pdf", "svg", "png"])
def test_chart_writes_a_file(backfocus: Run, tmp_path: Path, kind: str) -> None:
    out = tmp_path / f"star.{kind}"
    ended = backfocus("chart", out, "--paper", "A4", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["paper"] == "A4"
    magic = {"pdf": b"%PDF", "svg": b"<", "png": b"\x89PNG"}[kind]
    assert out.read_bytes().startswith(magic)


def test_chart_for_a_camera_and_a_lens_covers_150_px(backfocus: Run, tmp_path: Path) -> None:
    ended = backfocus(
        "chart",
        tmp_path / "star.pdf",
        "--distance-m",
        3,
        "--camera",
        "b4-hd",
        "--lens",
        "canon-cj20ex7.8b",
        "--json",
    )
    planned = json.loads(ended.stdout)
    # 150 px of 5 um at 7.8 mm and 3 m by the thin lens: 150 * 0.005 * (3000 - 7.8) / 7.8 = 287.7 mm
    assert planned["star_mm"] >= 287.6
    assert planned["covers_px"] >= 149.9


def test_a_star_larger_than_its_paper_says_on_how_many_pages() -> None:
    poster = make_chart(parse_paper("A4"), star_mm=600.0)
    in_the_file = len(re.findall(rb"/Type\s*/Page\b", chart_pdf(poster)))
    assert sheets_words(Path("a.pdf"), poster).startswith(f"{in_the_file - 1} pages of A4 to be joined")
    assert sheets_words(Path("a.svg"), poster).startswith("one sheet of 6")
    assert sheets_words(Path("a.pdf"), make_chart(parse_paper("A4"), star_mm=150.0)) == "A4"


def test_profiles_and_devices_answer(backfocus: Run) -> None:
    profiles = [json.loads(line) for line in backfocus("profiles", "--json").stdout.splitlines()]
    assert {"b4-hd", "b4-uhd"} <= {each["name"] for each in profiles if each["kind"] == "camera"}
    assert backfocus("devices", "--json").returncode in (0, 4)


def test_profiles_are_listed_though_the_store_cannot_be_read(backfocus: Run, tmp_path: Path) -> None:
    (tmp_path / "other.db").write_bytes(b"something else")
    ended = backfocus("profiles", "sony", "--store", tmp_path / "other.db")
    assert ended.returncode == 0
    assert "Cameras (--camera)" in ended.stdout
    assert "no backfocus store" in ended.stderr


def test_history_and_report_of_a_session_on_a_recording(backfocus: Run, pull: Path, tmp_path: Path) -> None:
    ended = backfocus(
        "guide", pull, *OPTICS, "--json", "--note", "operator=<b>Kim & Co</b>", "--note", "nd=1/4"
    )
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {line["kind"] for line in lines} == {"reading", "event", "instruction", "verdict"}
    assert all({"type", "step", "at_s"} <= set(line) for line in lines)
    verdict = lines[-1]
    # The clip was made 40 um off, and runs from tele to wide: nobody obeyed, and it tells all the same.
    assert (verdict["kind"], verdict["verdict"], ended.returncode) == ("verdict", "adjust", 1)
    # No reference in the clip: the lens's own softness may add up to half the depth of focus of 9 um.
    assert verdict["delta_um"] == pytest.approx(40.0, abs=4.5)
    (session,) = [json.loads(line) for line in backfocus("history", "--json").stdout.splitlines()]
    assert session["verdict"] == verdict["verdict"]
    assert backfocus("report", session["id"], "--out", tmp_path / "r.html").returncode == 0
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "Kim &amp; Co" in page
    assert "<b>Kim" not in page
    assert json.loads(backfocus("report", session["id"], "--json").stdout)


def test_the_history_tells_lenses_of_one_kind_apart() -> None:
    when = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
    named = Summary(
        7, when, "rtsp://cam/1", "rtsp://cam/1", "b4-hd", "canon-cj20ex7.8b", "closed", "set", 2.0, 1.0
    )
    bare = replace(named, camera="practice", title="practice", lens="")
    assert session_line(named).endswith("b4-hd, canon-cj20ex7.8b, rtsp://cam/1")
    assert session_line(bare).count("practice") == 1
    each = NdResult("clear", "set", 2.0, 1.0), NdResult("ND 3", "adjust", 31.0, 2.0)
    _, clear, grey = session_line(replace(named, results=each)).splitlines()
    assert clear.endswith("ND clear")
    assert grey.endswith("um     ND 3")
    assert grey.index("31.0") == session_line(replace(named, delta_um=31.0)).index("31.0")


def test_measure_reads_an_edge_chart_and_an_edge_in_a_region(backfocus: Run, golden: Path) -> None:
    ended = backfocus("measure", "sim://?seed=2&target=edge&hand=none", "--frames", 1, "--json")
    line = json.loads(ended.stdout.splitlines()[-1])
    assert ended.returncode == 0
    assert line["star"] is None
    assert set(line["edge"]) == {"x_px", "y_px", "angle_deg", "length_px"}
    assert line["defocus_um"] is not None
    picture = golden / "edge" / "Test_edge1.bmp"
    ended = backfocus("measure", picture, "--region", "0,0,343x124", "--transfer", "linear", "--json")
    assert json.loads(ended.stdout)["mtf50_cy_px"] == pytest.approx(0.272, rel=0.05)
    ended = backfocus("measure", picture, "--region", "300,0,100x100")
    assert ended.returncode == 2
    assert "region" in ended.stderr


def test_the_chart_draws_slanted_squares(backfocus: Run, tmp_path: Path) -> None:
    out = tmp_path / "edges.pdf"
    ended = backfocus("chart", out, "--target", "edge", "--contrast", 4, "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["target"] == "edge"
    assert out.stat().st_size > 2000
    assert backfocus("chart", out, "--contrast", 4).returncode == 2


@pytest.mark.parametrize("scene", [None, "shelf"])
def test_demonstration_has_a_printed_star_or_a_scene(scene: str | None) -> None:
    shown = parse_sim(shown_address(7, "good", None, scene))
    assert (shown.scene, shown.printed) == (scene, scene is None)
    assert shown.sensor == "bayer"

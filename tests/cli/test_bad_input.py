"""Rubbish in: one line that says what to do, the exit code of the manual, no traceback and no hang."""

import json
import subprocess
import sys
import threading
import zlib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from backfocus.session.store import Store

from ..forked import DEADLINE_S
from ..oracles.render import StarDrawing, draw_star
from ..oracles.still_files import png_of
from .conftest import Run


def one_line(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    assert len(lines) == 1, said
    assert "Traceback" not in said
    return lines[0]


@pytest.fixture
def rubbish(tmp_path: Path, pull: Path) -> dict[str, Path]:
    made = {name: tmp_path / name for name in ("empty.mp4", "text.mp4", "cut.mp4", "sound.wav", "folder")}
    made["empty.mp4"].touch()
    made["text.mp4"].write_text("This is not a video.\n" * 100)
    whole = pull.read_bytes()
    made["cut.mp4"].write_bytes(whole[: len(whole) // 3])
    made["folder"].mkdir()
    with av.open(str(made["sound.wav"]), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return made


@pytest.mark.parametrize("name", ["missing.mp4", "empty.mp4", "text.mp4", "cut.mp4", "sound.wav", "folder"])
@pytest.mark.parametrize("command", ["measure", "check"])
def test_what_is_no_video_is_said_in_one_line(
    backfocus: Run, rubbish: dict[str, Path], command: str, name: str, tmp_path: Path
) -> None:
    ended = backfocus(command, rubbish.get(name, tmp_path / name))
    assert ended.returncode == 3, ended.stderr
    assert name in one_line(ended.stderr)


def test_a_recording_that_breaks_off_loses_nothing_of_the_session(
    backfocus: Run, pull: Path, tmp_path: Path
) -> None:
    # Matroska says its length at the beginning; an MP4 that breaks off has no index and is no video at all.
    whole = tmp_path / "whole.mkv"
    with av.open(str(pull)) as source, av.open(str(whole), "w") as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    (tmp_path / "cut.mkv").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    ended = backfocus("guide", tmp_path / "cut.mkv", "--pixel-um", 5, "--f-number", 1.8, "--json")
    assert ended.returncode == 3
    assert "Traceback" not in ended.stderr
    assert "cut.mkv breaks off" in ended.stderr.splitlines()[-1]
    seen = ended.stdout.count('"kind": "reading"')
    assert seen > 5
    (session,) = [json.loads(line) for line in backfocus("history", "--json").stdout.splitlines()]
    assert session["state"] == "open"
    with Store.open(str(tmp_path / "sessions.db")) as store:
        stored = store.load(session["id"])
    assert sum(entry.kind == "reading" for entry in stored.entries) == seen


def test_wrong_credentials_are_said_in_one_line(backfocus: Run) -> None:
    class Locked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(401)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Locked) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ended = backfocus("measure", f"http://op:hunter2@127.0.0.1:{server.server_port}/video.mjpg")
        server.shutdown()
    assert ended.returncode == 3
    assert "user name or password" in one_line(ended.stderr)
    assert "hunter2" not in ended.stderr


def test_an_unreachable_host_is_said_in_one_line_and_hides_the_password(backfocus: Run) -> None:
    # port 9 (discard) is closed on any machine without inetd: refused at once, on loopback
    ended = backfocus("measure", "rtsp://user:hunter2@127.0.0.1:9/stream")
    assert ended.returncode == 3
    assert "hunter2" not in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr


def test_what_is_missing_is_named_as_it_is_typed(backfocus: Run) -> None:
    alone = one_line(backfocus("guide").stderr)
    assert all(each in alone for each in ("SOURCE", "rtsp://", "device:0", "--rig"))
    in_two = one_line(backfocus("check", "my", "clip.mp4").stderr)
    assert "AFTER" in in_two
    assert "--after" not in in_two
    assert "quotes" in in_two


@pytest.mark.parametrize(
    "arguments",
    [
        ("measure", "sim://?colour=blue"),
        ("measure", "sim://?seed=1", "--f-number", "zero"),
        ("measure", "sim://?seed=1", "--camera", "b5-hd"),
        ("measure", "clip.mp4", "--pixel-um", "5"),
        ("measure", "sim://?seed=1", "--transfer", "log-something"),
        ("measure", "sim://?seed=1", "--range", "tv"),
        ("chart", "star.docx"),
        ("chart", "star.pdf", "--paper", "napkin"),
        ("chart", "star.pdf", "--distance-m", "3", "--camera", "b4-hd"),
        ("check", "sim://?clip=check", "--shims", "thin"),
        ("check", "a.mp4", "b.mp4", "--shim-um", "50", "--first-turn", "near"),
        ("guide", "sim://?seed=1", "--note", "shoe-size=43"),
        ("measure", "ndi://"),
        ("auto", "visca://127.0.0.1:99999", "--yes"),
        ("auto", "visca://127.0.0.1", "--yes"),
        ("auto", "sim://?motor=focus", "--video", "clip.mp4"),
        ("hold", "sim://?motor=focus", "--table", "missing.json"),
        ("measure", "clip.mp4", "--pixel-um", "5", "--f-number", "64", "--extender", "4"),
        ("measure", "sim://["),
        ("guide", "sim://["),
        ("measure", "rtsp://[::1/stream"),
        ("measure", "~nobody-of-this-name/x.png"),
        ("measure", f"sim://?seed={'9' * 5000}"),
        ("measure", f"sim://?size={'9' * 5000}x2"),
        ("measure", "clip.mp4", "--region", f"{'9' * 5000},1,9x9"),
        ("measure", "clip.mp4", "--region", "1,1,9999999x9"),
        ("check", "sim://?clip=check", "--shims", "9" * 5000),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_line(backfocus: Run, arguments: tuple[str, ...]) -> None:
    ended = backfocus(*arguments)
    assert ended.returncode == 2, ended.stderr
    one_line(ended.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ("measure", "clip.mp4", "--f-number", "2", "--pixel-um", "inf"),
        ("check", "before.mp4", "after.mp4", "--shim-um", "nan"),
        ("guide", "rtsp://192.0.2.1/", "--shims", "0"),
        ("check", "clip.mp4", "--um-per-degree", "0"),
        ("serve", "rtsp://192.0.2.1/", "--wavelength-um", "550"),
        ("measure", "clip.mp4", "--red-blue-um", "0"),
        ("measure", "clip.mp4", "--region", "1" + 5000 * "0" + ",0,1x1"),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_their_option(
    backfocus: Run, arguments: tuple[str, ...]
) -> None:
    ended = backfocus(*arguments)
    assert ended.returncode == 2, ended.stderr
    assert arguments[-2].lstrip("-") in one_line(ended.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ("chart", "star.svg", "--star-mm", "1e5"),
        ("demo", "--seed", "9" * 5000),
        ("demo", "--scene", ""),
        ("history", "--most", "9" * 20),
        ("guide", "sim://?seed=1", "--resume", "9" * 20),
        ("measure", "clip.mp4", "--frames", "9" * 5000),
    ],
)
def test_the_limits_of_the_other_options_are_kept_too(backfocus: Run, arguments: tuple[str, ...]) -> None:
    ended = backfocus(*arguments)
    assert ended.returncode == 2, ended.stderr
    assert f"Invalid value for '{arguments[-2]}'" in ended.stderr


@pytest.mark.parametrize("value", [0, 255, 128])
def test_pictures_without_a_star_end_in_4(backfocus: Run, tmp_path: Path, value: int) -> None:
    for index in range(3):
        cv2.imwrite(str(tmp_path / f"{index}.png"), np.full((270, 480), value, np.uint8))
    ended = backfocus("measure", tmp_path, "--json")
    assert ended.returncode == 4
    assert ended.stdout.count('"no-star"') == 3
    assert "star" in one_line(ended.stderr)


def test_an_object_with_nothing_to_compare_with_ends_in_4(backfocus: Run) -> None:
    scene = "sim://?scene=shelf&size=320x180&codec=none&seed=1"
    ended = backfocus("measure", scene, "--target", "object", "--frames", 1)
    assert ended.returncode == 4
    assert "no-reference" in ended.stderr


def test_a_picture_of_16k_is_measured(backfocus: Run, tmp_path: Path) -> None:
    wide = np.full((500, 16000), 0.4, np.float32)
    draw_star(wide, StarDrawing(12000.2, 250.4, 180.0, white=0.8))
    cv2.imwrite(str(tmp_path / "wide.png"), (wide * 255).astype(np.uint8))
    ended = backfocus("measure", tmp_path, "--json")
    assert ended.returncode == 0, ended.stderr
    star = json.loads(ended.stdout)["star"]
    assert (star["x_px"], star["y_px"]) == pytest.approx((12000.2, 250.4), abs=0.1)
    assert star["cycles"] == 36


def test_one_pixel_and_not_a_number_are_pictures_too(backfocus: Run, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((1, 1), np.uint8))
    light = np.full((200, 200), np.nan, np.float32)
    cv2.imwrite(str(tmp_path / "b.tiff"), light)
    ended = backfocus("measure", tmp_path, "--json")
    assert ended.returncode == 4
    assert "Traceback" not in ended.stderr


def test_a_store_that_cannot_be_written_is_said_in_one_line(backfocus: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    ended = backfocus("history", "--store", tmp_path / "file" / "sessions.db")
    assert ended.returncode == 74
    one_line(ended.stderr)


def test_a_number_that_no_session_has_is_refused(backfocus: Run) -> None:
    ended = backfocus("report", "9" * 23)
    assert ended.returncode == 2
    assert "Invalid value for 'ID'" in ended.stderr


def test_a_name_longer_than_any_file_has_is_no_file(backfocus: Run) -> None:
    ended = backfocus("measure", "x" * 5000)
    assert ended.returncode == 3
    assert len(one_line(ended.stderr)) < 600


@pytest.mark.parametrize(
    "arguments",
    [
        ("chart", "{}/star.pdf"),
        ("chart", "{}/star.png"),
        ("check", "sim://?clip=check", "--report", "{}/answer.html"),
        ("auto", "sim://?motor=focus", "--table", "{}/table.json"),
    ],
)
def test_a_file_that_cannot_be_written_ends_in_74(
    backfocus: Run, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    ended = backfocus(*(part.format(tmp_path / "missing") for part in arguments))
    assert ended.returncode == 74
    assert "missing" in one_line(ended.stderr)


def test_a_report_of_no_session_is_said_in_one_line(backfocus: Run) -> None:
    ended = backfocus("report", 99)
    assert ended.returncode == 3
    assert "99" in one_line(ended.stderr)


def test_a_picture_of_another_size_ends_a_recording_in_words(
    backfocus: Run, golden: Path, tmp_path: Path
) -> None:
    clip = golden / "faults" / "size_changes.ts"
    assert backfocus("measure", clip).returncode == 0
    ended = backfocus("guide", clip, "--record", tmp_path / "kept.mp4", "--json")
    assert ended.returncode == 3, ended.stderr
    assert "640 x 360 pixels does not go into a recording of 320 x 180" in ended.stderr.splitlines()[-1]


def test_a_float_picture_ends_a_recording_in_words(backfocus: Run, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.tiff"), np.full((90, 160), 0.5, np.float32))
    ended = backfocus("guide", tmp_path / "a.tiff", "--record", tmp_path / "kept.mp4", "--json")
    assert ended.returncode == 3, ended.stderr
    assert "leave out --record" in ended.stderr.splitlines()[-1]


MEASURED_WITHIN = """
import os, re, sys
from pathlib import Path
import backfocus.session.rig
from backfocus.cli.app import main

most_mb, *paths = sys.argv[1:]
for path in paths:
    fork = os.fork()
    if not fork:
        sys.argv[1:] = ["measure", path]
        try:
            main()
        finally:
            held_kb = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
            assert held_kb < int(most_mb) * 1024, held_kb
    print(os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]), flush=True)
"""
"""Measures each picture in a process that may not hold more than this; prints the exit codes."""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is told by Linux")
def test_no_file_takes_more_memory_than_its_picture(tmp_path: Path, golden: Path) -> None:
    packed = zlib.compress(b"\0" * 50_000_000)
    huge = tmp_path / "huge.png"
    huge.write_bytes(png_of((60_000, 60_000, 8, 2), packed))
    endless = tmp_path / "endless.png"
    endless.symlink_to("/dev/zero")
    holey = tmp_path / "holey.png"  # 40 GB on paper
    holey.write_bytes(png_of((9, 9, 8, 0), zlib.compress(b"\0" * 90))[:-12])
    with holey.open("r+b") as file:
        file.truncate(40_000_000_000)
    paths = [golden / "faults" / "png_75kB_takes_3.6GB.png", huge, endless, holey]
    # 250 MB: what the program itself needs, and a margin
    command = [sys.executable, "-c", MEASURED_WITHIN, "250", *map(str, paths)]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=DEADLINE_S, cwd=tmp_path, check=False
    )
    assert ended.stdout.split() == ["3"] * len(paths), ended.stderr
    assert len(ended.stderr.splitlines()) == len(paths), "one line each"
    assert "Traceback" not in ended.stderr

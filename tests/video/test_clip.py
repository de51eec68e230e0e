import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from backfocus.errors import PictureTooLarge, SourceLost, SourceUnreadable, UsageError
from backfocus.frame import Frame
from backfocus.measure.reading import Flag
from backfocus.measure.track import track
from backfocus.video import expected_frames, open_source, record

from ..oracles.render import StarDrawing, draw_star

Moving = Callable[..., list[Frame]]


def read(path: Path, **options: str) -> list[Frame]:
    source = open_source(str(path), **options)  # type: ignore[arg-type]
    try:
        return list(source.frames())
    finally:
        source.close()


KINDS = {
    "h264": ("a.mp4", "libx264", "yuv420p", 8, {"qp": "0"}),
    "h264 10 bit": ("a.mp4", "libx264", "yuv420p10le", 10, {"qp": "0"}),
    "hevc 10 bit": ("a.mp4", "libx265", "yuv420p10le", 10, {"x265-params": "lossless=1:log-level=none"}),
    "mpeg-ts": ("a.ts", "libx264", "yuv420p", 8, {"qp": "0"}),
    "matroska": ("a.mkv", "ffv1", "yuv422p10le", 10, {}),
    "avi raw": ("a.avi", "rawvideo", "yuv420p", 8, {}),
}


@pytest.mark.parametrize("name", KINDS)
def test_lossless_files_give_back_every_sample(name: str, tmp_path: Path, moving: Moving) -> None:
    file, codec, pixel_format, bits, options = KINDS[name]
    sent = moving(bits=bits, limited=True)
    record(sent, tmp_path / file, codec=codec, pixel_format=pixel_format, options=options)
    seen = read(tmp_path / file)
    assert [f.bits for f in seen] == [bits] * len(sent)
    np.testing.assert_array_equal([f.luma for f in seen], [f.luma for f in sent])
    # time bases of 1/1000 s (Matroska) round by up to half of it
    np.testing.assert_allclose([f.at_s for f in seen], [f.at_s for f in sent], atol=5.1e-4)
    assert [f.index for f in seen] == list(range(len(sent)))


LOSSY = {
    "prores": ("a.mov", "prores_ks", "yuv422p10le", 1.0),
    "xdcam": ("a.mxf", "mpeg2video", "yuv422p", 1.0),
    "mjpeg": ("a.avi", "mjpeg", "yuvj420p", 0.5),
}


@pytest.mark.parametrize("name", LOSSY)
def test_lossy_files_decode_as_the_ffmpeg_program_decodes_them(
    name: str, tmp_path: Path, moving: Moving, raw_luma: Callable[..., np.ndarray]
) -> None:
    file, codec, pixel_format, chroma_share = LOSSY[name]
    sent = moving(bits=8, limited=name != "mjpeg")
    record(sent, tmp_path / file, codec=codec, pixel_format=pixel_format, options={"b": "20M"})
    seen = read(tmp_path / file)
    height, width = sent[0].luma.shape
    expected = raw_luma(tmp_path / file, pixel_format, width, height, chroma_share)
    assert len(seen) == len(expected) == len(sent)
    np.testing.assert_array_equal([f.luma for f in seen], expected)


def test_the_real_clip_decodes_as_the_ffmpeg_program_decodes_it(
    golden: Path, raw_luma: Callable[..., np.ndarray]
) -> None:
    path = golden / "clip" / "bikes.mp4"
    source = open_source(str(path))
    seen = list(source.frames())
    expected = raw_luma(path, "yuv420p", 640, 272, 0.5)
    assert expected_frames(source) == len(seen) == len(expected) == 250
    assert all((f.luma == e).all() for f, e in zip(seen, expected, strict=True))
    assert seen[-1].at_s == pytest.approx(249 / 25)


@pytest.mark.parametrize("tagged", [True, False])
def test_a_star_recorded_with_oblong_samples_is_read_round(tagged: bool, tmp_path: Path, ffmpeg: str) -> None:
    """XDCAM keeps 1440 samples of a line of 1920: here drawn four times too wide, and averaged by threes."""
    wide = np.full((360, 640), 0.4, np.float32)
    draw_star(wide, StarDrawing(330.0, 180.0, 120.0, white=0.8))
    squeezed = np.repeat(wide, 3, axis=1).reshape(360, 480, 4).mean(2)
    (tmp_path / "raw").write_bytes((squeezed * 255).round().astype(np.uint8).tobytes())
    command = [
        *(ffmpeg, "-v", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", "480x360", "-i"),
        *(str(tmp_path / "raw"), "-vf", f"format=yuv420p,setsar={'4/3' if tagged else '1'}"),
        *("-c:v", "mpeg2video", "-q:v", "1", str(tmp_path / "a.mxf")),
    ]
    subprocess.run(command, check=True, timeout=60)
    (frame,) = read(tmp_path / "a.mxf")
    _, reading = track(None, replace(frame, transfer="linear"))
    if not tagged:
        assert reading.star is None or Flag.TILTED in reading.flags
        return
    assert reading.star is not None
    assert Flag.TILTED not in reading.flags
    # Sample k covers 4k/3 - 1/2 to 4k/3 + 5/6, and is taken to be at 4k/3 + 1/6: nothing is moved.
    assert (reading.star.x_px, reading.star.y_px) == pytest.approx((330.0, 180.0), abs=0.1)
    assert reading.star.radius_px == pytest.approx(120.0, rel=0.02)
    assert reading.star.cycles == 36


@pytest.mark.parametrize("order", ["top", "bottom"])
@pytest.mark.parametrize(
    ("file", "codec"),
    [("a.mp4", "libx264"), ("a.ts", "libx264"), ("a.mxf", "mpeg2video"), ("a.mov", "prores_ks")],
)
def test_the_field_order_is_kept(order: str, file: str, codec: str, tmp_path: Path, moving: Moving) -> None:
    record(moving(interlaced=order), tmp_path / file, codec=codec)
    assert {f.interlaced for f in read(tmp_path / file)} == {order}


@pytest.mark.parametrize(("scan", "order"), [("tff", "top"), ("bff", "bottom")])
@pytest.mark.parametrize("file", ["a.mxf", "a.mov"])
def test_field_order_of_broadcast_files_made_by_the_ffmpeg_program(
    scan: str, order: str, file: str, tmp_path: Path, ffmpeg: str
) -> None:
    codec = ["-c:v", "mpeg2video", "-pix_fmt", "yuv422p"] if file == "a.mxf" else ["-c:v", "prores_ks"]
    command = [
        *(ffmpeg, "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=192x128:r=50", "-frames:v", "4"),
        *(
            "-vf",
            f"interlace=scan={scan},setfield={scan}",
            *codec,
            "-flags",
            "+ildct+ilme",
            str(tmp_path / file),
        ),
    ]
    subprocess.run(command, check=True, timeout=60)
    assert {f.interlaced for f in read(tmp_path / file)} == {order}


def test_progressive_files_have_no_field_order(tmp_path: Path, moving: Moving) -> None:
    record(moving(), tmp_path / "a.mp4")
    assert {f.interlaced for f in read(tmp_path / "a.mp4")} == {None}


def test_curve_and_range_are_read_from_the_file_unless_told_otherwise(tmp_path: Path, moving: Moving) -> None:
    record(moving(transfer="hlg", limited=True, bits=10), tmp_path / "a.mp4")
    assert {(f.transfer, f.limited) for f in read(tmp_path / "a.mp4")} == {("hlg", True)}
    told = read(tmp_path / "a.mp4", transfer="slog3", range_="full")
    assert {(f.transfer, f.limited) for f in told} == {("slog3", False)}


def test_a_clip_can_be_read_twice(tmp_path: Path, moving: Moving) -> None:
    record(moving(), tmp_path / "a.mp4")
    source = open_source(str(tmp_path / "a.mp4"))
    first, second = ([f.luma.copy() for f in source.frames()] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_time_begins_at_zero_where_the_container_begins_elsewhere(tmp_path: Path, moving: Moving) -> None:
    record(moving(), tmp_path / "a.ts")  # MPEG-TS begins at 1.4 s or so
    assert read(tmp_path / "a.ts")[0].at_s == 0.0


def test_times_rise_with_the_frame_period_although_b_frames_are_stored_out_of_order(
    tmp_path: Path, moving: Moving
) -> None:
    record(moving(20), tmp_path / "a.mp4", options={"bf": "3", "x264-params": "b-adapt=0"})
    times = [f.at_s for f in read(tmp_path / "a.mp4")]
    np.testing.assert_allclose([b - a for a, b in pairwise(times) if a is not None and b is not None], 0.04)


# Bad input: one line, with what to do next.


@pytest.fixture
def whole(tmp_path: Path, golden: Path, ffmpeg: str) -> Path:
    """The real clip with its index at the front, so that a part of it opens."""
    path = tmp_path / "whole.mp4"
    source = golden / "clip" / "bikes.mp4"
    command = [ffmpeg, "-v", "error", "-i", str(source), "-c", "copy", "-movflags", "+faststart", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    part = path.with_name("cut" + path.suffix)
    part.write_bytes(data[: int(len(data) * share)])
    return part


def test_a_file_cut_off_gives_its_pictures_then_says_so(whole: Path) -> None:
    source = open_source(str(cut(whole, 0.4)))
    seen: list[Frame] = []
    with pytest.raises(SourceLost, match=r"breaks off at \d\.\d s of 10\.0 s: copy the file again"):
        seen.extend(source.frames())
    assert 50 < len(seen) < 150


def test_a_damaged_picture_is_left_out_and_said(whole: Path) -> None:
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes(3000)
    whole.write_bytes(data)
    said: list[str] = []
    seen = list(open_source(str(whole), notice=said.append).frames())
    assert len(seen) > 200
    assert all("damaged" in line for line in said)


def bad_files(folder: Path, ffmpeg: str, golden: Path) -> Iterator[tuple[Path, str]]:
    (folder / "empty.mp4").touch()
    yield folder / "empty.mp4", "empty: copy or record it again"
    (folder / "text.mp4").write_text("this is a text\n" * 50)
    yield folder / "text.mp4", "not video"
    yield cut(golden_copy(folder, golden), 0.5), "breaks off before its index"
    yield folder / "none.mp4", "there is no such file"
    (folder / "folder").mkdir()
    yield folder / "folder", "holds no pictures"
    sound = folder / "sound.mp4"
    subprocess.run([ffmpeg, "-v", "error", "-f", "lavfi", "-i", "sine", "-t", "0.2", str(sound)], check=True)
    yield sound, "holds no picture, only sound"


def golden_copy(folder: Path, golden: Path) -> Path:
    path = folder / "bikes.mp4"
    path.write_bytes((golden / "clip" / "bikes.mp4").read_bytes())
    return path


def test_bad_files_are_refused_in_one_line(tmp_path: Path, ffmpeg: str, golden: Path) -> None:
    for path, expected in bad_files(tmp_path, ffmpeg, golden):
        with pytest.raises(SourceUnreadable, match=expected) as refused:
            open_source(str(path))
        assert "\n" not in str(refused.value)
        assert path.name in str(refused.value)


def test_unknown_options_are_refused(tmp_path: Path, moving: Moving) -> None:
    record(moving(1), tmp_path / "a.mp4")
    with pytest.raises(UsageError, match="use auto, full or limited"):
        open_source(str(tmp_path / "a.mp4"), range_="wide")
    with pytest.raises(UsageError, match="slog9"):
        open_source(str(tmp_path / "a.mp4"), transfer="slog9")


def sound_clip(path: Path, moving: Moving, **options: object) -> Path:
    record(moving(4), path, **options)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize(
    "name", ["12:30.mp4", "a b#c?.mp4", "http:a.mp4", "Bühne.mp4", "%41.mp4", "100%.mp4"]
)
def test_any_name_of_a_file_will_do(name: str, tmp_path: Path, moving: Moving) -> None:
    sound_clip(tmp_path / "plain.mp4", moving).rename(tmp_path / name)
    assert len(read(tmp_path / name)) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="names in other bytes than UTF-8 are Linux's")
def test_a_name_that_is_not_utf_8_will_do(tmp_path: Path, moving: Moving) -> None:
    for suffix, whole in ((".mp4", sound_clip(tmp_path / "a.mp4", moving)), (".png", tmp_path / "a.png")):
        if suffix == ".png":
            cv2.imwrite(str(whole), np.zeros((4, 4), np.uint8))
        odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9" + suffix.encode()))
        whole.rename(odd)
        assert read(odd)


def test_a_file_by_its_address(tmp_path: Path, moving: Moving) -> None:
    path = sound_clip(tmp_path / "a b.mp4", moving)
    assert len(list(open_source(path.as_uri()).frames())) == 4
    assert len(list(open_source("FILE://localhost" + path.as_uri().removeprefix("file://")).frames())) == 4


def test_a_title_in_latin_1_is_no_damage(golden: Path) -> None:
    assert len(read(golden / "faults" / "latin1_title.avi")) == 8


def test_half_a_picture_a_second_is_whole(tmp_path: Path, moving: Moving) -> None:
    sent = [replace(frame, at_s=2.0 * frame.index) for frame in moving(5)]
    record(sent, tmp_path / "a.mp4", fps=0.5)
    assert [frame.at_s for frame in read(tmp_path / "a.mp4")] == pytest.approx([0.0, 2.0, 4.0, 6.0, 8.0])


def test_streams_that_appear_on_the_way_end_in_one_line(golden: Path) -> None:
    with pytest.raises(SourceUnreadable, match="no picture could be decoded"):
        read(golden / "faults" / "indexerror.ts")


def test_joined_recordings_of_other_sizes_go_on_in_time(golden: Path) -> None:
    seen = read(golden / "faults" / "size_changes.ts")
    assert {frame.luma.shape for frame in seen} == {(180, 320), (360, 640), (90, 160)}
    times = [frame.at_s or 0.0 for frame in seen]
    assert all(later > earlier for earlier, later in pairwise(times))


LISTS = {
    "concat": "ffconcat version 1.0\nfile '{}'\n",
    "playlist": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n",
    "with a mark": "\ufeff#EXTM3U\n#EXTINF:9,\n{}\n",
    "stream": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    "dash": '<?xml version="1.0"?><MPD><Period><BaseURL>{}</BaseURL></Period></MPD>',
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("suffix", [".mp4", ".m3u8", ".txt"])
def test_a_list_that_names_other_files_is_not_followed(
    name: str, suffix: str, tmp_path: Path, moving: Moving
) -> None:
    outside = sound_clip(tmp_path / "outside.mp4", moving)
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / f"a{suffix}"
    path.write_text(LISTS[name].format(outside), encoding="utf-8")
    with pytest.raises(SourceUnreadable, match="a list of other files or streams"):
        open_source(str(path))


def test_a_picture_sequence_is_not_guessed_from_a_name(tmp_path: Path) -> None:
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"f{number}.png"), np.zeros((4, 4), np.uint8))
    with pytest.raises(SourceUnreadable, match="no such file"):
        open_source(str(tmp_path / "f%d.png"))


def damaged(path: Path, packets: range, how: Callable[[bytearray], None]) -> Path:
    """The clip with some of its packed pictures changed, in a file that is otherwise sound."""
    from fractions import Fraction

    import av

    other = path.with_name("damaged" + path.suffix)
    with av.open(str(path)) as source, av.open(str(other), "w") as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if packet.dts is None:
                continue
            data = bytearray(bytes(packet))
            if number in packets:
                how(data)
            changed = av.Packet(bytes(data))
            changed.pts, changed.dts, changed.time_base = (
                packet.pts,
                packet.dts,
                packet.time_base or Fraction(1),
            )
            changed.is_keyframe = packet.is_keyframe
            changed.stream = stream
            copy.mux(changed)
    return other


def noisy(count: int) -> list[Frame]:
    """Pictures with enough in them for a wrong bit to matter."""
    rng = np.random.default_rng(3)
    still = rng.integers(40, 200, (96, 128), dtype=np.uint8)
    return [Frame(luma=np.roll(still, n, axis=1), index=n, at_s=n / 25) for n in range(count)]


def test_a_picture_painted_over_marks_those_predicted_from_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    options = {"g": "10", "bf": "0", "crf": "18", "sc_threshold": "0", "preset": "veryfast"}
    record(noisy(30), path, options=options)

    def spoil(data: bytearray) -> None:
        data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)

    said: list[str] = []
    seen = list(open_source(str(damaged(path, range(13, 14), spoil)), notice=said.append).frames())
    number = [round((frame.at_s or 0.0) * 25) for frame in seen]
    assert 13 not in number
    assert said
    # from the damaged picture to the next one that stands alone
    assert {n for n, frame in zip(number, seen, strict=True) if frame.damaged} == set(range(14, 20))
    flags = [track(None, frame)[1].flags for frame in seen]
    assert [Flag.DAMAGED in each for each in flags] == [frame.damaged for frame in seen]


def test_a_damaged_picture_that_stands_alone_is_given_and_marked(tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    record(noisy(12), path, codec="mjpeg", pixel_format="yuvj420p", options={"qmin": "2", "qmax": "2"})

    def spoil(data: bytearray) -> None:
        data[len(data) // 2 : len(data) // 2 + 60] = bytes([0xFF, 0xD0] * 30)

    seen = list(open_source(str(damaged(path, range(4, 6), spoil))).frames())
    assert len(seen) == 12
    assert [frame.index for frame in seen if frame.damaged] == [4, 5]
    times = [frame.at_s or 0.0 for frame in seen]
    assert times == pytest.approx([n / 25 for n in range(12)], abs=1e-3)


def test_pictures_beyond_the_limit_are_refused_before_they_are_decoded(
    tmp_path: Path, moving: Moving, golden: Path
) -> None:
    path = sound_clip(tmp_path / "a.mp4", moving)
    with pytest.raises(PictureTooLarge, match=r"too large, 72 x 48 pixels where 0\.003 megapixels"):
        open_source(str(path), max_megapixels=0.003)
    # a size that the container did not announce, after pictures that were small enough
    said: list[str] = []
    source = open_source(str(golden / "faults" / "size_changes.ts"), max_megapixels=0.1, notice=said.append)
    assert {frame.luma.shape for frame in source.frames()} <= {(180, 320), (90, 160)}
    assert said


# ISO 14496-12, 6.2.2: (p, q) goes to (a p + c q, b p + d q), with q downwards; a b, c d of 16.16 bits.
CLOCKWISE, HALF, COUNTER = (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0)


@pytest.mark.parametrize(("matrix", "quarters"), [(CLOCKWISE, -1), (HALF, 2), (COUNTER, 1)])
def test_a_clip_that_says_to_be_turned_stands_upright(
    matrix: tuple[int, int, int, int], quarters: int, tmp_path: Path
) -> None:
    """As a phone held upright writes it."""
    y, x = np.mgrid[:48, :64]
    plain, turned = tmp_path / "plain.mp4", tmp_path / "turned.mp4"
    with av.open(str(plain), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        grey = (40 + 2 * x + y).astype(np.uint8)
        picture = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format="yuv420p")
        container.mux([*stream.encode(picture), *stream.encode(None)])
    data = bytearray(plain.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # version 0: 40 bytes before the matrix
    a, b, c, d = (each << 16 for each in matrix)
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    turned.write_bytes(data)
    (before,), (after,) = (list(open_source(str(path)).frames()) for path in (plain, turned))
    np.testing.assert_array_equal(after.luma, np.rot90(before.luma, quarters))

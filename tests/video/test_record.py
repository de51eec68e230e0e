from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from backfocus.errors import OutputError
from backfocus.frame import BT601, BT709, BT2020, Frame, Weights, fields
from backfocus.video import Recorder, open_source, record

Moving = Callable[..., list[Frame]]


def test_uneven_times_are_kept(tmp_path: Path, moving: Moving) -> None:
    at_s = [0.0, 0.04, 0.31, 0.33, 1.5]  # a live source drops pictures
    sent = [Frame(luma=f.luma, at_s=t) for f, t in zip(moving(5), at_s, strict=True)]
    assert record(sent, tmp_path / "a.mp4") == 5
    seen = open_source(str(tmp_path / "a.mp4")).frames()
    np.testing.assert_allclose([f.at_s for f in seen], at_s, atol=1 / 90_000)


def test_frames_without_a_time_follow_the_frame_rate(tmp_path: Path, moving: Moving) -> None:
    record([Frame(luma=f.luma) for f in moving(3)], tmp_path / "a.mp4", fps=50)
    seen = open_source(str(tmp_path / "a.mp4")).frames()
    np.testing.assert_allclose([f.at_s for f in seen], [0.0, 0.02, 0.04], atol=1 / 90_000)


def test_nearly_lossless_unless_asked_otherwise(tmp_path: Path, moving: Moving) -> None:
    sent = moving(4)
    record(sent, tmp_path / "a.mp4")
    for got, was in zip(open_source(str(tmp_path / "a.mp4")).frames(), sent, strict=True):
        # crf 12 keeps the mean error of 8-bit samples near one code value
        assert np.abs(got.luma.astype(int) - was.luma).mean() < 1.5


def test_an_odd_last_row_and_column_are_left_out(tmp_path: Path) -> None:
    record([Frame(luma=np.full((33, 45), 90, np.uint8))], tmp_path / "a.mp4")
    (frame,) = open_source(str(tmp_path / "a.mp4")).frames()
    assert frame.luma.shape == (32, 44)


def test_shallow_samples_fill_a_deeper_format(tmp_path: Path, moving: Moving) -> None:
    (sent,) = moving(1)
    record([sent], tmp_path / "a.mkv", codec="ffv1", pixel_format="yuv420p10le")
    (got,) = open_source(str(tmp_path / "a.mkv")).frames()
    np.testing.assert_array_equal(got.luma, sent.luma.astype(np.uint16) << 2)


def test_chroma_is_neutral(tmp_path: Path, moving: Moving) -> None:
    record(moving(1), tmp_path / "a.mp4", options={"qp": "0"})
    with av.open(str(tmp_path / "a.mp4")) as container:
        picture = next(container.decode(video=0))
    assert set(np.frombuffer(memoryview(picture.planes[1]), np.uint8).reshape(24, -1)[:, :36].ravel()) == {
        128
    }


# code points of ITU-T H.273, table 4; 10 would be BT.2020 with constant luminance, which is another signal
@pytest.mark.parametrize(("weights", "tags"), [(BT601, {5, 6}), (BT709, {1}), (BT2020, {9})])
def test_colour_of_the_same_size_is_kept_with_its_meaning(
    tmp_path: Path, weights: Weights, tags: set[int]
) -> None:
    luma = np.full((36, 48), 110, np.uint8)
    chroma = np.full((18, 24), 90, np.uint8), np.full((18, 24), 170, np.uint8)
    record(
        [Frame(luma, chroma=chroma, weights=weights)],
        tmp_path / "a.mkv",
        codec="ffv1",
        pixel_format="yuv420p",
    )
    (frame,) = open_source(str(tmp_path / "a.mkv")).frames()
    assert frame.chroma is not None
    assert frame.weights == weights
    with av.open(str(tmp_path / "a.mkv")) as container:
        assert next(container.decode(video=0)).colorspace in tags
    for plane, given in zip(frame.chroma, chroma, strict=True):
        np.testing.assert_array_equal(plane, given)


def test_what_cannot_be_recorded_is_a_wrong_call(tmp_path: Path, moving: Moving) -> None:
    with Recorder(tmp_path / "a.mp4") as recorder:
        (frame,) = moving(1)
        recorder.write(frame)
        with pytest.raises(ValueError, match="recording of 72 x 48"):
            recorder.write(Frame(luma=np.zeros((20, 20), np.uint8)))
        with pytest.raises(ValueError, match="whole pictures of integer"):
            recorder.write(Frame(luma=np.zeros((48, 72), np.float32), bits=0))
        field = fields(Frame(luma=frame.luma, interlaced="top"))[0]
        with pytest.raises(ValueError, match="whole pictures"):
            recorder.write(field)


def test_deeper_samples_are_brought_down_to_the_recording(tmp_path: Path) -> None:
    y, x = np.mgrid[:48, :64].astype(np.uint16)
    deep = 1000 * x + 13 * y
    options = {"qp": "0"}
    record([Frame(luma=deep, bits=16)], tmp_path / "a.mp4", options=options)
    (frame,) = open_source(str(tmp_path / "a.mp4")).frames()
    assert frame.bits == 10
    np.testing.assert_array_equal(frame.luma, deep >> 6)


def test_a_larger_picture_is_not_cut_in_silence(tmp_path: Path, moving: Moving) -> None:
    with Recorder(tmp_path / "a.mp4") as recorder:
        recorder.write(moving(1)[0])
        with pytest.raises(ValueError, match="144 x 96 pixels does not go into a recording of 72 x 48"):
            recorder.write(Frame(luma=np.zeros((96, 144), np.uint8)))


def test_a_path_that_cannot_be_written_is_said_in_one_line(tmp_path: Path, moving: Moving) -> None:
    with pytest.raises(OutputError, match="cannot write: there is no such file or folder") as refused:
        record(moving(1), tmp_path / "missing" / "a.mp4")
    assert "\n" not in str(refused.value)

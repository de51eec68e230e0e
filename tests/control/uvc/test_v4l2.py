"""V4L2's numbers and structures against the kernel's own headers, and against the C compiler's rules."""

import ctypes
import re
from pathlib import Path

import pytest

from backfocus.control.uvc import v4l2
from backfocus.control.uvc.v4l2 import Control, Exposure, Range

HEADERS = [Path("/usr/include/linux") / name for name in ("videodev2.h", "v4l2-controls.h")]


class QueryCtrl(ctypes.Structure):
    _fields_ = (
        ("id", ctypes.c_uint32),
        ("type", ctypes.c_uint32),
        ("name", ctypes.c_uint8 * 32),
        ("minimum", ctypes.c_int32),
        ("maximum", ctypes.c_int32),
        ("step", ctypes.c_int32),
        ("default_value", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
        ("reserved", ctypes.c_uint32 * 2),
    )


def answer(**fields: int) -> bytes:
    return bytes(QueryCtrl(id=Control.FOCUS, **fields))


def test_numbers_are_those_of_the_kernel() -> None:
    # as strace shows them on any Linux
    assert (v4l2.GET, v4l2.SET, v4l2.ASK) == (0xC008561B, 0xC008561C, 0xC0445624)
    assert len(v4l2.question_bytes(Control.FOCUS)) == ctypes.sizeof(QueryCtrl)


@pytest.mark.skipif(not all(each.exists() for each in HEADERS), reason="no kernel headers here")
def test_controls_are_those_of_the_headers() -> None:
    text = "".join(each.read_text() for each in HEADERS)
    base = 0x009A0000 | 0x900
    assert re.search(r"V4L2_CTRL_CLASS_CAMERA\s+0x009a0000", text)
    for name, control in {
        "EXPOSURE_AUTO": Control.EXPOSURE_AUTO,
        "FOCUS_ABSOLUTE": Control.FOCUS,
        "FOCUS_AUTO": Control.FOCUS_AUTO,
        "ZOOM_ABSOLUTE": Control.ZOOM,
    }.items():
        found = re.search(rf"V4L2_CID_{name}\s+\(V4L2_CID_CAMERA_CLASS_BASE\s*\+\s*(\d+)\)", text)
        assert found
        assert control == base + int(found[1])
    for exposure in Exposure:
        found = re.search(rf"V4L2_EXPOSURE_{exposure.name}\s*=\s*(\d)", text)
        assert found
        assert exposure == int(found[1])


def test_a_range_is_read_out_of_what_the_kernel_fills() -> None:
    assert v4l2.range_of(answer(minimum=-10, maximum=250, step=5)) == Range(-10, 250, 5)
    assert v4l2.range_of(answer(maximum=250, step=1, flags=0x0004)) == Range(0, 250, 1, can_be_set=False)
    assert v4l2.range_of(answer(maximum=250, flags=0x0001)) is None
    assert v4l2.range_of(answer()) is None


def test_values_keep_to_the_grid_and_the_span() -> None:
    grid = Range(3, 250, 5)
    assert [grid.nearest(value) for value in (-9, 3, 5.4, 5.6, 249, 999)] == [3, 3, 3, 8, 248, 248]


def test_a_value_is_signed() -> None:
    assert v4l2.value_of(v4l2.value_bytes(Control.FOCUS, -7)) == -7

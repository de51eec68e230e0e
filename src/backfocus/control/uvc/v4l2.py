"""Controls of a USB camera as Linux asks for them: numbers and structures of V4L2. Opens nothing.

References
----------
.. [1] The Linux kernel, `linux/videodev2.h` and `linux/v4l2-controls.h`; *Video for Linux API*, camera
   control reference: a higher focus is closer, a higher zoom is a longer focal length, a higher iris wider
   open.
.. [2] USB-IF, *USB Device Class Definition for Video Devices* 1.5, 4.2.2.1: focus is a distance in
   millimetres, iris an f-number in hundredths. What [1] and [2] say of both contradicts itself, and cameras
   follow either.

No camera has been tried.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

_CAMERA = 0x009A0000 | 0x900
_CONTROL = struct.Struct("=Ii")
"""struct v4l2_control: id, value."""
_QUERY = struct.Struct("=II32siiiiI8x")
"""struct v4l2_queryctrl: id, type, name, minimum, maximum, step, default, flags."""
_DISABLED, _READ_ONLY = 0x0001, 0x0004


def _read_and_write(number: int, size: int) -> int:
    return 3 << 30 | size << 16 | ord("V") << 8 | number


GET, SET = _read_and_write(27, _CONTROL.size), _read_and_write(28, _CONTROL.size)
ASK = _read_and_write(36, _QUERY.size)
"""VIDIOC_G_CTRL, VIDIOC_S_CTRL and VIDIOC_QUERYCTRL."""


class Control(IntEnum):
    """What a camera may have."""

    EXPOSURE_AUTO = _CAMERA + 1
    FOCUS = _CAMERA + 10
    FOCUS_AUTO = _CAMERA + 12
    ZOOM = _CAMERA + 13
    IRIS = _CAMERA + 17


class Exposure(IntEnum):
    """Values of EXPOSURE_AUTO; all but MANUAL are automatic in something."""

    AUTO = 0
    MANUAL = 1
    SHUTTER_PRIORITY = 2
    APERTURE_PRIORITY = 3


@dataclass(frozen=True, slots=True)
class Range:
    """What a control can be set to."""

    low: int
    high: int
    step: int = 1
    can_be_set: bool = True

    def nearest(self, value: float) -> int:
        """The value on its grid that is nearest."""
        steps = round((min(max(value, self.low), self.high) - self.low) / self.step)
        return min(self.low + steps * self.step, self.high)


def value_bytes(control: Control, value: int = 0) -> bytes:
    """A control with a value, to be got or set."""
    return _CONTROL.pack(control, value)


def value_of(answer: bytes) -> int:
    """The value in an answer."""
    return int(_CONTROL.unpack(answer)[1])


def question_bytes(control: Control) -> bytes:
    """The question what a control can be set to."""
    return _QUERY.pack(control, 0, b"", 0, 0, 0, 0, 0)


def range_of(answer: bytes) -> Range | None:
    """What a control can be set to; None where it is switched off, or has one value only."""
    _, _, _, low, high, step, _, flags = _QUERY.unpack(answer)
    if flags & _DISABLED or low >= high:
        return None
    return Range(low, high, max(step, 1), not flags & _READ_ONLY)

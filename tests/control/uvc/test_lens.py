"""A USB camera made of a table of controls, asked as the kernel would be."""

import errno
from urllib.parse import urlsplit

import pytest

from backfocus.control.lens_control import check_lens_control
from backfocus.control.polled import NoAnswerError, polled
from backfocus.control.uvc import v4l2
from backfocus.control.uvc.lens import UvcRemote, open_lens
from backfocus.control.uvc.v4l2 import Control, Exposure
from backfocus.errors import LensError, LensUnreachable
from backfocus.guide.axes import Automatic

WEBCAM = {
    Control.ZOOM: (100, 500, 1, 100),
    Control.FOCUS: (0, 250, 5, 30),
    Control.FOCUS_AUTO: (0, 1, 1, 1),
    Control.EXPOSURE_AUTO: (0, 3, 1, int(Exposure.APERTURE_PRIORITY)),
}
"""Lowest, highest, step and value; as a webcam of a known maker answers `v4l2-ctl -l`."""


class Kernel:
    """Answers as V4L2 does; `fault` is raised by the next calls."""

    def __init__(self, controls: dict[Control, tuple[int, int, int, int]]) -> None:
        self.ranges = {control: each[:3] for control, each in controls.items()}
        self.values = {int(control): each[3] for control, each in controls.items()}
        self.fault = 0

    def __call__(self, request: int, structure: bytes) -> bytes:
        number = int.from_bytes(structure[:4], "little")
        if self.fault:
            raise OSError(self.fault, "trouble")
        if number not in self.values:
            raise OSError(errno.EINVAL, "Invalid argument")
        control = Control(number)
        if request == v4l2.ASK:
            return v4l2._QUERY.pack(control, 1, b"", *self.ranges[control], 0, 0)
        if request == v4l2.SET:
            value = v4l2.value_of(structure)
            low, high, step = self.ranges[control]
            assert low <= value <= high
            assert (value - low) % step == 0
            self.values[control] = value
        return v4l2.value_bytes(control, self.values[control])


def test_it_keeps_the_rules_of_every_driver() -> None:
    with polled(UvcRemote(Kernel(WEBCAM), "camera", {})) as lens:

        def wait() -> None:
            with lens._changed:
                lens._changed.wait(0.05)

        check_lens_control(lambda: lens, _no_time, wait, tolerance=2.5)  # half the camera's step of 5


def _no_time() -> float:
    return 0.0


def test_automatic_functions_come_back_with_the_mode_they_had() -> None:
    kernel = Kernel(WEBCAM)
    lens = UvcRemote(kernel, "/dev/video0", {})
    was = lens.automatic(Automatic(focus=False, exposure=False))
    assert was == Automatic(True, True)
    assert kernel.values[Control.FOCUS_AUTO] == 0
    assert kernel.values[Control.EXPOSURE_AUTO] == Exposure.MANUAL
    assert lens.how_to_restore(was) == (
        "v4l2-ctl -d /dev/video0 -c focus_automatic_continuous=1,auto_exposure=3"
    )
    lens.automatic(was)
    assert kernel.values[Control.EXPOSURE_AUTO] == Exposure.APERTURE_PRIORITY


def test_which_way_it_counts_is_asked_for_until_somebody_has_said_it() -> None:
    kernel = Kernel(WEBCAM)
    assert "focus=reversed" in UvcRemote(kernel, "camera", {}).remark
    turned = UvcRemote(kernel, "camera", {"focus": "reversed"})
    assert turned.remark == ""
    turned.send({"focus": 250.0})
    assert kernel.values[Control.FOCUS] == 0


def test_of_an_iris_a_picture_tells_which_way_it_counts() -> None:
    """The kernel says a higher number is wider open, the USB class that it is an f-number."""
    kernel = Kernel(WEBCAM | {Control.IRIS: (0, 40, 1, 10)})
    lens = UvcRemote(kernel, "camera", {})
    assert not lens.axes["iris"].way_is_told
    assert lens.look().positions["iris"] == 30.0
    lens.send({"iris": 0.0})
    assert kernel.values[Control.IRIS] == 40
    turned = UvcRemote(kernel, "camera", {"iris": "reversed"})
    assert turned.axes["iris"].way_is_told
    assert turned.look().positions["iris"] == 40.0
    assert set(UvcRemote(kernel, "camera", {"iris": "no"}).axes) == {"zoom", "focus"}


def test_a_camera_without_motors_is_told_at_once() -> None:
    with pytest.raises(LensUnreachable, match="neither zoom nor focus"):
        UvcRemote(Kernel({Control.EXPOSURE_AUTO: (0, 3, 1, 0)}), "camera", {})
    only_focus = UvcRemote(Kernel({Control.FOCUS: (0, 250, 5, 30)}), "camera", {})
    assert set(only_focus.axes) == {"focus"}
    assert only_focus.automatic(Automatic(focus=False, exposure=False)) == Automatic()


def test_what_may_pass_is_asked_again_and_a_pulled_plug_is_named() -> None:
    kernel = Kernel(WEBCAM)
    lens = UvcRemote(kernel, "camera", {})
    kernel.fault = errno.EIO
    with pytest.raises(NoAnswerError):
        lens.look()
    kernel.fault = errno.ENODEV
    with pytest.raises(LensError, match="plugged in"):
        lens.look()


def test_a_device_that_is_not_there_is_named(tmp_path) -> None:
    with pytest.raises(LensUnreachable, match="video9"), open_lens(urlsplit(f"uvc://{tmp_path}/video9")):
        pass

"""The lens of a USB camera: zoom, focus and iris through V4L2, on Linux.

These cameras tell the place that they were sent to, not the one where the motor stands on its way there; so
it is the pictures that tell whether it has arrived.
"""

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import SplitResult

from ...errors import LensError, LensUnreachable
from ...guide.axes import Automatic, Axis, AxisName
from ..counting import Counting, axes_of
from ..polled import Look, NoAnswerError, Polled, polled
from ..query import IRIS, LEFT_ALONE, REVERSED, STRAIGHT, asked_for, which_way
from . import v4l2
from .v4l2 import Control, Exposure, Range

_MAY_BE_ASKED_AGAIN = (errno.EIO, errno.EPIPE, errno.ETIMEDOUT, errno.EBUSY, errno.EAGAIN)
CONTROLS: dict[AxisName, Control] = {"zoom": Control.ZOOM, "focus": Control.FOCUS, "iris": Control.IRIS}

Ioctl = Callable[[int, bytes], bytes]
"""Takes a request and its structure, gives it as the kernel filled it; raises OSError."""


class UvcRemote:
    """A `Remote` over the controls of a camera.

    Parameters
    ----------
    ioctl : callable
    title : str
        What to call it in an error.
    said : mapping
        What the address says of which way axes count.

    Raises LensUnreachable where neither zoom nor focus can be set.
    """

    def __init__(self, ioctl: Ioctl, title: str, said: Mapping[str, str]) -> None:
        self._ioctl, self.title = ioctl, title
        self._ranges = {axis: found for axis, control in CONTROLS.items() if (found := self._range(control))}
        if said.get("iris") == LEFT_ALONE:
            self._ranges.pop("iris", None)
        if not set(self._ranges) - {"iris"}:
            raise LensUnreachable(f"{title} lets neither zoom nor focus be set: it has no motors for them")
        self._countings = {
            axis: Counting(each.low, each.high, turned=_is_turned(axis, said))
            for axis, each in self._ranges.items()
        }
        self.axes: Mapping[AxisName, Axis] = {
            axis: replace(
                each,
                near=max(each.near, self._ranges[axis].step),
                way_is_told=axis != "iris" or axis in said,
            )
            for axis, each in axes_of(self._countings).items()
        }
        self.remark = which_way(said, self._ranges, {"focus": "focus"})
        self._exposure: int = Exposure.APERTURE_PRIORITY

    def send(self, places: Mapping[AxisName, float]) -> None:
        """Send motors off."""
        for axis, place in places.items():
            value = self._ranges[axis].nearest(self._countings[axis].told(place))
            self._set(CONTROLS[axis], value)

    def look(self) -> Look:
        """Where they were sent."""
        return Look({axis: self._countings[axis].steps(self._get(CONTROLS[axis])) for axis in self._ranges})

    def automatic(self, wanted: Automatic) -> Automatic:
        """Switch automatic focus and exposure; the exposure's own mode is remembered."""
        focus, exposure = self._found(Control.FOCUS_AUTO), self._found(Control.EXPOSURE_AUTO)
        if exposure is not None and exposure != Exposure.MANUAL:
            self._exposure = exposure
        if wanted.focus is not None and focus is not None:
            self._set(Control.FOCUS_AUTO, int(wanted.focus))
        if wanted.exposure is not None and exposure is not None:
            self._set(Control.EXPOSURE_AUTO, self._exposure if wanted.exposure else Exposure.MANUAL)
        return Automatic(
            focus=None if focus is None else bool(focus),
            exposure=None if exposure is None else exposure != Exposure.MANUAL,
        )

    def how_to_restore(self, was: Automatic) -> str:
        """What to type."""
        said = []
        if was.focus is not None:
            said.append(f"focus_automatic_continuous={int(was.focus)}")
        if was.exposure is not None:
            said.append(f"auto_exposure={self._exposure if was.exposure else int(Exposure.MANUAL)}")
        return f"v4l2-ctl -d {self.title} -c {','.join(said)}" if said else "there is nothing to put back"

    def _range(self, control: Control) -> Range | None:
        try:
            found = v4l2.range_of(self._ioctl(v4l2.ASK, v4l2.question_bytes(control)))
        except OSError as fault:
            if fault.errno in (errno.EINVAL, errno.ENOTTY):  # it has none
                return None
            raise LensUnreachable(f"{self.title}: {fault.strerror or fault}") from None
        return found if found is not None and found.can_be_set else None

    def _found(self, control: Control) -> int | None:
        """The value of what a camera may have; None where it has not."""
        return None if self._range(control) is None else self._get(control)

    def _get(self, control: Control) -> int:
        return v4l2.value_of(self._say(v4l2.GET, v4l2.value_bytes(control)))

    def _set(self, control: Control, value: int) -> None:
        self._say(v4l2.SET, v4l2.value_bytes(control, value))

    def _say(self, request: int, structure: bytes) -> bytes:
        try:
            return self._ioctl(request, structure)
        except OSError as fault:
            if fault.errno in _MAY_BE_ASKED_AGAIN:
                raise NoAnswerError(fault.strerror or str(fault)) from None
            raise LensError(f"{self.title}: {fault.strerror or fault}: is it still plugged in?") from None


def _is_turned(axis: AxisName, said: Mapping[str, str]) -> bool:
    """Whether the camera counts the other way: the kernel's iris rises as it opens."""
    return (said.get(axis) == REVERSED) != (axis == "iris")


@contextmanager
def open_lens(parts: SplitResult) -> Iterator[Polled]:
    """The lens of `uvc:///dev/video0`; raises LensUnreachable."""
    said = asked_for(parts, {"focus": (STRAIGHT, REVERSED), "iris": IRIS})
    with _ioctls(parts.path) as ioctl, polled(UvcRemote(ioctl, parts.path, said)) as lens:
        yield lens


@contextmanager
def _ioctls(path: str) -> Iterator[Ioctl]:
    try:
        import fcntl
    except ImportError:
        raise LensUnreachable("controls of USB cameras are asked through V4L2, which is Linux's") from None
    try:
        node = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as fault:
        cure = ": add yourself to the group `video`" if fault.errno == errno.EACCES else ""
        raise LensUnreachable(f"{path}: {fault.strerror or fault}{cure}") from None

    def ioctl(request: int, structure: bytes) -> bytes:
        answer = bytearray(structure)
        fcntl.ioctl(node, request, answer)
        return bytes(answer)

    try:
        yield ioctl
    finally:
        os.close(node)

"""How a face that speaks of 0 to 1, or of other numbers, drives the motors of the virtual camera."""

from ..guide.axes import AxisName
from .virtual_camera import VirtualCamera


def share(camera: VirtualCamera, axis: AxisName) -> float:
    """Where a motor stands in its span: 0 at its low end, 1 at its high one."""
    low, high = camera.span(axis)
    return (camera.state().positions[axis] - low) / (high - low)


def send(camera: VirtualCamera, axis: AxisName, wanted: float) -> str | None:
    """Send a motor to a share of its span; what the camera says against it, or None."""
    low, high = camera.span(axis)
    return camera.move(axis, low + min(max(wanted, 0.0), 1.0) * (high - low))

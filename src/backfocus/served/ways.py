"""What faces over HTTP have in common: arguments in either place, motors driven by shares of a span."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from ..guide.axes import AxisName
from .http_server import Request
from .virtual_camera import VirtualCamera


def share(camera: VirtualCamera, axis: AxisName) -> float:
    """Where a motor stands in its span: 0 at its low end, 1 at its high one."""
    low, high = camera.span(axis)
    return (camera.state().positions[axis] - low) / (high - low)


def send(camera: VirtualCamera, axis: AxisName, wanted: float) -> str | None:
    """Send a motor to a share of its span; what the camera says against it, or None."""
    low, high = camera.span(axis)
    return camera.move(axis, low + min(max(wanted, 0.0), 1.0) * (high - low))


def arguments(asked: Request) -> Mapping[str, str]:
    """What stands in the query, and in the form that some clients post instead, as whatever type."""
    return {**asked.query, **dict(parse_qsl(asked.body.decode("latin-1"), keep_blank_values=True))}

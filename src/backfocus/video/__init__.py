"""Where pictures come from: files, stills, streams, capture cards, and the virtual camera.

`open_source(address)` is the front door; whatever it returns satisfies `VideoSource`.
"""

from .capture import Device, devices
from .record import Recorder, record
from .source import VideoSource, check_video_source, expected_frames, open_source

__all__ = [
    "Device",
    "Recorder",
    "VideoSource",
    "check_video_source",
    "devices",
    "expected_frames",
    "open_source",
    "record",
]

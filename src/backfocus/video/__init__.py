"""Where pictures come from: files, stills, streams, capture cards, and the virtual camera.

`open_source(address)` is the front door; whatever it returns satisfies `VideoSource`.
"""

from .address import redact
from .source import VideoSource, expected_frames, open_source

__all__ = ["VideoSource", "expected_frames", "open_source", "redact"]

"""The virtual camera's pictures over NDI; extra `ndi`. The maker's library announces and sends them."""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..frame import Samples
from ..video.ndi import library
from .virtual_camera import VirtualCamera

GREY = 128
"""Both differences of colour in a picture that has none."""


class NdiSender:
    """Sends what a camera shows under a name, from `start` to `close`.

    It listens to the whole network, for the library has no other way.

    Parameters
    ----------
    name : str
        What it is called behind the name of this machine.
    ndi : optional
        What stands for NDIlib, in tests.

    Raises SourceUnreadable where the library is missing or does not run.
    """

    def __init__(self, camera: VirtualCamera, name: str, ndi: Any = None) -> None:
        self._camera, self._ndi = camera, ndi or library()
        how = self._ndi.SendCreate()
        how.ndi_name, how.clock_video = name, False  # the camera has a clock of its own
        self._sender = self._ndi.send_create(how)
        self._thread = threading.Thread(target=self._send, name="NDI", daemon=True)

    def start(self) -> None:
        """Begin to send; the camera draws already."""
        self._thread.start()

    def close(self) -> None:
        """End; to be called when the camera was closed."""
        self._thread.join(5.0)
        self._ndi.send_destroy(self._sender)

    def _send(self) -> None:
        for drawn in self._camera.drawn():
            frame = self._ndi.VideoFrameV2()
            frame.FourCC, frame.data = self._ndi.FOURCC_VIDEO_TYPE_UYVY, packed(drawn.luma)
            self._ndi.send_send_video_v2(self._sender, frame)


def packed(luma: Samples) -> NDArray[np.uint8]:
    """A grey picture as UYVY: shape (height, width, 2), difference of colour before luma."""
    picture = np.full((*luma.shape, 2), GREY, np.uint8)
    picture[..., 1] = luma
    return picture

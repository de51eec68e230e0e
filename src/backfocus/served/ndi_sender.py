"""The virtual camera's pictures over NDI; extra `ndi`. The maker's library announces and sends them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from ..errors import Argument, UsageError
from ..frame import Samples
from ..video.ndi import library, meant
from .virtual_camera import VirtualCamera

GREY = 128
"""Both differences of colour in a picture that has none."""
END_S = 5.0
"""Longest wait for the last picture to be sent."""


def ndi_address(name: str, host: str) -> str:
    """Where the pictures of a camera at a host are found that sends under a name."""
    return f"ndi://{quote(name, safe=' ')}?at={host}"


@contextmanager
def sent_over_ndi(camera: VirtualCamera, name: str, ndi: Any = None) -> Iterator[None]:
    """Sends what a camera shows under a name; the camera is to be started inside, and closed there too.

    It listens to the whole network, for the library has no other way.

    Parameters
    ----------
    name : str
        What it is called behind the name of this machine.
    ndi : optional
        What stands for NDIlib, in tests.

    Raises
    ------
    UsageError
        For a name under which no source would find it.
    SourceUnreadable
        Where the library is missing or does not run.
    """
    _demand_found(name)
    ndi = ndi or library()
    how = ndi.SendCreate()
    how.ndi_name, how.clock_video = name, False  # the camera has a clock of its own
    sender = ndi.send_create(how)
    if sender is None:
        raise UsageError(Argument("ndi", name), ": NDI takes no such name: give a shorter one")
    sending = threading.Thread(target=_send, args=(camera, ndi, sender), name="NDI", daemon=True)
    sending.start()
    try:
        yield
    finally:
        sending.join(END_S)
        ndi.send_destroy(sender)


def _demand_found(name: str) -> None:
    try:
        wanted = meant(ndi_address(name, ""))
    except UsageError:
        wanted = None
    if wanted is None or wanted.name != name or wanted.direct:
        raise UsageError(Argument("ndi", name), ": give a name that can be printed, not one like HOST:PORT")


def _send(camera: VirtualCamera, ndi: Any, sender: Any) -> None:
    for drawn in camera.drawn():
        frame = ndi.VideoFrameV2()
        frame.FourCC, frame.data = ndi.FOURCC_VIDEO_TYPE_UYVY, packed(drawn.luma)
        ndi.send_send_video_v2(sender, frame)


def packed(luma: Samples) -> NDArray[np.uint8]:
    """A grey picture as UYVY: shape (height, width, 2), difference of colour before luma."""
    picture = np.full((*luma.shape, 2), GREY, np.uint8)
    picture[..., 1] = luma
    return picture

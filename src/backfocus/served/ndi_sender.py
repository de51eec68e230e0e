"""The virtual camera over NDI: its pictures, and the commands that it takes; extra `ndi`.

The maker's library announces and sends the pictures, and hands on commands as short XML documents: *PTZ and
Control Messages* of the NDI Advanced SDK. Nothing is answered, for NDI has no answers.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from ..control.untrusted import number_in_text
from ..errors import Argument, UsageError
from ..frame import Samples
from ..guide.axes import Automatic
from ..video.ndi import library, meant
from .virtual_camera import VirtualCamera

ABLE = '<ndi_capabilities ntk_ptz="true"/>'
"""That it takes commands, as those who connect are told."""
HEAR_MS, LONGEST = 50, 1000
"""Longest wait for a command, in which an end of the camera is noticed; and letters of one that is read."""
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
    able = ndi.MetadataFrame()
    able.data = ABLE
    ndi.send_add_connection_metadata(sender, able)
    threads = [
        threading.Thread(target=work, args=(camera, ndi, sender), name="NDI", daemon=True)
        for work in (_send, _hear)
    ]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        for each in threads:
            each.join(END_S)
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


def _hear(camera: VirtualCamera, ndi: Any, sender: Any) -> None:
    while not camera.is_closed:
        heard = ndi.MetadataFrame()
        if ndi.send_capture(sender, heard, HEAR_MS) == ndi.FRAME_TYPE_METADATA:
            text = str(heard.data)
            ndi.send_free_metadata(sender, heard)
            obey(camera, text)


def obey(camera: VirtualCamera, text: str) -> None:
    """Do what a command says; what is none is passed over."""
    if len(text) > LONGEST or "<!" in text:  # with entities in it a small text could fill the memory
        return
    try:
        said = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return
    by_hand = said.get("mode", "auto") == "manual"
    match said.tag:
        case "ntk_ptz_zoom" if (zoom := number_in_text(said.get("zoom"))) is not None:
            camera.move_to_share("zoom", 1.0 - zoom)  # 0 is zoomed in
        case "ntk_ptz_focus":
            camera.automatic(Automatic(focus=not by_hand))
            distance = number_in_text(said.get("distance"))
            if by_hand and distance is not None:
                camera.move_to_share("focus", distance)  # 1 is as close as possible
        case "ntk_ptz_exposure":
            camera.automatic(Automatic(exposure=not by_hand))
            light = number_in_text(said.get("value"))
            if by_hand and light is not None:
                camera.move_to_share("iris", 1.0 - light)


def packed(luma: Samples) -> NDArray[np.uint8]:
    """A grey picture as UYVY: shape (height, width, 2), difference of colour before luma."""
    picture = np.full((*luma.shape, 2), GREY, np.uint8)
    picture[..., 1] = luma
    return picture

"""A lens behind NDI: zoom and focus of a camera that takes commands on the wire of its pictures.

NDI has commands and no answers: nothing tells where a motor stands, whether it moves, or whether automatic
focus is on. A motor counts as where it was sent, so it is the pictures that tell whether it has arrived;
neither goes back to where it was at the end, for nobody knows where that is; and automatic focus is switched
on at the end only where the address says that it was. The iris is left alone, as it could not be put back.

References
----------
.. [1] NDI SDK, `Processing.NDI.Recv.ex.h`, and *NDI Advanced SDK: PTZ and Control Messages*: zoom 0.0 is
   zoomed in and 1.0 zoomed out, focus 0.0 infinity and 1.0 as close as possible.

No camera has been tried.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode

from ...errors import LensUnreachable, SourceUnreadable, UsageError
from ...guide.axes import Automatic, Axis, AxisName
from ...video.ndi import SLICE_MS, found, library, meant
from ..counting import Counting, axes_of
from ..polled import Look, NoAnswerError, Polled, polled

STEPS = 10_000.0
FIND_S = 8.0
"""Longest search for the source, and then for its word that it takes commands."""
AUTOFOCUS = "autofocus"
REMARK = (
    "NDI does not tell whether automatic focus is on: it goes off with the first move, and stays off. Write "
    f"{AUTOFOCUS}=on in the address, after a ?, and it is switched on at the end; {AUTOFOCUS}=off where it "
    "was off"
)
COUNTS: dict[AxisName, Counting] = {
    "zoom": Counting(0.0, 1.0, 1.0 / STEPS, turned=True),
    "focus": Counting(0.0, 1.0, 1.0 / STEPS),
}


class NdiRemote:
    """A `Remote` over a receiver of the maker's library.

    Parameters
    ----------
    ndi : module
        The maker's library.
    receiver : object
        Of a source that takes commands.
    title : str
    autofocus : bool or None
        Whether automatic focus was on, as a person says; None where nobody has.
    """

    def __init__(self, ndi: Any, receiver: Any, title: str, *, autofocus: bool | None = None) -> None:
        self._ndi, self._receiver, self.title = ndi, receiver, title
        self.axes: Mapping[AxisName, Axis] = {
            axis: replace(each, tells_position=False) for axis, each in axes_of(COUNTS).items()
        }
        self._autofocus = autofocus
        self.remark = "" if autofocus is not None else REMARK

    def send(self, places: Mapping[AxisName, float]) -> None:
        """Send motors off; a focus that is sent somewhere is by hand from then on."""
        say = {"zoom": self._ndi.recv_ptz_zoom, "focus": self._ndi.recv_ptz_focus}
        for axis, place in places.items():
            self._demand(say[axis](self._receiver, COUNTS[axis].told(place)))

    def look(self) -> Look:
        """Nothing is told but that it is there."""
        self._take_in()
        if not self._ndi.recv_get_no_connections(self._receiver):
            raise NoAnswerError("it is not connected")
        return Look()

    def automatic(self, wanted: Automatic) -> Automatic:
        """Automatic focus, as far as a person has said how it was; it goes off with the first move."""
        was = self._autofocus
        if was is not None and wanted.focus is not None:
            if wanted.focus:
                self._demand(self._ndi.recv_ptz_auto_focus(self._receiver))
            self._autofocus = wanted.focus
        return Automatic(focus=was)

    def how_to_restore(self, was: Automatic) -> str:
        """Where the switch is."""
        return f"switch the automatic focus of {self.title} {'on' if was.focus else 'off'} in its menu"

    def _demand(self, is_sent: bool) -> None:
        if not is_sent:
            raise NoAnswerError("it takes no commands just now")

    def _take_in(self) -> None:
        """Let the library's words be read, or they pile up."""
        kind, _video, _audio, metadata = self._ndi.recv_capture_v2(self._receiver, 0)
        if kind == self._ndi.FRAME_TYPE_METADATA:
            self._ndi.recv_free_metadata(self._receiver, metadata)


def said_of(parts: SplitResult) -> tuple[str, bool | None]:
    """The address of the pictures, and whether automatic focus was on; raises UsageError."""
    keys = parse_qsl(parts.query, keep_blank_values=True)
    said = [value for key, value in keys if key == AUTOFOCUS]
    if said and said[-1] not in ("on", "off"):
        raise UsageError(f"write {AUTOFOCUS}=on or {AUTOFOCUS}=off, as it was before")
    rest = urlencode([(key, value) for key, value in keys if key != AUTOFOCUS])
    return parts._replace(query=rest).geturl(), (said[-1] == "on") if said else None


def stream_address(parts: SplitResult) -> str:
    """Where its pictures come from: the same wire."""
    return said_of(parts)[0]


@contextmanager
def open_lens(parts: SplitResult, ndi: Any = None) -> Iterator[Polled]:
    """The lens of `ndi://NAME[?at=HOST]`; raises UsageError and LensUnreachable.

    Parameters
    ----------
    ndi : optional
        What stands for NDIlib, in tests.
    """
    address, autofocus = said_of(parts)
    wanted = meant(address)
    title = f"NDI {wanted.name}"
    try:
        ndi = ndi or library()
        source = found(ndi, wanted, FIND_S)
    except SourceUnreadable as fault:
        raise LensUnreachable(str(fault)) from None
    how = ndi.RecvCreateV3()
    how.source_to_connect_to = source
    how.bandwidth = ndi.RECV_BANDWIDTH_METADATA_ONLY
    receiver = ndi.recv_create_v3(how)
    if receiver is None:
        raise LensUnreachable(f"{title}: it cannot be received")
    try:
        _demand_commands(ndi, receiver, title)
        with polled(NdiRemote(ndi, receiver, title, autofocus=autofocus)) as lens:
            yield lens
    finally:
        ndi.recv_destroy(receiver)


def _demand_commands(ndi: Any, receiver: Any, title: str) -> None:
    """It says so a moment after it was connected to, or never."""
    end_s = time.monotonic() + FIND_S
    while not ndi.recv_ptz_is_supported(receiver):
        if time.monotonic() > end_s:
            raise LensUnreachable(
                f"{title} takes no commands over NDI: try its maker's own protocol, such as visca://"
            )
        kind, _video, _audio, metadata = ndi.recv_capture_v2(receiver, SLICE_MS)
        if kind == ndi.FRAME_TYPE_METADATA:
            ndi.recv_free_metadata(receiver, metadata)

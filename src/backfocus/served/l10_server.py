"""Fujinon's L10 from the lens's side: what it answers to the blocks of a host."""

import time

from ..control.l10 import l10
from ..control.l10.l10 import Block, Code
from ..guide.axes import Automatic, AxisName
from .faults import Luck
from .pty_line import Say
from .virtual_camera import VirtualCamera

NAME = b"BACKFOCUS10X-VIRTUAL"
_SENDS: dict[int, AxisName] = {
    Code.IRIS_TO: "iris",
    Code.ZOOM_TO: "zoom",
    Code.FOCUS_TO: "focus",
    Code.FF_TO: "back-focus",
}
_ASKS: dict[int, AxisName] = {
    Code.IRIS: "iris",
    Code.ZOOM: "zoom",
    Code.FOCUS: "focus",
    Code.FF: "back-focus",
}
_TURNED = ("focus", "iris")
"""High numbers are far here, and open."""
_LOCAL: dict[AxisName, int] = {
    "iris": l10.LOCAL_IRIS,
    "zoom": l10.LOCAL_ZOOM,
    "focus": l10.LOCAL_FOCUS,
    "back-focus": l10.LOCAL_FF,
}
LENGTHS: dict[int, int] = {
    **dict.fromkeys(_SENDS, 2),
    **dict.fromkeys((Code.SWITCH_2_TO, Code.SWITCH_4_TO, Code.PF_SWITCH_0_TO, Code.PF_SWITCH_2_TO), 1),
}
"""Bytes of data that come with what is set."""


class L10Camera:
    """The lens of a virtual camera that understands L10; its first `busy` answers say that it sets itself."""

    def __init__(self, camera: VirtualCamera, luck: Luck, busy: int = 2) -> None:
        self._camera, self._luck, self._busy = camera, luck, busy
        self._rest = b""
        self._switch_4 = self._pf_2 = 0xFF

    def hear(self, data: bytes, say: Say) -> None:
        """Take in bytes; what is damaged is dropped, and not answered."""
        self._rest += data
        while self._rest:
            length = l10.length_of(self._rest[0])
            if length is not None and len(self._rest) < length:
                return
            block = None if length is None else l10.read_block(self._rest[:length])
            self._rest = b"" if block is None else self._rest[length:]
            if block is not None:
                self._answer(block, say)

    def _answer(self, block: Block, say: Say) -> None:
        is_command = len(block.data) == LENGTHS.get(block.code, -1)
        fate = self._luck.fate(self._camera.now_s(), is_command=is_command)
        if not fate.answered or fate.refused is not None:  # L10 has no words for a refusal
            return
        time.sleep(fate.late_s)
        if self._busy:
            self._busy -= 1
            say(l10.block_bytes(Block(Code.CONNECT, b"\x00")))
            return
        if is_command:
            self._carry_out(block)
        answer = Block(block.code, b"" if block.data else self._told(block.code))
        say(l10.block_bytes(answer))

    def _carry_out(self, block: Block) -> None:
        value = block.data[0]
        match block.code:
            case Code.SWITCH_2_TO:
                self._camera.automatic(Automatic(exposure=not value & l10.IRIS_REMOTE))
            case Code.SWITCH_4_TO:
                self._switch_4 = value
            case Code.PF_SWITCH_2_TO:
                self._pf_2 = value
            case Code.PF_SWITCH_0_TO if not self._pf_2 & l10.PF_LOCAL and self._switch_4 & l10.LOCAL_FOCUS:
                self._camera.automatic(Automatic(focus=not value & l10.PF_OFF))
            case code if code in _SENDS:
                self._drive(_SENDS[code], int.from_bytes(block.data, "big"))

    def _drive(self, axis: AxisName, place: int) -> None:
        """A motor that the handle holds, or that there is not, stays where it is."""
        if axis not in self._camera.state().positions or self._switch_4 & _LOCAL[axis]:
            return
        share = place / l10.FULL
        self._camera.move_to_share(axis, 1.0 - share if axis in _TURNED else share)

    def _told(self, code: int) -> bytes:
        state = self._camera.state()
        match code:
            case Code.NAME:
                return NAME[: l10.LONGEST_DATA]
            case Code.NAME_END:
                return NAME[l10.LONGEST_DATA :]
            case Code.SWITCH_2:
                return bytes((0xEF if state.automatic.exposure else 0xFF,))
            case Code.SWITCH_4:
                return bytes((self._switch_4 | (0 if "back-focus" in state.positions else l10.LOCAL_FF),))
            case Code.PF_SWITCH_0:
                return bytes((0xFE if state.automatic.focus else 0xFF,))
            case Code.PF_SWITCH_2:
                return bytes((self._pf_2,))
            case code if code in _ASKS and _ASKS[code] in state.positions:
                axis = _ASKS[code]
                share = self._camera.share(axis)
                return l10.position_bytes(round(l10.FULL * (1.0 - share if axis in _TURNED else share)))
        return b""

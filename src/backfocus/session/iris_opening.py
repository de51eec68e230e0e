"""Opens the iris before the first look: the widest opening makes defocus visible, and f-numbers are of it.

The light of the pictures proves it. Where less light comes than before, the iris counts the other way than
its driver takes it to, and the other end is tried; the brighter one holds. At the end of the run it goes back
to where it was, like zoom and focus.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..control.lens_control import LensControl
from ..frame import Frame
from ..guide.stillness import PICTURES, UNKNOWN_LAG_S
from ..measure.picture.eight_bits import eight_bits

DARKER = 0.92
"""Of the mean code before, below which less light comes: about a quarter of a stop; lamps flicker by less."""
LEFT_ALONE = "open it by hand"
NO_BRIGHTER = (
    "the iris was told to open and the picture is hardly brighter: see that it is fully open; it goes back "
    "to where it was at the end"
)
WHITE, AT_THE_TOP, CUT = 200, 2, 0.03
"""Only a brightest pixel of this code (of 255) or more may be white cut off; so many codes below it count
with it; and a larger share of the picture there is cut off. White that is not has noise: few pixels are as
bright."""
CUT_OFF = (
    "with the iris open white is cut off, and edges look sharper than they are: shorten the shutter, lower "
    "the gain or dim the light, and run it again; leave the iris open"
)


@dataclass(frozen=True, slots=True)
class _Tried:
    """A place of the iris, the mean code of the picture there, and the share of it at its brightest."""

    place: float
    light: float
    top: float


class IrisOpening:
    """Takes pictures until the iris is open; there is one among the axes of the lens.

    Parameters
    ----------
    lens : LensControl
        With automatic functions off.
    found : float or None
        Where its iris stands, None where it does not tell.
    notice : callable taking a line of text
        Told what became of it.
    """

    def __init__(self, lens: LensControl, found: float | None, notice: Callable[[str], None]) -> None:
        self._lens, self._notice = lens, notice
        self._axis = lens.axes["iris"]
        self._tried: list[_Tried] = []
        self._lights: list[float] = []
        self._since_s: float | None = None
        self._sent = self._axis.low if found is None else found
        self._done = self._is_nothing_to_do(found)

    @property
    def done(self) -> bool:
        """Whether the looks may begin."""
        return self._done

    def _is_nothing_to_do(self, found: float | None) -> bool:
        if found is None:
            self._notice(f"the camera does not tell where its iris stands, so it stays there: {LEFT_ALONE}")
            return True
        return self._axis.way_is_told and found <= self._axis.low

    def take(self, picture: Frame, at_s: float) -> bool:
        """One more picture, its time on the pictures' clock; whether it is done. Raises LensError."""
        state = self._lens.state()
        if not state.settled:
            self._since_s, self._lights = None, []
            return False
        if self._since_s is None:
            self._since_s = at_s
        if at_s >= self._since_s + UNKNOWN_LAG_S:
            self._lights.append(float(np.mean(picture.luma)))
        if len(self._lights) == PICTURES:
            light = float(np.mean(self._lights))
            place = state.positions.get("iris", self._sent)
            self._tried.append(_Tried(place, light, _at_the_top(picture)))
            self._go_on()
        return self._done

    def _go_on(self) -> None:
        first, last = self._tried[0], self._tried[-1]
        low, high = self._axis.low, self._axis.high
        if len(self._tried) == 1:
            self._send(high if first.place <= low else low)
        elif len(self._tried) == 2 and last.light < DARKER * first.light:
            self._send(high if last.place < first.place else low)
        else:
            self._end()

    def _end(self) -> None:
        """Stay, or go back to where most light came."""
        first, last = self._tried[0], self._tried[-1]
        best = max(self._tried, key=lambda each: each.light)
        if best.light > last.light / DARKER:
            self._lens.move("iris", self._axis.within(best.place))
            last = best
        self._done = True
        if last.top > CUT > first.top:
            self._notice(CUT_OFF)
        if abs(last.place - first.place) <= self._axis.near:
            self._notice("the motor opens the iris no further: make sure that it is fully open")
        elif last.light <= first.light / DARKER:
            self._notice(NO_BRIGHTER)
        else:
            self._notice("the iris is opened as far as it goes, and goes back at the end")

    def _send(self, place: float) -> None:
        self._since_s, self._lights = None, []
        self._sent = place
        self._lens.move("iris", place)


def _at_the_top(picture: Frame) -> float:
    """The share of a picture that is about as bright as its brightest pixel; 0 where that is not white."""
    luma = eight_bits(picture)
    brightest = int(luma.max())
    return float(np.mean(luma >= brightest - AT_THE_TOP)) if brightest >= WHITE else 0.0

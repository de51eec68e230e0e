"""Pictures measured one by one, with what their blur means in micrometres: what `measure` prints."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..guide.hands import Hands, position_of
from ..measure.reading import Flag, Reading, time_of
from ..optics.lens import Optics
from ..show.lines import flags_of, reading_json
from ..solve.camera import CameraCurve
from ..solve.defocus import Defocus, defocus
from ..solve.learned import lens_alone
from ..solve.side_hint import Hint, colour_gap, side_hint
from ..video.source import VideoSource
from .rig import Rig
from .run import Limits, readings


@dataclass(frozen=True, slots=True)
class Measured:
    """One picture.

    Attributes
    ----------
    reading : Reading
    defocus : Defocus | None
        None without optics, and where nothing was read.
    optics : Optics | None
        What the micrometres rest on, its pixel that of this picture.
    is_hinted, side_hint
        Whether the colours were asked for the side, and what they hint at.
    """

    reading: Reading
    defocus: Defocus | None
    optics: Optics | None = None
    is_hinted: bool = False
    side_hint: Hint | None = None

    @property
    def flags(self) -> frozenset[Flag]:
        """The reading's, and those its defocus adds."""
        return flags_of(self.reading, self.defocus)

    def as_json(self) -> dict[str, Any]:
        """The object that `measure --json` prints."""
        line = reading_json(self.reading, self.defocus)
        return line | {"side_hint": self.side_hint} if self.is_hinted else line


def measured(
    source: VideoSource,
    rig: Rig,
    limits: Limits | None = None,
    *,
    camera: CameraCurve | None = None,
    notice: Callable[[str], None] = lambda words: None,
    hands: Sequence[Hands] = (),
) -> Generator[Measured, None, None]:
    """Measure every picture of `source` in turn; closes it at the end, also when abandoned.

    The f-number is that at the scale of each picture, against the largest scale seen so far. `camera`: what
    is known of it is taken off the blur; else the blur is that of lens and camera together. `notice`: told
    where the pixel of the camera's profile is not that of the pictures. `hands`: tell where the rings stand.
    """
    measure = rig.measure(colours=rig.red_blue_um is not None)
    longest_px = 0.0
    for count, sighting in enumerate(readings(source, measure, limits)):
        if count == 0 and (words := rig.fitted_words(sighting.frame.size_px)):
            notice(words)
        scale_px = sighting.reading.scale_px
        longest_px = max(longest_px, scale_px or 0.0)
        ratio = scale_px / longest_px if scale_px else 1.0
        reading = replace(sighting.reading, position=position_of(hands, time_of(sighting.reading)))
        yield judged(reading, rig.fitted(sighting.frame.size_px), ratio, camera=camera)


def judged(reading: Reading, rig: Rig, ratio: float = 1.0, *, camera: CameraCurve | None = None) -> Measured:
    """A reading with its blur in micrometres; `ratio`: its scale against tele's, 0 to 1."""
    optics = rig.optics
    if optics is None:
        return Measured(reading, None)
    seen = lens_alone(reading, camera) if camera and reading.frequency_cy_px else reading
    found = defocus(seen, optics, ratio=ratio) if reading.target else None
    if rig.red_blue_um is None:
        return Measured(reading, found, optics)
    hint = side_hint(colour_gap([reading], optics, ratio), rig.red_blue_um)
    return Measured(reading, found, optics, is_hinted=True, side_hint=hint)

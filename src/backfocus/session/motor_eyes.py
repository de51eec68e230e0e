"""What a run with motors sees: charts until it says which picture an object is measured against."""

from dataclasses import replace

from ..frame import Frame
from ..measure.object.quality import is_dark
from ..measure.picture.contrast import scene_contrast
from ..measure.picture.eight_bits import eight_bits
from ..measure.reading import Flag, Reading
from .rig import Rig


class Eyes:
    """Measures the chart that is in view, and after `keep` the object that was."""

    def __init__(self, rig: Rig) -> None:
        self._tracking = rig.measure(only_charts=True)
        self._blind = rig.target == "object"

    def __call__(self, picture: Frame) -> Reading:
        """The next picture; where no chart can be read, its contrast, and whether it is too dark."""
        reading = _contrast_of(picture) if self._blind else self._tracking(picture)
        if not reading.frequency_cy_px and is_dark(picture):
            return replace(reading, flags=reading.flags | {Flag.TOO_DARK})
        return reading

    def keep(self, picture: Frame) -> Reading:
        """The object in this picture, against which it is measured from now on."""
        self._blind = False
        return self._tracking.keep(picture)


def _contrast_of(picture: Frame) -> Reading:
    """The reading of a picture in which no chart is wanted, and no object is known yet."""
    contrast = scene_contrast(eight_bits(picture))
    nothing = frozenset({Flag.NO_REFERENCE})
    return Reading(picture.index, picture.at_s, nothing, contrast=contrast, field=picture.field)

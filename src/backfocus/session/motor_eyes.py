"""What a run with motors sees: charts until it says which picture an object is measured against."""

from dataclasses import replace

from ..frame import Frame
from ..measure.object.keeping import KeptReference, kept, taken_up
from ..measure.object.quality import is_dark
from ..measure.picture.contrast import scene_contrast
from ..measure.picture.eight_bits import eight_bits
from ..measure.reading import Flag, Reading
from .rig import Rig


class Eyes:
    """Measures the chart that is in view, and after `keep` the object that was."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self.forget()

    def forget(self) -> None:
        """Look again as at the beginning."""
        self._tracking = self._rig.measure(only_charts=True)
        self._blind = self._rig.target == "object"

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

    @property
    def kept(self) -> KeptReference | None:
        """What an object is measured against, to be taken up by another run; None while there is none."""
        known = self._tracking.known.object
        return None if known is None else kept(known)

    def take_up(self, reference: KeptReference) -> bool:
        """Measure against what another run kept; whether it could be read."""
        found, known = taken_up(reference), self._tracking.known
        if found is None:
            return False
        self._blind = False
        region = known.object.region if known.object else None
        self._tracking.known = replace(known, want="object", object=replace(found, region=region))
        return True


def _contrast_of(picture: Frame) -> Reading:
    """The reading of a picture in which no chart is wanted, and no object is known yet."""
    contrast = scene_contrast(eight_bits(picture))
    nothing = frozenset({Flag.NO_REFERENCE})
    return Reading(picture.index, picture.at_s, nothing, contrast=contrast, field=picture.field)

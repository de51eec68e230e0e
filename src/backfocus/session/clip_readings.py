"""What a clip shows: its star or edge chart, and where neither is in view, what stands there instead."""

from ..frame import Frame
from ..measure.object.album import Album
from ..measure.object.region import Region
from ..measure.reading import Reading
from ..optics.lens import Optics
from ..report.session_report import Comparison
from ..solve.against import less_reference
from ..solve.zoom_pull import finished, finished_rests
from .comparison import comparison_of

CHART_SEEN = 5
"""Pictures with a star or an edge that was read: that is the target then, and no object."""


class ClipReadings:
    """Takes the pictures of a clip in their order, each with what was read in it.

    `part`: the part of the first picture to keep to, of an object.

    Attributes
    ----------
    pictures : int
        How many there were; both fields of one count once.
    has_times : bool
        Whether they have times: stills have none.
    """

    def __init__(self, part: Region | None = None) -> None:
        self.pictures, self.has_times = 0, False
        self._read: list[Reading] = []
        self._album: Album | None = Album(part)
        self._charts = 0
        self._against_tele: list[Reading] | None = None

    def take(self, frame: Frame, reading: Reading) -> None:
        """The next picture, or field of one."""
        self.pictures, self.has_times = frame.index + 1, frame.at_s is not None
        self._read.append(reading)
        is_chart = bool(reading.frequency_cy_px) and reading.object is None
        self._charts += is_chart
        if self._charts >= CHART_SEEN:
            self._album = None
        elif self._album is not None and not is_chart:
            self._album.take(frame)

    @property
    def has_ended(self) -> bool:
        """Whether a live source has shown a steady wide after a steady tele."""
        return finished(self._read) if self._album is None else finished_rests(self._album.scales())

    def to_judge(self, optics: Optics | None) -> list[Reading]:
        """What an answer rests on: a chart's readings, or an object's, less what its reference had lost."""
        return [less_reference(each, optics) for each in self._of_object()] or self._read

    def comparison(self) -> Comparison | None:
        """Of an object, its tele picture beside the wide one."""
        found = self._album.beside(self._of_object()) if self._album else None
        return comparison_of(found) if found else None

    def _of_object(self) -> list[Reading]:
        """All pictures that were kept against the sharpest of tele: that takes a second, and is done once."""
        if self._against_tele is None:
            self._against_tele = self._album.readings() if self._album else []
        return self._against_tele

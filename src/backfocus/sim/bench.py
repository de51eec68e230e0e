"""The optical bench: where the rings of a lens stand, and the camera behind it.

`Bench.pose` is what hands and motors move; `Bench.frame` is what the camera sees then.
"""

from dataclasses import replace

from ..frame import Frame
from .camera import Camera
from .lens import Pose, ZoomLens
from .raster import Floats
from .settings import SimSettings


class Bench:
    """A camera with a zoom lens in front of a chart in a room.

    Parameters
    ----------
    settings : SimSettings

    Attributes
    ----------
    lens : ZoomLens
        What a pose does: `bench.lens.residual_um(bench.pose)` is the truth.
    camera : Camera
    pose : Pose
        Where the rings stand; set it to move them, it stays within their stops.
    """

    def __init__(self, settings: SimSettings) -> None:
        self.settings = settings
        self.lens = ZoomLens(settings)
        self.camera = Camera(self.lens)
        focus_um = 0.0 if settings.far else self.lens.chart_focus_um + settings.tele_misfocus_um
        self.pose = Pose(focus_um=focus_um, iris_f=settings.iris_f, locked=settings.locked)

    @property
    def pose(self) -> Pose:
        """Where the rings stand."""
        return self._pose

    @pose.setter
    def pose(self, pose: Pose) -> None:
        self._pose = self.lens.clamped(pose)

    def turn(self, **rings: float | bool) -> None:
        """Set some of the rings: `turn(zoom=1.0, focus_um=8100.0)`."""
        self.pose = replace(self.pose, **rings)  # type: ignore[arg-type]

    def light(self, at_s: float = 0.0) -> Floats:
        """Light on every photosite now, 1 is white; shape (height, width) of the camera's raster."""
        return self.camera.light(self.pose, at_s)

    def frame(self, index: int = 0, at_s: float = 0.0) -> Frame:
        """The picture now, before it is compressed; `at_s` moves only the shake."""
        return self.camera.frame((self.camera.exposure(self.pose, at_s),), index, at_s)

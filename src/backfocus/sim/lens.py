"""The virtual zoom lens: where its rings stand, and what that does to the image.

    r(M) = delta + b (M / M_T)^2 + tracking * shape(M)         b: the focus ring and the chart's distance, at
    tele
    r(M) = delta + b + drift (1 - (M / M_T)^2)                 a lens that focuses with its rear

Everything here is a pure function of the settings and a pose. Signs are those of `optics`: a positive
residual is a sensor too far from the lens.
"""

import math
from dataclasses import dataclass

import numpy as np

from .settings import STAR_RADIUS_WIDE_PX, SimSettings
from .wavefront import WAVELENGTH_UM, cutoff_cy_px, defocus_waves, sharpest_w020

BACK_FOCUS_UM_PER_DEG = 6.0
BACK_FOCUS_LIMIT_UM = 420.0
NEAR_M = 0.9


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the rings stand.

    `zoom`: 0 wide to 1 tele, equal steps are equal ratios. `focus_um`: how far the ring has moved the image
    at tele from its stop at infinity. `back_focus_deg`: 0 as found. `iris_f`: the f-number set, 0 is open.
    `extender`: the factor of the one that is swung in, 1 is none. `nd_stops`: of the filter that is in.
    """

    zoom: float = 0.0
    focus_um: float = 0.0
    back_focus_deg: float = 0.0
    iris_f: float = 0.0
    locked: bool = False
    extender: float = 1.0
    nd_stops: float = 0.0


@dataclass(frozen=True, slots=True)
class ZoomLens:
    """A zoom lens in front of a chart, from the settings of a bench."""

    settings: SimSettings

    @property
    def focus_range_um(self) -> float:
        """Travel of the focus ring from infinity to near, as image movement at tele."""
        return self.settings.tele_mm**2 / NEAR_M

    @property
    def chart_focus_um(self) -> float:
        """Where the focus ring's scale shows the chart's distance."""
        return self.settings.tele_mm**2 / self.settings.distance_m

    def clamped(self, pose: Pose) -> Pose:
        """The pose within the stops of every ring."""
        stop_deg = BACK_FOCUS_LIMIT_UM / BACK_FOCUS_UM_PER_DEG
        off_um = abs(self.settings.tele_misfocus_um) + 200.0
        return Pose(
            zoom=min(max(pose.zoom, 0.0), 1.0),
            # A real ring turns a little past infinity, so that heat and this very error can be focused away.
            focus_um=min(max(pose.focus_um, -off_um), max(self.focus_range_um, self.chart_focus_um + off_um)),
            back_focus_deg=min(max(pose.back_focus_deg, -stop_deg), stop_deg),
            iris_f=pose.iris_f,
            locked=pose.locked,
            extender=pose.extender,
            nd_stops=pose.nd_stops,
        )

    def ratio(self, pose: Pose) -> float:
        """M / M_tele without breathing, 1 / zoom to 1."""
        return float(self.settings.zoom ** (pose.zoom - 1.0))

    def scale_px(self, pose: Pose) -> float:
        """Radius of the star's rim in the picture."""
        sweep_um = 20.0 * self.half_depth_um(1.0)
        breath = 1.0 + self.settings.breathing * math.tanh(self.b_um(pose) / sweep_um)
        return STAR_RADIUS_WIDE_PX * self.settings.zoom * self.ratio(pose) * breath * pose.extender

    def zoom_at(self, scale_px: float) -> float:
        """The zoom position with about this scale, 0 to 1."""
        position = math.log(max(scale_px, 1e-3) / STAR_RADIUS_WIDE_PX) / math.log(self.settings.zoom)
        return min(max(position, 0.0), 1.0)

    def b_um(self, pose: Pose) -> float:
        """What focus ring and distance add to the residual at tele."""
        return pose.focus_um - self.chart_focus_um

    def delta_um(self, pose: Pose) -> float:
        """The back-focus error as the ring and its screw stand now."""
        turned_um = pose.back_focus_deg * BACK_FOCUS_UM_PER_DEG
        return self.settings.delta_um + turned_um + (self.settings.lock_um if pose.locked else 0.0)

    def residual_um(self, pose: Pose) -> float:
        """Where the sensor stands minus where the image is."""
        square = (self.ratio(pose) * pose.extender) ** 2
        fixed_um = self.delta_um(pose) + self.settings.tracking_um * math.sin(math.pi * pose.zoom)
        if self.settings.lens == "front":
            return fixed_um + self.b_um(pose) * square
        return fixed_um + self.b_um(pose) + self.settings.drift_um * (1.0 - square)

    def open_f_number(self, ratio: float) -> float:
        """The working f-number with the iris open."""
        focal_mm, numbers = zip(*self.settings.f_numbers, strict=True)
        if self.settings.auto_iris:
            return float(max(numbers))
        return float(np.interp(ratio * self.settings.tele_mm, focal_mm, numbers))

    def f_number(self, pose: Pose) -> float:
        """The working f-number; not below the open lens's, and longer by an extender."""
        return float(max(self.open_f_number(self.ratio(pose)), pose.iris_f)) * pose.extender

    def half_depth_um(self, ratio: float) -> float:
        """Half the depth of focus with the iris open: a pixel of blur, or a quarter of a wave."""
        number = self.open_f_number(ratio)
        return max(number * self.settings.pixel_um, 2.0 * WAVELENGTH_UM * number**2)

    def waves(self, pose: Pose) -> tuple[float, float]:
        """(w020, w040) in waves: the residual counts from where the lens is sharpest."""
        number = self.f_number(pose)
        tele, wide = self.settings.w040
        # Aberration of an open pupil: it falls with the fourth power of the iris.
        closed = self.open_f_number(self.ratio(pose)) * pose.extender / number
        w040 = round((wide + (tele - wide) * pose.zoom) * closed**4, 4)
        cutoff = round(cutoff_cy_px(number, self.settings.pixel_um), 4)
        return defocus_waves(self.residual_um(pose), number) + sharpest_w020(w040, cutoff), w040

    def light(self, pose: Pose) -> float:
        """Light on the sensor against the open lens at wide."""
        return float((self.settings.f_numbers[0][1] / self.f_number(pose)) ** 2 * 2.0**-pose.nd_stops)

    def focal_mm(self, pose: Pose) -> float:
        """Focal length, wide to tele."""
        return float(self.settings.wide_mm * self.settings.zoom**pose.zoom)

"""A real camera before an edge, by another route than the virtual one's.

The light on the photosites is the exact picture of a straight edge through prysm's lens, the area of a
photosite and the cosine of a low-pass filter; the demosaic is somebody else's; areas and cubics are summed
photosite by photosite.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from . import demosaics
from .camera_transfer import resampling
from .edge import ExactEdge, pupil_lens
from .plain_measure import edge_response, light_in

DEMOSAICS = {
    "bilinear": demosaics.bilinear,
    "edge-aware": demosaics.edge_aware,
    "hamilton-adams": demosaics.hamilton_adams,
    "vng": lambda raw: demosaics.vng(raw * 255) / 255.0,
}
LUMA = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True)
class EdgeCamera:
    """What stands behind the lens; as the keys of the virtual camera."""

    sensor: str = "mono"
    demosaic: str = "edge-aware"
    olpf: float = 0.0
    scale: float = 1.0
    skip: int = 1
    sharpen: float = 0.0

    @property
    def keys(self):
        """As keywords of the virtual camera's settings; a demosaic only where there is a mosaic."""
        plain = {
            "sensor": self.sensor,
            "olpf": self.olpf,
            "scale": self.scale,
            "skip": self.skip,
            "sharpen": self.sharpen,
        }
        return plain | ({"demosaic": self.demosaic} if self.sensor == "bayer" else {})


def response(camera, normal_deg, *, f_number, pixel_um, w020=0.0, black, white, size=(240, 160)):
    """Frequencies in cycles per delivered pixel and what is left there, measured across the edge."""
    rows, columns = size
    middle = columns / 2 + 0.23, rows / 2 + 0.11
    sites = 2 * round(rows * camera.scale / 2), 2 * round(columns * camera.scale / 2)
    x, y = ((at + 0.5) * camera.scale - 0.5 for at in middle)
    cos, sin = math.cos(math.radians(normal_deg)), math.sin(math.radians(normal_deg))
    lens = pupil_lens(w020, f_number=f_number, pixel_um=pixel_um / camera.scale)

    def behind_filter(f):
        split = np.cos(math.pi * camera.olpf * f * cos) * np.cos(math.pi * camera.olpf * f * sin)
        return lens(f) * split

    edge = ExactEdge(behind_filter, normal_deg, x, y, black, white, side_px=1 / camera.skip)
    light = edge.seen(*sites)
    colours = (
        DEMOSAICS[camera.demosaic](light) if camera.sensor == "bayer" else np.repeat(light[..., None], 3, 2)
    )
    colours = np.stack([_resampled(colours[..., at], camera.scale, size) for at in range(3)], axis=-1)
    luma = _bt709(colours) @ LUMA
    if camera.sharpen:
        luma = luma + camera.sharpen * (luma - cv2.GaussianBlur(luma, (0, 0), 1.0))
    codes = np.clip(np.rint(16 + 219 * luma), 1, 254)
    return edge_response(light_in(codes), normal_deg, *middle, rows / 2 - 12)


def _resampled(plane, scale, size):
    if scale == 1.0:
        return plane
    down, across = (resampling(scale, count, sites) for count, sites in zip(size, plane.shape, strict=True))
    return down @ plane @ across.T


def _bt709(light):
    light = np.maximum(light, 0)
    return np.where(light < 0.018, 4.5 * light, 1.099 * np.maximum(light, 0.018) ** 0.45 - 0.099)

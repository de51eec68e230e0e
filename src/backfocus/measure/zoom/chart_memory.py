"""What earlier pictures taught about the chart, to judge later ones that are too blurred to tell.

Beyond the first zero of the modulation the rings near the rim can pass for a smaller star, or for one of
less contrast, whose modulation is then read several times too high; and when no ring is left on the near
side of the zero, nothing in the picture tells that all modulation is negative. But a chart keeps its
contrast and does not turn.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from ...target import twist_cycles
from ..reading import Flag
from ..star.measurement import StarMeasurement
from .scale import Scale

CLEAR = 0.7
"""Modulation of the outer rings from which the chart is learned."""
STRAYED_CONTRAST, STRAYED_RIM = 0.6, 0.1
"""Less than this share of the known contrast, or a rim this far off in its logarithm, is not the chart's."""
OUTER = 0.6
"""Rings with this share of the largest amplitude carry the sign of all."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Contrast, (white - black) / (white + black), and phase of the spokes without twists.

    None until clear.
    """

    contrast: float | None = None
    phase_rad: float | None = None


def believed(measured: StarMeasurement, scale: Scale, chart: Chart) -> StarMeasurement:
    """The measurement as far as the chart bears it out: without its curve (`lost`).

    Or with its sign put right.
    """
    rim, contrast = measured.radius_px, _contrast(measured)
    strayed = scale.sure and rim and scale.px and abs(math.log(rim / scale.px)) > STRAYED_RIM
    if strayed or _fainter(contrast, chart.contrast):
        return _without_curve(measured, None if strayed else rim)
    phase = _phase_rad(measured, scale)
    if phase is None or chart.phase_rad is None or math.cos(phase - chart.phase_rad) > -0.5:
        return measured
    # a chart so much fainter than this was itself learned from a blur
    return measured if _fainter(chart.contrast, contrast) else _reversed(measured)


def learned(chart: Chart, measured: StarMeasurement, scale: Scale) -> Chart:
    """What is known of the chart after a measurement."""
    if not measured.modulation or measured.modulation[0] < CLEAR:
        return chart
    phase = _phase_rad(measured, scale)
    return Chart(_contrast(measured), chart.phase_rad if phase is None else phase)


def _fainter(contrast: float | None, than: float | None) -> bool:
    return contrast is not None and than is not None and contrast < STRAYED_CONTRAST * than


def _contrast(measured: StarMeasurement) -> float | None:
    if measured.white is None or measured.black is None:
        return None
    return float((measured.white - measured.black) / max(measured.white + measured.black, 1e-9))


def _phase_rad(measured: StarMeasurement, scale: Scale) -> float | None:
    """Phase of the outer rings, twists undone; None where these are not known."""
    if not measured.ring_radius_px or (scale.twisted and not (scale.sure and scale.px)):
        return None
    amplitude = np.array(measured.ring_amplitude)
    outer = amplitude > OUTER * amplitude.max()
    phase = np.array(measured.ring_phase_rad)[outer]
    if scale.twisted and scale.px:
        phase = phase + 2 * math.pi * twist_cycles(np.array(measured.ring_radius_px)[outer] / scale.px)
    return float(np.angle((amplitude[outer] * np.exp(1j * phase)).sum()))


def _without_curve(measured: StarMeasurement, rim_px: float | None) -> StarMeasurement:
    nothing = StarMeasurement(measured.x_px, measured.y_px, measured.centre_sigma_px, measured.cycles)
    gone = {Flag.LOW_CONTRAST, Flag.SHARPENED, Flag.ABOVE_NYQUIST, Flag.TOO_SMALL}
    flags = measured.flags - gone | {Flag.LOST}
    return replace(nothing, radius_px=rim_px, white=measured.white, flags=flags)


def _reversed(measured: StarMeasurement) -> StarMeasurement:
    """All of the star's rings in view lie beyond the first zero."""
    at_025 = measured.modulation_025
    return replace(
        measured,
        modulation=tuple(-value for value in measured.modulation),
        modulation_025=None if at_025 is None else -at_025,
        mtf50_cy_px=None,
        mtf50_sigma_cy_px=None,
    )

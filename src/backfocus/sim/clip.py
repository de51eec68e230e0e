"""Recordings that need no guide: what a person films who was told how to in one sentence."""

from .bench import Bench
from .lens import ZoomLens

STEADY_S = 1.6
ZOOM_S = 3.0
SWEEP_S = 6.0
SWEEP_HALF_DEPTHS = 8.0
TURN_S = 1.5
OFF_HALF_DEPTHS = 3.0
"""How far the focus ring is off before it is set again at tele."""
TELE_FOCUS_HALF_DEPTHS = 0.4
"""How well focus was set at tele, in depths of focus; seeded by the bench's own misfocus."""


def play(bench: Bench, at_s: float) -> bool:
    """Set the rings as the clip has them at `at_s`; False when it is over."""
    return _refocus(bench, at_s) if bench.settings.clip == "refocus" else _check(bench, at_s)


def _check(bench: Bench, at_s: float) -> bool:
    """Steady at tele, focused about as well as a hand does; out to wide; steady.

    With `sweep` then the focus ring through near, then to infinity, then back, as far as the ring goes.
    """
    lens = bench.lens
    settings = bench.settings
    half_s = STEADY_S + ZOOM_S + STEADY_S
    end_s = half_s + (SWEEP_S + STEADY_S if settings.sweep else 0.0)
    focused_um = _focused_um(bench)
    swept_um = 0.0
    if at_s >= half_s:
        swept_um = _swept_um(lens, focused_um, _there_and_back((at_s - half_s) / SWEEP_S))
    zoomed = ease((at_s - STEADY_S) / ZOOM_S)
    bench.turn(zoom=1.0 - zoomed, focus_um=focused_um + swept_um)
    return at_s < end_s


def _refocus(bench: Bench, at_s: float) -> bool:
    """Steady at wide, a little out of focus; in to tele; focused there; out to wide again; steady."""
    turn_s = STEADY_S + ZOOM_S + STEADY_S
    out_s = turn_s + TURN_S + STEADY_S
    zoom = ease((at_s - STEADY_S) / ZOOM_S) - ease((at_s - out_s) / ZOOM_S)
    off_um = OFF_HALF_DEPTHS * bench.lens.half_depth_um(1.0) * (1.0 - ease((at_s - turn_s) / TURN_S))
    bench.turn(zoom=zoom, focus_um=_focused_um(bench) + off_um)
    return at_s < out_s + ZOOM_S + STEADY_S


def _focused_um(bench: Bench) -> float:
    """Where the ring stands in focus at tele: what it adds there takes the back-focus error away."""
    lens, settings = bench.lens, bench.settings
    left_um = settings.tele_residual_um
    if left_um is None:
        left_um = TELE_FOCUS_HALF_DEPTHS * lens.half_depth_um(1.0) * _unit(settings.tele_misfocus_um)
    return lens.chart_focus_um - settings.delta_um + left_um


def _swept_um(lens: ZoomLens, focused_um: float, part: float) -> float:
    """How far the focus ring is from where it was, `part` of the way to near (+1) or to infinity (-1)."""
    settings = lens.settings
    reach_um = SWEEP_HALF_DEPTHS * lens.half_depth_um(1.0 / settings.zoom) + abs(settings.delta_um)
    stop_um = lens.focus_range_um - focused_um if part > 0 else focused_um
    return part * min(reach_um * settings.zoom**2, max(stop_um, 0.0))


def _unit(number: float) -> float:
    """A number between -1 and 1 out of any, the same for the same."""
    return (number * 0.137) % 2.0 - 1.0


def ease(part: float) -> float:
    """0 to 1 with a smooth start and a smooth stop."""
    part = min(max(part, 0.0), 1.0)
    return part * part * part * (10.0 - 15.0 * part + 6.0 * part * part)


def _there_and_back(part: float) -> float:
    """0, out to +1, through to -1, back to 0, each turn smooth."""
    if part < 0.25:
        return ease(4 * part)
    if part < 0.75:
        return 1.0 - 2.0 * ease(2 * part - 0.5)
    return ease(4 * part - 3.0) - 1.0

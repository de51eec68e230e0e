"""What the motors found at several zoom positions, as one answer.

At each stop the search tells where best focus is, in steps, and how far the image moves with a step. With the
focus motor left where tele is sharp, the residual at a stop is (um per step there) times (that place less the
stop's own best focus); from these on it is the same sum as with a hand: r = delta + b M^2, and a verdict.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..measure.reading import Flag, Reading
from ..optics.lens import Optics
from .backfocus import BackFocus, ZoomResidual, solve_back_focus
from .defocus import F_NUMBER_SIGMA
from .focus_search import Belief, Residual, Search
from .stop_curves import Line, Looks, fitted_lines
from .verdict import Adjusters, SweepSlope, Verdict, judge

LEAST_DEPTHS = 0.05
"""Of half a depth of focus: no residual is known better than that."""
OBJECT_SLOPE_SIGMA = 0.15
"""The same of an object: small in the picture and far from focus it reads a tenth and more too sharp. A lens
that does not focus with its front is off by a factor."""
OBJECT_UM_SIGMA = 0.09
"""What |r| of an object may be off, as a share. Six runs on drawn shelves, bricks and facades, 25 to 60 um
off, read 0, 1.5, 3, 9, 9 and 12 % wrong, mostly too low, and one at 640 x 360 13 %: 8 % root mean square."""
CAMERA_RATIO = 0.6
"""M / M_tele below which the camera of a kept picture of tele takes little, as it does it at that part of a
frequency."""
SLOPE_SIGMA = 0.02
"""What the um per step of a search may be off, as a share, beyond what its looks say."""


@dataclass(frozen=True, slots=True)
class Stop:
    """What was found at one zoom position.

    `ratio`: M / M_tele. `search`: the looks there, with a belief. `flags`: of the sharpest of them.
    `readings`: of each look, in order. `line`: what the pictures of all stops together tell of this one;
    None until they were fitted.
    `by_object`: whether they are against a kept picture, and not of a chart.
    """

    zoom: float
    scale_px: float
    scale_sigma_px: float
    ratio: float
    search: Search
    flags: frozenset[Flag] = frozenset()
    readings: tuple[Reading, ...] = ()
    line: Line | None = None
    by_object: bool = False

    @property
    def belief(self) -> Belief:
        """Best focus there."""
        belief = self.search.belief
        if belief is None:
            raise ValueError("a stop is made of a search that found something")
        if self.line is None:
            return belief
        return Belief(
            self.line.best,
            self.line.sigma,
            self.line.best,
            self.line.um_per_step,
            self.line.um_per_step_sigma,
            belief.floor_um,
        )

    def residual_at(self, position: float) -> Residual:
        """The residual with the focus motor at `position`."""
        if self.line is None:
            return self.search.residual_at(position)
        return Residual(*self.line.residual_at(position))

    @property
    def shows_camera(self) -> bool:
        """Whether its curves are those of lens and camera.

        Near tele the kept picture of an object has the same camera in it, and most of it cancels.
        """
        return not self.by_object or self.ratio < CAMERA_RATIO

    @property
    def reachable(self) -> bool:
        """Whether the focus motor gets there."""
        return self.search.low <= self.belief.best <= self.search.high


@dataclass(frozen=True, slots=True)
class StopsAnswer:
    """The error and the verdict; `back_focus` is None where no number can be trusted."""

    back_focus: BackFocus | None
    half_depth_um: float
    verdict: Verdict


def fitted_stops(stops: Sequence[Stop], optics: Optics, *, beside: Sequence[Looks] = ()) -> tuple[Stop, ...]:
    """The stops with their lines, from the pictures of all; as they were where there are too few.

    Parameters
    ----------
    beside : sequence of Looks
        Other looks through the same lens, which help to tell the camera and the lens.
    """
    showing = [stop for stop in stops if stop.shows_camera]
    lines = fitted_lines([*map(looks_at, showing), *beside], optics) if showing else None
    if lines is None:
        return tuple(stops)
    line_at = {stop.zoom: line for stop, line in zip(showing, lines, strict=False)}
    return tuple(replace(stop, line=line_at.get(stop.zoom)) for stop in stops)


def looks_at(stop: Stop) -> Looks:
    """The pictures of a stop, for a fit over many."""
    belief = stop.belief
    return Looks(
        stop.zoom,
        "focus",
        stop.ratio,
        tuple(look.position for look in stop.search.looks),
        stop.readings,
        belief.best,
        belief.um_per_step,
    )


def judge_stops(
    stops: Sequence[Stop], optics: Optics, *, focus: float, adjusters: Adjusters | None = None
) -> StopsAnswer:
    """The answer of two or more stops, with the focus motor at `focus`; ValueError for fewer.

    Parameters
    ----------
    focus : float
        Where tele is sharp, in steps.
    """
    long, wide = stops[0], min(stops, key=lambda stop: stop.ratio)
    zoom = [_residual(stop, optics, focus) for stop in stops]
    back_focus = solve_back_focus(zoom, signed=True)
    by_ratio = {stop.scale_px: optics.half_depth_um(stop.ratio) for stop in stops}
    half_depth_um = optics.half_depth_um(wide.ratio)
    verdict = judge(
        back_focus,
        half_depth_um,
        half_depths_um=[by_ratio[each.scale_px] for each in back_focus.zoom],
        referenced=True,
        slopes=(_slope(long), _slope(wide)),
        adjusters=adjusters,
        f_number=optics.f_number(wide.ratio),
        flags=long.flags | wide.flags,
    )
    known = back_focus if verdict.kind != "not-front-focus" else None
    return StopsAnswer(known, half_depth_um, verdict)


def _residual(stop: Stop, optics: Optics, focus: float) -> ZoomResidual:
    found = stop.residual_at(focus)
    share = math.hypot(F_NUMBER_SIGMA, OBJECT_UM_SIGMA) if stop.by_object else F_NUMBER_SIGMA
    common_um = share * abs(found.um)
    least_um = LEAST_DEPTHS * optics.half_depth_um(stop.ratio)
    sigma_um = math.sqrt(found.sigma_um**2 + common_um**2 + least_um**2)
    return ZoomResidual(
        stop.scale_px, found.um, sigma_um, scale_sigma_px=stop.scale_sigma_px, common_um=common_um
    )


def _slope(stop: Stop) -> SweepSlope:
    belief = stop.belief
    share = OBJECT_SLOPE_SIGMA if stop.by_object else SLOPE_SIGMA
    scale = 2.0 * stop.scale_sigma_px / stop.scale_px  # of the square that the law has
    sigma = math.hypot(belief.um_per_step_sigma, math.hypot(share, scale) * belief.um_per_step)
    return SweepSlope(stop.scale_px, belief.um_per_step, sigma)

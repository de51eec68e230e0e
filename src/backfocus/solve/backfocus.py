"""The back-focus error from residuals at two or more zoom positions.

Front-focus lenses obey  r(M) = delta + b * M**2 : `delta` is the back-focus error (positive: the sensor is
too far from the lens), `b` what the focus ring and the chart's distance add. A weighted straight line in M**2
gives both.

Without a move of a ring a picture tells the size of a residual, not its side. Turning every sign over then
fits the readings equally well, so `delta` is known as a magnitude only; and since a straight line crosses
zero at most once, the relative signs are "positive from wide up to some zoom, negative beyond". Every such
split is fitted and counts by its likelihood; two readings often fit two ways: the interval then covers both.

Blur of the lens itself (spherical aberration) adds to a residual in quadrature and cannot be told from it
without an in-focus reference. A reading may say how much of that is possible (`softness_um`); any share of it
is held equally likely and widens the interval downwards (`interval`). The reported `delta_um` stays the plain
reading; but beside a position with a reference, one without counts only as far as its softness can be known.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .interval import magnitudes_interval

Vector = NDArray[np.float64]

Side = Literal[-1, 0, 1]
"""Of the residual at the widest position: +1, -1, or 0 where no move told it."""

_TWO_SIGMA = 1.96
_SEARCHED = 5.0
"""Standard deviations about the lines that fit in which delta is looked for."""


@dataclass(frozen=True, slots=True)
class ZoomResidual:
    """Where the sensor stands minus where the image is, at one zoom position.

    Attributes
    ----------
    scale_px : float
        Size of the same chart detail in the picture; stands for the focal length.
    residual_um, sigma_um : float
        Signed, or a magnitude where no move was seen; one standard deviation.
    scale_sigma_px : float
        One standard deviation of the scale.
    softness_um : float
        The most that the lens's own blur can have added, as a residual; 0 where a reference took it off.
    common_um : float
        The part of `sigma_um` that is the same error at every position (f-number, model of the lens), so that
        more positions do not lessen it.
    """

    scale_px: float
    residual_um: float
    sigma_um: float
    scale_sigma_px: float = 0.0
    softness_um: float = 0.0
    common_um: float = 0.0

    def __post_init__(self) -> None:
        lengths = (self.scale_px, self.sigma_um, self.scale_sigma_px, self.softness_um, self.common_um)
        values = (*lengths, self.residual_um)
        if not all(math.isfinite(value) for value in values):
            raise ValueError(f"a residual needs finite numbers, got {values}")
        if self.scale_px <= 0 or self.sigma_um <= 0 or min(lengths) < 0 or self.common_um > self.sigma_um:
            raise ValueError("scale and sigma must be above zero")

    @property
    def doubt_um(self) -> float:
        """Half of what the softness that is possible would take off the residual, um."""
        return (abs(self.residual_um) - math.sqrt(max(self.residual_um**2 - self.softness_um**2, 0.0))) / 2.0


@dataclass(frozen=True, slots=True)
class BackFocus:
    """The back-focus error with its 95 % interval, and how well the zoom law holds.

    Attributes
    ----------
    delta_um, sigma_um : float
        The error; a magnitude where `sign_known` is false.
    low_um, high_um : float
        Ends of the shortest interval that holds 95 %; not symmetric near zero.
    b_um : float
        What the focus ring adds at the longest zoom, um; the sign goes with `zoom`.
    sign_known : bool
        Whether a move told the side.
    zoom : tuple of ZoomResidual
        From tele to wide. Without a known sign the relative signs are right and the wide one is positive.
    misfit_um, misfit_sigma_um : tuple of float
        Each residual less the fitted law, and its standard deviation; as long as `zoom`.
    scatter_um : float | None
        Root mean square misfit per degree of freedom: the tracking error. None from two positions.
    chi2, dof
        Weighted sum of squared misfits, and the number of positions less two.
    """

    delta_um: float
    sigma_um: float
    low_um: float
    high_um: float
    b_um: float
    sign_known: bool
    zoom: tuple[ZoomResidual, ...]
    misfit_um: tuple[float, ...]
    misfit_sigma_um: tuple[float, ...]
    scatter_um: float | None
    chi2: float
    dof: int

    def __post_init__(self) -> None:
        if not self.low_um <= self.delta_um <= self.high_um:
            raise ValueError(f"{self.delta_um} um does not lie within {self.low_um} to {self.high_um} um")

    @property
    def k(self) -> float:
        """Scale ratio of the widest to the longest position, 0 to 1."""
        return self.zoom[-1].scale_px / self.zoom[0].scale_px

    @property
    def probability(self) -> float:
        """Chance of misfits this large from noise alone, 0 to 1; 1 for two positions.

        Wilson and Hilferty's approximation to the chi-square tail, good to 0.01; Proc. Nat. Acad. Sci. 17
        (1931) 684.
        """
        if self.dof == 0:
            return 1.0
        spread = 2.0 / (9.0 * self.dof)
        z = ((self.chi2 / self.dof) ** (1.0 / 3.0) - 1.0 + spread) / math.sqrt(spread)
        return 0.5 * math.erfc(z / math.sqrt(2.0))


@dataclass(frozen=True, slots=True)
class _Line:
    """A weighted fit of r = delta + b x, x = (M / M_tele)**2.

    `sigma_um` and `alone_um` are those of delta: with what errors have in common, and were they independent.
    """

    delta: float
    b: float
    sigma_um: float
    alone_um: float
    misfit: Vector
    misfit_sigma: Vector
    chi2: float

    @property
    def dof(self) -> int:
        return len(self.misfit) - 2

    @property
    def inflation(self) -> float:
        """How much the variances grow because the law does not hold as well as the noise says; 1 and up."""
        return max(1.0, self.chi2 / self.dof) if self.dof else 1.0


def solve_back_focus(zoom: Sequence[ZoomResidual], *, signed: bool, side: Side = 0) -> BackFocus:
    """The back-focus error in um and its 95 % interval, from residuals at two or more zoom positions.

    Parameters
    ----------
    zoom : sequence of ZoomResidual
        Two or more, in any order, at scales that differ.
    signed : bool
        Whether the residuals carry signs; if not, only their magnitudes are used.
    side : int
        Of magnitudes: the sign of the one at the widest position, where a move told it.

    Raises
    ------
    ValueError
        With fewer than two positions, or all at one scale.

    Notes
    -----
    Three or more positions are needed to see a tracking error. A constant relative error of the f-number
    passes into every residual equally and is not seen as misfit.
    """
    ordered = tuple(sorted(zoom, key=lambda each: -each.scale_px))
    if len(ordered) < 2 or ordered[-1].scale_px > 0.999 * ordered[0].scale_px:
        raise ValueError("the back-focus error needs residuals at two or more zoom positions")
    if signed:
        line = _fit(ordered, np.ones(len(ordered)))
        sigma = line.sigma_um * math.sqrt(line.inflation)
        ends = (line.delta - _TWO_SIGMA * sigma, line.delta + _TWO_SIGMA * sigma)
        return _answer(ordered, line, line.delta, sigma, ends, sign_known=True)
    ordered = tuple(replace(each, residual_um=abs(each.residual_um)) for each in ordered)
    signs = _sign_patterns(len(ordered))
    lines = [_fit(ordered, sign) for sign in signs]
    best = min(range(len(lines)), key=lambda index: round(lines[index].chi2, 6))
    mean, sigma = _average(lines, lines[best])
    ends = _interval(ordered, lines, lines[best], side_known=side != 0)
    size = min(max(abs(mean), ends[0]), ends[1]) if side == 0 else min(max(mean, ends[0]), ends[1])
    found = _answer(_with_signs(ordered, signs[best]), lines[best], size, sigma, ends, sign_known=side != 0)
    return _turned(found, side)


def _sign_patterns(count: int) -> list[Vector]:
    """Signs from tele to wide with the wide one positive and at most one change; the plain one first."""
    return [np.where(np.arange(count) < negative, -1.0, 1.0) for negative in range(count)]


def _fit(zoom: tuple[ZoomResidual, ...], sign: Vector) -> _Line:
    """The line through the residuals with these signs."""
    r = sign * np.array([each.residual_um for each in zoom])
    x = np.array([each.scale_px / zoom[0].scale_px for each in zoom]) ** 2
    scale_error = 2.0 * x * np.array([each.scale_sigma_px / each.scale_px for each in zoom])
    noise = np.array([each.sigma_um for each in zoom])
    if any(each.softness_um == 0.0 for each in zoom):
        noise = np.hypot(noise, [each.doubt_um for each in zoom])
    common = sign * np.array([each.common_um for each in zoom])
    line = _weighted_line(x, r, noise, common)
    return _weighted_line(x, r, np.hypot(noise, line.b * scale_error), common) if scale_error.any() else line


def _weighted_line(x: Vector, r: Vector, sigma: Vector, common: Vector) -> _Line:
    """Weighted by the whole sigmas; what is common to all goes into the covariances, not into the weights.

    Weights from the full covariance would let a small misfit be explained by a large common error, and pull
    the line away from the readings.
    """
    design = np.stack([np.ones_like(x), x], axis=1)
    answer = np.linalg.solve(design.T @ (design / sigma[:, None] ** 2), design.T / sigma**2)
    delta, b = answer @ r
    own = np.sqrt(np.maximum(sigma**2 - common**2, 0.0))
    left = np.eye(len(x)) - design @ answer
    misfit = left @ r
    return _Line(
        float(delta),
        float(b),
        math.hypot(float(np.linalg.norm(answer[0] * own)), float(answer[0] @ common)),
        float(np.linalg.norm(answer[0] * sigma)),
        misfit,
        np.hypot(np.linalg.norm(left * own, axis=1), left @ common),
        float(np.sum((misfit / sigma) ** 2)),
    )


def _weights(lines: Sequence[_Line], best: _Line) -> Vector:
    """How likely each line is beside the best one; they add up to 1."""
    worse = np.array([line.chi2 for line in lines]) - best.chi2
    likelihood = np.exp(-0.5 * np.maximum(worse, 0.0) / best.inflation)
    return np.asarray(likelihood / likelihood.sum())


def _average(lines: Sequence[_Line], best: _Line) -> tuple[float, float]:
    """Mean and standard deviation of delta over all lines that fit."""
    weight = _weights(lines, best)
    delta = np.array([line.delta for line in lines])
    variance = np.array([line.sigma_um**2 for line in lines]) * best.inflation
    mean = float(weight @ delta)
    return mean, math.sqrt(float(weight @ (variance + (delta - mean) ** 2)))


def _interval(
    zoom: tuple[ZoomResidual, ...], lines: Sequence[_Line], best: _Line, *, side_known: bool
) -> tuple[float, float]:
    """The interval that magnitudes allow, misfits beyond the noise let in, over a range that holds it."""
    size = np.array([each.residual_um for each in zoom])
    soft = np.array([each.softness_um for each in zoom])
    x = np.array([each.scale_px / zoom[0].scale_px for each in zoom]) ** 2
    scale_error = best.b * 2.0 * x * np.array([each.scale_sigma_px / each.scale_px for each in zoom])
    grown = math.sqrt(best.inflation) * max(1.0, best.sigma_um / best.alone_um)
    sigma = np.hypot([each.sigma_um for each in zoom], scale_error) * grown
    reach = max(_SEARCHED * line.alone_um * grown for line in lines)
    delta = [line.delta for line in lines]
    sharp = np.sqrt(np.maximum(size**2 - soft**2, 0.0))
    reach += float(np.max(size - sharp))
    return magnitudes_interval(
        x, size, sigma, soft, (min(delta) - reach, max(delta) + reach), side_known=side_known
    )


def _with_signs(zoom: tuple[ZoomResidual, ...], sign: Vector) -> tuple[ZoomResidual, ...]:
    return tuple(
        replace(each, residual_um=float(each.residual_um * s)) for each, s in zip(zoom, sign, strict=True)
    )


def _turned(found: BackFocus, side: Side) -> BackFocus:
    """As magnitudes are told: without a side, or on the negative one."""
    if side == 0:
        return replace(found, delta_um=abs(found.delta_um))
    if side > 0:
        return found
    return replace(
        found,
        delta_um=-found.delta_um,
        low_um=-found.high_um,
        high_um=-found.low_um,
        b_um=-found.b_um,
        zoom=_with_signs(found.zoom, -np.ones(len(found.zoom))),
        misfit_um=tuple(-each for each in found.misfit_um),
    )


def _answer(
    zoom: tuple[ZoomResidual, ...],
    line: _Line,
    delta_um: float,
    sigma_um: float,
    ends_um: tuple[float, float],
    *,
    sign_known: bool,
) -> BackFocus:
    least = [1e-3 * each.sigma_um for each in zoom]
    left = np.hypot(np.maximum(line.misfit_sigma, least), [each.doubt_um for each in zoom])
    return BackFocus(
        delta_um=delta_um,
        sigma_um=sigma_um,
        low_um=ends_um[0],
        high_um=ends_um[1],
        b_um=line.b,
        sign_known=sign_known,
        zoom=zoom,
        misfit_um=tuple(float(value) for value in line.misfit),
        misfit_sigma_um=tuple(float(value) for value in left),
        scatter_um=math.sqrt(float(np.sum(line.misfit**2)) / line.dof) if line.dof else None,
        chi2=line.chi2,
        dof=line.dof,
    )

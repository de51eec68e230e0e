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
is held equally likely and widens the interval downwards. The reported `delta_um` stays the plain reading;
but beside a position with a reference, one without counts only as far as its softness can be known.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

_SOFTNESS_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_INTERVAL = 0.95


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
    """

    scale_px: float
    residual_um: float
    sigma_um: float
    scale_sigma_px: float = 0.0
    softness_um: float = 0.0

    def __post_init__(self) -> None:
        values = (self.scale_px, self.residual_um, self.sigma_um, self.scale_sigma_px, self.softness_um)
        if not all(math.isfinite(value) for value in values):
            raise ValueError(f"a residual needs finite numbers, got {values}")
        if self.scale_px <= 0 or self.sigma_um <= 0 or self.scale_sigma_px < 0 or self.softness_um < 0:
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
    """A weighted fit of r = delta + b x, x = (M / M_tele)**2."""

    delta: float
    b: float
    covariance: Vector
    misfit: Vector
    sigma: Vector
    chi2: float

    @property
    def dof(self) -> int:
        return len(self.misfit) - 2

    @property
    def inflation(self) -> float:
        """How much the variances grow because the law does not hold as well as the noise says; 1 and up."""
        return max(1.0, self.chi2 / self.dof) if self.dof else 1.0


def solve_back_focus(zoom: Sequence[ZoomResidual], *, signed: bool) -> BackFocus:
    """The back-focus error in um and its 95 % interval, from residuals at two or more zoom positions.

    Parameters
    ----------
    zoom : sequence of ZoomResidual
        Two or more, in any order, at scales that differ.
    signed : bool
        Whether a move told the side of the residuals; if not, only their magnitudes are used.

    Raises
    ------
    ValueError
        With fewer than two positions, or all at one scale.

    Notes
    -----
    Three or more positions are needed to see a tracking error. A constant relative error of the f-number
    passes into every residual alike and is not seen as misfit.
    """
    ordered = tuple(sorted(zoom, key=lambda each: -each.scale_px))
    if len(ordered) < 2 or ordered[-1].scale_px > 0.999 * ordered[0].scale_px:
        raise ValueError("the back-focus error needs residuals at two or more zoom positions")
    if not signed:
        ordered = tuple(replace(each, residual_um=abs(each.residual_um)) for each in ordered)
    signs = [np.ones(len(ordered))] if signed else _sign_patterns(len(ordered))
    lines = [_fit(ordered, sign) for sign in signs]
    best = min(range(len(lines)), key=lambda index: round(lines[index].chi2, 6))
    mean, sigma = _average(lines, lines[best])
    low, high = _interval(ordered, signs, lines[best], folded=not signed)
    return _answer(ordered, signs[best], lines[best], mean, sigma, low, high, signed=signed)


def _sign_patterns(count: int) -> list[Vector]:
    """Signs from tele to wide with the wide one positive and at most one change; the plain one first."""
    return [np.where(np.arange(count) < negative, -1.0, 1.0) for negative in range(count)]


def _fit(zoom: tuple[ZoomResidual, ...], sign: Vector, share: float = 0.0) -> _Line:
    """The line through the residuals with these signs, `share` of the possible softness taken off."""
    size = np.array([each.residual_um for each in zoom])
    soft = share * np.array([each.softness_um for each in zoom])
    r = sign * np.sign(size) * np.sqrt(np.maximum(size**2 - soft**2, 0.0))
    x = np.array([each.scale_px / zoom[0].scale_px for each in zoom]) ** 2
    scale_error = 2.0 * x * np.array([each.scale_sigma_px / each.scale_px for each in zoom])
    noise = np.array([each.sigma_um for each in zoom])
    if any(each.softness_um == 0.0 for each in zoom):
        noise = np.hypot(noise, [each.doubt_um for each in zoom])
    line = _weighted_line(x, r, noise)
    return _weighted_line(x, r, np.hypot(noise, line.b * scale_error)) if scale_error.any() else line


def _weighted_line(x: Vector, r: Vector, sigma: Vector) -> _Line:
    design = np.stack([np.ones_like(x), x], axis=1) / sigma[:, None]
    covariance: Vector = np.asarray(np.linalg.inv(design.T @ design), np.float64)
    delta, b = covariance @ design.T @ (r / sigma)
    misfit = r - delta - b * x
    return _Line(float(delta), float(b), covariance, misfit, sigma, float(np.sum((misfit / sigma) ** 2)))


def _weights(lines: Sequence[_Line], best: _Line) -> Vector:
    """How likely each line is beside the best one; they add up to 1."""
    worse = np.array([line.chi2 for line in lines]) - best.chi2
    likelihood = np.exp(-0.5 * np.maximum(worse, 0.0) / best.inflation)
    return np.asarray(likelihood / likelihood.sum())


def _average(lines: Sequence[_Line], best: _Line) -> tuple[float, float]:
    """Mean and standard deviation of delta over all lines that fit."""
    weight = _weights(lines, best)
    delta = np.array([line.delta for line in lines])
    variance = np.array([line.covariance[0, 0] for line in lines]) * best.inflation
    mean = float(weight @ delta)
    return mean, math.sqrt(float(weight @ (variance + (delta - mean) ** 2)))


def _interval(
    zoom: tuple[ZoomResidual, ...], signs: Sequence[Vector], best: _Line, *, folded: bool
) -> tuple[float, float]:
    """The shortest interval holding 95 % of delta over signs and softness; of its magnitude if `folded`."""
    shares = _SOFTNESS_SHARES if any(each.softness_um for each in zoom) else (0.0,)
    centre, sigma, weight = [], [], []
    for share in shares:
        lines = [_fit(zoom, sign, share) for sign in signs]
        own_best = min(lines, key=lambda line: line.chi2)
        centre += [line.delta for line in lines]
        sigma += [math.sqrt(line.covariance[0, 0] * best.inflation) for line in lines]
        weight += list(_weights(lines, own_best) / len(shares))
    if folded:
        centre, sigma, weight = centre + [-c for c in centre], sigma * 2, weight * 2
    return _shortest(np.array(centre), np.array(sigma), np.array(weight), folded=folded)


def _shortest(centre: Vector, sigma: Vector, weight: Vector, *, folded: bool) -> tuple[float, float]:
    """Ends of the shortest interval with 95 % of a sum of normal curves; above zero only if `folded`."""
    likely = weight > 1e-4 * weight.max()
    centre, sigma, weight = centre[likely], sigma[likely], weight[likely]
    if len(centre) == 1:
        return float(centre[0] - 1.96 * sigma[0]), float(centre[0] + 1.96 * sigma[0])
    reach = np.linspace(-5.0, 5.0, 121)
    points = np.unique(np.concatenate([[0.0], (centre[:, None] + sigma[:, None] * reach).ravel()]))
    d = points[points >= 0.0] if folded else points
    density = np.exp(-0.5 * ((d[:, None] - centre) / sigma) ** 2) @ (weight / sigma)
    mass = np.concatenate([[0.0], np.cumsum(np.diff(d) * 0.5 * (density[1:] + density[:-1]))])
    mass /= mass[-1]
    tail = np.linspace(0.0, 1.0 - _INTERVAL, 501)
    low, high = np.interp(tail, mass, d), np.interp(tail + _INTERVAL, mass, d)
    narrowest = int(np.argmin(high - low))
    return float(low[narrowest]), float(high[narrowest])


def _answer(
    zoom: tuple[ZoomResidual, ...],
    sign: Vector,
    line: _Line,
    mean: float,
    sigma: float,
    low: float,
    high: float,
    *,
    signed: bool,
) -> BackFocus:
    x = np.array([each.scale_px / zoom[0].scale_px for each in zoom]) ** 2
    leverage = np.einsum("ni,ij,nj->n", design := np.stack([np.ones_like(x), x], 1), line.covariance, design)
    left = np.sqrt(np.maximum(line.sigma**2 - leverage, (1e-3 * line.sigma) ** 2))
    left = np.hypot(left, [each.doubt_um for each in zoom])
    return BackFocus(
        delta_um=mean if signed else abs(mean),
        sigma_um=sigma,
        low_um=low,
        high_um=high,
        b_um=line.b,
        sign_known=signed,
        zoom=tuple(
            replace(each, residual_um=float(each.residual_um * s)) for each, s in zip(zoom, sign, strict=True)
        ),
        misfit_um=tuple(float(value) for value in line.misfit),
        misfit_sigma_um=tuple(float(value) for value in left),
        scatter_um=math.sqrt(float(np.sum(line.misfit**2)) / line.dof) if line.dof else None,
        chi2=line.chi2,
        dof=line.dof,
    )

"""Best focus from a sweep against ring or motor steps.

The blur through focus is a hyperbola, sqrt(floor**2 + slope**2 (e - best)**2): defocus grows straight with
the steps, and the lens's own blur adds in quadrature. A sweep that shows no peak is a normal result,
`NoPeak`, with the reason in words. Sweeps without a position axis: `hand_sweep`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]

_FEWEST = 5
_WILD = 4.0
_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Peak:
    """Best focus on a position axis.

    Attributes
    ----------
    position, sigma : float
        In the steps given; the sigma holds the scatter of the points about the curve.
    floor_um : float
        Blur left at best focus, as a defocus.
    um_per_step, um_per_step_sigma : float
        How fast the defocus grows with the steps; above 0.
    backlash : float | None
        Best focus going up less best focus going down, in steps; None if the sweep went one way.
    """

    position: float
    sigma: float
    floor_um: float
    um_per_step: float
    um_per_step_sigma: float
    backlash: float | None = None


@dataclass(frozen=True, slots=True)
class NoPeak:
    """Why a sweep has no peak, in words that say what to do."""

    reason: str


def find_peak(
    positions: Sequence[float],
    blur_um: Sequence[float],
    sigma_um: Sequence[float],
    *,
    um_per_step: float | None = None,
) -> Peak | NoPeak:
    """Best focus of a sweep in steps with its sigma, or the reason why there is none.

    Parameters
    ----------
    positions : sequence of float, shape (n,)
        Ring or motor steps in the order of the sweep; need not be regular, may go up and down again.
    blur_um, sigma_um : sequence of float, shape (n,)
        Magnitude of the defocus as read from each picture, and one standard deviation.
    um_per_step : float, optional
        The slope where it is known (from an earlier sweep or the motor's data); fitted if not.

    Raises
    ------
    ValueError
        If the three are not equally long, or a sigma is not above zero.

    Notes
    -----
    Refused: fewer than five points; a curve that rises on one side only; one that is flat within 3 sigma.
    Points more than 4 sigma off the curve lose weight (Tukey's biweight) and do not move the peak.
    """
    e, blur, sigma = (np.array(each, dtype=float) for each in (positions, blur_um, sigma_um))
    if not e.shape == blur.shape == sigma.shape or (sigma <= 0.0).any():
        raise ValueError("positions, blur and sigma must be equally long, and sigma above zero")
    if len(e) < _FEWEST or len(np.unique(e)) < _FEWEST:
        return NoPeak("Too few different positions; take at least five steps through the sharpest point.")
    flat = _flatness(blur, sigma)
    if flat is not None:
        return flat
    way = _ways(e)
    fit = _hyperbola(e, blur, sigma, way, um_per_step)
    return _one_sided(e, blur, sigma, fit) or _peak(fit, way)


@dataclass(frozen=True, slots=True)
class _Hyperbola:
    """floor, slope, best focus and half the backlash, their covariance, and each point's weight."""

    best: float
    slope: float
    floor: float
    half_backlash: float
    covariance: Vector
    weight: Vector


def _flatness(blur: Vector, sigma: Vector) -> NoPeak | None:
    ordered = np.sort(blur)
    few = max(2, len(blur) // 4)
    swing = float(np.median(ordered[-few:]) - np.median(ordered[:few]))
    if swing > 3.0 * float(np.median(sigma)):
        return None
    return NoPeak("The blur did not change over the sweep; turn further, and see that it is the right ring.")


def _ways(e: Vector) -> Vector:
    """+1 where the sweep goes up, -1 where it goes down; all zero if it goes one way (or too little back)."""
    way = np.sign(np.gradient(e))
    both = min(int(np.sum(way > 0)), int(np.sum(way < 0))) >= _FEWEST
    return np.asarray(way if both else np.zeros_like(e))


def _hyperbola(e: Vector, blur: Vector, sigma: Vector, way: Vector, slope_known: float | None) -> _Hyperbola:
    """The robust weighted fit, by damped Gauss-Newton steps from the best of many starts."""
    span = float(np.ptp(e))
    starts = [
        np.array([at, slope_known or float(np.ptp(blur)) / span * steep, max(float(blur.min()), 1e-3), 0.0])
        for at in np.linspace(e.min(), e.max(), 15)
        for steep in ((1.0,) if slope_known else (1.0, 2.0))
    ]
    free = np.array([True, slope_known is None, True, bool(way.any())])
    fits = [_descend(start, free, e, blur, sigma, way) for start in _promising(starts, e, blur, sigma, way)]
    parameters = min(fits, key=lambda each: _loss(each, e, blur, sigma, way))
    return _described(parameters, free, e, blur, sigma, way)


def _promising(starts: list[Vector], e: Vector, blur: Vector, sigma: Vector, way: Vector) -> list[Vector]:
    return sorted(starts, key=lambda each: _loss(each, e, blur, sigma, way))[:4]


def _model(p: Vector, e: Vector, way: Vector) -> Vector:
    return np.asarray(np.hypot(p[2], p[1] * (e - p[0] - p[3] * way)))


def _loss(p: Vector, e: Vector, blur: Vector, sigma: Vector, way: Vector) -> float:
    """Tukey's biweight loss, which stops growing at 4 sigma of noise and scatter together."""
    z = (blur - _model(p, e, way)) / sigma
    return float(
        np.sum(1.0 - (1.0 - np.minimum((z / (_WILD * _spread(z))) ** 2, 1.0)) ** 3) * _spread(z) ** 2
    )


def _spread(z: Vector) -> float:
    """Scatter of normalised misfits by their median, at least 1: real curves are not perfect hyperbolas."""
    return max(1.0, 1.4826 * float(np.median(np.abs(z))))


def _tukey(z: Vector) -> Vector:
    return np.asarray(np.maximum(1.0 - (z / (_WILD * _spread(z))) ** 2, 0.0) ** 2)


def _jacobian(p: Vector, e: Vector, way: Vector) -> Vector:
    off = e - p[0] - p[3] * way
    blur = np.maximum(_model(p, e, way), 1e-9)
    by_best = -(p[1] ** 2) * off / blur
    return np.stack([by_best, p[1] * off**2 / blur, p[2] / blur, by_best * way], axis=1)


def _descend(p: Vector, free: Mask, e: Vector, blur: Vector, sigma: Vector, way: Vector) -> Vector:
    loss, damping = _loss(p, e, blur, sigma, way), 1e-3
    for _ in range(_ROUNDS):
        z = (blur - _model(p, e, way)) / sigma
        weight = _tukey(z)
        jacobian = (_jacobian(p, e, way) / sigma[:, None])[:, free]
        normal = jacobian.T @ (weight[:, None] * jacobian)
        scale = np.diag(np.diag(normal) + 1e-12)
        step = np.zeros(4)
        step[free] = np.linalg.solve(normal + damping * scale, jacobian.T @ (weight * z))
        tried = p + step
        tried_loss = _loss(tried, e, blur, sigma, way)
        if tried_loss < loss:
            done = loss - tried_loss < 1e-9 * (1.0 + loss)
            p, loss, damping = tried, tried_loss, damping / 4.0
            if done:
                break
        else:
            damping *= 6.0
    return p


def _described(p: Vector, free: Mask, e: Vector, blur: Vector, sigma: Vector, way: Vector) -> _Hyperbola:
    z = (blur - _model(p, e, way)) / sigma
    weight = _tukey(z)
    jacobian = (_jacobian(p, e, way) / sigma[:, None])[:, free]
    covariance = np.zeros((4, 4))
    normal = jacobian.T @ (weight[:, None] * jacobian) + 1e-12 * np.eye(int(free.sum()))
    freedom = max(1.0, float(weight.sum()) - float(free.sum()))
    scatter = max(1.0, float(np.sum(weight * z**2)) / freedom)
    covariance[np.ix_(free, free)] = np.linalg.inv(normal) * scatter
    return _Hyperbola(float(p[0]), abs(float(p[1])), abs(float(p[2])), float(p[3]), covariance, weight)


def _one_sided(e: Vector, blur: Vector, sigma: Vector, fit: _Hyperbola) -> NoPeak | None:
    """Refuses a peak that the sweep did not go through, or that its points do not rise from."""
    used = fit.weight > 0.1
    noise = 3.0 * float(np.median(sigma))
    for side in (e < fit.best, e > fit.best):
        beyond = np.sort(blur[side & used])
        if len(beyond) < 2 or beyond[-2:].mean() < fit.floor + noise:
            return NoPeak("The picture got sharper or softer only one way; go on past the sharpest point.")
    if math.sqrt(fit.covariance[0, 0]) > 0.25 * float(np.ptp(e)):
        return NoPeak("The sharpest point cannot be told from noise; more light, or smaller steps.")
    return None


def _peak(fit: _Hyperbola, way: Vector) -> Peak:
    return Peak(
        fit.best,
        math.sqrt(fit.covariance[0, 0]),
        fit.floor,
        fit.slope,
        math.sqrt(fit.covariance[1, 1]),
        2.0 * fit.half_backlash if way.any() else None,
    )

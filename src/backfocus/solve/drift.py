"""Drift: what a motorised lens shows now against what it showed at an earlier time.

Of a lens that holds focus it is the back-focus error that may have moved. Of one that does not (a rear
focus), it is where its motor finds best focus: presets and tables were stored for the places of then.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

SIGMAS = 3.0
"""Less than so many standard deviations is no drift, however small half a depth of focus is."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the focus motor found best focus at one zoom, in its steps, and how far one moves the image."""

    focus: float
    sigma: float
    um_per_step: float


@dataclass(frozen=True, slots=True)
class Found:
    """What one run found.

    Attributes
    ----------
    delta_um, sigma_um : float | None
        The back-focus error; None where the lens has none that could be told.
    places : mapping of float to Place
        By the place of the zoom motor.
    """

    delta_um: float | None
    sigma_um: float | None
    places: Mapping[float, Place]


@dataclass(frozen=True, slots=True)
class Drift:
    """How far it has moved, with its standard deviation; `beyond`: more than half the depth of focus."""

    um: float
    sigma_um: float
    beyond: bool


def drift(now: Found, then: Found, half_depth_um: float) -> Drift | None:
    """From `then` to `now`; None where the two have nothing in common.

    Notes
    -----
    A drift counts as beyond where it is more than half the depth of focus and more than `SIGMAS` of its own
    standard deviation: two poor pictures are no drift.
    """
    if now.delta_um is not None and then.delta_um is not None:
        sigma_um = math.hypot(now.sigma_um or 0.0, then.sigma_um or 0.0)
        return _judged(now.delta_um - then.delta_um, sigma_um, half_depth_um)
    if now.delta_um is not None or then.delta_um is not None:
        return None
    moved = [
        _judged(
            (here.focus - there.focus) * here.um_per_step,
            math.hypot(here.sigma, there.sigma) * here.um_per_step,
            half_depth_um,
        )
        for zoom, here in now.places.items()
        if (there := then.places.get(zoom)) is not None
    ]
    return max(moved, key=lambda each: (each.beyond, abs(each.um)), default=None)


def _judged(um: float, sigma_um: float, half_depth_um: float) -> Drift:
    return Drift(um, sigma_um, abs(um) > max(half_depth_um, SIGMAS * sigma_um))

"""A star's picture as it was before the camera sharpened it, as far as its means tell.

Cameras sharpen code values, not light. The curve from codes to light bends upwards, so what sharpening adds
to the bright side of an edge is more light than what it takes from the dark side: the mean light of a ring
rises with the height and the fineness of its wave, by up to a quarter. Light that rises towards the centre
passes for uneven light, and a lifted mean beside paper, which nothing lifts, for another contrast. The level
of zero frequency then errs by as much, and differently at each zoom and at each defocus.

No lens, no pixel and no filter that works on light changes the mean of a ring. So the means tell how much
the codes were sharpened, and how widely: a mask of that amount and radius must be taken back until they lie
as even light has them (`mask_search`). It is taken back from the codes, and the waves are fitted to what
comes of it. What a mask adds to a wave of its frequency each is given again, as if light had been sharpened:
that is the same in every picture, and so the camera's curve. The mask is a Gaussian. One of another form
leaves some of its own in the waves, which again is the same in every picture. What the camera cuts off at
white after it is put back (`cut_ends`).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ...frame import Samples
from .cut_ends import NO_ENDS, Ends
from .rings import Floats, Floats64, RingFit, Rings, light_of, middle
from .shading import HALO_PX, SAMPLING, halo_within, robust

MASK_PX, RADIUS_SPREAD = 1.0, 0.35
"""Standard deviation of the Gaussian of the mask as guessed, and one sigma of its logarithm."""

LEAST, SIGMAS = 0.04, 4.0
"""A mask that is smaller, or so few sigmas away from none, is none."""

RADIUS_SETTLED, OF_RADIUS = 0.1, 1.5
"""A radius whose logarithm is known this well is not asked for again. An amount is off by this share of it
for each unit that the logarithm of the radius is off."""

BENT = 0.02
"""How far the middle code's light is off half-way between those about it, as a share of their distance, where
a curve is bent: 0.15 for a display's, 0 for light, 0.004 for rounded light."""

STEP = 0.05
"""Of the mask, by which it is tried what it does to the means."""

CURVE_SIGMA = 0.03
"""What the transfer curve may be off, by what it adds to the mean of a ring, as a share of the mean square of
its wave over its light: a gamma that is a tenth too high adds 0.055."""

SETTLED, DRIFT, CHANGED = 0.035, 0.01, 8.0
"""A mask known so well, as a share of 1 + mask, is asked for only now and then; what it may have changed by
from then to the next time; and so many sigmas off is a mask that somebody changed."""

PUT_BACK_SIGMA = 0.12
"""One sigma of what is put back to the mean of a ring, as a share of it."""

OWN_SIGMA = 0.02
"""What the mask of one picture may be off, as a share of 1 + mask, however many pixels tell it."""

TRIES, SAME_MASK, FARTHER, MOST_MASK = 7, 0.01, 2.0, 3.0
"""Times that a mask is tried in one picture; a smaller change is none; of the first step; the most."""

LITTLE, NO_MASK = 0.5, 2.5
"""Sigmas of what is left, below which it is not worth while to look for more: of a mask, and where nothing
was taken back."""

_POWER = 4
"""Of the polynomial that undoes a mask: right to 0.0001 for a mask of 100 %, to 0.004 for one of 300 %."""

BLURRED_PX = 20.0
"""From so far away a pixel takes something by all these blurs: four of the filter's own radius, and a few."""

FEWEST, WHOLE = 8, 0.97
"""Rings; and how much of one must be in view, so that its waves cancel."""

_CODES, _NOTHING = 1 << 16, 1e-9

OTHERS = (_NOTHING, _NOTHING, CURVE_SIGMA**-2, HALO_PX**-2)
"""How well what else changes the means is known in advance, as in `Means._others`: 1 / sigma**2."""


@dataclass(frozen=True, slots=True)
class Mask:
    """How the camera sharpens its codes.

    `amount` and one sigma of it: 1 is an unsharp mask of 100 %. `radius_px`: the standard deviation of its
    Gaussian, and `spread`, one sigma of the logarithm of that. `ends`: where codes are cut off after it.
    """

    amount: float = 0.0
    sigma: float = 1.0
    radius_px: float = MASK_PX
    spread: float = RADIUS_SPREAD
    ends: Ends = NO_ENDS

    @property
    def taken(self) -> float:
        """What is taken back: nothing where it may be nothing."""
        least = LEAST if self.ends.lifted else max(LEAST, SIGMAS * self.sigma)
        return self.amount if self.amount > least else 0.0

    @property
    def settled(self) -> bool:
        """Whether it is known so well that few pictures need be asked."""
        told = not self.taken or self.spread <= RADIUS_SETTLED
        return told and self.sigma <= SETTLED * (1.0 + self.amount)

    @property
    def doubt(self) -> float:
        """What the amount may be off, with what comes of the radius."""
        return math.hypot(self.sigma, OF_RADIUS * self.taken * self.spread)

    @property
    def later(self) -> "Mask":
        """What is known of it after some time: somebody may have been in the camera's menu."""
        return replace(self, sigma=math.hypot(self.sigma, DRIFT))

    def after(self, seen: "Mask") -> "Mask":
        """What is known after a picture: the one of the two that tells it best.

        What is off is mostly the same in like pictures (a demosaic that follows edges, an uneven lamp):
        a hundred that tell it badly are no better than one.
        """
        ends = self.ends if seen.ends.open else seen.ends
        sigma = math.hypot(self.sigma, seen.sigma)
        if seen.doubt < self.doubt or abs(self.amount - seen.amount) > CHANGED * sigma:
            return replace(seen, ends=ends)
        return replace(self, ends=ends)


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """A picture of codes, and the light of each code."""

    picture: Samples
    curve: Floats


def means_tell(curve: Floats) -> bool:
    """Whether sharpened codes of this curve change the mean light of a ring: codes that are light do not."""
    quarter, half, three = (float(curve[share * (len(curve) - 1) // 4]) for share in (1, 2, 3))
    return abs((quarter + three) / 2.0 - half) > BENT * abs(three - quarter)


def added(amount: float, frequency: Floats64, radius_px: float = MASK_PX) -> Floats64:
    """By how much a mask multiplies a wave of each frequency, 1 and more."""
    return np.asarray(1.0 + amount * (1.0 - np.exp(-2.0 * (np.pi * radius_px * frequency) ** 2)))


def unsharpened(codes: Codes, amount: float, line_step: int, radius_px: float = MASK_PX) -> Codes:
    """The codes before a mask was added to them; in finer steps than before, and parts of a step.

    The mask leaves 1 + amount (1 - b) of a wave of which its blur leaves b; so what undoes it is a polynomial
    in that blur.
    """
    seen = codes.picture.astype(np.float32)
    steps, (first, *parts) = _steps(codes.curve), _undoing(round(amount, 4))
    found = seen * np.float32(first * steps)
    for part in parts:
        _blur(found, radius_px, line_step, found)
        cv2.scaleAdd(seen, part * steps, found, dst=found)
    return Codes(found, _finer(codes.curve.tobytes(), steps))


def blurred(picture: Samples, line_step: int, radius_px: float = MASK_PX) -> Iterator[Floats]:
    """The picture as it is, blurred once, twice and so on: what the polynomial adds up.

    Each is written over by the next.
    """
    seen = picture.astype(np.float32)
    yield seen
    for _ in range(_POWER):
        _blur(seen, radius_px, line_step, seen)
        yield seen


def light_without(amount: float, blurs: Sequence[Floats], curve: Floats) -> Floats:
    """Light of some pixels before a mask was added to them, by their codes in `blurred`."""
    steps = _steps(curve)
    parts = reversed(_undoing(round(amount, 4)))
    codes = sum(each * np.float32(part * steps) for part, each in zip(parts, blurs, strict=True))
    return light_of(np.asarray(codes, np.float32), _finer(curve.tobytes(), steps))


def _steps(curve: Floats) -> int:
    """Into how many a code is parted: as many as 16 bits hold."""
    return _CODES // curve.size


@lru_cache(maxsize=64)
def _undoing(amount: float) -> tuple[float, ...]:
    """The polynomial that is 1 / (1 + amount (1 - b)) for b from 0 to 1, the highest power first."""
    at = (1.0 - np.cos(np.pi * (np.arange(_POWER + 1) + 0.5) / (_POWER + 1))) / 2.0
    return tuple(np.polyfit(at, 1.0 / (1.0 + amount * (1.0 - at)), _POWER).tolist())


def _blur(codes: Floats, radius_px: float, line_step: int, into: Floats) -> None:
    cv2.GaussianBlur(codes, (0, 0), radius_px, dst=into, sigmaY=radius_px / line_step)


@lru_cache(maxsize=8)
def _finer(curve: bytes, steps: int) -> Floats:
    light = np.frombuffer(curve, np.float32)
    at = np.arange(light.size * steps) / steps
    return np.interp(at, np.arange(light.size), light).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """What the means of whole rings inside the rim are held against; shape (rings,).

    `rows`: which rings they are; `squares`: of their waves as once fitted, half; `sigma`: of their means;
    `halo`: light that paper around brings, were it a unit brighter.
    """

    rows: NDArray[np.intp]
    radius: Floats64
    frequency: Floats64
    squares: Floats64
    sigma: Floats64
    halo: Floats64

    @classmethod
    def of(
        cls,
        rings: Rings,
        fit: RingFit,
        inside: NDArray[np.bool_],
        frequency: Floats64,
        rim_px: float | None,
        disc_px: float,
    ) -> "Means | None":
        """From the rings inside the rim; None without enough. `disc_px`: radius of the blur disc."""
        rows = np.flatnonzero(inside & (fit.mean > 0) & (rings.visible > WHOLE))
        if rows.size < FEWEST:
            return None
        radius, mean = rings.radius_px[rows], fit.mean[rows]
        return cls(
            rows,
            radius,
            frequency[rows],
            _squares(fit)[rows],
            np.hypot(fit.noise[rows] / np.sqrt(fit.samples[rows]), SAMPLING * mean),
            np.zeros(rows.size) if rim_px is None else halo_within(radius, rim_px, disc_px),
        )

    def mask_left(self, amount: float, mean: Floats64, less: Floats64) -> Mask:
        """The mask that is still in the codes, were it small; its sign is right where it is large.

        Parameters
        ----------
        amount : float
            What was taken back since the rings were fitted, of a mask of the usual radius.
        mean, less : ndarray, shape (rings,)
            Means of the rings `rows` after that, and with `STEP` more of a mask taken back, of all their
            pixels. What stands out of a fit counts too: at the edges of wide spokes that is what a mask has
            added.
        """
        squares = self.squares / added(amount, self.frequency) ** 2
        columns = np.vstack([self._others(mean, squares), (mean - less) / STEP])
        found, covariance, _ = robust(columns, mean, self.sigma, np.diag([*OTHERS, _NOTHING]))
        scatter = math.sqrt(float(np.mean(np.square((mean - found @ columns) / self.sigma))))
        return Mask(float(found[-1]), math.sqrt(covariance[-1, -1]) * max(1.0, scatter))

    def misfit(self, now: RingFit, put_back: Floats64 | None = None) -> float:
        """-2 ln of the chance of the means of the rings `rows`, were no mask left.

        `put_back`: what was added to them.
        """
        sigma = self.sigma if put_back is None else np.hypot(self.sigma, PUT_BACK_SIGMA * put_back)
        columns = self._others(now.mean, _squares(now))
        found, _, _ = robust(columns, now.mean, sigma, np.diag(OTHERS))
        off = float(np.sum(np.square((now.mean - found @ columns) / sigma)) + np.square(found) @ OTHERS)
        return off + 2.0 * float(np.sum(np.log(sigma / self.sigma)))

    def _others(self, mean: Floats64, squares: Floats64) -> Floats64:
        """What beside a mask changes a mean along the radius, apart from the sampling of the spokes.

        Light that falls off to the corners, a transfer curve that is not quite the right one, and the halo.
        """
        light = middle(mean)
        across = (self.radius / self.radius.max()) ** 2
        return np.array([np.ones(mean.size), across, squares / light, light * self.halo])


def _squares(fit: RingFit) -> Floats64:
    """Half the squares of the waves."""
    return np.asarray((np.abs(fit.wave) ** 2 + np.abs(fit.third) ** 2) / 2)


def own_mask(left: Callable[[float], Mask], first: float) -> Mask:
    """The mask that leaves none, by regula falsi from the one that was taken back at first.

    `left`: the mask that is still in a picture with so much taken back. It is told too small where it is
    large, so that the first step is longer.
    """
    tried = [(first, left(first))]
    for _ in range(TRIES):
        at, rest = tried[-1]
        if abs(rest.amount) < max(SAME_MASK, (LITTLE if at else NO_MASK) * rest.sigma):
            break
        step = rest.amount * FARTHER
        if len(tried) > 1:
            before, more = tried[-2]
            rise = more.amount - rest.amount
            step = rest.amount * (at - before) / rise if rise * (at - before) > 0 else step
        tried.append((to := min(max(at + step, 0.0), MOST_MASK), left(to)))
    at, rest = tried[-1]
    return Mask(at + rest.amount, rest.sigma)

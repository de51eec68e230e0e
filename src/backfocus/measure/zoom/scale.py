"""The zoom's scale from picture to picture: the radius the star's rim has, or would have.

Three witnesses, in this order: the rim where it is in view, the twists of our own chart, and corners
followed from a picture whose scale is known. A rim is checked by the corners where it moved, or is faint.
Twists alone are believed when they agree with the scale of the picture before, or when many in a row say
the same picture after picture. Whatever stands alone or contradicts is not `sure`.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property

from ...target import TWIST_WINDOW
from ..find.ring_harmonics import Pyramid
from ..star.measurement import SeenStar, StarMeasurement
from .corners import Luma8, Points, corners_around, scale_change
from .twist import TwistScale, read_twists

LEAST_RINGS = 12
SAME_PLACE = 0.2
"""A twist scale further from the last belongs to another place in the sequence: places lie 41 % apart."""
CERTAIN_TWISTS = 5
CERTAIN_PICTURES = 3
KEY_WIDTH_PX = 1024
NEW_KEY = 1.12
"""Zoom since the key picture after which a new one is taken."""
FAINT = 0.5
"""Modulation at the rim below which blur moves the rim."""
FAINT_SIGMA = 0.1
MOVED = 0.02
RIM_AGREES = 0.03
HELD_SIGMA = 0.1
"""Of a scale carried over from the picture before, as a share: focusing changes it by up to 15 %."""


@dataclass(frozen=True, eq=False)
class Key:
    """A reduced picture whose scale is known.

    `centre` is the star's, in its columns and rows; `share` is its width against the whole picture's;
    `line_step` is the height of a row in columns.
    """

    picture: Luma8
    centre: tuple[float, float]
    share: float
    line_step: int
    scale_px: float
    sigma_px: float

    @property
    def radius(self) -> float:
        """The star's rim in its columns."""
        return self.scale_px * self.share

    @cached_property
    def corners(self) -> Points:
        """Its corners outside the star: looked for once, when the first picture is compared with it."""
        return corners_around(self.picture, self.centre, self.radius, line_step=self.line_step)


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Scale of one picture: `px` is None when unknown, `sure` says whether a second witness agrees.

    `twisted` is None as long as the chart may be either; `steady` counts pictures whose twists agreed.
    """

    px: float | None = None
    sigma_px: float | None = None
    sure: bool = False
    twisted: bool | None = None
    steady: int = 0
    key: Key | None = None


def twists_of(seen: SeenStar, expected_px: float | None) -> TwistScale | None:
    """What the twists of a star say; None when they do not tell.

    Where the rim is in view only its own radius is tried, otherwise first the expected one and then all
    others.
    """
    rings = seen.waves
    if rings[0].size < LEAST_RINGS:
        return None
    near_px = seen.radius_px or expected_px
    near = read_twists(*rings, near_px=near_px) if near_px else None
    return near if near or seen.radius_px else read_twists(*rings)


def next_scale(
    before: Scale, measured: StarMeasurement, twists: TwistScale | None, picture: Pyramid
) -> Scale:
    """Scale of a picture, from its star and from the scale before."""
    view = _view(picture, measured)
    if measured.radius_px is not None:
        scale = _from_rim(before, measured, twists)
        if not _backed(twists) and (is_faint(measured) or _moved(before, scale)):
            scale = _checked(scale, _matched(before, *view), is_faint(measured))
    elif twists is not None:
        scale = _from_twists(before, twists)
    else:
        scale = _matched(before, *view) or _held(before)
    return replace(scale, key=_key(scale, *view, picture))


def stands(rim_px: float | None, before: Scale) -> bool:
    """Whether a rim stands where it was: one that is clear needs no second witness."""
    if rim_px is None or before.px is None or not (before.sure and before.twisted):
        return False
    return abs(math.log(rim_px / before.px)) < MOVED


def is_faint(measured: StarMeasurement) -> bool:
    """Whether the rim is so blurred that its radius is a guess."""
    return not measured.modulation or abs(measured.modulation[0]) < FAINT


def _backed(twists: TwistScale | None) -> bool:
    return twists is not None and twists.count >= TWIST_WINDOW


def _from_rim(before: Scale, measured: StarMeasurement, twists: TwistScale | None) -> Scale:
    """The rim's radius.

    Or the twists' where they are many and say that blur or the frame cut the rim short.
    """
    px, sigma_px = float(measured.radius_px or 0.0), float(measured.radius_sigma_px or 0.0)
    agree = twists is None or abs(math.log(twists.radius_px / px)) < SAME_PLACE
    if twists is not None and agree and _backed(twists) and abs(math.log(twists.radius_px / px)) > RIM_AGREES:
        px, sigma_px = twists.radius_px, twists.sigma_px
    return Scale(
        px=px,
        sigma_px=sigma_px,
        sure=agree,
        twisted=before.twisted or (True if twists is not None and agree else None),
        steady=before.steady + 1 if twists is not None and agree else 0,
        key=before.key,
    )


def _moved(before: Scale, now: Scale) -> bool:
    return bool(before.px and now.px and abs(math.log(now.px / before.px)) > MOVED)


def _checked(rim: Scale, matched: Scale | None, faint: bool) -> Scale:
    """The scale of a rim by what surrounds the star.

    That wins where they differ; a faint rim alone owns up.
    """
    if matched is None or not matched.px or not rim.px:
        return replace(rim, sigma_px=FAINT_SIGMA * (rim.px or 0.0)) if faint else rim
    apart = abs(math.log(rim.px / matched.px))
    return rim if apart < RIM_AGREES and not faint else replace(matched, sure=apart < 3 * FAINT_SIGMA)


def _from_twists(before: Scale, twists: TwistScale) -> Scale:
    same = before.px is not None and abs(math.log(twists.radius_px / before.px)) < SAME_PLACE
    steady = before.steady + 1 if same and twists.count >= CERTAIN_TWISTS else 0
    return Scale(
        px=twists.radius_px,
        sigma_px=twists.sigma_px,
        sure=(same and before.sure) or steady >= CERTAIN_PICTURES,
        twisted=True,
        steady=steady,
        key=before.key,
    )


def _matched(before: Scale, view: Luma8, centre: tuple[float, float]) -> Scale | None:
    """Scale by corners followed from the key picture; None when nothing tells."""
    key = before.key
    if key is None or key.picture.shape != view.shape:
        return None
    change = scale_change(
        key.picture,
        key.centre,
        view,
        centre,
        corners=key.corners,
        radius_before=key.radius,
        line_step=key.line_step,
    )
    if change is None:
        return None
    px = key.scale_px * change.ratio
    sigma = math.hypot(key.sigma_px * change.ratio, px * change.sigma)
    return replace(before, px=px, sigma_px=sigma, sure=True, steady=0)


def _held(before: Scale) -> Scale:
    """Nothing tells: a twisted star keeps its scale, unsure, until its twists are back.

    A plain one has none.
    """
    held = before.px if before.twisted else None
    return replace(before, px=held, sigma_px=held and HELD_SIGMA * held, sure=False, steady=0)


def _view(picture: Pyramid, measured: StarMeasurement) -> tuple[Luma8, tuple[float, float]]:
    """The level of the pyramid to follow corners in, and the star's centre in its columns and rows."""
    k = _key_level(picture)
    y = (measured.y_px - picture.first_line) / picture.line_step
    return picture.levels[k], ((measured.x_px + 0.5) / 2**k - 0.5, (y + 0.5) / 2**k - 0.5)


def _key_level(picture: Pyramid) -> int:
    return next((k for k, level in enumerate(picture.levels) if level.shape[1] <= KEY_WIDTH_PX), 0)


def _key(scale: Scale, view: Luma8, centre: tuple[float, float], picture: Pyramid) -> Key | None:
    """The key picture for the next: kept while the zoom hardly moves, so that its errors do not add up."""
    key = scale.key
    if not scale.sure or scale.px is None or scale.sigma_px is None:
        return key
    fits = key is not None and key.picture.shape == view.shape
    if key is not None and fits and abs(math.log(scale.px / key.scale_px)) < math.log(NEW_KEY):
        return key
    return Key(view, centre, 0.5 ** _key_level(picture), picture.line_step, scale.px, scale.sigma_px)

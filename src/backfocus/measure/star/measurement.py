"""A Siemens star measured: centre, rim, levels, and the modulation of every ring down to Nyquist.

The star method of ISO 12233, on pixels: light is fitted by a wave of n cycles per turn on rings about the
refined centre (`rings`, `centre`); the amplitude, divided by the contrast the chart has at zero frequency
(`levels`), is the modulation of lens times pixel at n / (2 pi r) cycles per pixel.
"""

import math
from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from ...frame import Samples
from ..reading import Flag, MeasuredCurve
from .aliasing import come_back, near_nyquist
from .centre import ring_frequencies
from .cut_ends import Cutting, find_ends, put_back
from .inner_end import find_inner_end
from .levels import Levels, blur_disc_px, find_levels, find_rim
from .mask_search import MaskSearch
from .motion_blur import MotionBlur, by_direction, motion_blur
from .mtf import Response, respond, upright
from .pose import Pose
from .printed_rings import beside_printed_rings
from .rings import (
    Floats,
    Floats64,
    RingFit,
    Rings,
    fit_clean,
    fit_other_light,
    middle,
)
from .shading import Shading, find_shading, flat_fielded
from .unsharpened import OWN_SIGMA, SAME_MASK, Mask, Means, added, means_tell
from .view import LEAST_SAMPLES, LEAST_VISIBLE, View, posed, reach_of

SMALLEST_PX, CURVED = 9.0, 3.4
"""Below this radius a ring has too few pixels to tell its waves apart; below so many radii of the blur disc
it is so curved, with few cycles, that other frequencies show by a hundredth of modulation and more."""

CURVED_PER_CYCLE = 0.35
"""As `CURVED`, of a star of few cycles."""

STRONG_SIGMAS, STRONG_NOISE, FEWEST_STRONG = 5.0, 0.5, 4
"""A ring is seen when its wave stands so far above its own sigma and above the noise of its pixels; fewer
rings than this are no star that can be read."""

FAINT_CONTRAST = 0.3
"""Difference over sum of white and black below which a star is faint; ink on paper gives twice that."""

FACING = 0.004
"""Stretch up to which a chart faces the camera: of one turned away by 5 degrees."""

WHOLE_RING, OUTERMOST = 0.97, 3
"""A frame cuts so many outermost rings first; less of them in view than this, and the star is cropped."""

DARK_LIGHT, DARK_CODES = 0.03, 0.25
"""White below this light, or in the lowest quarter of the codes, is too few steps above black."""

EVENINGS = 2
"""Times uneven light is taken off: on rings cut by the frame it leaks into the waves the first time."""


SMEARED_PX, SURE, DOUBT = 1.7, 3.5, 1.5
"""Longer motion blur than this, so many sigmas of its square, is a move; below `DOUBT` sigmas it is none."""

MANY_SAMPLES = 960
"""Pixels of a ring where those of every picture leave it open whether it moved."""


LEVEL_OF_MASK = 0.15
"""What zero frequency is off by a mask that is off by 1: 0.05 to 0.1 in focus, 0.25 far out of it."""


@dataclass(frozen=True, slots=True)
class StarMeasurement(MeasuredCurve):
    """What one picture says about its star, with its curve; light is in the unit of the picture.

    Attributes
    ----------
    x_px, y_px, centre_sigma_px
        Centre, in lines of the whole picture; integers are pixel centres.
    radius_px, radius_sigma_px
        The rim; None when it is not in view.
    ring_radius_px, ring_phase_rad, ring_amplitude, ring_sigma
        Every ring in view from the centre outwards, before any twist is undone: for reading twists.
    white, black, noise
        Light of the chart's white and black, and the noise of a pixel.
    stretch, skew
        Shears that make circles of the star's ellipses: sqrt(stretch**2 + skew**2) is about
        (1 - cos(tilt)) / (1 + cos(tilt)).
    motion_blur
        Blur in one direction, as if the picture had run; None where the rings do not tell (`motion_blur`).
    mask
        How much the camera sharpens, by the means of the rings and what was known (`unsharpened`); None in a
        picture of light. The modulation holds what it adds to a wave.
    flags
        `lost` (no ring shows the star), `too-dark`, `low-contrast` (also: all rings are blurred below 0.5),
        `sharpened`, `sharpening-unknown` (too soft to tell), `moving` (smeared by more than 1.7 px),
        `cropped`, `tilted`, `above-nyquist`, `too-small` (MTF50 lies beyond what the rings reach, or is given
        but only rings beyond those that tell it well come near), `glossy` (the chart mirrors light),
        `aliased` (rings finer than Nyquist come back).
    """

    x_px: float
    y_px: float
    centre_sigma_px: float
    cycles: int
    radius_px: float | None = None
    radius_sigma_px: float | None = None
    ring_radius_px: tuple[float, ...] = ()
    ring_phase_rad: tuple[float, ...] = ()
    ring_amplitude: tuple[float, ...] = ()
    ring_sigma: tuple[float, ...] = ()
    white: float | None = None
    black: float | None = None
    noise: float | None = None
    stretch: float = 0.0
    skew: float = 0.0
    motion_blur: MotionBlur | None = None
    mask: Mask | None = None
    flags: frozenset[Flag] = frozenset()


class Seeing(TypedDict, total=False):
    """What is known of a star and its picture before it is read; see `measure_star`."""

    radius_px: float | None
    curve: Floats | None
    line_step: int
    first_line: int
    tracked: bool
    mask: Mask | None
    asks_mask: bool


def measure_star(
    picture: Samples,
    x_px: float,
    y_px: float,
    cycles: int,
    *,
    twist_radius_px: float | None = None,
    levels: tuple[float, float] | None = None,
    **known: Unpack[Seeing],
) -> StarMeasurement:
    """Measure the star near (x_px, y_px); modulation runs from -1 to 1, in sharpened pictures above.

    Parameters
    ----------
    picture : ndarray, shape (rows, columns)
        Linear light, float32; or code values when `curve` is given.
    x_px, y_px : float
        Centre to within 3 px and a few per cent of the radius; lines of the whole picture.
    cycles : int
        Black-and-white pairs per turn, at least 3.
    radius_px : float, optional
        Rim as far as known (to 15 %); without it the rim is looked for to the borders of the picture.
    curve : ndarray of float32, optional
        Light of every code value (`transfer.curve`): then only the pixels that are used are linearised.
    twist_radius_px : float, optional
        Radius the rim of a *twisted* star has or would have in this picture (`target.twist_radii`).
    levels : (float, float), optional
        Black and white in light, as read from patches beside the star.
    line_step, first_line : int
        A field of an interlaced picture: row k is line first_line + line_step * k.
    tracked : bool
        The centre is probably known to half a pixel: then the first refinement is saved.
    mask : Mask, optional
        What is known of the camera's sharpening of codes; without it nothing is.
    asks_mask : bool
        Whether the picture is asked for it too, and the better of the two answers is taken.

    Notes
    -----
    A poor picture comes back with flags; `lost` when no ring shows the star. Rings of less than about 10 px
    radius suffer from their curvature.

    References
    ----------
    ISO 12233:2023, annex E (s-SFR); Loebich et al., "Digital camera resolution measurement using sinusoidal
    Siemens stars", Proc. SPIE 6502 (2007), doi:10.1117/12.703817.
    """
    seen = see_star(picture, x_px, y_px, cycles, twist_radius_px=twist_radius_px, **known)
    return seen.measured(twist_radius_px, levels)


def see_star(
    picture: Samples,
    x_px: float,
    y_px: float,
    cycles: int,
    *,
    radius_px: float | None = None,
    curve: Floats | None = None,
    twist_radius_px: float | None = None,
    line_step: int = 1,
    first_line: int = 0,
    tracked: bool = False,
    mask: Mask | None = None,
    asks_mask: bool = True,
) -> "SeenStar":
    """The star near (x_px, y_px) with its rings read and nothing taken from them yet; as `measure_star`.

    `twist_radius_px`: as far as it is known before the rings tell.
    """
    if cycles < 3 or not (math.isfinite(x_px) and math.isfinite(y_px)):
        raise ValueError(f"a star needs 3 cycles and a finite centre, got {cycles} at ({x_px}, {y_px})")
    reach_px = reach_of(picture, x_px, y_px, cycles, radius_px, line_step)
    view = View(picture, cycles, curve, line_step, first_line, reach_px)
    known = mask if mask and curve is not None else Mask()
    softer = view.without(known.taken, Pose(x_px, y_px), known.radius_px)
    pose, sigma = posed(softer, Pose(x_px, y_px), radius_px, tracked)
    read = _read(view, softer, pose, known)
    if asks_mask and curve is not None and means_tell(curve):
        read = _with_own_mask(view, read, pose, twist_radius_px)
    standing = _standing(read.rings, read.fit, pose)
    kept = _kept(standing, pose, cycles, twist_radius_px)
    return SeenStar(read, pose, sigma, twist_radius_px, standing, kept)


@dataclass(frozen=True, slots=True, eq=False)
class SeenStar:
    """A star whose rings have been read: its rim and twists can be asked before it is measured."""

    _read: "_Read"
    _pose: Pose
    _centre_sigma_px: float
    _twist_radius_px: float | None
    _standing: "_Standing | None"
    _kept: "_Kept | None"

    @property
    def radius_px(self) -> float | None:
        """The rim; None when it is not in view."""
        return None if self._kept is None else self._kept.rim_px

    @property
    def waves(self) -> tuple[Floats64, Floats64, Floats64, Floats64]:
        """Radius, phase, amplitude and its sigma of every ring in view from the centre outwards.

        Before any twist is undone; empty where nothing is seen of the star.
        """
        kept = self._kept
        if kept is None:
            return (np.empty(0),) * 4
        inside = kept.inside
        wave = self._read.fit.wave[inside]
        return (
            self._read.rings.radius_px[inside],
            np.angle(wave),
            kept.amplitude[inside],
            kept.sigma[inside],
        )

    def measured(
        self, twist_radius_px: float | None, levels: tuple[float, float] | None = None
    ) -> StarMeasurement:
        """What it says; as `measure_star`."""
        kept, read = self._kept, self._read
        if twist_radius_px != self._twist_radius_px:
            kept = _kept(self._standing, self._pose, read.view.cycles, twist_radius_px)
        found = _assemble(kept, read, self._pose, self._centre_sigma_px, twist_radius_px, levels)
        return found if read.view.curve is None else replace(found, mask=read.mask)


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """The rings of a picture with the mask taken back that is known of its camera."""

    view: View
    rings: Rings
    fit: RingFit
    mask: Mask


def _read(view: View, soft: View, pose: Pose, mask: Mask) -> _Read:
    """The rings about a pose, what was cut off after a mask put back; `soft`: the view without the mask."""
    rings, fit = fit_clean(soft.rings(pose))
    if mask.taken and view.curve is not None and not mask.ends.open:
        cutting = Cutting(mask.taken, mask.radius_px, mask.ends, view.curve)
        frequency = view.cycles / (2.0 * math.pi * rings.radius_px)
        light, fit, _ = put_back(rings.light, rings.wave, fit, frequency, cutting)
        rings = replace(rings, light=light)
    return _Read(soft, rings, fit, mask)


def _with_own_mask(view: View, read: _Read, pose: Pose, twist_radius: float | None) -> _Read:
    """The rings read with the mask taken back that this picture tells, if it tells it better than known."""
    kept = _kept(_standing(read.rings, read.fit, pose), pose, view.cycles, twist_radius)
    means = kept and Means.of(kept.rings, kept.fit, kept.inside, kept.frequency, kept.rim_px, kept.disc_px)
    if not means or kept is None or view.curve is None:
        return read
    known = read.mask
    if known.ends.open:
        ends = find_ends(view.codes(pose), kept.fit, kept.inside, kept.rim_px, view.curve)
        known = replace(known, ends=ends)
    mask = known.after(_own(view, pose, means, known))
    same = abs(mask.taken - known.taken) < SAME_MASK and mask.radius_px == known.radius_px
    if same and (mask.ends == read.mask.ends or not mask.taken):
        return replace(read, mask=mask)
    return _read(view, view.without(mask.taken, pose, mask.radius_px), pose, mask)


def _own(view: View, pose: Pose, means: Means, known: Mask) -> Mask:
    """The mask that a picture tells by itself; most cameras have none, which two fits show."""
    search = MaskSearch.of(view, pose, means, known)
    if known.taken:
        return _sure(search.around(known.taken, known.radius_px))
    usual = search.of_usual_radius()
    own = replace(known, amount=usual.amount, sigma=_own_sigma(usual))
    return _sure(search.found()) if known.ends.lifted or own.taken else own


def _sure(mask: Mask) -> Mask:
    return replace(mask, sigma=_own_sigma(mask))


def _own_sigma(mask: Mask) -> float:
    """With what the mask of one picture may be off however many pixels tell it."""
    return math.hypot(mask.sigma, OWN_SIGMA * (1.0 + mask.amount))


@dataclass(frozen=True, slots=True, eq=False)
class _Standing:
    """The rings of a star within its rim, before any twist is undone; names as in `_Kept`."""

    rings: Rings
    fit: RingFit
    sigma: Floats64
    amplitude: Floats64
    frequency: Floats64
    inside: NDArray[np.bool_]
    rim_px: float | None
    rim_sigma_px: float | None


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """The rings of a star that count, and what they say.

    Attributes
    ----------
    rings, fit
        As read, or with uneven light taken off.
    sigma, amplitude
        Of each ring's wave as read.
    frequency, signed
        Cycles per pixel, and the wave's height with its sign.
    inside, keep
        Rings within the rim, and those of them whose wave tells of the lens.
    rim_px, rim_sigma_px
        None where the rim is not in view.
    disc_px, curved_px
        Diameter of the blur disc, and the radius below which rings are too curved for it.
    """

    rings: Rings
    fit: RingFit
    sigma: Floats64
    amplitude: Floats64
    frequency: Floats64
    signed: Floats64
    inside: NDArray[np.bool_]
    keep: NDArray[np.bool_]
    rim_px: float | None
    rim_sigma_px: float | None
    disc_px: float
    curved_px: float


def _assemble(
    kept: _Kept | None,
    read: _Read,
    pose: Pose,
    centre_sigma: float,
    twist_radius: float | None,
    given: tuple[float, float] | None,
) -> StarMeasurement:
    """The measurement from the rings that count: first even light, then levels, then the curve."""
    cycles = read.view.cycles
    nothing = StarMeasurement(pose.x_px, pose.y_px, centre_sigma, cycles, flags=frozenset({Flag.LOST}))
    if kept is None:
        return nothing
    kept, shading = _evened(kept, pose, twist_radius)
    level = None
    if shading is not None:
        level = find_levels(kept.fit, kept.frequency, kept.signed, kept.keep, shading, given)
    if shading is None or level is None:
        return replace(nothing, radius_px=kept.rim_px)
    told = _told(kept, level, pose, centre_sigma, read)
    return replace(told, flags=told.flags | {Flag.GLOSSY}) if shading.glossy else told


def _standing(rings: Rings, fit: RingFit, pose: Pose) -> _Standing | None:
    """The rings within the rim; None where too few stand out of their noise."""
    radius = rings.radius_px
    visible = fit.samples / rings.plan.full
    usable = (visible > LEAST_VISIBLE) & (fit.samples > LEAST_SAMPLES) & (radius > SMALLEST_PX)
    sigma = fit.noise * np.sqrt(2 / np.maximum(fit.samples, 1.0))
    amplitude = np.abs(fit.wave)
    strong = usable & (amplitude > STRONG_SIGMAS * sigma) & (amplitude > STRONG_NOISE * fit.noise)
    if strong.sum() < FEWEST_STRONG:
        return None
    rim, rim_sigma, last = find_rim(rings, fit, usable)
    frequency = ring_frequencies(rings, pose, fit)
    # a ring of a single code, as in a centre crushed to black, has no wave and so no frequency
    inside = usable & (np.arange(len(usable)) < last) & (frequency > 0)
    return _Standing(rings, fit, sigma, amplitude, frequency, inside, rim, rim_sigma)


def _kept(seen: _Standing | None, pose: Pose, cycles: int, twist_radius: float | None) -> _Kept | None:
    """The rings that count; None where none stand."""
    if seen is None:
        return None
    rings, fit, sigma, radius = seen.rings, seen.fit, seen.sigma, seen.rings.radius_px
    frequency, inside, rim = seen.frequency, seen.inside, seen.rim_px
    signed, keep = upright(fit.wave, sigma, radius, inside, twist_radius)
    keep = _clear_of_rim(keep, radius, frequency, signed, rim and rim * (1 - 2 * abs(pose.shear)))
    end = find_inner_end(radius, fit, inside & (radius <= radius[keep].max(initial=0.0)))
    shown = _clear_of_centre(inside, radius, frequency, signed, end)
    inside, keep = inside & shown, beside_printed_rings(radius, signed, sigma, keep & shown)
    disc_px = blur_disc_px(frequency, signed, keep)
    curved_px = min(CURVED, CURVED_PER_CYCLE * cycles) * disc_px
    keep = keep & (radius > curved_px)
    return _Kept(
        *(rings, fit, sigma, seen.amplitude, frequency, signed, inside, keep),
        *(rim, seen.rim_sigma_px, disc_px, curved_px),
    )


def _evened(kept: _Kept, pose: Pose, twist_radius: float | None) -> tuple[_Kept, Shading | None]:
    """The rings with uneven light taken off, and what is left of it; None where nothing tells."""
    shading = find_shading(kept.rings, kept.fit, kept.keep, kept.rim_px, kept.disc_px, pose.shear)
    for _ in range(EVENINGS):
        if shading is None or shading.even:
            break
        rings = flat_fielded(kept.rings, shading)
        fit = fit_other_light(kept.fit, rings.light)
        shading = find_shading(rings, fit, kept.keep, kept.rim_px, kept.disc_px, pose.shear)
        signed, _ = upright(fit.wave, kept.sigma, kept.rings.radius_px, kept.inside, twist_radius)
        kept = replace(kept, rings=rings, fit=fit, signed=signed)
    return kept, shading


def _told(kept: _Kept, level: Levels, pose: Pose, centre_sigma: float, read: _Read) -> StarMeasurement:
    """The curve, what is read off it, and the flags."""
    view, mask = read.view, read.mask
    radius, inside, fit = kept.rings.radius_px, kept.inside, kept.fit
    within = inside & (radius <= radius[kept.keep].max()) & (radius > kept.curved_px)
    blur = _smeared(view, pose, kept.rings, fit, kept.frequency, within)
    level, response = _response(kept, level, view.cycles, mask)
    quarter, quarter_sigma = response.at_025 or (None, None)
    fifty, fifty_sigma = response.mtf50 or (None, None)
    return StarMeasurement(
        x_px=pose.x_px,
        y_px=pose.y_px,
        centre_sigma_px=centre_sigma,
        cycles=view.cycles,
        radius_px=kept.rim_px,
        radius_sigma_px=kept.rim_sigma_px,
        frequency_cy_px=response.frequency_cy_px,
        modulation=response.modulation,
        modulation_sigma=response.sigma,
        level_sigma=level.relative_sigma,
        level_noise=level.relative_noise,
        modulation_025=quarter,
        modulation_025_sigma=quarter_sigma,
        mtf50_cy_px=fifty,
        mtf50_sigma_cy_px=fifty_sigma,
        ring_radius_px=tuple(radius[inside].tolist()),
        ring_phase_rad=tuple(np.angle(fit.wave[inside]).tolist()),
        ring_amplitude=tuple(kept.amplitude[inside].tolist()),
        ring_sigma=tuple(kept.sigma[inside].tolist()),
        white=level.white,
        black=level.black,
        noise=middle(fit.noise[inside]),
        stretch=pose.stretch,
        skew=pose.skew,
        sharpening=response.mask,
        motion_blur=blur,
        flags=_flags(kept.rings, response, level, pose, kept.rim_px, inside)
        | _dark(level.white, view.curve)
        | _moving(blur)
        | _aliased(view, pose, level, response),
    )


def _response(kept: _Kept, level: Levels, cycles: int, mask: Mask) -> tuple[Levels, Response]:
    """The curve with what a mask adds to it, and the levels as well as they are known then."""
    if mask.taken:
        of_mask = LEVEL_OF_MASK * mask.sigma
        level = replace(level, relative_sigma=math.hypot(level.relative_sigma, of_mask))
    gain = added(mask.taken, kept.frequency, mask.radius_px)
    signed, sigma, radius = gain * kept.signed, gain * kept.sigma, kept.rings.radius_px
    return level, respond(kept.frequency, signed, sigma, radius, kept.keep, level, cycles, mask.taken)


def _smeared(
    view: View, pose: Pose, rings: Rings, fit: RingFit, frequency: Floats64, within: NDArray[np.bool_]
) -> MotionBlur | None:
    """Blur in one direction; from more pixels where noise could hide a move or feign one."""

    def seen(rings: Rings, fit: RingFit) -> MotionBlur | None:
        return motion_blur(by_direction(rings, fit), frequency, np.abs(fit.wave), within, pose.shear)

    blur = seen(rings, fit)
    if blur is None or SURE * blur.sigma_px2 < SMEARED_PX**2 or blur.length_px**2 < DOUBT * blur.sigma_px2:
        return blur
    return seen(*fit_clean(view.rings(pose, samples=MANY_SAMPLES)))


def _clear_of_rim(
    keep: NDArray[np.bool_], radius: Floats64, frequency: Floats64, signed: Floats64, rim: float | None
) -> NDArray[np.bool_]:
    """Rings into which the blur does not carry the paper around the star."""
    rows = np.flatnonzero(keep)
    if rim is None or rows.size == 0:
        return keep
    soft = rows[signed[rows] < 0.5 * signed[rows].max()]
    reach = 0.0 if soft.size == 0 else 0.5 / frequency[soft[-1]] + 1.0
    clear = keep & (radius < rim - reach)
    return clear if clear.sum() >= 4 else keep


def _clear_of_centre(
    inside: NDArray[np.bool_], radius: Floats64, frequency: Floats64, signed: Floats64, end: float | None
) -> NDArray[np.bool_]:
    """Rings into which the blur does not carry what is printed in the centre up to `end`.

    Where no ring outside it is blurred to half, the blur is at most as wide as half a wave is there.
    """
    if end is None:
        return inside
    rows = np.flatnonzero(inside & (radius > end))
    if rows.size == 0:
        return np.asarray(inside & (radius > end))
    soft = rows[signed[rows] < 0.5 * signed[rows].max()]
    reach = 0.5 / frequency[soft[-1] if soft.size else rows[0]] + 1.0
    return np.asarray(inside & (radius > end + reach))


def _flags(
    rings: Rings, response: Response, level: Levels, pose: Pose, rim: float | None, inside: NDArray[np.bool_]
) -> frozenset[Flag]:
    found = set(response.flags)
    if level.white - level.black < FAINT_CONTRAST * (level.white + level.black):
        found.add(Flag.LOW_CONTRAST)
    if math.hypot(pose.stretch, pose.skew) > FACING:
        found.add(Flag.TILTED)
    # a frame cuts the outermost rings first; inner ones may only have lost pixels to dust or a twist
    if rim is None or middle(rings.visible_of(np.flatnonzero(inside)[-OUTERMOST:])) < WHOLE_RING:
        found.add(Flag.CROPPED)
    return frozenset(found)


def _moving(blur: MotionBlur | None) -> frozenset[Flag]:
    if blur is None or blur.length_px < SMEARED_PX or blur.length_px**2 < SURE * blur.sigma_px2:
        return frozenset()
    return frozenset({Flag.MOVING})


def _aliased(view: View, pose: Pose, level: Levels, response: Response) -> frozenset[Flag]:
    near = near_nyquist(response)
    if view.line_step > 1 or near is None or not come_back(view.beyond(pose), level.full, near):
        return frozenset()
    return frozenset({Flag.ALIASED})


def _dark(white: float, curve: Floats | None) -> frozenset[Flag]:
    """`too-dark` where white lies low in the code range, or in the light where codes are unknown."""
    share = (
        white / DARK_LIGHT
        if curve is None
        else float(np.searchsorted(curve, white)) / (DARK_CODES * curve.size)
    )
    return frozenset({Flag.TOO_DARK}) if share < 1 else frozenset()

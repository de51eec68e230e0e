"""The one call everybody uses: a picture and what was known before, to a reading and what is known now.

The star is looked for in the whole picture when it is not known, and otherwise only confirmed where it was;
then it is measured on its pixels, and the zoom's scale read (`zoom.scale`).
"""

import math
from dataclasses import dataclass, field, replace
from typing import Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Frame, Samples
from ..transfer import code_fraction, curve, linearise
from .edge.chart import EdgeTrack, read_chart, read_region
from .edge.measurement import Region
from .find.ring_harmonics import Pyramid, pyramid, read_rings, ring_radii
from .find.stars import Candidate, find_star, star_near
from .object.quality import REFUSED, quality
from .object.track import ObjectTrack, chosen_at, kept, track_object
from .picture.clipping import clipped, combed, crushed, few_shades, glare_cut, line_doubled, shades
from .picture.compression import compressed
from .picture.contrast import WIDTH_PX, scene_contrast
from .picture.eight_bits import eight_bits
from .picture.patches import DetectedTransfer, read_patches
from .reading import Flag, Reading, Star, curve_fields, time_of
from .star.colours import in_red_and_blue
from .star.ink import ink_curve
from .star.measurement import SeenStar, StarMeasurement, see_star
from .star.unsharpened import Mask
from .zoom.chart_memory import Chart, believed, learned
from .zoom.scale import Scale, is_faint, next_scale, stands, twists_of
from .zoom.twist import TwistScale, read_twists

Luma8 = NDArray[np.uint8]
Target = Literal["auto", "star", "edge", "object"]

PATIENCE = 5
"""Pictures without a star that are searched one by one; after them every third is."""
LOST_FOR = 250
"""Pictures for which a star that was seen is called lost; after them there is none."""
MOVING_PX = 1.0
ZOOM_UNKNOWN_PX = 5.0
STILL_SIGMAS = 5.0
"""So many sigmas of its place a star at rest may be off, in the grain of a dark picture."""
ZOOMING = 0.01
"""Change of scale from one picture to the next that is a zoom and no doubt of the scale."""
OFF_AXIS = 0.1
"""Distance of the zoom's axis from the middle of the picture, as a share of its width."""
ROUGH_STEP = 1.03
REACH = 1.3
"""Of the last rim: a zoom goes no further from one picture to the next."""
RINGS_HELD = 4
"""Rings that must stand out of their noise for a star to be taken as seen where it was."""
PATCHES_EVERY = 25
"""Pictures of a known star from one reading of the patches, and of a known mask, to the next."""
MASK_EVERY = 8
"""Pictures from one question for a mask that is not well known to the next: it costs more than a star."""
CROP_COLUMNS = 40
"""Of the star, looked at for clipped whites and doubled lines."""
TWIST_TOLERANCE = 0.02
"""How far off the supposed twists may be before the star is measured again."""
ALONE_S = 3.0
"""Without any chart for so long, whatever stands there will do."""
JUDGED_EVERY = 10
"""Pictures from one look at how good an object is to the next."""
SHARP_FOR_WHITE = 4.0
"""MTF50 over the lowest frequency read, from which the widest spokes in view reach their white: without the
rim, blur alone reads white of 85 % as 58 % at 3, and as itself from 4 on (virtual camera, to 300 um off)."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What is known of the star after a picture; the caller only hands it on.

    `misses` counts the pictures since the star was last seen; `other` is a second, smaller star. `want` is
    what to look for: "auto" takes our own edge chart where no star was ever seen, "edge" any slanted square,
    or the edge in `region` alone. `edges` is what is known of an edge chart. `colours`: whether red and blue
    are read too. `ink`: the light of every code, where the star is printed in colour. `mask`: how much the
    camera sharpens.
    `object`: what is known of whatever stands there, where "object" is wanted or no chart is in view; since
    `alone_s` none is, and `alone_flags` say why nobody should measure by what stands there then. `waits`: for
    a chart, as one was seen, or as nothing else is of use.
    """

    star: Star | None = None
    other: Star | None = None
    scale: Scale = field(default_factory=Scale)
    misses: int = 0
    chart: Chart = field(default_factory=Chart)
    want: Target = "auto"
    region: Region | None = None
    edges: EdgeTrack | None = None
    detected: DetectedTransfer | None = None
    colours: bool = False
    ink: NDArray[np.float32] | None = None
    mask: Mask = field(default_factory=Mask)
    object: ObjectTrack | None = None
    alone_s: float | None = None
    alone_flags: frozenset[Flag] = frozenset()
    waits: bool = False

    @property
    def tracking(self) -> Star | None:
        """The star, if the picture before showed it."""
        return self.star if self.misses == 0 else None


def track(known: Track | None, frame: Frame) -> tuple[Track, Reading]:
    """What one picture (or one field of it) tells, and what to know for the next.

    Parameters
    ----------
    known : Track | None
        From the picture before; None at first and after a cut.
    frame : Frame
        Fields of interlaced pictures one by one (`frame.fields`).

    Notes
    -----
    A poor picture gives a reading with flags: `no-star` when nothing like one is in view (with `lost` when it
    was seen before), `lost` alone when a star is there but none of its rings can be read.

    Raises
    ------
    UsageError
        When the frame names a transfer curve nobody knows.
    """
    after, reading = _read(known or Track(), frame)
    if frame.damaged:
        reading = replace(reading, flags=reading.flags | {Flag.DAMAGED})
    return after, reading


def pointed_at(known: Track, frame: Frame, x_share: float, y_share: float) -> Track:
    """What is known, with the object at a place of the picture as the one that is meant.

    Unless a chart is in view, which tells more, or is waited for.
    """
    if known.want not in ("auto", "object") or known.tracking is not None or known.waits:
        return known
    object_ = known.object or ObjectTrack()
    return replace(known, object=chosen_at(object_, x_share, y_share, *frame.size_px))


def measured_against(known: Track, frame: Frame) -> Track:
    """What is known, with this picture of tele as what every other one is measured against."""
    region = known.object.region if known.object else None
    return replace(known, want="object", object=kept(frame, region))


def _read(known: Track, frame: Frame) -> tuple[Track, Reading]:
    luma = eight_bits(frame)
    if known.want == "object" or (known.object is not None and known.object.zoomed_in):
        return _object(known, frame, scene_contrast(luma))
    picture = pyramid(luma, line_step=frame.line_step, first_line=frame.first_line)
    contrast = scene_contrast(picture.reduced(WIDTH_PX))
    if known.region is not None:
        return known, read_region(frame, known.region, contrast)
    if known.want == "edge" or known.edges is not None:
        return _edges(known, frame, picture, contrast) or _without_star(known, frame, contrast)
    read = frame if known.detected is None else known.detected.of(frame)
    if frame.index % PATCHES_EVERY == 0:
        known = replace(known, mask=known.mask.later)
    found = _held(known, read, picture) or _found(known, read, picture)
    if found is None:
        may = known.want == "auto" and known.star is None and _patient(known)
        edges = _edges(known, frame, picture, contrast) if may else None
        known = _looked_alone(known, frame)
        return edges or _alone(known, frame, contrast) or _without_star(known, frame, contrast)
    detected, ink = known.detected, known.ink
    looked = known.tracking is None or frame.index % PATCHES_EVERY == 0
    if looked:
        detected = read_patches(frame, found.measured, detected) or detected
    if detected and detected != known.detected:
        read = detected.of(frame)
    if looked:
        ink = ink_curve(read, found.measured)
    if detected != known.detected or (ink is None) != (known.ink is None):
        again = replace(known, star=_star(found.measured), misses=0, ink=ink)
        found = _held(again, read, picture) or found
    after, reading = _with_star(known, read, picture, found, contrast)
    if detected and detected.contradicts and frame.transfer != "unknown":
        reading = replace(reading, flags=reading.flags | {Flag.OTHER_CURVE})
    return replace(after, detected=detected, ink=ink), reading


def _edges(known: Track, frame: Frame, picture: Pyramid, contrast: float) -> tuple[Track, Reading] | None:
    read = read_chart(frame, picture, contrast, known.edges, lone=known.want == "edge")
    if read is None:
        return None
    return replace(known, edges=read[0], misses=0, object=None, alone_flags=frozenset(), waits=True), read[1]


def _alone(known: Track, frame: Frame, contrast: float) -> tuple[Track, Reading] | None:
    """The object that stands there, where no chart ever did; None while one may yet come.

    Until the zoom goes in a chart that comes takes its place.
    """
    if known.want != "auto" or known.waits or known.object is None:
        return None
    after, reading = _object(known, frame, contrast)
    return replace(after, star=None, misses=known.misses + 1), reading


def _looked_alone(known: Track, frame: Frame) -> Track:
    """With what stands there as the object, where no chart was in view for long, or why it is none."""
    if known.want != "auto" or known.waits or known.object is not None:
        return known
    if known.alone_s is None or time_of(frame) - known.alone_s < ALONE_S or known.misses % JUDGED_EVERY:
        return known
    found = quality(frame)
    faults = found.flags & REFUSED
    # out of focus one window is like the next: that it repeats is said, and decided at tele
    if found.colour != "poor" or faults == {Flag.REPEATING}:
        return replace(known, object=ObjectTrack(), alone_flags=frozenset())
    return replace(known, alone_flags=faults)


def _object(known: Track, frame: Frame, contrast: float) -> tuple[Track, Reading]:
    followed, reading = track_object(known.object, frame, contrast)
    return replace(known, object=followed), reading


@dataclass(frozen=True, slots=True)
class _Found:
    """The star of a picture measured, what its twists say, and a second star."""

    measured: StarMeasurement
    twists: TwistScale | None
    other: Candidate | None


def _held(known: Track, frame: Frame, picture: Pyramid) -> _Found | None:
    """The star measured where the picture before had it; None unless its rings stand out there."""
    star = known.tracking
    if star is None:
        return None
    supposed = known.scale.px if known.scale.twisted else None
    seen = _see(known, frame, star, star.radius_px, supposed, tracked=True)
    if star.radius_px is not None and seen.radius_px is None:
        seen = _see(known, frame, star, None, supposed, tracked=True)
    measured, twists = _twisted(known, seen, supposed)
    if not _stands_out(measured):
        return None
    other = None if known.other is None else _again(picture, known.other, math.inf)
    return _Found(measured, twists, other)


def _stands_out(measured: StarMeasurement) -> bool:
    """Whether a handful of rings holds more of the star than of anything else."""
    noise = measured.noise or 0.0
    return sum(amplitude > noise for amplitude in measured.ring_amplitude) >= RINGS_HELD


def _found(known: Track, frame: Frame, picture: Pyramid) -> _Found | None:
    """The star looked for, near its last place and then everywhere, and measured."""
    stars = _stars(known, picture)
    if not stars:
        return None
    measured, twists = _measured(known, frame, picture, stars[0])
    return _Found(measured, twists, stars[1] if len(stars) > 1 else None)


def _stars(known: Track, picture: Pyramid) -> tuple[Candidate, ...]:
    """The stars in the picture, the one followed (or else the larger) first."""
    if known.tracking:
        reach = REACH * known.star.radius_px if known.star and known.star.radius_px else math.inf
        both = [_again(picture, star, reach) for star in (known.star, known.other)]
        if both[0] is not None:
            return tuple(star for star in both if star is not None)
    return _search(picture) if _patient(known) else ()


def _patient(known: Track) -> bool:
    """Whether this picture is searched, or left out among many without anything."""
    return known.misses <= PATIENCE or known.misses % 3 == 0


def _again(picture: Pyramid, star: Star | None, reach_px: float) -> Candidate | None:
    return None if star is None else star_near(picture, star.x_px, star.y_px, star.cycles, reach_px)


def _search(picture: Pyramid) -> tuple[Candidate, ...]:
    """Stars anywhere in the picture, larger first; a field is stretched to full height for it."""
    whole = picture.levels[0]
    if picture.line_step == 1:
        return find_star(whole)
    size = (whole.shape[1], whole.shape[0] * picture.line_step)
    found = find_star(np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_LINEAR), np.uint8))
    shift = picture.first_line - (picture.line_step - 1) / 2
    return tuple(replace(star, y_px=star.y_px + shift) for star in found)


def _measured(
    known: Track, frame: Frame, picture: Pyramid, star: Candidate
) -> tuple[StarMeasurement, TwistScale | None]:
    """The star just looked for measured, and what its twists say."""
    tracked = known.tracking
    rim = tracked.radius_px if tracked else star.radius_px
    supposed = known.scale.px if tracked and known.scale.twisted else _twist_radius_px(picture, star)
    seen = _see(known, frame, star, rim, supposed, tracked=tracked is not None)
    found = _twisted(known, seen, supposed)
    if Flag.LOST in found[0].flags and tracked:
        supposed = _twist_radius_px(picture, star)
        seen = _see(known, frame, star, None, supposed, tracked=False)
        return _twisted(known, seen, supposed)
    if rim is not None and seen.radius_px is None:
        seen = _see(known, frame, star, None, supposed, tracked=tracked is not None)
        return _twisted(known, seen, supposed)
    return found


def _twisted(
    known: Track, seen: SeenStar, supposed: float | None
) -> tuple[StarMeasurement, TwistScale | None]:
    """A star measured with its twists where they are, or else where they are supposed; and what they say."""
    if stands(seen.radius_px, known.scale):
        measured = seen.measured(supposed)
        if not is_faint(measured):
            return measured, None
    twists = twists_of(seen, known.scale.px or supposed)
    if twists is None or (supposed and abs(twists.radius_px / supposed - 1) < TWIST_TOLERANCE):
        return seen.measured(supposed), twists
    return seen.measured(twists.radius_px), twists


def _twist_radius_px(picture: Pyramid, star: Candidate) -> float | None:
    """Where the twists of a star just found say its rim is, from rings read roughly; None for a plain one."""
    rings = read_rings(picture, star.x_px, star.y_px, ring_radii(star.cycles / 2.5, star.score, ROUGH_STEP))
    wave = rings.harmonics[:, star.cycles]
    beside = np.abs(rings.harmonics[:, star.cycles + 3 : star.cycles + 11])
    sigma = np.median(beside, axis=1)
    near = star.radius_px
    twists = read_twists(rings.radii_px, -np.angle(wave), np.abs(wave), sigma, near_px=near)
    return None if twists is None else twists.radius_px


def _see(
    known: Track,
    frame: Frame,
    star: Star | Candidate,
    radius_px: float | None,
    twist_radius_px: float | None,
    *,
    tracked: bool,
) -> SeenStar:
    floats = frame.bits == 0
    light = (
        linearise(frame.luma, bits=0, transfer=frame.transfer, limited=frame.limited)
        if floats
        else frame.luma
    )
    return see_star(
        light,
        star.x_px,
        star.y_px,
        star.cycles,
        radius_px=radius_px,
        curve=None if floats else _light_of_codes(known, frame),
        twist_radius_px=twist_radius_px,
        line_step=frame.line_step,
        first_line=frame.first_line,
        tracked=tracked,
        mask=known.mask,
        asks_mask=known.tracking is None
        or frame.index % (PATCHES_EVERY if known.mask.settled else MASK_EVERY) == 0,
    )


def _light_of_codes(known: Track, frame: Frame) -> NDArray[np.float32]:
    if known.ink is not None:
        return known.ink
    return curve(bits=frame.bits, transfer=frame.transfer, limited=frame.limited)


def _without_star(known: Track, frame: Frame, contrast: float) -> tuple[Track, Reading]:
    misses = known.misses + 1
    seen = (known.star is not None or known.edges is not None) and misses <= LOST_FOR
    nothing = Flag.NO_EDGE if known.want == "edge" or known.edges is not None else Flag.NO_STAR
    flags = frozenset({nothing, Flag.LOST} if seen else {nothing}) | known.alone_flags
    after = (
        replace(known, misses=misses, other=None)
        if seen
        else Track(
            misses=misses,
            want=known.want,
            colours=known.colours,
            alone_s=time_of(frame) if known.alone_s is None else known.alone_s,
            alone_flags=known.alone_flags,
            waits=known.waits,
            mask=known.mask,
        )
    )
    return after, Reading(frame.index, frame.at_s, flags, contrast=contrast, field=frame.field)


def _with_star(
    known: Track,
    frame: Frame,
    picture: Pyramid,
    found: _Found,
    contrast: float,
) -> tuple[Track, Reading]:
    """What is known after a star was measured: its scale, then what moved, then what was noticed."""
    scale = next_scale(known.scale, found.measured, found.twists, picture)
    measured = believed(found.measured, scale, known.chart)
    star = _star(measured)
    shift_px = _shift_px(known, star, scale, picture)
    allowed_px = max(_still_px(known, scale, picture), STILL_SIGMAS * measured.centre_sigma_px)
    moves = shift_px is not None and shift_px > allowed_px
    flags = _noticed(known, frame, replace(found, measured=measured), scale, moves=moves)
    other = None if found.other is None else _star(found.other)
    chart = learned(known.chart, measured, scale)
    # what looks like a star in one picture alone may be a wheel
    waits = known.waits or known.tracking is not None
    after = Track(
        star,
        other,
        scale,
        chart=chart,
        want=known.want,
        colours=known.colours,
        object=None if waits else known.object,
        alone_s=None if waits else known.alone_s,
        waits=waits,
        mask=measured.mask or known.mask,
    )
    return after, _reading(after, frame, measured, flags, contrast, shift_px)


def _reading(
    after: Track,
    frame: Frame,
    measured: StarMeasurement,
    flags: frozenset[Flag],
    contrast: float,
    shift_px: float | None,
) -> Reading:
    """A measured star as the reading of its picture."""
    scale, white = after.scale, measured.white if _shows_white(measured) else None
    twist_px = scale.px if scale.twisted else None
    return Reading(
        index=frame.index,
        at_s=frame.at_s,
        flags=flags,
        star=after.star,
        scale_px=scale.px,
        scale_sigma_px=scale.sigma_px,
        contrast=contrast,
        white=_white(frame, white),
        white_light=None if white is None else float(white),
        shift_px=shift_px,
        field=frame.field,
        colours=in_red_and_blue(frame, measured, twist_px) if after.colours else None,
        **curve_fields(measured),
    )


def _noticed(known: Track, frame: Frame, found: _Found, scale: Scale, *, moves: bool) -> frozenset[Flag]:
    """All flags of a picture with a star, less those that something else explains."""
    measured = found.measured
    flags = set(measured.flags) | _more_flags(frame, found, scale) | ({Flag.MOVING} if moves else set())
    if not _shows_white(measured):
        flags -= {Flag.TOO_DARK}
    if Flag.MOVING in flags or _zooms(known, scale):
        flags -= {Flag.COMPRESSED}  # a move smears the spokes and spares the paper, as a codec does
    return frozenset(flags)


def _shows_white(measured: StarMeasurement) -> bool:
    """Whether the chart's white is in view: as paper around the rim, or as spokes wider than the blur."""
    if measured.radius_px is not None:
        return True
    fifty, curve = measured.mtf50_cy_px, measured.frequency_cy_px
    if fifty is None and Flag.TOO_SMALL in measured.flags:
        fifty = curve[-1]
    if fifty is None:
        return Flag.ABOVE_NYQUIST in measured.flags
    return fifty >= SHARP_FOR_WHITE * curve[0]


def _star(found: Candidate | StarMeasurement) -> Star:
    radius = found.radius_px
    return Star(float(found.x_px), float(found.y_px), None if radius is None else float(radius), found.cycles)


def _shift_px(known: Track, star: Star, scale: Scale, picture: Pyramid) -> float | None:
    """How far the centre moved beyond what the zoom, about the middle of the picture, explains."""
    before = known.tracking
    if before is None:
        return None
    rows, columns = picture.levels[0].shape
    middle = ((columns - 1) / 2, (rows * picture.line_step - 1) / 2)
    zoom = scale.px / known.scale.px if scale.px and known.scale.px else 1.0
    dx = star.x_px - middle[0] - zoom * (before.x_px - middle[0])
    dy = star.y_px - middle[1] - zoom * (before.y_px - middle[1])
    return math.hypot(dx, dy)


def _still_px(known: Track, scale: Scale, picture: Pyramid) -> float:
    """Shift up to which only the zoom moves: its axis may lie a little off the middle of the picture."""
    if not scale.px or not known.scale.px:
        return ZOOM_UNKNOWN_PX
    zoom = abs(scale.px / known.scale.px - 1)
    return MOVING_PX + OFF_AXIS * float(picture.levels[0].shape[1]) * zoom


def _zooms(known: Track, scale: Scale) -> bool:
    """Whether the zoom moved since the picture before."""
    before = known.scale.px if known.tracking else None
    return bool(before and scale.px and abs(scale.px / before - 1) > ZOOMING)


def _more_flags(frame: Frame, found: _Found, scale: Scale) -> set[Flag]:
    """What the measurement of the star itself cannot know."""
    crop = _crop(frame, found.measured)
    flags = set()
    if found.other is not None:
        flags.add(Flag.TWO_STARS)
    if not scale.sure:
        flags.add(Flag.SCALE_UNSURE)
    star = shades(crop, bits=frame.bits)
    if few_shades(star):
        return flags | {Flag.FEW_SHADES}  # whites, blacks and lines are what they are for want of shades
    if crushed(star):
        flags.add(Flag.CRUSHED)
    if clipped(crop, bits=frame.bits, limited=frame.limited):
        flags |= {Flag.CLIPPED, Flag.GLOSSY} if glare_cut(crop, bits=frame.bits) else {Flag.CLIPPED}
    if compressed(frame, found.measured):
        flags.add(Flag.COMPRESSED)
    if frame.field is None and (frame.interlaced or line_doubled(crop) or combed(crop)):
        flags.add(Flag.INTERLACED)
    return flags


def _crop(frame: Frame, star: StarMeasurement) -> Samples:
    """The samples around a star, in columns `CROP_COLUMNS` or fewer; lines stay neighbours."""
    radius_px = star.radius_px or max(star.ring_radius_px, default=CROP_COLUMNS / 2)
    row, reach = (star.y_px - frame.first_line) / frame.line_step, radius_px / frame.line_step
    rows = slice(max(0, int(row - reach)), max(1, int(row + reach)))
    step = max(1, int(2 * radius_px / CROP_COLUMNS))
    columns = slice(max(0, int(star.x_px - radius_px)), max(1, int(star.x_px + radius_px)), step)
    # side by side: they lie so far apart that a look at each takes longer than all that is done with them
    return cast(Samples, np.ascontiguousarray(frame.luma[rows, columns]))


def _white(frame: Frame, light: float | None) -> float | None:
    if light is None:
        return None
    return code_fraction(light, bits=frame.bits, transfer=frame.transfer, limited=frame.limited)

"""An object live: followed through the zoom, and measured against the sharpest picture of tele so far.

Until the sharpest point of tele was passed there is nothing to measure against: the readings then say so
and carry no curve, and their contrast leads. From there on every picture is measured, at tele against the
sharpest one there, and further out against the same, shrunk.
"""

import math
from dataclasses import dataclass, field, replace

from ...errors import UsageError
from ...frame import Field, Frame
from ..picture.eight_bits import eight_bits_of
from ..reading import Against, Flag, Object, ObjectQuality, Reading, curve_fields
from .beside import Beside, beside
from .follow import Followed, follow, looked_for
from .look import Seen, look, never_rests
from .measurement import measure_object
from .placement import Placement, placed
from .quality import PART, REFUSED, quality
from .reference import Reference, reference_from
from .region import LEAST_PX, Region
from .similarity import Similarity

ZOOMED_IN = 1.3
"""Growth since the first picture from which it may be tele: a focus ring alone breathes by less."""
BREATHES = 0.85
"""Of the largest scale so far, from which it is one zoom position: focus rings breathe by up to 15 %."""
HALF_AS_SHARP = 0.5
"""Of the sharpest picture, below which blur makes the scale unsure."""
RUNS = 0.02
"""Growth from one picture to the next from which a zoom runs, and blurs what it shows. Less is the end of a
zoom, breathing, or what a scale is off while blur comes and goes: of a ring that is turned fast the sharpest
picture may be a single one, and it counts."""
SHARPER = 1.02
"""Times the sharpness of the reference that makes another one: less is noise."""
PASSED = 0.75
"""Of the sharpest picture's sharpness; below, its peak was passed. Within two depths of focus it falls by as
much, and noise is a few per cent of it."""
EVERY_S, EVERY_MEASURED_S = 0.3, 2.0
"""From one look at how good the object is to the next, and so far apart once it is measured: each takes as
long as following it twice."""
SURE_CORNERS = 25
"""So many corners tell the scale, however soft the picture is."""
SURE_SCALE = 0.003
"""How well the scale is known, as a share."""


@dataclass(frozen=True, slots=True, eq=False)
class ObjectTrack:
    """What is known of an object after a picture; the caller only hands it on.

    Attributes
    ----------
    followed
        The scene from picture to picture; its first picture is the unit of the scale.
    sharpest, place, sharpness
        The sharpest picture of tele so far, where the scene's first picture lies in it, and how sharp it is.
    lowest
        The least that was shown at that zoom (`_shown`).
    rose
        Whether something clearly softer was seen before it.
    is_peak
        Whether something clearly softer was seen after it.
    reference
        That picture, once it is to be measured against.
    faults
        Why nobody should measure against it, and nothing is; None where that was not looked at.
    longest
        The largest scale so far, against the first picture.
    region
        The part that somebody chose, in pixels of the scene's first picture; None takes all of it.
    seen, seen_s
        How good the object is, and when that was last looked at.
    is_kept
        Whether the reference was named (`kept`): no other picture takes its place.
    """

    followed: Followed | None = None
    sharpest: Frame | None = None
    reference: Reference | None = None
    place: Similarity = field(default_factory=Similarity)
    sharpness: float = 0.0
    lowest: float = math.inf
    rose: bool = False
    is_peak: bool = False
    faults: frozenset[Flag] | None = None
    longest: float = 1.0
    region: Region | None = None
    seen: Seen | None = None
    seen_s: float = 0.0
    is_kept: bool = False

    @property
    def zoomed_in(self) -> bool:
        """Whether the zoom went in since the first picture."""
        return self.longest > ZOOMED_IN

    @property
    def refused(self) -> frozenset[Flag]:
        """What makes the object none to measure by; empty while nothing does, or it is not known yet."""
        return (self.faults or frozenset()) if self.reference is not None else frozenset()

    @property
    def shown(self) -> float:
        """What the sharpest picture shows, as `_shown`."""
        return self.sharpness * self.place.ratio


def _shown(now: Followed) -> float:
    """What a picture shows of the scene; at its own size sharpness falls as the zoom goes in."""
    return now.sharpness * now.ratio


def track_object(
    known: ObjectTrack | None, frame: Frame, contrast: float = 0.0
) -> tuple[ObjectTrack, Reading]:
    """What one picture (or one field of it) tells of the object, and what to know for the next.

    Parameters
    ----------
    known : ObjectTrack | None
        From the picture before; None at first.
    frame : Frame
    contrast : float
        Broadband contrast of the picture, handed on.

    Notes
    -----
    Scales count against the first picture of the scene: half its width is the unit. A picture in which the
    scene is not found gives `no-object`; before there is a reference, `no-reference`. Raises UsageError where
    the part to keep to is not within the first picture, or too small to be compared.
    """
    known = known or ObjectTrack()
    _refuse_outside(known, frame)
    now = follow(known.followed or _from_before(known, frame), frame)
    if now.state == "cut":
        known = ObjectTrack(region=known.region)
    known = _looked_at(replace(known, followed=now), now, frame)
    if now.state == "lost":
        moves = known.seen is not None and never_rests(known.seen.moves)
        flags = frozenset({Flag.NO_OBJECT, Flag.LOST, *({Flag.MOVING} if moves else ())})
        return known, Reading(frame.index, frame.at_s, flags, contrast=contrast, field=frame.field)
    known = _judged(_with_reference(known, now, frame), now, frame)
    reference = _in_view(known, now, frame)
    scale_px = now.ratio * frame.size_px[0] / 2
    told, flags = _told(known, refused=reference is not None)
    seen = Reading(
        frame.index,
        frame.at_s,
        flags if reference is not None else flags | {Flag.NO_REFERENCE},
        scale_px=scale_px,
        scale_sigma_px=max(now.sigma, SURE_SCALE) * scale_px,
        contrast=contrast,
        field=frame.field,
        object=replace(_scene(known, now, frame), quality=told),
    )
    if reference is None or known.refused:
        return known, seen
    return known, _measured(known, reference, now, frame, seen)


def kept(frame: Frame, region: Region | None = None) -> ObjectTrack:
    """What is known where this picture, the sharpest of tele, is what all others are measured against.

    For those who know when the zoom is at tele and the focus at its best; the picture is the unit of scales.
    """
    own = replace(frame, luma=frame.luma.copy(), chroma=None)  # the decoder's buffer is let go
    now = follow(None, own)
    known = ObjectTrack(now, reference=reference_from(own), sharpness=now.sharpness, region=region)
    return replace(known, rose=True, is_peak=True, is_kept=True, faults=_faults(known, own))


def _scene(known: ObjectTrack, now: Followed, frame: Frame) -> Object:
    """What is kept to, before a tile of it is compared: the chosen part, else all of the first picture."""
    part = _chosen(known, now, frame)
    if part is not None and not part.is_empty:
        x, y = (part.left_px + part.right_px - 1) / 2, (part.top_px + part.bottom_px - 1) / 2
        return Object(x, y, part.right_px - part.left_px, part.bottom_px - part.top_px)
    width, height = frame.size_px
    where = placed(now.place, width, height)
    return Object(where.x_px, where.y_px, now.ratio * width, now.ratio * height)


def _told(known: ObjectTrack, *, refused: bool) -> tuple[ObjectQuality | None, frozenset[Flag]]:
    """How good the object is, and the flags of that.

    `refused`: what was found in the sharpest picture of tele counts, whatever another zoom shows of it.
    """
    if refused and known.refused:
        return ObjectQuality("poor", tuple(sorted(known.refused))), known.refused
    judged = known.seen.quality if known.seen else None
    if judged is None:
        return None, frozenset()
    poor = judged.flags if judged.colour == "poor" else frozenset()
    return ObjectQuality(judged.colour, judged.why), poor & {Flag.SEVERAL_DEPTHS} if refused else poor


def _in_view(known: ObjectTrack, now: Followed, frame: Frame) -> Reference | None:
    """The reference, where a peak was passed and its middle is in the picture, no larger than it shows it."""
    if known.reference is None or not known.is_peak or now.ratio * BREATHES > known.place.ratio:
        return None
    return known.reference if _shares_view(known, now, frame) else None


def _shares_view(known: ObjectTrack, now: Followed, frame: Frame) -> bool:
    """Whether the middle of the sharpest picture is within this one."""
    middle = now.place_of(known.place).move
    width, height = frame.size_px
    return abs(middle.real) < width / 2 and abs(middle.imag) < height / 2


def _judged(known: ObjectTrack, now: Followed, frame: Frame) -> ObjectTrack:
    """With the sharpest picture as the reference once its peak was passed, and why it is none.

    What is too smooth may only be out of focus, unless it was softer before and after.
    """
    if known.is_peak and (sharpest := known.sharpest) is not None:
        faults = _faults(known, sharpest) if known.faults is None else known.faults
        if Flag.TOO_SMOOTH in faults and not known.rose:
            return replace(known, faults=faults, is_peak=False)
        known = replace(known, faults=faults, reference=reference_from(sharpest), sharpest=None)
    elif known.reference is not None and known.faults is None:
        known = replace(known, faults=_faults(known, _as_frame(known.reference, frame)))
    if known.faults is not None and known.seen is not None and now.ratio > BREATHES * known.longest:
        moving = {Flag.MOVING} if never_rests(known.seen.moves) else set()
        known = replace(known, faults=(known.faults - {Flag.MOVING}) | moving)
    return known


def _faults(known: ObjectTrack, sharpest: Frame) -> frozenset[Flag]:
    """Why nobody should measure against a picture of tele; that it shows no chosen part is no fault."""
    part = known.region and known.region.seen_through(known.place, sharpest.size_px)
    if part is not None and part.is_empty:
        return frozenset()
    found = quality(sharpest, part)
    return found.flags & REFUSED if found.colour == "poor" else frozenset()


def _as_frame(reference: Reference, frame: Frame) -> Frame:
    """The reference as the camera of a frame would code it in 8 bits, to look at and not to measure."""
    field: Field | None = None
    if reference.line_step == 2:
        field = "bottom" if reference.first_line else "top"
    return Frame(eight_bits_of(reference.light, frame), field=field)


def chosen_at(
    known: ObjectTrack, x_share: float, y_share: float, width_px: int, height_px: int
) -> ObjectTrack:
    """With the part around a place of the newest picture, in shares of it from the left top, as chosen."""
    x, y = x_share * width_px, y_share * height_px
    half_x, half_y = PART / 2 * width_px, PART / 2 * height_px
    now = Region(x - half_x, y - half_y, x + half_x, y + half_y).within(Region(0, 0, width_px, height_px))
    place = known.followed.place if known.followed else Similarity()
    return replace(known, region=now.through(place.inverse, width_px, height_px), seen=None, faults=None)


def _refuse_outside(known: ObjectTrack, frame: Frame) -> None:
    """A part that was given before the first picture lies within it, and holds something to compare."""
    part = known.region
    if part is None or known.followed is not None or known.reference is not None:
        return
    width, height = frame.size_px
    across, down = part.right_px - part.left_px, part.bottom_px - part.top_px
    if part.within(Region(0, 0, width, height)) != part:
        raise UsageError(
            f"the region {part.left_px:.0f},{part.top_px:.0f},{across:.0f}x{down:.0f} is not within the "
            f"picture of {width} x {height} pixels: give X,Y,WIDTHxHEIGHT within it"
        )
    if min(across, down) < LEAST_PX:
        raise UsageError(
            f"a region of {across:.0f} x {down:.0f} pixels is too small for an object: "
            f"give at least {LEAST_PX} each way"
        )


def _looked_at(known: ObjectTrack, now: Followed, frame: Frame) -> ObjectTrack:
    """With how good the object is, looked at a few times a second."""
    at_s = frame.at_s if frame.at_s is not None else known.seen_s + EVERY_S
    every_s = EVERY_S if known.reference is None else EVERY_MEASURED_S
    if known.seen is not None and 0.0 <= at_s - known.seen_s < every_s - 1e-3:
        return known
    place = None if now.state == "lost" else now.place
    part = _chosen(known, now, frame)
    if part is not None and part.is_empty:
        return replace(known, seen=None)  # the camera looks past it: there is nothing to judge
    seen = look(known.seen, frame, place=place, region=part)
    return replace(known, seen=seen, seen_s=at_s)


def _chosen(known: ObjectTrack, now: Followed, frame: Frame) -> Region | None:
    """The chosen part where it lies now, as far as it is in the picture; None where nothing was chosen."""
    return known.region and known.region.seen_through(now.place, frame.size_px)


def shown_beside(known: ObjectTrack, frame: Frame) -> Beside | None:
    """The picture that was tracked last beside the reference; None while there is nothing to compare."""
    reference, now = known.reference, known.followed
    if reference is None or now is None or not known.is_peak or now.state == "lost":
        return None
    region = _chosen(known, now, frame)
    return beside(
        reference, frame, measure_object(reference, frame, _guess(known, now, frame), region=region)
    )


def _guess(known: ObjectTrack, now: Followed, frame: Frame) -> Placement:
    """Where the follower puts the reference in a picture."""
    return placed(now.place_of(known.place), *frame.size_px)


def _from_before(known: ObjectTrack, frame: Frame) -> Followed | None:
    """A reference that was kept, to be found again; None without one."""
    reference = known.reference
    if reference is None:
        return None
    codes = eight_bits_of(reference.light, frame)
    return looked_for(codes, known.place, line_step=reference.line_step, first_line=reference.first_line)


def _with_reference(known: ObjectTrack, now: Followed, frame: Frame) -> ObjectTrack:
    """With this picture as the sharpest of tele where it is that, or as proof of another one."""
    if known.is_kept:
        return known
    shown = _shown(now)
    if shown > HALF_AS_SHARP * known.shown or now.corners >= SURE_CORNERS:
        known = replace(known, longest=max(known.longest, now.ratio))
    at_tele = now.ratio >= max(ZOOMED_IN, BREATHES * known.longest)
    further_in = known.place.ratio < BREATHES * known.longest
    if further_in or (at_tele and known.sharpness > 0.0 and not _shares_view(known, now, frame)):
        known = replace(
            known,
            sharpest=None,
            reference=None,
            sharpness=0.0,
            lowest=math.inf,
            rose=False,
            is_peak=False,
            faults=None,
        )
    if not at_tele or (known.sharpness > 0.0 and now.ratio * BREATHES > known.place.ratio):
        return known
    rests = abs(now.rate) < RUNS
    if rests and shown > SHARPER * known.shown:
        own = replace(frame, luma=frame.luma.copy(), chroma=None)  # the decoder's buffer is let go
        known = replace(
            known,
            sharpest=own,
            reference=None,
            place=now.place,
            sharpness=now.sharpness,
            rose=known.lowest < PASSED * shown,
            faults=None,
        )
    elif rests and shown < PASSED * known.shown:
        known = replace(known, is_peak=True)
    return replace(known, lowest=min(known.lowest, shown)) if rests else known


def _measured(
    known: ObjectTrack, reference: Reference, now: Followed, frame: Frame, seen: Reading
) -> Reading:
    guess = _guess(known, now, frame)
    found = measure_object(reference, frame, guess, region=_chosen(known, now, frame))
    ratio = (found.placement or guess).ratio
    measured = replace(found.object, quality=seen.object.quality) if found.object and seen.object else None
    return replace(
        seen,
        flags=found.flags | (seen.flags - {Flag.NO_REFERENCE}),
        object=measured or seen.object,
        against=Against(min(ratio, 1.0), reference.index, reference.at_s),
        **curve_fields(found),
    )

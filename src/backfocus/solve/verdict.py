"""The verdict on a back-focus error, in words a camera operator understands.

The rules are asked in this order, and the first that holds decides:

    not-front-focus   by its data; or focus sweeps at two zooms whose um per step are not as M**2, within 3
                      sigma; or the error is another one after the focus ring was turned at tele
    tracking          a residual is off the zoom law by more than max(h, 3 sigma), and where sizes have no
                      side by more than another error within the interval accounts for
    unsure            no optics, or the zoom positions too near each other: k above 0.7
    set               the whole 95 % interval within +-h; a soft lens only adds blur, so this is safe
    unsure            every picture is equally soft, by more than 3.5 h, and none is known to be in focus:
                      that is more than a camera does; or the zoom changes less of it than tele and wide
                      share, and tele would be off by more than 2.5 h: an odd camera looks like that
    adjust            the whole interval outside +-h; without an in-focus reference, outside +-1.5 h
    unsure            otherwise; the advice says how to find out

Clipped or dark pictures read too sharp: an error seen in them is one, but `set` is not said; glare that clips
hides spokes and reads too soft, and nothing is said of it but `unsure`. Moving ones read
too soft: `set` is safe, but `tracking` wants a residual off by 4 h, and `adjust` without a reference the
whole interval outside +-4 h. What the camera does to every picture (sharpening, doubled lines, a codec)
is solved for. What else was noticed stands at the end of the advice.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..errors import RemedyKey
from ..measure.reading import Flag
from .backfocus import BackFocus
from .remarks import OF_OBJECTS, REMARKS, Effect, Remark, having, remark_words

Kind = Literal["not-front-focus", "tracking", "unsure", "set", "adjust"]

WIDEST_RATIO = 0.7
SOFTEST_CAMERA_HALF_DEPTHS = 3.5
"""A low-pass filter of 0.9 photosites, a bilinear demosaic and noise reduction together cost 3.0."""
SOFTEST_TELE_HALF_DEPTHS = 2.5
"""By the picture people are off by more at tele once in 200 times (`joint.TELE_SIGMA_HALF_DEPTHS`)."""
SOFT_LENS_FACTOR = 1.5
SOFT_PICTURE_FACTOR = 4.0
"""In focus motion reads as 0.8 h per pixel, and from 5 px on a star of 150 px is not found (f/1.8, 5 um)."""
SMALL_OPENING = 5.6
"""No zoom for cameras with a back focus is as slow as this wide open: somebody has stopped it down."""
LOCK_ADVICE = "Lock the ring, then look once more: the screw can move it."
NO_RING_ADVICE = "Without a back-focus ring: shim the mount, or refocus after each zoom."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is so, why, and what to do about it; `remedies`: where help is found, for each face to say."""

    kind: Kind
    reason: str
    advice: str
    remedies: tuple[RemedyKey, ...] = ()


@dataclass(frozen=True, slots=True)
class SweepSlope:
    """How fast the residual runs when the focus ring turns, at one zoom position."""

    scale_px: float
    um_per_step: float
    sigma_um_per_step: float


@dataclass(frozen=True, slots=True)
class Adjusters:
    """What can be moved on this lens.

    `back_focus_ring`: whether it has one. `shims_um`: the washers at hand. `um_per_degree`: how far the ring
    moves the image, once learned. `lens_kind`: what its data call it.
    """

    back_focus_ring: bool = True
    shims_um: tuple[float, ...] = ()
    um_per_degree: float | None = None
    lens_kind: str = "unknown"


def judge(
    back_focus: BackFocus | None,
    half_depth_um: float | None,
    *,
    half_depths_um: Sequence[float] | None = None,
    referenced: bool = False,
    slopes: tuple[SweepSlope, SweepSlope] | None = None,
    before_refocus: BackFocus | None = None,
    unscaled: bool = False,
    unseen: bool = False,
    flags: frozenset[Flag] = frozenset(),
    adjusters: Adjusters | None = None,
    camera_solved: bool = True,
    camera_half_depths: float | None = None,
    f_number: float | None = None,
    swept: bool = False,
    turn_asked: bool = False,
    on_object: bool = False,
) -> Verdict:
    """One of five verdicts with its reason and advice; see the top of the file for the rules.

    Parameters
    ----------
    back_focus : BackFocus | None
        None where it could not be solved for.
    half_depth_um : float | None
        Half depth of focus h at the widest position; None without optics.
    half_depths_um : sequence of float, optional
        h at each of `back_focus.zoom`, for lenses whose f-number ramps; else `half_depth_um` everywhere.
    referenced : bool
        Whether an in-focus picture was seen at the widest position, which tells the lens's softness.
    slopes : pair of SweepSlope, optional
        From focus sweeps at two zoom positions.
    before_refocus : BackFocus, optional
        From the zoom in to tele, where the focus ring may have been turned before zooming out.
    unscaled : bool
        Whether the star was read in many pictures that do not tell its size.
    unseen : bool
        Whether no picture had a star or an edge.
    flags : frozenset of Flag, optional
        What was noticed in the pictures it all rests on; see `remarks`.
    camera_solved : bool
        Whether what the camera does to every picture was solved for; if not, it spoils them.
    camera_half_depths : float, optional
        What the camera costs (`camera.cost_half_depths`), where these pictures alone told it.
    f_number : float, optional
        At the widest position: a small opening hides an error that shows wide open, and that is said.
    swept : bool
        Whether the pictures are a clip that holds a sweep at wide.
    turn_asked : bool
        Whether the first turn of that sweep can tell the side and nobody has said it yet.
    on_object : bool
        Whether no chart was in view, and an object was measured against its own picture at tele.
    """
    adjusters = adjusters or Adjusters()
    if adjusters.lens_kind not in ("front-focus", "unknown"):
        return _by_its_data(adjusters.lens_kind)
    if slopes is not None and not follows_zoom_law(*slopes):
        return _not_front_focus(slopes)
    if unseen and back_focus is None:
        return _noticed(_unseen(), flags)
    if half_depth_um is None:
        return Verdict("unsure", "Pixel size and f-number are not known, so blur cannot be told in um.",
                       "Say which camera and lens it is.",
                       ("optics",))  # fmt: skip
    if Flag.LIGHT_CHANGED in flags or (back_focus is None and Flag.EXTENDER in flags):
        return _noticed(_disturbed(flags), flags)
    if back_focus is None:
        if not on_object:
            return _noticed(_unread(unscaled), flags)
        return _noticed(_object_unread(flags), flags - OF_OBJECTS.keys())
    depths = tuple(half_depths_um or [half_depth_um] * len(back_focus.zoom))
    of_camera: tuple[Effect, ...] = () if camera_solved else ("camera sharp", "camera soft")
    soft = having(flags, "too soft", *of_camera[1:])
    sure_um = half_depth_um * _sure_depths(referenced=referenced, soft=bool(soft))
    blamed = having(flags, "too sharp", *of_camera[:1]) + (soft if _tracking(back_focus, depths) else ())
    verdict = (
        _spoilt(having(flags & {Flag.CRUSHED, Flag.FEW_SHADES}, "in doubt"), back_focus, half_depth_um)
        or _tracking(back_focus, depths, SOFT_PICTURE_FACTOR if soft else 1.0)
        or _changed_by_focus(before_refocus, back_focus, depths)
        or _too_little_zoom(back_focus)
        or _no_camera_is_so_soft(back_focus, half_depth_um, 0.0 if referenced else camera_half_depths or 0.0)
        or (None if referenced or camera_half_depths is None else _as_soft_at_tele(back_focus, depths))
        or _spoilt(_cut_glare(flags), back_focus, half_depth_um)
        or _adjust(back_focus, sure_um, half_depth_um, adjusters, turn_asked)
        or _spoilt(blamed, back_focus, half_depth_um)
        or _set(back_focus, half_depth_um, f_number)
        or _cannot_tell(back_focus, half_depth_um, referenced=referenced, soft=bool(soft), swept=swept)
    )
    return _noticed(_resting_on_object(verdict) if on_object else verdict, flags)


def follows_zoom_law(first: SweepSlope, second: SweepSlope) -> bool:
    """Whether um per step of the focus ring grow as the square of the scale, within 3 sigma."""
    long, wide = sorted((first, second), key=lambda slope: -slope.scale_px)
    law = (wide.scale_px / long.scale_px) ** 2
    off = abs(wide.um_per_step) - law * abs(long.um_per_step)
    return abs(off) <= 3.0 * math.hypot(wide.sigma_um_per_step, law * long.sigma_um_per_step)


def move_words(delta_um: float, *, sign_known: bool) -> str:
    """Which way the lens must go and how far, as the end of a sentence."""
    if not sign_known:
        return f"the lens must move about {abs(delta_um):.0f} um, direction not known yet"
    way = "towards the sensor" if delta_um > 0 else "away from the sensor"
    return f"the lens must move {abs(delta_um):.0f} um {way}"


def nearest_shim_um(delta_um: float, shims_um: Sequence[float]) -> float | None:
    """The shim of a set that leaves the least error, um; None where none beats leaving it as it is."""
    best = min(shims_um, key=lambda shim: abs(abs(delta_um) - shim), default=None)
    return best if best is not None and abs(abs(delta_um) - best) < abs(delta_um) else None


_REFOCUS = "Refocus after each zoom, or store a focus position for each zoom position."


def _by_its_data(lens_kind: str) -> Verdict:
    reason = f"By its data this is a {lens_kind} lens: no ring makes it hold focus over the zoom."
    return Verdict("not-front-focus", reason, _REFOCUS)


def _not_front_focus(slopes: tuple[SweepSlope, SweepSlope]) -> Verdict:
    long, wide = sorted(slopes, key=lambda slope: -slope.scale_px)
    law = (wide.scale_px / long.scale_px) ** 2
    seen = abs(wide.um_per_step / long.um_per_step) if long.um_per_step else math.inf
    return Verdict(
        "not-front-focus",
        f"Turning the focus ring moves the image at wide {seen:.3f} times as far as at tele; a lens that "
        f"focuses with its front would give {law:.3f}. This lens focuses elsewhere: back focus is no cure.",
        f"Do not turn the back-focus ring for this. {_REFOCUS}",
    )


def _changed_by_focus(before: BackFocus | None, after: BackFocus, depths: Sequence[float]) -> Verdict | None:
    """Whether turning the focus ring at tele made another error of it, which no front-focus lens does.

    A ring that was turned while zooming, too, shows as residuals on the way that are off the zoom law; and as
    much of that as was seen at tele is let pass.
    """
    if before is None or min(before.dof, after.dof) < 2 or _tracking(before, [depths[-1]] * len(before.zoom)):
        return None
    tele_um = [abs(each.zoom[0].residual_um) for each in (before, after)]
    changed_um = abs(abs(before.delta_um) - abs(after.delta_um))
    doubt_um = max(depths[-1], 3.0 * math.hypot(before.sigma_um, after.sigma_um))
    passing_um = sum(tele_um) * after.k**2 / (1.0 - after.k**2)
    if abs(tele_um[0] - tele_um[1]) <= depths[0] or changed_um <= doubt_um + passing_um:
        return None
    return Verdict(
        "not-front-focus",
        f"Zooming in showed an error of {abs(before.delta_um):.0f} um, and zooming out, with the focus set "
        f"again at tele, {abs(after.delta_um):.0f} um. A lens that focuses with its front shows the same "
        "twice: this one focuses elsewhere, and back focus is no cure.",
        "Do not turn the back-focus ring for this, unless that ring (or its lock screw) was what was turned "
        f"at tele. {_REFOCUS}",
    )


def _tracking(back_focus: BackFocus, depths: Sequence[float], factor: float = 1.0) -> Verdict | None:
    """Residuals off the law by more than `factor` half depths of focus and noise.

    Of sizes without a side one that another error within the interval accounts for is not off.
    """
    longest = back_focus.zoom[0].scale_px
    other_um = max(back_focus.high_um - back_focus.delta_um, back_focus.delta_um - back_focus.low_um)
    if back_focus.sign_known:
        other_um = 0.0
    limits = [
        max(factor * depth, 3.0 * sigma, other_um * (1.0 - (position.scale_px / longest) ** 2))
        for position, sigma, depth in zip(back_focus.zoom, back_focus.misfit_sigma_um, depths, strict=True)
    ]
    position, misfit, depth, limit = max(
        zip(back_focus.zoom, back_focus.misfit_um, depths, limits, strict=True),
        key=lambda each: abs(each[1]) / each[3],
    )
    if back_focus.dof == 0 or abs(misfit) <= limit:
        return None
    part = 100.0 * position.scale_px / longest
    return Verdict(
        "tracking",
        f"At {part:.0f} % of the longest zoom the focus is {abs(misfit):.0f} um off what back focus can "
        f"explain (half depth of focus {depth:.0f} um): the lens does not hold focus through the zoom.",
        "No back-focus ring can cure this. Have the lens serviced, unless it is one that focuses behind its "
        "zoom (varifocals, most PTZ cameras); set it for the zoom range you use and refocus in between.",
    )


def _too_little_zoom(back_focus: BackFocus) -> Verdict | None:
    if back_focus.k <= WIDEST_RATIO:
        return None
    return Verdict(
        "unsure",
        f"The widest picture seen is still {100.0 * back_focus.k:.0f} % of the longest: too little zoom to "
        "tell back focus from focus.",
        "Zoom all the way from tele to wide and try again.",
    )


def _no_camera_is_so_soft(
    back_focus: BackFocus, half_depth_um: float, camera_half_depths: float
) -> Verdict | None:
    if camera_half_depths <= SOFTEST_CAMERA_HALF_DEPTHS:
        return None
    return Verdict(
        "unsure",
        f"Every picture is as soft as {camera_half_depths * half_depth_um:.0f} um out of focus, at tele too. "
        f"No camera does that alone: tele was not in focus ({_interval_words(back_focus, half_depth_um)}).",
        "Focus at tele by the picture: turn the focus ring through the sharpest point and stop there. Then "
        "zoom out once more.",
    )


def _as_soft_at_tele(back_focus: BackFocus, depths: Sequence[float]) -> Verdict | None:
    """Whether most of the error is there at tele as well, where hardly anyone leaves as much.

    A camera whose curve falls more steeply than any lens's (a median filter against noise) is taken for a
    sharp one behind a lens that is out of focus by as much at every zoom.
    """
    tele_um = back_focus.delta_um + back_focus.b_um
    shared_um = min(abs(tele_um), abs(back_focus.delta_um))
    if abs(tele_um) <= SOFTEST_TELE_HALF_DEPTHS * depths[0] or abs(back_focus.b_um) >= shared_um:
        return None
    return Verdict(
        "unsure",
        f"Tele is as soft as {abs(tele_um):.0f} um out of focus, nearly as wide is: that is the camera, or "
        f"tele was not in focus ({_interval_words(back_focus, depths[-1])}).",
        "Focus at tele by the picture: turn the focus ring through the sharpest point and stop there. Then "
        "zoom out once more, and at wide sweep the focus ring slowly through the sharpest point: that shows "
        "how sharp this camera can be.",
    )


def _disturbed(flags: frozenset[Flag]) -> Verdict:
    """What changed while it was filmed, so that tele and wide make no number together."""
    remark, *_ = having(flags & {Flag.LIGHT_CHANGED, Flag.EXTENDER}, "in doubt")
    why = (
        "tele and wide make no number together, as the same error blurs less through a smaller opening"
        if Flag.LIGHT_CHANGED in flags
        else "without it the zoom was not seen from tele to wide"
    )
    return Verdict("unsure", f"{remark.what[0].upper()}{remark.what[1:]}; {why}.", remark.cure)


def _unseen() -> Verdict:
    return Verdict("unsure", "There is no star in any of the pictures, and nothing that could be measured in "
                   "its place.", REMARKS[Flag.NO_STAR].cure, ("chart",))  # fmt: skip


def _unread(unscaled: bool) -> Verdict:
    if unscaled:
        return Verdict("unsure", "The star was read, but zoomed in nothing tells its size: a star without "
                       "twists shows it by its rim alone.",
                       "Use our own chart, or zoom in only until the star fills the picture: twice its size "
                       "at wide is zoom enough.", ("chart",))  # fmt: skip
    return Verdict("unsure", "The star was not read at two zoom positions.",
                   HOLD_STILL)  # fmt: skip


HOLD_STILL = "Hold still for two seconds at full tele and again at full wide."
OF_STILLS = "Give a sharp still of full tele, and one of full wide with the same focus."
"""What to do instead of `HOLD_STILL` where nobody films."""
ONE_PICTURE = Verdict(
    "unsure",
    "There is one picture, and it shows one zoom position: back focus shows only between full tele and wide.",
    "Give a clip that zooms from tele to wide. Or focus at full tele and take a still, zoom out without "
    "touching focus, take another, and give the folder that holds the two.",
)
"""Of a single still, whatever it shows."""


def as_filmed(verdict: Verdict, *, pictures: int, has_times: bool) -> Verdict:
    """The same; where there are stills alone, or a single picture, with what can be done about that."""
    if verdict.kind != "unsure":  # a lens may be known by its data
        return verdict
    if pictures == 1:
        return ONE_PICTURE
    return verdict if has_times else replace(verdict, advice=verdict.advice.replace(HOLD_STILL, OF_STILLS))


def is_of_stills(verdict: Verdict) -> bool:
    """Whether what it advises is for somebody who takes stills."""
    return verdict == ONE_PICTURE or OF_STILLS in verdict.advice


def _object_unread(flags: frozenset[Flag]) -> Verdict:
    """Why an object could not be measured, where that was seen, and what helps."""
    fault = next((remark for flag, remark in OF_OBJECTS.items() if flag in flags), None)
    if fault is not None:
        reason = f"There is no chart in the pictures, and {fault.what}."
        return Verdict("unsure", reason, f"{fault.cure} Or use a star.", ("chart",))
    return Verdict("unsure", "There is no chart in the pictures, and what they show could not be compared "
                   "between tele and wide.",
                   "Zoom in on something flat with fine detail (print, brick, leaves), focus on it, hold for "
                   "two seconds; zoom out slowly with it in the middle and hold again. Or use a star.",
                   ("chart",))  # fmt: skip


def _resting_on_object(verdict: Verdict) -> Verdict:
    """With what it rests on, and where it is not sure, with what tells more than an object."""
    said = f"{verdict.reason} (Measured without a chart: wide against the tele picture of the same object.)"
    if verdict.kind != "unsure":
        return replace(verdict, reason=said)
    return replace(
        verdict,
        reason=said,
        advice=f"{verdict.advice} A star tells more than an object.",
        remedies=(*verdict.remedies, "chart"),
    )


def _noticed(verdict: Verdict, flags: frozenset[Flag]) -> Verdict:
    """The verdict, its advice carried on by what was noticed in the pictures and is not said yet."""
    noticed = having(flags, "too sharp", "too soft", "in doubt")
    if verdict.kind == "unsure":
        noticed += having(flags, "camera sharp", "camera soft")
    new = [remark for remark in noticed if remark.cure not in verdict.advice]
    remedies = (*verdict.remedies, *(each.remedy for each in new if each.remedy))
    return replace(
        verdict,
        advice=" ".join([verdict.advice, *map(remark_words, new)]),
        remedies=tuple(dict.fromkeys(remedies)),
    )


def _spoilt(remarks: tuple[Remark, ...], back_focus: BackFocus, half_depth_um: float) -> Verdict | None:
    if not remarks:
        return None
    return Verdict(
        "unsure",
        f"About {abs(back_focus.delta_um):.0f} um, but the reading cannot be trusted: "
        f"{' and '.join(remark.what for remark in remarks)} ({_interval_words(back_focus, half_depth_um)}).",
        " ".join(remark.cure for remark in remarks),
    )


def _cut_glare(flags: frozenset[Flag]) -> tuple[Remark, ...]:
    """The remarks on light that is mirrored and cut off: no spoke is left there, and all reads soft."""
    both = frozenset({Flag.CLIPPED, Flag.GLOSSY})
    return having(both, "too sharp", "too soft") if both <= flags else ()


def _interval_words(back_focus: BackFocus, half_depth_um: float) -> str:
    return (
        f"95 % interval {back_focus.low_um:.1f} to {back_focus.high_um:.1f} um, "
        f"half depth of focus {half_depth_um:.1f} um"
    )


def _set(back_focus: BackFocus, half_depth_um: float, f_number: float | None) -> Verdict | None:
    if max(abs(back_focus.low_um), abs(back_focus.high_um)) > half_depth_um:
        return None
    at_this, advice = "", LOCK_ADVICE
    if f_number is not None and f_number >= SMALL_OPENING:
        at_this = f" at this opening, f/{f_number:.2g}"
        advice = f"Wide open the depth of focus is smaller: open the iris and look again. {LOCK_ADVICE}"
    return Verdict(
        "set",
        f"The back focus is right{at_this}: {abs(back_focus.delta_um):.1f} um off "
        f"({_interval_words(back_focus, half_depth_um)}).",
        advice,
    )


def _smallest(back_focus: BackFocus) -> float:
    """The smallest error the interval allows, um; 0 where it holds zero."""
    if back_focus.low_um <= 0.0 <= back_focus.high_um:
        return 0.0
    return min(abs(back_focus.low_um), abs(back_focus.high_um))


def _sure_depths(*, referenced: bool, soft: bool) -> float:
    """From how many half depths of focus on it is an error, whatever lens and pictures add to it."""
    if referenced:
        return 1.0
    return SOFT_PICTURE_FACTOR if soft else SOFT_LENS_FACTOR


def _adjust(
    back_focus: BackFocus, sure_um: float, half_depth_um: float, adjusters: Adjusters, turn_asked: bool
) -> Verdict | None:
    if _smallest(back_focus) <= sure_um:
        return None
    delta = back_focus.delta_um
    if back_focus.sign_known:
        where = "far from" if delta > 0 else "close to"
        what = f"The sensor is {abs(delta):.0f} um too {where} the lens"
    else:
        what = f"The back focus is off by {abs(delta):.0f} um; the direction is not known yet"
    return Verdict(
        "adjust",
        f"{what} ({_interval_words(back_focus, half_depth_um)}).",
        _adjust_advice(delta, back_focus.sign_known, adjusters, turn_asked),
        ("first-turn",) if turn_asked and not back_focus.sign_known else (),
    )


def _adjust_advice(delta_um: float, sign_known: bool, adjusters: Adjusters, turn_asked: bool) -> str:
    words = move_words(delta_um, sign_known=sign_known)
    said = [words[0].upper() + words[1:] + "."]
    if adjusters.back_focus_ring:
        said.append(_ring_words(delta_um, adjusters.um_per_degree))
    if (shim := nearest_shim_um(delta_um, adjusters.shims_um)) is not None:
        said.append(_shim_words(delta_um, shim, sign_known))
    elif not adjusters.back_focus_ring:
        said.append(NO_RING_ADVICE)
    if not sign_known and turn_asked:
        said.append("To learn which way, say how the ring was turned first in the sweep of this clip.")
    elif not sign_known:
        said.append(
            "To learn which way, zoom out, then sweep the focus ring, first towards infinity, then back."
        )
    return " ".join(said)


def _ring_words(delta_um: float, um_per_degree: float | None) -> str:
    how_far = f" about {abs(delta_um / um_per_degree):.0f} degrees" if um_per_degree else ""
    return (
        f"At wide, turn the back-focus ring{how_far} until the picture is sharpest; leave the focus ring "
        "alone."
    )


def _shim_words(delta_um: float, shim_um: float, sign_known: bool) -> str:
    left = abs(abs(delta_um) - shim_um)
    if not sign_known:
        return f"The nearest shim is {shim_um:g} um ({left:.0f} um would be left)."
    verb = "Take out a shim of" if delta_um > 0 else "Add the shim of"
    return f"{verb} {shim_um:g} um ({left:.0f} um would be left)."


def _cannot_tell(
    back_focus: BackFocus, half_depth_um: float, *, referenced: bool, soft: bool, swept: bool
) -> Verdict:
    if swept and not referenced:
        reason = "it is not clear that the sweep at wide went through the sharpest point"
        advice = (
            "At wide, sweep the focus ring once more, slowly, well past the sharpest point on both sides, "
            "there and back."
        )
    elif not referenced:
        reason = f"a soft {'picture' if soft else 'lens'} and a back-focus error look the same"
        advice = (
            "At wide, sweep the focus ring slowly through the sharpest point, first towards infinity, then "
            "back: that shows how sharp it can be there."
        )
    else:
        reason = "the reading is not fine enough to tell"
        advice = (
            "More light, a larger star or finer detail, a calmer camera; then hold each end of the zoom for "
            "a few seconds."
        )
    return Verdict(
        "unsure",
        f"About {abs(back_focus.delta_um):.0f} um, but {reason} "
        f"({_interval_words(back_focus, half_depth_um)}).",
        advice,
    )

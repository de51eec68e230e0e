"""Readings as the lines that the faces print: JSON objects with the keys of the manual, and short words."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..errors import RemedyKey
from ..measure.reading import Edge, Flag, Object, Reading, Star
from ..solve.backfocus import BackFocus
from ..solve.clip import ClipAnswer, SolvedCamera
from ..solve.defocus import Defocus
from ..solve.learned import cost_words
from ..solve.remarks import REMARKS, with_remedies
from ..solve.verdict import Verdict

Json = dict[str, Any]


def reading_json(reading: Reading, defocus: Defocus | None) -> Json:
    """One picture as `measure --json` prints it; what could not be measured is null and a flag says why."""
    star = reading.star
    line: Json = {
        "index": reading.index,
        "at_s": _rounded(reading.at_s, 4),
        "star": star
        and {
            "x_px": _rounded(star.x_px, 3),
            "y_px": _rounded(star.y_px, 3),
            "radius_px": _rounded(star.radius_px, 2),
            "cycles": star.cycles,
        },
        "scale_px": _rounded(reading.scale_px, 3),
        "scale_sigma_px": _rounded(reading.scale_sigma_px, 3),
        "frequency_cy_px": [_rounded(value, 5) for value in reading.frequency_cy_px],
        "modulation": [_rounded(value, 5) for value in reading.modulation],
        "modulation_025": _rounded(reading.modulation_025, 5),
        "modulation_025_sigma": _rounded(reading.modulation_025_sigma, 5),
        "mtf50_cy_px": _rounded(reading.mtf50_cy_px, 5),
        "mtf50_sigma_cy_px": _rounded(reading.mtf50_sigma_cy_px, 5),
        "defocus_um": defocus and _rounded(defocus.um, 3),
        "defocus_sigma_um": defocus and _rounded(defocus.sigma_um, 3),
        "flags": [flag.value for flag in Flag if flag in flags_of(reading, defocus)],
    }
    if reading.edge is not None:
        line["edge"] = {
            "x_px": _rounded(reading.edge.x_px, 3),
            "y_px": _rounded(reading.edge.y_px, 3),
            "angle_deg": _rounded(reading.edge.angle_deg, 3),
            "length_px": _rounded(reading.edge.length_px, 2),
        }
    if reading.object is not None:
        line["object"] = _object_json(reading.object)
    if reading.against is not None:
        line["against"] = {
            "ratio": _rounded(reading.against.ratio, 5),
            "index": reading.against.index,
            "at_s": _rounded(reading.against.at_s, 4),
        }
    if reading.sharpening:
        line["sharpening"] = _rounded(reading.sharpening, 2)
    if reading.field is not None:
        line["field"] = reading.field
    return line


def _object_json(seen: Object) -> Json:
    return {
        "x_px": _rounded(seen.x_px, 1),
        "y_px": _rounded(seen.y_px, 1),
        "width_px": _rounded(seen.width_px, 1),
        "height_px": _rounded(seen.height_px, 1),
        "tiles": len(seen.tiles),
        "tiles_used": sum(tile.used for tile in seen.tiles),
    }


def flags_of(reading: Reading, defocus: Defocus | None) -> frozenset[Flag]:
    """The flags of a reading together with those its defocus adds; a curve without a defocus lacks optics."""
    if defocus is not None:
        return reading.flags | defocus.flags
    return reading.flags | {Flag.NO_OPTICS} if reading.frequency_cy_px else reading.flags


def reading_words(reading: Reading, defocus: Defocus | None) -> str:
    """One picture as `measure` prints it for people, about 100 columns."""
    place = f"{reading.index:6d}" + (f" {reading.field:<6}" if reading.field else "")
    time = f"{reading.at_s:9.3f} s" if reading.at_s is not None else " " * 11
    flags = " ".join(flag.value for flag in Flag if flag in flags_of(reading, defocus))
    target = reading.target
    if target is None:
        return f"{place} {time}  {flags}"
    return (
        f"{place} {time}  {_target_name(target)} at {target.x_px:7.1f},{target.y_px:7.1f}"
        f"  scale {_column(reading.scale_px, 7, 1)} px"
        f"  M(0.25) {_column(reading.modulation_025, 6, 3)}"
        f"  MTF50 {mtf50_words(reading.mtf50_cy_px, reading.flags):>5}"
        f"  blur {_column(defocus.um if defocus else None, 6, 1)} um  {flags}"
    ).rstrip()


def _target_name(target: Star | Edge | Object) -> str:
    """In eight columns."""
    if isinstance(target, Star):
        return f"star {target.cycles:3d}"
    return f"edge {target.angle_deg:3.0f}" if isinstance(target, Edge) else "object  "


def mtf50_words(mtf50_cy_px: float | None, flags: Collection[Flag]) -> str:
    """MTF50 to a thousandth; "> 0.5" where it is above what pixels can show, "-" where nothing was read."""
    if mtf50_cy_px is not None:
        return f"{mtf50_cy_px:.3f}"
    return "> 0.5" if Flag.ABOVE_NYQUIST in flags else "-"


def flags_words(
    flags: Mapping[Flag, int], pictures: int, remedies: Mapping[RemedyKey, str] | None = None
) -> Iterator[str]:
    """What each flag means and what to do about it, with how many of the pictures had it."""
    for flag, remark in REMARKS.items():
        if count := flags.get(flag, 0):
            share = "" if count == pictures else f" ({count} of {pictures})"
            keys = [remark.remedy] if remark.remedy else []
            cure = with_remedies(remark.cure, keys, remedies or {})
            yield f"{flag.value}{share}: {remark.what}. {cure}"


def check_json(back_focus: BackFocus | None, verdict: Verdict, half_depth_um: float | None) -> Json:
    """The object that `check --json` and the last line of `auto --json` print; unknown values are None."""
    found = back_focus
    return {
        "delta_um": found and _rounded(found.delta_um, 3),
        "sigma_um": found and _rounded(found.sigma_um, 3),
        "low_um": found and _rounded(found.low_um, 3),
        "high_um": found and _rounded(found.high_um, 3),
        "sign_known": found is not None and found.sign_known,
        "half_depth_of_focus_um": _rounded(half_depth_um, 3),
        "zoom": [
            {
                "scale_px": _rounded(each.scale_px, 3),
                "residual_um": _rounded(each.residual_um, 3),
                "sigma_um": _rounded(each.sigma_um, 3),
            }
            for each in (found.zoom if found else ())
        ],
        "verdict": verdict.kind,
        "reason": verdict.reason,
        "advice": verdict.advice,
    }


def rests_on_json(answer: ClipAnswer, target: str | None, camera_name: str) -> Json:
    """What an answer of `check` rests on: the target, the camera, a sweep at wide."""
    camera = answer.camera
    return {
        "target": target,
        "camera": {
            "known": camera is not None and camera.known,
            "name": camera_name or None,
            "softness_h": camera and _rounded(camera.half_depths, 2),
        },
        "referenced": answer.referenced,
    }


def camera_words(camera: SolvedCamera | None, name: str, how_to_name: str) -> str | None:
    """What the camera costs, and what is remembered of it; None where nothing is known.

    `name`: what its owner calls it; "" where it was not named, and then `how_to_name` says what to do.
    """
    if camera is None:
        return None
    if camera.learned is not None:
        kept = f'Remembered as "{name}".' if name else how_to_name
        return f"{cost_words(camera.learned_half_depths)} {kept}"
    if camera.known:
        return f'{cost_words(camera.half_depths)} Known from an earlier session as "{name}".'
    return None


def _column(value: float | None, width: int, digits: int) -> str:
    return f"{value:{width}.{digits}f}" if value is not None else "-".rjust(width)


def _rounded(value: float | None, digits: int) -> float | None:
    """`value` to so many digits; -0.0 would read as a side."""
    return None if value is None else round(float(value), digits) + 0.0

"""What a flag of the measurement means to the answer and to the person: one table for every face.

`measure` explains every flag that it prints. Beside an answer only those are told that can change it, each
once, with what to do about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ..errors import RemedyKey
from ..measure.reading import Flag, Reading

Effect = Literal["none", "too sharp", "too soft", "in doubt", "camera sharp", "camera soft"]
"""How a flagged picture reads; "in doubt": as it should, if what is said with it is so; the camera's: too
sharp or too soft as that camera shows everything, which is solved for and only costs certainty."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is so, as the end of a sentence; what to do, in sentences; and the effect on the answer.

    `remedy`: where what helps is found; each face has its own words for that.
    """

    what: str
    cure: str
    effect: Effect = "none"
    remedy: RemedyKey | None = None


REMARKS: dict[Flag, Remark] = {
    Flag.NO_STAR: Remark(
        "there is no star in the picture",
        "Is the chart in view, lit, and roughly in focus?",
        remedy="chart",
    ),
    Flag.TWO_STARS: Remark(
        "there are more stars than one: the larger, or of equals the one nearest the middle, is measured",
        "Cover the others.",
        "in doubt",
    ),
    Flag.CROPPED: Remark(
        "the target is not whole in the picture",
        "At tele that is fine; at wide move it to the middle.",
    ),
    Flag.TILTED: Remark(
        "the chart is turned away from the camera",
        "It is allowed for; hanging it square is better.",
    ),
    Flag.LOST: Remark(
        "nothing of it can be read here",
        "It is far out of focus, too small or out of the picture. Once it shows, it is read.",
    ),
    Flag.CLIPPED: Remark(
        "white is clipped", "Darken the picture until white is at 60 to 90 %, not with the iris.", "too sharp"
    ),
    Flag.CRUSHED: Remark(
        "dark shades are missing from the picture: its blacks are cut off",
        "Set the camera's black level, or what made the picture, so that black spokes keep their shades.",
        "in doubt",
    ),
    Flag.FEW_SHADES: Remark(
        "the picture has too few shades of grey to be measured",
        "Save or record it with 8 bits or more.",
        "in doubt",
    ),
    Flag.TOO_DARK: Remark("the chart is too dark", "Open the iris fully, then light the chart.", "too sharp"),
    Flag.LOW_CONTRAST: Remark(
        "there is too little contrast for all of the numbers",
        "Focus nearer to the chart, make the star larger, and keep stray light off chart and lens.",
    ),
    Flag.SHARPENED: Remark(
        "the camera sharpens its picture",
        "It is allowed for; with detail (sharpening) off in the camera's menu the answer is more certain. (A "
        "wrong gamma setting looks the same.)",
        "camera sharp",
    ),
    Flag.SHARPENING_UNKNOWN: Remark(
        "the picture is too soft to show whether the camera sharpens it",
        "Check in the camera's menu that detail (sharpening) is off.",
    ),
    Flag.INTERLACED: Remark(
        "lines are doubled, or two fields are woven into one picture",
        "Set the camera to progressive, or feed its interlaced signal without conversion.",
        "camera soft",
    ),
    Flag.MOVING: Remark("the picture moves", "Lock the tripod; stabiliser off.", "too soft"),
    Flag.ABOVE_NYQUIST: Remark(
        "MTF50 lies above what pixels can show", "Sharper than the pixels can show: fine."
    ),
    Flag.TOO_SMALL: Remark(
        "the star has no rings that show its MTF50 well",
        "The other numbers hold. A larger star shows the MTF50 of a soft picture, one with more spokes and "
        "no disc over them that of a sharp one.",
    ),
    Flag.GLOSSY: Remark(
        "the chart mirrors a lamp or a window",
        "Turn the chart or move the lamp until nothing shines in it: light that clips hides spokes.",
        "too soft",
    ),
    Flag.ALIASED: Remark(
        "detail finer than the pixels comes back as false patterns: the camera skips lines, or scales its "
        "picture down without a filter",
        "It is allowed for; in a mode that reads the whole sensor the answer is more certain.",
        "in doubt",
    ),
    Flag.SCALE_UNSURE: Remark(
        "nothing in the picture tells the size of the chart",
        "Our own chart would. With another one the zoom ratio of the lens is used, if the lens is named.",
        "in doubt",
        "chart",
    ),
    Flag.NO_OPTICS: Remark(
        "pixel size and f-number are not known, so blur cannot be told in um",
        "Say which camera and lens it is.",
        remedy="optics",
    ),
    Flag.NO_EDGE: Remark(
        "there is no slanted edge",
        "Is the chart in view, lit, and roughly in focus? A single edge needs a region; for a lone square "
        "choose the target edge.",
    ),
    Flag.TWO_EDGES: Remark(
        "it is not one straight edge between two even sides",
        "Give a region that holds one edge and no corner.",
    ),
    Flag.ON_GRID: Remark("the edge runs along the pixels", "Turn the chart by about 5 degrees."),
    Flag.OTHER_CURVE: Remark(
        "the chart's patches contradict the declared transfer curve, and theirs is used",
        "Name the curve that the camera is set to.",
        "in doubt",
    ),
    Flag.COMPRESSED: Remark(
        "compression softens the picture",
        "Take it before the encoder, or at a higher bit rate. (A wrong gamma setting looks the same.)",
        "camera soft",
    ),
    Flag.DAMAGED: Remark(
        "the file or the stream is damaged, and parts of the picture may be wrong",
        "Copy or save the file again; of a live picture check the cable and the network.",
        "in doubt",
    ),
    Flag.LIGHT_CHANGED: Remark(
        "the light changed (iris, ND or lamp), or the f-number is not that of this lens",
        "Iris by hand and fully open, auto exposure off; leave ND and lamps as they are, and start again. If "
        "nothing was touched, name the lens or f-number that is there.",
        "in doubt",
    ),
    Flag.EXTENDER: Remark(
        "the extender was swung in or out",
        "Take it out before the start and leave it out: with it tele and wide are seen through two lenses.",
        "in doubt",
    ),
    Flag.ZOOM_MOVED: Remark(
        "the zoom was moved at one of its ends, where only a ring is to be turned",
        "What was turned after that is not counted: sweep once more with no hand on the zoom.",
        "in doubt",
    ),
    Flag.NO_OBJECT: Remark(
        "what the reference shows is not found in the picture",
        "Keep the object in the picture from tele to wide, in the middle, and zoom slowly.",
    ),
    Flag.NO_REFERENCE: Remark(
        "no sharper picture was seen yet to compare with",
        "At tele, turn the focus ring until the picture is sharp, then a little past it.",
    ),
    Flag.TOO_SMOOTH: Remark(
        "the object has too little fine detail",
        "Choose print, brick, leaves or fabric, evenly lit, or go nearer.",
        "in doubt",
    ),
    Flag.SEVERAL_DEPTHS: Remark(
        "parts of the object stand nearer or further than the rest",
        "Choose something flat, or choose the part that all lies at one distance.",
        "in doubt",
    ),
    Flag.REPEATING: Remark(
        "the object repeats itself, so one part of it passes for another",
        "Choose something without a regular pattern: a bookshelf, a poster, leaves.",
        "in doubt",
    ),
    Flag.OTHER_MODE: Remark(
        "the pictures do not fit what was learned of this camera, which is left aside",
        "Was another mode or another detail setting chosen? Give that a name of its own, and sweep the focus "
        "ring at wide once to learn it.",
        "in doubt",
    ),
}


OF_OBJECTS: dict[Flag, Remark] = {
    Flag.MOVING: Remark(
        "what they show moves by itself",
        "Choose something that stands still: a poster, a bookshelf, a brick wall.",
    ),
    Flag.REPEATING: Remark(
        "what they show repeats itself, so one part of it passes for another",
        "Choose something without a regular pattern: a bookshelf, a poster, leaves.",
    ),
    Flag.GLOSSY: Remark(
        "what they show shines: it is all highlights on a dark ground",
        "Choose something matt, or light it evenly from the side.",
    ),
    Flag.SEVERAL_DEPTHS: Remark(
        "what they show stands at several distances",
        "Choose something flat, or zoom in on the part that all lies at one distance.",
    ),
    Flag.TOO_SMOOTH: Remark(
        "what they show has too little fine detail at tele",
        "Choose print, brick, leaves or fabric, evenly lit. If tele was not in focus, turn the focus ring "
        "there through the sharpest point and film once more.",
    ),
}
"""The same of an object that could not be measured; the first of those that are so is the reason."""


def borne(readings: Sequence[Reading]) -> frozenset[Flag]:
    """The flags that can change the answer and that half of the pictures or more carry."""
    return frozenset(
        flag
        for flag, remark in REMARKS.items()
        if remark.effect != "none"
        and 2 * sum(flag in each.flags for each in readings) >= max(1, len(readings))
    )


def at_tele(flags: frozenset[Flag]) -> frozenset[Flag]:
    """Those of the flags of a hold at tele that count: read too soft there, r only widens the interval."""
    return frozenset(
        flag for flag in flags if REMARKS[flag].effect in ("too sharp", "in doubt", "camera sharp")
    )


def having(flags: Iterable[Flag], *effects: Effect) -> tuple[Remark, ...]:
    """The remarks on those of the flags that have one of these effects, in the order of the table."""
    told = frozenset(flags)
    return tuple(remark for flag, remark in REMARKS.items() if flag in told and remark.effect in effects)


def remark_words(remark: Remark, remedies: Mapping[RemedyKey, str] | None = None) -> str:
    """A remark in sentences of its own; with a face's `remedies` also where help is found."""
    said = f"{remark.what[0].upper()}{remark.what[1:]}. {remark.cure}"
    return with_remedies(said, [remark.remedy] if remark.remedy else [], remedies or {})


def with_remedies(words: str, keys: Iterable[RemedyKey], remedies: Mapping[RemedyKey, str]) -> str:
    """Sentences, and after them where help is found, in the words of a face."""
    said = [f"{remedies[key][0].upper()}{remedies[key][1:]}." for key in keys if key in remedies]
    return " ".join([words, *said])

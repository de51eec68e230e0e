"""How good the object before the camera is, as a person is told while aiming: a word, why, what helps."""

from ..measure.reading import ObjectQuality

_FAULTS = {
    "moving": ("it moves", "Choose something that stands still."),
    "repeating": ("it repeats itself", "Choose something without a regular pattern: a poster, a bookshelf."),
    "glossy": ("it shines", "Choose something matt, or light it evenly from the side."),
    "several-depths": ("parts of it stand nearer than others", "Choose something flat."),
    "too-dark": ("it is too dark", "Light it; leave the iris open."),
    "clipped": ("its highlights are cut off", "Darken the picture, not with the iris."),
    "too-smooth": ("it has too little fine detail", "Choose print, brick, leaves or fabric, or go nearer."),
}


def object_words(quality: ObjectQuality) -> str:
    """A sentence or two; the worst fault alone."""
    if quality.colour == "good":
        return "Good object: fine detail all over."
    if quality.why[:1] == ("unfocused",):
        return "Object out of focus: turn the focus ring until it is sharpest, then its detail can be judged."
    if not quality.why:
        return "Fair object: fine detail in parts of it. Print, brick or leaves tell more."
    what, cure = _FAULTS[next(why for why in quality.why if why in _FAULTS)]
    return f"Poor object: {what}. {cure}"

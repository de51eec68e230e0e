"""What is printed in the scenes."""

import numpy as np

_WORDS = (
    "lens", "focus", "light", "wide", "tele", "zoom", "ring", "sharp", "frame", "stage", "hall",
    "church", "field", "gym", "night", "morning", "river", "stone", "garden", "window", "street",
    "market", "station", "harbour", "bridge", "tower", "school", "music", "story", "winter", "summer",
    "letter", "paper", "ink", "press", "page", "line", "edge", "print", "poster", "chart", "shelf",
    "book", "the", "a", "of", "and", "to", "in", "is", "at", "on", "by", "for", "with", "from", "as",
    "it", "was", "were", "has", "had", "not", "all", "one", "two", "three", "out", "over", "under",
    "between", "after", "before", "while", "where", "when", "what", "who",
)  # fmt: skip
TITLES = (
    "THE LONG TAKE", "Light & Lens", "A HISTORY OF GLASS", "Winter Harbour", "OPTICS", "Field Notes",
    "The Gaffer", "PARALLAX", "Cities of Stone", "The Focus Puller", "NIGHT TRAINS", "Rivers",
    "Typography", "SIGNAL", "Atlas", "Of Mice and Mirrors", "Depth", "A Year in the Garden", "GRAIN",
    "Bridges", "Shadow Play", "The Long Lens", "COLOUR", "Voices", "Measure for Measure",
    "Small Things", "On Seeing", "HALF A MILLIMETRE", "Maps",
)  # fmt: skip
NAMES = (
    "Arden",
    "Bell",
    "Castro",
    "Diaz",
    "Endo",
    "Fischer",
    "Grant",
    "Hale",
    "Ito",
    "Jansen",
    "Keller",
    "Lund",
)


def word(rng: np.random.Generator) -> str:
    """A word of running text."""
    return str(_WORDS[int(rng.integers(len(_WORDS)))])


def title(rng: np.random.Generator) -> str:
    """The title of a book."""
    return str(TITLES[int(rng.integers(len(TITLES)))])


def name(rng: np.random.Generator) -> str:
    """The name of who wrote it."""
    return str(NAMES[int(rng.integers(len(NAMES)))])

"""Lens mounts: how far behind the flange the image stands."""

from dataclasses import dataclass

Sources = tuple[tuple[str, str], ...]
"""Where numbers are from: (field, source) pairs, one for each number of a record."""


@dataclass(frozen=True, slots=True)
class Mount:
    """One kind of lens mount.

    Attributes
    ----------
    name : str
        Short name, as typed: `b4`, `pl`, `cs`.
    title : str
        What to show a person.
    flange_mm : float
        Flange to image, in air.
    sources : tuple of (field, source)
        Where each number is from.
    """

    name: str
    title: str
    flange_mm: float
    sources: Sources

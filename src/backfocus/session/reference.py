"""What an object is measured against, and the part that was chosen of it, as the store keeps them."""

from collections.abc import Iterable
from dataclasses import asdict

from ..measure.object.keeping import KeptReference, taken_up
from ..measure.object.region import Region
from ..measure.object.track import ObjectTrack
from .store import Entry, KeptPicture

ELSEWHERE = ("picture", "at_s")
"""Fields with a column of their own."""


def kept_picture(found: KeptReference) -> KeptPicture:
    """For the store."""
    numbers = {name: value for name, value in asdict(found).items() if name not in ELSEWHERE}
    return KeptPicture(found.at_s, numbers, found.picture)


def object_of(stored: KeptPicture | None) -> ObjectTrack | None:
    """What was known of the object when the session was left; None where nothing was, or none can read it."""
    if stored is None:
        return None
    try:
        found = KeptReference(picture=stored.picture, at_s=stored.at_s, **stored.payload)
    except TypeError:  # of another version: there is none then
        return None
    return taken_up(found)


def region_entry(region: Region | None, size_px: tuple[int, int], at_s: float) -> Entry:
    """The part of the scene's first picture that was chosen, and the size of pictures; None: all of it."""
    where = None if region is None else list(asdict(region).values())
    return Entry("region", at_s, {"region_px": where, "size_px": list(size_px)})


def region_of(entries: Iterable[Entry]) -> tuple[Region, tuple[int, int]] | None:
    """The part that was chosen last, and the size of the pictures then; None where all of it counts."""
    found = next((each.payload for each in reversed(list(entries)) if each.kind == "region"), None)
    if found is None or found["region_px"] is None:
        return None
    width_px, height_px = found["size_px"]
    return Region(*found["region_px"]), (width_px, height_px)

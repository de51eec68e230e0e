"""What an object is measured against, as the store keeps it."""

from dataclasses import asdict

from ..measure.object.keeping import KeptReference, taken_up
from ..measure.object.track import ObjectTrack
from .store import KeptPicture

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

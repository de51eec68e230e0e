"""A camera or a lens that no profile has: two questions about each, and what to type then."""

from collections.abc import Callable
from typing import Protocol, TypeVar

Answer = TypeVar("Answer")


class Ask(Protocol):
    """Puts a question to the person and gives the answer as `read` understands it."""

    def __call__(self, question: str, read: Callable[[str], Answer]) -> Answer:
        """The answer to `question`, read."""
        ...


def unlisted_words(ask: Ask) -> str:
    """What to type for a camera and a lens that are not listed.

    Raises
    ------
    UsageError
        For an answer that cannot be meant, where `ask` does not ask again.
    """
    from ..optics.profiles import f_number_over, picture_px, pixel_um, sensor_mm, zoom_ends

    def zoom(said: str) -> str:
        zoom_ends(said)
        return said

    wide_mm = ask(
        "How wide is the recorded part of the sensor, in mm or by name (36, full frame, APS-C, 2/3 inch)",
        sensor_mm,
    )
    pitch_um = ask(
        "How many pixels wide is the picture (1920, HD, 4K)", lambda said: pixel_um(wide_mm, picture_px(said))
    )
    zoom_mm = ask("From which focal length to which does the lens zoom, in mm (such as 7.8-156)", zoom)
    f_number = ask(
        "Which f-number or T-stop has it with the iris open (such as 1.8, T2.9, or 1.8-2.6)",
        lambda said: f_number_over(zoom_mm, said),
    )
    return (
        f"Type: --pixel-um {pitch_um:g} --f-number {f_number}\n"
        "Or write it, once, into the file that `backfocus config` names, and use --rig mine:\n"
        f'  [rig.mine]\n  pixel-um = {pitch_um:g}\n  f-number = "{f_number}"'
    )

"""A camera or a lens that no profile has: two questions about each, and what to type then."""

from collections.abc import Callable

from .options import decimal

Ask = Callable[[str], object]
"""Puts a question to the person and gives the answer."""


def unlisted_words(ask: Ask) -> str:
    """What to type for a camera and a lens that are not listed.

    Raises
    ------
    UsageError
        For an answer that cannot be meant.
    """
    from ..optics.profiles import f_number_over, pixel_um

    sensor_mm = decimal(ask("How wide is the recorded part of the sensor, in mm (full frame: 36)"))
    picture_px = decimal(ask("How many pixels wide is the picture (HD: 1920, UHD: 3840)"))
    pitch_um = pixel_um(sensor_mm, picture_px)
    f_number = f_number_over(
        str(ask("From which focal length to which does the lens zoom, in mm (such as 7.8-156)")),
        str(ask("Which f-number or T-stop has it with the iris open (such as 1.8, T2.9, or 1.8-2.6)")),
    )
    return (
        f"Type: --pixel-um {pitch_um:g} --f-number {f_number}\n"
        "Or write it, once, into the file that `backfocus config` names, and use --rig mine:\n"
        f'  [rig.mine]\n  pixel-um = {pitch_um:g}\n  f-number = "{f_number}"'
    )

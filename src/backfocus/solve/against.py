"""What the lens takes from the reference of an object, put back into the object's curve.

An object is measured against its own picture at tele, which shows every detail 1 / k times larger than the
picture that is measured. So tele's lens counts at k f only: what a perfect lens in focus takes there is known
from the f-number and is put back. What is left of the reference is how far it was out of focus, and the
camera at k f; both are solved for (`joint`).
"""

from dataclasses import replace

import numpy as np

from ..measure.reading import Reading
from ..optics.blur import diffraction_defocus_mtf
from ..optics.lens import Optics
from .focus_curves import FOCUS_CY_PX


def less_reference(reading: Reading, optics: Optics | None) -> Reading:
    """The reading with its curve as against a reference through a perfect lens; as it is without one."""
    if reading.against is None or optics is None or not reading.frequency_cy_px:
        return reading
    frequency = np.array([*reading.frequency_cy_px, FOCUS_CY_PX])
    left = diffraction_defocus_mtf(
        reading.against.ratio * frequency,
        0.0,
        f_number=optics.f_number(1.0),
        pixel_um=optics.pixel_um,
        wavelength_um=optics.wavelength_um,
    )
    *own, quarter = left.tolist()

    def times(values: tuple[float, ...]) -> tuple[float, ...]:
        return tuple(value * part for value, part in zip(values, own, strict=True))

    return replace(
        reading,
        modulation=times(reading.modulation),
        modulation_sigma=times(reading.modulation_sigma),
        modulation_025=None if reading.modulation_025 is None else reading.modulation_025 * quarter,
        modulation_025_sigma=None
        if reading.modulation_025_sigma is None
        else reading.modulation_025_sigma * quarter,
    )

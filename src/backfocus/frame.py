"""One picture as the camera sent it, and its fields where it is interlaced."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Field = Literal["top", "bottom"]
Samples = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]
Weights = tuple[float, float, float]

BT601: Weights = (0.299, 0.587, 0.114)
BT709: Weights = (0.2126, 0.7152, 0.0722)
BT2020: Weights = (0.2627, 0.678, 0.0593)
"""Of red, green and blue in luma, by the ITU-R recommendation of that number."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The luma samples of one picture (or one field of it) with all that is needed to read them as light.

    Attributes
    ----------
    luma : ndarray, shape (rows, columns), uint8 | uint16 | float32
        Code values as decoded; floats run from 0 (black) to 1 (white). Never written to.
    index : int
        Position in the source, from 0.
    at_s : float | None
        Presentation time in files, seconds since the first frame live, None for stills.
    bits : int
        Significant bits of an integer sample, 8 to 16; 0 for floats.
    transfer : str
        Name of the transfer curve, as in `transfer.TRANSFERS`; "unknown" where the stream does not say.
    limited : bool
        Video range: black at 16, white at 235 (times 2**(bits - 8)).
    interlaced : "top" | "bottom" | None
        Which field comes first; None for progressive pictures.
    field : "top" | "bottom" | None
        Set on one field of an interlaced picture: its rows are every second line, and line `y` of the whole
        picture is row `(y - first_line) / line_step`.
    chroma : (ndarray, ndarray) | None
        Cb and Cr of a progressive picture as decoded, mid-range for grey; as many samples as luma or half as
        many each way. None where they are not kept.
    weights : (float, float, float)
        Of red, green and blue in luma; they say the colour differences too.
    damaged : bool
        The decoder complained of this picture, or of one that it was predicted from.
    """

    luma: Samples
    index: int = 0
    at_s: float | None = None
    bits: int = 8
    transfer: str = "unknown"
    limited: bool = False
    interlaced: Field | None = None
    field: Field | None = None
    chroma: tuple[Samples, Samples] | None = None
    weights: Weights = BT709
    damaged: bool = False

    def __post_init__(self) -> None:
        if self.luma.ndim != 2 or 0 in self.luma.shape:
            raise ValueError(f"luma must be rows by columns, got shape {self.luma.shape}")
        if (self.luma.dtype.kind == "f") != (self.bits == 0):
            raise ValueError(f"{self.bits} bits do not go with {self.luma.dtype} samples")

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the whole picture, also of a field's."""
        rows, columns = self.luma.shape
        return columns, rows * self.line_step

    @property
    def line_step(self) -> int:
        """Lines of the picture from one row to the next: 2 for a field, else 1."""
        return 2 if self.field else 1

    @property
    def first_line(self) -> int:
        """Line of the picture that row 0 is: 1 for a bottom field, else 0."""
        return 1 if self.field == "bottom" else 0


def fields(frame: Frame) -> tuple[Frame, ...]:
    """The pictures a frame holds, in the order they were taken: one, or two fields when interlaced.

    The second field keeps the frame's `at_s`; half a frame period is not known here.
    """
    if frame.interlaced is None or frame.field is not None:
        return (frame,)
    order: tuple[Field, Field] = ("top", "bottom") if frame.interlaced == "top" else ("bottom", "top")
    rows = {"top": frame.luma[0::2], "bottom": frame.luma[1::2]}
    return tuple(
        replace(frame, luma=rows[name], field=name, chroma=None) for name in order if rows[name].size
    )

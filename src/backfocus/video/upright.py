"""Pictures turned as EXIF's orientation says, so that up is up. Pure."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Plane = TypeVar("Plane", bound=NDArray[Any])

TURNS: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
    2: np.fliplr,
    3: lambda plane: plane[::-1, ::-1],
    4: np.flipud,
    5: lambda plane: plane.T,
    6: lambda plane: np.rot90(plane, -1),
    7: lambda plane: plane[::-1, ::-1].T,
    8: lambda plane: np.rot90(plane, 1),
}
"""What stands a picture upright whose first row and column lie where EXIF's number says; 1 is upright."""


def upright(plane: Plane, orientation: int) -> Plane:
    """One plane, shape (rows, columns), turned; any number but 2 to 8 leaves it as it is.

    References
    ----------
    .. [1] CIPA DC-008-2023 (Exif 3.0), 4.6.4, Orientation.
    """
    turn = TURNS.get(orientation)
    return plane if turn is None else np.ascontiguousarray(turn(plane))  # type: ignore[return-value]

"""The samples of a picture as a decoder gives them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Decoded = NDArray[np.integer[Any] | np.floating[Any]]
"""Shape (rows, columns) or (rows, columns, channels)."""

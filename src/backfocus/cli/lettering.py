"""Large words for a terminal, readable from where the lens is: letters of quarter blocks."""

import numpy as np
from numpy.typing import NDArray

QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""Index: top left 1, top right 2, bottom left 4, bottom right 8."""

HEIGHT_DOTS = 14
WEIGHT = 500
INK = 90
"""Grey value (of 255) from which a dot is set: stems of a bold face at this height come out two dots wide."""


def large_words(text: str, columns: int) -> list[str]:
    """`text` as rows of block letters, broken between words to fit `columns`; plain if it cannot fit.

    Six to seven rows a line. A single word wider than `columns` cannot be broken, so all is given plain.
    """
    lines = _wrapped(text.split(), columns)
    if not lines:
        return [text]
    return [row for line in lines for row in _rows(_dots(line))]


def _wrapped(words: list[str], columns: int) -> list[str]:
    lines: list[str] = []
    for word in words:
        if _width_columns(word) > columns:
            return []
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width_columns(longer) <= columns:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _width_columns(text: str) -> int:
    return int(_dots(text).shape[1] + 1) // 2


def _dots(text: str) -> NDArray[np.bool_]:
    import cv2

    face = cv2.FontFace("sans")
    canvas = np.zeros((HEIGHT_DOTS + 10, HEIGHT_DOTS * (len(text) + 2)), np.uint8)
    cv2.putText(canvas, text, (1, HEIGHT_DOTS + 4), 255, face, HEIGHT_DOTS, WEIGHT)
    ink = canvas > INK
    used = np.flatnonzero(ink.any(axis=0))
    # Rows are cut the same for every text, from above the capitals to below the descenders.
    return ink[4:, : used[-1] + 2 if used.size else 1]


def _rows(dots: NDArray[np.bool_]) -> list[str]:
    even = np.pad(dots, ((0, dots.shape[0] % 2), (0, dots.shape[1] % 2)))
    code = even[0::2, 0::2] + 2 * even[0::2, 1::2] + 4 * even[1::2, 0::2] + 8 * even[1::2, 1::2]
    rows = ["".join(QUARTERS[value] for value in row).rstrip() for row in code]
    while rows and not rows[-1]:
        rows.pop()
    return rows

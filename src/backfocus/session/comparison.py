"""Tele beside wide as files, and as entries of the store: what a report shows of an object."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..measure.object.beside import Beside
from ..measure.reading import Object, Tile
from ..report.session_report import Comparison
from .store import Entry

WHOLE_QUALITY = 80
"""Of the whole picture's JPEG, which only shows where the rest is."""
PARTS = "shrunk_png", "filmed_png", "whole_jpeg"
_NUMBERS = (
    "width_px", "height_px", "left_px", "top_px", "whole_width_px", "whole_height_px", "ratio", "at_s",
)  # fmt: skip


def comparison_of(found: Beside) -> Comparison:
    """The pair as files, the whole picture small."""
    lines, columns = found.filmed.shape
    return Comparison(
        _file(".png", found.shrunk),
        _file(".png", found.filmed),
        _file(".jpg", found.whole, cv2.IMWRITE_JPEG_QUALITY, WHOLE_QUALITY),
        columns,
        lines,
        found.left_px,
        found.top_px,
        found.width_px,
        found.height_px,
        found.object,
        found.ratio,
        found.at_s,
    )


def _file(ending: str, codes: NDArray[np.uint8], *options: int) -> bytes:
    return cv2.imencode(ending, codes, options)[1].tobytes()


def entries_of(comparison: Comparison, at_s: float) -> tuple[Entry, ...]:
    """The three pictures as entries one after the other; the first has the numbers."""
    target = comparison.object
    numbers: dict[str, Any] = {name: getattr(comparison, name) for name in _NUMBERS}
    numbers["object"] = [target.x_px, target.y_px, target.width_px, target.height_px]
    numbers["tiles"] = [[each.x_px, each.y_px, each.side_px, each.used, each.why] for each in target.tiles]
    return tuple(
        Entry(
            "compared",
            at_s,
            {"shows": part} | (numbers if part == PARTS[0] else {}),
            getattr(comparison, part),
        )
        for part in PARTS
    )


def comparisons_in(entries: Iterable[Entry]) -> tuple[Comparison, ...]:
    """What to show of all that was compared: the first at wide, and the last, where there are two.

    Without any at wide it is the last one.
    """
    found = list(_read([each for each in entries if each.kind == "compared"]))
    wide = [each for each in found if not each.is_one_zoom]
    if len(wide) > 1:
        return replace(wide[0], when="before"), wide[-1]
    return tuple((wide or found)[-1:])


def _read(entries: list[Entry]) -> Iterator[Comparison]:
    for at in range(len(entries) - len(PARTS) + 1):
        three = entries[at : at + len(PARTS)]
        if tuple(each.payload.get("shows") for each in three) == PARTS:
            yield _comparison(three)


def _comparison(three: list[Entry]) -> Comparison:
    numbers = three[0].payload
    files: dict[str, Any] = {part: each.picture or b"" for part, each in zip(PARTS, three, strict=True)}
    tiles = tuple(Tile(*each) for each in numbers["tiles"])
    plain: dict[str, Any] = {name: numbers[name] for name in _NUMBERS}
    x_px, y_px, wide_px, tall_px = numbers["object"]
    return Comparison(**files, **plain, object=Object(x_px, y_px, wide_px, tall_px, tiles))

"""Tele shrunk beside wide, and the tiles that were compared: what a person sees of an object.

On a screen the two lie on each other with a line between them that follows the pointer, a tap or the arrow
keys: a row of radio buttons, since the page runs no script. On paper they stand side by side.
"""

from collections import Counter

from markupsafe import Markup, escape

from ..measure.reading import Object, Tile
from .axes import drawing
from .session_report import Comparison

STEPS = 41
"""Places of the line between the two pictures."""
BROAD_PX = 720
"""What the pair may take on a page: it is enlarged by a whole number, so that pixels stay square."""
PLACE_WORDS = "Where it is in the picture."
"""Under what `place_drawing` shows."""
WHY_WORDS = {
    "smooth": "too smooth",
    "clipped": "with highlights cut off",
    "moved": "that moved",
    "depth": "at another distance",
    "outside": "outside the tele picture",
}
"""Why tiles were left out, after how many there are."""


def enlarged(comparison: Comparison) -> int:
    """How many times a pixel of the camera is enlarged on a page, from 1."""
    return max(1, BROAD_PX // comparison.width_px)


def comparison_title(comparison: Comparison) -> str:
    """What stands above the two."""
    title = "The sharpest picture beside this one" if comparison.is_one_zoom else "Tele beside wide"
    return f"{title}, before" if comparison.when == "before" else title


def sharp_name(comparison: Comparison) -> str:
    """What the sharp one of the two is: "tele, shrunk 6x"."""
    if comparison.is_one_zoom:
        return "the sharpest picture"
    return f"tele, shrunk {_times(comparison.ratio)}\u00d7"


def filmed_name(comparison: Comparison) -> str:
    """What the other one is."""
    return "this picture" if comparison.is_one_zoom else "wide, as filmed"


def comparison_words(comparison: Comparison) -> str:
    """What the two show, in two sentences."""
    if comparison.is_one_zoom:
        return (
            "Left: the sharpest picture that was seen. Right: the same place as it was filmed when it was "
            "measured."
        )
    return (
        f"Left: the tele picture, made {_times(comparison.ratio)} times smaller, as sharp as a perfect lens "
        "would be at wide. Right: wide, as the camera filmed it."
    )


def _times(ratio: float) -> str:
    times = 1 / ratio
    return f"{times:.0f}" if times >= 10 else f"{times:.1f}".removesuffix(".0")


def tiles_words(target: Object) -> str:
    """How many tiles counted, and why others did not."""
    used = sum(tile.used for tile in target.tiles)
    counted = f"{used} of {len(target.tiles)} tiles counted."
    left_out = Counter(tile.why for tile in target.tiles if not tile.used and tile.why)
    if not left_out:
        return counted
    reasons = (f"{count} {WHY_WORDS.get(why, why)}" for why, count in left_out.most_common())
    return f"{counted} Left out: {', '.join(reasons)}."


def tiles_drawing(comparison: Comparison, href: str) -> Markup:
    """The tiles over the filmed picture, at `href`: those that counted, and crossed out the others."""
    wide, tall = comparison.width_px, comparison.height_px
    picture = Markup('<image href="{}" width="{}" height="{}" image-rendering="pixelated"/>').format(
        href, wide, tall
    )
    cells = (_cell(comparison, tile) for tile in comparison.object.tiles)
    return drawing(wide, tall, tiles_words(comparison.object), [picture, *cells])


def _cell(comparison: Comparison, tile: Tile) -> str:
    """The middle of a tile: they overlap by half."""
    half = tile.side_px / 4 - 1
    x, y = tile.x_px - comparison.left_px + 0.5, tile.y_px - comparison.top_px + 0.5
    pen = f'stroke="#fff" stroke-width="{comparison.width_px / 260:.2f}"'
    box = (
        f'x="{x - half:.1f}" y="{y - half:.1f}" width="{2 * half:.1f}" height="{2 * half:.1f}" '
        f'rx="{half / 5:.1f}"'
    )
    if tile.used:
        # dark beneath: white alone is lost on paper
        dark = f'stroke="#000" stroke-opacity=".6" stroke-width="{comparison.width_px / 110:.2f}"'
        ring = f'<rect {box} fill="none" {dark}/>'
        return f'<g><title>counted</title>{ring}<rect {box} fill="none" {pen}/></g>'
    arm = half / 2.5
    cross = f"M{x - arm:.1f} {y - arm:.1f}l{2 * arm:.1f} {2 * arm:.1f}m0 {-2 * arm:.1f}"
    cross += f"l{-2 * arm:.1f} {2 * arm:.1f}"
    why = escape(WHY_WORDS.get(tile.why, tile.why) or "not compared")
    return (
        f'<g><title>left out: {why}</title><rect {box} fill="#000" fill-opacity=".62"/>'
        f'<path d="{cross}" fill="none" {pen} stroke-linecap="round"/></g>'
    )


def place_drawing(comparison: Comparison, href: str) -> Markup:
    """Where the pair lies in the whole picture at `href`."""
    wide, tall = comparison.whole_width_px, comparison.whole_height_px
    stroke = wide / 200
    box = (
        f"M{comparison.left_px:.0f} {comparison.top_px:.0f}h{comparison.width_px}v{comparison.height_px}"
        f"h{-comparison.width_px}z"
    )
    picture = Markup('<image href="{}" width="{}" height="{}"/>').format(href, wide, tall)
    shade = f'<path d="M0 0h{wide}v{tall}h{-wide}z{box}" fill="#000" fill-opacity=".45" fill-rule="evenodd"/>'
    frame = f'<path d="{box}" fill="none" stroke="#fff" stroke-width="{stroke:.1f}"/>'
    return drawing(wide, tall, "the part of the picture that was compared", [picture, shade, frame])


def slider_rules() -> str:
    """The style sheet's part for the line between the two pictures, step by step."""
    last = STEPS - 1
    checked, hovered = [], []
    for step in range(STEPS):
        at = f"{100 * step / last:.4g}%"
        left, wide = max(0.0, 100 * (step - 0.5) / last), 100 / last * (0.5 if step in (0, last) else 1)
        nth = f":nth-of-type({step + 1})"
        checked.append(f".split label{nth}{{left:{left:.4g}%;width:{wide:.4g}%}}")
        checked.append(f".split input{nth}:checked~*{{--at:{at}}}")
        hovered.append(f".split label{nth}:hover~*{{--at:{at}}}")
    return "\n".join([*checked, f"@media (hover:hover) {{{''.join(hovered)}}}"])

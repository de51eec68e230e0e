"""What the terminal prints of answers: the verdict in large words, and residuals and trends as plots."""

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from ..solve.backfocus import BackFocus
from ..solve.remarks import with_remedies
from ..solve.titles import verdict_word
from ..solve.verdict import Verdict
from .lettering import large_words
from .remedies import REMEDIES

BARS = " ▁▂▃▄▅▆▇█"


def large(words: str, console: Console, columns: int) -> list[str]:
    """Large letters where the terminal has the blocks for them, else the words in capitals."""
    if not words or console.options.ascii_only:
        return [words.upper()] if words else []
    return large_words(words, columns)


def column_plot(values: "tuple[float, ...] | list[float]", rows: int) -> list[str]:
    """`values` as columns of `rows` text rows, from 0 to their largest; empty rows when there are none."""
    top = max(values, default=0.0) or 1.0
    heights = [round(8 * rows * max(value, 0.0) / top) for value in values]
    return [
        "".join(BARS[min(max(height - 8 * (rows - 1 - row), 0), 8)] for height in heights)
        for row in range(rows)
    ]


VERDICT_STYLES = {"set": "bold green", "adjust": "bold yellow", "unsure": "bold magenta"}
RESIDUAL_COLUMNS = 40
LEAST_SHOWN_UM = 0.1
"""Printed where a standard deviation would round to none: nothing is known to 0.0 um."""


def verdict_lines(verdict: Verdict, console: Console) -> Text:
    """The verdict in large words, its reason and what to do."""
    style = VERDICT_STYLES.get(verdict.kind, "bold red")
    rows = large(verdict_word(verdict.kind).upper(), console, max(console.width - 2, 20))
    text = Text("\n".join(rows), style=style)
    advice = with_remedies(verdict.advice, verdict.remedies, REMEDIES)
    return text.append(f"\n{verdict.reason}\n", "default").append(f"{advice}\n", "bold default")


def residual_plot(back_focus: BackFocus, half_depth_um: float | None) -> Group:
    """Both ends in words, then each zoom position from wide to tele as a mark about zero."""
    span = max(
        *(abs(each.residual_um) + each.sigma_um for each in back_focus.zoom), half_depth_um or 0.0, 1e-6
    )
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("scale px", justify="right")
    table.add_column("residual um", justify="right")
    table.add_column("± um", justify="right")
    table.add_column(f"{-span:.0f} um".ljust(RESIDUAL_COLUMNS - 6) + f"{span:.0f} um", no_wrap=True)
    for each in reversed(back_focus.zoom):
        table.add_row(
            f"{each.scale_px:.1f}",
            f"{round(each.residual_um, 1) + 0.0:{'+' if back_focus.sign_known else ''}.1f}",  # never -0.0
            f"{max(each.sigma_um, LEAST_SHOWN_UM):.1f}",
            _about_zero(each.residual_um / span, (half_depth_um or 0.0) / span),
        )
    if half_depth_um is None:
        return Group(table)
    depth = Text(f"┊ is ± {half_depth_um:.1f} um, half the depth of focus", "dim")
    return Group(*(Text(words) for words in ends_words(back_focus, half_depth_um)), Text(), table, depth)


def ends_words(back_focus: BackFocus, half_depth_um: float) -> tuple[str, ...]:
    """Both ends in words: wide first, which back focus decides, then tele, which the focus ring does.

    Where the back focus is not known to be right, tele is not spoken of: it is not its turn.
    """
    tele = back_focus.zoom[0]
    if max(abs(back_focus.low_um), abs(back_focus.high_um)) > half_depth_um:
        return ()
    at_wide = f"Wide: within the depth of focus (± {half_depth_um:.1f} um)."
    if abs(tele.residual_um) <= half_depth_um:
        return (at_wide,)
    waits = (
        f"Tele: {abs(tele.residual_um):.0f} um off for now. That is the focus ring's part, not the back "
        "focus: focus at tele, and the whole zoom is sharp."
    )
    return at_wide, waits


def _about_zero(share: float, depth: float) -> Text:
    """A mark at `share` (-1 to 1) on a line with its middle and the depth of focus drawn in."""
    cells = ["·"] * (RESIDUAL_COLUMNS + 1)
    for place, sign in ((0.0, "│"), (depth, "┊"), (-depth, "┊")):
        if place != 0.0 or sign == "│":
            cells[round((place + 1.0) * RESIDUAL_COLUMNS / 2)] = sign
    cells[round((share + 1.0) * RESIDUAL_COLUMNS / 2)] = "●"
    return Text("".join(cells), style="green" if abs(share) <= depth else "yellow")

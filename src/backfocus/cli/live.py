"""The terminal guide: what to do in large words, a meter against the best seen, the trend, the sweep."""

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ..show.view import StepState, View
from ..solve.backfocus import BackFocus
from ..solve.verdict import Verdict
from .keys import HELP
from .lettering import large_words

EIGHTHS = " ▏▎▍▌▋▊▉█"
BARS = " ▁▂▃▄▅▆▇█"
MARKS: dict[StepState, str] = {"done": "✓", "now": "▶", "ahead": "·"}
STYLES: dict[StepState, str] = {"done": "green", "now": "bold", "ahead": "dim"}
PLOT_ROWS = 6
METER_COLUMNS = 48


def draw(view: View, console: Console, source: str = "") -> RenderableType:
    """The whole screen for one moment, as wide as `console` is."""
    inside = min(console.width, 110) - 4
    body = Group(
        _title(view.title, console, inside),
        Text(view.hint, style="default"),
        Text(),
        _meter(view),
        Text(),
        _columns(view, inside),
        *(Text(f"! {words}", style="bold yellow") for words in view.notices),
    )
    return Panel(
        body,
        title=_heading(source, inside),
        title_align="left",
        subtitle=Text(_keys(inside), style="dim"),
        subtitle_align="right",
        width=inside + 4,
        border_style="dim",
    )


def _heading(source: str, columns: int) -> Text:
    heading = Text("backfocus", style="bold").append(f"  {source}" if source else "", "not bold dim")
    heading.truncate(columns - 2, overflow="ellipsis")
    return heading


def _keys(columns: int) -> str:
    """As much of the keys' help as fits."""
    shown = HELP[0]
    for each in HELP[1:]:
        if len(shown) + len(each) + 5 > columns:
            break
        shown = f"{shown} · {each}"
    return shown


def _title(words: str, console: Console, columns: int) -> Text:
    return Text("\n".join(_large(words, console, columns)), style="bold cyan", no_wrap=True)


def _large(words: str, console: Console, columns: int) -> list[str]:
    """Large letters where the terminal has the blocks for them, else the words in capitals."""
    if not words or console.options.ascii_only:
        return [words.upper()] if words else []
    return large_words(words, columns)


def _meter(view: View) -> Text:
    """A bar as long as the picture is sharp, with a mark where it was sharpest."""
    bar = _bar(view.sharpness or 0.0, METER_COLUMNS)
    line = Text("  sharp  ")
    mark = round((view.best_sharpness or 0.0) * (METER_COLUMNS - 1)) if view.best_sharpness else None
    for column, cell in enumerate(bar):
        if column == mark:
            line.append("┃", style="bold magenta")
        else:
            line.append(cell if cell != " " else "·", style="bold green" if cell != " " else "dim")
    share = f"{100 * view.sharpness:4.0f} %" if view.sharpness is not None else "  no star"
    return line.append(share, style="bold").append(
        "   ┃ best seen" if mark is not None else "", style="magenta"
    )


def _bar(share: float, columns: int) -> str:
    eighths = round(min(max(share, 0.0), 1.0) * columns * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS[rest] if rest else "")).ljust(columns)


def _columns(view: View, inside: int) -> Table:
    table = Table.grid(padding=(0, 3), expand=False)
    table.add_row(_numbers(view), _plots(view, max(inside - 62, 20)), _steps(view))
    return table


def _numbers(view: View) -> Text:
    text = Text()
    blur = "-" if view.blur_um is None else f"{view.blur_um:.1f}"
    spread = "" if view.blur_sigma_um is None else f" ± {view.blur_sigma_um:.1f}"
    text.append("blur   ", "dim").append(f"{blur}{spread} um\n", "bold")
    if view.half_depth_um is not None:
        inside = view.blur_um is not None and view.blur_um <= view.half_depth_um
        text.append("depth  ", "dim").append(f"± {view.half_depth_um:.1f} um ").append(
            "inside\n" if inside else "\n", "green"
        )
    mtf50 = "-" if view.mtf50_cy_px is None else f"{view.mtf50_cy_px:.3f}"
    text.append("MTF50  ", "dim").append(f"{mtf50} cy/px\n")
    if view.left:
        text.append(f"\n{view.left}", "bold")
    return text


def _plots(view: View, columns: int) -> Text:
    text = Text()
    if len(view.sweep) > 2:
        text.append("through focus (low is sharp)\n", "dim")
        text.append("\n".join(column_plot(view.sweep[-columns:], PLOT_ROWS)), "cyan")
    else:
        text.append("last 30 s\n", "dim")
        text.append(
            "\n".join(column_plot([share for _, share in view.trend][-columns:], PLOT_ROWS // 2)), "green"
        )
    return text


def column_plot(values: "tuple[float, ...] | list[float]", rows: int) -> list[str]:
    """`values` as columns of `rows` text rows, from 0 to their largest; empty rows when there are none."""
    top = max(values, default=0.0) or 1.0
    heights = [round(8 * rows * max(value, 0.0) / top) for value in values]
    return [
        "".join(BARS[min(max(height - 8 * (rows - 1 - row), 0), 8)] for height in heights)
        for row in range(rows)
    ]


def _steps(view: View) -> Text:
    text = Text()
    for name, state in view.steps:
        text.append(f"{MARKS[state]} {name}\n", STYLES[state])
    return text


VERDICT_STYLES = {"set": "bold green", "adjust": "bold yellow", "unsure": "bold magenta"}
VERDICT_WORDS = {
    "set": "SET",
    "adjust": "ADJUST",
    "unsure": "UNSURE",
    "tracking": "TRACKING ERROR",
    "not-front-focus": "NOT A FRONT-FOCUS LENS",
}
RESIDUAL_COLUMNS = 40


def verdict_lines(verdict: Verdict, console: Console) -> Text:
    """The verdict in large words, its reason and what to do."""
    style = VERDICT_STYLES.get(verdict.kind, "bold red")
    rows = _large(VERDICT_WORDS[verdict.kind], console, max(console.width - 2, 20))
    text = Text("\n".join(rows), style=style)
    return text.append(f"\n{verdict.reason}\n", "default").append(f"{verdict.advice}\n", "bold default")


def residual_plot(back_focus: BackFocus, half_depth_um: float | None) -> Group:
    """Residual at each zoom position as a bar about zero, tele first; half the depth of focus is marked."""
    span = max(
        *(abs(each.residual_um) + each.sigma_um for each in back_focus.zoom), half_depth_um or 0.0, 1e-6
    )
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("scale px", justify="right")
    table.add_column("residual um", justify="right")
    table.add_column("± um", justify="right")
    table.add_column(f"{-span:.0f} um".ljust(RESIDUAL_COLUMNS - 6) + f"{span:.0f} um", no_wrap=True)
    for each in back_focus.zoom:
        table.add_row(
            f"{each.scale_px:.1f}",
            f"{each.residual_um:+.1f}" if back_focus.sign_known else f"{each.residual_um:.1f}",
            f"{each.sigma_um:.1f}",
            _about_zero(each.residual_um / span, (half_depth_um or 0.0) / span),
        )
    return Group(table, *([] if half_depth_um is None else [_caption(back_focus, half_depth_um)]))


def _caption(back_focus: BackFocus, half_depth_um: float) -> Text:
    words = f"┊ is ± {half_depth_um:.1f} um, half the depth of focus"
    within = max(abs(back_focus.low_um), abs(back_focus.high_um)) <= half_depth_um
    if within and abs(back_focus.zoom[0].residual_um) > half_depth_um:
        words += "\nTele is off by the focus ring alone: focus there, and the whole zoom is sharp."
    return Text(words, "dim")


def _about_zero(share: float, depth: float) -> Text:
    """A mark at `share` (-1 to 1) on a line with its middle and the depth of focus drawn in."""
    cells = ["·"] * (RESIDUAL_COLUMNS + 1)
    for place, sign in ((0.0, "│"), (depth, "┊"), (-depth, "┊")):
        if place != 0.0 or sign == "│":
            cells[round((place + 1.0) * RESIDUAL_COLUMNS / 2)] = sign
    cells[round((share + 1.0) * RESIDUAL_COLUMNS / 2)] = "●"
    return Text("".join(cells), style="green" if abs(share) <= depth else "yellow")

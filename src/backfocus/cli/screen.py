"""The guide's screen: what to do in large words, how far off, and what was noticed, at any size of terminal.

What must be read comes first and is never cut: the instruction, the number, the first notice, a question that
waits, the keys. What is good to have (large letters, the list of steps, the trend) takes the rows that are
left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ..measure.reading import Flag
from ..show.lines import mtf50_words
from ..show.view import StepState, View
from .keys import HELP
from .live import column_plot, large

EIGHTHS = " ▏▎▍▌▋▊▉█"
MARKS: dict[StepState, str] = {"done": "✓", "doubtful": "?", "now": "▶", "ahead": "·"}
STYLES: dict[StepState, str] = {"done": "green", "doubtful": "yellow", "now": "bold", "ahead": "dim"}
FRAME_ROWS, FRAME_COLUMNS = 2, 4
LEAST_PLOT_COLUMNS, MOST_PLOT_ROWS = 20, 16
NUMBERS_COLUMNS, STEPS_COLUMNS, BETWEEN_COLUMNS = 27, 18, 3
METER_WORDS_COLUMNS = 30
"""What stands beside the bar of the meter."""
Lines = list[Text]


@dataclass(frozen=True, slots=True)
class Aside:
    """What is shown beside the view: a question that waits for an answer, and lines from elsewhere."""

    question: str = ""
    messages: tuple[str, ...] = ()
    muted: bool = False
    keys: tuple[str, ...] = HELP


NOTHING_ASIDE = Aside()


def draw(view: View, console: Console, source: str = "", aside: Aside = NOTHING_ASIDE) -> RenderableType:
    """The whole screen for one moment, as wide and at most as high as `console` is."""
    columns, rows = console.width - FRAME_COLUMNS, console.height - FRAME_ROWS
    body = _fitted(view, console, aside, columns, rows)
    return Panel(
        Group(*body),
        title=_heading(source, columns),
        title_align="left",
        width=console.width,
        height=min(len(body), rows) + FRAME_ROWS,
        border_style="dim",
    )


QUALITY_STYLES = {"good": "green", "fair": "yellow", "poor": "bold red"}
"""Of the words on how good an object is."""


def _heading(source: str, columns: int) -> Text:
    heading = Text("backfocus", style="bold").append(f"  {source}" if source else "", "not bold dim")
    heading.truncate(columns - 2, overflow="ellipsis")
    return heading


def _fitted(view: View, console: Console, aside: Aside, columns: int, rows: int) -> Lines:
    """The lines of the screen, `rows` of them or fewer."""

    def wrapped(words: str, style: str) -> Lines:
        return list(Text(words, style=style).wrap(console, columns)) if words else []

    title, letters = wrapped(view.title.upper(), "bold cyan"), _letters(view.title, console, columns)
    hint, meter = wrapped(view.hint, "default"), [_meter(view, columns)]
    meter += wrapped(view.quality, QUALITY_STYLES.get(view.quality_colour, "default"))
    numbers = _in_short(view, console, columns)
    first, *others = [*view.notices, ""]
    notices = [wrapped(f"! {first}" if first else "", "bold yellow")]
    notices += [wrapped(f"! {words}", "yellow") for words in others if words]
    messages = [line for words in aside.messages for line in wrapped(words, "dim")]
    below = [*messages, *wrapped(aside.question, "bold reverse"), *_keys(columns, aside)]
    left = rows - sum(map(len, (title, hint, meter, numbers, notices[0], below)))
    if letters and left >= len(letters) - len(title):
        left -= len(letters) - len(title)
        title = letters
    for more in notices[1:]:
        if len(more) <= left:
            notices[0] += more
            left -= len(more)
    wide = _beside(view, columns, len(numbers) + left)
    if wide is not None:
        left -= len(wide) - len(numbers)
        numbers = wide
    blocks = [title, hint, meter, numbers, notices[0], below]
    return _spaced([block for block in blocks if block], left)[: max(rows, 1)]


def _spaced(blocks: Sequence[Lines], left: int) -> Lines:
    """The blocks below one another, with an empty line between as many as there is room for."""
    lines: Lines = list(blocks[0])
    for index, block in enumerate(blocks[1:], start=1):
        if left > 0 and index > 1:
            lines.append(Text())
            left -= 1
        lines += block
    return lines


def _letters(words: str, console: Console, columns: int) -> Lines:
    rows = large(words, console, columns)
    return [Text(row, style="bold cyan", no_wrap=True) for row in rows] if len(rows) > 1 else []


def _meter(view: View, columns: int) -> Text:
    """A bar as long as the picture is sharp, with a mark where it was sharpest."""
    length = max(columns - METER_WORDS_COLUMNS, 10)
    line = Text("sharp  ", no_wrap=True)
    best = view.best_sharpness
    mark = round(best * (length - 1)) if best else None
    for column, cell in enumerate(_bar(view.sharpness or 0.0, length)):
        if column == mark:
            line.append("┃", style="bold magenta")
        else:
            line.append(cell if cell != " " else "·", style="bold green" if cell != " " else "dim")
    share = f"{100 * view.sharpness:4.0f} %" if view.sharpness is not None else "     \u2013"
    line.append(share, style="bold").append("  ┃ best" if mark is not None else "", style="magenta")
    return line


def _bar(share: float, columns: int) -> str:
    eighths = round(min(max(share, 0.0), 1.0) * columns * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (EIGHTHS[rest] if rest else "")).ljust(columns)


def _numbers(view: View) -> Lines:
    blur = "-" if view.blur_um is None else f"{view.blur_um:.1f}"
    spread = "" if view.blur_sigma_um is None else f" ± {view.blur_sigma_um:.1f}"
    lines = [Text("blur   ", "dim").append(f"{blur}{spread} um", "bold not dim")]
    if view.half_depth_um is not None:
        inside = view.blur_um is not None and view.blur_um <= view.half_depth_um
        depth = Text("depth  ", "dim").append(f"± {view.half_depth_um:.1f} um", "not dim")
        lines.append(depth.append(" inside" if inside else "", "bold green not dim"))
    mtf50 = mtf50_words(view.mtf50_cy_px, {Flag.ABOVE_NYQUIST} if view.above_nyquist else set())
    lines.append(Text("MTF50  ", "dim").append(f"{mtf50} cy/px", "not dim"))
    return lines


def _in_short(view: View, console: Console, columns: int) -> Lines:
    """The numbers on one line where they fit, what is left, and the step by its number."""
    numbers = Text("   ").join(_numbers(view))
    now = next((index for index, (_, state) in enumerate(view.steps) if state == "now"), None)
    step = "" if now is None else f"step {now + 1} of {len(view.steps)}: {view.steps[now][0]}"
    more = "   ".join(each for each in (step, view.left) if each)
    return [*numbers.wrap(console, columns), *(Text(more, "bold").wrap(console, columns) if more else ())]


def _beside(view: View, columns: int, rows: int) -> Lines | None:
    """Numbers, plot and list of steps beside one another; None where there is no room."""
    height = max(len(view.steps), 5)
    plot_columns = columns - NUMBERS_COLUMNS - STEPS_COLUMNS - 2 * BETWEEN_COLUMNS
    if height > rows or plot_columns < LEAST_PLOT_COLUMNS:
        return None
    height = min(rows, max(height, MOST_PLOT_ROWS))
    table = Table.grid(padding=(0, BETWEEN_COLUMNS, 0, 0))
    for width in (NUMBERS_COLUMNS, plot_columns, STEPS_COLUMNS):
        table.add_column(width=width)
    numbers = _stacked([*_numbers(view), *([Text(), Text(view.left, "bold")] if view.left else [])])
    table.add_row(numbers, _plot(view, plot_columns, height - 1), _stacked(_steps(view)))
    return _as_lines(table, columns, height)


def _as_lines(table: Table, columns: int, rows: int) -> Lines:
    """A table as lines of text that can be counted."""
    console = Console(width=columns, color_system="truecolor", force_terminal=True, legacy_windows=False)
    drawn = console.render_lines(table, pad=False)[:rows]
    lines = []
    for row in drawn:
        line = Text(no_wrap=True)
        for segment in row:
            line.append(segment.text, segment.style)
        lines.append(line)
    return lines


def _stacked(lines: Iterable[Text]) -> Text:
    return Text("\n").join(lines)


def _plot(view: View, columns: int, rows: int) -> Text:
    swept = len(view.sweep) > 2
    values = view.sweep if swept else tuple(share for _, share in view.trend)
    text = Text("through focus (low is sharp)\n" if swept else "last 30 s\n", "dim")
    return text.append("\n".join(column_plot(values[-columns:], rows)), "cyan" if swept else "green")


def _steps(view: View) -> Lines:
    return [Text(f"{MARKS[state]} {name}", STYLES[state]) for name, state in view.steps]


def _keys(columns: int, aside: Aside) -> Lines:
    """What the keys do: all of them, on a second line where one is too short, and none broken in two.

    While a question waits for an answer, or a note is typed, the keys do what that says.
    """
    if aside.question:
        return [Text(HELP[-1], "dim")]
    words = [each.replace("mute", "sound") if aside.muted else each for each in aside.keys]
    between = " · " if len(" · ".join(words)) <= columns else "  "
    lines = [words[0]]
    for each in words[1:]:
        if len(lines[-1]) + len(between) + len(each) <= columns:
            lines[-1] += between + each
        else:
            lines.append(each)
    return [Text(line, "dim", no_wrap=True) for line in lines]

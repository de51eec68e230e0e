"""What the kept outcomes came to, as the accuracy page quotes it."""

from collections.abc import Sequence

from .judge import WORDS, Count, Outcome, counted
from .results import RESULTS, lines_of, outcome_of

FROM, TO = "<!-- outcomes of the long campaign -->", "<!-- end of the outcomes -->"
HEAD = "| recordings | wrong `set` or `adjust` | 95 % interval holds | decided |\n| --- | --- | --- | --- |\n"


def kept_outcomes() -> list[Outcome]:
    """Those of the proof; none before anything was judged."""
    return [outcome_of(line) for line in lines_of(RESULTS)]


def quoted(outcomes: Sequence[Outcome]) -> str:
    """A table of what was asked and reached, one row for each way of judging, between two marks."""
    ways = ((title, [each for each in outcomes if each.judged == how], how) for how, title in WORDS.items())
    rows = (_row(f"{len(part)} {title}", counted(part, how)) for title, part, how in ways if part)
    return f"{FROM}\n\n{HEAD}{''.join(rows)}\n{TO}"


def _row(title: str, counts: Sequence[Count]) -> str:
    wrong, holds, decided = counts[:3]
    clear = decided.what.removeprefix("decided ")
    return f"| {title} | {_of(wrong)} | {_of(holds)} | {_of(decided)}, {clear} |\n"


def _of(count: Count) -> str:
    share = f" ({count.share:.1%})" if count.of else ""
    return f"{count.reached} of {count.of}{share}; asked: {count.wanted}"

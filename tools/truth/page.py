"""The accuracy page from what the chapters found."""

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from . import rigs
from .long import guided
from .long.quoted import kept_outcomes, quoted
from .plots import draw
from .row import Plan, Plot, Row

HEAD = "| what | against | cases | reached | promised | |\n| --- | --- | --- | --- | --- | --- |\n"


def write(docs: Path, chapters: Iterable[tuple[ModuleType, list[Row | Plot]]], plan: Plan) -> None:
    """Write `accuracy.md` and its plots into the folder of the docs."""
    template = (Path(__file__).parent / "page.md").read_text(encoding="utf-8")
    body = "\n".join(_chapter(docs, module, parts) for module, parts in chapters)
    text = template.replace("{{chapters}}", body).replace("{{seed}}", str(plan.seed))
    text = text.replace("{{outcomes}}", quoted(kept_outcomes()))
    text = text.replace("{{guided}}", guided.quoted(guided.kept_outcomes()))
    text = text.replace("{{rigs}}", rigs.quoted(rigs.kept()))
    (docs / "accuracy.md").write_text(text, encoding="utf-8")


def _chapter(docs: Path, module: ModuleType, parts: list[Row | Plot]) -> str:
    rows = [part for part in parts if isinstance(part, Row)]
    lines = [f"## {module.TITLE}\n", module.INTRO.strip() + "\n"]
    name = module.__name__.rpartition(".")[2]
    lines.append(f"Repeat: `python -m tools.truth --only {name}`\n")
    lines.append(HEAD + "".join(_row(row) for row in rows))
    lines.extend(f"- **{row.what}**: {row.note}" for row in rows if row.note)
    lines.extend(
        f"\n![{part.title}](images/{draw(part, docs / 'images').name})"
        for part in parts
        if isinstance(part, Plot)
    )
    return "\n".join(lines) + "\n"


def _row(row: Row) -> str:
    mark = "-" if row.wanted == "-" else "yes" if row.good else "**no**"
    what = row.what.replace("|", r"\|")
    return f"| {what} | {row.oracle} | {row.cases} | {row.reached} | {row.wanted} | {mark} |\n"

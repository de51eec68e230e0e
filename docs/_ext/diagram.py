"""The diagram of the procedure, drawn when the manual is built: no script, nothing to fetch.

Reads the state diagram as it stands in the text (Mermaid's form). The steps stand in a column in their order;
beside each, what can happen in it and where that leads, and an arrow where that is the next one.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

ARROW = re.compile(r"^\s*(\S+) --> (\S+?)(?:: (.*))?$", re.M)
BOX_WIDTH, BOX_HEIGHT, LINE, GAP = 150, 30, 18, 26
LEFT, TEXT = 12, 186
WIDTH = 700

Move = tuple[str, str, str]
"""From a step to a step, and the events that lead there."""


def drawn(text: str) -> str:
    """The diagram as SVG; "" for a text that is no state diagram."""
    moves = [found.groups(default="") for found in ARROW.finditer(text)]
    ways = [(source, target) for source, target, _ in moves if "[*]" not in (source, target)]
    # those that lead on, in the order of the text, then those that end it
    steps = list(dict.fromkeys([source for source, _ in ways] + [target for _, target in ways]))
    if not steps:
        return ""
    body, top = [], GAP
    for index, step in enumerate(steps):
        out = [(target, why) for source, target, why in moves if source == step and target != "[*]"]
        height = max(BOX_HEIGHT, LINE * len(out))
        body.append(_step(step, out, top, steps))
        if (step, (*steps, "")[index + 1]) in ways:
            body.append(_down(top + BOX_HEIGHT, top + height + GAP))
        top += height + GAP
    return (
        f'<svg class="procedure" viewBox="0 0 {WIDTH} {top}" role="img" aria-label="the steps and what leads '
        f'from each to the next" xmlns="http://www.w3.org/2000/svg">{"".join(body)}</svg>'
    )


def _step(name: str, out: Sequence[tuple[str, str]], top: int, steps: Sequence[str]) -> str:
    middle = top + BOX_HEIGHT / 2
    box = (
        f'<rect x="{LEFT}" y="{top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"/>'
        f'<text class="step" x="{LEFT + BOX_WIDTH / 2}" y="{middle + 5}" text-anchor="middle">'
        f"{_plain(name)}</text>"
    )
    moves = (
        _move(target, why, top + 19 + LINE * row, on=steps.index(target) > steps.index(name))
        for row, (target, why) in enumerate(out)
    )
    return box + "".join(moves)


def _move(target: str, why: str, y: int, *, on: bool) -> str:
    kind, arrow = ("move", "→") if on else ("move back", "↑")
    words = f'<tspan class="to">{arrow} {_plain(target)}</tspan> {escape(why)}'
    return f'<text class="{kind}" x="{TEXT}" y="{y}">{words}</text>'


def _down(top: int, bottom: int) -> str:
    x = LEFT + BOX_WIDTH / 2
    return f'<path d="M{x} {top}V{bottom - 2}M{x - 5} {bottom - 9}L{x} {bottom - 1}L{x + 5} {bottom - 9}"/>'


def _plain(name: str) -> str:
    return escape(name.replace("_", " "))


def _replace(app: Any, doctree: Any) -> None:
    from docutils import nodes

    for block in list(doctree.findall(nodes.literal_block)):
        if block.get("language") == "mermaid" and (svg := drawn(block.astext())):
            block.replace_self(nodes.raw("", f'<div class="diagram">{svg}</div>', format="html"))


def setup(app: Any) -> dict[str, bool]:
    """Draw state diagrams so."""
    app.connect("doctree-read", _replace)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""How the plots' marks look, told once.

As attributes of each mark, which every viewer, printer and PDF engine understands; and as rules of the page's
style sheet, which win on a screen and follow it into the dark.
"""

FONT = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif'

COLOURS = {
    "paper": ("#ffffff", "#111418"),
    "ink": ("#15181d", "#e9ecf0"),
    "soft": ("#565e69", "#98a1ad"),
    "hair": ("#e4e7eb", "#272c33"),
    "axis": ("#b4bbc4", "#4a525d"),
    "band": ("#dfeee4", "#173326"),
    "data": ("#0b57c2", "#7db2ff"),
    "past": ("#8b939e", "#7f8894"),
    "set": ("#167a43", "#5fd08f"),
    "adjust": ("#a85400", "#f0a44b"),
    "bad": ("#b3261e", "#ff8a80"),
    "unsure": ("#5a6472", "#aab3bf"),
}
"""By name: on paper and on a light screen, in the dark."""

_LINE = {"fill": "none", "stroke-linejoin": "round", "stroke-linecap": "round"}
MARKS: dict[str, dict[str, str]] = {
    "grid": {"stroke": "hair"},
    "zero": {"stroke": "axis"},
    "axis": {"stroke": "axis"},
    "band": {"fill": "band"},
    "tick": {"fill": "soft"},
    "after": {"fill": "data"},
    "after-line": {**_LINE, "stroke": "data", "stroke-width": "2"},
    "after-bar": {"stroke": "data", "stroke-width": "1.5"},
    "after-name": {"fill": "data", "font-weight": "600"},
    "before": {"fill": "paper", "stroke": "past", "stroke-width": "1.5"},
    "before-line": {**_LINE, "stroke": "past", "stroke-width": "1.5", "stroke-dasharray": "5 4"},
    "before-bar": {"stroke": "past"},
    "before-name": {"fill": "soft"},
    "interval": {"stroke": "data", "stroke-width": "4", "stroke-linecap": "round", "stroke-opacity": ".45"},
    "beyond": {**_LINE, "stroke": "past", "stroke-width": "1.5"},
}
"""By the class of a mark: its paint, a colour by its name above."""


def inked(mark: str) -> str:
    """The attributes of a mark, as it looks on paper."""
    paints = "".join(f' {name}="{_on_paper(value)}"' for name, value in MARKS[mark].items())
    return f'class="{mark}"{paints}'


def colours(scheme: int) -> str:
    """The style sheet's names for the colours: on paper (0) or in the dark (1)."""
    return "".join(f"--{name}:{both[scheme]};" for name, both in COLOURS.items())


def mark_rules() -> str:
    """The same as rules of a style sheet that holds `colours`."""
    return "\n".join(f"svg .{mark} {{{_declared(paints)}}}" for mark, paints in MARKS.items())


def _declared(paints: dict[str, str]) -> str:
    return "".join(f"{name}:{_named(value)};" for name, value in paints.items())


def _on_paper(value: str) -> str:
    return COLOURS[value][0] if value in COLOURS else value


def _named(value: str) -> str:
    return f"var(--{value})" if value in COLOURS else value

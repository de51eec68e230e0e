"""The formulas of the manual as MathML: every browser shows them, with no script and nothing to fetch.

Reads as much of TeX as the manual uses; what it does not know fails the build by name.
"""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

TOKEN = re.compile(r"\\[A-Za-z]+|\\[,;: !]|[0-9]+(?:\.[0-9]+)?|\s+|.", re.S)
LETTERS = {
    "alpha": "α", "beta": "β", "delta": "δ", "lambda": "λ", "nu": "ν", "pi": "π", "sigma": "σ", "tau": "τ",
    "theta": "θ", "varphi": "φ", "phi": "φ",
}  # fmt: skip
SIGNS = {
    "le": "≤", "ge": "≥", "approx": "≈", "cdot": "·", "times": "×", "pm": "±", "infty": "∞",
    "lvert": "|", "rvert": "|",
    "to": "→",
}  # fmt: skip
FUNCTIONS = ("arccos", "cos", "sin", "exp", "log", "ln", "max", "min")
LARGE = {"int": "∫", "sum": "∑"}
SPACES = {"\\,": "0.17em", "\\;": "0.28em", "\\:": "0.22em", "\\ ": "0.33em", "\\!": "0em"}


def mathml(tex: str, *, block: bool) -> str:
    """A formula as a MathML element; ValueError names what is not known of it."""
    tokens = [token for token in TOKEN.findall(tex) if not token.isspace()]
    reader = iter(_Tokens(tokens))
    row = _row(reader, None)
    return f'<math display="{"block" if block else "inline"}"><mrow>{row}</mrow></math>'


class _Tokens:
    """Tokens one by one, with a look at the next."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens

    def __iter__(self) -> "_Tokens":
        return self

    def __next__(self) -> str:
        if not self._tokens:
            raise StopIteration
        return self._tokens.pop(0)

    @property
    def next(self) -> str:
        return self._tokens[0] if self._tokens else ""


def _row(tokens: Any, end: str | None) -> str:
    made = []
    for token in tokens:
        if token == end:
            return "".join(made)
        made.append(_with_scripts(_atom(token, tokens), tokens, over=token == "\\sum"))
    if end is not None:
        raise ValueError(f"a {end} is missing in a formula")
    return "".join(made)


def _with_scripts(atom: str, tokens: Any, *, over: bool) -> str:
    low = high = ""
    while tokens.next in ("_", "^"):
        place = next(tokens)
        part = _atom(next(tokens), tokens)
        low, high = (part, high) if place == "_" else (low, part)
    kind = "under" if over else "sub"
    if low and high:
        return f"<m{kind}{'over' if over else 'sup'}>{atom}{low}{high}</m{kind}{'over' if over else 'sup'}>"
    if low:
        return f"<m{kind}>{atom}{low}</m{kind}>"
    return f"<msup>{atom}{high}</msup>" if high else atom


def _atom(token: str, tokens: Any) -> str:
    if token == "{":
        return f"<mrow>{_row(tokens, '}')}</mrow>"
    if token in SPACES:
        return f'<mspace width="{SPACES[token]}"/>'
    if token.startswith("\\"):
        return _command(token[1:], tokens)
    if token[0].isdigit():
        return f"<mn>{token}</mn>"
    if token.isalpha():
        return f"<mi>{token}</mi>"
    still = ' stretchy="false"' if token in "()[]" else ""
    return f"<mo{still}>{escape('−' if token == '-' else token)}</mo>"


def _command(name: str, tokens: Any) -> str:
    if name in LETTERS:
        return f"<mi>{LETTERS[name]}</mi>"
    if name in SIGNS:
        return f'<mo stretchy="false">{SIGNS[name]}</mo>'
    if name in LARGE:
        return f'<mo largeop="true">{LARGE[name]}</mo>'
    if name in FUNCTIONS:
        return f'<mi>{name}</mi><mspace width="0.12em"/>'
    if name in ("bigl", "bigr"):
        return f'<mo stretchy="true" minsize="1.3em">{escape(next(tokens))}</mo>'
    if name == "frac":
        over, under = _atom(next(tokens), tokens), _atom(next(tokens), tokens)
        return f"<mfrac>{over}{under}</mfrac>"
    if name == "sqrt":
        return f"<msqrt>{_atom(next(tokens), tokens)}</msqrt>"
    if name in ("text", "operatorname"):
        kind = "mtext" if name == "text" else "mi"
        return f"<{kind}>{escape(_words(tokens))}</{kind}>"
    raise ValueError(f"a formula has \\{name}, which docs/_ext/formulas.py does not know")


def _words(tokens: Any) -> str:
    def inside() -> Iterator[str]:
        next(tokens)
        for token in tokens:
            if token == "}":
                return
            yield token

    return "".join(inside())


def _inline(self: Any, node: Any) -> None:
    from docutils.nodes import SkipNode

    self.body.append(mathml(node.astext(), block=False))
    raise SkipNode


def _block(self: Any, node: Any) -> None:
    from docutils.nodes import SkipNode

    self.body.append(f'<div class="math">{mathml(node.astext(), block=True)}</div>')
    raise SkipNode


def setup(app: Any) -> dict[str, bool]:
    """Draw formulas so."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}

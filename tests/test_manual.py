"""The manual is read offline: its formulas and its diagram are drawn when it is built."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from backfocus.guide.steps import Step, diagram

DOCS = Path(__file__).parents[1] / "docs"
sys.path.insert(0, str(DOCS / "_ext"))

from diagram import drawn  # noqa: E402
from formulas import mathml  # noqa: E402

PAGES = sorted(DOCS.glob("*.md"))


def formulas(text: str) -> list[str]:
    return re.findall(r"\$\$(.+?)\$\$", text, re.S) + re.findall(
        r"(?<![\\$`])\$([^$\n`]+)\$(?!\$)", re.sub(r"\$\$.+?\$\$|```.+?```|`[^`]*`", "", text, flags=re.S)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_formula_of_the_manual_is_drawn(page: Path) -> None:
    for tex in formulas(page.read_text("utf-8")):
        ElementTree.fromstring(mathml(tex, block=True))  # well formed, and nothing unknown in it


def test_a_formula_keeps_its_parts() -> None:
    drawing = ElementTree.fromstring(mathml(r"\delta = \frac{r_W - k^2\,r_T}{1 - k^2}", block=True))
    (fraction,) = drawing.iter("mfrac")
    assert "".join(fraction[0].itertext()) == "rW−k2rT"
    assert "".join(fraction[1].itertext()) == "1−k2"
    with pytest.raises(ValueError, match="unheard"):
        mathml(r"\unheard", block=False)


def test_the_diagram_has_every_step_and_every_way() -> None:
    text = diagram()
    svg = drawn(text)
    words = "".join(ElementTree.fromstring(svg).itertext())
    for step in Step:
        assert step.value.replace("-", " ").replace("_", " ") in words.replace("-", " ")
    ways = [line for line in text.splitlines() if "-->" in line and "[*]" not in line]
    assert svg.count("<tspan") == len(ways)


def test_nothing_is_fetched_and_no_option_becomes_a_dash() -> None:
    conf = (DOCS / "conf.py").read_text("utf-8")
    assert "smartquotes = False" in conf
    assert 'html_math_renderer = "mathml"' in conf
    assert "http" not in conf


def test_the_index_leads_and_says_what_is_not_proved() -> None:
    index = (DOCS / "index.md").read_text("utf-8")
    assert "What do you want to do?" in index
    for text in (index, (DOCS.parent / "README.md").read_text("utf-8")):
        assert "No clip of a real lens with a known shim" in text
    listed = set(re.findall(r"^(\w+)$", index.split("{toctree}")[1], re.M))
    assert listed == {page.stem for page in PAGES} - {"index"}

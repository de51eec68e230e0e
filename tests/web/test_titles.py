"""Every page of the server has the same way to the others, and is called as the way there is."""

import re
from pathlib import Path

import pytest

import backfocus.web

STATIC = Path(backfocus.web.__file__).parent / "static"
PAGES = ["Guide", "Cameras", "Results", "Chart"]


@pytest.mark.parametrize("name", ["cameras", "results", "chart"])
def test_a_page_leads_to_all_others_and_has_the_name_of_the_way_to_it(name: str) -> None:
    text = (STATIC / f"{name}.html").read_text("utf-8")
    nav = re.search(r"<nav.*?</nav>", text, flags=re.S)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", text)
    assert nav
    assert heading
    assert re.findall(r">(\w+)</a>", nav[0]) == PAGES
    here = re.search(r'aria-current="page">(\w+)<', nav[0])
    assert here
    assert here[1].lower() in heading[1].lower()

"""How the documentation is built: Sphinx, MyST, furo. What is built needs no network."""

import sys
from pathlib import Path

from backfocus import __version__

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "backfocus"
author = "the backfocus authors"
copyright = "2026, the backfocus authors"  # noqa: A001 - the name Sphinx reads
release = __version__
extensions = ["myst_parser", "formulas", "diagram"]
myst_enable_extensions = ["dollarmath", "attrs_block"]
myst_heading_anchors = 2
html_theme = "furo"
html_title = "backfocus"
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["manual.css"]
smartquotes = False  # or `--lan` in a heading becomes a dash
suppress_warnings = ["misc.highlighting_failure"]
exclude_patterns = ["_build", "_ext"]

"""How the documentation is built: Sphinx, MyST, furo."""

from backfocus import __version__

project = "backfocus"
author = "the backfocus authors"
copyright = "2026, the backfocus authors"  # noqa: A001 - the name Sphinx reads
release = __version__
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath", "attrs_block"]
myst_heading_anchors = 2
html_theme = "furo"
html_title = "backfocus"
# Diagrams are Mermaid text: drawn by the pages that host the sources, shown as text in these.
suppress_warnings = ["misc.highlighting_failure"]
exclude_patterns = ["_build"]

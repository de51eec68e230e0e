"""The printable target: a twisted Siemens star with levels, fiducials and a ruler, in true size.

`make_chart` fits a star to a paper, `plan_chart` finds the star a distance and a lens need; `chart_pdf`,
`chart_svg`, `chart_picture` and `chart_png` draw it. `chart_reflectance` is the same drawing as a function of
place, for a renderer that wants sharp edges.
"""

from .pdf import chart_pdf
from .picture import chart_extent, chart_picture, chart_png, chart_reflectance
from .plan import Plan, plan_chart
from .sheet import Chart, Paper, largest_star_mm, lay_out, make_chart, parse_paper
from .svg import chart_svg
from .tiles import Tile, Tiling, tiling

__all__ = [
    "Chart",
    "Paper",
    "Plan",
    "Tile",
    "Tiling",
    "chart_extent",
    "chart_pdf",
    "chart_picture",
    "chart_png",
    "chart_reflectance",
    "chart_svg",
    "largest_star_mm",
    "lay_out",
    "make_chart",
    "parse_paper",
    "plan_chart",
    "tiling",
]

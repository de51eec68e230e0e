"""A finished session as a page and as JSON: the certificate.

`SessionReport` holds plain numbers and words: the guide, a checked clip and a motor all end in the same
report. `report_html` is one file with everything in it; `report_json` the same as plain JSON values.
"""

from .beside import (
    PLACE_WORDS,
    comparison_title,
    comparison_words,
    enlarged,
    filmed_name,
    place_drawing,
    sharp_name,
    tiles_drawing,
    tiles_words,
)
from .figures import figure_groups
from .ink import mark_rules
from .page import report_html
from .plain import report_json
from .plots import drift_plot
from .session_report import (
    Comparison,
    Estimate,
    MtfCurve,
    Outcome,
    PastError,
    Picture,
    SessionReport,
    Sweep,
    ZoomPoint,
)
from .wall import Card, wall_html
from .words import error, inline

__all__ = [
    "PLACE_WORDS",
    "Card",
    "Comparison",
    "Estimate",
    "MtfCurve",
    "Outcome",
    "PastError",
    "Picture",
    "SessionReport",
    "Sweep",
    "ZoomPoint",
    "comparison_title",
    "comparison_words",
    "drift_plot",
    "enlarged",
    "error",
    "figure_groups",
    "filmed_name",
    "inline",
    "mark_rules",
    "place_drawing",
    "report_html",
    "report_json",
    "sharp_name",
    "tiles_drawing",
    "tiles_words",
    "wall_html",
]

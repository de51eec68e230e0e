"""A finished session as a page and as JSON: the certificate.

`SessionReport` holds plain numbers and words: the guide, a checked clip and a motor all end in the same
report. `report_html` is one file with everything in it; `report_json` the same as plain JSON values.
"""

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

__all__ = [
    "Comparison",
    "Estimate",
    "MtfCurve",
    "Outcome",
    "PastError",
    "Picture",
    "SessionReport",
    "Sweep",
    "ZoomPoint",
    "drift_plot",
    "figure_groups",
    "mark_rules",
    "report_html",
    "report_json",
]

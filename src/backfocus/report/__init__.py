"""A finished session as a page and as JSON: the certificate.

`SessionReport` holds plain numbers and words: the guide, a checked clip and a motor all end in the same
report. `report_html` is one file with everything in it; `report_json` the same as plain JSON values.
"""

from .page import report_html
from .plain import report_json
from .session_report import Estimate, MtfCurve, Outcome, Picture, SessionReport, Sweep, ZoomPoint

__all__ = [
    "Estimate",
    "MtfCurve",
    "Outcome",
    "Picture",
    "SessionReport",
    "Sweep",
    "ZoomPoint",
    "report_html",
    "report_json",
]

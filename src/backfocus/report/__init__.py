"""A finished session as a page and as JSON: the certificate.

`Finished` holds plain numbers and words, so that the guide, a checked clip and a motor all end in the same
report. `report_html` is one file with everything in it; `report_json` the same as plain JSON values.
"""

from .finished import Estimate, Finished, MtfCurve, Outcome, Picture, Sweep, ZoomPoint
from .page import report_html
from .plain import report_json

__all__ = [
    "Estimate",
    "Finished",
    "MtfCurve",
    "Outcome",
    "Picture",
    "Sweep",
    "ZoomPoint",
    "report_html",
    "report_json",
]

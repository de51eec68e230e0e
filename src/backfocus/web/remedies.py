"""Where help is found, in the words of the page."""

from ..errors import RemedyKey

REMEDIES: dict[RemedyKey, str] = {
    "profiles": "choose one from the list",
    "optics": "choose them on the set-up page",
    "devices": "the set-up page lists them",
    "sessions": "the results page lists them",
    "report": "the results page shows it",
    "first-turn": "tap the answer below",
    "chart": "print one from the chart page",
}

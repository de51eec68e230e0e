"""Many cameras as one page: a wall of small pictures, each with its verdict; no script, no network."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from ..solve.titles import UNREACHED
from .ink import FONT, colours
from .page import environment
from .session_report import Estimate
from .words import error, inline, micrometres, sentence

if TYPE_CHECKING:
    from jinja2 import Template

KINDS = "adjust", "tracking", "not-front-focus", UNREACHED, "unsure", "set"
"""In the order in which they are counted."""
_INTERVAL = re.compile(r"\s*\(95 % interval[^)]*\)")
DEPTHS = 3.0
"""Half depths of focus to either side that a card's scale shows."""


@dataclass(frozen=True, slots=True)
class Card:
    """One camera on the wall.

    Attributes
    ----------
    verdict, word
        The kind of verdict, "unreached" without one, and what it is called.
    found : Estimate | None
        The error; None where there is none to tell.
    drift_um : float | None
        Since its reference, where that is more than half the depth of focus.
    whole, target : bytes | None
        The picture at wide, small, and the middle of its target.
    note : str
        What to know of one that is set.
    """

    name: str
    group: str
    verdict: str
    word: str
    reason: str
    advice: str = ""
    found: Estimate | None = None
    half_depth_um: float | None = None
    drift_um: float | None = None
    whole: bytes | None = None
    target: bytes | None = None
    note: str = ""

    @property
    def needs_words(self) -> bool:
        """Whether there is more to say than its verdict."""
        return self.verdict != "set" or self.drift_um is not None


def wall_html(cards: Sequence[Card], *, title: str, checked_at: str, version: str) -> str:
    """The whole page as text, in UTF-8 when written, with the cards in the order they are given."""
    count = Counter(card.verdict for card in cards)
    words = {card.verdict: card.word for card in cards}
    counts = [(kind, count[kind], words[kind]) for kind in KINDS if count[kind]]
    return _template().render(
        cards=cards, title=title, checked_at=checked_at, version=version, counts=counts, total=len(cards)
    )


def to_do(advice: str) -> tuple[str, str]:
    """What to do in its first sentence, and the rest of it."""
    first, stop, rest = advice.partition(". ")
    return first + stop.strip(), rest


def short(reason: str) -> str:
    """A reason without the interval, which the scale of a card shows."""
    return _INTERVAL.sub("", reason)


@dataclass(frozen=True, slots=True)
class Scale:
    """An error and its interval on a card's scale, in per cent from its left, held at its ends.

    `beyond`: "under" or "over" where the error itself lies further out than the scale goes, else "".
    """

    at: float
    low: float
    high: float
    beyond: Literal["under", "over", ""] = ""


def scale_of(found: Estimate, half_depth_um: float) -> Scale:
    """Where an error stands among half depths of focus."""

    def place(um: float) -> float:
        share = 0.5 + um / half_depth_um / (2.0 * DEPTHS)
        return round(100.0 * min(max(share, 0.0), 1.0), 1)

    far = abs(found.delta_um) > DEPTHS * half_depth_um
    beyond: Literal["under", "over", ""] = "" if not far else "over" if found.delta_um > 0.0 else "under"
    return Scale(place(found.delta_um), place(found.low_um), place(found.high_um), beyond)


@cache
def _template() -> "Template":
    from markupsafe import Markup

    pages = environment()
    for made in (error, inline, micrometres, sentence, scale_of, short, to_do):
        pages.globals[made.__name__] = made
    pages.globals["wall_style"] = Markup(_STYLE)
    return pages.get_template("wall.html")


_STYLE = f"""
:root {{{colours(0)} --well:#eef0f2; }}
@media (prefers-color-scheme: dark) {{ :root {{{colours(1)} --well:#1b2026; }} }}
@media print {{ :root {{{colours(0)} --well:#eef0f2; }} }}
* {{ box-sizing:border-box; margin:0; }}
html {{ background:var(--paper); color:var(--ink); -webkit-print-color-adjust:exact;
  print-color-adjust:exact; }}
body {{ font:15px/1.45 {FONT}; font-variant-numeric:tabular-nums; max-width:1560px; margin:0 auto;
  padding:40px 36px 56px; }}
h1, h2, p {{ overflow-wrap:anywhere; }}
header {{ display:flex; flex-wrap:wrap; gap:18px 48px; align-items:end; justify-content:space-between;
  padding-bottom:22px; border-bottom:1px solid var(--hair); }}
h1 {{ font-size:28px; line-height:1.15; font-weight:680; letter-spacing:-.018em; }}
header p {{ color:var(--soft); font-size:14px; margin-top:6px; }}
.counts {{ display:flex; flex-wrap:wrap; gap:10px 30px; list-style:none; padding:0; margin:0; }}
.counts b {{ display:block; font-size:34px; line-height:1; font-weight:680; letter-spacing:-.03em; }}
.counts span {{ color:var(--soft); font-size:13px; }}
.wall {{ display:grid; grid-template-columns:repeat(auto-fill,minmax(min(100%,290px),1fr)); gap:36px 24px;
  margin-top:30px; align-items:start; }}
.card {{ break-inside:avoid; min-width:0; }}
.view {{ position:relative; aspect-ratio:16/9; background:var(--well); border-radius:6px; overflow:hidden; }}
.view > img:first-child {{ display:block; width:100%; height:100%; object-fit:cover; }}
.view .close {{ position:absolute; right:8px; bottom:8px; width:32%; aspect-ratio:1; overflow:hidden;
  border-radius:4px; border:2px solid #fff; background:#000; }}
.view .close img {{ position:absolute; width:300%; height:300%; left:-100%; top:-100%; object-fit:cover;
  image-rendering:pixelated; }}
.view .none {{ position:absolute; inset:0; display:grid; place-items:center; color:var(--soft);
  font-size:13px; }}
.head {{ display:flex; gap:12px; align-items:baseline; justify-content:space-between; margin-top:12px; }}
h2 {{ font-size:16px; line-height:1.3; font-weight:620; letter-spacing:-.006em; min-width:0; }}
h2 small {{ font-weight:400; font-size:13px; color:var(--soft); white-space:nowrap; margin-left:6px; }}
.word {{ flex:none; max-width:60%; text-align:right; font-weight:680; font-size:16px; line-height:1.3; }}
.word::first-letter {{ text-transform:uppercase; }}
.is-set {{ color:var(--set); }} .is-adjust {{ color:var(--adjust); }} .is-unsure {{ color:var(--unsure); }}
.is-tracking, .is-not-front-focus, .is-unreached {{ color:var(--bad); }}
.scale {{ position:relative; height:14px; margin-top:10px; }}
.scale::before {{ content:""; position:absolute; left:0; right:0; top:6px; height:2px; background:var(--hair);
  border-radius:1px; }}
.scale i {{ position:absolute; top:3px; height:8px; left:calc(100% / 3); right:calc(100% / 3);
  background:var(--band); border-radius:4px; }}
.scale s {{ position:absolute; top:6px; height:2px; background:currentColor; opacity:.55; }}
.scale b {{ position:absolute; top:1px; width:12px; height:12px; margin-left:-6px; border-radius:50%;
  background:currentColor; border:2px solid var(--paper); }}
.scale .over, .scale .under {{ border:0; border-radius:0; clip-path:polygon(0 0,100% 50%,0 100%); }}
.scale .over {{ margin-left:-12px; }} .scale .under {{ margin-left:0; transform:scaleX(-1); }}
.um {{ display:flex; flex-wrap:wrap; justify-content:space-between; gap:0 10px; white-space:nowrap;
  font-size:14px; margin-top:4px; }}
.um span:last-child {{ color:var(--soft); text-align:right; }}
.um .moved {{ color:var(--bad) !important; font-weight:600; }}
.why {{ margin-top:8px; font-size:13px; line-height:1.45; color:var(--soft); }}
.why b {{ display:block; color:var(--ink); font-weight:600; margin-top:4px; }}
footer {{ margin-top:44px; padding-top:14px; border-top:1px solid var(--hair); color:var(--soft);
  font-size:13px; display:flex; flex-wrap:wrap; gap:8px 32px; justify-content:space-between; }}
@page {{ size:A4; margin:12mm; }}
@media print {{ body {{ padding:0; max-width:none; font-size:11px; }} h1 {{ font-size:20px; }}
  .wall {{ grid-template-columns:repeat(4,minmax(0,1fr)); gap:18px 12px; margin-top:16px; }}
  h2, .word {{ font-size:12px; }} .um, .why, h2 small {{ font-size:10px; }}
  .um {{ column-gap:3px; letter-spacing:-.02em; }} .counts b {{ font-size:24px; }} }}
@media (max-width:640px) {{ body {{ padding:24px 18px 40px; }} .counts {{ gap:10px 24px; }}
  .counts b {{ font-size:28px; }} .wall {{ gap:30px; }} }}
"""

"""`make pictures`: the captures of the README, from a real run on the virtual camera.

Draws docs/images/guide.svg: the terminal at the moment the back-focus ring has passed its peak.
"""

from io import StringIO
from pathlib import Path

from rich.console import Console

from backfocus.cli.screen import draw
from backfocus.cli.showing import view_after
from backfocus.guide.events import PeakPassed
from backfocus.guide.procedure import start
from backfocus.guide.session_state import Setup
from backfocus.session.run import guide
from backfocus.show.view import View
from backfocus.sim.settings import SHOWN_CAMERA, SHOWN_CHART
from backfocus.sim.source import open_sim

IMAGES = Path(__file__).parents[1] / "docs" / "images"
ADDRESS = f"sim://?seed=7&delta_um=43&{SHOWN_CAMERA}&{SHOWN_CHART}"
LATER_S = 0.8
"""The picture is taken a little after the peak, when the words have changed and the ring is turning back."""


def main() -> None:
    source = open_sim(ADDRESS)
    session, _ = start(Setup(optics=source.settings.optics))
    view: View | None = None
    take_s = float("inf")
    for moment in guide(source, session, hands=(source.hand,)):
        view = view_after(view, moment)
        if any(isinstance(event, PeakPassed) and event.ring == "back-focus" for event in moment.events):
            take_s = moment.at_s + LATER_S
        if moment.at_s >= take_s:
            break
    assert view is not None
    console = Console(record=True, width=112, height=40, file=StringIO(), force_terminal=True)
    console.print(draw(view, console, source.title))
    svg = console.export_svg(title="backfocus guide", clear=False)
    (IMAGES / "guide.svg").write_text(_local(svg), encoding="utf-8")


def _local(svg: str) -> str:
    """Without the fonts that rich would have fetched from another host: the viewer's own will do."""
    start_of, end_of = svg.find("@font-face"), svg.rfind("@font-face")
    if start_of < 0:
        return svg
    end = svg.index("}", end_of) + 1
    return svg[:start_of] + svg[end:]


if __name__ == "__main__":
    main()

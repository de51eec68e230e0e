"""The wall of pictures of a run over many cameras, from what is kept of each."""

from collections.abc import Iterable

from ...report.session_report import Estimate
from ...report.wall import Card
from ..certificate import told_estimate
from ..shots import WHOLE
from ..store import Store
from .rows import Row, worst_first


def cards_of(store: Store, rows: Iterable[Row]) -> tuple[Card, ...]:
    """A card for each camera, the worst first; pictures are those of its session."""
    return tuple(_card(store, row) for row in worst_first(rows))


def _card(store: Store, row: Row) -> Card:
    line = row.line
    if line is None:
        return Card(row.name, row.group, row.verdict, row.word, row.reason)
    pictures = {
        entry.payload.get("end"): entry.picture for entry in store.load(line["session"], "picture").entries
    }
    found: Estimate | None = told_estimate(line)
    return Card(
        row.name,
        row.group,
        row.verdict,
        row.word,
        row.reason,
        line["advice"],
        found,
        line["half_depth_of_focus_um"],
        line["drift_um"] if line["drifted"] else None,
        pictures.get(WHOLE),
        pictures.get("wide"),
        row.corrected,
    )

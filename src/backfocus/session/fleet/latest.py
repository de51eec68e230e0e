"""What the last run found of every camera that motors have checked, from the history."""

from dataclasses import dataclass
from datetime import datetime

from ...show.prometheus import Checked
from ..motor_history import MOTORS, motor_result
from ..store import Store
from .rows import Row

MOST_SESSIONS = 2000
"""Looked through, newest first; a camera that was not checked in all of these is no longer listed."""


@dataclass(frozen=True, slots=True)
class LastChecked:
    """A camera, what its last run found, and when that began; `session_id`: where its picture is."""

    row: Row
    at: datetime
    session_id: int

    @property
    def metric(self) -> Checked:
        """For Prometheus."""
        return Checked(self.row.as_json(), self.at.timestamp())


def last_checked(store: Store) -> tuple[LastChecked, ...]:
    """Every camera once, the one that was checked last first."""
    found: dict[str, LastChecked] = {}
    for each in store.sessions(MOST_SESSIONS):
        payload = motor_result(each)
        if payload is None or each.title in found:
            continue
        group, error = payload[MOTORS]["group"], str(payload.get("error", ""))
        line = (
            None if error else {key: payload[key] for key in payload if key != MOTORS} | {"session": each.id}
        )
        row = Row(each.title, group, "done", line=line, error=error)
        found[each.title] = LastChecked(row, each.started_at, each.id)
    return tuple(found.values())

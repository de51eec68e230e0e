"""Who writes a session; what was chosen on the page, and rings of practice, as records of their own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_sessions = sa.table("sessions", sa.column("id", sa.Integer), sa.column("setup", sa.JSON))
_entries = sa.table(
    "entries",
    sa.column("session_id", sa.Integer),
    sa.column("seq", sa.Integer),
    sa.column("kind", sa.String),
    sa.column("at_s", sa.Float),
    sa.column("payload", sa.JSON),
)


def upgrade() -> None:
    """Add the two columns, and take choices out of the set-ups and rings out of the readings."""
    op.add_column("sessions", sa.Column("writer", sa.Text))
    op.add_column("sessions", sa.Column("written_at", sa.String(32)))
    connection = op.get_bind()
    found = connection.execute(sa.select(_sessions)).all()
    for number, setup in found:
        page = setup.pop("page", None) if isinstance(setup, dict) else None
        if page is None:
            continue
        connection.execute(sa.update(_sessions).where(_sessions.c.id == number).values(setup=setup))
        choice = _choice(page, setup.get("shims_um") or [])
        row = {"session_id": number, "seq": 0, "kind": "choice", "at_s": None, "payload": choice}
        connection.execute(sa.insert(_entries).values(row))
        if page.get("kind") == "practice":
            _name_rings(connection, number)


def _choice(page: dict[str, Any], shims_um: list[float]) -> dict[str, Any]:
    said = {name: page.get(name) for name in ("camera", "lens", "pixel_um", "f_number", "transfer")}
    said |= {"shims": shims_um}
    options = {name: value for name, value in said.items() if value not in (None, "", "auto", [])}
    return {"type": "PageChoice", "kind": page.get("kind"), "name": page.get("name"), "options": options}


def _name_rings(connection: sa.Connection, number: int) -> None:
    text = sa.cast(_entries.c.payload, sa.Text)
    rings = (_entries.c.session_id == number) & (_entries.c.kind == "reading") & text.like('%"Rings"%')
    connection.execute(sa.update(_entries).where(rings).values(kind="rings"))


def downgrade() -> None:
    """As it was: a choice stands in the set-up, rings among the readings."""
    connection = op.get_bind()
    choices = sa.select(_entries.c.session_id, _entries.c.payload).where(_entries.c.kind == "choice")
    for number, choice in connection.execute(choices).all():
        setup = connection.execute(sa.select(_sessions.c.setup).where(_sessions.c.id == number)).scalar_one()
        names = ("camera", "lens", "f_number", "transfer")
        options = choice["options"]
        page = {"kind": choice["kind"], "name": choice["name"], "pixel_um": options.get("pixel_um")}
        page |= {name: options.get(name, "auto" if name == "transfer" else "") for name in names}
        values = {"setup": {**setup, "page": page}}
        connection.execute(sa.update(_sessions).where(_sessions.c.id == number).values(values))
    connection.execute(sa.delete(_entries).where(_entries.c.kind == "choice"))
    connection.execute(sa.update(_entries).where(_entries.c.kind == "rings").values(kind="reading"))
    op.drop_column("sessions", "written_at")
    op.drop_column("sessions", "writer")

"""Sessions and what happened in them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("started_at", sa.String(32), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("camera", sa.Text, nullable=False),
        sa.Column("lens", sa.Text, nullable=False),
        sa.Column("setup", sa.JSON, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("verdict", sa.String(32)),
        sa.Column("delta_um", sa.Float),
        sa.Column("sigma_um", sa.Float),
    )
    op.create_index("sessions_by_source", "sessions", ["source", "state"])
    op.create_table(
        "entries",
        sa.Column("session_id", sa.Integer, sa.ForeignKey("sessions.id"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at_s", sa.Float),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("picture", sa.LargeBinary),
    )


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("entries")
    op.drop_index("sessions_by_source", "sessions")
    op.drop_table("sessions")

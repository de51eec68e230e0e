"""One result per ND position."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of results."""
    op.create_table(
        "results",
        sa.Column("session_id", sa.Integer, sa.ForeignKey("sessions.id"), primary_key=True),
        sa.Column("nd", sa.Text, primary_key=True),
        sa.Column("verdict", sa.String(32), nullable=False),
        sa.Column("delta_um", sa.Float),
        sa.Column("sigma_um", sa.Float),
        sa.Column("payload", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop the table of results."""
    op.drop_table("results")

"""Checks: when the admin UI was compared with its baseline by a worker, and what had changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003_checks"
down_revision = "0002_queue"


def upgrade() -> None:
    op.create_table(
        "checks",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker", sa.String(40), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("changes", sa.Integer),
        sa.Column("matters", sa.Integer),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
    )
    op.create_index("ix_checks_at", "checks", ["at"])

"""The records of issue 2. IF NOT EXISTS: databases from before Alembic have them, without a version."""

import sqlalchemy as sa
from alembic import op

revision = "0001_records"
down_revision = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _requests()
    _attempts()
    _intents()
    _observations()
    _ends()


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(100), nullable=False, unique=True),
        sa.Column("account_number", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_requests_account_number", "requests", ["account_number"], if_not_exists=True)


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("request_id", sa.String(100), sa.ForeignKey("requests.id"), primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("profile_hash", sa.String(64), nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        if_not_exists=True,
    )


def _of_attempt() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["request_id", "attempt"], ["attempts.request_id", "attempts.attempt"])


def _intents() -> None:
    op.create_table(
        "intents",
        sa.Column("id", sa.String(120), primary_key=True),
        sa.Column("request_id", sa.String(100), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("account_number", sa.Text, nullable=False),
        sa.Column("effect", sa.Text, nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("requests_sent", sa.Integer),
        sa.Column("outcome", sa.String(20), nullable=False),
        _of_attempt(),
        sa.UniqueConstraint("request_id", "seq"),
        if_not_exists=True,
    )
    op.create_index("ix_intents_account_number", "intents", ["account_number"], if_not_exists=True)


def _observations() -> None:
    op.create_table(
        "observations",
        sa.Column("request_id", sa.String(100), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        _of_attempt(),
        if_not_exists=True,
    )


def _ends() -> None:
    op.create_table(
        "ends",
        sa.Column("request_id", sa.String(100), primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("end", sa.String(30), nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("manifest", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        _of_attempt(),
        if_not_exists=True,
    )
    op.create_index("ix_ends_end", "ends", ["end"], if_not_exists=True)

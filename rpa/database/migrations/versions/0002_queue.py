"""The queue: what waits, who works, who holds which account, and what people did."""

import sqlalchemy as sa
from alembic import op

revision = "0002_queue"
down_revision = "0001_records"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _records()
    _batches()
    _jobs()
    _workers()
    _account_locks()
    _line()
    _approvals()
    _rechecks()
    _audit()
    _notices()


def _records() -> None:
    op.add_column("requests", sa.Column("moved_to", sa.Date))
    op.add_column("attempts", sa.Column("place", sa.Text, nullable=False, server_default=sa.text("''")))
    op.create_index("ix_intents_at", "intents", ["at"])


def _position() -> sa.Column[int]:
    return sa.Column("position", sa.Integer, primary_key=True, autoincrement=True)


def _of_request() -> sa.Column[str]:
    return sa.Column("request_id", sa.String(100), sa.ForeignKey("requests.id"), nullable=False)


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("submitted_by", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("digest_at", INSTANT),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("request_id", sa.String(100), sa.ForeignKey("requests.id"), primary_key=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("not_before", INSTANT),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("worker", sa.String(40)),
        sa.Column("desk", sa.Integer),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("withdraw_by", sa.Text),
        sa.Column("withdraw_why", sa.Text),
        sa.Column("again", sa.Integer, nullable=False),
        sa.Column("batch", sa.String(40), sa.ForeignKey("batches.id")),
        sa.Column("submitted_by", sa.Text, nullable=False),
    )
    op.create_index("jobs_by_state", "jobs", ["state", "since"])
    op.create_index("jobs_by_worker", "jobs", ["worker"])
    op.create_index("jobs_by_date", "jobs", ["state", "not_before", "since"])
    op.create_index("ix_jobs_batch", "jobs", ["batch"])


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("beat", sa.Integer, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("lease_seconds", sa.Integer, nullable=False),
        sa.Column("fenced", sa.Boolean, nullable=False),
        sa.Column("desks", sa.Text, nullable=False),
    )


def _account_locks() -> None:
    op.create_table(
        "account_locks",
        sa.Column("account_number", sa.String(100), primary_key=True),
        sa.Column("request_id", sa.String(100), nullable=False),
        sa.Column("worker", sa.String(40), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
    )
    op.create_index("ix_account_locks_worker", "account_locks", ["worker"])


def _line() -> None:
    op.create_table(
        "line",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("strikes", sa.Text, nullable=False),
        sa.Column("parked_times", sa.Integer, nullable=False),
    )


def _approvals() -> None:
    op.create_table(
        "approvals",
        _position(),
        _of_request(),
        sa.Column("plan_hash", sa.String(64), nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", INSTANT),
    )
    op.create_index("ix_approvals_request_id", "approvals", ["request_id"])
    op.create_index("ix_approvals_state", "approvals", ["state"])


def _rechecks() -> None:
    op.create_table(
        "rechecks",
        _position(),
        _of_request(),
        sa.Column("occasion", sa.String(40), nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.Column("done_at", INSTANT),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("worker", sa.String(40)),
    )
    op.create_index("ix_rechecks_request_id", "rechecks", ["request_id"])
    op.create_index("ix_rechecks_state", "rechecks", ["state"])


def _audit() -> None:
    op.create_table(
        "audit",
        _position(),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("request_id", sa.String(100), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_request_id", "audit", ["request_id"])


def _notices() -> None:
    op.create_table(
        "notices",
        _position(),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("request_id", sa.String(100), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("not_before", INSTANT),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_index("ix_notices_sent_at", "notices", ["sent_at"])

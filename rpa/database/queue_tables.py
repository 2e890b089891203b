"""The queue's tables: what waits, who works, who holds which account, and what people did."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from rpa.database.tables import Instant, metadata

jobs = Table(
    "jobs",
    metadata,
    Column("request_id", String(100), ForeignKey("requests.id"), primary_key=True),
    Column("state", String(20), nullable=False),  # rpa.queue.jobs.State
    Column(
        "turn", Integer, nullable=False
    ),  # each hand-over to the engine has a number of its own; older ones are void
    Column("priority", Integer, nullable=False),  # 1 is the most urgent
    Column("not_before", Instant),
    Column("tries", Integer, nullable=False),  # ended by a fault before the first effect
    Column("why", Text, nullable=False),  # why it waits, in words
    Column("worker", String(40)),  # the lease that works on it
    Column("desk", Integer),
    Column("since", Instant, nullable=False),  # it is in this state
    Column("step", Text, nullable=False),  # what is being done: clause and title
    Column("withdraw_by", Text),  # a person takes it back while it is worked on
    Column("withdraw_why", Text),
    Column("again", Integer, nullable=False),  # attempts made before a person had a needs_human run once more
    Column("batch", String(40), ForeignKey("batches.id"), index=True),
    Column("submitted_by", Text, nullable=False),
    Index("jobs_by_state", "state", "since"),
    Index("jobs_by_worker", "worker"),
    Index("jobs_by_date", "state", "not_before", "since"),  # counts what waits, and for what, without reading its rows
)

batches = Table(
    "batches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("source", Text, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("digest_at", Instant),  # the end-of-batch digest was put into the outbox
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(40), primary_key=True),  # one incarnation of one process
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("kind", String(20), nullable=False),  # work, run, cancel, ...
    Column("started_at", Instant, nullable=False),
    Column("beat", Integer, nullable=False),  # counts up; others watch it by their own clock
    Column("seen_at", Instant, nullable=False),  # for people
    Column("lease_seconds", Integer, nullable=False),
    Column("fenced", Boolean, nullable=False),  # taken for dead: it may do nothing more
    Column("desks", Text, nullable=False),  # JSON: what each desk is doing, and its memory
)

account_locks = Table(
    "account_locks",
    metadata,
    Column("account_number", String(100), primary_key=True),
    Column("request_id", String(100), nullable=False),
    Column("worker", String(40), nullable=False, index=True),
    Column("at", Instant, nullable=False),
)

line = Table(
    "line",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("state", String(20), nullable=False),  # rpa.line.LineState
    Column("why", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),  # parked: opens by itself then
    Column("strikes", Text, nullable=False),  # JSON list of codes
    Column("parked_times", Integer, nullable=False),  # in a row: each waits longer
)

approvals = Table(
    "approvals",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String(100), ForeignKey("requests.id"), nullable=False, index=True),
    Column("plan_hash", String(64), nullable=False),
    Column("plan", Text, nullable=False),  # Plan, canonical JSON
    Column("reasons", Text, nullable=False),  # why the policy asks for it
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("state", String(20), nullable=False, index=True),  # waiting, approved, void, expired, used
    Column("by", Text, nullable=False),
    Column("at", Instant),
)

rechecks = Table(
    "rechecks",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String(100), ForeignKey("requests.id"), nullable=False, index=True),
    Column("occasion", String(40), nullable=False),  # 1 h, 24 h, the billing date, nightly
    Column("due", Instant, nullable=False),
    Column("state", String(20), nullable=False, index=True),  # waiting, working, fine, alarm, unread
    Column("seen", Text, nullable=False),
    Column("done_at", Instant),
    Column("turn", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("worker", String(40)),
)

checks = Table(
    "checks",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False, index=True),
    Column("worker", String(40), nullable=False),
    Column("why", Text, nullable=False),  # at start, after an unknown page, every so many hours, ...
    Column("changes", Integer),  # since the baseline was learned; null: the admin UI could not be compared
    Column("matters", Integer),  # of these, so many matter to an effect, an identity or a proof
    Column("summary", Text, nullable=False),
    Column("folder", Text, nullable=False),  # of the report; on the machine of that worker
)

audit = Table(
    "audit",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),  # submit, withdraw, approve, pause, ...
    Column("request_id", String(100), nullable=False, index=True),
    Column("why", Text, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(40), nullable=False),  # needs_human, line_stopped, sentinel, digest, ...
    Column("request_id", String(100), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("sent_at", Instant, index=True),
    Column("tries", Integer, nullable=False),
    Column("not_before", Instant),
    Column("error", Text, nullable=False),
)

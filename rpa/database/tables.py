"""The tables of requests and what happened to them. Only what SQLite and PostgreSQL both have."""

import datetime as dt

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class Instant(TypeDecorator[dt.datetime]):
    """An aware moment, kept as UTC; SQLite has no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=value.tzinfo or dt.UTC).astimezone(dt.UTC)


metadata = MetaData()

requests = Table(
    "requests",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),  # the order of acceptance
    Column("id", String(100), nullable=False, unique=True),
    Column("account_number", Text, nullable=False, index=True),
    Column("content", Text, nullable=False),  # CancellationRequest, canonical JSON
    Column("source", Text, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Column("moved_to", Date),  # a person moved the cancellation date; `content` stays as it was accepted
)

attempts = Table(
    "attempts",
    metadata,
    Column("request_id", String(100), ForeignKey("requests.id"), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("started_at", Instant, nullable=False),
    Column("profile", Text, nullable=False),
    Column("profile_hash", String(64), nullable=False),
    Column("version", Text, nullable=False),
    # the folder of case files it was written in: another machine has another; "" in rows from before version 0002
    Column("place", Text, nullable=False, server_default=text("''")),
)


def _of_attempt() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["request_id", "attempt"], ["attempts.request_id", "attempts.attempt"])


intents = Table(
    "intents",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("request_id", String(100), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("account_number", Text, nullable=False, index=True),
    Column("effect", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),  # the cap of an hour counts them
    Column("requests_sent", Integer),
    Column("outcome", String(20), nullable=False),
    _of_attempt(),
    UniqueConstraint("request_id", "seq"),
)

observations = Table(
    "observations",
    metadata,
    Column("request_id", String(100), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("attempt", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("clause", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("data", Text, nullable=False),  # canonical JSON
    Column("hash", String(64), nullable=False),
    _of_attempt(),
)

ends = Table(
    "ends",
    metadata,
    Column("request_id", String(100), primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    Column("end", String(30), nullable=False, index=True),
    Column("code", Text, nullable=False),
    Column("outcome", Text, nullable=False),  # Outcome, canonical JSON
    Column("head", String(64), nullable=False),  # hash of the journal's last line
    Column("manifest", String(64), nullable=False),  # sha256 of manifest.json
    Column("at", Instant, nullable=False),
    _of_attempt(),
)

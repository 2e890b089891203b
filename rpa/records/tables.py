"""The tables, and the database's settings. Only what SQLite and PostgreSQL both have."""

import datetime as dt
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.schema import CreateIndex, CreateTable

from rpa.cases.files import make_folder

BUSY_SECONDS = 30
"""How long a process waits for another one's transaction before it gives up with an error."""


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
    Column("at", Instant, nullable=False),
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


def open_database(url: str) -> Engine:
    """The engine, with its tables created. Raises OSError or sqlalchemy.exc.SQLAlchemyError."""
    place = make_url(url)
    if place.get_backend_name() != "sqlite":
        engine = create_engine(url)
    else:
        if place.database and place.database != ":memory:":
            make_folder(Path(place.database).absolute().parent)
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _set_up_sqlite)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            # IF NOT EXISTS, rather than looking first: two processes may start at once.
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # FULL: in WAL mode NORMAL would lose the last commits in a power cut, and with them an intent.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()

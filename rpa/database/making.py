"""A new database, made at this program's version in one go: nothing waits for Alembic's import."""

from sqlalchemy import Connection, Engine, inspect, text

import rpa.database.queue_tables  # noqa: F401 (its tables belong to the same metadata)
from rpa.database.engines import BUSY_SECONDS, writing
from rpa.database.tables import metadata
from rpa.database.versions import HEAD

KEY = "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)"
_LOCK = int.from_bytes(b"rpa-db", "big")
"""PostgreSQL's advisory locks are numbered; this one is held by whoever makes or upgrades the tables."""


def make_if_empty(engine: Engine) -> None:
    """Make all tables where there are none; others are left as they are. Raises SQLAlchemyError."""
    with writing(engine) as connection:
        lock(connection)
        if not {"alembic_version", "requests"}.intersection(inspect(connection).get_table_names()):
            metadata.create_all(connection, checkfirst=False)
            # As Alembic makes it.
            connection.execute(text(f"CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, {KEY})"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": HEAD})


def lock(connection: Connection) -> None:
    """Until the transaction's end, one process at a time; SQLite's write lock is held already, by `writing`."""
    if connection.dialect.name != "sqlite":
        # ALTER TABLE waits for every transaction that reads the table, and makes all later ones wait behind it.
        connection.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})

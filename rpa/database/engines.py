"""Connections: to SQLite in a file, or to PostgreSQL, by the same code."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event

from rpa.cases.files import make_folder
from rpa.database.address import address_of, is_sqlite
from rpa.database.troubles import telling

BUSY_SECONDS = 30
"""How long a process waits for another one's transaction before it gives up with an error."""
CONNECTIONS = 20
POSTGRES = {
    "connect_timeout": 10,
    # A server that is gone without a word is noticed within about half a minute, not after the system's two hours.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""Of libpq; what the URL says takes precedence."""


def make_engine(url: str) -> Engine:
    """The engine alone; a connection that a restarted server has dropped is replaced. Raises DatabaseNotOpened, OSError.

    Its errors don't hold the values of statements: those are customers' data.
    """
    place = address_of(url)
    return _sqlite(place) if is_sqlite(place) else _postgres(place)


def _postgres(place: URL) -> Engine:
    given = {name: value for name, value in POSTGRES.items() if name not in place.query}
    with telling(place):
        return create_engine(place, pool_size=CONNECTIONS, pool_pre_ping=True, hide_parameters=True, connect_args=given)


def _sqlite(place: URL) -> Engine:
    folder = None
    if place.database and place.database != ":memory:":
        folder = Path(place.database).absolute().parent
        make_folder(folder)
    wait = {"timeout": BUSY_SECONDS}
    engine = create_engine(place, pool_size=CONNECTIONS, hide_parameters=True, connect_args=wait)
    event.listen(engine, "connect", lambda connection, _: _set_up_sqlite(connection, folder))
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that will write: what it reads stays true until it is committed.

    SQLite takes the one write lock at once. On PostgreSQL the rows that decide are locked by the reader, FOR UPDATE.
    """
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction in which every statement sees the database as it was at the first: a request that changes its
    state meanwhile is counted once. Nobody waits for it. Raises SQLAlchemyError.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection, connection.begin():
            connection.exec_driver_sql("BEGIN")  # the driver itself begins one for writes only
            yield connection
        return
    with engine.connect() as connection:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


def _set_up_sqlite(connection: sqlite3.Connection, folder: Path | None) -> None:
    # FULL: in WAL mode NORMAL would lose the last commits in a power cut, and with them an intent.
    # secure_delete: what is purged, or was overwritten before, is in no free page of the file.
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    with _one_at_a_time(folder):
        connection.execute("PRAGMA journal_mode=WAL")


@contextmanager
def _one_at_a_time(folder: Path | None) -> Iterator[None]:
    """Among processes. Two that turn a new file to WAL at once don't wait: one gets "database is locked"."""
    if folder is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

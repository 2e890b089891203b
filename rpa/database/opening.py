"""The database: SQLite in a file, or PostgreSQL, by the same code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.schema import CreateIndex, CreateTable

import rpa.database.queue_tables  # noqa: F401 (its tables belong to the same metadata)
from rpa.cases.files import make_folder
from rpa.database.tables import metadata

BUSY_SECONDS = 30
"""How long a process waits for another one's transaction before it gives up with an error."""
CONNECTIONS = 20


def open_database(url: str) -> Engine:
    """The engine, with its tables created. Raises OSError or sqlalchemy.exc.SQLAlchemyError."""
    engine = make_engine(url)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            # IF NOT EXISTS, rather than looking first: two processes may start at once.
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))
    return engine


def make_engine(url: str) -> Engine:
    """The engine alone; a connection that a restarted server has dropped is replaced."""
    place = make_url(url)
    if place.get_backend_name() != "sqlite":
        return create_engine(url, pool_size=CONNECTIONS, pool_pre_ping=True)
    if place.database and place.database != ":memory:":
        make_folder(Path(place.database).absolute().parent)
    engine = create_engine(url, pool_size=CONNECTIONS, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
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


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # FULL: in WAL mode NORMAL would lose the last commits in a power cut, and with them an intent.
    # secure_delete: what is purged, or was overwritten before, is in no free page of the file.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()

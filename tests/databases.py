"""Both databases, for tests that must hold on each."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from rpa.database import make_engine, writing
from rpa.database.upgrading import upgrade_to


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once SQLite and once PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rpa.db'}"
    return str(request.getfixturevalue("postgres_url"))


@contextmanager
def engine_on(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def make_version(url: str, version: str) -> None:
    """Bring an empty database to an earlier version."""
    with engine_on(url) as engine, writing(engine) as connection:
        upgrade_to(connection, version)


def say_version(url: str, version: str) -> None:
    """Write another version into a database, as a newer program would."""
    with engine_on(url) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})

"""Bringing a database to this program's version. Imports Alembic: only to be imported when there is something to do."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine

from rpa.database.engines import writing
from rpa.database.making import lock
from rpa.database.troubles import telling
from rpa.database.versions import HEAD, must_be_known

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> tuple[str, str]:
    """Bring the tables to this program's version, in one transaction; returns the versions before and after.

    One process at a time; the others find it done. Raises DatabaseAhead, DatabaseNotOpened, SQLAlchemyError (SQLite).
    """
    with telling(engine.url), writing(engine) as connection:
        lock(connection)
        before = MigrationContext.configure(connection).get_current_revision() or ""
        must_be_known(engine, before)
        upgrade_to(connection, HEAD)
    return before, HEAD


def upgrade_to(connection: Connection, version: str) -> None:
    """Carry out what lies between the database and `version`, in the caller's transaction."""
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, version)


def configuration() -> Config:
    """Alembic's, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s")
    return config

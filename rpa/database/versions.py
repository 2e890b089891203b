"""The versions of the database's tables. Known here by name, so that no command waits for Alembic's import."""

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from rpa.database.address import name_of
from rpa.database.errors import DatabaseAhead, DatabaseBehind

VERSIONS = ("0001_records", "0002_queue", "0003_checks")
"""Oldest first; the files in migrations/versions, a test holds them together."""
HEAD = VERSIONS[-1]
"""What this program works with."""
_UNDEFINED_TABLE = "42P01"


def version_of(engine: Engine) -> str:
    """The version of the database's tables; "" if it has none. Raises SQLAlchemyError."""
    try:
        with engine.connect() as connection:
            return version_in(connection)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") == _UNDEFINED_TABLE or "no such table" in str(error.orig):
            return ""
        raise


def version_in(connection: Connection) -> str:
    """As `version_of`, but raises SQLAlchemyError where nothing has a version yet."""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def must_be_known(engine: Engine, version: str) -> None:
    """Raises DatabaseAhead for a version that another, newer program made."""
    if version and version not in VERSIONS:
        raise DatabaseAhead(
            f'{name_of(engine.url)} is of version "{version}", which is newer than this program ({HEAD}); '
            "install the newer program"
        )


def behind(engine: Engine, version: str) -> DatabaseBehind:
    """The error for a database that others may be working on."""
    return DatabaseBehind(
        f"{name_of(engine.url)} is of version {version}, and this program works with {HEAD}; "
        "stop the older programs that work on it, then run `rpa db upgrade` once"
    )

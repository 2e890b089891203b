"""Opening the database: its tables are those of this program, or it says why not."""

from sqlalchemy import Engine

from rpa.database.address import is_sqlite
from rpa.database.engines import make_engine
from rpa.database.making import make_if_empty
from rpa.database.troubles import telling
from rpa.database.versions import HEAD, behind, must_be_known, version_of


def open_database(url: str) -> Engine:
    """The engine of a database of this program's version; a new one is made, an older SQLite one is upgraded.

    Raises DatabaseNotOpened, DatabaseBehind (PostgreSQL), DatabaseAhead, OSError, sqlalchemy.exc.SQLAlchemyError.
    """
    engine = make_engine(url)
    try:
        with telling(engine.url):
            _bring_up(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _bring_up(engine: Engine) -> None:
    version = version_of(engine)
    if version == HEAD:
        return
    must_be_known(engine, version)
    if version and not is_sqlite(engine.url):
        raise behind(engine, version)
    make_if_empty(engine)
    if version_of(engine) != HEAD:
        from rpa.database.upgrading import upgrade  # noqa: PLC0415 (Alembic takes as long to import as all the rest)

        upgrade(engine)

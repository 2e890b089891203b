"""Of `rpa doctor`: the database and the notifications. Nothing is made or changed, and nothing is sent."""
# ruff: noqa: PLC0415 (imports wait until the check is made)

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rpa.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    message: str
    """What was found or, if not ok, what to do."""
    exit_code: int = 1


def database_check(settings: Settings) -> Check:
    """Which it is, whether it answers, and whether its tables are of this program's version."""
    from sqlalchemy.exc import SQLAlchemyError

    from rpa.database.errors import DatabaseNotOpened, DatabaseVersionError

    try:
        return Check("database", ok=True, message=_database(settings.records_url))
    except (DatabaseNotOpened, DatabaseVersionError) as error:
        why = str(error)
    except (OSError, SQLAlchemyError) as error:
        file = "that RPA_DATABASE_URL names" if settings.database_url else str(settings.sqlite_file)
        why = f"the database {file} cannot be read: {str(error).splitlines()[0]}; give another --output or URL"
    return Check("database", ok=False, message=why, exit_code=2)


def _database(url: str) -> str:
    """What was found. Raises DatabaseNotOpened, DatabaseVersionError, OSError, SQLAlchemyError."""
    from rpa.database.address import address_of, is_sqlite, name_of

    place = address_of(url)
    empty = f"{name_of(place)}: empty; the first command makes its tables"
    if is_sqlite(place) and not Path(place.database or "").is_file():  # looking must not make one
        return empty
    from rpa.database import make_engine
    from rpa.database.troubles import telling

    engine = make_engine(url)
    try:
        with telling(engine.url):
            found = _version(engine)
    finally:
        engine.dispose()
    return f"{name_of(place)}: {found}" if found else empty


def _version(engine: "Engine") -> str:
    from rpa.database.address import is_sqlite
    from rpa.database.versions import HEAD, behind, must_be_known, version_of

    version = version_of(engine)
    must_be_known(engine, version)
    if version in ("", HEAD):
        return version and f"version {version}, up to date"
    if not is_sqlite(engine.url):
        raise behind(engine, version)
    return f"version {version}; the next command upgrades it to {HEAD}"


def notifications_check(settings: Settings) -> Check:
    """How many places are to be told, and of which kinds; of a URL nothing else is shown."""
    from rpa.queue.apprising import NO_URL, scheme

    kinds = [scheme(url) for url in settings.notify_places]
    wrong = [str(number) for number, kind in enumerate(kinds, 1) if kind == NO_URL]
    if wrong:
        why = f"of RPA_NOTIFY_URLS, number {', '.join(wrong)} is no URL; write it as mailto://..., slack://..."
        return Check("notifications", ok=False, message=why)
    if not kinds:
        return Check("notifications", ok=True, message="none: notices are kept and shown by `rpa notices`")
    places = f"{len(kinds)} URL{'' if len(kinds) == 1 else 's'} ({', '.join(kinds)})"
    return Check("notifications", ok=True, message=f"{places}; `rpa notices --test` sends a message to each")

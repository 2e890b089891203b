"""Where the database is: its URL, read and told without ever repeating it, as it may hold a password (promise 15)."""

import re
from urllib.parse import unquote, unquote_plus

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from rpa.database.errors import DatabaseNotOpened

MALFORMED = (
    "RPA_DATABASE_URL is not a database's URL; write it as postgresql://USER:PASSWORD@HOST:5432/DATABASE, "
    "or sqlite:////PATH"
)
DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",  # as hosting providers write it
    "postgresql+psycopg": "postgresql+psycopg",
}
_SIGN_IN = re.compile(r"[\w+]+://(?:[^:/]*(?::(?P<password>[^@]*))?@)?")
"""What stands before the host; as SQLAlchemy divides it."""
_IN_QUERY = re.compile(r"[?&](?:password|sslpassword)=([^&]*)")


def address_of(url: str) -> URL:
    """The URL with the driver that this program has. Raises DatabaseNotOpened."""
    try:
        place = make_url(url)
    except (ArgumentError, ValueError):  # the message of a ValueError may hold a piece of the password
        raise DatabaseNotOpened(MALFORMED) from None
    if "@" in _SIGN_IN.sub("", url, count=1) and not is_sqlite(place):  # what follows it is a piece of the password
        raise DatabaseNotOpened(
            "RPA_DATABASE_URL cannot be taken apart: in its user name and password, write @ as %40, : as %3A, "
            "/ as %2F, % as %25"
        )
    if place.drivername not in DRIVERS:
        raise DatabaseNotOpened(
            f'RPA_DATABASE_URL begins with "{place.drivername}://"; this program works with sqlite:/// '
            "and postgresql:// only"
        )
    return place.set(drivername=DRIVERS[place.drivername])


def secrets_of(url: str) -> tuple[str, ...]:
    """The passwords in a database's URL, as they are and as they are written there; of a URL that can't be read too."""
    begins = _SIGN_IN.match(url)
    written = [begins["password"] if begins else "", *_IN_QUERY.findall(url)]
    forms = {form: None for one in written if one for form in (one, unquote(one), unquote_plus(one))}
    return tuple(forms)


def is_sqlite(place: URL) -> bool:
    return place.get_backend_name() == "sqlite"


def server_of(place: URL) -> str:
    """The PostgreSQL server, for people."""
    told = place.host or place.query.get("host") or "this machine"
    host = told if isinstance(told, str) else ", ".join(told)
    return f"PostgreSQL on {host}" + (f", port {place.port}" if place.port else "")


def name_of(place: URL) -> str:
    """The database, for people."""
    if is_sqlite(place):
        return f"the database {place.database or 'in memory'}"
    return f'the database "{place.database or place.username or ""}" ({server_of(place)})'

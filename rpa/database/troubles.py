"""What PostgreSQL says when it cannot be worked with, as one sentence that says what to do; and which troubles pass."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rpa.database.address import MALFORMED, is_sqlite, name_of, secrets_of, server_of
from rpa.database.errors import DatabaseNotOpened

_BY_STATE = {
    "42501": "{user} may not make tables in {database}; make it the database's owner, or GRANT CREATE ON SCHEMA public",
    "55P03": "{database} is in use: its tables stayed locked for long; try again when the other program is done",
}
"""By SQLSTATE, of statements."""
_BY_WORDS = (
    (r"password authentication failed|no password supplied|role .* does not exist",
     "{server} does not let {user} in; correct user name and password in RPA_DATABASE_URL"),
    (r"database .* does not exist", "{database} does not exist; create it, or correct its name in RPA_DATABASE_URL"),
    (r"starting up|shutting down|recovery", "{server} is starting or stopping; try again in a few seconds"),
    (r"too many clients|connection slots", "{server} has too many connections; end some, or raise its max_connections"),
    (r"Connection refused|resolve host|No such file|time.?out|expired|unreachable|No route|closed the connection",
     "{server} cannot be reached ({said}); start it, or correct RPA_DATABASE_URL"),
)  # fmt: skip
"""When connecting, libpq gives no code. On a server that speaks another language the last resort takes over."""
_PREAMBLE = re.compile(r"^.*(?:failed|FATAL|is bad):\s+")

_PASS = re.compile(r"08|57P0|53300|40001|40P01|55P03")
"""SQLSTATE: the connection broke, the server stops or starts, it has no room for one more, somebody else was faster."""


def passes(error: Exception) -> bool:
    """Whether the database is only away, or in use: there is nothing to mend, it is waited for. A full disk does not pass."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, OperationalError):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return error.orig.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    state = getattr(error.orig, "sqlstate", None)  # none: no server answered
    return state is None or _PASS.match(state) is not None


@contextmanager
def telling(place: URL) -> Iterator[None]:
    """What PostgreSQL refuses within is told as DatabaseNotOpened; what SQLite refuses passes as it is."""
    try:
        yield
    except (ArgumentError, UnicodeError):  # found late: a port that is no number, a host name that cannot be one, ...
        raise DatabaseNotOpened(MALFORMED) from None
    except DBAPIError as error:
        if is_sqlite(place):
            raise
        raise DatabaseNotOpened(_sentence(error, place)) from None


def _sentence(error: DBAPIError, place: URL) -> str:
    whole = str(error.orig)
    said = _without_password(_PREAMBLE.sub("", whole.splitlines()[0] if whole else type(error.orig).__name__), place)
    words = {"server": server_of(place), "database": name_of(place), "said": said, "user": _user(place)}
    state = getattr(error.orig, "sqlstate", None)
    if state in _BY_STATE:
        return _BY_STATE[state].format(**words)
    for pattern, sentence in _BY_WORDS:
        if re.search(pattern, whole):
            return sentence.format(**words)
    return "{database} cannot be used: {said}; correct RPA_DATABASE_URL, or see the server's log".format(**words)


def _user(place: URL) -> str:
    return f'the user "{place.username}"' if place.username else "this machine's user"


def _without_password(said: str, place: URL) -> str:
    # No message was seen to hold it; a server's own words are not ours to vouch for.
    for secret in sorted(secrets_of(place.render_as_string(hide_password=False)), key=len, reverse=True):
        said = said.replace(secret, "***")
    return said

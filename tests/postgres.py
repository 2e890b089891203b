"""PostgreSQL for tests: `postgres_url` is an empty database, on one server for all of this run's processes."""

import fcntl
import json
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.postgres_server import NEEDS_PASSWORD, NotStarted, PostgresServer, as_nobody

PASSWORD = "the-right-one"
PREFIX = "rpa-tests-postgres-"
TEMPORARY = Path(tempfile.gettempdir())  # not pytest's own: that is closed to the server's user


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server that all processes of this run share; not to be restarted."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"alone-{os.getpid()}"
    server = PostgresServer(TEMPORARY / f"{PREFIX}{run[:12]}")
    with starting():
        _join(server)
    yield server
    _leave(server)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database, for one test."""
    with database_on(postgres_server) as url:
        yield url


@contextmanager
def database_on(server: PostgresServer) -> Iterator[str]:
    """An empty database; dropped at the end, whoever is still connected to it."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    carry_out(server, f"CREATE DATABASE {name}")
    try:
        yield server.url(name)
    finally:
        carry_out(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_alone() -> Iterator[PostgresServer]:
    """A server of the test's own, which may be restarted; takes a second."""
    server = PostgresServer(TEMPORARY / f"{PREFIX}{uuid.uuid4().hex[:12]}")
    with starting():
        _join(server)
    yield server
    _leave(server)


@contextmanager
def starting() -> Iterator[None]:
    """A machine without PostgreSQL has not tested it: that is a failure, with a reason."""
    try:
        yield
    except (NotStarted, OSError) as error:
        pytest.fail(f"the tests' PostgreSQL could not be started: {error}", pytrace=False)


def carry_out(server: PostgresServer, statement: str) -> None:
    """Outside of any transaction, as the server's owner."""
    with closing(psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True)) as connection:
        connection.execute(statement.encode())


def _join(server: PostgresServer) -> None:
    with _one_at_a_time():
        _sweep()
        users = _users(server.folder)
        if not users:
            try:
                server.start()
                carry_out(server, f"CREATE ROLE {NEEDS_PASSWORD} LOGIN PASSWORD '{PASSWORD}'")
            except BaseException:
                server.stop()
                raise
        _write(server.folder, [*users, os.getpid()])


def _leave(server: PostgresServer) -> None:
    with _one_at_a_time():
        left = [pid for pid in _users(server.folder) if pid != os.getpid()]
        if left:
            _write(server.folder, left)
        elif server.folder.exists():
            server.stop()


def _sweep() -> None:
    """Servers of runs that were killed: nobody else would end them."""
    for folder in TEMPORARY.glob(f"{PREFIX}*"):
        if folder.stat().st_uid == as_nobody().get("user", os.geteuid()) and not _users(folder):
            PostgresServer(folder).stop()


def _users(folder: Path) -> list[int]:
    """The live processes that use the server in `folder`."""
    file = folder / "users"
    return [pid for pid in json.loads(file.read_text()) if _alive(pid)] if file.exists() else []


def _write(folder: Path, users: list[int]) -> None:
    (folder / "users").write_text(json.dumps(users))


def _alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Among all processes: the temporary folder itself is locked, so that no lock file is left in it."""
    handle = os.open(TEMPORARY, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)

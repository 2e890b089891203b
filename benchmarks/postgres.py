"""A PostgreSQL server for a measurement: the tests' own, with what it promises its users switched on again."""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from benchmarks.report import NoResult
from tests.postgres_server import NotStarted, PostgresServer


@contextmanager
def running() -> Iterator[PostgresServer]:
    """Commits are on the disk, as they are in earnest. Raises NoResult."""
    with tempfile.TemporaryDirectory(prefix="rpa-bench-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the server has a user of its own
        server = PostgresServer(Path(folder) / "server")
        try:
            server.start()
            for name in ("fsync", "full_page_writes"):
                carry_out(server, f"ALTER SYSTEM SET {name} = on")
            carry_out(server, "SELECT pg_reload_conf()")
            yield server
        except (NotStarted, OSError) as error:
            raise NoResult(f"PostgreSQL could not be started: {error}") from error
        finally:
            server.stop()


def new_database(server: PostgresServer) -> str:
    """The URL of an empty one."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    carry_out(server, f"CREATE DATABASE {name}")
    return server.url(name)


def carry_out(server: PostgresServer, statement: str) -> None:
    """Outside of any transaction, as the server's owner."""
    with closing(psycopg.connect(server.url().replace("+psycopg", ""), autocommit=True)) as connection:
        connection.execute(statement.encode())

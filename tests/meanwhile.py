"""Two transactions at once, in the one order that matters: the second comes while the first is half through.

Neither luck nor clocks decide. The first stands still before a statement of its own until the second has ended, or is
known to wait for it: PostgreSQL says who blocks whom, and on SQLite nobody else gets the one write lock.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, Generic, TypeVar

import pytest
from sqlalchemy import Connection, Engine, event, text

COMMIT = "COMMIT"
LOOK_SECONDS, AT_MOST = 0.01, 30.0
_BLOCKS = text("SELECT :first = ANY(pg_blocking_pids(:second))")
Value = TypeVar("Value")


class Meanwhile(Generic[Value]):
    """What is done on another thread while this one stands still."""

    def __init__(self, engine: Engine, before: str, act: Callable[[], Value], threads: ThreadPoolExecutor) -> None:
        self._engine, self._before, self._act, self._threads = engine, before, act, threads
        self._first, self._second = threading.get_ident(), 0
        self._pid = 0  # of the server's process that carries out a statement of the other thread
        self._future: Future[Value] | None = None
        self.waited = False
        """Whether it could not end before this thread's transaction had."""

    def result(self) -> Value:
        """What it returned. Raises what it raised."""
        assert self._future is not None, f"this thread came to no {self._before}"
        return self._future.result(AT_MOST)

    def executes(self, _connection: object, cursor: Any, statement: str, *_: object) -> None:
        """A statement is about to be carried out, by any thread."""
        if threading.get_ident() == self._second and self._engine.dialect.name == "postgresql":
            self._pid = cursor.connection.info.backend_pid
        if self._before != COMMIT and self._before in statement:
            self._stand_still(cursor.connection)

    def executed(self, *_: object) -> None:
        if threading.get_ident() == self._second:
            self._pid = 0  # from here on its connection may be somebody else's

    def commits(self, connection: Connection) -> None:
        if self._before == COMMIT:
            self._stand_still(connection.connection.dbapi_connection)

    def _stand_still(self, mine: Any) -> None:
        if self._future is not None or threading.get_ident() != self._first:
            return
        locked = self._engine.dialect.name == "sqlite" and self._is_locked()
        self._future = self._threads.submit(self._run)
        self.waited = locked or self._waits(mine)

    def _run(self) -> Value:
        self._second = threading.get_ident()
        return self._act()

    def _is_locked(self) -> bool:
        """Whether whoever wants to write now has to wait."""
        with closing(sqlite3.connect(str(self._engine.url.database), timeout=0)) as probe:
            try:
                probe.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                return error.sqlite_errorcode == sqlite3.SQLITE_BUSY
        return False

    def _waits(self, mine: Any) -> bool:
        """Whether it waits for this thread's transaction; False: it has ended."""
        assert self._future is not None
        ended = threading.Event()
        self._future.add_done_callback(lambda _: ended.set())
        for _ in range(int(AT_MOST / LOOK_SECONDS)):
            if ended.wait(LOOK_SECONDS):
                return False
            if self._engine.dialect.name == "postgresql" and self._is_blocked(mine.info.backend_pid):
                return True
        pytest.fail("the other thread neither ends nor waits for this one's transaction")

    def _is_blocked(self, pid: int) -> bool:
        with self._engine.connect() as connection:
            return bool(connection.execute(_BLOCKS, {"first": pid, "second": self._pid}).scalar())


@contextmanager
def meanwhile(engine: Engine, before: str, act: Callable[[], Value]) -> Iterator[Meanwhile[Value]]:
    """Within the block this thread stands still once: before the first statement that has `before` in it (or COMMIT). There
    another thread begins to `act`, and this one goes on when that has ended or waits for it.
    """
    with ThreadPoolExecutor(1) as threads:
        other = Meanwhile(engine, before, act, threads)
        told = {
            "before_cursor_execute": other.executes,
            "after_cursor_execute": other.executed,
            "commit": other.commits,
        }
        for moment, listener in told.items():
            event.listen(engine, moment, listener)
        try:
            yield other
            other.result()
        finally:
            for moment, listener in told.items():
                event.remove(engine, moment, listener)

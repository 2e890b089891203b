"""Leases: a worker may act only while its lease holds; whoever takes over its work has made sure that it does not.

A lease is extended by beats. Its holder counts its time from before a beat was written, by a clock that goes on while
the machine sleeps; others count it from when they first saw that beat, by their own clock. So no clocks are compared,
and the holder stops first. On one machine the death of a process is seen at once, by its lock file.
"""

import contextlib
import datetime as dt
import fcntl
import json
import os
import socket
import threading
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from loguru import logger
from sqlalchemy import Connection, Engine, Row, bindparam, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from flows.errors import LeaseLost
from rpa.cases.files import make_folder
from rpa.database import writing
from rpa.database.queue_tables import workers

LEASE_SECONDS = {"sqlite": 20, "postgresql": 7}
"""On SQLite another process may hold the database for long; there a death shows by the lock file."""
BEATS = 7
"""A lease is extended so many times before it would run out."""
MARGIN = 0.5
"""Clocks of two machines do not run equally fast."""
_FENCED = select(workers.c.fenced).where(workers.c.id == bindparam("lease")).with_for_update(read=True)
"""Made once: it is asked with each write of a journal."""


def boot_clock() -> float:
    """Seconds; they go on while the machine is suspended, or this process is frozen."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.clock_gettime(clock) if clock is not None else time.monotonic()


class Lease:
    """The lease of this process, as a context manager; a thread of its own extends it."""

    def __init__(self, engine: Engine, kind: str, output: Path) -> None:
        """`kind`: the command that works, for people."""
        self.id = uuid.uuid4().hex
        self._engine, self._kind, self.output = engine, kind, output
        self.seconds = LEASE_SECONDS[engine.dialect.name]
        self._file = lock_file(output, self.id)
        self._until = 0.0
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._stack = contextlib.ExitStack()
        self.desks: list[dict[str, Any]] = []
        """What each desk is doing, told with each beat."""

    def __enter__(self) -> Self:
        """Raises SQLAlchemyError, OSError."""
        self._stack.enter_context(_locked(self._file))
        started, now = boot_clock(), dt.datetime.now(dt.UTC)
        with writing(self._engine) as connection:
            row = {"id": self.id, "host": socket.gethostname(), "pid": os.getpid(), "kind": self._kind, "beat": 1}
            row |= {"started_at": now, "seen_at": now, "lease_seconds": self.seconds, "fenced": False, "desks": "[]"}
            connection.execute(insert(workers), row)
        self._until = started + self.seconds
        self._thread = threading.Thread(target=self._beat, name="lease", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the lease back: whatever is still in its name may be taken over at once."""
        self._ended.set()
        self._thread.join(timeout=self.seconds)
        self._until = 0.0
        with contextlib.suppress(SQLAlchemyError), writing(self._engine) as connection:  # else its time runs out
            connection.execute(update(workers).where(workers.c.id == self.id).values(fenced=True, desks="[]"))
        self._stack.close()
        self._file.unlink(missing_ok=True)

    @property
    def lost(self) -> bool:
        """Whether it ran out, or was taken away."""
        return self._lost.is_set() or not self.valid()

    def valid(self) -> bool:
        """Whether this process may act now. Asked before whatever leaves it."""
        return not self._lost.is_set() and boot_clock() < self._until

    def pause(self, seconds: float) -> None:
        """Wait, unless the lease is given back meanwhile."""
        self._ended.wait(seconds)

    def check(self, connection: Connection) -> None:
        """Make sure of it for the time of the caller's transaction. Raises LeaseLost."""
        if not self.valid() or connection.execute(_FENCED, {"lease": self.id}).scalar() is not False:
            self._lost.set()
            raise LeaseLost("the lease of this worker ran out and its work was taken over")

    def _beat(self) -> None:
        while not self._ended.wait(self.seconds / BEATS):
            started = boot_clock()
            try:
                self._extend(started)
            except SQLAlchemyError as error:
                logger.warning("the lease could not be extended: {}", type(error).__name__)
            if self._lost.is_set():
                return

    def _extend(self, started: float) -> None:
        beat = {"beat": workers.c.beat + 1, "seen_at": dt.datetime.now(dt.UTC), "desks": json.dumps(self.desks)}
        mine = (workers.c.id == self.id) & ~workers.c.fenced
        with self._engine.begin() as connection:
            extended = connection.execute(update(workers).where(mine).values(**beat)).rowcount
        if not extended or started >= self._until:  # once run out it stays so: work may have changed hands
            self._lost.set()
        else:
            self._until = started + self.seconds


class Watcher:
    """Which of the other workers are dead, as far as this process has watched them."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self._seen: dict[str, tuple[int, float]] = {}

    def dead(self, row: Row[Any]) -> bool:
        """Whether a row of `workers` stands for a process that does nothing any more."""
        if row.host == socket.gethostname() and let_go(lock_file(self._output, row.id)):
            return True
        beat, since = self._seen.get(row.id, (-1, 0.0))
        if beat != row.beat:
            self._seen[row.id] = (row.beat, boot_clock())
            return False
        return bool(boot_clock() - since > row.lease_seconds + MARGIN)


def lock_file(output: Path, worker: str) -> Path:
    """Held for as long as that worker's process lives."""
    return output / "workers" / f"{worker}.lock"


@contextlib.contextmanager
def _locked(path: Path) -> Any:
    make_folder(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def let_go(path: Path) -> bool:
    """Whether the lock file is there and nobody holds it."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:  # not there, or another user's: then the beat tells
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True

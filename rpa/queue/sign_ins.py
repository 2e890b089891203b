"""One sign-in at a time, over all desks and workers; none after one that failed, until a person releases the line.

Eight desks that start at once with a password that was changed would lock the robot's user out.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from flows.errors import Interrupted, NeedsHuman
from rpa.database import writing
from rpa.database.queue_tables import account_locks
from rpa.line import Line
from rpa.queue.jobs import now
from rpa.queue.leases import Lease
from rpa.queue.outbox import line_stopped

SIGN_IN = "(sign-in)"
"""Locked as an account is; no account has such a number."""
LOOK_SECONDS = 0.2
_ONE = threading.Lock()
"""In this process."""


class SignInTurns:
    """Who signs in next; for `rpa.robot.Robot`."""

    def __init__(self, engine: Engine, line: Line, lease: Lease) -> None:
        self._engine, self._line, self._lease = engine, line, lease

    @contextmanager
    def __call__(self, heard: Callable[[], None]) -> Iterator[None]:
        """Wait for the turn; `heard` is told meanwhile that all is well. A refusal within the block closes the line.

        Raises Interrupted if the line is closed, LeaseLost, SQLAlchemyError.
        """
        while not _ONE.acquire(timeout=LOOK_SECONDS):
            heard()
        try:
            with self._row(heard):
                yield
        finally:
            _ONE.release()

    @contextmanager
    def _row(self, heard: Callable[[], None]) -> Iterator[None]:
        """The turn among processes."""
        while not self._locked():
            heard()
            self._lease.pause(LOOK_SECONDS)
        try:
            if closed := self._line.closed:
                raise Interrupted(str(closed))
            yield
        except NeedsHuman as refused:
            if refused.code == "sign_in":
                self._close(refused.message)
            raise
        finally:
            self._let_go()

    def _locked(self) -> bool:
        row = {"account_number": SIGN_IN, "request_id": SIGN_IN, "worker": self._lease.id, "at": now()}
        try:
            with writing(self._engine) as connection:
                self._lease.check(connection)
                connection.execute(insert(account_locks), row)
        except IntegrityError:
            return self._is_ours()
        return True

    def _is_ours(self) -> bool:
        """A turn of this process that was over, and could not be given back."""
        query = select(account_locks.c.worker).where(account_locks.c.account_number == SIGN_IN)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar() == self._lease.id

    def _close(self, why: str) -> None:
        if self._line.stop(f"the sign-in failed: {why}"):
            with writing(self._engine) as connection:
                line_stopped(connection, f"the sign-in failed: {why}")

    def _let_go(self) -> None:
        mine = (account_locks.c.account_number == SIGN_IN) & (account_locks.c.worker == self._lease.id)
        with contextlib.suppress(SQLAlchemyError), writing(self._engine) as connection:  # else it is found to be ours
            connection.execute(delete(account_locks).where(mine))

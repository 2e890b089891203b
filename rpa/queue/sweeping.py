"""Taking over: what a dead worker had in hand goes back into the queue, without a person's hand."""

import datetime as dt
from pathlib import Path

from loguru import logger
from sqlalchemy import Connection, delete, select, update

from rpa.database.queue_tables import account_locks, jobs, rechecks, workers
from rpa.queue.engine import TIDIED, Entry
from rpa.queue.jobs import REQUEST, Jobs, State
from rpa.queue.leases import Watcher, let_go
from rpa.queue.rechecks import RECHECK, Rechecks, overdue

KEPT, ORPHANED = dt.timedelta(days=1), dt.timedelta(minutes=1)
_NOT_FENCED, _FENCED = select(workers).where(~workers.c.fenced), select(workers.c.id).where(workers.c.fenced)
_LEFT = (
    select(jobs.c.worker)
    .where(jobs.c.worker.in_(_FENCED))
    .union(
        select(account_locks.c.worker).where(account_locks.c.worker.in_(_FENCED)),
        select(rechecks.c.worker).where(rechecks.c.worker.in_(_FENCED)),
    )
)
"""Asked each second, so made once."""


def sweep(queue: Jobs, watcher: Watcher, mine: str) -> list[str]:
    """Look for workers that died and take over what they had; returns their ids. Raises SQLAlchemyError."""
    handed = queue.waiting.handed_out()  # first: a worker that is seen later was not there yet
    with queue.engine.connect() as connection:
        rows = list(connection.execute(_NOT_FENCED))
        left = _with_something_left(connection)
    alive = {row.id for row in rows}
    dead = [row.id for row in rows if row.id != mine and watcher.dead(row)]
    # fenced, and yet given an entry before it noticed; or ended between an entry and its job
    gone = [worker for worker in handed if worker not in alive]
    for worker in dict.fromkeys([*dead, *left, *gone]):
        take_over(queue, worker)
    return dead


def _with_something_left(connection: Connection) -> list[str]:
    """Workers that have given back or lost their lease, and yet have work in their name."""
    return [str(one) for one in connection.execute(_LEFT).scalars()]


def take_over(queue: Jobs, worker: str) -> None:
    """Fence a worker, and put back all that it had, in one transaction. From then on it can't write, nor set out an
    effect; what it may have set out before is found in the journal. Raises SQLAlchemyError.
    """
    handed = queue.waiting.handed_out(worker).get(worker, [])
    with queue.transaction() as connection:
        connection.execute(update(workers).where(workers.c.id == worker).values(fenced=True))
        connection.execute(delete(account_locks).where(account_locks.c.worker == worker))
        mine = select(jobs.c.request_id).where(jobs.c.worker == worker)
        held = list(connection.execute(mine.order_by(jobs.c.request_id)).scalars())  # as `Jobs.tell` locks them
        for request_id in held:
            queue.put_back(connection, request_id, "taken over from a worker that died")
        for entry in handed:
            put_back_if_not_begun(queue, connection, entry)
        read = Rechecks(queue.waiting).put_back_those_of(connection, worker)
    queue.waiting.forget(handed)
    if held or read or handed:
        logger.warning("worker {} is gone: {} requests taken over", worker, len(held) + read or len(handed))


def tidy(queue: Jobs, output: Path) -> None:
    """Forget what nobody asks for any more: finished entries of the engine, workers that ended, lock files of the dead.

    Raises SQLAlchemyError.
    """
    before = dt.datetime.now(dt.UTC) - KEPT
    while queue.waiting.tidy(before) == TIDIED:
        pass
    with queue.transaction() as connection:
        connection.execute(delete(workers).where(workers.c.fenced, workers.c.seen_at < before))
    with queue.engine.connect() as connection:
        known = set(connection.execute(select(workers.c.id).where(~workers.c.fenced)).scalars())
    for file in (output / "workers").glob("*.lock"):
        if file.stem not in known and let_go(file):
            file.unlink(missing_ok=True)


class Strays:
    """Of this worker itself: entries that the engine handed out and that never reached a desk, and what is in its name
    though no desk has it in hand: a commit whose answer was lost, a failure that nobody foresaw.
    """

    def __init__(self) -> None:
        self._before: set[str] = set()
        self._held_before: set[tuple[str, str]] = set()

    def put_back(self, queue: Jobs, worker: str, known: set[str]) -> None:
        """Put back those that were missing the last time too: at any moment some are on their way. Raises SQLAlchemyError."""
        missing = [entry for entry in queue.waiting.handed_out(worker).get(worker, []) if entry.id not in known]
        strays = [entry for entry in missing if entry.id in self._before]
        self._before = {entry.id for entry in missing}
        if strays:
            with queue.transaction() as connection:
                for entry in strays:
                    put_back_if_not_begun(queue, connection, entry)
            queue.waiting.forget(strays)
        self._put_back_held(queue, worker, {tuple(one.split(":")[:2]) for one in known})

    def _put_back_held(self, queue: Jobs, worker: str, in_hand: set[tuple[str, ...]]) -> None:
        with queue.engine.connect() as connection:
            mine = connection.execute(select(jobs.c.request_id).where(jobs.c.worker == worker)).scalars()
            held = {(REQUEST, str(one)) for one in mine}
            read = connection.execute(select(rechecks.c.position).where(rechecks.c.worker == worker)).scalars()
            held |= {(RECHECK, str(one)) for one in read}
        lost = {one for one in held if one not in in_hand}
        for kind, key in lost & self._held_before:
            logger.error("{} {} was in this worker's name, and in nobody's hand: put back", kind, key)
            with queue.transaction() as connection:
                _put_back_held(queue, connection, worker, kind, key)
        self._held_before = lost


def _put_back_held(queue: Jobs, connection: Connection, worker: str, kind: str, key: str) -> None:
    if kind == REQUEST:
        if queue.let_go(connection, key, worker):
            queue.put_back(connection, key, "it was lost at a desk")
        return
    again = Rechecks(queue.waiting)
    query = select(rechecks.c.request_id).where(rechecks.c.position == int(key), rechecks.c.worker == worker)
    request_id = connection.execute(query).scalar()
    if request_id is not None:
        gone = (account_locks.c.request_id == request_id) & (account_locks.c.worker == worker)
        connection.execute(delete(account_locks).where(gone))
        again.put_back(connection, int(key))


def put_back_orphans(queue: Jobs) -> list[str]:
    """Of the jobs and re-checks that could have been begun longest ago, those whose entry the engine has no more; returns
    their ids.

    There should be none: an entry is finished only when its job was taken, ended or put back. Raises SQLAlchemyError.
    """
    before = dt.datetime.now(dt.UTC) - ORPHANED
    ready = jobs.c.not_before.is_(None) | (jobs.c.not_before < before)
    query = select(jobs.c.request_id, jobs.c.turn).where(jobs.c.state == State.WAITING, jobs.c.since < before, ready)
    with queue.engine.connect() as connection:
        rows = connection.execute(query.order_by(jobs.c.since).limit(TIDIED))
        entries = [Entry(REQUEST, row.request_id, row.turn) for row in rows]
        entries += overdue(connection, before, TIDIED)
    orphans = queue.waiting.missing(entries)
    for entry in orphans:
        with queue.transaction() as connection:
            put_back_if_not_begun(queue, connection, entry)
    return [entry.key for entry in orphans]


def put_back_if_not_begun(queue: Jobs, connection: Connection, entry: Entry) -> None:
    """An entry that was handed out while its job, or its re-check, still waits at that turn."""
    if entry.kind == RECHECK:
        Rechecks(queue.waiting).put_back_if_not_begun(connection, entry)
    if entry.kind != REQUEST:
        return
    query = select(jobs.c.state, jobs.c.turn).where(jobs.c.request_id == entry.key)
    row = connection.execute(query.with_for_update()).first()
    if row is not None and row.state == State.WAITING and row.turn == entry.turn:
        queue.put_back(connection, entry.key, "")

"""Who works, and what is being done at each desk."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from rpa.database.queue_tables import jobs, rechecks, workers
from rpa.database.tables import requests
from rpa.queue.jobs import State

FROM_QUEUE = frozenset({"work", "run"})
"""The commands that take what waits; others work on the one request that they were given."""
SKEW = dt.timedelta(seconds=5)
"""Clocks of two machines may differ so much."""


@dataclass(frozen=True)
class Account:
    """Whom a request is about, as it was accepted."""

    number: str
    name: str

    @classmethod
    def of(cls, content: str) -> "Account":
        """From `requests.content`."""
        told = json.loads(content)
        return cls(str(told.get("account_number", "")), str(told.get("account_name", "")))


@dataclass(frozen=True)
class Doing:
    """A request that is being worked on, or read again."""

    request_id: str
    account: Account
    step: str
    """Clause and title, or which re-check; empty: nothing was begun yet."""
    since: dt.datetime | None
    """None: not known."""


@dataclass(frozen=True)
class DeskSeen:
    number: int | None
    """None: a command that works on one request has no desks."""
    bytes: int
    """Of its browser, when it was last looked at; 0: not known."""
    doing: Doing | None
    """None: it is free."""


@dataclass(frozen=True)
class WorkerSeen:
    """A process that holds a lease."""

    id: str
    host: str
    pid: int
    kind: str
    """The command: work, run, cancel, ..."""
    started_at: dt.datetime
    seen_at: dt.datetime
    """Its last beat, by its own clock."""
    lease_seconds: int
    desks: tuple[DeskSeen, ...]

    def silent(self, now: dt.datetime) -> dt.timedelta:
        """Since its last beat."""
        return max(now - self.seen_at, dt.timedelta())

    def late(self, now: dt.datetime) -> bool:
        """Whether it may be dead: its lease has run out, and nobody has taken over yet."""
        return self.silent(now) > dt.timedelta(seconds=self.lease_seconds) + SKEW


@dataclass(frozen=True)
class Crew:
    workers: tuple[WorkerSeen, ...]
    """Those that were not taken for dead, the oldest first."""
    left: tuple[Doing, ...]
    """Still in the name of a worker that is gone: the next sweep of any other takes them over."""

    @property
    def takes(self) -> bool:
        """Whether anybody takes what waits."""
        return any(worker.kind in FROM_QUEUE for worker in self.workers)

    @property
    def desks(self) -> int:
        """How many desks all workers have."""
        return sum(len(worker.desks) for worker in self.workers)


def crew(connection: Connection) -> Crew:
    """The workers and what they do, in the caller's transaction."""
    query = (
        select(jobs.c.request_id, jobs.c.worker, jobs.c.desk, jobs.c.step, jobs.c.since, requests.c.content)
        .join(requests, requests.c.id == jobs.c.request_id)
        .where(jobs.c.state == State.WORKING)
        .order_by(jobs.c.since)
    )
    theirs: dict[str | None, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        theirs[row.worker].append(row)
    alive = select(workers).where(~workers.c.fenced).order_by(workers.c.started_at, workers.c.id)
    again = _rechecks(connection)
    seen = tuple(_worker(row, theirs.pop(row.id, []), again) for row in connection.execute(alive))
    return Crew(seen, tuple(_doing(row) for rows in theirs.values() for row in rows))


def _rechecks(connection: Connection) -> dict[tuple[str, str], Doing]:
    """Those that are being read: by worker, and what its desk says it does."""
    told = (rechecks.c.position, rechecks.c.worker, rechecks.c.occasion, rechecks.c.request_id, requests.c.content)
    of_it = requests.c.id == rechecks.c.request_id
    query = select(*told).join(requests, of_it).where(rechecks.c.state == "working")
    return {
        (row.worker, str(row.position)): Doing(
            row.request_id, Account.of(row.content), f"re-check: {row.occasion}", None
        )
        for row in connection.execute(query)
    }


def _worker(row: Row[Any], mine: Iterable[Any], again: Mapping[tuple[str, str], Doing]) -> WorkerSeen:
    """Which request a desk works on is told by the job, which is never late; its memory by the last beat."""
    told = {int(desk["desk"]): desk for desk in json.loads(row.desks)}
    doing = {job.desk: _doing(job) for job in mine}
    numbers = sorted({*told, *doing}, key=lambda number: (number is None, number))
    desks = tuple(
        DeskSeen(
            number,
            int(told.get(number, {}).get("bytes", 0)),
            doing.get(number) or again.get((row.id, str(told.get(number, {}).get("doing", "")))),
        )
        for number in numbers
    )
    facts = (row.host, row.pid, row.kind, row.started_at, row.seen_at, row.lease_seconds)
    return WorkerSeen(row.id, *facts, desks)


def _doing(row: Any) -> Doing:
    return Doing(row.request_id, Account.of(row.content), row.step, row.since)

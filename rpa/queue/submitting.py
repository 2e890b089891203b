"""Accepting requests: durable, and in the queue, in one transaction (promise 12)."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import IntegrityError, OperationalError

from flows.model import CancellationRequest
from rpa.cases.text import clean
from rpa.database.queue_tables import batches, jobs
from rpa.queue.jobs import NORMAL, SOON, Job, Jobs, State
from rpa.queue.outbox import record
from rpa.records import Records

AT_ONCE = 500
"""So many are accepted in one transaction: others wait for it on SQLite."""
TRIES = 4
"""Two processes may accept the same request at the same moment: then one of them begins its transaction anew."""


@dataclass(frozen=True)
class Submitted:
    """What a submission found and did: each of its requests is new, was in the queue already, or had ended before."""

    batch: str
    """The batch of those that are new; where none is, the one that all are in; else empty."""
    new: int
    queued: int
    ended: int
    dates: tuple[dt.date, ...]
    """Those of the new and the queued that are waited for, each as often as a request waits for it."""


@dataclass(frozen=True)
class _Terms:
    source: str
    by: str
    time_zone: str
    priority: int
    wait_for_date: bool
    count: int

    def opening(self, request: CancellationRequest) -> dt.datetime | None:
        return opening(request.date, self.time_zone) if self.wait_for_date else None


@dataclass(frozen=True)
class _Part:
    """What became of the requests of one transaction."""

    new: int
    ended: int
    batches: set[str]
    dates: tuple[dt.date, ...]


def opening(date: dt.date, time_zone: str, *, now: dt.datetime | None = None) -> dt.datetime | None:
    """When a request of that cancellation date may be carried out: at the start of that day at the site; None: now."""
    midnight = dt.datetime.combine(date, dt.time(), ZoneInfo(time_zone)).astimezone(dt.UTC)
    return midnight if midnight > (now or dt.datetime.now(dt.UTC)) else None


def submit(
    records: Records,
    queue: Jobs,
    requests: Sequence[CancellationRequest],
    *,
    source: str,
    by: str,
    time_zone: str,
    priority: int = NORMAL,
    wait_for_date: bool = True,
    told: Callable[[int], None] = lambda _: None,
) -> Submitted:
    """Accept all, and put into the queue what is not in it. `told`: how many are durable so far; what it raises ends it.

    The same again changes nothing (promise 13), but that those go on which a person had stopped, and without waiting for
    dates those hurry which did. `Records.conflicts` was asked before. Raises RequestConflict, UnsafeId, SQLAlchemyError.
    """
    submission = _Submission(
        records, queue, _Terms(clean(source), clean(by), time_zone, priority, wait_for_date, len(requests))
    )
    for start in range(0, len(requests), AT_ONCE):
        submission.accept(requests[start : start + AT_ONCE])
        told(min(start + AT_ONCE, len(requests)))
    submission.close()
    return submission.told()


class _Submission:
    """One batch, accepted in parts."""

    def __init__(self, records: Records, queue: Jobs, terms: _Terms) -> None:
        self._records, self._queue, self._terms = records, queue, terms
        self._batch = uuid.uuid4().hex[:12]
        self._parts: list[_Part] = []

    def accept(self, offered: Sequence[CancellationRequest]) -> None:
        for left in reversed(range(TRIES)):
            try:
                with self._queue.transaction() as connection:
                    part = self._accept(connection, offered)
            except (IntegrityError, OperationalError):
                if not left:
                    raise
            else:
                self._parts.append(part)
                return

    def close(self) -> None:
        """All of the batch is in: from now on it may have its digest."""
        with self._queue.transaction() as connection:
            connection.execute(update(batches).where(batches.c.id == self._batch).values(digest_at=None))

    def told(self) -> Submitted:
        new, ended = sum(part.new for part in self._parts), sum(part.ended for part in self._parts)
        known = set[str]().union(*(part.batches for part in self._parts))
        batch = self._batch if self._batch in known else next(iter(known)) if len(known) == 1 else ""
        dates = tuple(sorted(date for part in self._parts for date in part.dates))
        return Submitted(batch, new, self._terms.count - new - ended, ended, dates)

    def _accept(self, connection: Connection, offered: Sequence[CancellationRequest]) -> _Part:
        terms = self._terms
        some = self._records.accept_in(connection, offered, terms.source)
        found = self._queue.these_in(connection, [request.id for request in some])
        lacking = [request for request in some if request.id not in found]
        ended = self._records.ended_among(connection, [request.id for request in lacking])
        new = {one.id: terms.opening(one) for one in lacking if one.id not in ended}
        unclaimed = [job.request_id for job in found.values() if job.batch is None]
        if new or unclaimed:
            self._make_batch(connection)
            connection.execute(update(jobs).where(jobs.c.request_id.in_(unclaimed)).values(batch=self._batch))
        self._queue.add_all(connection, new, priority=terms.priority, batch=self._batch, by=terms.by)
        waiting = new | {one.id: self._again(connection, one, found[one.id]) for one in some if one.id in found}
        dates = tuple(one.date for one in some if _is_far_off(waiting.get(one.id)))
        done = ended.union(job.request_id for job in found.values() if job.state is State.ENDED)
        known = {job.batch for job in found.values() if job.batch is not None}
        return _Part(len(new), len(done), known | ({self._batch} if new or unclaimed else set()), dates)

    def _make_batch(self, connection: Connection) -> None:
        """With its first request, so that none is ever empty."""
        if any(self._batch in part.batches for part in self._parts):
            return
        terms = self._terms
        now = dt.datetime.now(dt.UTC)
        row = {"source": terms.source, "submitted_by": terms.by, "at": now, "id": self._batch}
        connection.execute(insert(batches), row | {"digest_at": now})  # no digest before all of it is in (digesting.py)
        record(connection, terms.by, "submit", why=f"{_requests(terms.count)} from {terms.source}, batch {self._batch}")

    def _again(self, connection: Connection, request: CancellationRequest, job: Job) -> dt.datetime | None:
        """Until when one waits that was in the queue before."""
        at = self._terms.opening(request)
        if job.state is State.HELD:  # as it stays: whoever gives the same file may have let it go on since
            job = self._queue.change(connection, request.id) or job
        if job.state is State.HELD:
            self._queue.put_back(connection, request.id, "", at=at)
        elif job.state is State.WAITING and job.not_before is not None and not self._terms.wait_for_date:
            self._queue.hurry(connection, request.id)
        else:
            return job.not_before if job.state is State.WAITING else None
        record(connection, self._terms.by, "submit", request.id, f"again, from {self._terms.source}")
        return at


def _is_far_off(at: dt.datetime | None) -> bool:
    """Whether it waits for its date, rather than for another try."""
    return at is not None and at > dt.datetime.now(dt.UTC) + SOON


def _requests(count: int) -> str:
    return "1 request" if count == 1 else f"{count:,} requests"

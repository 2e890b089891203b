"""Where one request stands: everything the database knows of it, read at one moment."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from flows.journal import EventKind, Intent
from rpa.database import reading
from rpa.database.queue_tables import account_locks, approvals, audit, batches, jobs, rechecks, workers
from rpa.database.tables import observations, requests
from rpa.line import LineState
from rpa.queue.attention import reasons_of
from rpa.queue.crew import FROM_QUEUE
from rpa.queue.jobs import Job, State
from rpa.queue.overview import LineSeen, line_seen
from rpa.records import Records, RequestRecord
from rpa.records.projection import intents_of, place_of


@dataclass(frozen=True)
class At:
    """The worker that has the request."""

    host: str
    pid: int
    kind: str
    seen_at: dt.datetime
    gone: bool
    """It was taken for dead; the next sweep of any other takes the request over."""


@dataclass(frozen=True)
class ApprovalSeen:
    state: str
    plan_hash: str
    reasons: tuple[str, ...]
    asked_at: dt.datetime
    expires_at: dt.datetime
    by: str
    at: dt.datetime | None


@dataclass(frozen=True)
class RecheckSeen:
    occasion: str
    due: dt.datetime
    state: str
    seen: str
    done_at: dt.datetime | None


@dataclass(frozen=True)
class Deed:
    """A line of the audit trail."""

    at: dt.datetime
    who: str
    what: str
    why: str


@dataclass(frozen=True)
class Resolution:
    """A person's words after the end."""

    end: str
    why: str
    by: str
    at: dt.datetime


@dataclass(frozen=True)
class Standing:
    at: dt.datetime
    record: RequestRecord
    job: Job | None
    """None: it was accepted, and never put into the queue."""
    file: str
    """Where the batch it came with was read from; empty: not known."""
    worker: At | None
    line: LineSeen
    taken: bool
    """Whether a worker is running that takes what waits."""
    holder: str
    """Another request that is being worked on for the same account; empty: none is."""
    approvals: tuple[ApprovalSeen, ...]
    rechecks: tuple[RecheckSeen, ...]
    intents: tuple[Intent, ...]
    audit: tuple[Deed, ...]
    resolved: tuple[Resolution, ...]
    elsewhere: bool
    """The newest attempt wrote its case file into the folder of another machine."""

    @property
    def state(self) -> str:
        """A `State`; of a request that was never in the queue: "accepted", or "ended" as it has its end."""
        if self.job is not None:
            return self.job.state.value
        return "accepted" if self.record.outcome is None else State.ENDED.value

    @property
    def until(self) -> dt.datetime | None:
        """When it may go on by itself at the earliest; None: at once, or not by itself."""
        if self.job is not None and self.job.state is State.WAITING:
            return max((one for one in (self._not_before, self.line.until) if one is not None), default=None)
        asked = [one.expires_at for one in self.approvals if one.state == "waiting"]
        return asked[-1] if self.state == State.WAITING_APPROVAL and asked else None

    @property
    def _not_before(self) -> dt.datetime | None:
        then = self.job.not_before if self.job is not None else None
        return then if then is not None and then > self.at else None

    @property
    def waits_for(self) -> tuple[str, ...]:
        """All that must come before it can go on, in sentences; empty: it doesn't wait."""
        job = self.job
        if job is None:
            return () if self.record.outcome else (f"nobody has put it into the queue: rpa retry {self._id}",)
        if job.state is State.WAITING_APPROVAL:
            return (f"its plan waits for a person: rpa approve {self._id} --by NAME",)
        if job.state is State.HELD:
            return (f"{job.why or 'it was stopped by whoever ran it'}; to go on: rpa retry {self._id}",)
        return tuple(self._of_waiting(job)) if job.state is State.WAITING else ()

    def _of_waiting(self, job: Job) -> list[str]:
        found = [job.why or "it waits for its date"] if self._not_before is not None else []
        if self.line.state is not LineState.OPEN:
            found.append(f"the line is {self.line.state.value}: {self.line.why}")
        if self.holder:
            found.append(f"account {self.record.request.account_number} is being worked on for request {self.holder}")
        if not self.taken:
            found.append("no worker is running: rpa work")
        if not found:
            found.append("it waits for its turn" + (f"; it was put back: {job.why}" if job.why else ""))
        return found

    @property
    def _id(self) -> str:
        return self.record.request.id


def standing(records: Records, request_id: str, now: dt.datetime | None = None) -> Standing:
    """Where the request of that id, or the only one whose id begins so, stands. Raises NoSuchRequest, SQLAlchemyError."""
    with reading(records.engine) as connection:
        now = now or dt.datetime.now(dt.UTC)
        record = records.find_in(connection, request_id)
        found = record.request.id
        row = connection.execute(select(jobs).where(jobs.c.request_id == found)).first()
        job = None if row is None else Job.of(row)
        place = place_of(connection, found)
        return Standing(
            at=now,
            record=record,
            job=job,
            file=_file(connection, job),
            worker=_worker(connection, job),
            line=line_seen(connection, now),
            taken=_is_taken(connection),
            holder=_holder(connection, found),
            approvals=tuple(map(_approval, _rows(connection, approvals, found))),
            rechecks=tuple(map(_recheck, _rows(connection, rechecks, found))),
            intents=tuple(intents_of(connection, found)),
            audit=tuple(Deed(row.at, row.who, row.what, row.why) for row in _rows(connection, audit, found)),
            resolved=_resolutions(connection, found),
            elsewhere=place not in {"", records.place},
        )


def _rows(connection: Connection, table: Any, request_id: str) -> Sequence[Row[Any]]:
    query = select(table).where(table.c.request_id == request_id).order_by(table.c.position)
    return connection.execute(query).all()


def _file(connection: Connection, job: Job | None) -> str:
    if job is None or job.batch is None:
        return ""
    return str(connection.execute(select(batches.c.source).where(batches.c.id == job.batch)).scalar() or "")


def _worker(connection: Connection, job: Job | None) -> At | None:
    if job is None or job.worker is None:
        return None
    row = connection.execute(select(workers).where(workers.c.id == job.worker)).first()
    return None if row is None else At(row.host, row.pid, row.kind, row.seen_at, row.fenced)


def _is_taken(connection: Connection) -> bool:
    query = select(workers.c.id).where(~workers.c.fenced, workers.c.kind.in_(FROM_QUEUE))
    return connection.execute(query.limit(1)).first() is not None


def _holder(connection: Connection, request_id: str) -> str:
    number = select(requests.c.account_number).where(requests.c.id == request_id).scalar_subquery()
    query = select(account_locks.c.request_id).where(account_locks.c.account_number == number)
    return str(connection.execute(query.where(account_locks.c.request_id != request_id)).scalar() or "")


def _approval(row: Row[Any]) -> ApprovalSeen:
    told = (row.asked_at, row.expires_at, row.by, row.at)
    return ApprovalSeen(row.state, row.plan_hash, reasons_of(row.reasons), *told)


def _recheck(row: Row[Any]) -> RecheckSeen:
    return RecheckSeen(row.occasion, row.due, row.state, row.seen, row.done_at)


def _resolutions(connection: Connection, request_id: str) -> tuple[Resolution, ...]:
    of_it = (observations.c.request_id == request_id, observations.c.kind == EventKind.RESOLVED.value)
    query = select(observations.c.data, observations.c.at).where(*of_it).order_by(observations.c.seq)
    return tuple(_resolution(json.loads(row.data), row.at) for row in connection.execute(query))


def _resolution(data: dict[str, Any], at: dt.datetime) -> Resolution:
    return Resolution(str(data.get("as", "")), str(data.get("why", "")), str(data.get("by", "")), at)

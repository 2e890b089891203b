"""Accepting requests: durable, and in the queue, in one transaction (promise 12)."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from flows.model import CancellationRequest
from rpa.database.queue_tables import batches, jobs
from rpa.queue.jobs import NORMAL, Jobs
from rpa.queue.outbox import record
from rpa.records import Records

AT_ONCE = 200
"""So many are accepted in one transaction: others wait for it on SQLite."""


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
) -> str:
    """Accept all, and put into the queue what is not in it; returns the batch's id. `told`: how many are durable so far.

    The same again changes nothing (promise 13). `Records.conflicts` was asked before. Raises UnsafeId, SQLAlchemyError.
    """
    batch = uuid.uuid4().hex[:12]
    now = dt.datetime.now(dt.UTC)
    with queue.transaction() as connection:
        # no digest before all of it is in (rpa/queue/digesting.py)
        row = {"id": batch, "source": source, "submitted_by": by, "at": now, "digest_at": now}
        connection.execute(insert(batches), row)
        record(connection, by, "submit", why=f"{len(requests)} from {source}")
    for start in range(0, len(requests), AT_ONCE):
        some = requests[start : start + AT_ONCE]
        for again in (True, False):
            try:
                _accept(records, queue, some, source, batch, by, time_zone if wait_for_date else "", priority)
                break
            except IntegrityError:  # another process accepted one of them at this moment
                if not again:
                    raise
        told(start + len(some))
    with queue.transaction() as connection:
        connection.execute(update(batches).where(batches.c.id == batch).values(digest_at=None))
    return batch


def _accept(
    records: Records, queue: Jobs, some: Sequence[CancellationRequest], source: str, batch: str, by: str, time_zone: str,
    priority: int,
) -> None:  # fmt: skip
    ids = [request.id for request in some]
    with queue.transaction() as connection:
        records.accept_in(connection, some, source)
        queued = {row.request_id: row for row in connection.execute(select(jobs).where(jobs.c.request_id.in_(ids)))}
        ended = {one for one in ids if one not in queued and records.ended_in(connection, one)}
        for request in some:
            if request.id not in queued and request.id not in ended:
                at = opening(request.date, time_zone) if time_zone else None
                queue.add(connection, request.id, priority=priority, not_before=at, batch=batch, by=by)
            elif request.id in queued and not time_zone and queued[request.id].not_before is not None:
                queue.hurry(connection, request.id)
        unclaimed = jobs.c.request_id.in_(ids) & jobs.c.batch.is_(None)
        connection.execute(update(jobs).where(unclaimed).values(batch=batch))

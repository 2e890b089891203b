"""A person moves the cancellation date of a request for which nothing was set out yet."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection

from flows.model import CancellationRequest
from rpa.queue.approval_rows import LIVE, make_void
from rpa.queue.jobs import Job, Jobs, State
from rpa.queue.outbox import record
from rpa.queue.people import TooLate
from rpa.queue.submitting import opening
from rpa.records import Records


@dataclass(frozen=True)
class Moved:
    before: CancellationRequest
    to: dt.date
    job: Job | None
    """As it is now; None: the request was never put into the queue."""


def move(records: Records, queue: Jobs, request_id: str, to: dt.date, *, by: str, time_zone: str) -> Moved:
    """Move the date, in one transaction. The form will say the new one; the request as it was accepted still fits.

    A plan that was approved has another date, so its approval is void. Raises NoSuchRequest, AlreadyEnded, AlreadyBegun,
    TooLate if it is being worked on, SQLAlchemyError.
    """
    request_id = records.find(request_id).request.id
    with queue.transaction() as connection:
        job = queue.change(connection, request_id)  # locked: from here on nobody takes it
        if job is not None and job.state is State.WORKING:
            raise TooLate(f"request {request_id} is being worked on; move it if it comes back into the queue")
        before = records.move_in(connection, request_id, to)
        if before.date != to:
            record(connection, by, "move", request_id, f"from {before.date} to {to}")
            _wait_until(queue, connection, job, opening(to, time_zone))
            make_void(connection, request_id, LIVE)
        return Moved(before, to, queue.change(connection, request_id))


def _wait_until(queue: Jobs, connection: Connection, job: Job | None, at: dt.datetime | None) -> None:
    if job is None:
        return
    if job.state is State.HELD:  # it goes on only when it is asked for
        queue.change(connection, job.request_id, not_before=at)
    else:
        queue.put_back(connection, job.request_id, "", at=at)

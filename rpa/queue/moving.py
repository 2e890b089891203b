"""A person moves the cancellation date of a request that nothing was done for yet."""

import datetime as dt

from sqlalchemy import Connection, update

from flows.model import CancellationRequest
from rpa.database.queue_tables import approvals
from rpa.database.tables import requests
from rpa.queue.jobs import Job, Jobs, State
from rpa.queue.outbox import record
from rpa.queue.people import TooLate
from rpa.queue.submitting import opening
from rpa.records import AlreadyEnded, Records


def move(
    records: Records, queue: Jobs, request_id: str, to: dt.date, *, by: str, time_zone: str
) -> tuple[CancellationRequest, Job | None]:
    """Move the date, in one transaction; returns the request as it was, and its job as it is now (None: not in the queue).

    The form will say the new date; the id stays, and the request as it was accepted still fits. A plan that was approved
    has another date, so its approval is void. Raises NoSuchRequest, AlreadyEnded, TooLate, SQLAlchemyError.
    """
    found = records.find(request_id)
    request_id = found.request.id
    with queue.transaction() as connection:
        job = queue.change(connection, request_id)  # locked first: from here on nobody takes it
        before = records.standing_in(connection, request_id)
        _must_be_movable(before, job)
        if before.request.date == to:
            return before.request, job
        connection.execute(update(requests).where(requests.c.id == request_id).values(moved_to=to))
        open_ones = (approvals.c.request_id == request_id) & approvals.c.state.in_(("waiting", "approved"))
        connection.execute(update(approvals).where(open_ones).values(state="void"))
        record(connection, by, "move", request_id, f"from {before.request.date} to {to}")
        _turn(queue, connection, job, opening(to, time_zone))
        return before.request, queue.change(connection, request_id)

"""A person has a request that ended as needs_human worked on once more."""

from flows.model import End
from rpa.queue.jobs import Jobs
from rpa.queue.outbox import record
from rpa.records import AlreadyEnded, RecordError, Records, RequestRecord, must_not_be_purged


class TooEarly(RecordError):
    """The request waits for its date; the message says what to do."""


def retry(records: Records, queue: Jobs, request_id: str, *, by: str, why: str = "") -> bool:
    """Put a needs_human request into the queue again; False: it is in the queue still, and only waits no longer.

    Raises AlreadyEnded for any other end, RequestPurged, TooEarly, NoSuchRequest, SQLAlchemyError.
    """
    request_id = records.find(request_id).request.id
    with queue.transaction() as connection:
        job = queue.change(connection, request_id)  # locked: from here on nobody purges it
        found = _to_be_tried(records.find(request_id))
        record(connection, by, "retry", request_id, why)
        if job is None:
            queue.add(connection, request_id, by=by, again=found.attempts)
            return True
        if job.awaits_date:
            earlier = "rpa move brings it forward, rpa submit --now does not wait"
            raise TooEarly(f"request {request_id} waits for its date, {found.request.date}; {earlier}")
        if queue.again(connection, request_id, found.attempts):
            return True
        queue.hurry(connection, request_id)
        return False


def _to_be_tried(found: RequestRecord) -> RequestRecord:
    """Raises AlreadyEnded, RequestPurged."""
    must_not_be_purged(found)
    request_id, outcome = found.request.id, found.outcome
    if outcome is not None and outcome.end is not End.NEEDS_HUMAN:
        raise AlreadyEnded(f"request {request_id} has its end: {outcome.end.value}; only needs_human is tried again")
    return found

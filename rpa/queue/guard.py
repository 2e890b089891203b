"""What a journal asks, within its own transaction, before it writes for a queued request (promises 7, 8, 9)."""

from sqlalchemy import Connection, bindparam, select

from flows.errors import Interrupted
from rpa.database.queue_tables import jobs
from rpa.line import Line
from rpa.queue.leases import Lease

_WITHDRAWN_BY = select(jobs.c.withdraw_by).where(jobs.c.request_id == bindparam("request")).with_for_update(read=True)


class Guard:
    """For one attempt at one request, in the name of one lease."""

    def __init__(self, lease: Lease, line: Line, request_id: str) -> None:
        self._lease, self._line, self._request_id = lease, line, request_id

    def before_write(self, connection: Connection) -> None:
        """Whether what happened may still be written down by this worker. Raises LeaseLost."""
        self._lease.check(connection)

    def before_intent(self, connection: Connection, *, first: bool) -> None:
        """Whether an effect may be set out; `first` of this request. Raises LeaseLost, Interrupted."""
        self._lease.check(connection)
        if closed := self._line.closed_in(connection, lock=True):
            raise Interrupted(str(closed))
        asked = {"request": self._request_id}
        if first and connection.execute(_WITHDRAWN_BY, asked).scalar() is not None:
            raise Interrupted("it is being withdrawn")

"""The queue in figures, as the database has it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, case, func, select

from rpa.database.queue_tables import jobs, line, notices, workers
from rpa.line import LineState
from rpa.queue.checks import CheckSeen, last_check
from rpa.queue.jobs import State

READY, LATER = "ready", "later"
"""A waiting job is one of both: it may be taken now, or its moment is still to come."""
DEPTHS = (READY, LATER, *(state.value for state in State if state is not State.WAITING))
LEASES = 2
"""A worker that was not heard of for so many of its leases is not counted as alive."""


@dataclass(frozen=True)
class QueueReading:
    """At one moment."""

    depth: dict[str, int]
    """How many jobs, by `DEPTHS`."""
    oldest_ready: float
    """Seconds since the oldest ready job could have been taken; 0: there is none."""
    line: LineState
    workers: int
    notices: int
    """That are to be sent."""
    oldest_notice: float
    """Seconds; 0: there is none."""
    check: CheckSeen | None
    """The newest that came to a comparison; None: there is none."""


def read_queue(engine: Engine) -> QueueReading:
    """Raises SQLAlchemyError."""
    now = dt.datetime.now(dt.UTC)
    with engine.connect() as connection:
        unsent = select(func.count(), func.min(notices.c.at)).where(notices.c.sent_at.is_(None))
        waiting, since = connection.execute(unsent).one()
        return QueueReading(
            _depth(connection, now),
            _age(_oldest_ready(connection, now), now),
            _line(connection, now),
            _alive(connection, now),
            int(waiting),
            _age(since, now),
            last_check(connection, done=True),
        )


def _depth(connection: Connection, now: dt.datetime) -> dict[str, int]:
    ready = jobs.c.not_before.is_(None) | (jobs.c.not_before <= now)
    which = case((jobs.c.state != State.WAITING, jobs.c.state), (ready, READY), else_=LATER)
    found = {str(name): int(number) for name, number in connection.execute(select(which, func.count()).group_by(which))}
    return {name: found.get(name, 0) for name in DEPTHS}


def _oldest_ready(connection: Connection, now: dt.datetime) -> dt.datetime | None:
    """One that has no moment could be taken since it came; another since its moment."""
    waiting = jobs.c.state == State.WAITING
    at_once = select(func.min(jobs.c.since)).where(waiting, jobs.c.not_before.is_(None))
    timed = select(func.min(jobs.c.not_before)).where(waiting, jobs.c.not_before <= now)
    found = [connection.execute(query).scalar() for query in (at_once, timed)]
    return min((moment for moment in found if moment is not None), default=None)


def _line(connection: Connection, now: dt.datetime) -> LineState:
    row = connection.execute(select(line.c.state, line.c.until).where(line.c.id == 1)).first()
    if row is None or (row.until is not None and row.until <= now):
        return LineState.OPEN
    return LineState(row.state)


def _alive(connection: Connection, now: dt.datetime) -> int:
    rows = connection.execute(select(workers.c.seen_at, workers.c.lease_seconds).where(~workers.c.fenced))
    return sum(now - row.seen_at <= LEASES * dt.timedelta(seconds=row.lease_seconds) for row in rows)


def _age(since: dt.datetime | None, now: dt.datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())

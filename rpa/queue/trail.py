"""The audit trail: who did what when."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Engine, select

from rpa.database.queue_tables import audit
from rpa.queue.jobs import Job
from rpa.records import RequestRecord


@dataclass(frozen=True)
class Deed:
    """One line of the trail."""

    at: dt.datetime
    who: str
    what: str
    request_id: str
    """Empty: it was not done to one request alone."""
    why: str


def trail(engine: Engine, request_id: str | None = None, limit: int | None = None) -> list[Deed]:
    """What people did, newest last; `limit` keeps the newest. Raises SQLAlchemyError."""
    query = select(audit).order_by(audit.c.position.desc()).limit(limit)
    if request_id is not None:
        query = query.where(audit.c.request_id == request_id)
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    return [Deed(row.at, row.who, row.what, row.request_id, row.why) for row in reversed(rows)]


def accepted(found: RequestRecord, job: Job | None) -> Deed:
    """The beginning of a request's own trail: a file of many is one line in that of all."""
    batch = f", batch {job.batch}" if job is not None and job.batch else ""
    who = job.submitted_by if job is not None else ""
    return Deed(found.accepted_at, who or "unknown", "accept", found.request.id, f"from {found.source}{batch}")

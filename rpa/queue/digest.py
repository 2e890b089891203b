"""What became of a batch: how many came to which end, which need a person, what still waits."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, func, select

from flows.model import End
from rpa.database.queue_tables import batches, jobs
from rpa.database.tables import attempts, ends, observations, requests
from rpa.queue.jobs import SOON, State

SOME = 500


@dataclass(frozen=True)
class One:
    """A request that a person may have to look at."""

    id: str
    account_number: str
    code: str


@dataclass
class Digest:
    """A batch as it stands."""

    batch: str
    source: str
    at: dt.datetime
    """It was submitted."""
    until: dt.datetime | None = None
    """Its last end; None: there was none yet."""
    ends: Counter[str] = field(default_factory=Counter)
    """How many came to each end."""
    unended: Counter[str] = field(default_factory=Counter)
    """How many are still there, by what they wait for: waiting, working, waiting_for_date, waiting_approval, held."""
    needs_human: list[One] = field(default_factory=list)
    refused: list[One] = field(default_factory=list)
    money: Decimal = Decimal()
    """What is not billed any more, by the first plans of those that were cancelled."""
    next_date: dt.datetime | None = None

    @property
    def total(self) -> int:
        """How many requests it has."""
        return self.ends.total() + self.unended.total()


def digest_of(engine: Engine, batch: str) -> Digest:
    """The batch of that id as it stands. Raises SQLAlchemyError, NoResultFound."""
    with engine.connect() as connection:
        row = connection.execute(select(batches).where(batches.c.id == batch)).one()
        digest = Digest(batch, row.source, row.at)
        cancelled = [one.id for one in _requests(connection, batch) if _count(digest, one)]
        digest.money = sum(_money(connection, cancelled), Decimal())
        return digest


def _requests(connection: Connection, batch: str) -> Iterator[Any]:
    """Each request of the batch with its job and, if its newest attempt has one, its end."""
    made = (
        select(attempts.c.request_id, func.max(attempts.c.attempt).label("attempt"))
        .join(jobs, jobs.c.request_id == attempts.c.request_id)
        .where(jobs.c.batch == batch)
        .group_by(attempts.c.request_id)
        .subquery()
    )
    query = (
        select(
            requests.c.id,
            requests.c.account_number,
            jobs.c.state,
            jobs.c.not_before,
            ends.c.end,
            ends.c.code,
            ends.c.at,
        )
        .join(jobs, jobs.c.request_id == requests.c.id)
        .outerjoin(made, made.c.request_id == jobs.c.request_id)
        .outerjoin(ends, and_(ends.c.request_id == made.c.request_id, ends.c.attempt == made.c.attempt))
        .where(jobs.c.batch == batch)
        .order_by(requests.c.position)
    )
    yield from connection.execute(query)


def _count(digest: Digest, row: Row[Any]) -> bool:
    """Count one request; whether it was cancelled by us."""
    if row.end is None or row.state != State.ENDED:  # one that is worked on once more has no end yet
        later = row.state == State.WAITING and row.not_before is not None and row.not_before > _now() + SOON
        digest.unended["waiting_for_date" if later else row.state] += 1
        if later:
            digest.next_date = min(digest.next_date or row.not_before, row.not_before)
        return False
    digest.ends[row.end] += 1
    digest.until = max(digest.until or row.at, row.at)
    one = One(row.id, row.account_number, row.code)
    if row.end == End.NEEDS_HUMAN:
        digest.needs_human.append(one)
    elif row.end == End.REFUSED:
        digest.refused.append(one)
    return bool(row.end == End.CANCELLED)


def _money(connection: Connection, ids: list[str]) -> Iterator[Decimal]:
    """Of each request what its first plan would stop: later ones were made when something had been stopped already."""
    for start in range(0, len(ids), SOME):
        some = observations.c.request_id.in_(ids[start : start + SOME])
        query = select(observations.c.request_id, observations.c.data).where(some, observations.c.kind == "plan")
        first: dict[str, str] = {}
        for row in connection.execute(query.order_by(observations.c.seq)):
            first.setdefault(row.request_id, row.data)
        plans = (json.loads(data).get("plan") or {} for data in first.values())
        yield from (Decimal(plan.get("money_stopped") or 0) for plan in plans)  # none: it was purged


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

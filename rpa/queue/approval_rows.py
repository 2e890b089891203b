"""The rows of `approvals`: what was asked for, and what became of it.

waiting ──a person says yes──> approved ──the cancellation begins──> used
   │  └──a person says no──> declined ──┐
   └──nobody in time──> expired ────────┴─> the request ends as withdrawn (not_approved)
void: the account's plan has changed since, or what was approved was not begun in time; it is asked for anew
"""

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row, func, insert, select, update

from flows.model import Plan
from rpa.database.queue_tables import approvals, jobs
from rpa.queue.jobs import State

SHOWN = 16
"""So many digits of a plan's hash are shown."""
CLOCKS = dt.timedelta(minutes=1)
"""A clock may be put right by so much; one that was put back by more would make an approval last longer."""


class Answer(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    USED = "used"
    VOID = "void"
    EXPIRED = "expired"
    DECLINED = "declined"


NO = (Answer.DECLINED, Answer.EXPIRED)
LIVE = (Answer.WAITING, Answer.APPROVED, Answer.USED)


@dataclass(frozen=True)
class Asked:
    """A row of `approvals`."""

    position: int
    request_id: str
    plan_hash: str
    plan: str
    """JSON, secrets and masked fields aside; {} once it was purged."""
    reasons: tuple[str, ...]
    asked_at: dt.datetime
    expires_at: dt.datetime
    state: Answer
    by: str
    at: dt.datetime | None

    @classmethod
    def of(cls, row: Row[Any]) -> "Asked":
        values = {name: getattr(row, name) for name in cls.__dataclass_fields__}
        return cls(**values | {"state": Answer(row.state), "reasons": tuple(json.loads(row.reasons))})

    def in_time(self, now: dt.datetime) -> bool:
        """Whether it holds now; not where the clock was put back to before it was asked for."""
        return self.asked_at - CLOCKS <= now < self.expires_at

    @property
    def short(self) -> str:
        """The plan's hash as it is shown."""
        return self.plan_hash[:SHOWN]

    def read_plan(self) -> Plan | None:
        """The plan, if it can be read."""
        try:
            return Plan.model_validate_json(self.plan)
        except ValidationError:
            return None


def moment(connection: Connection) -> dt.datetime:
    """Now, by the one clock that all who use this database share."""
    if connection.dialect.name == "postgresql":
        now: dt.datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return now.astimezone(dt.UTC)
    return _clock()


def _clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def newest(connection: Connection, request_id: str) -> Asked | None:
    """The last that was asked for a request; it stays so until the caller's transaction ends."""
    query = select(approvals).where(approvals.c.request_id == request_id).order_by(approvals.c.position.desc())
    row = connection.execute(query.limit(1).with_for_update()).first()
    return None if row is None else Asked.of(row)


def all_waiting(connection: Connection) -> list[Asked]:
    """What a person may answer to, in the order of its time."""
    query = select(approvals).join(jobs, jobs.c.request_id == approvals.c.request_id)
    query = query.where(approvals.c.state == Answer.WAITING, jobs.c.state == State.WAITING_APPROVAL)
    rows = connection.execute(query.order_by(approvals.c.expires_at, approvals.c.position))
    return [Asked.of(row) for row in rows]


def ask(connection: Connection, request_id: str, plan_hash: str, plan: str, reasons: list[str], hours: int) -> Asked:
    """Ask anew, in the place of whatever was asked for that request before."""
    make_void(connection, request_id, LIVE)
    now = moment(connection)
    row: dict[str, Any] = {"request_id": request_id, "plan_hash": plan_hash, "plan": plan, "by": ""}
    row |= {"reasons": json.dumps(reasons), "state": Answer.WAITING}
    row |= {"asked_at": now, "expires_at": now + dt.timedelta(hours=hours)}
    connection.execute(insert(approvals), row)
    asked = newest(connection, request_id)
    if asked is None:
        raise LookupError(f"what was asked for request {request_id} is not there")
    return asked


def make_void(connection: Connection, request_id: str, states: tuple[Answer, ...]) -> None:
    these = (approvals.c.request_id == request_id) & approvals.c.state.in_(states)
    connection.execute(update(approvals).where(these).values(state=Answer.VOID))


def answer(connection: Connection, asked: Asked, state: Answer, by: str) -> None:
    """Write down what became of it, and by whom."""
    values = {"state": state, "by": by, "at": moment(connection)}
    connection.execute(update(approvals).where(approvals.c.position == asked.position).values(**values))

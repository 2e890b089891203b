"""What needs a person: requests that ended so, plans to be approved, notices that nobody got."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from flows.journal import EventKind
from flows.model import End
from rpa.database.queue_tables import approvals, jobs, notices
from rpa.database.tables import attempts, ends, observations, requests
from rpa.queue.crew import Account
from rpa.queue.jobs import State

NEWEST = 5
"""So many of each are told; all are counted."""
_OF_JOB = jobs.c.request_id == approvals.c.request_id
_TO_ANSWER = (approvals.c.state == "waiting", jobs.c.state == State.WAITING_APPROVAL)
"""Of a request that was withdrawn meanwhile nobody is asked any more."""


@dataclass(frozen=True)
class Unresolved:
    """A request that ended as needs_human."""

    request_id: str
    account: Account
    code: str
    message: str
    at: dt.datetime


@dataclass(frozen=True)
class ToApprove:
    """A plan that waits for a person."""

    request_id: str
    account: Account
    reasons: tuple[str, ...]
    """Why the policy asks for it."""
    asked_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True)
class Unsent:
    """A notice in the outbox."""

    kind: str
    title: str
    at: dt.datetime
    tries: int
    error: str
    """Of the last try."""


@dataclass(frozen=True)
class Attention:
    ended_so: int
    """How many requests have needs_human as their end, resolved or not; and since the day began."""
    ended_so_today: int
    unresolved: int
    newest: tuple[Unresolved, ...]
    approvals: int
    first_approvals: tuple[ToApprove, ...]
    """Those that were asked for first."""
    unsent: int
    oldest_unsent: Unsent | None


def attention(connection: Connection, today: dt.datetime) -> Attention:
    """What needs a person, in the caller's transaction. `today`: when the day began."""
    ended_so = connection.execute(_ended_so()).all()
    unresolved = sorted((row for row in ended_so if not row.resolved), key=lambda row: row.at, reverse=True)
    plans = select(func.count()).select_from(approvals).join(jobs, _OF_JOB).where(*_TO_ANSWER)
    not_sent = select(func.count()).where(notices.c.sent_at.is_(None))
    return Attention(
        ended_so=len(ended_so),
        ended_so_today=sum(row.at >= today for row in ended_so),
        unresolved=len(unresolved),
        newest=tuple(_unresolved(connection, row.request_id, row.attempt) for row in unresolved[:NEWEST]),
        approvals=connection.execute(plans).scalar_one(),
        first_approvals=_to_approve(connection),
        unsent=connection.execute(not_sent).scalar_one(),
        oldest_unsent=_oldest_unsent(connection),
    )


def _ended_so() -> Select[Any]:
    """Ends as needs_human that hold: no attempt came after (a person's word is one), and it is not in the queue again."""
    later = exists().where(attempts.c.request_id == ends.c.request_id, attempts.c.attempt > ends.c.attempt)
    again = exists().where(jobs.c.request_id == ends.c.request_id, jobs.c.state != State.ENDED)
    of_it = (observations.c.request_id == ends.c.request_id, observations.c.attempt == ends.c.attempt)
    resolved = exists().where(*of_it, observations.c.kind == EventKind.RESOLVED.value)
    told = (ends.c.request_id, ends.c.attempt, ends.c.at, resolved.label("resolved"))
    return select(*told).where(ends.c.end == End.NEEDS_HUMAN.value, ~later, ~again)


def _unresolved(connection: Connection, request_id: str, attempt: int) -> Unresolved:
    query = (
        select(ends.c.code, ends.c.outcome, ends.c.at, requests.c.content)
        .join(requests, requests.c.id == ends.c.request_id)
        .where(ends.c.request_id == request_id, ends.c.attempt == attempt)
    )
    row = connection.execute(query).one()
    message = str(json.loads(row.outcome).get("message", ""))
    return Unresolved(request_id, Account.of(row.content), row.code, message, row.at)


def _to_approve(connection: Connection) -> tuple[ToApprove, ...]:
    query = (
        select(
            approvals.c.request_id, approvals.c.reasons, approvals.c.asked_at, approvals.c.expires_at,
            requests.c.content,
        )
        .join(requests, requests.c.id == approvals.c.request_id)
        .join(jobs, _OF_JOB)
        .where(*_TO_ANSWER)
        .order_by(approvals.c.position)
        .limit(NEWEST)
    )  # fmt: skip
    return tuple(
        ToApprove(row.request_id, Account.of(row.content), reasons_of(row.reasons), row.asked_at, row.expires_at)
        for row in connection.execute(query)
    )


def reasons_of(text: str) -> tuple[str, ...]:
    """The sentences of `approvals.reasons`."""
    try:
        told: Sequence[Any] = json.loads(text)
    except ValueError:
        return (text,) if text else ()
    return tuple(map(str, told)) if isinstance(told, list) else (text,)


def _oldest_unsent(connection: Connection) -> Unsent | None:
    told = (notices.c.kind, notices.c.title, notices.c.at, notices.c.tries, notices.c.error)
    query = select(*told).where(notices.c.sent_at.is_(None)).order_by(notices.c.position).limit(1)
    row = connection.execute(query).first()
    return None if row is None else Unsent(*row)

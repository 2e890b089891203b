"""Which requests a purge is due for."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, exists, func, select

from flows.journal import EventKind
from flows.model import End
from rpa.database.queue_tables import jobs, rechecks
from rpa.database.tables import attempts, ends, observations, requests
from rpa.records.stored import MARKED, Stored

_NO_MORE = "ended"  # rpa.queue.jobs.State
_STILL = ("waiting", "working")  # a re-check


@dataclass(frozen=True)
class PurgeOrder:
    """What is to be purged, by whose order, and what is kept."""

    ended_before: dt.datetime
    by: str
    needs_human_too: bool = False
    keep_account_number: bool = False
    traces: Path | None = None
    """The folder with a folder of traces for each request."""


class Ended(NamedTuple):
    """A request with an end."""

    request_id: str
    account_number: str
    at: dt.datetime
    """When the end was recorded, or a person's word after it."""
    place: str
    """The folder of case files that has the whole case; empty: not known."""
    watched: bool
    """Its account is still to be read again (the sentinel): it is left until then."""


def due(connection: Connection, order: PurgeOrder, *, only: str | None = None) -> list[Ended]:
    """The requests (or this one) that an order is for, oldest end first; what is being worked on is none of them.

    One that needs a human and was closed by a person (`resolved`) counts as ended from then on.
    """
    query = _newest_ends().where(ends.c.at < order.ended_before, requests.c.content.not_like(MARKED), ~_is_open())
    query = query if only is None else query.where(requests.c.id == only)
    found = []
    for row in connection.execute(query).all():
        closed = _resolved_at(connection, row.id, row.attempt) if row.end == End.NEEDS_HUMAN else None
        at = max(row.at, closed or row.at)
        settled = row.end != End.NEEDS_HUMAN or closed or order.needs_human_too
        if settled and at < order.ended_before:
            found.append(Ended(row.id, row.account_number, at, row.place, bool(row.watched)))
    return sorted(found, key=lambda one: one.at)


def begun(connection: Connection, place: str) -> list[str]:
    """The requests of this folder whose purge was begun and did not come to its end."""
    return [one for one, mark_place, done in _marked(connection) if not done and mark_place in {place, ""}]


def done_elsewhere(connection: Connection, place: str) -> list[str]:
    """The requests that were purged in another folder, after an earlier attempt had written to this one."""
    here = select(attempts.c.request_id).where(attempts.c.place == place)
    ours = set(connection.execute(here).scalars())
    return [one for one, last, done in _marked(connection) if done and last not in {place, ""} and one in ours]


def _marked(connection: Connection) -> list[tuple[str, str, bool]]:
    """Id, place, and whether it is done, of each request with a mark."""
    query = _newest_ends().add_columns(requests.c.content).where(requests.c.content.like(MARKED))
    marks = [(row, Stored.read(row.content).mark) for row in connection.execute(query)]
    return [(row.id, row.place, mark.done) for row, mark in marks if mark]


def _is_open() -> Any:
    return exists().where(jobs.c.request_id == requests.c.id, jobs.c.state != _NO_MORE)


def _newest_ends() -> Select[Any]:
    """Each request whose newest attempt has its end."""
    newest = (
        select(attempts.c.request_id, func.max(attempts.c.attempt).label("attempt"))
        .group_by(attempts.c.request_id)
        .subquery()
    )
    watched = exists().where(rechecks.c.request_id == requests.c.id, rechecks.c.state.in_(_STILL))
    of_attempt = and_(attempts.c.request_id == requests.c.id, attempts.c.attempt == newest.c.attempt)
    of_end = and_(ends.c.request_id == requests.c.id, ends.c.attempt == newest.c.attempt)
    told = (requests.c.id, requests.c.account_number, ends.c.end, ends.c.at, ends.c.attempt, attempts.c.place)
    return (
        select(*told, watched.label("watched"))
        .join(newest, newest.c.request_id == requests.c.id)
        .join(attempts, of_attempt)
        .join(ends, of_end)
    )


def _resolved_at(connection: Connection, request_id: str, attempt: int) -> dt.datetime | None:
    of_attempt = (observations.c.request_id == request_id, observations.c.attempt == attempt)
    query = select(func.max(observations.c.at)).where(*of_attempt, observations.c.kind == EventKind.RESOLVED.value)
    return connection.execute(query).scalar()

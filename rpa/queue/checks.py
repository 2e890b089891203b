"""The checks of the admin UI that workers have made, kept for people (`rpa status`) and for whoever comes next."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, or_, select

from rpa.database.queue_tables import checks
from rpa.database.tables import ends

CHECK_AFTER = frozenset({"unknown_page", "drift"})
"""Codes of an end after which the admin UI is compared before anything else is begun."""


@dataclass(frozen=True)
class CheckSeen:
    """A row of `checks`."""

    at: dt.datetime
    worker: str
    why: str
    changes: int | None
    """Since the baseline was learned; None: the admin UI could not be compared."""
    matters: int | None
    """Of these, so many matter to an effect, an identity or a proof."""
    summary: str
    folder: str
    """Of the report, on the machine of that worker; empty: none was written."""


def note(connection: Connection, check: CheckSeen) -> None:
    """Keep it, in the caller's transaction."""
    connection.execute(insert(checks), {name: getattr(check, name) for name in CheckSeen.__dataclass_fields__})


def last_check(connection: Connection, *, done: bool = False) -> CheckSeen | None:
    """The newest; with `done` the newest of those that came to a comparison."""
    query = select(checks).order_by(checks.c.position.desc()).limit(1)
    row = connection.execute(query.where(checks.c.changes.is_not(None)) if done else query).first()
    return None if row is None else CheckSeen(**{name: getattr(row, name) for name in CheckSeen.__dataclass_fields__})


def unchecked(connection: Connection) -> bool:
    """Whether an end that asks for a check came after the last one: its worker died before it could make it."""
    last = last_check(connection, done=True)
    met = ends.c.outcome.like('%"drift":"%')  # a key that an outcome has only where it met drift
    query = select(func.count()).where(or_(ends.c.code.in_(CHECK_AFTER), met))
    query = query if last is None else query.where(ends.c.at > last.at)
    return bool(connection.execute(query).scalar_one())

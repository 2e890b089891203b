"""Claiming the notices of the outbox, so that one worker at a time sends each, and many as one message.

A notice waits `GATHER`, so that others of its kind may join it. After a message of a kind was sent, the next one waits
for `CALM`, and takes along all of its kind that came meanwhile: a storm of 200 is a few messages, not 200. A notice is
claimed by moving its `not_before`: if its worker dies, another one sends it. `sent_at` with an `error` means: not sent,
and not tried any more.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, select, update

from rpa.database import writing
from rpa.database.queue_tables import notices

GATHER, CLAIM = dt.timedelta(seconds=5), dt.timedelta(minutes=5)
CALM = {"needs_human": dt.timedelta(minutes=5), "approval": dt.timedelta(minutes=5)}
CALM_OF_OTHERS = dt.timedelta(minutes=1)
TRIES, FIRST_DELAY, LONGEST_DELAY = 30, dt.timedelta(seconds=30), dt.timedelta(hours=1)
"""About a day."""
NOBODY = dt.timedelta(hours=1)
"""Where a process has no URLs, another one may have: so long a notice waits for it."""
NO_URLS = "no urls"


@dataclass(frozen=True)
class Claim:
    """Notices of one kind (rows of `notices`, oldest first, perhaps none) that this process is to send until then."""

    kind: str
    rows: list[Row[Any]]
    until: dt.datetime

    @property
    def delay(self) -> dt.timedelta:
        """How long they wait for another try if this one fails."""
        tries = max(int(row.tries) for row in self.rows)
        doubled: dt.timedelta = FIRST_DELAY * 2 ** min(tries - 1, 10)
        return min(LONGEST_DELAY, doubled)


def unsent_kinds(engine: Engine) -> list[str]:
    """The kinds of which something is to be sent. Raises SQLAlchemyError."""
    with engine.connect() as connection:
        query = select(notices.c.kind).where(notices.c.sent_at.is_(None)).distinct()
        return sorted(connection.execute(query).scalars())


def claim(engine: Engine, kind: str, *, hurry: bool) -> Claim:
    """Claim what is due of a kind; `hurry`: wait for no others to join. Raises SQLAlchemyError."""
    now = _now()
    with writing(engine) as connection:
        if not hurry and _told_lately(connection, kind, now):
            return Claim(kind, [], now)
        ripe = now if hurry else now - GATHER
        free = notices.c.not_before.is_(None) & (notices.c.at <= ripe) | (notices.c.not_before <= now)
        due = (notices.c.kind == kind) & notices.c.sent_at.is_(None) & free
        claimed = update(notices).where(due).values(not_before=now + CLAIM, tries=notices.c.tries + 1)
        rows = list(connection.execute(claimed.returning(*notices.c)))
    return Claim(kind, sorted(rows, key=lambda row: int(row.position)), now + CLAIM)


def settle(engine: Engine, claimed: Claim, error: str) -> int:
    """Put down what became of them, if the claim still holds; returns how many are done with. Raises SQLAlchemyError."""
    unsent = (notices.c.kind == claimed.kind) & notices.c.sent_at.is_(None)
    mine = unsent & (notices.c.not_before == claimed.until)
    with writing(engine) as connection:
        if not error:
            return int(connection.execute(update(notices).where(mine).values(sent_at=_now(), error="")).rowcount)
        given_up = {"sent_at": _now(), "error": f"given up after {TRIES} tries: {error}"}
        done = connection.execute(update(notices).where(mine, notices.c.tries >= TRIES).values(**given_up)).rowcount
        connection.execute(update(notices).where(mine).values(not_before=_now() + claimed.delay, error=error))
        return int(done)


def give_up_on_old(engine: Engine) -> int:
    """Mark what nobody took as not sent, for want of URLs; returns how many. Raises SQLAlchemyError."""
    left = notices.c.sent_at.is_(None) & (notices.c.tries == 0) & (notices.c.at < _now() - NOBODY)
    with engine.connect() as connection:
        if connection.execute(select(notices.c.position).where(left).limit(1)).first() is None:
            return 0
    with writing(engine) as connection:
        return int(connection.execute(update(notices).where(left).values(sent_at=_now(), error=NO_URLS)).rowcount)


def _told_lately(connection: Connection, kind: str, now: dt.datetime) -> bool:
    calm: ColumnElement[bool] = notices.c.sent_at > now - CALM.get(kind, CALM_OF_OTHERS)
    query = select(notices.c.position).where(calm, notices.c.kind == kind, notices.c.error == "").limit(1)
    return connection.execute(query).first() is not None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

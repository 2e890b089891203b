"""How the queue stands, read at one moment: the line, how many wait and why, who works, what needs a person."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, case, exists, func, select
from sqlalchemy.sql.elements import SQLCoreOperations

from flows.model import End
from rpa.database import reading
from rpa.database.queue_tables import jobs, line, rechecks
from rpa.database.tables import attempts, ends
from rpa.line import LineState
from rpa.queue.attention import Attention, attention
from rpa.queue.checks import CheckSeen, last_check
from rpa.queue.crew import Crew, crew
from rpa.queue.jobs import SOON, State

MINUTES, HOUR = 10, 60
"""The stretches of time, in minutes, whose ends are counted for the pace."""


@dataclass(frozen=True)
class LineSeen:
    """The line (`rpa.line`)."""

    state: LineState
    why: str = ""
    by: str = ""
    """Who paused or released it; empty: it was neither."""
    since: dt.datetime | None = None
    """None: it was never closed, nor asked for."""
    until: dt.datetime | None = None
    """It opens by itself then."""
    strikes: tuple[str, ...] = ()
    """Codes of the ends in a row that may stop it."""


@dataclass(frozen=True)
class Waiting:
    """How many wait, and for what."""

    now: int
    """Could be worked on at once."""
    soon: int
    """For another try, or for their account, within `rpa.queue.jobs.SOON`."""
    later: int
    """For their date."""
    first_later: dt.datetime | None


@dataclass(frozen=True)
class Oldest:
    """The request that could have been worked on for longest."""

    request_id: str
    since: dt.datetime


@dataclass(frozen=True)
class Pace:
    """How many requests came to their end lately."""

    minutes: int
    ended: int
    first: dt.datetime | None
    """When the first of them ended."""

    @property
    def per_minute(self) -> float:
        return self.ended / self.minutes

    def steady(self, now: dt.datetime) -> float:
        """Ends per minute since the first of them; 0.0: there are too few to say. Where work began lately this is more
        than `per_minute`, which counts the minutes before it too.
        """
        seconds = (now - self.first).total_seconds() if self.first is not None else 0.0
        return 60 * (self.ended - 1) / seconds if seconds > 0 else 0.0


@dataclass(frozen=True)
class Ended:
    """How many requests have their end, by its kind; each request counts once, with the end that holds."""

    today: Mapping[End, int]
    today_since: dt.datetime
    total: Mapping[End, int]


@dataclass(frozen=True)
class Overview:
    """All of it at one moment."""

    at: dt.datetime
    line: LineSeen
    waiting: Waiting
    working: int
    waiting_approval: int
    held: int
    oldest: Oldest | None
    ended: Ended
    paces: tuple[Pace, Pace]
    """Of the last ten minutes, and of the last hour."""
    rechecks: Mapping[str, int]
    """How many re-checks are in each state."""
    crew: Crew
    attention: Attention
    check: CheckSeen | None
    """When the admin UI was last compared with its baseline, and what had changed; None: never."""

    @property
    def to_do(self) -> int:
        """Requests that are worked on or could be: those that wait for a date or a person are none."""
        return self.waiting.now + self.waiting.soon + self.working

    @property
    def to_empty(self) -> dt.timedelta | None:
        """How long until nothing is left to do, at the pace of the last ten minutes; None: that can't be said."""
        if not self.to_do:
            return dt.timedelta()
        pace = self.paces[0].steady(self.at)
        return None if self.why_unknown else dt.timedelta(minutes=self.to_do / pace)

    @property
    def why_unknown(self) -> str:
        """Why it can't be said how long the queue will take; empty: it can."""
        if self.line.state is not LineState.OPEN:
            return f"the line is {self.line.state.value}"
        if not self.crew.takes:
            return "no worker is running"
        return "" if self.paces[0].steady(self.at) else f"too little ended in the last {MINUTES} min"


def overview(engine: Engine, today: dt.datetime, now: dt.datetime | None = None) -> Overview:
    """How the queue stands. `today`: when the day began for the person who asks. The statements are as many however much
    waits, and none reads the rows of what waits. Raises SQLAlchemyError.
    """
    with reading(engine) as connection:
        now = now or dt.datetime.now(dt.UTC)
        states = dict.fromkeys(State, 0) | _by_state(connection)
        needed = attention(connection, today)
        return Overview(
            at=now,
            line=line_seen(connection, now),
            waiting=_waiting(connection, states[State.WAITING], now),
            working=states[State.WORKING],
            waiting_approval=states[State.WAITING_APPROVAL],
            held=states[State.HELD],
            oldest=_oldest(connection, now),
            ended=Ended(
                _ended_since(connection, today, needed.ended_so_today), today, _ended(connection, needed.ended_so)
            ),
            paces=(_pace(connection, MINUTES, now), _pace(connection, HOUR, now)),
            rechecks=_rechecks(connection),
            crew=crew(connection),
            attention=needed,
            check=last_check(connection),
        )


def line_seen(connection: Connection, now: dt.datetime) -> LineSeen:
    """The line as its row tells; a parked one whose time is over is open."""
    row = connection.execute(select(line).where(line.c.id == 1)).first()
    if row is None:
        return LineSeen(LineState.OPEN)
    strikes = tuple(json.loads(row.strikes))
    if row.until is not None and row.until <= now:
        return LineSeen(LineState.OPEN, since=row.until, strikes=strikes)
    return LineSeen(LineState(row.state), row.why, row.by, row.since, row.until, strikes)


def _by_state(connection: Connection) -> dict[State, int]:
    query = select(jobs.c.state, func.count()).group_by(jobs.c.state)
    return {State(state): int(count) for state, count in connection.execute(query)}


def _waiting(connection: Connection, total: int, now: dt.datetime) -> Waiting:
    later = select(func.count(), func.min(jobs.c.not_before)).where(_waits(jobs.c.not_before > now + SOON))
    soon = select(func.count()).where(_waits(jobs.c.not_before > now, jobs.c.not_before <= now + SOON))
    many, first = connection.execute(later).one()
    few = connection.execute(soon).scalar_one()
    return Waiting(now=total - few - many, soon=few, later=many, first_later=first)


def _waits(*more: SQLCoreOperations[bool]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = jobs.c.state == State.WAITING
    for one in more:
        found &= one
    return found


def _oldest(connection: Connection, now: dt.datetime) -> Oldest | None:
    """Of those that wait for nothing, and of those whose time has come."""
    came = case((jobs.c.since > jobs.c.not_before, jobs.c.since), else_=jobs.c.not_before).label("came")
    ready = select(jobs.c.request_id, jobs.c.since).where(_waits(jobs.c.not_before.is_(None))).order_by(jobs.c.since)
    due = select(jobs.c.request_id, came).where(_waits(jobs.c.not_before <= now)).order_by(came)
    found = [Oldest(*row) for query in (ready, due) for row in connection.execute(query.limit(1))]
    return min(found, key=lambda one: one.since, default=None)


def _pace(connection: Connection, minutes: int, now: dt.datetime) -> Pace:
    lately = (jobs.c.state == State.ENDED) & (jobs.c.since > now - dt.timedelta(minutes=minutes))
    count, first = connection.execute(select(func.count(), func.min(jobs.c.since)).where(lately)).one()
    return Pace(minutes, count, first)


def _ended_since(connection: Connection, moment: dt.datetime, needs_human: int) -> dict[End, int]:
    """Found by when its job ended, which is never before its end was recorded; `needs_human` were counted already."""
    later = exists().where(attempts.c.request_id == ends.c.request_id, attempts.c.attempt > ends.c.attempt)
    query = (
        select(ends.c.end, func.count())
        .join(jobs, jobs.c.request_id == ends.c.request_id)
        .where(jobs.c.state == State.ENDED, jobs.c.since >= moment)
        .where(ends.c.end != End.NEEDS_HUMAN.value, ends.c.at >= moment, ~later)
        .group_by(ends.c.end)
    )
    found = {End(end): int(count) for end, count in connection.execute(query)}
    return found | ({End.NEEDS_HUMAN: needs_human} if needs_human else {})


def _ended(connection: Connection, needs_human: int) -> dict[End, int]:
    """All ends, from the index alone, without those that another attempt came after; `needs_human` were counted already.

    What is done again has ended as needs_human in between: a person retried it, or the sentinel opened it again.
    """
    later = ends.alias("later")
    over = (later.c.request_id == ends.c.request_id) & (later.c.attempt > ends.c.attempt)
    counted = select(ends.c.end, func.count()).where(ends.c.end != End.NEEDS_HUMAN.value).group_by(ends.c.end)
    superseded = (
        select(ends.c.end)
        .join(later, over)
        .where(later.c.end == End.NEEDS_HUMAN.value, ends.c.end != End.NEEDS_HUMAN.value)
        .group_by(ends.c.request_id, ends.c.attempt, ends.c.end)
    )
    found = Counter({End(end): int(count) for end, count in connection.execute(counted)})
    found.subtract(End(end) for end in connection.execute(superseded).scalars())
    found[End.NEEDS_HUMAN] = needs_human
    return {end: count for end, count in found.items() if count}


def _rechecks(connection: Connection) -> dict[str, int]:
    query = select(rechecks.c.state, func.count()).group_by(rechecks.c.state)
    return {str(state): int(count) for state, count in connection.execute(query)}

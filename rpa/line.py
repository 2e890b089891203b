"""The line that all requests pass, and what closes it (promise 9): a person, strikes, a refused sign-in, maintenance.

It is one row of the database, asked within the transaction of each intent: what closed it holds for all workers, from
that moment on, until a person releases it.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Engine, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from flows.model import End, Outcome
from flows.profile import Policy
from rpa.database import writing
from rpa.database.queue_tables import jobs, line
from rpa.database.tables import intents
from rpa.queue.outbox import record

STRIKES = frozenset({"name_mismatch", "number_mismatch", "unknown_page", "unknown_effect", "drift", "site_down"})
"""In a row, these codes say that the file, the site or the robot is wrong, not one account."""
SAY_NOTHING = frozenset({"maintenance"})
"""Codes that say nothing of all that: no strike, and no end of a row of them."""
EFFECTS_OF_ONE = 9
"""The most effects of a request: the article's five, Update twice (4a, 4b), App Module and back (7a)."""
HOUR = dt.timedelta(hours=1)
DRIFT = "the admin UI has changed"
"""So begins what is said where drift has stopped the line."""
WHAT_TO_DO = (
    "look at it with `rpa check`; once the profile is mended or the change accepted (`rpa profile accept`), start `rpa work` "
    "anew and release the line (`rpa release`)"
)
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(minutes=1), dt.timedelta(minutes=15)
"""How long the line is parked when the site is under maintenance: each time twice as long as before."""
SETTLED = "When that is settled: rpa release, or add --release"
_LINE = select(line).where(line.c.id == 1)
_LOCKED, _ALONE = _LINE.with_for_update(read=True), _LINE.with_for_update()


class LineError(Exception):
    """The line is closed, or cannot be read; the message says what to do."""


class LineState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"  # by a person
    PARKED = "parked"  # by the site's maintenance, until a moment
    STOPPED = "stopped"  # by strikes, a refused sign-in, records that can't be written


@dataclass(frozen=True)
class Closed:
    """Why no effect may be caused and no request started."""

    state: LineState
    why: str
    since: dt.datetime
    until: dt.datetime | None = None
    """It opens by itself then; None: only a person opens it."""

    def __str__(self) -> str:
        if self.until is not None:
            return f"the line is parked until {self.until:%H:%M:%S} UTC: {self.why}"
        return f"the line is {self.state.value}: {self.why}"


class Line:
    """Asked before each request and each effect, told of each end."""

    def __init__(self, engine: Engine, policy: Policy) -> None:
        """Raises SQLAlchemyError."""
        self._engine, self._policy = engine, policy
        self._made_sure()

    def _made_sure(self) -> None:
        with self._engine.connect() as connection:
            if connection.execute(select(line.c.id)).first() is not None:
                return
        new = {"id": 1, "state": LineState.OPEN, "why": "", "by": "", "since": _now(), "strikes": "[]"}
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(line), new | {"parked_times": 0})
        except IntegrityError:  # another process was first
            pass

    @property
    def closed(self) -> Closed | None:
        """Why the line is closed; None: it is open. Raises SQLAlchemyError."""
        with self._engine.connect() as connection:
            return self.closed_in(connection)

    @property
    def stopped(self) -> str:
        """Why the line is closed, as a sentence; empty: it is open."""
        closed = self.closed
        return "" if closed is None else str(closed)

    def closed_in(self, connection: Connection, *, lock: bool = False, alone: bool = False) -> Closed | None:
        """The same within a transaction; with `lock` it stays true until that is committed; `alone`: and nobody else asks
        so meanwhile, as two that count what is begun must not.
        """
        row = connection.execute(_ALONE if alone else _LOCKED if lock else _LINE).one()
        if row.state == LineState.OPEN or (row.until is not None and row.until <= _now()):
            return None
        return Closed(LineState(row.state), row.why, row.since, row.until)

    def must_be_open(self) -> None:
        """Raises LineError with the sentence."""
        if why := self.stopped:
            raise LineError(f"{why}. {SETTLED}")

    def pause(self, why: str, by: str) -> Closed:
        """A person closes the line; returns why it is closed now: what had stopped it before stays the reason."""
        with writing(self._engine) as connection:
            record(connection, by, "pause", why=why)
            self._change_in(connection, _closing(LineState.PAUSED, why or "no reason was given", by))
            closed = self.closed_in(connection)
        assert closed is not None  # noqa: S101 (it was closed in this transaction)
        return closed

    def stop(self, why: str) -> bool:
        """Close it until a person releases it; whether it was not closed so already."""
        return self._change(_closing(LineState.STOPPED, why))

    def stop_in(self, connection: Connection, why: str) -> bool:
        """The same within a transaction."""
        return self._change_in(connection, _closing(LineState.STOPPED, why))

    def park(self, why: str) -> None:
        """Close it for a while, longer each time in a row."""
        with writing(self._engine) as connection:
            self.park_in(connection, why)

    def park_in(self, connection: Connection, why: str) -> None:
        """The same within a transaction."""

        def change(row: Row[tuple[object, ...]]) -> dict[str, object]:
            if _is_closed(row):
                return {}
            until = _now() + min(LONGEST_PAUSE, FIRST_PAUSE * 2**row.parked_times)
            times = min(row.parked_times + 1, 10)
            return {
                "state": LineState.PARKED,
                "why": why,
                "by": "",
                "since": _now(),
                "until": until,
                "parked_times": times,
            }

        self._change_in(connection, change)

    def release(self, by: str = "") -> Closed | None:
        """A person lets the line go on, strikes forgotten; returns why it was closed, None: it was open."""
        values = {"state": LineState.OPEN, "why": "", "by": by, "since": _now(), "until": None, "strikes": "[]"}
        with writing(self._engine) as connection:
            closed = self.closed_in(connection, alone=True)  # what is released is what is told
            record(
                connection, by, "release", why=f"it was {closed.state.value}: {closed.why}" if closed else "it was open"
            )
            self._change_in(connection, lambda _: values | {"parked_times": 0})
        return closed

    def end(self, outcome: Outcome) -> str:
        """Take notice of an end; returns why it closed the line, if it did."""
        with writing(self._engine) as connection:
            return self.end_in(connection, outcome)

    def end_in(self, connection: Connection, outcome: Outcome) -> str:
        """The same within a transaction."""
        nobody_looked = outcome.code in SAY_NOTHING or outcome.end is End.WITHDRAWN
        if nobody_looked and not outcome.drift:  # no strike, nor the end of a row
            return ""
        row = connection.execute(_ALONE).one()
        strikes = [*json.loads(row.strikes), outcome.code] if outcome.code in STRIKES else []
        values: dict[str, object] = {"strikes": json.dumps(strikes), "parked_times": 0}
        why = self._verdict(strikes, outcome)
        why = _reason(row, why) if why else ""
        if why:
            values |= {"state": LineState.STOPPED, "why": why, "by": "", "since": _now(), "until": None}
        if values["strikes"] != row.strikes or row.parked_times or why:
            connection.execute(update(line).values(**values))
        return why

    def _verdict(self, strikes: list[str], outcome: Outcome) -> str:
        if outcome.drift:  # no strike: each request to come would meet the same
            return drifted(f"request {outcome.id} has met it", outcome.drift)
        if outcome.code == "sign_in":  # once more with a wrong password, and the robot's user may be locked out
            return f"the sign-in failed at request {outcome.id}: correct the credentials (`rpa doctor`)"
        if len(strikes) < self._policy.strikes:
            return ""
        kinds = ", ".join(dict.fromkeys(strikes))
        return f"{len(strikes)} ends in a row were {kinds}, the last of them request {outcome.id}"

    def room_in_run(self, effects: int) -> str:
        """Why the cap of a run that has caused so many effects allows no further request; empty: there is room."""
        return self._room("max_effects_per_run", effects, "in this run")

    def room_in_hour(self, connection: Connection, *, asks_first: bool = False) -> str:
        """The same of the cap of an hour, for all workers together. What the requests that are being worked on may
        still need is counted in full. `asks_first`: for a request that is not being worked on yet.
        """
        working = connection.execute(select(func.count()).where(jobs.c.state == "working")).scalar_one()
        others = working - (not asks_first)  # the one that asks is being worked on itself
        recent = connection.execute(select(func.count()).where(intents.c.at > _now() - HOUR)).scalar_one()
        return self._room("max_effects_per_hour", recent + EFFECTS_OF_ONE * max(0, others), "in the last hour")

    def must_have_room(self, connection: Connection, effects: int) -> None:
        """For a request that was taken in this transaction, by a run that has caused so many effects: nobody else counts
        until it is committed. Raises LineError.
        """
        if closed := self.closed_in(connection, alone=True):
            raise LineError(f"{closed}. {SETTLED}")
        if why := self.room_in_hour(connection) or self.room_in_run(effects):
            raise LineError(f"the line is full: {why}")

    def _room(self, cap: str, done: int, when: str) -> str:
        allowed = getattr(self._policy, cap)
        if done + EFFECTS_OF_ONE <= allowed:
            return ""
        hint = "run again later" if done else "raise it in the profile"
        needed = f"a request may need {EFFECTS_OF_ONE} and policy.{cap} is {allowed}"
        return f"{done} effects were caused or begun {when}, {needed}; {hint}"

    def _change(self, change: "_Change") -> bool:
        with writing(self._engine) as connection:
            return self._change_in(connection, change)

    def _change_in(self, connection: Connection, change: "_Change") -> bool:
        """Whether anything was changed."""
        row = connection.execute(_ALONE).one()
        values = change(row)
        if values:
            connection.execute(update(line).values(**values))
        return bool(values)


_Change = Callable[[Row[tuple[object, ...]]], dict[str, object]]


def drifted(where: str, sentence: str) -> str:
    """Why drift closes the line, and what to do; the site's own words last (notices strike them)."""
    return f"{DRIFT} ({where}): {WHAT_TO_DO}. What was seen: {sentence.rstrip('.')}"


def _closing(state: LineState, why: str, by: str = "") -> _Change:
    """The first reason is the one to read, unless it would have passed by itself, or drift has come to it."""

    def change(row: Row[tuple[object, ...]]) -> dict[str, object]:
        told = _reason(row, why)
        return {"state": state, "why": told, "by": by, "since": _now(), "until": None} if told else {}

    return change


def _reason(row: Row[tuple[object, ...]], why: str) -> str:
    """Why the line is closed from now on; empty: it was closed before, and that is still the reason to read.

    Whoever releases a line must know that the admin UI has changed, whatever else had closed it.
    """
    if not _is_closed(row) or row.until is not None:
        return why
    news = why.startswith(DRIFT) and not row.why.startswith(DRIFT)
    return f"{why}. Before that it was {row.state}: {row.why}" if news else ""


def _is_closed(row: Row[tuple[object, ...]]) -> bool:
    return row.state != LineState.OPEN and (row.until is None or row.until > _now())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

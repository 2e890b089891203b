"""The re-checks: accounts to be read again after their cancellation, each a row and an entry of the engine.

    waiting ──take──> working ──end──> fine, unread (tried as often as it may be)
       ^ │               │    └──found──> alarm, over once its case was opened again (done_at)
       │ └── void        │         void: its case is open again, or another request is for the account by now
       └──── put back ───┘         off: no re-check at all, but a person's word that the account may bill again

As with jobs, an entry with an older turn than the row's is void, and a change is one transaction.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from rpa.database.queue_tables import rechecks
from rpa.queue.engine import Entry, Waiting
from rpa.queue.jobs import PLACES, Void
from rpa.queue.leases import Lease

RECHECK = "recheck"
"""The kind of the engine's entries that stand for a re-check."""
AFTER_ALL = 10 * PLACES
"""Every request is more urgent; the engine's priorities end a little beyond."""


BILLING_DATE, IN_A_RECONCILIATION = "billing date", ("nightly", "by hand")
"""Occasions, beside "1 h" and the like; those of a reconciliation begin so."""


class RecheckState(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    FINE = "fine"
    ALARM = "alarm"
    UNREAD = "unread"
    VOID = "void"
    OFF = "off"


IS_OPEN = rechecks.c.done_at.is_(None)
"""It is still to be read, or what was found is still to be told."""


@dataclass(frozen=True)
class Recheck:
    """A row of `rechecks`."""

    position: int
    request_id: str
    occasion: str
    due: dt.datetime
    state: RecheckState
    seen: str
    """What was seen, or why it waits, in words."""
    done_at: dt.datetime | None
    turn: int
    tries: int
    worker: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> "Recheck":
        values = {name: getattr(row, name) for name in cls.__dataclass_fields__}
        return cls(**values | {"state": RecheckState(row.state)})


class Rechecks:
    """Each method is part of the caller's transaction."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting

    def add(self, connection: Connection, request_id: str, occasion: str, due: dt.datetime) -> int:
        """Have an account read again from `due` on; returns the row's position."""
        row = _fresh(request_id, occasion, due, RecheckState.WAITING)
        position = int(connection.execute(insert(rechecks).returning(rechecks.c.position), row).scalar_one())
        self._put(connection, Entry(RECHECK, str(position), 1), due)
        return position

    def add_off(self, connection: Connection, request_id: str, why: str) -> None:
        """Have the account of a request never read again."""
        self.void_all(connection, request_id, why)
        now = dt.datetime.now(dt.UTC)
        row = _fresh(request_id, "never", now, RecheckState.OFF) | {"seen": why, "done_at": now}
        connection.execute(insert(rechecks), row)

    def _put(self, connection: Connection, entry: Entry, at: dt.datetime | None) -> None:
        place = int(entry.key) % (PLACES // 2)
        self._waiting.put(connection, entry, priority=AFTER_ALL + place, at=at)

    def take(self, connection: Connection, entry: Entry, lease: Lease) -> Recheck:
        """Make a re-check this lease's; returns it as it was. Raises Void, LeaseLost."""
        lease.check(connection)
        row = self._locked(connection, int(entry.key))
        if row is None or not _waits_for(row, entry):
            raise Void(f"re-check {entry.key} is at another turn")
        state = RecheckState.WORKING if row.state == RecheckState.WAITING else row.state
        self._change(connection, row.position, state=state, worker=lease.id)
        return Recheck.of(row)

    def is_mine(self, connection: Connection, position: int, lease: Lease) -> bool:
        """Whether it is still this lease's, for the time of the transaction. Raises LeaseLost."""
        lease.check(connection)
        row = self._locked(connection, position)
        return row is not None and row.worker == lease.id

    def put_back(
        self,
        connection: Connection,
        position: int,
        why: str = "",
        *,
        at: dt.datetime | None = None,
        tried: bool = False,
    ) -> None:
        """Let it wait for another turn, from `at` on; what was found already stays found. `tried`: a try is used up."""
        row = self._locked(connection, position)
        if row is None:
            return
        values = {"worker": None, "turn": row.turn + 1, "tries": row.tries + tried}
        if row.state != RecheckState.ALARM:
            values |= {"state": RecheckState.WAITING, "seen": why}
        self._change(connection, position, **values)
        self._put(connection, Entry(RECHECK, str(position), row.turn + 1), at)

    def put_back_those_of(self, connection: Connection, worker: str) -> int:
        """All that a worker has in hand, who is dead; returns how many."""
        held = list(connection.execute(select(rechecks.c.position).where(rechecks.c.worker == worker)).scalars())
        for position in held:
            self.put_back(connection, position)
        return len(held)

    def put_back_if_not_begun(self, connection: Connection, entry: Entry) -> None:
        """An entry that was handed out while its row still waits at that turn."""
        row = self._locked(connection, int(entry.key))
        if row is not None and _waits_for(row, entry):
            self.put_back(connection, row.position)

    def end(self, connection: Connection, position: int, state: RecheckState, seen: str) -> None:
        """It is over; whatever entry is left of it is void."""
        values = {"state": state, "seen": seen, "worker": None, "done_at": dt.datetime.now(dt.UTC)}
        self._change(connection, position, **values, turn=rechecks.c.turn + 1)

    def found(self, connection: Connection, position: int, seen: str) -> None:
        """Keep an alarm before anything follows from it: whoever takes over goes on from there."""
        self._change(connection, position, state=RecheckState.ALARM, seen=seen)

    def void_all(self, connection: Connection, request_id: str, why: str) -> None:
        """No re-check of this request that waits is for anything any more."""
        self.void_those(connection, (rechecks.c.request_id == request_id,), why)

    def void_those(self, connection: Connection, which: tuple[Any, ...], why: str) -> None:
        """Those of the waiting ones that fulfil all conditions."""
        values: dict[str, Any] = {"state": RecheckState.VOID, "seen": why, "done_at": dt.datetime.now(dt.UTC)}
        these = (rechecks.c.state == RecheckState.WAITING, *which)
        connection.execute(update(rechecks).where(*these).values(**values, turn=rechecks.c.turn + 1))

    def _locked(self, connection: Connection, position: int) -> Row[Any] | None:
        query = select(rechecks).where(rechecks.c.position == position)
        return connection.execute(query.with_for_update()).first()

    def _change(self, connection: Connection, position: int, **values: Any) -> None:
        connection.execute(update(rechecks).where(rechecks.c.position == position).values(**values))


def occasion_in_words(occasion: str) -> str:
    """When an account was read again, within a sentence."""
    kind, _, moment = occasion.rpartition(" ")
    if occasion.startswith(IN_A_RECONCILIATION):
        return f"in the reconciliation of {moment}" + (", begun by hand" if kind == "by hand" else "")
    return "on the billing date" if occasion == BILLING_DATE else f"{occasion} after the cancellation"


def due_now(connection: Connection) -> int:
    """How many could be read now, or are being read: what `rpa work --drain` has still to do. One that could not be read
    waits for longer than a drain does.
    """
    at_once = or_(rechecks.c.tries == 0, rechecks.c.worker.is_not(None), rechecks.c.state == RecheckState.ALARM)
    query = select(func.count()).where(IS_OPEN, rechecks.c.due <= dt.datetime.now(dt.UTC), at_once)
    return int(connection.execute(query).scalar_one())


def overdue(connection: Connection, before: dt.datetime, limit: int) -> list[Entry]:
    """The entries of those that nobody has in hand, due longest ago; the engine should have them all."""
    query = select(rechecks.c.position, rechecks.c.turn).where(
        IS_OPEN, rechecks.c.worker.is_(None), rechecks.c.due < before
    )
    rows = connection.execute(query.order_by(rechecks.c.due).limit(limit))
    return [Entry(RECHECK, str(row.position), row.turn) for row in rows]


def _waits_for(row: Row[Any], entry: Entry) -> bool:
    waits = row.state == RecheckState.WAITING or (row.state == RecheckState.ALARM and row.done_at is None)
    return bool(waits and row.worker is None and row.turn == entry.turn)


def _fresh(request_id: str, occasion: str, due: dt.datetime, state: RecheckState) -> dict[str, Any]:
    row = {"request_id": request_id, "occasion": occasion, "due": due, "state": state, "seen": "", "done_at": None}
    return row | {"turn": 1, "tries": 0, "worker": None}

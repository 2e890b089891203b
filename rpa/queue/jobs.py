"""The jobs: one for each accepted request; where it stands, and each change of that in one transaction.

    waiting ──take──> working ──end──> ended
       ^                 │                │
       └──── put back ───┘     retry (needs_human) ──> waiting
    waiting_approval: from working, until a person has approved the plan or the time is over
    held: from working, when the person who looked on stopped it; it goes on when it is asked for again

Each hand-over to the engine has a turn number. An entry with an older number than the job's is void, so it does no harm
when the engine hands one out twice, late, or after a person has decided otherwise.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from rpa.database import writing
from rpa.database.queue_tables import account_locks, jobs, workers
from rpa.database.tables import requests
from rpa.queue.engine import Entry, Place, Waiting
from rpa.queue.leases import Lease

REQUEST = "request"
"""The kind of the engine's entries that stand for a job."""
NORMAL = 5
"""The priority of a request that is given none; 1 is the most urgent, 9 the least."""
PLACES = 200_000_000
"""The engine's priorities end at 2**31 - 1: nine of ours, each with so many places."""
BUSY = dt.timedelta(seconds=2)
"""How long a request waits before it asks again for an account that another one is working on."""
ITS_DATE = "it waits for its date"
SOON = dt.timedelta(minutes=3)
"""What waits no longer than that waits for another try, not for its date."""
SOME = 500
_JOB = select(jobs).where(jobs.c.request_id == bindparam("request"))
_LOCKED = _JOB.with_for_update()
_TELL = update(jobs).where(jobs.c.request_id == bindparam("request")).values(step=bindparam("now"))


class State(StrEnum):
    WAITING = "waiting"
    WORKING = "working"
    WAITING_APPROVAL = "waiting_approval"
    HELD = "held"
    ENDED = "ended"


@dataclass(frozen=True)
class Job:
    """A row of `jobs`."""

    request_id: str
    state: State
    turn: int
    priority: int
    not_before: dt.datetime | None
    tries: int
    why: str
    worker: str | None
    desk: int | None
    since: dt.datetime
    step: str
    withdraw_by: str | None
    withdraw_why: str | None
    again: int
    """So many attempts were made before a person had a needs_human run once more; 0: none had."""
    batch: str | None
    submitted_by: str

    @property
    def awaits_date(self) -> bool:
        """Whether it waits for its cancellation date, rather than for another try."""
        later = self.state is State.WAITING and self.not_before is not None and self.not_before > now()
        return later and self.why in {"", ITS_DATE}

    @classmethod
    def of(cls, row: Row[Any]) -> "Job":
        values = {name: getattr(row, name) for name in cls.__dataclass_fields__}
        return cls(**values | {"state": State(row.state)})


class NotTaken(Exception):
    """The job can't be worked on now; the message says why."""


class Void(NotTaken):
    """The entry is older than the job's turn: somebody else has it, or it has ended."""


class Jobs:
    """The queue's door to the database."""

    def __init__(self, engine: Engine) -> None:
        """Raises SQLAlchemyError."""
        self.engine = engine
        self.waiting = Waiting(engine)

    # --- reading ---

    def get(self, request_id: str) -> Job | None:
        """The job of that request, if it was ever put into the queue."""
        with self.engine.connect() as connection:
            row = connection.execute(_JOB, {"request": request_id}).first()
        return None if row is None else Job.of(row)

    def these(self, request_ids: Sequence[str]) -> dict[str, Job]:
        """The jobs of these requests, by id."""
        with self.engine.connect() as connection:
            return self.these_in(connection, request_ids)

    def these_in(self, connection: Connection, request_ids: Sequence[str]) -> dict[str, Job]:
        """The same within a transaction."""
        found: dict[str, Job] = {}
        for start in range(0, len(request_ids), SOME):
            query = select(jobs).where(jobs.c.request_id.in_(request_ids[start : start + SOME]))
            found |= {row.request_id: Job.of(row) for row in connection.execute(query)}
        return found

    def counts(self) -> dict[State, int]:
        """How many jobs are in each state."""
        query = select(jobs.c.state, func.count()).group_by(jobs.c.state)
        with self.engine.connect() as connection:
            found = {State(state): int(number) for state, number in connection.execute(query)}
        return {state: found.get(state, 0) for state in State}

    def open(self, request_ids: Sequence[str] | None = None) -> int:
        """How many are being worked on, or will be soon: those that wait for a date further off are not counted."""
        soon = jobs.c.not_before.is_(None) | (jobs.c.not_before <= now() + SOON)
        query = select(func.count()).where((jobs.c.state == State.WORKING) | ((jobs.c.state == State.WAITING) & soon))
        with self.engine.connect() as connection:
            if request_ids is None:
                return int(connection.execute(query).scalar_one())
            parts = (request_ids[start : start + SOME] for start in range(0, len(request_ids), SOME))
            return sum(int(connection.execute(query.where(jobs.c.request_id.in_(part))).scalar_one()) for part in parts)

    # --- putting in ---

    def add(
        self,
        connection: Connection,
        request_id: str,
        *,
        priority: int = NORMAL,
        not_before: dt.datetime | None = None,
        batch: str | None = None,
        by: str = "",
        again: int = 0,
    ) -> None:
        """Put an accepted request into the queue, in the transaction that accepts it. Raises IntegrityError if it is there."""
        row = _fresh(request_id, State.WAITING) | {"priority": priority, "not_before": not_before, "batch": batch}
        connection.execute(insert(jobs), row | {"submitted_by": by, "again": again})
        self._put(connection, Entry(REQUEST, request_id, 1), priority, not_before)

    def add_all(
        self, connection: Connection, waiting: Mapping[str, dt.datetime | None], *, priority: int, batch: str, by: str
    ) -> None:
        """The same of many: each request's id, and from when on it may be carried out."""
        if not waiting:
            return
        common = {"priority": priority, "batch": batch, "submitted_by": by}
        rows = [_fresh(one, State.WAITING) | common | {"not_before": at} for one, at in waiting.items()]
        connection.execute(insert(jobs), rows)
        query = select(requests.c.id, requests.c.position).where(requests.c.id.in_(waiting))
        accepted = {str(row.id): int(row.position) for row in connection.execute(query)}
        places = [
            Place(Entry(REQUEST, one, 1), _rank(priority, accepted[one]), at) for one, at in waiting.items()
        ]  # fmt: skip
        self.waiting.put_all(connection, places)

    def _put(self, connection: Connection, entry: Entry, priority: int, at: dt.datetime | None) -> None:
        place = connection.execute(select(requests.c.position).where(requests.c.id == entry.key)).scalar_one()
        self.waiting.put(connection, entry, priority=_rank(priority, int(place)), at=at)

    # --- working ---

    def take(self, connection: Connection, entry: Entry, lease: Lease, desk: int | None) -> Job:
        """Make the job this lease's, and its account with it. Raises Void, LeaseLost."""
        row = self._locked(connection, entry.key)
        if row is None or row.turn != entry.turn or row.state != State.WAITING:
            raise Void(f"request {entry.key} is at another turn")
        return self.take_row(connection, row, lease, desk)

    def take_at_once(self, connection: Connection, request_id: str, lease: Lease, again: int) -> Job:
        """The same past the queue, whatever a job that nobody works on waits for: its entry is void. Raises NotTaken, LeaseLost."""
        values = {"turn": jobs.c.turn + 1, "state": State.WAITING, "again": again, "not_before": None}
        connection.execute(update(jobs).where(jobs.c.request_id == request_id).values(**values))
        row = self._locked(connection, request_id)
        if row is None:
            raise NotTaken(f"request {request_id} is not in the queue")
        return self.take_row(connection, row, lease, None)

    def take_row(self, connection: Connection, row: Row[Any], lease: Lease, desk: int | None) -> Job:
        """Make a waiting job this lease's. Raises NotTaken if its account is being worked on, LeaseLost."""
        lease.check(connection)
        number = connection.execute(
            select(requests.c.account_number).where(requests.c.id == row.request_id)
        ).scalar_one()
        self.lock_account(connection, str(number), row.request_id, lease)
        values = {"state": State.WORKING, "worker": lease.id, "desk": desk, "since": now(), "step": "", "why": ""}
        connection.execute(update(jobs).where(jobs.c.request_id == row.request_id).values(**values))
        return Job.of(connection.execute(_JOB, {"request": row.request_id}).one())

    def lock_account(self, connection: Connection, number: str, request_id: str, lease: Lease) -> None:
        """Promise 7. Raises NotTaken."""
        lock = {"account_number": number[:100], "request_id": request_id, "worker": lease.id, "at": now()}
        try:
            with connection.begin_nested():
                connection.execute(insert(account_locks), lock)
        except IntegrityError:
            query = select(account_locks.c.request_id).where(account_locks.c.account_number == number[:100])
            other = connection.execute(query).scalar()
            raise NotTaken(f"account {number} is being worked on for request {other}") from None

    def free_account(self, connection: Connection, request_id: str, worker: str) -> None:
        """Give back the account that this worker holds for a request."""
        held = (account_locks.c.request_id == request_id) & (account_locks.c.worker == worker)
        connection.execute(delete(account_locks).where(held))

    def let_go(self, connection: Connection, request_id: str, worker: str) -> bool:
        """Give the account free; whether the job was still this worker's. Part of every settlement."""
        row = self._locked(connection, request_id)
        mine = row is not None and row.state == State.WORKING and row.worker == worker
        if mine:
            self.free_account(connection, request_id, worker)
        return mine

    def put_back(
        self, connection: Connection, request_id: str, why: str, *, at: dt.datetime | None = None, tried: bool = False
    ) -> None:
        """Let a job wait for another turn, from `at` on. `tried`: one of its tries is used up."""
        row = self._locked(connection, request_id)
        if row is None:
            return
        values = {"state": State.WAITING, "turn": row.turn + 1, "why": why, "worker": None, "desk": None, "step": ""}
        values |= {"since": now(), "not_before": at, "tries": row.tries + tried}
        connection.execute(update(jobs).where(jobs.c.request_id == request_id).values(**values))
        self._put(connection, Entry(REQUEST, request_id, row.turn + 1), row.priority, at)

    def end(self, connection: Connection, request_id: str, state: State = State.ENDED, why: str = "") -> None:
        """The request has its end, or waits for an approval; whatever entry is left of it is void."""
        values: dict[str, Any] = {"state": state, "why": why, "worker": None, "desk": None, "step": "", "since": now()}
        values |= {"again": 0, "turn": jobs.c.turn + 1}
        if state is State.ENDED:  # what waits for an approval may still be withdrawn
            values |= {"withdraw_by": None, "withdraw_why": None}
        connection.execute(update(jobs).where(jobs.c.request_id == request_id).values(**values))

    def tell(self, worker: str, steps: Mapping[str, str]) -> None:
        """What is being done for each of these requests, for people who watch; told of those that are this worker's."""
        told = [{"request": request_id, "now": step} for request_id, step in sorted(steps.items())]
        with self.engine.begin() as connection:
            connection.execute(_TELL.where(jobs.c.worker == worker), told)

    def _locked(self, connection: Connection, request_id: str) -> Row[Any] | None:
        return connection.execute(_LOCKED, {"request": request_id}).first()

    # --- people ---

    def change(self, connection: Connection, request_id: str, **values: Any) -> Job | None:
        """Change a job in the caller's transaction; returns it as it was, None if there is none."""
        row = self._locked(connection, request_id)
        if row is not None and values:
            connection.execute(update(jobs).where(jobs.c.request_id == request_id).values(**values))
        return None if row is None else Job.of(row)

    def hurry(self, connection: Connection, request_id: str) -> None:
        """Let a job that waits for its date, or was stopped by a person, wait no longer."""
        row = self._locked(connection, request_id)
        if row is None:
            return
        if row.state == State.HELD or (row.state == State.WAITING and row.not_before is not None):
            self.put_back(connection, request_id, "")

    def again(self, connection: Connection, request_id: str, attempts: int) -> bool:
        """Have an ended job worked on once more, after so many attempts; whether it had ended."""
        row = self._locked(connection, request_id)
        if row is None or row.state != State.ENDED:
            return False
        values = {"again": attempts, "tries": 0}
        connection.execute(update(jobs).where(jobs.c.request_id == request_id).values(**values))
        self.put_back(connection, request_id, "")
        return True

    def workers(self) -> list[Row[Any]]:
        """The workers that were not taken for dead."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(workers).where(~workers.c.fenced).order_by(workers.c.started_at)))

    def transaction(self) -> Any:
        """A transaction on the queue's database that will write (`rpa.database.writing`)."""
        return writing(self.engine)


def _rank(priority: int, accepted: int) -> int:
    """By priority; among equals in the order of acceptance, however often a request has been put back."""
    return priority * PLACES + accepted % PLACES


def _fresh(request_id: str, state: State) -> dict[str, Any]:
    return {
        "request_id": request_id, "state": state, "turn": 1, "priority": NORMAL, "not_before": None, "tries": 0, "why": "",
        "worker": None, "desk": None, "since": now(), "step": "", "again": 0, "batch": None, "submitted_by": "",
    }  # fmt: skip


def now() -> dt.datetime:
    """The present, in UTC."""
    return dt.datetime.now(dt.UTC)

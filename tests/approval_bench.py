"""Requests whose plan waits for approval: a robot that asks before its one effect, and a clock to be set."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from flows.errors import NotYetApproved
from flows.model import AccountReading, BillingRow, CancellationRequest, Outcome, Plan
from rpa.database.queue_tables import approvals, audit, notices
from rpa.queue.answering import Yes, approve
from rpa.queue.approval_rows import Asked, newest
from rpa.queue.approving import Approvals
from rpa.queue.attempt import carry_out
from rpa.queue.engine import Entry
from rpa.queue.jobs import REQUEST, Job
from rpa.queue.shop import Shop
from rpa.queue.submitting import submit
from rpa.records import CaseJournal
from tests.queue_bench import Act, Bench, bench_in, effect, outcome

FIRST, CHANGED = "0123456789abcdef" * 4, "fedcba9876543210" * 4


def plan(request: CancellationRequest, plan_hash: str = FIRST, **reading: Any) -> Plan:
    """A plan that stops two billings."""
    rows = tuple(BillingRow(number=f"B-{one}", amount=Decimal(one), status="Scheduled") for one in (40, 60))
    values = {"license_count": 3, "account_name": request.account_name, "billing": rows} | reading
    read = AccountReading(account_number=request.account_number, **values)
    stops = read.billing or ()
    money = sum((row.amount for row in stops if row.amount is not None), Decimal(0))
    return Plan(
        request=request, reading=read, effects=(), rows_to_stop=stops, money_stopped=money, warnings=(), hash=plan_hash
    )


class Robot:
    """Asks with the plan that the account gives now; then does what the test says: one effect."""

    def __init__(self, plan_hash: str = FIRST, before: Callable[[], object] = lambda: None, act: Act = effect) -> None:
        self.plan_hash, self.before, self.act = plan_hash, before, act
        self.begun = 0

    def cancel(
        self,
        request: CancellationRequest,
        journal: CaseJournal,
        *,
        stop: threading.Event | None = None,
        approve: Callable[[Plan], bool] | None = None,
    ) -> Outcome:
        self.before()
        if approve is not None:
            try:
                approve(plan(request, self.plan_hash))
            except NotYetApproved as waits:
                return outcome(request, "needs_human", "waiting_approval").model_copy(update={"message": str(waits)})
        self.begun += 1
        end, code = self.act(request, journal, stop or threading.Event())
        return outcome(request, end, code)


class Desk:
    """A worker's place and what people do beside it."""

    def __init__(self, bench: Bench, shop: Shop) -> None:
        self.bench, self.shop, self.jobs = bench, shop, shop.jobs

    def attempt(self, request_id: str, plan_hash: str = FIRST, **more: Any) -> Robot:
        """What a worker does with the entry that the engine hands out now."""
        robot = Robot(plan_hash, **more)
        carry_out(self.shop, Entry(REQUEST, request_id, self.job(request_id).turn), 1, robot)
        return robot

    def approve(self, request_id: str, by: str = "Bob", prefix: str | None = None, **more: Any) -> Yes:
        return approve(self.bench.records, self.jobs, request_id, by, prefix, **more)

    def job(self, request_id: str) -> Job:
        job = self.jobs.get(request_id)
        assert job is not None
        return job

    def submit(self, one: CancellationRequest, by: str = "ann") -> None:
        submit(self.bench.records, self.jobs, [one], source="a test", by=by, time_zone="UTC")

    def put_back(self, request_id: str, why: str) -> None:
        """As after the death of its worker, or when its date was moved."""
        with self.jobs.transaction() as connection:
            self.jobs.put_back(connection, request_id, why)

    def asked(self, request_id: str) -> list[Asked]:
        query = select(approvals).where(approvals.c.request_id == request_id).order_by(approvals.c.position)
        with self.bench.records.engine.connect() as connection:
            return [Asked.of(row) for row in connection.execute(query)]

    def states(self, request_id: str) -> list[str]:
        return [asked.state.value for asked in self.asked(request_id)]

    def newest(self, request_id: str) -> Asked:
        with self.bench.records.engine.connect() as connection:
            found = newest(connection, request_id)
        assert found is not None
        return found

    def told(self, request_id: str) -> list[str]:
        """Titles of the notices about a request."""
        query = select(notices.c.title).where(notices.c.request_id == request_id).order_by(notices.c.position)
        with self.bench.records.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def audit(self, request_id: str) -> list[tuple[str, str, str]]:
        query = select(audit.c.who, audit.c.what, audit.c.why).where(audit.c.request_id == request_id)
        with self.bench.records.engine.connect() as connection:
            return [(row.who, row.what, row.why) for row in connection.execute(query.order_by(audit.c.position))]


@contextmanager
def desk_in(folder: Path, **rules: Any) -> Iterator[Desk]:
    """A bench whose policy asks for approval; without rules for each plan's."""
    with bench_in(folder, approval=rules or {"all": True}) as bench:
        policy = Approvals(bench.records.engine, bench.profile, ("s3cret-word",))
        with bench.shop(policy=policy) as shop:
            yield Desk(bench, shop)


def set_clock(monkeypatch: pytest.MonkeyPatch, **later: float) -> None:
    """Let the approvals' clock go ahead by so much (`hours=`), or back."""
    now = dt.datetime.now(dt.UTC) + dt.timedelta(**later)
    monkeypatch.setattr("rpa.queue.approval_rows._clock", lambda: now)

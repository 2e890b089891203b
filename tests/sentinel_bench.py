"""Accounts that are read again, on a SQLite file, without a browser: a robot that shows what the test says."""

import datetime as dt
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from flows.errors import CancellationError
from flows.journal import EventKind
from flows.model import AccountReading, BillingRow, CancellationRequest, Effect, Plan, PlannedEffect
from rpa.database.queue_tables import notices, rechecks
from rpa.queue.engine import Entry
from rpa.queue.rechecks import RECHECK, Recheck
from rpa.queue.rereading import carry
from rpa.queue.sentinel import Sentinel
from rpa.queue.shop import Shop
from rpa.records import CaseJournal
from tests.queue_bench import Bench, Robot, bench_in, effect

TODAY = dt.datetime.now(dt.UTC).date()


def bill(number: str, days: int = 30, status: str = "Scheduled", amount: str = "49.95") -> BillingRow:
    """A billing that is due so many days from now."""
    due = TODAY + dt.timedelta(days=days)
    return BillingRow(number=number, due=due, amount=Decimal(amount), amount_text=f"${amount}", status=status)


def plan(request: CancellationRequest, *rows: BillingRow, licences: int | None = 0, status: str = "DELETE") -> Plan:
    """The plan of an account that shows these billings."""
    reading = AccountReading(
        account_number=request.account_number, account_name=request.account_name, license_count=licences,
        account_status=status, billing=rows, cancelled_billing=(),
    )  # fmt: skip
    set_status = PlannedEffect(
        effect=Effect.SET_STATUS, clause="6.3", what="", before=status, after="DELETE", needed=status != "DELETE"
    )
    stop = tuple(row for row in rows if row.status.startswith(("Scheduled", "Submitted")))
    return Plan(
        request=request, reading=reading, effects=(set_status,), rows_to_stop=stop, money_stopped=Decimal(0),
        warnings=(), hash="0" * 64,
    )  # fmt: skip


PAID = bill("B-1", -20, "Paid")
BEFORE = (PAID, bill("B-2", 10), bill("B-3", 40))
"""What an account bills before it is cancelled."""


class Reader(Robot):
    """Cancels what it is given, after it has read `BEFORE`; read again, an account shows `shows`, or `meanwhile` does."""

    def __init__(self, *shows: BillingRow, fails: CancellationError | None = None, **more: Any) -> None:
        super().__init__(_cancels)
        self.shows, self.more, self.fails = shows or (PAID,), more, fails
        self.read: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def plan(self, request: CancellationRequest) -> Plan:
        self.read.append(request.account_number)
        self.meanwhile()
        if self.fails is not None:
            raise self.fails
        return plan(request, *self.shows, **self.more)


def _cancels(request: CancellationRequest, journal: CaseJournal, *_: Any) -> tuple[str, str]:
    journal.write(EventKind.SNAPSHOT, reading=plan(request, *BEFORE).reading, module="")
    journal.write(EventKind.PLAN, plan=plan(request, *BEFORE))
    return effect(request, journal)


class Desk:
    number = 1

    def __init__(self, robot: Robot) -> None:
        self.robot = robot

    def run(self, act: Callable[[Any], Any]) -> Any:
        return act(self.robot)


def watched(bench: Bench, shop: Shop) -> Shop:
    """A worker's place with the sentinel in it."""
    shop.after_end = (Sentinel(bench.jobs, bench.profile),)
    return shop


def planned(bench: Bench) -> list[Recheck]:
    with bench.records.engine.connect() as connection:
        return [Recheck.of(row) for row in connection.execute(select(rechecks).order_by(rechecks.c.position))]


def states(bench: Bench) -> list[str]:
    return [one.state.value for one in planned(bench)]


def read_again(bench: Bench, shop: Shop, robot: Robot, position: int = 1) -> Recheck:
    """Carry out the entry that the engine would hand out now; the re-check as it is then."""
    turn = planned(bench)[position - 1].turn
    carry(shop, Entry(RECHECK, str(position), turn), Desk(robot))  # type: ignore[arg-type]
    return planned(bench)[position - 1]


def told(bench: Bench, kind: str = "sentinel") -> list[Row[Any]]:
    with bench.records.engine.connect() as connection:
        return list(connection.execute(select(notices).where(notices.c.kind == kind).order_by(notices.c.position)))


def age(bench: Bench, **values: Any) -> None:
    """Change all re-checks, as time would."""
    with bench.records.engine.begin() as connection:
        connection.execute(update(rechecks).values(**values))


def copied(template: Path, folder: Path) -> None:
    """Records as another test's preparation left them: making them takes longer than a test."""
    shutil.copytree(template, folder, dirs_exist_ok=True)


def prepared(folder: Path, prepare: Callable[[Bench, Shop], object], **sentinel: Any) -> Path:
    """A template: records in which that was done."""
    with bench_in(folder, sentinel=sentinel) as bench, bench.shop() as shop:
        prepare(bench, watched(bench, shop))
    return folder

"""The sentinel: an account that was cancelled is read again; billing that came back is never missed, nor told twice."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from flows.errors import LeaseLost, NeedsHuman, Refusal
from flows.journal import EventKind
from flows.model import End
from rpa.cases.chain import JOURNAL, read_chain
from rpa.database.queue_tables import account_locks
from rpa.queue.attempt import carry_out
from rpa.queue.engine import Entry
from rpa.queue.jobs import State
from rpa.queue.leases import Watcher
from rpa.queue.rechecks import RECHECK, RecheckState, due_now
from rpa.queue.rereading import carry
from rpa.queue.retrying import retry
from rpa.queue.shop import Shop
from rpa.queue.sweeping import put_back_orphans, sweep, take_over
from rpa.records import NotReopened, Records
from rpa.records.journal import CaseJournal
from tests.queue_bench import Bench, bench_in, outcome, request
from tests.sentinel_bench import (
    BEFORE,
    PAID,
    Desk,
    Reader,
    age,
    bill,
    copied,
    planned,
    prepared,
    read_again,
    states,
    told,
    watched,
)

BACK = bill("B-9", 12)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("empty"), lambda *_: None)


def cancelled(bench: Bench, shop: Shop) -> None:
    """One account was cancelled, and three re-checks are planned for it."""
    bench.submit(request(0))
    carry_out(shop, bench.entry("r-0"), 1, Reader())


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("before"), cancelled)


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Empty records; for a test that asks for `shop`, as this module's `before` has them."""
    copied(request.getfixturevalue("before" if "shop" in request.fixturenames else "empty"), tmp_path)
    with bench_in(tmp_path) as bench:
        yield bench


@pytest.fixture
def shop(bench: Bench) -> Iterator[Shop]:
    """A worker's place."""
    with bench.shop() as shop:
        yield watched(bench, shop)


def engine_has(bench: Bench, entry: Entry) -> bool:
    """Whether an entry is in the engine, and was not taken out of it."""
    found = bench.jobs.waiting._client.list_workflows(workflow_ids=[entry.id])
    return bool(found) and found[0].status in {"ENQUEUED", "DELAYED"}


def kinds(bench: Bench, request_id: str = "r-0") -> list[str]:
    """The ends in the case file's chain, oldest first."""
    content = (bench.folder / "cases" / request_id / JOURNAL).read_bytes()
    ends = [line.event.data["outcome"] for line in read_chain(content, request_id).lines if line.event.kind == "end"]
    return [f"{one['end']} {one['code']}".strip() for one in ends]


class Killed(BaseException):
    """A worker dies here."""


def dies(*_: object, **__: object) -> Any:
    raise Killed


class TestPlanning:
    def test_a_cancelled_account_is_read_after_1_h_24_h_and_on_the_next_billing_date(
        self, bench: Bench, shop: Shop
    ) -> None:
        now, zone = dt.datetime.now(dt.UTC), ZoneInfo(bench.profile.site.time_zone)
        hour, day, date = planned(bench)
        assert [one.occasion for one in (hour, day, date)] == ["1 h", "24 h", "billing date"]
        assert abs(hour.due - now - dt.timedelta(hours=1)) < dt.timedelta(minutes=2)
        assert abs(day.due - now - dt.timedelta(hours=24)) < dt.timedelta(minutes=2)
        assert date.due.astimezone(zone).replace(tzinfo=None) == dt.datetime.combine(
            BEFORE[1].due or dt.date.max, dt.time(6)
        )
        assert all(engine_has(bench, Entry(RECHECK, str(one.position), 1)) for one in (hour, day, date))

    @pytest.mark.parametrize("end", ["already_cancelled", "refused", "needs_human"])
    def test_no_other_end_is_watched_so_closely(self, bench: Bench, end: str) -> None:
        bench.submit(request(0))
        with bench.shop() as shop:
            robot = Reader()
            robot.act = lambda *_: (end, "")
            carry_out(watched(bench, shop), bench.entry("r-0"), 1, robot)
        assert planned(bench) == []

    def test_a_worker_that_died_before_it_settled_the_end_loses_none(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bench.submit(request(0))
        with bench.shop() as dead:
            with monkeypatch.context() as patch:
                patch.setattr("rpa.queue.attempt.settle", dies)
                with pytest.raises(Killed):
                    carry_out(watched(bench, dead), bench.entry("r-0"), 1, Reader())
            take_over(bench.jobs, dead.lease.id)
        with bench.shop() as other:
            again = Reader()
            carry_out(watched(bench, other), bench.entry("r-0"), 1, again)
        assert (again.started, states(bench)) == ([], ["waiting"] * 3)


class TestAlarm:
    def test_an_account_that_is_as_it_should_be_is_fine_and_its_case_stays_closed(
        self, bench: Bench, shop: Shop
    ) -> None:
        seen = read_again(bench, shop, Reader())
        assert (seen.state, told(bench), kinds(bench)) == (RecheckState.FINE, [], ["cancelled"])
        assert seen.seen == "nothing to come, nothing billed since"

    def test_billing_that_came_back_is_told_and_opens_the_case_again(self, bench: Bench, shop: Shop) -> None:
        seen = read_again(bench, shop, Reader(PAID, BACK), 2)
        assert seen.state is RecheckState.ALARM
        assert seen.seen == f"1 billing to come, 49.95, due {BACK.due}"
        [notice] = told(bench)
        assert notice.title == "Account 611000 bills again"
        assert "Read again 24 h after the cancellation: 1 billing to come, 49.95" in notice.body
        assert "rpa retry r-0" in notice.body
        record = bench.records.find("r-0")
        assert record.outcome is not None
        assert (record.outcome.end, record.outcome.code) == (End.NEEDS_HUMAN, "billing_came_back")
        assert [line.claim for line in record.outcome.proof if not line.ok] == ["billings Scheduled or Submitted"]
        assert kinds(bench) == ["cancelled", "needs_human billing_came_back"]
        assert bench.records.verify("r-0").ok
        assert states(bench) == ["void", "alarm", "void"]

    def test_nobody_cancels_it_again_by_himself(self, bench: Bench, shop: Shop) -> None:
        entry = bench.entry("r-0")
        read_again(bench, shop, Reader(BACK))
        bench.submit(request(0))
        robot = Reader()
        for turn in (entry.turn, bench.job("r-0").turn):
            carry_out(shop, Entry("request", "r-0", turn), 1, robot)
        assert (robot.started, bench.job("r-0").state) == ([], State.ENDED)

    def test_a_person_can_have_it_cancelled_again_with_all_that_belongs_to_it(self, bench: Bench, shop: Shop) -> None:
        """The effects of before are closed; what came back has a snapshot, a plan and intents of its own."""
        read_again(bench, shop, Reader(PAID, BACK))
        retry(bench.records, bench.jobs, "r-0", by="ann")
        known: list[tuple[int, bool]] = []

        class Again(Reader):
            def cancel(self, asked: Any, journal: CaseJournal, **more: Any) -> Any:
                known.append((len(journal.intents()), journal.snapshot() is None))
                return super().cancel(asked, journal, **more)

        robot = Again()
        carry_out(shop, bench.entry("r-0"), 1, robot)
        assert (robot.started, known) == (["r-0"], [(0, True)])
        assert kinds(bench) == ["cancelled", "needs_human billing_came_back", "cancelled"]
        assert bench.records.verify("r-0").ok
        assert len(bench.records.intents("r-0")) == 2
        assert states(bench) == ["alarm", "void", "void", "waiting", "waiting", "waiting"]

    def test_a_charge_is_told_once(self, bench: Bench, shop: Shop) -> None:
        charged = bill("B-2", 0, "Paid")
        assert "1 billing made since" in read_again(bench, shop, Reader(PAID, charged)).seen
        retry(bench.records, bench.jobs, "r-0", by="ann")
        carry_out(shop, bench.entry("r-0"), 1, Reader())
        assert read_again(bench, shop, Reader(PAID, charged), 4).state is RecheckState.FINE

    def test_a_case_that_is_open_or_another_requests_by_now_is_left_alone(self, bench: Bench, shop: Shop) -> None:
        robot = Reader(BACK)
        bench.submit(request(7, account_number="611000"))
        assert read_again(bench, shop, robot).seen == "request r-7 is for this account by now"
        refuses = Reader()
        refuses.act = lambda *_: ("refused", "name_mismatch")
        carry_out(shop, bench.entry("r-7"), 1, refuses)
        assert (robot.read, states(bench)) == ([], ["void", "waiting", "waiting"])
        assert read_again(bench, shop, robot, 2).state is RecheckState.ALARM, "a refused one hides nothing"

    def test_only_a_cancelled_case_is_opened_again(self, bench: Bench) -> None:
        bench.submit(request(0))
        with pytest.raises(NotReopened, match="r-0 is not ended"):
            bench.records.begin(request(0), profile=bench.profile, reopens="1 h")
        with bench.records.begin(request(0), profile=bench.profile) as journal:
            journal.finish(outcome(request(0), "refused"))
        with pytest.raises(NotReopened, match="r-0 is refused"):
            bench.records.begin(request(0), profile=bench.profile, reopens="1 h")


class TestTrouble:
    def test_what_can_not_be_read_is_tried_three_times_then_told_and_never_called_fine(
        self, bench: Bench, shop: Shop
    ) -> None:
        robot = Reader(fails=Refusal("not_found", "no account is called so"))
        waits = [read_again(bench, shop, robot) for _ in range(3)]
        assert [one.state.value for one in waits] == ["waiting", "waiting", "unread"]
        assert [one.tries for one in waits] == [1, 2, 2]
        [notice] = told(bench)
        assert notice.title == "Account 611000 could not be read again"
        assert kinds(bench) == ["cancelled"]

    def test_a_billing_page_that_was_not_read_is_not_fine(self, bench: Bench, shop: Shop) -> None:
        robot = Reader()
        made = robot.plan(request(0))
        unread = made.model_copy(update={"reading": made.reading.model_copy(update={"billing": None})})
        robot.plan = lambda _: unread  # type: ignore[method-assign]
        assert read_again(bench, shop, robot).state is RecheckState.WAITING

    @pytest.mark.parametrize(("code", "line"), [("maintenance", "parked"), ("sign_in", "stopped")])
    def test_what_concerns_the_whole_site_closes_the_line_and_is_no_try(
        self, bench: Bench, shop: Shop, code: str, line: str
    ) -> None:
        robot = Reader(fails=NeedsHuman(code, "the site says no"))
        seen = read_again(bench, shop, robot)
        assert (seen.state, seen.tries) == (RecheckState.WAITING, 0)
        assert line in bench.line.stopped
        read_again(bench, shop, robot)
        assert len(robot.read) == 1, "while the line is closed nothing is read"
        assert len(told(bench, "line_stopped")) == (line == "stopped")

    def test_an_account_is_not_worked_on_while_it_is_read_nor_read_while_it_is_worked_on(
        self, bench: Bench, shop: Shop
    ) -> None:
        """Promise 7."""
        robot, other = Reader(), Reader()
        with bench.shop() as elsewhere:

            def meanwhile() -> None:
                bench.submit(request(8, account_number="611000"))
                carry_out(elsewhere, bench.entry("r-8"), 1, other)

            robot.meanwhile = meanwhile
            assert read_again(bench, shop, robot).state is RecheckState.FINE
            assert other.started == []
            assert "being worked on for request r-0" in bench.job("r-8").why
            with bench.jobs.transaction() as connection:
                bench.jobs.lock_account(connection, "611000", "r-8", elsewhere.lease)
                bench.jobs.change(connection, "r-8", state=State.ENDED)
            with bench.records.begin(request(8, account_number="611000"), profile=bench.profile) as journal:
                journal.finish(outcome(request(8), "refused"))
            assert read_again(bench, shop, robot, 2).state is RecheckState.WAITING
        assert len(robot.read) == 1

    def test_an_entry_that_comes_twice_is_read_once(self, bench: Bench, shop: Shop) -> None:
        robot = Reader()
        read_again(bench, shop, robot)
        carry(shop, Entry(RECHECK, "1", 1), Desk(robot))  # type: ignore[arg-type]
        assert robot.read == ["611000"]

    def test_a_worker_that_was_taken_for_dead_opens_no_case_and_tells_nobody(self, bench: Bench, shop: Shop) -> None:
        robot = Reader(BACK)
        robot.meanwhile = lambda: take_over(bench.jobs, shop.lease.id)
        with pytest.raises(LeaseLost):
            read_again(bench, shop, robot)
        assert (kinds(bench), told(bench), states(bench)[0]) == (["cancelled"], [], "waiting")


class TestDeath:
    @pytest.mark.parametrize(
        "place",
        [
            "rpa.queue.rereading.look",  # the account was read
            "rpa.queue.rereading.reopen",  # what was found is kept
            "rpa.queue.reopening._write",  # the attempt is begun
            "rpa.records.journal.write_case",  # the end is in the journal, not in the database
            "rpa.queue.rereading.notify",  # the case is open
        ],
    )
    def test_whoever_takes_over_opens_the_case_once_and_tells_once(
        self, bench: Bench, shop: Shop, monkeypatch: pytest.MonkeyPatch, place: str
    ) -> None:
        with bench.shop() as dead:
            with monkeypatch.context() as patch:
                patch.setattr(place, dies)
                with pytest.raises(Killed):
                    read_again(bench, dead, Reader(BACK))
            dead.lease._stack.close()  # as the system does when a process dies
            sweep(bench.jobs, Watcher(bench.folder), shop.lease.id)
        assert engine_has(bench, Entry(RECHECK, "1", 2))
        assert read_again(bench, shop, Reader(BACK)).state is RecheckState.ALARM
        assert kinds(bench)[-1] == "needs_human billing_came_back"
        assert kinds(bench).count("cancelled") == 1
        assert ["could not be opened" in notice.body for notice in told(bench)] == [False]
        assert bench.records.verify("r-0").ok
        with bench.records.engine.connect() as connection:
            assert connection.execute(select(func.count()).select_from(account_locks)).scalar_one() == 0

    def test_an_entry_that_was_handed_to_a_dead_worker_and_not_begun_is_put_in_again(
        self, bench: Bench, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with bench.shop() as dead:
            handed = {dead.lease.id: [Entry(RECHECK, "1", 1)]}
            monkeypatch.setattr(type(bench.jobs.waiting), "handed_out", lambda *_: handed)
            take_over(bench.jobs, dead.lease.id)
        assert planned(bench)[0].turn == 2
        assert engine_has(bench, Entry(RECHECK, "1", 2))

    def test_an_entry_that_the_engine_has_lost_is_put_in_again(self, bench: Bench, shop: Shop) -> None:
        bench.jobs.waiting.forget([Entry(RECHECK, "1", 1)])
        assert put_back_orphans(bench.jobs) == []
        age(bench, due=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5))
        assert put_back_orphans(bench.jobs) == ["1"]
        assert engine_has(bench, Entry(RECHECK, "1", 2))

    def test_a_case_that_can_not_be_opened_is_told_all_the_same(
        self, bench: Bench, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object, **__: object) -> Any:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Records, "begin", full)
        assert read_again(bench, shop, Reader(BACK)).state is RecheckState.ALARM
        assert "its case could not be opened again" in told(bench)[0].body

    def test_an_event_of_the_reading_is_in_the_chain(self, bench: Bench, shop: Shop) -> None:
        read_again(bench, shop, Reader(PAID, BACK, licences=3))
        content = (bench.folder / "cases" / "r-0" / JOURNAL).read_bytes()
        events = [line.event for line in read_chain(content, "r-0").lines]
        [observed] = [one.data for one in events if one.kind is EventKind.OBSERVATION]
        assert [row["number"] for row in observed["billing"]] == ["B-1", "B-9"]
        assert observed["values"]["license_count"] == "3"


def test_due_re_checks_are_what_is_left_to_drain(bench: Bench, shop: Shop) -> None:
    with bench.records.engine.connect() as connection:
        assert due_now(connection) == 0
    age(bench, due=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1))
    with bench.records.engine.connect() as connection:
        assert due_now(connection) == 3
    read_again(bench, shop, Reader())
    with bench.records.engine.connect() as connection:
        assert due_now(connection) == 2


def test_one_that_could_not_be_read_is_waited_for_no_longer(bench: Bench, shop: Shop) -> None:
    age(bench, due=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1))
    seen = read_again(bench, shop, Reader(fails=Refusal("not_found", "no account is called so")))
    with bench.records.engine.connect() as connection:
        assert (seen.state, due_now(connection)) == (RecheckState.WAITING, 2)

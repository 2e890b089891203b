"""The queue: accepted means durable, each request ends once, and what a dead or frozen worker had is taken over."""

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from flows.errors import Interrupted, LeaseLost, NeedsHuman
from flows.journal import EventKind
from flows.model import End
from rpa.cases.chain import JOURNAL, Line, read_chain
from rpa.database.queue_tables import account_locks, jobs, notices, workers
from rpa.database.tables import ends, intents
from rpa.queue.attempt import carry_out, take
from rpa.queue.engine import Entry, Waiting, launched
from rpa.queue.jobs import REQUEST, State
from rpa.queue.leases import Watcher
from rpa.queue.people import TooLate, take_directly, withdraw
from rpa.queue.retrying import retry
from rpa.queue.sign_ins import SignInTurns
from rpa.queue.submitting import opening
from rpa.queue.sweeping import put_back_orphans, sweep, take_over
from rpa.records import AlreadyEnded
from rpa.records.journal import CaseJournal
from tests.queue_bench import Bench, Robot, bench_in, cancels, effect, request


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as bench:
        yield bench


def count(bench: Bench, table: object) -> int:
    with bench.records.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


class TestAccepting:
    def test_request_job_and_entry_are_there_together_or_not_at_all(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_: object, **__: object) -> None:
            raise OSError("killed")

        bench.submit(request(0))
        with monkeypatch.context() as patch:
            patch.setattr(Waiting, "put", fails)
            with pytest.raises(OSError, match="killed"):
                bench.submit(request(1))
        assert [record.request.id for record in bench.records.list()] == ["r-0"]
        assert bench.jobs.get("r-1") is None
        bench.submit(request(1))
        assert bench.job("r-1").state is State.WAITING

    def test_the_same_again_changes_nothing(self, bench: Bench) -> None:
        for _ in range(2):
            bench.submit(request(0))
        assert (bench.job("r-0").turn, len(bench.records.list())) == (1, 1)

    def test_an_end_is_not_put_into_the_queue_again(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as shop:
            bench.carry_out(shop, "r-0")
        bench.submit(request(0))
        assert bench.job("r-0").state is State.ENDED

    def test_a_date_in_the_future_is_waited_for_in_the_sites_time_zone(self, bench: Bench) -> None:
        day = dt.date.today() + dt.timedelta(days=3)  # noqa: DTZ011 (any day to come)
        bench.submit(request(0, date=day), time_zone="Pacific/Auckland")
        waits = bench.job("r-0").not_before
        assert waits == opening(day, "Pacific/Auckland")
        assert waits is not None
        assert waits.astimezone(dt.UTC).hour in {11, 12}
        with bench.shop() as shop:
            assert bench.carry_out(shop, "r-0").started == []
        assert bench.job("r-0").not_before == waits

    def test_midnight_is_the_sites_also_on_the_day_the_clocks_change(self) -> None:
        before = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        assert opening(dt.date(2026, 3, 8), "America/Denver", now=before) == dt.datetime(2026, 3, 8, 7, tzinfo=dt.UTC)
        assert opening(dt.date(2026, 3, 9), "America/Denver", now=before) == dt.datetime(2026, 3, 9, 6, tzinfo=dt.UTC)
        assert opening(dt.date(2025, 3, 9), "America/Denver", now=before) is None


class TestTurns:
    def test_an_entry_that_comes_twice_does_nothing_the_second_time(self, bench: Bench) -> None:
        bench.submit(request(0))
        entry = bench.entry("r-0")
        with bench.shop() as shop:
            assert bench.carry_out(shop, "r-0").started == ["r-0"]
            again = Robot(cancels)
            carry_out(shop, entry, 1, again)
        assert again.started == []
        assert count(bench, ends) == 1

    def test_an_interrupted_request_is_handed_back_and_goes_on(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", lambda *_: ("withdrawn", "interrupted"))
            assert (bench.job("r-0").state, bench.job("r-0").turn) == (State.WAITING, 2)
            assert count(bench, account_locks) == 0
            bench.carry_out(shop, "r-0")
        assert bench.job("r-0").state is State.ENDED

    def test_a_worker_that_died_between_an_end_and_its_settlement_leaves_one_end(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bench.submit(request(0))

        class Died(BaseException):
            pass

        def dies(*_: object) -> None:
            raise Died

        with bench.shop() as shop:
            with monkeypatch.context() as patch:
                patch.setattr("rpa.queue.attempt.settle", dies)
                with pytest.raises(Died):
                    bench.carry_out(shop, "r-0", lambda *_: ("needs_human", "unknown_effect"))
            take_over(bench.jobs, shop.lease.id)
        with bench.shop() as shop:
            assert bench.carry_out(shop, "r-0").started == [], "a needs_human is never run again by itself"
        assert (bench.job("r-0").state, count(bench, ends)) == (State.ENDED, 1)


class TestOneAtATime:
    """Promise 7."""

    def test_a_second_request_for_an_account_waits_for_the_first(self, bench: Bench) -> None:
        bench.submit(request(0), request(1, account_number="611000"))
        with bench.shop() as one, bench.shop() as other:
            seen = []

            def meanwhile(*_: object) -> tuple[str, str]:
                seen.append(bench.carry_out(other, "r-1").started)
                return "cancelled", ""

            bench.carry_out(one, "r-0", meanwhile)
            assert seen == [[]]
            assert "account 611000 is being worked on for request r-0" in bench.job("r-1").why
            with bench.jobs.transaction() as connection:
                bench.jobs.hurry(connection, "r-1")
            assert bench.carry_out(other, "r-1").started == ["r-1"]

    @pytest.mark.parametrize(("limit", "seconds"), [(0, 2), (5, 60), (600, 2)])
    def test_waiting_for_an_account_takes_few_of_the_places_of_a_limit(
        self, tmp_path: Path, limit: int, seconds: float
    ) -> None:
        with bench_in(tmp_path, max_requests_per_minute=limit) as bench, bench.shop() as one, bench.shop() as other:
            bench.submit(request(0), request(1, account_number="611000"))
            bench.carry_out(one, "r-0", lambda *_: bool(bench.carry_out(other, "r-1")) and ("cancelled", ""))
            job = bench.job("r-1")
        assert job.not_before is not None
        assert (job.not_before - job.since).total_seconds() == pytest.approx(seconds, abs=1)

    def test_a_console_joins_whoever_works_on_the_request(self, bench: Bench) -> None:
        bench.submit(request(0))
        told: list[str] = []
        with bench.shop() as one, bench.shop() as other:
            ended = threading.Event()

            def slow(*_: object) -> tuple[str, str]:
                joining.start()
                while not told:
                    ended.wait(0.01)
                return "cancelled", ""

            def join() -> None:
                taken = take_directly(
                    bench.records,
                    bench.jobs,
                    request(0),
                    other.lease,
                    by="bo",
                    stop=threading.Event(),
                    told=told.append,
                )
                told.append(getattr(taken, "end", "taken"))

            joining = threading.Thread(target=join)
            bench.carry_out(one, "r-0", slow)
            joining.join(10)
        assert told == ["request r-0 is being worked on by another process; waiting", End.CANCELLED]

    def test_what_a_console_takes_is_void_in_the_queue(self, bench: Bench) -> None:
        bench.submit(request(0))
        entry = bench.entry("r-0")
        with bench.shop() as shop:
            take_directly(bench.records, bench.jobs, request(0), shop.lease, by="bo", stop=threading.Event())
            assert bench.job("r-0").state is State.WORKING
            assert bench.job("r-0").turn != entry.turn


class TestFencing:
    def test_a_worker_that_was_taken_for_dead_sets_out_no_effect_and_writes_no_end(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as frozen, bench.shop() as other:
            seen: list[str] = []

            def freezes(asked: object, journal: CaseJournal, *_: object) -> tuple[str, str]:
                take_over(bench.jobs, frozen.lease.id)
                bench.carry_out(other, "r-0", effect)
                with pytest.raises(LeaseLost):
                    journal.intend("set_status", "6.3", {}, "page", "ACTIVE")
                seen.append("refused")
                return "cancelled", ""

            with pytest.raises(LeaseLost):
                bench.carry_out(frozen, "r-0", freezes)
            assert seen == ["refused"]
        assert (count(bench, ends), count(bench, intents)) == (1, 1)
        assert bench.records.verify("r-0").ok

    def test_an_effect_that_was_under_way_when_it_froze_is_found_by_who_takes_over(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as frozen, bench.shop() as other:

            def freezes(asked: object, journal: CaseJournal, *_: object) -> tuple[str, str]:
                intent = journal.intend("set_status", "6.3", {}, "page", "ACTIVE")
                take_over(bench.jobs, frozen.lease.id)
                known: list[tuple[str, int | None]] = []

                def goes_on(_: object, its: CaseJournal, *__: object) -> tuple[str, str]:
                    known.extend((one.outcome, one.requests_sent) for one in its.intents())
                    its.settle(intent, "done", "read")
                    return "cancelled", ""

                bench.carry_out(other, "r-0", goes_on)
                assert known == [("", None)]
                with pytest.raises(LeaseLost):
                    journal.sent(intent, [{"method": "POST", "path": "/x", "status": 200}])
                return "cancelled", ""

            with pytest.raises(LeaseLost):
                bench.carry_out(frozen, "r-0", freezes)
        assert bench.records.verify("r-0").ok

    def test_a_lease_that_ran_out_stays_lost(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        with bench.shop() as shop:
            assert shop.lease.valid()
            clock = [1e9]
            monkeypatch.setattr("rpa.queue.leases.boot_clock", lambda: clock[0])
            assert shop.lease.lost
            shop.lease._extend(clock[0])  # the beat that comes late
            monkeypatch.undo()
            assert shop.lease.lost

    def test_a_dead_worker_on_this_machine_is_seen_by_its_lock_file(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as dead:
            take(dead, bench.entry("r-0"), 1)
            dead.lease._stack.close()  # as the system does when a process dies
            with bench.shop() as other:
                assert sweep(bench.jobs, Watcher(bench.folder), other.lease.id) == [dead.lease.id]
                assert (bench.job("r-0").state, count(bench, account_locks)) == (State.WAITING, 0)
                assert bench.carry_out(other, "r-0").started == ["r-0"]

    def test_elsewhere_it_is_dead_when_its_beat_has_not_changed_for_longer_than_its_lease(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with bench.shop() as one:
            with bench.records.engine.begin() as connection:
                connection.execute(update(workers).values(host="elsewhere"))
            [row] = bench.jobs.workers()
            clock = [1000.0]
            monkeypatch.setattr("rpa.queue.leases.boot_clock", lambda: clock[0])
            watcher = Watcher(bench.folder)
            assert not watcher.dead(row)
            clock[0] += one.lease.seconds
            assert not watcher.dead(row)
            clock[0] += 1
            assert watcher.dead(row)


class TestFaultsAndStops:
    def test_a_fault_before_the_first_effect_is_tried_three_times(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as shop:
            for tries in (1, 2):
                bench.carry_out(shop, "r-0", lambda *_: ("needs_human", "site_down"))
                assert (bench.job("r-0").tries, bench.job("r-0").state) == (tries, State.WAITING)
                with bench.jobs.transaction() as connection:
                    bench.jobs.hurry(connection, "r-0")
            bench.carry_out(shop, "r-0", lambda *_: ("needs_human", "site_down"))
        record = bench.records.find("r-0")
        assert record.outcome is not None
        assert (record.outcome.code, record.attempts) == ("site_down", 3)

    def test_after_an_effect_a_fault_is_an_end(self, bench: Bench) -> None:
        bench.submit(request(0))

        def breaks(*given: object) -> tuple[str, str]:
            effect(*given)  # type: ignore[arg-type]
            return "needs_human", "browser_failed"

        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", breaks)
        assert (bench.job("r-0").state, bench.job("r-0").tries) == (State.ENDED, 0)

    def test_maintenance_parks_the_line_and_burns_no_request(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", lambda *_: ("needs_human", "maintenance"))
            assert (bench.job("r-0").state, bench.job("r-0").tries) == (State.WAITING, 0)
            assert "parked" in bench.line.stopped
            assert bench.carry_out(shop, "r-0").started == []

    def test_a_refused_sign_in_closes_the_line_and_burns_no_request(self, bench: Bench) -> None:
        bench.submit(request(0), request(1))
        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", lambda *_: ("needs_human", "sign_in"))
            assert bench.carry_out(shop, "r-1").started == []
            assert (bench.job("r-0").state, count(bench, notices)) == (State.WAITING, 1)
            bench.line.release("ann")
            assert bench.carry_out(shop, "r-0").started == ["r-0"]

    def test_once_the_line_is_closed_no_effect_is_set_out_by_who_is_under_way(self, bench: Bench) -> None:
        """Promise 8, in the very transaction of the intent."""
        bench.submit(request(0))

        def pauses(asked: object, journal: CaseJournal, *_: object) -> tuple[str, str]:
            bench.line.pause("lunch", "ann")
            with pytest.raises(Interrupted, match="paused: lunch"):
                journal.intend("set_status", "6.3", {}, "page", "ACTIVE")
            return "withdrawn", "interrupted"

        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", pauses)
        assert bench.job("r-0").state is State.WAITING
        with bench.records.engine.connect() as connection:
            assert connection.execute(select(intents.c.outcome)).scalars().all() in ([], ["not_done"])

    def test_records_that_cannot_be_written_stop_the_line(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        bench.submit(request(0))

        def full(*_: object) -> str:
            raise OSError(28, "No space left on device")

        with bench.shop() as shop:
            with monkeypatch.context() as patch:
                patch.setattr("rpa.records.journal.write_case", full)
                bench.carry_out(shop, "r-0")
            assert "No space left" in bench.line.stopped
            bench.line.release()
            assert bench.carry_out(shop, "r-0").started == ["r-0"]
        assert count(bench, ends) == 1


class TestPeople:
    def test_a_waiting_request_is_withdrawn_and_its_entry_is_void(self, bench: Bench) -> None:
        bench.submit(request(0))
        entry = bench.entry("r-0")
        with bench.shop() as shop:
            assert withdraw(shop, request(0), by="ann", why="stays").end is End.WITHDRAWN
            robot = Robot(cancels)
            carry_out(shop, entry, 1, robot)
        assert robot.started == []
        assert bench.records.verify("r-0").ok

    def test_one_that_is_worked_on_is_withdrawn_before_its_first_effect(self, bench: Bench) -> None:
        bench.submit(request(0))
        ends_: list[object] = []
        with bench.shop() as one, bench.shop() as desk:

            def asks() -> None:
                ends_.append(withdraw(desk, request(0), by="ann", why="stays").end)

            asking = threading.Thread(target=asks)

            def reads(asked: object, journal: CaseJournal, *_: object) -> tuple[str, str]:
                asking.start()
                while bench.job("r-0").withdraw_by is None:
                    threading.Event().wait(0.01)
                with pytest.raises(Interrupted, match="withdrawn"):
                    journal.intend("set_status", "6.3", {}, "page", "ACTIVE")
                return "withdrawn", "interrupted"

            bench.carry_out(one, "r-0", reads)
            asking.join(10)
        assert ends_ == [End.WITHDRAWN]

    def test_after_an_effect_it_is_too_late(self, bench: Bench) -> None:
        bench.submit(request(0))

        def half(*given: object) -> tuple[str, str]:
            effect(*given)  # type: ignore[arg-type]
            return "needs_human", "interrupted"

        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", half)
            with pytest.raises(TooLate, match="set_status was set out for already"):
                withdraw(shop, request(0), by="ann", why="stays")
        assert bench.job("r-0").state is State.WAITING

    def test_a_needs_human_is_tried_again_when_a_person_says_so(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", lambda *_: ("needs_human", "role_denied"))
            assert retry(bench.records, bench.jobs, "r-0", by="ann")
            assert bench.carry_out(shop, "r-0").started == ["r-0"]
            with pytest.raises(AlreadyEnded):
                retry(bench.records, bench.jobs, "r-0", by="ann")


class TestTheEngine:
    def test_entries_come_by_priority_then_in_the_order_of_acceptance(self, bench: Bench) -> None:
        bench.submit(*(request(number) for number in range(4)))
        bench.submit(request(9), priority=1)
        got: list[Entry] = []
        with launched(bench.records.engine, "x-1", got.append, lambda: 1):
            waited = threading.Event()
            for _ in range(400):
                if len(got) == 5:
                    break
                waited.wait(0.02)
        assert [entry.key for entry in got] == ["r-9", "r-0", "r-1", "r-2", "r-3"]
        assert {entry.kind for entry in got} == {REQUEST}

    def test_a_worker_is_given_no_more_than_it_has_desks_for_and_nothing_while_it_has_none(self, bench: Bench) -> None:
        bench.submit(*(request(number) for number in range(6)))
        running, most, done = [0], [0], threading.Event()
        room, go = [0], threading.Event()
        seen: list[str] = []

        def carry(entry: Entry) -> None:
            running[0] += 1
            most[0] = max(most[0], running[0])
            go.wait(0.05)
            running[0] -= 1
            seen.append(entry.key)
            if len(seen) == 6:
                done.set()

        with launched(bench.records.engine, "x-2", carry, lambda: room[0]):
            assert not done.wait(1.0)
            assert seen == []
            room[0] = 2
            assert done.wait(20)
        assert most[0] == 2

    def test_so_many_are_begun_in_a_minute_and_no_more(self, bench: Bench) -> None:
        bench.submit(*(request(number) for number in range(5)))
        got: list[str] = []
        with launched(bench.records.engine, "x-7", lambda entry: got.append(entry.key), lambda: 4, per_minute=2):
            for _ in range(200):
                if len(got) >= 2:
                    break
                threading.Event().wait(0.05)
            threading.Event().wait(1.0)
        assert sorted(got) == ["r-0", "r-1"]

    def test_what_an_executor_was_given_and_did_not_finish_is_known(self, bench: Bench) -> None:
        bench.submit(request(0))
        given, end = threading.Event(), threading.Event()

        def carry(_: Entry) -> None:
            given.set()
            end.wait(10)

        with launched(bench.records.engine, "x-3", carry, lambda: 1):
            assert given.wait(10)
            assert [entry.key for entry in bench.jobs.waiting.handed_out("x-3")["x-3"]] == ["r-0"]
            end.set()

    def test_an_entry_that_a_worker_was_given_after_it_was_fenced_is_put_back(self, bench: Bench) -> None:
        bench.submit(request(0))
        given, end = threading.Event(), threading.Event()

        def carry(_: Entry) -> None:
            given.set()
            end.wait(10)

        with bench.shop() as shop, launched(bench.records.engine, "x-5", carry, lambda: 1):
            assert given.wait(10)
            sweep(bench.jobs, Watcher(bench.folder), shop.lease.id)
            assert bench.job("r-0").turn == 2
            end.set()


def test_the_journal_tells_of_each_turn(bench: Bench) -> None:
    bench.submit(request(0))
    with bench.shop() as shop:
        bench.carry_out(shop, "r-0", lambda *_: ("needs_human", "interrupted"))
        bench.carry_out(shop, "r-0", effect)
    kinds = [line.event.kind for line in bench_lines(bench, "r-0")]
    assert kinds.count(EventKind.ATTEMPT_STARTED) == 2
    assert kinds[-1] is EventKind.END


def bench_lines(bench: Bench, request_id: str) -> tuple[Line, ...]:
    return read_chain((bench.records.find(request_id).case_dir / JOURNAL).read_bytes(), request_id).lines


def test_finished_entries_are_forgotten_after_a_while(bench: Bench) -> None:
    bench.submit(request(0), request(1, date=dt.date.today() + dt.timedelta(days=9)))  # noqa: DTZ011
    ended = threading.Event()
    with launched(bench.records.engine, "x-4", lambda _: ended.set(), lambda: 1):
        assert ended.wait(10)
    in_an_hour = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    assert bench.jobs.waiting.tidy(dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)) == 0
    assert (bench.jobs.waiting.tidy(in_an_hour), bench.jobs.waiting.tidy(in_an_hour)) == (1, 0)


class TestSigningIn:
    def test_after_a_refusal_nobody_else_tries(self, bench: Bench) -> None:
        """Eight desks with a password that was changed: one refused sign-in, not eight."""
        tried: list[int] = []
        with bench.shop() as shop, bench.shop() as other:

            def signs_in(number: int) -> None:
                turns = SignInTurns(bench.records.engine, bench.line, (shop, other)[number % 2].lease)
                with contextlib.suppress(NeedsHuman, Interrupted), turns(lambda: None):
                    tried.append(number)
                    threading.Event().wait(0.05)
                    raise NeedsHuman("sign_in", "refused")

            desks = [threading.Thread(target=signs_in, args=(number,)) for number in range(8)]
            for desk in desks:
                desk.start()
            for desk in desks:
                desk.join(30)
        assert len(tried) == 1
        assert "the sign-in failed: refused" in bench.line.stopped
        assert (count(bench, notices), count(bench, account_locks)) == (1, 0)

    def test_they_sign_in_one_after_another(self, bench: Bench) -> None:
        inside, most = [0], [0]
        with bench.shop() as shop:

            def signs_in() -> None:
                with SignInTurns(bench.records.engine, bench.line, shop.lease)(lambda: None):
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                    threading.Event().wait(0.02)
                    inside[0] -= 1

            desks = [threading.Thread(target=signs_in) for _ in range(4)]
            for desk in desks:
                desk.start()
            for desk in desks:
                desk.join(30)
        assert most == [1]


def test_a_job_whose_entry_is_gone_is_put_back(bench: Bench) -> None:
    """Found in a run of chaos: a worker that had lost its lease finished an entry whose job it had not taken."""
    bench.submit(request(0), request(1))
    ended = threading.Event()
    with launched(bench.records.engine, "x-6", lambda _: ended.set(), lambda: 1):
        assert ended.wait(10)
    assert put_back_orphans(bench.jobs) == [], "it may be on its way"
    with bench.records.engine.begin() as connection:
        connection.execute(update(jobs).values(since=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)))
    finished = put_back_orphans(bench.jobs)
    assert finished in (["r-0"], ["r-0", "r-1"])
    assert bench.job("r-0").turn == 2
    assert put_back_orphans(bench.jobs) == []

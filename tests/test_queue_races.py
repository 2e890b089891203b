"""The queue when two come at the same moment (promises 2, 7 and 12), on each database."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from rpa.database.queue_tables import audit, rechecks
from rpa.queue.answering import approve, decline
from rpa.queue.approving import Approvals
from rpa.queue.attempt import carry_out, take
from rpa.queue.engine import Entry
from rpa.queue.jobs import State
from rpa.queue.moving import move
from rpa.queue.people import TooLate, take_directly
from rpa.queue.rechecks import RECHECK, Rechecks
from rpa.queue.reconciling import BY_HAND, TOLD, begin, go_on, put_in, runs
from rpa.queue.rereading import carry
from rpa.queue.retrying import retry
from rpa.queue.sweeping import put_back_if_not_begun, take_over
from rpa.records import RecordError, RequestPurged
from rpa.records.due import PurgeOrder
from rpa.records.purging import Purging
from tests import approval_bench
from tests.meanwhile import COMMIT, meanwhile
from tests.queue_bench import Bench
from tests.races_bench import NUMBERS, attempt, bench, either, intend, set_out, submitted, with_policy
from tests.sentinel_bench import PAID, Desk, Reader, told
from tests.test_sentinel import BACK

__all__ = ["bench", "either"]
NOW = dt.datetime.now(dt.UTC)
LATER = NOW + dt.timedelta(days=1)
Act = Callable[[Bench, Entry], object]


def test_once_its_work_is_taken_over_a_worker_sets_nothing_out(bench: Bench) -> None:
    """Whoever has it next reads what was set out, and must miss nothing."""
    one = submitted(bench)

    def take_it_over() -> list[str]:
        take_over(bench.jobs, shop.lease.id)
        return set_out(bench, one.id)

    with bench.shop() as shop, attempt(bench, shop, one) as journal:
        with meanwhile(bench.records.engine, COMMIT, take_it_over) as other:
            intent = intend(journal)
        assert other.result() == set_out(bench, one.id) == [intent]
        assert other.waited


def test_once_a_person_has_taken_it_back_nothing_is_set_out_first(bench: Bench) -> None:
    one = submitted(bench)

    def take_back() -> list[str]:
        with bench.jobs.transaction() as connection:
            bench.jobs.change(connection, one.id, withdraw_by="ann", withdraw_why="a mistake")
        return set_out(bench, one.id)

    with bench.shop() as shop, attempt(bench, shop, one) as journal:
        with meanwhile(bench.records.engine, COMMIT, take_back) as other:
            intent = intend(journal)
        assert other.result() == set_out(bench, one.id) == [intent]
        assert other.waited


def test_an_entry_that_is_handed_out_twice_is_one_workers(bench: Bench) -> None:
    entry = bench.entry(submitted(bench).id)
    with bench.shop() as shop, bench.shop() as beside:
        with meanwhile(bench.records.engine, "INSERT INTO account_locks", lambda: take(beside, entry, 1)) as other:
            mine = take(shop, entry, 1)
        takers = [lease.id for lease, job in ((shop.lease, mine), (beside.lease, other.result())) if job is not None]
        assert [bench.job(entry.key).worker] == takers
        assert other.waited


def sweeps(bench: Bench, entry: Entry) -> None:
    with bench.jobs.transaction() as connection:
        put_back_if_not_begun(bench.jobs, connection, entry)


def tries_again(bench: Bench, entry: Entry) -> None:
    retry(bench.records, bench.jobs, entry.key, by="ann")


def moves(bench: Bench, entry: Entry) -> None:
    with suppress(TooLate):
        move(bench.records, bench.jobs, entry.key, dt.date(2026, 1, 3), by="ann", time_zone="UTC")


def looks_away(bench: Bench, entry: Entry) -> None: ...


@pytest.mark.parametrize(
    ("act", "before", "others", "state"),
    [
        (sweeps, "SELECT jobs.request_id", sweeps, State.WAITING),
        (moves, "UPDATE requests", looks_away, State.WAITING),
        (tries_again, "UPDATE jobs", tries_again, State.ENDED),
    ],
)
def test_nobody_puts_back_what_somebody_else_has_taken_since(
    bench: Bench, act: Act, before: str, others: Act, state: State
) -> None:
    one = submitted(bench)
    with bench.jobs.transaction() as connection:
        bench.jobs.change(connection, one.id, state=state)
    entry = bench.entry(one.id)
    with bench.shop() as beside:

        def take_it() -> bool:
            others(bench, entry)
            return take(beside, bench.entry(one.id), 1) is not None

        with meanwhile(bench.records.engine, before, take_it) as other:
            act(bench, entry)
        job = bench.job(one.id)
        assert (job.state, job.worker) == (
            (State.WORKING, beside.lease.id) if other.result() else (State.WAITING, None)
        )
        assert other.waited


def test_a_yes_and_a_no_at_once_are_one_of_them(bench: Bench) -> None:
    asking = with_policy(bench, approval=bench.profile.policy.approval.model_copy(update={"all": True}))
    one = submitted(bench)
    with asking.shop(policy=Approvals(bench.records.engine, asking.profile)) as shop:
        carry_out(shop, bench.entry(one.id), 1, approval_bench.Robot())

        def say_no() -> bool:
            with suppress(RecordError):
                decline(shop, one.id, "dora", "not this one")
                return True
            return False

        with meanwhile(bench.records.engine, "UPDATE approvals", say_no) as other:
            approve(bench.records, bench.jobs, one.id, "bob")
        assert not other.result()
        assert other.waited
        assert carry_out(shop, bench.entry(one.id), 1, robot := approval_bench.Robot()) is None
        assert robot.begun == 1


def test_a_recheck_that_is_handed_out_twice_is_read_and_told_of_once(bench: Bench) -> None:
    one = submitted(bench)
    with bench.shop() as shop, bench.shop() as beside:
        carry_out(shop, bench.entry(one.id), 1, Reader())
        with bench.jobs.transaction() as connection:
            position = Rechecks(bench.jobs.waiting).add(connection, one.id, "1 h", NOW)
        reader, entry = Reader(PAID, BACK), Entry(RECHECK, str(position), 1)
        desk = Desk(reader)
        with meanwhile(
            bench.records.engine,
            "UPDATE rechecks",
            lambda: carry(beside, entry, desk),  # type: ignore[arg-type]
        ) as other:
            carry(shop, entry, desk)  # type: ignore[arg-type]
        assert reader.read == [one.account_number]
        assert [notice.request_id for notice in told(bench)].count(one.id) == 1
        assert other.waited


def test_a_reconciliation_is_begun_once(bench: Bench) -> None:
    occasion = f"{BY_HAND} {next(NUMBERS)}"
    with meanwhile(bench.records.engine, "INSERT INTO audit", lambda: begin(bench.jobs, occasion, "bo")) as other:
        begun = begin(bench.jobs, occasion, "ann")
    assert (begun, other.result()) == (True, False)
    assert other.waited


def test_a_reconciliation_that_two_go_on_with_reads_each_account_once_and_is_told_of_once(bench: Bench) -> None:
    one = submitted(bench)
    with bench.shop() as shop:
        carry_out(shop, bench.entry(one.id), 1, Reader())
    begin(bench.jobs, f"{BY_HAND} {next(NUMBERS)}", "ann")
    run = runs(bench.jobs)[0]
    engine, these = bench.records.engine, rechecks.c.occasion == run.occasion
    with meanwhile(engine, "INSERT INTO rechecks", lambda: put_in(bench.jobs, bench.profile, run)) as other:
        put_in(bench.jobs, bench.profile, run)
    assert other.waited
    with bench.jobs.transaction() as connection:
        assert list(connection.execute(select(rechecks.c.request_id).where(these)).scalars()).count(one.id) == 1
        Rechecks(bench.jobs.waiting).void_those(connection, (these,), "read")
    run = runs(bench.jobs)[0]
    with meanwhile(engine, "INSERT INTO audit", lambda: go_on(bench.jobs, bench.profile, run)) as other:
        go_on(bench.jobs, bench.profile, run)
    with engine.connect() as connection:
        telling = select(func.count()).where(audit.c.what == TOLD, audit.c.why == run.occasion)
        assert connection.execute(telling).scalar_one() == 1
    assert other.waited


def taken_by_hand(bench: Bench, entry: Entry) -> None:
    request = bench.records.find(entry.key).request
    with bench.shop() as shop:
        take_directly(bench.records, bench.jobs, request, shop.lease, by="bo", stop=shop.stop)


@pytest.mark.parametrize("again", [tries_again, taken_by_hand])
def test_nothing_runs_again_while_it_is_purged(bench: Bench, again: Act) -> None:
    one = submitted(bench)
    with bench.shop() as shop:
        bench.carry_out(shop, one.id, lambda *_: ("needs_human", "unread"))
    purging = Purging(bench.records, PurgeOrder(ended_before=LATER, by="ann", needs_human_too=True))
    with (
        pytest.raises(RequestPurged),
        meanwhile(bench.records.engine, "UPDATE requests", lambda: again(bench, bench.entry(one.id))) as other,
    ):
        assert purging.purge(one.id)
    assert bench.job(one.id).state is State.ENDED
    assert other.waited


@pytest.mark.parametrize("either", ["postgresql"], indirect=True)
def test_a_file_given_again_puts_nothing_back_that_is_being_worked_on_by_now(bench: Bench) -> None:
    """What a person had stopped goes on when its file is given again; here, to two workers at once."""
    one = submitted(bench)
    with bench.jobs.transaction() as connection:
        bench.jobs.change(connection, one.id, state=State.HELD)
    with bench.shop() as shop:

        def go_on_first() -> bool:
            bench.submit(one)
            return take(shop, bench.entry(one.id), 1) is not None

        with meanwhile(bench.records.engine, "FOR UPDATE", go_on_first) as other:
            bench.submit(one)
        assert other.result()
        assert (bench.job(one.id).state, bench.job(one.id).worker) == (State.WORKING, shop.lease.id)

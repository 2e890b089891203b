"""Found by a reader of the queue's code: what was lost, left locked or told falsely when things failed in between."""
# ruff: noqa: BLE001, PLC0415, SIM117

import contextlib
import datetime as dt
import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from flows.errors import Interrupted, LeaseLost
from flows.model import End
from rpa.database.queue_tables import account_locks
from rpa.queue import people, rereading, sign_ins
from rpa.queue.attempt import carry_out, give_back, take, work
from rpa.queue.engine import Entry
from rpa.queue.guard import Guard
from rpa.queue.jobs import State
from rpa.queue.leases import Watcher
from rpa.queue.people import take_directly, withdraw
from rpa.queue.rechecks import RECHECK, due_now
from rpa.queue.sweeping import Strays, put_back_orphans, sweep, take_over
from tests.queue_bench import Robot, bench_in, effect, request
from tests.sentinel_bench import Desk, Reader, age, planned, watched


@pytest.fixture
def bench(tmp_path):
    with bench_in(tmp_path) as b:
        yield b


def locks(bench):
    with bench.records.engine.connect() as c:
        return [tuple(r) for r in c.execute(select(account_locks.c.account_number, account_locks.c.worker))]


def healed(bench, shop):
    """All that looks after stuck work, long afterwards."""
    sweep(bench.jobs, Watcher(bench.folder), shop.lease.id)
    s = Strays()
    s.put_back(bench.jobs, shop.lease.id, set())
    s.put_back(bench.jobs, shop.lease.id, set())
    put_back_orphans(bench.jobs)


def loses_the_first_answer(shop):
    """The next transaction is committed, and its caller is told that it failed."""
    real, times = shop.jobs.transaction, []

    @contextlib.contextmanager
    def lossy():
        with real() as c:
            yield c
        times.append(1)
        if len(times) == 1:
            raise OperationalError("COMMIT", {}, Exception("server closed the connection"))

    shop.jobs.transaction = lossy


def test_a_job_that_was_taken_by_a_commit_whose_answer_was_lost_is_put_back(bench):
    bench.submit(request(0))
    with bench.shop() as shop, bench.shop():
        shop.lease.pause = lambda s: None
        loses_the_first_answer(shop)
        robot = Robot(effect)
        carry_out(shop, bench.entry("r-0"), 1, robot)
        assert robot.started == []
        healed(bench, shop)
        job = bench.job("r-0")
        assert job.state is not State.WORKING, (job.state, locks(bench), bench.jobs.open())


def test_a_recheck_that_was_interrupted_is_put_back_and_its_account_is_free(bench):
    with bench.shop() as shop, bench.shop() as other:
        watched(bench, shop)
        bench.submit(request(0))
        carry_out(shop, bench.entry("r-0"), 1, Reader())
        age(bench, due=dt.datetime.now(dt.UTC) - dt.timedelta(hours=1))
        reader = Reader()
        reader.fails = Interrupted("the line is stopped: the sign-in failed")
        entry = Entry(RECHECK, "1", planned(bench)[0].turn)
        try:
            rereading.carry(shop, entry, Desk(reader))
        except Exception as error:
            give_back(shop, entry, error)
        healed(bench, other)
        with bench.records.engine.connect() as c:
            assert locks(bench) == [], (planned(bench)[0].state, locks(bench), due_now(c), shop.failures)


def test_a_console_that_was_killed_goes_on_though_no_worker_is_there(bench, monkeypatch):
    """`rpa cancel` ended by the third Ctrl-C; the same command again."""
    with contextlib.suppress(KeyboardInterrupt), bench.shop(unattended=False) as shop:
        job = take_directly(bench.records, bench.jobs, request(0), shop.lease, by="x", stop=threading.Event())

        def ctrl_c(*_):
            raise KeyboardInterrupt

        work(shop, job, Robot(ctrl_c))
    with bench.shop(unattended=False) as shop:
        stop = threading.Event()
        threading.Timer(5, stop.set).start()
        told = []
        job = take_directly(bench.records, bench.jobs, request(0), shop.lease, by="x", stop=stop, told=told.append)


def test_what_was_withdrawn_is_not_carried_out_by_the_next_worker(bench):
    bench.submit(request(0))

    class Killed(BaseException): ...

    with contextlib.suppress(Killed), bench.shop() as shop:

        def act(req, journal, stop):
            with bench.jobs.transaction() as c:
                bench.jobs.change(c, "r-0", withdraw_by="Ann", withdraw_why="the customer stays")
            with contextlib.suppress(Interrupted):
                journal.intend("set_status", "6.3", {}, "page", "ACTIVE")
            raise Killed

        bench.carry_out(shop, "r-0", act)
    with bench.shop() as shop:
        sweep(bench.jobs, Watcher(bench.folder), shop.lease.id)
        bench.carry_out(shop, "r-0", effect)
        out = bench.records.find("r-0").outcome
        assert out.end is End.WITHDRAWN, (
            out.end,
            [(i.id, i.outcome, i.requests_sent) for i in bench.records.intents("r-0")],
        )


def test_a_refused_intent_is_no_effect_that_makes_a_withdrawal_too_late(bench):
    bench.submit(request(0))
    with bench.shop() as shop:

        def paused(req, journal, stop):
            bench.line.pause("x", "ann")
            with contextlib.suppress(Interrupted):
                journal.intend("set_status", "6.3", {}, "page", "ACTIVE")
            return "needs_human", "interrupted"

        bench.carry_out(shop, "r-0", paused)
        bench.line.release("ann")

        def again(req, journal, stop):
            return "needs_human", "interrupted"

        bench.carry_out(shop, "r-0", again)
        withdraw(shop, request(0), by="Ann", why="stays")


def test_withdrawn_is_never_said_after_an_effect(bench, monkeypatch):
    bench.submit(request(0))
    with bench.shop() as shop, bench.shop() as me:
        real = people._take_to_withdraw

        def late(*a):
            # between the look for intents and the taking: SQLite's lock was waited for, meanwhile a worker...
            def act(req, journal, stop):
                effect(req, journal)
                return "needs_human", "interrupted"  # e.g. paused after the first effect

            if bench.job("r-0").state is State.WAITING and not bench.records.intents("r-0"):
                bench.carry_out(shop, "r-0", act)
            return real(*a)

        monkeypatch.setattr(people, "_take_to_withdraw", late)
        with contextlib.suppress(people.TooLate):
            withdraw(me, request(0), by="Ann", why="stays")
        out = bench.records.find("r-0").outcome
        assert out is None or out.end is not End.WITHDRAWN, (
            out.message,
            [i.outcome for i in bench.records.intents("r-0")],
        )


def test_a_fenced_worker_does_not_take_the_journal_of_its_successor(bench):
    bench.submit(request(0))
    with bench.shop() as a, bench.shop() as b:
        take(a, bench.entry("r-0"), 1)  # then frozen, before the journal is opened
        take_over(bench.jobs, a.lease.id)
        seen = {}

        def act(req, journal, stop):
            with contextlib.suppress(LeaseLost):  # a wakes up and goes on
                with bench.records.begin(req, profile=bench.profile, guard=Guard(a.lease, a.line, req.id)):
                    seen["a"] = "began"
            return effect(req, journal)

        bench.carry_out(b, "r-0", act)
        out = bench.records.find("r-0").outcome
        report = bench.records.verify("r-0")
        assert report.ok, (seen, out and out.end, report)


def test_after_that_the_request_can_still_be_begun(bench):
    bench.submit(request(0))

    class Killed(BaseException): ...

    with bench.shop() as a:
        take(a, bench.entry("r-0"), 1)
        take_over(bench.jobs, a.lease.id)
        with contextlib.suppress(Killed), bench.shop() as b:

            def act(req, journal, stop):
                with contextlib.suppress(LeaseLost):
                    with bench.records.begin(req, profile=bench.profile, guard=Guard(a.lease, a.line, req.id)):
                        pass
                effect(req, journal)
                raise Killed

            bench.carry_out(b, "r-0", act)
    with bench.shop() as c:
        sweep(bench.jobs, Watcher(bench.folder), c.lease.id)
        bench.carry_out(c, "r-0", effect)
        assert bench.job("r-0").state is State.ENDED, bench.job("r-0").why


def test_a_turn_to_sign_in_that_could_not_be_given_back_is_taken_up_again(bench, monkeypatch):
    with bench.shop() as shop:
        turns = sign_ins.SignInTurns(bench.records.engine, bench.line, shop.lease)
        real, fail = sign_ins.writing, []

        @contextlib.contextmanager
        def away(engine):
            if fail:
                raise OperationalError("x", {}, Exception("the database is away"))
            with real(engine) as c:
                yield c

        monkeypatch.setattr(sign_ins, "writing", away)
        with contextlib.suppress(OperationalError), turns(lambda: None):
            fail.append(1)
        fail.clear()
        sweep(bench.jobs, Watcher(bench.folder), "somebody else")
        done = []

        def again():
            with turns(lambda: None):
                done.append(1)

        t = threading.Thread(target=again, daemon=True)
        t.start()
        t.join(3)
        assert done, locks(bench)


def test_the_cap_of_a_run_counts_what_other_desks_may_still_cause(tmp_path):
    with bench_in(tmp_path, max_effects_per_run=9) as bench:
        bench.submit(*[request(n) for n in range(4)])
        with bench.shop() as shop:
            taken = [take(shop, bench.entry(f"r-{n}"), n) for n in range(4)]
            assert len([t for t in taken if t]) == 1, len([t for t in taken if t])


def test_a_recheck_that_fails_gives_back_no_request(bench):
    with bench.shop() as shop:
        watched(bench, shop)
        bench.submit(request(0), request(5, id="1"))
        carry_out(shop, bench.entry("r-0"), 1, Reader())
        take(shop, bench.entry("1"), 2)  # at another desk
        reader = Reader()

        def bug():
            raise RuntimeError("no browser")

        reader.meanwhile = bug
        entry = Entry(RECHECK, "1", planned(bench)[0].turn)
        try:
            rereading.carry(shop, entry, Desk(reader))
        except Exception as error:
            give_back(shop, entry, error)
        assert bench.job("1").state is State.WORKING, (bench.job("1").state, locks(bench))


def test_a_no_that_could_not_be_carried_out_for_the_database_is_carried_out_later(bench, monkeypatch):
    from rpa.queue import not_approved as na
    from rpa.queue.approval_rows import Answer, ask

    bench.submit(request(0))
    with bench.shop() as shop, bench.shop() as other:
        with bench.jobs.transaction() as c:
            bench.jobs.end(c, "r-0", State.WAITING_APPROVAL)
            asked = ask(c, "r-0", "h" * 64, "{}", [], 1)
            na.say_no(bench.jobs, c, asked, Answer.DECLINED, "Ann", "no")

        def away(*a):
            shop.lease._lost.set()  # for longer than the lease
            raise OperationalError("x", {}, Exception("away"))

        real = type(shop.records).find
        monkeypatch.setattr(type(shop.records), "find", away)
        with contextlib.suppress(LeaseLost):
            na.expire(shop)
        monkeypatch.setattr(type(shop.records), "find", real)
        take_over(bench.jobs, shop.lease.id)
        na.expire(other)
        assert (bench.job("r-0").state, bench.job("r-0").withdraw_by) == (State.WAITING, "Ann")
        assert bench.carry_out(other, "r-0").started == []
        assert bench.records.find("r-0").outcome.end is End.WITHDRAWN


def test_the_line_is_stopped_though_the_answer_of_the_settlement_was_lost(bench):
    bench.submit(request(0))
    with bench.shop() as shop:
        shop.lease.pause = lambda s: None
        job = take(shop, bench.entry("r-0"), 1)
        loses_the_first_answer(shop)

        def act(*_):
            return "needs_human", "sign_in"

        work(shop, job, Robot(act))
        assert bench.line.stopped

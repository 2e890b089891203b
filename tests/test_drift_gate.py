"""The gate: nothing is begun on an admin UI that has changed, or of which that is not known."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError

from flows.errors import Drifted, Fault, Interrupted, LeaseLost, NeedsHuman, Refusal
from flows.model import Outcome
from rpa.line import DRIFT as CHANGED
from rpa.queue.attempt import carry_out
from rpa.queue.checks import unchecked
from rpa.queue.comparing import attend
from rpa.queue.desks import Desks
from rpa.queue.jobs import State
from rpa.queue.people import Nobody
from rpa.queue.sweeping import take_over
from rpa.queue.worker import Worker
from rpa.results import Result
from tests.databases import database_url
from tests.gate_bench import AS_LEARNED, DRIFT, GONE, HARMLESS, NEW_HELP, AtGate, at_gate, checked
from tests.queue_bench import Bench, Robot, bench_in, cancels, effect, outcome, request
from tests.sentinel_bench import copied, told

__all__ = ["database_url"]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    with bench_in(folder) as bench:
        bench.submit(request(0), request(1))
    return folder


@pytest.fixture
def bench(empty: Path, tmp_path: Path) -> Iterator[Bench]:
    """Two requests wait."""
    copied(empty, tmp_path)
    with bench_in(tmp_path) as bench:
        yield bench


def one(bench: Bench, gate: AtGate, act: Any = cancels, number: int = 0) -> list[str]:
    """Carry a request out; the requests that were begun for it."""
    with bench.shop(gate=gate.gate) as shop:
        return bench.carry_out(shop, f"r-{number}", act).started


class Drifting(Robot):
    """Ends as cancelled, and has seen drift on the way."""

    def cancel(self, *given: Any, **more: Any) -> Outcome:
        return super().cancel(*given, **more).model_copy(update={"drift": GONE})


class TestAtStart:
    def test_nothing_is_begun_before_the_ui_was_compared(self, bench: Bench) -> None:
        gate = at_gate()
        assert one(bench, gate) == []
        assert "compared with its baseline first (at start)" in bench.job("r-0").why
        with bench.shop(gate=gate.gate) as shop:
            gate.compare(shop)
        with bench.jobs.transaction() as connection:
            bench.jobs.hurry(connection, "r-0")
        assert one(bench, gate) == ["r-0"]

    def test_what_matters_stops_the_line_for_all_workers(self, bench: Bench) -> None:
        gate = at_gate(DRIFT)
        with bench.shop(gate=gate.gate) as shop, bench.shop() as other:
            gate.compare(shop)
            assert bench.carry_out(other, "r-0").started == []
        why = bench.line.stopped
        assert GONE in why
        assert all(word in why for word in (CHANGED, "rpa check", "rpa profile accept", "rpa release", "checks/1"))
        [notice] = told(bench, "line_stopped")
        assert "rpa profile accept" in notice.body, "what to do stands before what the site says, which is struck"
        seen = checked(bench)
        assert seen is not None
        assert (seen.changes, seen.matters, seen.why, seen.folder) == (2, 1, "at start", "rpa-data/checks/1")

    def test_so_it_is_on_each_database(self, database_url: str, tmp_path: Path) -> None:
        gate = at_gate(DRIFT, AS_LEARNED)
        with bench_in(tmp_path, database_url) as bench, bench.shop(gate=gate.gate) as shop:
            bench.submit(request(0))
            gate.compare(shop)
            assert GONE in bench.line.stopped
            bench.line.release("ann")
            gate.compare(shop)
            assert bench.carry_out(shop, "r-0", lambda *_: ("needs_human", "unknown_page")).started == ["r-0"]
            with bench.records.engine.connect() as connection:
                assert unchecked(connection)
            seen = checked(bench)
            assert seen is not None
            assert (seen.changes, seen.matters) == (0, 0)

    def test_released_it_is_compared_again_before_anything_is_begun(self, bench: Bench) -> None:
        gate = at_gate(DRIFT, DRIFT, AS_LEARNED)
        with bench.shop(gate=gate.gate) as shop:
            for still in (True, False):
                gate.compare(shop)
                bench.line.release("ann")
                assert bool(gate.gate.shut)
                if still:
                    assert bench.carry_out(shop, "r-0").started == []
            gate.compare(shop)
            assert bench.carry_out(shop, "r-1").started == ["r-1"]
        assert len(told(bench, "line_stopped")) == 2

    def test_what_no_effect_relies_on_is_told_once_and_the_work_goes_on(self, bench: Bench) -> None:
        gate = at_gate(NEW_HELP)
        with bench.shop(gate=gate.gate) as shop:
            gate.compare(shop)
            gate.gate.ask("again")
            gate.compare(shop)
            assert bench.carry_out(shop, "r-0").started == ["r-0"]
        assert bench.line.stopped == ""
        assert (len(told(bench, "drift")), len(gate.said)) == (1, 2)
        assert HARMLESS in gate.said[0]
        assert HARMLESS not in told(bench, "drift")[0].body


class TestNotCompared:
    """It is neither drift nor none: nothing is begun."""

    @pytest.mark.parametrize(
        ("met", "line", "code"),
        [
            (NeedsHuman("maintenance", "back at 9"), "parked", "maintenance"),
            (NeedsHuman("sign_in", "wrong password"), "the sign-in failed", "sign_in"),
            (Refusal("foreign_host", "led to http://evil"), "could not be compared (foreign_host)", "foreign_host"),
            (NeedsHuman("no_baseline", "it is not there"), "could not be compared (no_baseline)", "no_baseline"),
            (OSError(28, "No space left on device"), "No space left", "records"),
            (NeedsHuman("site_down", "no answer"), "", "site_down"),
            (Fault("the browser failed"), "", "browser_failed"),
            (PlaywrightError("Target closed"), "", "browser_failed"),
        ],
    )
    def test_it_is_treated_as_a_request_would_be(self, bench: Bench, met: Exception, line: str, code: str) -> None:
        gate = at_gate(met)
        with bench.shop(gate=gate.gate) as shop:
            gate.compare(shop)
            assert bool(bench.line.stopped) == bool(line)
            assert line in bench.line.stopped
            assert CHANGED not in bench.line.stopped
            bench.line.release()
            assert bench.carry_out(shop, "r-0").started == []
        seen = checked(bench)
        assert seen is not None
        assert (seen.changes, seen.matters, seen.summary.split(":")[0]) == (None, None, code)

    def test_a_site_that_is_down_is_asked_again_later_and_people_are_told_once(self, bench: Bench) -> None:
        gate = at_gate(*[NeedsHuman("site_down", "no answer")] * 5, AS_LEARNED)
        with bench.shop(gate=gate.gate) as shop:
            for _ in range(5):
                assert gate.gate.ready()
                gate.compare(shop)
                assert not gate.gate.ready(), "not at once"
                gate.clock.now += 900
            assert (len(told(bench, "drift")), bool(gate.gate.stuck), shop.exhausted) == (1, True, "")
            gate.compare(shop)
            assert (gate.gate.shut, gate.gate.stuck) == ("", "")

    def test_where_no_browser_works_the_process_is_of_no_use(self, bench: Bench) -> None:
        gate = at_gate(Fault("no browser"))
        with bench.shop(gate=gate.gate) as shop:
            for _ in range(3):
                gate.compare(shop)
            assert "3 times in a row" in shop.exhausted

    def test_broken_off_by_a_stop_it_is_still_to_be_made(self, bench: Bench) -> None:
        gate = at_gate(Interrupted("stop"))
        with bench.shop(gate=gate.gate) as shop:
            gate.compare(shop)
        assert gate.gate.shut
        assert checked(bench) is None

    def test_a_worker_that_was_taken_for_dead_stops_no_line(self, bench: Bench) -> None:
        gate = at_gate(DRIFT)
        with bench.shop(gate=gate.gate) as shop:
            gate.site.meanwhile = lambda _stop: take_over(bench.jobs, shop.lease.id)
            with pytest.raises(LeaseLost):
                gate.compare(shop)
        assert (bench.line.stopped, checked(bench)) == ("", None)
        assert gate.gate.shut


class TestAfterAnEnd:
    def opened(self, bench: Bench, **policy: Any) -> AtGate:
        return at_gate(**{"at_start": False} | policy)

    @pytest.mark.parametrize("code", ["unknown_page", "drift"])
    def test_an_unknown_page_shuts_it_before_the_next_is_begun(self, bench: Bench, code: str) -> None:
        gate = self.opened(bench)
        assert one(bench, gate, lambda *_: ("needs_human", code)) == ["r-0"]
        assert one(bench, gate, number=1) == []
        assert gate.gate.due == f"after {code} at request r-0"

    def test_so_does_one_that_a_worker_has_recorded_who_died_before_it_was_settled(self) -> None:
        gate = at_gate(at_start=False)
        gate.gate.ended(Result(request(), outcome(request(), "needs_human", "unknown_page"), earlier=True))
        assert gate.gate.shut

    def test_it_is_shut_before_the_end_is_settled(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another desk takes its next request in any moment."""
        gate, seen = self.opened(bench), list[str]()
        monkeypatch.setattr("rpa.queue.attempt.settle", lambda *_: seen.append(gate.gate.shut))
        one(bench, gate, lambda *_: ("needs_human", "unknown_page"))
        assert len(seen) == 1
        assert seen[0]

    def test_other_ends_do_not_nor_where_the_profile_says_no(self, bench: Bench) -> None:
        gate = self.opened(bench)
        one(bench, gate, lambda *_: ("needs_human", "role_denied"))
        assert gate.gate.shut == ""
        gate = self.opened(bench, after_unknown_page=False)
        one(bench, gate, lambda *_: ("needs_human", "unknown_page"), number=1)
        assert gate.gate.shut == ""

    def test_what_is_asked_for_meanwhile_is_not_forgotten(self, bench: Bench) -> None:
        gate = at_gate()
        gate.site.meanwhile = lambda _stop: gate.gate.ask("an unknown page")
        with bench.shop(gate=gate.gate) as shop:
            gate.compare(shop)
            assert gate.gate.shut
            gate.site.meanwhile = lambda _stop: None
            gate.compare(shop)
        assert gate.gate.shut == ""

    def test_a_worker_that_died_in_between_has_left_it_to_the_next(self, bench: Bench) -> None:
        gate = self.opened(bench)
        one(bench, gate, lambda *_: ("needs_human", "unknown_page"))
        later = self.opened(bench)
        made = threading.Event()
        later.site.meanwhile = lambda _stop: made.set()
        with bench.shop(gate=later.gate) as shop, bench.records.engine.connect() as connection:
            attending(later, shop, made)
            assert not unchecked(connection)
        assert later.site.compared == 1


def attending(gate: AtGate, shop: Any, until: threading.Event) -> None:
    """The gate's thread, until that event and the gate are both settled."""
    over = threading.Event()
    thread = threading.Thread(target=attend, args=(gate.gate, shop, Desks(1, Opened), over))
    thread.start()
    assert until.wait(20)
    for _ in range(400):
        if not gate.gate.shut:
            break
        over.wait(0.05)
    over.set()
    thread.join(20)


class Opened(Robot):
    mark, served = "--none", 0

    def __init__(self, act: Any = cancels) -> None:
        super().__init__(act)

    def memory(self) -> int:
        return 0

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *_: object) -> None:
        pass


class TestByTheClock:
    def test_every_so_many_hours_by_a_clock_that_goes_on_while_the_machine_sleeps(self, bench: Bench) -> None:
        gate = at_gate(every_hours=6)
        with bench.shop(gate=gate.gate) as shop:
            gate.compare(shop)
            gate.clock.now += 6 * 3600 - 1
            assert not gate.gate.ready()
            gate.clock.now += 1
            assert gate.gate.ready()
            assert gate.gate.due == "every 6 h"
            gate.compare(shop)
            assert not gate.gate.ready()

    def test_never_again_where_the_profile_says_so(self) -> None:
        gate = at_gate(at_start=False, every_hours=0)
        gate.clock.now += 1e9
        assert not gate.gate.ready()


class TestSeenAtARequest:
    def test_it_stops_the_line_at_once_whatever_the_end(self, bench: Bench) -> None:
        gate = at_gate(AS_LEARNED, at_start=False)
        with bench.shop(gate=gate.gate) as shop, bench.shop() as other:
            carry_out(shop, bench.entry("r-0"), 1, Drifting(effect))
            assert bench.carry_out(other, "r-1").started == []
        record = bench.records.find("r-0")
        assert record.outcome is not None
        assert (record.outcome.end, record.outcome.drift) == ("cancelled", GONE)
        assert CHANGED in bench.line.stopped
        assert GONE in bench.line.stopped
        assert "request r-0" in bench.line.stopped
        assert len(told(bench, "line_stopped")) == 1
        assert gate.gate.shut, "released, it is compared first"
        with bench.records.engine.connect() as connection:
            assert unchecked(connection), "by another worker too, should this one die"

    def test_nor_is_it_forgotten_where_the_request_is_broken_off(self, bench: Bench) -> None:
        def broken_off(*given: Any) -> tuple[str, str]:
            effect(*given)
            return "needs_human", "interrupted"

        with bench.shop() as shop:
            carry_out(shop, bench.entry("r-0"), 1, Drifting(broken_off))
        assert bench.job("r-0").state is State.WAITING
        assert GONE in bench.line.stopped

    def test_a_line_that_another_worker_has_stopped_so_is_compared_first_once_it_is_released(
        self, bench: Bench
    ) -> None:
        gate = at_gate(at_start=False)
        gate.gate.see(bench.line.closed)
        bench.line.pause("lunch", "ann")
        gate.gate.see(bench.line.closed)
        assert gate.gate.shut == ""
        bench.line.release()
        bench.line.end(outcome(request()).model_copy(update={"drift": GONE}))
        gate.gate.see(bench.line.closed)
        bench.line.release()
        gate.gate.see(bench.line.closed)
        assert gate.gate.shut

    def test_even_of_an_end_that_says_nothing_else(self, bench: Bench) -> None:
        bench.line.end(outcome(request(), "needs_human", "maintenance").model_copy(update={"drift": GONE}))
        assert GONE in bench.line.stopped

    def test_an_account_that_is_read_again_stops_it_too(self, bench: Bench) -> None:
        from tests.sentinel_bench import Reader, read_again, watched  # noqa: PLC0415

        with bench.shop() as shop:
            carry_out(watched(bench, shop), bench.entry("r-0"), 1, Reader())
            read = read_again(bench, shop, Reader(fails=Drifted(GONE)))
        assert (read.state, read.tries) == ("waiting", 0)
        assert CHANGED in bench.line.stopped


class TestAtWork:
    """With the engine, as `rpa work` has it."""

    def work(self, bench: Bench, gate: AtGate, robots: list["Opened"], **more: Any) -> None:
        stop = threading.Event()
        late = threading.Timer(60, stop.set)
        late.start()
        try:
            Worker(
                bench.records, bench.profile, bench.folder, lambda _lease: robots.pop(), len(robots), stop, Nobody(),
                done=lambda jobs: bench.line.closed is not None or not jobs.open(), gate=gate.gate, **more,
            ).run()  # fmt: skip
        finally:
            late.cancel()
        assert not stop.is_set()

    def test_drift_at_start_stops_the_line_before_any_request(self, bench: Bench) -> None:
        gate, robots = at_gate(DRIFT), [Opened(), Opened()]
        self.work(bench, gate, robots[:])
        assert [robot.started for robot in robots] == [[], []]
        assert (gate.site.compared, bench.job("r-0").state) == (1, State.WAITING)
        assert GONE in bench.line.stopped

    def test_after_an_unknown_page_no_desk_begins_anything_before_the_ui_was_compared(self, bench: Bench) -> None:
        """r-1 is at the other desk meanwhile, and ends; r-2 and r-3 wait."""
        bench.submit(request(2), request(3))
        log, met, compared = list[str](), threading.Event(), threading.Event()

        def act(asked: Any, *_: Any) -> tuple[str, str]:
            log.append(asked.id)
            if asked.id == "r-0":
                met.set()
                return "needs_human", "unknown_page"
            if asked.id == "r-1":
                assert met.wait(20)
            return "cancelled", ""

        def compare(_stop: threading.Event) -> None:
            if gate.gate.due != "at start":
                compared.wait(1.0)  # time in which somebody might begin something
            log.append(gate.gate.due)

        gate = at_gate(every_hours=0)
        gate.site.meanwhile = compare
        self.work(bench, gate, [Opened(act), Opened(act)])
        assert log[0] == "at start"
        assert sorted(log[1:3]) == ["r-0", "r-1"]
        assert log[3] == "after unknown_page at request r-0"
        assert sorted(log[4:]) == ["r-2", "r-3"]

    def test_asked_to_end_meanwhile_the_worker_does_not_wait_for_it(self, bench: Bench) -> None:
        gate, stop, broken_off = at_gate(), threading.Event(), list[bool]()

        def hangs(its: threading.Event) -> None:
            stop.set()
            broken_off.append(its.wait(20))
            raise Interrupted("stop")

        gate.site.meanwhile = hangs
        robots = [Opened()]
        worker = Worker(
            bench.records, bench.profile, bench.folder, lambda _lease: robots[0], 1, stop, Nobody(), gate=gate.gate
        )
        worker.run()
        assert broken_off == [True]
        assert (robots[0].started, checked(bench)) == ([], None)

"""A person moves a date, tries again, and all of it is written down."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from rpa.cases import verify
from rpa.database.queue_tables import approvals
from rpa.queue.jobs import State
from rpa.queue.moving import Moved, move
from rpa.queue.people import TooLate
from rpa.queue.retrying import TooEarly, retry
from rpa.queue.submitting import opening
from rpa.queue.trail import accepted, trail
from rpa.records import AlreadyBegun, AlreadyEnded, RequestConflict
from tests.queue_bench import Bench, bench_in, cancels, effect, request

TODAY = dt.date.today()  # noqa: DTZ011 (any day)
SOON, LATER = TODAY + dt.timedelta(days=40), TODAY + dt.timedelta(days=50)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as bench:
        yield bench


def to(bench: Bench, date: dt.date, request_id: str = "r-0") -> Moved:
    return move(bench.records, bench.jobs, request_id, date, by="ann", time_zone="UTC")


def breaks_off(*_: Any) -> tuple[str, str]:
    return "needs_human", "interrupted"


class TestMove:
    def test_it_waits_for_the_new_date_and_the_entry_of_the_old_one_is_void(self, bench: Bench) -> None:
        bench.submit(request(0))
        old = bench.entry("r-0")
        assert to(bench, SOON).before.date == dt.date(2026, 1, 2)
        assert bench.job("r-0").not_before == opening(SOON, "UTC")
        assert bench.entry("r-0").turn > old.turn
        with bench.shop() as shop:
            assert bench.carry_out(shop, "r-0").started == []

    def test_a_date_that_has_come_is_not_waited_for(self, bench: Bench) -> None:
        bench.submit(request(0, date=LATER))
        to(bench, TODAY - dt.timedelta(days=1))
        assert bench.job("r-0").not_before is None

    def test_the_robot_is_given_the_new_date_and_so_the_form(self, bench: Bench) -> None:
        bench.submit(request(0))
        to(bench, dt.date(2026, 1, 20))
        seen: list[dt.date] = []
        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", lambda asked, *_: (seen.append(asked.date), cancels())[1])
        assert seen == [dt.date(2026, 1, 20)]

    def test_as_it_was_accepted_it_still_fits_and_with_any_other_date_it_does_not(self, bench: Bench) -> None:
        bench.submit(request(0))
        to(bench, SOON)
        again = bench.submit(request(0))
        assert (again.new, again.queued, again.dates) == (0, 1, (SOON,))
        assert bench.records.conflicts([request(0), request(0, date=SOON)]) == {}
        with pytest.raises(RequestConflict):
            bench.submit(request(0, date=LATER))

    def test_one_that_was_never_queued_waits_for_the_date_it_was_moved_to(self, bench: Bench) -> None:
        bench.records.accept(request(0))
        assert to(bench, SOON).job is None
        bench.submit(request(0))
        assert bench.job("r-0").not_before == opening(SOON, "UTC")

    def test_the_case_file_tells_the_date_of_the_last_attempt(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", breaks_off)
            to(bench, dt.date(2026, 1, 20))
            bench.carry_out(shop, "r-0")
        folder = bench.records.find("r-0").case_dir
        page = (folder / "case.html").read_text(encoding="utf-8")
        assert ("2026-01-20" in page, "2026-01-02" in page) == (True, False)
        assert verify(folder).findings == ()

    def test_not_while_it_is_being_worked_on(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as shop:

            def moved_meanwhile(*_: Any) -> tuple[str, str]:
                with pytest.raises(TooLate, match="is being worked on"):
                    to(bench, SOON)
                return cancels()

            bench.carry_out(shop, "r-0", moved_meanwhile)
        assert bench.records.find("r-0").request.date == dt.date(2026, 1, 2)

    def test_not_once_a_change_was_set_out(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as shop:
            bench.carry_out(shop, "r-0", lambda *given: (effect(*given), breaks_off())[1])
        with pytest.raises(AlreadyBegun, match="was set out already, for 2026-01-02"):
            to(bench, SOON)
        assert bench.records.find("r-0").request.date == dt.date(2026, 1, 2)

    def test_not_after_its_end(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.shop() as shop:
            bench.carry_out(shop, "r-0")
        with pytest.raises(AlreadyEnded, match="has its end: cancelled; its date can't be moved"):
            to(bench, SOON)
        assert [deed.what for deed in trail(bench.records.engine)] == ["submit"]

    def test_a_plan_approved_for_another_date_is_not_approved(self, bench: Bench) -> None:
        bench.submit(request(0))
        now = dt.datetime.now(dt.UTC)
        row = {"request_id": "r-0", "plan_hash": "a", "plan": "{}", "reasons": "[]", "asked_at": now, "by": "bob"}
        with bench.jobs.transaction() as connection:
            connection.execute(insert(approvals), row | {"expires_at": now, "state": "approved"})
            bench.jobs.end(connection, "r-0", State.WAITING_APPROVAL)
        to(bench, SOON)
        with bench.records.engine.connect() as connection:
            assert connection.execute(select(approvals.c.state)).scalars().all() == ["void"]
        assert bench.job("r-0").state is State.WAITING

    def test_one_that_a_person_had_stopped_stays_so(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.jobs.transaction() as connection:
            bench.jobs.end(connection, "r-0", State.HELD)
        to(bench, SOON)
        assert bench.job("r-0").state is State.HELD


class TestRetry:
    def test_one_that_waits_for_its_date_is_not_begun_before(self, bench: Bench) -> None:
        bench.submit(request(0, date=SOON))
        with pytest.raises(TooEarly, match=f"waits for its date, {SOON}"):
            retry(bench.records, bench.jobs, "r-0", by="ann")
        assert bench.job("r-0").not_before == opening(SOON, "UTC")

    def test_one_that_waits_for_another_try_waits_no_longer(self, bench: Bench) -> None:
        bench.submit(request(0))
        with bench.jobs.transaction() as connection:
            at = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
            bench.jobs.put_back(connection, "r-0", "no browser opens", at=at)
        assert retry(bench.records, bench.jobs, "r-0", by="ann") is False
        assert bench.job("r-0").not_before is None


class TestTrail:
    def test_who_did_what_newest_last(self, bench: Bench) -> None:
        bench.submit(request(0), request(1), by="bob")
        to(bench, SOON)
        bench.line.pause("lunch", "ann")
        bench.line.release("cid")
        told = [(deed.who, deed.what, deed.request_id) for deed in trail(bench.records.engine)]
        assert told == [("bob", "submit", ""), ("ann", "move", "r-0"), ("ann", "pause", ""), ("cid", "release", "")]
        assert [deed.what for deed in trail(bench.records.engine, limit=1)] == ["release"]
        assert [deed.why for deed in trail(bench.records.engine, "r-0")] == [f"from 2026-01-02 to {SOON}"]
        assert trail(bench.records.engine)[-1].why == "it was paused: lunch"

    def test_a_request_of_a_file_knows_who_submitted_it(self, bench: Bench) -> None:
        batch = bench.submit(request(0), request(1), by="bob").batch
        first = accepted(bench.records.find("r-1"), bench.job("r-1"))
        assert (first.who, first.why) == ("bob", f"from a test, batch {batch}")

    def test_what_stopped_the_line_stays_the_reason_when_a_person_pauses_it(self, bench: Bench) -> None:
        bench.line.stop("three strikes")
        assert (bench.line.pause("lunch", "ann").state, bench.line.pause("lunch", "ann").why) == (
            "stopped",
            "three strikes",
        )
        assert bench.line.release("ann") is not None
        assert bench.line.release("ann") is None

    def test_a_parked_line_that_a_person_pauses_does_not_open_by_itself(self, bench: Bench) -> None:
        bench.line.park("maintenance")
        assert bench.line.pause("lunch", "ann").until is None

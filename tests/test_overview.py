"""How the queue stands: each request counted once, at whatever moment it is asked, and without reading what waits."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text, update

from flows.journal import EventKind
from flows.model import End
from rpa.database.queue_tables import jobs
from rpa.database.tables import observations
from rpa.line import LineState
from rpa.queue.jobs import State
from rpa.queue.overview import Overview, overview
from rpa.queue.standing import standing
from rpa.records import Records
from tests.databases import database_url
from tests.overview_rows import NOW, TODAY, Rows, ago, fresh_job, populate

__all__ = ["database_url"]


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Rows]:
    rows = Rows.at(tmp_path)
    yield rows
    rows.records.close()


def seen(rows: Rows) -> Overview:
    return overview(rows.records.engine, TODAY, NOW)


class TestCounts:
    def test_each_request_is_counted_once_where_it_stands(self, rows: Rows) -> None:
        for state in (State.WORKING, State.WAITING_APPROVAL, State.HELD, State.ENDED, State.WAITING):
            rows.job(state)
        for seconds in (-60, -170, -3600, -86_400):
            rows.job(not_before=ago(seconds))
        told = seen(rows)
        assert (told.working, told.waiting_approval, told.held) == (1, 1, 1)
        assert (told.waiting.now, told.waiting.soon, told.waiting.later) == (1, 2, 2)
        assert told.waiting.first_later == ago(-3600)
        assert told.to_do == 4

    def test_a_date_that_has_come_is_waited_for_no_longer(self, rows: Rows) -> None:
        rows.job(not_before=ago(0))
        assert seen(rows).waiting.now == 1

    def test_a_request_that_is_taken_while_it_is_counted_is_counted_once(
        self, database_url: str, tmp_path: Path
    ) -> None:
        rows, taken = Rows(Records(database_url, tmp_path / "cases")), list[bool]()
        request_id, engine = rows.job(), rows.records.engine
        rows.worker()

        def take(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if not taken and "GROUP BY jobs.state" in statement:
                taken.append(True)
                values = {"state": State.WORKING.value, "worker": "w", "desk": 1}
                with engine.begin() as another:
                    another.execute(update(jobs).where(jobs.c.request_id == request_id).values(**values))

        event.listen(engine, "after_cursor_execute", take)
        told = seen(rows)
        assert taken
        assert (told.waiting.now, told.working, told.crew.workers[0].desks) == (1, 0, ())
        assert (seen(rows).waiting.now, seen(rows).working, len(seen(rows).crew.workers[0].desks)) == (0, 1, 1)
        rows.records.close()

    def test_the_oldest_is_the_one_that_could_have_been_worked_on_for_longest(self, rows: Rows) -> None:
        assert seen(rows).oldest is None
        rows.job(since=ago(9000), not_before=ago(-9000))  # it waits for its date
        rows.job(State.WORKING, since=ago(9000))
        for since, not_before in ((300, None), (9000, 100), (200, 9000)):
            rows.job(since=ago(since), not_before=None if not_before is None else ago(not_before))
        oldest = seen(rows).oldest
        assert oldest is not None
        assert (oldest.request_id, oldest.since) == ("r-3", ago(300))
        came = rows.job(since=ago(9000), not_before=ago(400))
        assert seen(rows).oldest == type(oldest)(came, ago(400))


class TestEnds:
    def test_a_request_that_ended_more_than_once_counts_with_the_end_that_holds(self, rows: Rows) -> None:
        rows.end(End.CANCELLED)
        rows.end(End.NEEDS_HUMAN, "drift")
        rows.attempt(rows.end(End.NEEDS_HUMAN, "drift"), 2, End.CANCELLED)  # retried, or closed by a person
        rows.attempt(rows.end(End.NEEDS_HUMAN, "drift"), 2, None)  # being tried again
        rows.end(End.NEEDS_HUMAN, "drift", state=State.WAITING)  # to be tried again
        reopened = rows.end(End.CANCELLED)
        rows.attempt(reopened, 2, End.NEEDS_HUMAN, "billing_came_back")
        again = rows.end(End.CANCELLED)
        rows.attempt(again, 2, End.NEEDS_HUMAN, "billing_came_back")
        rows.attempt(again, 3, End.CANCELLED)
        told = seen(rows)
        assert told.ended.total == told.ended.today == {End.CANCELLED: 3, End.NEEDS_HUMAN: 2}
        assert {one.request_id for one in told.attention.newest} == {"r-2", reopened}

    def test_today_begins_at_midnight(self, rows: Rows) -> None:
        rows.end(End.REFUSED, seconds=13 * 3600)
        yesterday = rows.end(End.CANCELLED, seconds=13 * 3600)
        rows.end(End.CANCELLED, seconds=11 * 3600)
        assert seen(rows).ended.today == {End.CANCELLED: 1}
        rows.attempt(yesterday, 2, End.NEEDS_HUMAN, "billing_came_back")  # its job is not touched
        told = seen(rows).ended
        assert told.today == {End.CANCELLED: 1, End.NEEDS_HUMAN: 1}
        assert told.total == {End.REFUSED: 1, End.CANCELLED: 1, End.NEEDS_HUMAN: 1}


class TestPace:
    def test_it_counts_the_last_minutes_and_the_time_is_told_from_the_first_end_on(self, rows: Rows) -> None:
        rows.worker()
        for seconds in (30, 60, 120, 1800, 7200):
            rows.end(seconds=seconds)
        for _ in range(3):
            rows.job()
        told = seen(rows)
        assert [(pace.ended, pace.per_minute) for pace in told.paces] == [(3, 0.3), (4, 4 / 60)]
        assert told.paces[0].steady(NOW) == 1.0  # two more within two minutes
        assert told.to_empty == dt.timedelta(minutes=3)

    def test_without_work_in_hand_or_a_pace_it_says_why(self, rows: Rows) -> None:
        assert seen(rows).to_empty == dt.timedelta()
        rows.job(not_before=ago(-9000))
        assert seen(rows).to_empty == dt.timedelta()  # a date is not waited for
        rows.job()
        assert (seen(rows).to_empty, seen(rows).why_unknown) == (None, "no worker is running")
        rows.worker("one", kind="cancel")
        assert seen(rows).why_unknown == "no worker is running"
        rows.worker("two")
        rows.end()
        assert seen(rows).why_unknown == "too little ended in the last 10 min"
        rows.end(seconds=5)
        assert seen(rows).why_unknown == ""
        rows.line("paused")
        assert (seen(rows).to_empty, seen(rows).why_unknown) == (None, "the line is paused")


class TestLine:
    def test_it_tells_since_when_why_and_by_whom(self, rows: Rows) -> None:
        assert seen(rows).line.state is LineState.OPEN
        rows.line("paused", why="the auditor is here", by="ann", strikes='["drift"]')
        line = seen(rows).line
        assert (line.state, line.why, line.by, line.since) == (LineState.PAUSED, "the auditor is here", "ann", ago(30))
        assert (line.until, line.strikes) == (None, ("drift",))

    @pytest.mark.parametrize(("seconds", "state"), [(1, LineState.OPEN), (-60, LineState.PARKED)])
    def test_a_parked_line_opens_by_itself(self, rows: Rows, seconds: float, state: LineState) -> None:
        rows.line("parked", why="maintenance", until=ago(seconds))
        assert seen(rows).line.state is state


class TestCrew:
    def test_what_a_desk_does_is_told_by_its_job_not_by_an_old_beat(self, rows: Rows) -> None:
        rows.worker(desks=2)
        rows.job(State.WORKING, worker="w", desk=2, step="6.2 cancel all", since=ago(12), name="Elm Street")
        rows.job(State.WORKING, worker="w", desk=3)  # more than its last beat knew
        [worker] = seen(rows).crew.workers
        assert [(desk.number, desk.bytes) for desk in worker.desks] == [(1, 300_000_000), (2, 300_000_000), (3, 0)]
        assert [desk.doing and desk.doing.request_id for desk in worker.desks] == [None, "r-1", "r-2"]
        doing = worker.desks[1].doing
        assert doing is not None
        assert (doing.step, doing.since, doing.account.name) == ("6.2 cancel all", ago(12), "Elm Street")

    def test_an_account_that_is_read_again_is_told_too(self, rows: Rows) -> None:
        request_id = rows.end()
        rows.recheck(request_id, "working", worker="w")
        rows.worker(desks=1, doing="1")
        [worker] = seen(rows).crew.workers
        assert worker.desks[0].doing is not None
        assert (worker.desks[0].doing.request_id, worker.desks[0].doing.step) == (request_id, "re-check: 24 h")

    def test_what_a_worker_that_is_gone_has_left_is_told_apart(self, rows: Rows) -> None:
        rows.worker("gone", fenced=True)
        rows.job(State.WORKING, worker="gone", desk=1)
        crew = seen(rows).crew
        assert (crew.workers, [doing.request_id for doing in crew.left]) == ((), ["r-1"])

    @pytest.mark.parametrize(("seconds", "late"), [(20, False), (26, True), (-3, False)])
    def test_a_worker_without_beats_for_a_lease_may_be_dead(self, rows: Rows, seconds: float, late: bool) -> None:
        rows.worker(seconds=seconds)
        [worker] = seen(rows).crew.workers
        assert worker.late(NOW) is late
        assert worker.silent(NOW) == dt.timedelta(seconds=max(seconds, 0))


class TestAttention:
    def test_the_newest_that_nobody_has_resolved_are_told_and_all_are_counted(self, rows: Rows) -> None:
        for number in range(7):
            rows.end(End.NEEDS_HUMAN, f"code_{number}", seconds=100 + number)
        told = {"request_id": "r-2", "seq": 9, "attempt": 1, "kind": EventKind.RESOLVED.value, "clause": "", "at": NOW}
        rows.put(observations, told | {"data": "{}", "hash": "0" * 64})
        needed = seen(rows).attention
        assert (needed.ended_so, needed.unresolved) == (7, 6)
        assert [one.code for one in needed.newest] == ["code_0", "code_2", "code_3", "code_4", "code_5"]
        assert needed.newest[0].message == "ended as needs_human"

    def test_plans_and_notices_are_told_the_oldest_first(self, rows: Rows) -> None:
        for state in ("used", "waiting", "waiting"):
            rows.approval(rows.job(State.WAITING_APPROVAL), state)
        rows.approval(rows.job(State.ENDED))  # withdrawn
        rows.notice("told", sent_at=NOW)
        rows.notice("not told")
        rows.notice("not told either")
        needed = seen(rows).attention
        assert (needed.approvals, [one.request_id for one in needed.first_approvals]) == (2, ["r-2", "r-3"])
        assert needed.first_approvals[0].reasons == ("12 licenses (10 or more)",)
        assert (needed.unsent, needed.oldest_unsent and needed.oldest_unsent.title) == (2, "not told")


def test_either_database_tells_the_same(rows: Rows, postgres_url: str, tmp_path: Path) -> None:
    other = Rows(Records(postgres_url, tmp_path / "other"))
    for one in (rows, other):
        populate(one)
        for not_before in (None, ago(90), ago(-90), ago(-9000)):
            one.job(not_before=not_before)
        for end in End:
            one.attempt(one.end(end, seconds=300), 2, End.NEEDS_HUMAN, "billing_came_back", seconds=200)
            one.end(end, seconds=400)
            one.recheck("r-1")
    assert seen(other) == seen(rows)
    for request_id in ("r-1", "r-20"):
        told = [standing(one.records, request_id, NOW) for one in (rows, other)]
        assert (told[0].waits_for, told[0].worker, told[0].job) == (told[1].waits_for, told[1].worker, told[1].job)
    other.records.close()


class TestCost:
    """A hundred thousand requests that wait may make no difference."""

    @staticmethod
    def statements(engine: Engine) -> list[tuple[str, Any]]:
        asked: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            asked.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        overview(engine, TODAY, NOW)
        event.remove(engine, "before_cursor_execute", note)
        return asked

    def test_what_waits_is_counted_from_an_index_alone(self, rows: Rows) -> None:
        few = self.statements(rows.records.engine)
        many = [rows.request() for _ in range(3)]
        rows.put(jobs, *(fresh_job(one, State.WAITING, not_before=ago(-9000)) for one in many))
        asked = self.statements(rows.records.engine)
        assert [statement for statement, _ in asked] == [statement for statement, _ in few]
        assert len(asked) < 25
        plans = [plan for one in asked if one[0].startswith(("SELECT", "WITH")) for plan in self.plan(rows, *one)]
        assert sum(" jobs " in plan for plan in plans) > 8
        assert [plan for plan in plans if not self.is_cheap(plan)] == []

    @staticmethod
    def plan(rows: Rows, statement: str, parameters: Any) -> list[str]:
        """How SQLite does it; of a statement that reads rows of what waits, with a mark."""
        with rows.records.engine.connect() as connection:
            raw = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            mark = " OF WHAT WAITS" if "waiting" in parameters and "LIMIT" not in statement else ""
            return [str(row[3]) + mark for row in raw]

    @staticmethod
    def is_cheap(plan: str) -> bool:
        if " jobs " not in plan or "COVERING INDEX" in plan or "(request_id=?)" in plan:
            return True
        return plan.startswith("SEARCH") and "OF WHAT WAITS" not in plan

    def test_the_index_is_what_makes_it_so(self, rows: Rows) -> None:
        with rows.records.engine.begin() as connection:
            connection.execute(text("DROP INDEX jobs_by_date"))
        plans = [plan for one in self.statements(rows.records.engine) for plan in self.plan(rows, *one)]
        assert [plan for plan in plans if not self.is_cheap(plan)] != []

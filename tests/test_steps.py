"""What step the desks are at, as people see it: the newest, a moment late, whatever becomes of the database."""

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from flows.journal import EventKind
from flows.model import CancellationRequest
from rpa.database.queue_tables import jobs
from rpa.queue import steps
from rpa.queue.jobs import Jobs
from rpa.queue.steps import Steps
from rpa.records import CaseJournal
from tests.queue_bench import Bench, bench_in, request

WAIT = 10.0


class Told:
    """Who puts the steps down; the first `fails` times the database is away."""

    def __init__(self, fails: int = 0) -> None:
        self.all: list[dict[str, str]] = []
        self.heard, self.fails = threading.Semaphore(0), fails

    def __call__(self, told: Mapping[str, str]) -> None:
        self.all.append(dict(told))
        self.heard.release()
        if len(self.all) <= self.fails:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "SECONDS", 0.05)


def test_the_newest_step_of_each_request_is_put_down_by_another_thread() -> None:
    told = Told()
    at = Steps(told)
    for request_id, step in (("r-1", "2"), ("r-2", "2"), ("r-1", "6.1")):
        at.at(request_id, step)
    assert told.all == []
    assert told.heard.acquire(timeout=WAIT)
    assert told.all == [{"r-1": "6.1", "r-2": "2"}]


def test_steps_go_on_to_be_told_after_the_database_failed() -> None:
    told = Told(fails=1)
    at = Steps(told)
    for step in ("2", "6.1"):
        at.at("r-1", step)
        assert told.heard.acquire(timeout=WAIT)
    assert told.all == [{"r-1": "2"}, {"r-1": "6.1"}]


def test_nothing_is_told_of_a_request_that_is_over_and_no_thread_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "SECONDS", 60)
    told = Told()
    at = Steps(told)
    at.at("r-1", "10")
    timer = at._timer
    at.over("r-1")
    assert timer is not None
    timer.join(WAIT)
    assert not timer.is_alive()
    assert told.all == []


def test_people_see_the_step_that_a_desk_is_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done, tell = threading.Event(), Jobs.tell

    def telling(self: Jobs, worker: str, told: Mapping[str, str]) -> None:
        tell(self, worker, told)
        done.set()

    seen = []

    def act(_: CancellationRequest, journal: CaseJournal, *__: object) -> tuple[str, str]:
        journal.write(EventKind.STEP_STARTED, "6.1", title="remove the licence count")
        assert done.wait(WAIT)
        seen.extend(step_of(bench))
        return "cancelled", ""

    monkeypatch.setattr(Jobs, "tell", telling)
    with bench_in(tmp_path) as bench, bench.shop() as shop:
        bench.submit(request())
        bench.carry_out(shop, "r-0", act)
        assert (seen, step_of(bench)) == (["6.1 remove the licence count"], [""])
        bench.jobs.tell(shop.lease.id, {"r-0": "told too late"})
        assert step_of(bench) == [""]


def step_of(bench: Bench) -> list[str]:
    with bench.records.engine.connect() as connection:
        return list(connection.execute(select(jobs.c.step)).scalars())

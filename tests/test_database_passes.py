"""A database that is away, or in use, is waited for; one that has to be mended stops the line. They are told apart."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from rpa.database.troubles import passes
from rpa.line import Closed
from rpa.queue.attempt import TRIES, carry_out
from rpa.queue.jobs import State
from tests.queue_bench import Bench, Robot, bench_in, cancels, request

BROKEN = psycopg.OperationalError("server closed the connection unexpectedly")
AWAY = [
    BROKEN,
    psycopg.OperationalError("connection refused"),
    psycopg.errors.AdminShutdown("terminating connection"),
    psycopg.errors.CannotConnectNow("the database system is starting up"),
    psycopg.errors.DeadlockDetected("deadlock"),
]
TO_MEND = [psycopg.errors.DiskFull("No space left on device"), psycopg.errors.OutOfMemory("out of memory")]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as bench:
        yield bench


def failed(error: Exception) -> OperationalError:
    return OperationalError("INSERT", {}, error)


@pytest.mark.parametrize("error", AWAY, ids=lambda error: str(error)[:20])
def test_a_server_that_is_away_passes(error: Exception) -> None:
    assert passes(failed(error))


@pytest.mark.parametrize("error", TO_MEND, ids=lambda error: str(error)[:20])
def test_what_somebody_has_to_mend_does_not(error: Exception) -> None:
    assert not passes(failed(error))


def test_a_pool_without_a_free_connection_passes_and_a_mistake_of_ours_does_not() -> None:
    assert passes(PoolTimeout("QueuePool limit"))
    assert not passes(KeyError("state"))


def test_a_locked_file_passes_and_a_full_one_does_not(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "a.db", timeout=0)) as mine:
        mine.execute("CREATE TABLE things (name TEXT)")
        mine.execute("PRAGMA max_page_count = 3")
        with contextlib.closing(sqlite3.connect(tmp_path / "a.db", timeout=0)) as other:
            mine.execute("BEGIN IMMEDIATE")
            with pytest.raises(sqlite3.OperationalError) as locked:
                other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError) as full:
            mine.execute("INSERT INTO things VALUES (?)", ["x" * 100_000])
    assert (passes(failed(locked.value)), passes(failed(full.value))) == (True, False)


def attempts_fail(bench: Bench, error: Exception) -> Closed | None:
    """Three attempts in a row fail with it; the line afterwards."""

    def fails(*_: Any) -> tuple[str, str]:
        raise failed(error)

    bench.submit(*[request(number) for number in range(TRIES)])
    with bench.shop() as shop:
        for number in range(TRIES):
            bench.carry_out(shop, f"r-{number}", fails)
        assert not shop.exhausted
    assert [bench.job(f"r-{number}").state for number in range(TRIES)] == [State.WAITING] * TRIES
    return bench.line.closed


def test_connections_that_break_again_and_again_leave_the_line_open(bench: Bench) -> None:
    assert attempts_fail(bench, BROKEN) is None


def test_a_full_disk_stops_it(bench: Bench) -> None:
    closed = attempts_fail(bench, TO_MEND[0])
    assert closed is not None
    assert "mend the database" in str(closed)


def test_a_connection_that_breaks_when_a_request_is_read_costs_it_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.submit(request())
    find, troubles = bench.records.find, [failed(BROKEN), failed(BROKEN)]

    def broken(request_id: str) -> Any:
        if troubles:
            raise troubles.pop(0)
        return find(request_id)

    monkeypatch.setattr(bench.records, "find", broken)
    monkeypatch.setattr("rpa.queue.attempt.AGAIN_SECONDS", 0.0)
    robot = Robot(cancels)
    with bench.shop() as shop:
        carry_out(shop, bench.entry("r-0"), 1, robot)
        assert shop.failures == 0
    assert (bench.job("r-0").state, robot.started, troubles) == (State.ENDED, ["r-0"], [])

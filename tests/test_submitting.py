"""Many requests at once: each is accepted, has its job and its entry in one transaction, and nothing is doubled."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from rpa.database.queue_tables import audit, batches, jobs
from rpa.database.tables import requests
from rpa.queue import submitting
from rpa.queue.engine import Waiting
from rpa.queue.jobs import State
from rpa.queue.submitting import Submitted
from rpa.records import RequestConflict, records
from rpa.request_files.reading import read_request_lines, read_requests
from tests.databases import database_url
from tests.queue_bench import Bench, bench_in, request

__all__ = ["database_url"]
LATER = dt.date.today() + dt.timedelta(days=40)  # noqa: DTZ011 (any day to come)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as bench:
        yield bench


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    """Once on SQLite, once on PostgreSQL."""
    with bench_in(tmp_path, database_url) as bench:
        yield bench


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submitting, "AT_ONCE", 3)


def count(bench: Bench, table: Any) -> int:
    with bench.records.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def entries(bench: Bench) -> list[dict[str, Any]]:
    """The engine's rows, with what it will hand out, in the order of their ranks."""
    place = "" if bench.records.engine.dialect.name == "sqlite" else "dbos."
    query = f"select s.*, i.inputs as given from {place}workflow_status s join {place}workflow_input i using (workflow_uuid)"
    with bench.records.engine.connect() as connection:
        return [dict(row) for row in connection.execute(text(f"{query} order by priority")).mappings()]


def test_what_is_new_known_and_ended_is_told_apart(bench: Bench) -> None:
    first = bench.submit(request(0), request(1))
    with bench.shop() as shop:
        bench.carry_out(shop, "r-0")
    second = bench.submit(request(0), request(1), request(2), request(3, date=LATER))
    assert (first.new, first.queued, first.ended) == (2, 0, 0)
    assert (second.new, second.queued, second.ended, second.dates) == (2, 1, 1, (LATER,))
    assert (bench.job("r-1").batch, bench.job("r-2").batch) == (first.batch, second.batch)


def test_the_same_file_again_doubles_nothing_and_names_its_batch(bench: Bench, few_at_once: None) -> None:
    file = [request(number, date=LATER if number == 5 else dt.date(2026, 1, 2)) for number in range(8)]
    first, again = bench.submit(*file), bench.submit(*file)
    assert (again.new, again.queued, again.batch, again.dates) == (0, 8, first.batch, (LATER,))
    assert [count(bench, table) for table in (requests, jobs, batches, audit)] == [8, 8, 1, 1]
    assert len(entries(bench)) == 8


def test_an_entry_that_was_put_in_with_many_is_as_the_engine_makes_one(either: Bench) -> None:
    with either.jobs.transaction() as connection:
        either.records.accept_in(connection, [request(0)], "")
        either.jobs.add(connection, "r-0")
    either.submit(request(1), request(2), request(3, date=LATER), priority=5)
    alone, *many = entries(either)
    assert [one["workflow_uuid"] for one in many] == ["request:r-1:1", "request:r-2:1", "request:r-3:1"]
    own = {"workflow_uuid", "priority", "creator_xid", "created_at", "updated_at", "given"}
    for one in many[:2]:
        assert {key: value for key, value in one.items() if key not in own} == {
            key: value for key, value in alone.items() if key not in own
        }
        assert len(one["given"]) == len(alone["given"])
    assert len({one["creator_xid"] for one in many} | {one["given"] for one in many}) == 6
    delayed = many[2]
    at = either.job("r-3").not_before
    assert at is not None
    assert (delayed["status"], abs(delayed["delay_until_epoch_ms"] / 1000 - at.timestamp()) < 1) == ("DELAYED", True)


def test_a_more_urgent_request_is_before_all_others_and_equals_keep_their_order(bench: Bench) -> None:
    bench.submit(*(request(number) for number in (3, 1, 2)))
    bench.submit(request(9), priority=1)
    assert [one["workflow_uuid"].split(":")[1] for one in entries(bench)] == ["r-9", "r-3", "r-1", "r-2"]


def test_a_part_is_there_as_a_whole_or_not_at_all(either: Bench, few_at_once: None, monkeypatch: Any) -> None:
    put_all, parts = Waiting.put_all, list[int]()

    def fails_at_the_second(*given: Any) -> None:
        parts.append(1)
        if len(parts) == 2:
            put_all(*given)
            raise OSError("killed")
        put_all(*given)

    file = [request(number) for number in range(7)]
    with monkeypatch.context() as patch:
        patch.setattr(Waiting, "put_all", fails_at_the_second)
        with pytest.raises(OSError, match="killed"):
            either.submit(*file)
    assert [count(either, requests), count(either, jobs), len(entries(either))] == [3, 3, 3]
    assert (either.submit(*file).new, len(entries(either))) == (4, 7)


def test_what_it_is_told_to_is_durable_by_then(bench: Bench, few_at_once: None) -> None:
    told: list[tuple[int, int]] = []
    bench.submit(
        *(request(number) for number in range(7)), told=lambda so_far: told.append((so_far, count(bench, jobs)))
    )
    assert told == [(3, 3), (6, 6), (7, 7)]


def test_an_id_that_another_process_has_taken_meanwhile_is_refused(bench: Bench) -> None:
    bench.records.accept(request(1, reason="Other"))  # after the file was checked
    with pytest.raises(RequestConflict, match='reason was "Other" and is now "Price"'):
        bench.submit(request(0), request(1))
    assert (count(bench, jobs), count(bench, requests)) == (0, 1)


def test_one_that_a_person_had_stopped_goes_on_but_not_before_its_date(bench: Bench) -> None:
    bench.submit(request(0, date=LATER))
    with bench.jobs.transaction() as connection:
        bench.jobs.end(connection, "r-0", State.HELD)
    assert bench.submit(request(0, date=LATER)).queued == 1
    job = bench.job("r-0")
    assert (job.state, job.not_before) == (State.WAITING, submitting.opening(LATER, "UTC"))


def test_without_waiting_for_dates_those_that_wait_hurry(bench: Bench) -> None:
    bench.submit(request(0, date=LATER))
    assert bench.submit(request(0, date=LATER), wait_for_date=False).dates == ()
    assert bench.job("r-0").not_before is None
    assert bench.job("r-0").turn == 2


def test_lines_from_a_pipe_are_read_and_checked_as_a_file_is(tmp_path: Path) -> None:
    lines = '{"account_name":"A","account_number":"1","date":"2026-01-02","reason":"x"}\n'
    (tmp_path / "r.jsonl").write_text(lines, encoding="utf-8")
    with (tmp_path / "r.jsonl").open("rb") as pipe:
        piped = read_request_lines(pipe)
    assert piped.requests == read_requests(tmp_path / "r.jsonl").requests


def test_what_another_process_accepts_in_between_is_no_fault(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite there is no in between."""
    with bench_in(tmp_path, postgres_url) as bench, bench_in(tmp_path, postgres_url) as other:
        row_of, others = records.row_of, list[Submitted]()

        def other_is_first(*given: Any) -> dict[str, Any]:
            with monkeypatch.context() as patch:
                patch.setattr(records, "row_of", row_of)
                others.append(other.submit(request(2), request(1)))
            monkeypatch.setattr(records, "row_of", row_of)
            return row_of(*given)

        monkeypatch.setattr(records, "row_of", other_is_first)
        mine = bench.submit(request(1), request(2), request(3))
        assert (others[0].new, mine.new, mine.queued) == (2, 1, 2)
        assert [count(bench, requests), count(bench, jobs), len(entries(bench))] == [3, 3, 3]

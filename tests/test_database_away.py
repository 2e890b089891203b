"""The database is away for longer than a lease: a worker waits for it, says so to the probes, and begins anew."""

import contextlib
import inspect
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

from rpa.log import start_log
from rpa.queue import worker
from rpa.queue.engine import launched
from rpa.queue.health import SILENT, Health
from rpa.queue.people import Nobody
from rpa.queue.worker import Worker
from tests.queue_bench import bench_in


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Worker]:
    with bench_in(tmp_path) as bench:
        yield Worker(
            bench.records, bench.profile, tmp_path, lambda _: contextlib.nullcontext(), 1, threading.Event(), Nobody()
        )


class Database:
    """Says for each lease that is asked for what becomes of it: an error, or that it is lost, or that the worker ends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *course: SQLAlchemyError | str) -> None:
        self.left = list(course)
        monkeypatch.setattr(worker, "AWAY_SECONDS", 0.0)
        monkeypatch.setattr(worker, "Lease", self.lease)
        monkeypatch.setattr(Worker, "_under", self.under)

    @contextlib.contextmanager
    def lease(self, *_: object) -> Iterator[str]:
        now = self.left.pop(0)
        if isinstance(now, SQLAlchemyError):
            raise now
        yield now

    @staticmethod
    def under(work: Worker, lease: str) -> bool:
        work._begun = True
        return lease == "ends"


def away() -> OperationalError:
    return OperationalError("SELECT 1", {}, Exception("connection refused"))


def test_a_worker_waits_until_it_is_back_and_says_so_once(
    work: Worker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    database = Database(monkeypatch, "lost", away(), away(), "lost", away(), "ends")
    start_log(tmp_path)
    work.run()
    assert not database.left
    assert (tmp_path / "rpa.log").read_text("utf-8").count("the database is away") == 2


def test_told_to_stop_it_waits_no_longer(work: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(monkeypatch, "lost", away(), "ends")
    waited = work.stop.wait
    monkeypatch.setattr(work.stop, "wait", lambda seconds: (work.stop.set(), waited(seconds)))
    work.run()
    assert database.left == ["ends"]


@pytest.mark.parametrize(
    "course", [lambda: [away()], lambda: ["lost", ProgrammingError("SELECT nothing", {}, Exception("no column"))]]
)
def test_one_that_was_never_there_and_a_mistake_of_ours_are_raised(
    work: Worker, monkeypatch: pytest.MonkeyPatch, course: Callable[[], list[SQLAlchemyError | str]]
) -> None:
    Database(monkeypatch, *course())
    with pytest.raises(SQLAlchemyError):
        work.run()


def test_the_engine_raises_what_fails_and_holds_up_no_end(work: Worker) -> None:
    """By itself it tries again for ever, on threads that a process waits for when it ends."""
    from dbos._dbos import _get_dbos_instance  # noqa: PLC0415 (a second to import)
    from dbos._sys_db import SystemDatabase  # noqa: PLC0415

    with launched(work.records.engine, "test", lambda _: None, lambda: 0):
        assert _get_dbos_instance()._sys_db._retry_connection_errors is False
    assert "self._retry_connection_errors =" in inspect.getsource(SystemDatabase), "the engine asks something else now"


class Shop:
    def __init__(self) -> None:
        self.lease = self
        self.good = True
        self.desks: list[object] = []

    def valid(self) -> bool:
        return self.good


def test_a_worker_is_not_started_anew_because_its_database_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    health, shop = Health(create_engine(f"sqlite:///{tmp_path / 'no folder' / 'rpa.db'}"), threading.Event()), Shop()
    health(shop)  # type: ignore[arg-type]
    shop.good = False
    later = health._seen + SILENT + 1
    monkeypatch.setattr("rpa.queue.health.boot_clock", lambda: later)
    assert (health.dead(), health.unready()) == ("", "the worker has no good lease")

"""The queue on each database, made once a module: for what two processes do at the same time."""

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from flows.model import CancellationRequest
from rpa.database.queue_tables import jobs
from rpa.database.tables import intents
from rpa.queue.guard import Guard
from rpa.queue.jobs import State
from rpa.queue.shop import Shop
from rpa.records import CaseJournal
from tests.postgres import database_on
from tests.queue_bench import Bench, bench_in, request

NUMBERS = itertools.count()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("races")
    if request.param == "sqlite":
        with bench_in(folder) as bench:
            yield bench
        return
    with database_on(request.getfixturevalue("postgres_server")) as url, bench_in(folder, url) as bench:
        yield bench


@pytest.fixture
def bench(either: Bench) -> Bench:
    """The line open, nobody at work, and the last effect more than an hour ago."""
    either.line.release("a test")
    with either.jobs.transaction() as connection:
        connection.execute(update(jobs).values(state=State.ENDED, worker=None))
        connection.execute(update(intents).values(at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)))
    return either


def submitted(bench: Bench, **changes: Any) -> CancellationRequest:
    """A request of an account of its own, in the queue."""
    one = request(next(NUMBERS), **changes)
    bench.submit(one)
    return one


def with_policy(bench: Bench, **policy: Any) -> Bench:
    """The same database under another policy."""
    rules = bench.profile.policy.model_copy(update=policy)
    return replace(bench, profile=bench.profile.model_copy(update={"policy": rules}))


@contextmanager
def attempt(bench: Bench, shop: Shop, one: CancellationRequest) -> Iterator[CaseJournal]:
    """A worker in the middle of it."""
    guard = Guard(shop.lease, shop.line, one.id)
    with bench.records.begin(one, profile=bench.profile, guard=guard) as journal:
        yield journal


def intend(journal: CaseJournal) -> str:
    return journal.intend("set_status", "6.3", {"number": "611974"}, "Cancel page", "ACTIVE")


def set_out(bench: Bench, request_id: str) -> list[str]:
    """The intents that are committed."""
    return [one.id for one in bench.records.intents(request_id)]

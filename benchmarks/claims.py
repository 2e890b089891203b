"""What a claim costs: the engine hands an entry out, and its job is taken. In a process of its own, as the engine must be."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.report import NoResult
from flows.profile import SiteProfile
from rpa.line import Line
from rpa.queue.attempt import take
from rpa.queue.engine import Entry, launched
from rpa.queue.jobs import Jobs
from rpa.queue.leases import Lease, Watcher
from rpa.queue.people import Nobody
from rpa.queue.shop import Shop
from rpa.queue.sweeping import sweep
from rpa.records import Records

PATIENCE = 120.0
"""Seconds for all claims of one turn; they are made about ten times a second."""


@dataclass
class Claims:
    """Seconds of each."""

    handing_out: list[float] = field(default_factory=list)
    """One look of the engine that found an entry."""
    taking: list[float] = field(default_factory=list)
    sweeping: list[float] = field(default_factory=list)
    """A worker's look for others that have died, which it takes every second."""


def claims_of(url: str, folder: Path, count: int) -> Claims:
    """Claim so many, one after another, and end them at once. Raises NoResult if so many are not handed out in time."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_claim, url, folder, count).result()


def _claim(url: str, folder: Path, count: int) -> Claims:
    profile = SiteProfile.model_validate({"site": {"base_url": "http://127.0.0.1:9"}})
    claims, done = Claims(), threading.Event()
    with Records(url, folder / "cases") as records, Lease(records.engine, "bench", folder) as lease:
        line = Line(records.engine, profile.policy)
        shop = Shop(records, Jobs(records.engine), profile, line, lease, threading.Event(), Nobody())

        def carry(entry: Entry) -> None:
            started = time.perf_counter()
            job = take(shop, entry, 1)
            claims.taking.append(time.perf_counter() - started)
            if job is not None:
                with shop.jobs.transaction() as connection:
                    shop.jobs.let_go(connection, entry.key, lease.id)
                    shop.jobs.end(connection, entry.key)
            if len(claims.taking) >= count:
                done.set()

        with launched(records.engine, lease.id, carry, lambda: 0 if done.is_set() else 1):
            _time_the_engine(claims.handing_out)
            watcher, deadline = Watcher(folder), time.monotonic() + PATIENCE
            while not done.wait(1.0):
                if time.monotonic() > deadline:
                    raise NoResult(f"only {len(claims.taking)} of {count} claims were made in {PATIENCE:g} s")
                started = time.perf_counter()
                sweep(shop.jobs, watcher, lease.id)
                claims.sweeping.append(time.perf_counter() - started)
    return claims


def _time_the_engine(seconds: list[float]) -> None:
    """Its own call, while it is running: it looks on a thread of its own, and tells nobody how long that takes."""
    from dbos._dbos import _get_dbos_instance  # noqa: PLC0415

    database = _get_dbos_instance()._sys_db  # noqa: SLF001
    start: Callable[..., Any] = database.start_queued_workflows

    def timed(*given: Any, **more: Any) -> Any:
        started = time.perf_counter()
        found = start(*given, **more)
        if found[0]:
            seconds.append(time.perf_counter() - started)
        return found

    database.start_queued_workflows = timed  # type: ignore[method-assign]

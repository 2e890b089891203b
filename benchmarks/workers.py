"""`rpa work`, the command itself, with desks that take from the queue."""

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import psutil
from sqlalchemy import select

from benchmarks.batches import Batch, watched
from benchmarks.drivers import REASON, SKIN
from benchmarks.report import NoResult
from fixtures.profiles import profile_for
from fixtures.standin import AccountTruth, StandIn
from flows.model import CancellationRequest, End
from flows.profile import SiteProfile
from rpa.database.queue_tables import jobs
from rpa.profile_text import effective
from rpa.queue.jobs import Jobs, State
from rpa.queue.submitting import submit
from rpa.records import Records

ROOT = Path(__file__).parents[1]
LOOK_SECONDS = 0.2
PATIENCE = 600.0
"""Seconds without an end after which workers are called stuck."""
DATE = dt.date(2026, 1, 2)


def profile_of(site: StandIn) -> SiteProfile:
    """Without caps: they are there to be reached by mistakes, not by benches."""
    profile = profile_for(SKIN, site)
    caps = {"max_effects_per_run": 10**6, "max_effects_per_hour": 10**6}
    return profile.model_copy(update={"policy": profile.policy.model_copy(update=caps)})


def environment(folder: Path, database: str, **more: str) -> dict[str, str]:
    """What an `rpa` command of this source is started with."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RPA_")}
    own = {"PYTHONPATH": str(ROOT), "RPA_OUTPUT": str(folder), "RPA_DATABASE_URL": database, **more}
    return kept | own | {"RPA_PROFILE": str(folder / "site.toml")}


def request_for(account: AccountTruth, turn: int = 1) -> CancellationRequest:
    """The request of that turn for an account."""
    facts = {"account_name": account.name, "account_number": account.number, "reason": REASON, "opt_out": True}
    return CancellationRequest(id=f"bench-{account.number}-{turn}", date=DATE, **facts)


class Workers:
    """So many `rpa work --desks N` on one queue. A context manager."""

    def __init__(
        self, site: StandIn, desks: int, *, count: int = 1, database: str = "", evidence: bool = False
    ) -> None:
        """`database`: empty for SQLite."""
        self._site, self._desks, self._count, self._evidence = site, desks, count, evidence
        self._folder = Path(tempfile.mkdtemp(prefix="rpa-bench-"))
        self._database = database or f"sqlite:///{self._folder / 'rpa.db'}"
        self._stack = contextlib.ExitStack()
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        """Raises OSError, SQLAlchemyError."""
        with contextlib.ExitStack() as stack:
            stack.callback(_remove, self._folder)
            (self._folder / "site.toml").write_text(effective(profile_of(self._site)), encoding="utf-8")
            self._records = stack.enter_context(Records(self._database, self._folder / "cases"))
            self._queue = Jobs(self._records.engine)
            stack.callback(self._end)
            for _ in range(self._count):
                self._running.append(self._start())
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, accounts: Sequence[AccountTruth], *, turn: int = 1) -> Batch:
        """Submit a request for each account, and wait for their ends: cancelled, from the second turn on cancelled already.

        Raises NoResult.
        """
        batch = Batch(self._desks * self._count, [])
        requests = [request_for(account, turn) for account in accounts]
        with watched(batch, [psutil.Process(worker.pid) for worker in self._running]):
            started = time.time()
            submit(self._records, self._queue, requests, source="bench", by="bench", time_zone="UTC")
            ended = self._wait(
                [request.id for request in requests], End.CANCELLED if turn == 1 else End.ALREADY_CANCELLED
            )
        batch.seconds = [moment.timestamp() - started for moment in ended]
        return batch

    def _wait(self, ids: Sequence[str], end: End) -> list[dt.datetime]:
        """When each of them ended. Raises NoResult."""
        over = select(jobs.c.since).where(jobs.c.request_id.in_(ids), jobs.c.state == State.ENDED)
        seen, since = 0, time.monotonic()
        while seen < len(ids):
            time.sleep(LOOK_SECONDS)
            with self._records.engine.connect() as connection:
                ended = list(connection.execute(over).scalars())
            if len(ended) > seen:
                seen, since = len(ended), time.monotonic()
            elif time.monotonic() - since > PATIENCE or any(worker.poll() is not None for worker in self._running):
                raise NoResult(f"{len(ids) - seen} requests have no end; the workers said: {self._said()}")
        self._must_have_ended(ids, end)
        return ended

    def _must_have_ended(self, ids: Sequence[str], end: End) -> None:
        for record in self._records.these(ids):
            outcome = record.outcome
            if outcome is None or outcome.end is not end or record.attempts != 1:
                told = "no end" if outcome is None else f"{outcome.end.value} {outcome.code}: {outcome.message}"
                raise NoResult(f"request {record.request.id}, attempt {record.attempts}: {told}; {self._said()}")

    def _start(self) -> subprocess.Popen[bytes]:
        words = ["work", "--desks", str(self._desks), "--screenshot", "on" if self._evidence else "off"]
        user = {"RPA_USERNAME": self._site.username, "RPA_PASSWORD": self._site.password}
        told: dict[str, Any] = {"cwd": self._folder, "start_new_session": True, "stderr": subprocess.STDOUT}
        with (self._folder / "said.txt").open("ab") as said:
            command = [sys.executable, "-m", "rpa", *words]
            return subprocess.Popen(command, env=environment(self._folder, self._database, **user), stdout=said, **told)

    def _said(self) -> str:
        return (self._folder / "said.txt").read_text(encoding="utf-8", errors="replace")[-1000:]

    def _end(self) -> None:
        for worker in self._running:
            worker.send_signal(signal.SIGTERM)
        for worker in self._running:
            try:
                worker.wait(60)
            except subprocess.TimeoutExpired:
                worker.kill()


def _remove(folder: Path) -> None:
    import shutil  # noqa: PLC0415

    shutil.rmtree(folder, ignore_errors=True)

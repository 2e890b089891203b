"""A queue in which 100,000 requests wait, against an empty one: what a claim costs, and what `rpa status` costs.

A claim is what lies between a free desk and its request: the engine hands an entry out, and the job is taken with its
account's lock. Also how fast so many are accepted, and how long `rpa submit` takes with a file of 10,000 rows.
"""

import datetime as dt
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.claims import Claims, claims_of
from benchmarks.postgres import new_database, running
from benchmarks.report import Bar, NoResult, Report, plain_table
from benchmarks.workers import environment
from flows.model import CancellationRequest
from rpa.queue.jobs import Jobs
from rpa.queue.submitting import submit
from rpa.records import Records
from tests.postgres_server import PostgresServer

LIMIT = 1.5
"""Issue 3: so many times an empty queue's, at most."""
ROWS, SECONDS = 10_000, 10.0
"""Issue 3: a file of so many rows takes seconds; these, at most."""
ROUNDS = 4
"""The two queues take turns; a few looks of each in a turn."""
LOOKS = 3
PROFILE = '[site]\nbase_url = "http://127.0.0.1:9"\n'
DATE = dt.date(2026, 1, 2)
Tell = Callable[[str], None]


@dataclass
class Place:
    """One queue, and what it has cost so far, in seconds."""

    folder: Path
    url: str
    handing_out: list[float] = field(default_factory=list)
    taking: list[float] = field(default_factory=list)
    sweeping: list[float] = field(default_factory=list)
    counting: list[float] = field(default_factory=list)
    """`Jobs.counts` and `Jobs.open`."""
    status: list[float] = field(default_factory=list)
    """The command `rpa status`, its start included."""
    made: int = 0
    """Requests so far; each has a number of its own."""

    @property
    def claim(self) -> float:
        return statistics.median(self.handing_out) + statistics.median(self.taking)

    def add(self, claims: Claims) -> None:
        self.handing_out += claims.handing_out
        self.taking += claims.taking
        self.sweeping += claims.sweeping


@dataclass
class Pair:
    """An empty queue and a long one on the same kind of database."""

    database: str
    empty: Place
    full: Place
    waiting: int = 0
    accepting: float = 0.0
    """Seconds that it took to accept all that wait in the long one."""
    file: float = 0.0
    """Seconds of `rpa submit FILE` into a third."""


def measure(waiting: int, claims: int, tell: Tell) -> Report:
    """Raises NoResult."""
    with running() as server, tempfile.TemporaryDirectory(prefix="rpa-bench-") as folder:
        pairs = [
            _measure(database, server, Path(folder), waiting, claims, tell) for database in ("SQLite", "PostgreSQL")
        ]
    return report(pairs)


def _measure(database: str, server: PostgresServer, folder: Path, waiting: int, claims: int, tell: Tell) -> Pair:
    empty, full, third = (
        _place(folder / f"{database}-{name}", server, database) for name in ("empty", "full", "third")
    )
    pair = Pair(database, empty, full, waiting)
    pair.file = _submit_file(third)
    tell(f"{database}: rpa submit, {ROWS:,} rows: {pair.file:.1f} s")
    pair.accepting = fill(full, waiting)
    tell(f"{database}: {waiting:,} requests accepted in {pair.accepting:.1f} s")
    for turn in range(ROUNDS):
        for place in (empty, full):
            fill(place, claims // ROUNDS if place is empty else 0)
            place.add(claims_of(place.url, place.folder, claims // ROUNDS))
            place.counting += _counting(place)
        for _ in range(LOOKS):
            for place in (empty, full):
                place.status.append(_command(place, "status"))
        told = [f"claim {place.claim * 1e3:.1f} ms, status {place.status[-1]:.2f} s" for place in (empty, full)]
        tell(f"{database} {turn + 1}/{ROUNDS}: empty: {told[0]}; long: {told[1]}")
    return pair


def _place(folder: Path, server: PostgresServer, database: str) -> Place:
    folder.mkdir()
    (folder / "site.toml").write_text(PROFILE, encoding="utf-8")
    return Place(folder, f"sqlite:///{folder / 'rpa.db'}" if database == "SQLite" else new_database(server))


def fill(place: Place, count: int) -> float:
    """Have so many more requests wait there; the seconds it took."""
    numbers = range(place.made, place.made + count)
    place.made += count
    requests = [request_for(number) for number in numbers]
    with Records(place.url, place.folder / "cases") as records:
        queue, started = Jobs(records.engine), time.perf_counter()
        submit(records, queue, requests, source="bench", by="bench", time_zone="UTC")
        return time.perf_counter() - started


def request_for(number: int) -> CancellationRequest:
    facts = {"account_name": f"Account {number} Ltd", "account_number": str(500_000 + number)}
    return CancellationRequest(id=f"bench-{number}", date=DATE, reason="Price", **facts)


def _counting(place: Place) -> list[float]:
    with Records(place.url, place.folder / "cases") as records:
        queue, told = Jobs(records.engine), []
        for _ in range(LOOKS + 1):
            started = time.perf_counter()
            queue.counts()
            queue.open()
            told.append(time.perf_counter() - started)
    return told[1:]  # the first opens a connection


def _submit_file(place: Place) -> float:
    rows = [f"Account {number} Ltd,{500_000 + number},{DATE},Price\n" for number in range(ROWS)]
    (place.folder / "requests.csv").write_text(
        "account_name,account_number,date,reason\n" + "".join(rows), encoding="utf-8"
    )
    return _command(place, "submit", "requests.csv")


def _command(place: Place, *words: str) -> float:
    """Seconds of an `rpa` command, its start included. Raises NoResult if it failed."""
    command, started = [sys.executable, "-m", "rpa", *words], time.perf_counter()
    told = {"cwd": place.folder, "env": environment(place.folder, place.url), "text": True}
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **told)  # type: ignore[call-overload]
    if done.returncode:
        raise NoResult(f"rpa {' '.join(words)} ended with {done.returncode}: {done.stdout[-500:]}")
    return time.perf_counter() - started


def report(pairs: Sequence[Pair]) -> Report:
    table = plain_table("median", "empty queue, ms", "long queue, ms", "ratio")
    bars = []
    for pair in pairs:
        waiting = f"{pair.waiting:,} waiting : none"
        for name, values in _figures(pair).items():
            table.add_row(
                f"{pair.database}: {name}", *(f"{value * 1e3:.1f}" for value in values), f"{values[1] / values[0]:.2f}"
            )
        for name in ("a claim", "rpa status"):
            empty, full = _figures(pair)[name]
            bars.append(Bar(f"{pair.database}, {name}, {waiting}", full / empty, LIMIT))
        bars.append(Bar(f"{pair.database}, rpa submit, {ROWS:,} rows", pair.file, SECONDS, unit=" s"))
    notes = [f"{pair.database}: {pair.waiting:,} requests were accepted in {pair.accepting:.1f} s." for pair in pairs]
    notes.append("The bar on status is on the command; counting 100,000 rows alone takes longer than counting none.")
    return Report([table], bars, {"databases": [_data(pair) for pair in pairs]}, notes)


def _figures(pair: Pair) -> dict[str, tuple[float, float]]:
    """Of the empty queue, and of the long one."""
    told = {"a claim": (pair.empty.claim, pair.full.claim)}
    for name, of in {
        "  handing out": "handing_out",
        "  taking": "taking",
        "looking for the dead": "sweeping",
        "Jobs.counts and Jobs.open": "counting",
        "rpa status": "status",
    }.items():
        told[name] = (statistics.median(getattr(pair.empty, of)), statistics.median(getattr(pair.full, of)))
    return told


def _data(pair: Pair) -> dict[str, Any]:
    told = {name.strip(): {"empty": empty, "long": full} for name, (empty, full) in _figures(pair).items()}
    facts = {"database": pair.database, "waiting": pair.waiting, "accepting_seconds": pair.accepting}
    return facts | {"submit_file_seconds": pair.file, "medians": told}

"""What `rpa status` costs with a hundred thousand requests waiting, against an empty queue.

    python -m benchmarks.many_waiting [--jobs 100000] [--times 9]

Both are run in turn, so that a busy machine slows both; each time is that of the whole command, its start included.
"""

import argparse
import datetime as dt
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from flows.model import CancellationRequest
from rpa.database.queue_tables import jobs
from rpa.database.tables import requests
from rpa.queue.jobs import State
from rpa.records import Records
from rpa.records.records import row_of

AT_ONCE = 5000
LIMIT = 1.5
"""Issue 3: no more than so many times an empty queue's."""


def fill(output: Path, count: int) -> None:
    """So many requests that wait, every other one for a date; the engine's entries are left out, as status reads none."""
    now = dt.datetime.now(dt.UTC)
    with Records(f"sqlite:///{output / 'rpa.db'}", output / "cases") as records, records.engine.begin() as connection:
        for start in range(0, count, AT_ONCE):
            numbers = range(start, min(count, start + AT_ONCE))
            connection.execute(insert(requests), [row_of(request(number), "bench") for number in numbers])
            connection.execute(insert(jobs), [job(number, now) for number in numbers])


def request(number: int) -> CancellationRequest:
    told = {"account_name": f"Account {number}", "account_number": str(500_000 + number), "reason": "Price"}
    return CancellationRequest(id=f"r-{number}", date=dt.date(2026, 11, 23), **told)


def job(number: int, now: dt.datetime) -> dict[str, Any]:
    then = now + dt.timedelta(days=3, seconds=number) if number % 2 else None
    row = {"request_id": f"r-{number}", "state": State.WAITING.value, "turn": 1, "priority": 5, "not_before": then}
    row |= {"tries": 0, "why": "", "worker": None, "desk": None, "since": now, "step": "", "withdraw_by": None}
    return row | {"withdraw_why": None, "again": 0, "batch": None, "submitted_by": "bench"}


def seconds_of(words: list[str]) -> tuple[float, float]:
    """How long a command took, and how much of a processor."""
    before, started = os.times(), time.perf_counter()
    subprocess.run([sys.executable, "-m", "rpa", *words], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - started, used


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=9)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        empty, full = Path(folder, "empty"), Path(folder, "full")
        for place, count in ((empty, 0), (full, chosen.jobs)):
            place.mkdir()
            fill(place, count)
        worst = 0.0
        for told in (["status"], ["status", "--json"]):
            pairs = [
                [seconds_of([*told, "--output", str(place)]) for place in (empty, full)] for _ in range(chosen.times)
            ]
            wall, used = (
                [statistics.median(pair[which][kind] for pair in pairs) for which in (0, 1)] for kind in (0, 1)
            )
            worst = max(worst, used[1] / used[0])
            sys.stdout.write(
                f"rpa {' '.join(told)}: empty {wall[0]:.2f} s ({used[0]:.2f} s of a processor), "
                f"{chosen.jobs} waiting {wall[1]:.2f} s ({used[1]:.2f} s): x{wall[1] / wall[0]:.2f} (x{used[1] / used[0]:.2f})\n"
            )
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())

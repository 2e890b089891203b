"""`make soak`: many requests for one `rpa work`; whatever a robot leaves behind would show: processes, files, memory.

One in five cancels an account, the others find one that is cancelled: there is no difference in what may be left. Its temporary files go to a folder of their own, by which its processes are known too. Between rounds it holds one browser
a desk, and once it has ended nothing of it may be there any more. Desks are recycled every 50 requests.
"""

import argparse
import math
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from benchmarks.workers import Workers
from fixtures.standin import StandIn
from fixtures.standin.many import more_accounts
from rpa.queue.desks import RECYCLE_AFTER

ROUND, TURNS = 50, 5
MB = 1e6


@dataclass(frozen=True)
class Left:
    """What is there of the worker and all below it."""

    folders: tuple[str, ...]
    processes: int
    bytes: int
    """Resident, of the worker itself, without browsers."""

    def __str__(self) -> str:
        return f"{len(self.folders)} temporary folders, {self.processes} processes, {self.bytes / MB:.0f} MB in Python"


def left_in(temp: Path) -> Left:
    """What uses that temporary folder."""
    ours = [one for one in psutil.process_iter() if one.pid != os.getpid() and _temp_of(one).startswith(str(temp))]
    workers = [one for one in ours if _words(one)[1:3] == ["-m", "rpa"]]
    folders = tuple(sorted(path.name for path in temp.iterdir()))
    return Left(folders, len(ours), sum(one.memory_info().rss for one in workers))


def _temp_of(process: psutil.Process) -> str:
    try:
        return str(process.environ().get("TMPDIR", ""))
    except psutil.Error:  # another user's, or gone
        return ""


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def soak(requests: int, desks: int, temp: Path) -> list[str]:
    """Returns what is wrong. Raises benchmarks.report.NoResult if a request has another end, or needs two attempts."""
    wrong = []
    tempfile.gettempdir()  # ours stays where it is
    with pytest.MonkeyPatch.context() as patch, StandIn("classic") as site:
        patch.setenv("TMPDIR", str(temp))
        accounts = more_accounts(site, ROUND * math.ceil(requests / ROUND / TURNS), name="Soak {number} Ltd")
        with Workers(site, desks) as workers:
            for start in range(0, requests, ROUND):
                turn, first = 1 + start // len(accounts), start % len(accounts)
                workers.run(accounts[first : first + min(ROUND, requests - start)], turn=turn)
                left = left_in(temp)
                _tell(f"{min(start + ROUND, requests)} ended; {left}")
                if len(left.folders) > desks:
                    wrong.append(f"after {start + ROUND} there are {len(left.folders)} temporary folders")
    after = left_in(temp)
    _tell(f"the worker has ended; {after}")
    if after.processes or after.folders:
        wrong.append(f"left behind: {after.processes} processes, {', '.join(after.folders) or 'no folder'}")
    return wrong


def _tell(said: str) -> None:
    print(said, flush=True)  # noqa: T201


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--desks", type=int, default=2)
    given = parser.parse_args()
    # short: Chromium makes sockets in it
    with tempfile.TemporaryDirectory(prefix="soak-", dir="/tmp") as folder:
        wrong = soak(given.requests, given.desks, Path(folder))
    for one in wrong:
        _tell(f"WRONG: {one}")
    recycled = given.requests // given.desks // RECYCLE_AFTER
    _tell(
        f"{'NOT AS PROMISED' if wrong else 'as promised'}: {given.requests} requests, each desk recycled {recycled} times"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""The way out in a process of its own, behind a lease that is kept up as long as the process is not frozen.

python -m tests.frozen_proxy ORIGIN      (prints its port and its mark, then runs until its input ends)
"""

import sys
import threading
import time
from urllib.parse import urlsplit

from rpa.egress import MARK, Egress

SECONDS = 1.0


class Lease:
    """As a worker holds one: once it has run out it is another's, and can't be renewed."""

    def __init__(self) -> None:
        self._until = now() + SECONDS

    def holds(self) -> bool:
        return now() < self._until

    def keep_up(self) -> None:
        """It counts from before it is asked for: the process may be frozen in the midst of that."""
        while (asked := now()) < self._until:
            self._until = asked + SECONDS
            time.sleep(0.05)


def now() -> float:
    """A clock that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


if __name__ == "__main__":
    lease = Lease()
    threading.Thread(target=lease.keep_up, daemon=True).start()
    with Egress([sys.argv[1]], lease.holds) as egress:
        sys.stdout.write(f"{urlsplit(egress.url).port} {MARK}\n")
        sys.stdout.flush()
        sys.stdin.read()

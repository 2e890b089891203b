"""Many requests by several clients at a time: how many a minute, and what each client costs."""

import statistics
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psutil

from benchmarks.measuring import cpu_so_far, tree
from benchmarks.report import NoResult
from fixtures.standin import AccountTruth, StandIn
from fixtures.standin.many import FIRST, more_accounts

EVERY = 5.0
"""Seconds between two looks at the memory: a look at eight browsers takes some tenths of a second."""
MINUTE = 60.0


@dataclass
class Batch:
    """What was done with so many accounts by so many clients at once."""

    clients: int
    seconds: list[float]
    """From the start of the batch to each end, one for each account."""
    cpu: float = 0.0
    """CPU-seconds of all clients together."""
    memory: list[int] = field(default_factory=list)
    """Bytes of all clients together, now and then: PSS, which counts what is shared once; where there is none, RSS."""

    @property
    def per_minute(self) -> float:
        """At the pace of the time in which all clients had work.

        Whoever takes from a common list works without a pause until it is empty. So the last ends are one of each client:
        the moments at which they ran out of work. What is idle after that is the batch's smallness, and does not count.
        """
        last = sorted(self.seconds)[-self.clients :]
        return MINUTE * len(self.seconds) / statistics.fmean(last)

    @property
    def cpu_each(self) -> float:
        return self.cpu / len(self.seconds)

    @property
    def memory_each(self) -> float:
        """The most that was seen, by client."""
        return max(self.memory, default=0) / self.clients


def middle_of(batches: Sequence[Batch], figure: Callable[[Batch], float]) -> float:
    return statistics.median(figure(batch) for batch in batches)


def in_pairs(above: Sequence[Batch], below: Sequence[Batch]) -> float:
    """The median, over the rounds, of how many times as many requests a minute the one did."""
    return statistics.median(one.per_minute / other.per_minute for one, other in zip(above, below, strict=True))


class Ground:
    """The stand-in with ever new accounts; each batch has its own, and must leave them cancelled by the same pages."""

    def __init__(self, site: StandIn, walk: Sequence[str]) -> None:
        self.site, self.walk = site, list(walk)
        self._next = FIRST

    @contextmanager
    def accounts(self, count: int, *, strictly: bool = True) -> Iterator[list[AccountTruth]]:
        """Raises NoResult when the block is left and they are not all cancelled; `strictly`: by the pages of the walk."""
        with self.site.world.lock:
            self.site.world.visits.clear()
        made = more_accounts(self.site, count, first=self._next, name="Bench {number} Ltd")
        self._next += count
        yield made
        if left := [one.number for one in made if not self.site.account(one.number).cancelled]:
            raise NoResult(f"{len(left)} of {count} accounts are not cancelled on the site, such as {left[0]}")
        if strictly:
            self._must_be_the_walk(count)

    def _must_be_the_walk(self, count: int) -> None:
        loaded = Counter(visit.page for visit in self.site.visits)
        wanted = Counter({page: times * count for page, times in Counter(self.walk).items()})
        if loaded != wanted:
            told = [
                f"{page} {loaded[page]} times, not {wanted[page]}"
                for page in loaded | wanted
                if loaded[page] != wanted[page]
            ]
            raise NoResult(f"{count} accounts did not take the pages of the walk: {'; '.join(told)}")


@contextmanager
def watched(batch: Batch, roots: Sequence[psutil.Process]) -> Iterator[None]:
    """CPU and memory of these processes, and all that they started, until the block is left."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(EVERY):
            batch.memory.append(sum(memory_of(root) for root in roots))

    watcher, before = threading.Thread(target=watch, daemon=True), sum(cpu_so_far(root) for root in roots)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        batch.cpu = sum(cpu_so_far(root) for root in roots) - before
        batch.memory.append(sum(memory_of(root) for root in roots))


def memory_of(root: psutil.Process) -> int:
    total = 0
    for process in tree(root):
        with suppress(psutil.Error):
            told = process.memory_full_info()
            total += getattr(told, "pss", told.rss)
    return total

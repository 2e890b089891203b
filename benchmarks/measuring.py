"""What a run costs: seconds, CPU-seconds and peak memory of a process and all that it started."""

import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

EVERY = 0.25
"""Seconds between two looks at the memory; each look costs some milliseconds of the machine measured."""


@dataclass
class Cost:
    seconds: float = 0.0
    cpu: float = 0.0
    """CPU-seconds of the whole tree, processes that ended meanwhile included."""
    memory: int = 0
    """The highest sum of RSS over the tree that was seen, in bytes; shared pages count more than once."""
    note: str = ""


def tree(root: psutil.Process) -> Iterator[psutil.Process]:
    yield root
    yield from root.children(recursive=True)


def cpu_so_far(root: psutil.Process) -> float:
    """The CPU-seconds of the living and the dead: those stand in the `children_` times of their parents."""
    total = 0.0
    for process in tree(root):
        with suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])
    return total


def memory_now(root: psutil.Process) -> int:
    total = 0
    for process in tree(root):
        with suppress(psutil.Error):
            total += process.memory_info().rss
    return total


@contextmanager
def measured(root: psutil.Process) -> Iterator[Cost]:
    """Fills in the cost when the block is left."""
    cost, done = Cost(), threading.Event()

    def watch() -> None:
        while not done.wait(EVERY):
            cost.memory = max(cost.memory, memory_now(root))

    watcher = threading.Thread(target=watch, daemon=True)
    before, started = cpu_so_far(root), time.perf_counter()
    watcher.start()
    try:
        yield cost
    finally:
        cost.seconds = time.perf_counter() - started
        done.set()
        watcher.join()
        cost.cpu = cpu_so_far(root) - before


def middle(costs: Sequence[Cost]) -> Cost:
    """The medians, each for itself."""
    return Cost(
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        int(statistics.median(cost.memory for cost in costs)),
    )

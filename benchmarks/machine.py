"""What else the machine did meanwhile: figures taken beside other people's work tell little."""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

from benchmarks.measuring import cpu_so_far

BUSY = 0.25
"""Cores that others may use on average before the figures are called doubtful."""


@dataclass
class Company:
    """The others at work on this machine while the bench ran."""

    cores: float = 0.0
    """How many cores they used on average; a database server that the bench started counts among them."""
    load: tuple[float, float] = (0.0, 0.0)
    """The load average of a minute, before and after; the bench's own included."""
    cpus: int = field(default_factory=lambda: os.cpu_count() or 1)

    def __str__(self) -> str:
        told = f"{self.cpus} CPUs, load {self.load[0]:.1f} before and {self.load[1]:.1f} after"
        told += f"; other programs used {self.cores:.2f} cores."
        return f"{told} That is much: the figures tell little." if self.cores > BUSY else told

    def as_json(self) -> dict[str, Any]:
        load = [round(one, 1) for one in self.load]
        return {"cpus": self.cpus, "load": load, "others": round(self.cores, 2), "system": platform.platform()}


@contextmanager
def in_company() -> Iterator[Company]:
    """Filled in when the block is left."""
    company, mine = Company(), psutil.Process()
    before, busy, own, started = os.getloadavg()[0], _busy(), cpu_so_far(mine), time.perf_counter()
    yield company
    seconds = time.perf_counter() - started
    company.cores = max(0.0, (_busy() - busy) - (cpu_so_far(mine) - own)) / seconds
    company.load = (before, os.getloadavg()[0])


def _busy() -> float:
    """CPU-seconds that this machine has spent on something; those that its host took away count too."""
    times = psutil.cpu_times()
    return float(sum(times[:8]) - times.idle - getattr(times, "iowait", 0.0))

"""What this machine, or the container this process is in, lets it use."""

import os
from pathlib import Path

import psutil

DESK_BYTES = 300_000_000
"""What a desk needs: its browser with one account's pages."""
MOST_DESKS = 8
"""More are only opened when they are asked for: all of them sign in to one site."""
CGROUPS, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def usual_desks(cores: float | None = None, memory: int | None = None) -> int:
    """How many desks suit this machine: one for each core, as far as three quarters of the free memory last."""
    cores = usable_cores() if cores is None else cores
    memory = usable_memory() if memory is None else memory
    return max(1, min(int(cores), memory * 3 // 4 // DESK_BYTES, MOST_DESKS))


def usable_cores() -> float:
    """Cores, as far as this process may use them."""
    given = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    shares = [one.split() for one in _limits("cpu.max")]
    return min([float(given), *(int(quota) / int(period) for quota, period in shares if quota != "max")])


def usable_memory() -> int:
    """Bytes: what is free, or a limit that is lower."""
    return min([psutil.virtual_memory().available, *(int(one) for one in _limits("memory.max") if one != "max")])


def _limits(name: str) -> list[str]:
    """What the control groups (version 2) of this process say, its own and those above it."""
    try:
        own = next(line for line in OWN.read_text("ascii").splitlines() if line.startswith("0::"))
    except (OSError, StopIteration, UnicodeDecodeError):
        return []
    group = CGROUPS / own.removeprefix("0::").strip("/")
    files = [folder / name for folder in (group, *group.parents) if folder.is_relative_to(CGROUPS)]
    return [file.read_text("ascii").strip() for file in files if file.is_file()]

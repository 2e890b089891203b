"""The processes of one robot: its browser, all below it, and Playwright's driver. Found by what they were started with."""

import contextlib
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

DRIVER = "run-driver"
"""How Playwright's driver is called: its last argument."""
SECONDS = 5.0
"""For processes that were killed to be gone."""


def marked(*marks: str) -> list[psutil.Process]:
    """The processes whose command line bears one of `marks`: browsers, without what they have started themselves."""
    return [one for one in psutil.process_iter(["cmdline"]) if _bears(one, *marks)]


def _bears(process: psutil.Process, *marks: str) -> bool:
    return any(mark in word for word in process.info["cmdline"] or () for mark in marks)


def kill_marked(*marks: str) -> None:
    for process in marked(*marks):
        with contextlib.suppress(psutil.Error):  # it may be gone already
            process.kill()


def processes_of(mark: str, folder: Path) -> list[psutil.Process]:
    """The browsers that bear `mark`, the drivers that keep their temporary files in `folder`, and all below them."""
    # One look at all processes; a look for each one's children takes several times as long, and a desk looks often.
    running = list(psutil.process_iter(["cmdline", "ppid"]))
    below: dict[int, list[psutil.Process]] = {}
    for process in running:
        below.setdefault(process.info["ppid"], []).append(process)
    found: dict[int, psutil.Process] = {}
    left = [one for one in running if _bears(one, mark) or _is_driver(one, folder)]
    while left:
        process = left.pop()
        if process.pid not in found:
            found[process.pid] = process
            left += below.get(process.pid, [])
    return list(found.values())


def memory(mark: str, folder: Path) -> int:
    """Resident bytes of all of them together; what they share is counted for each."""
    total = 0
    for process in processes_of(mark, folder):
        with contextlib.suppress(psutil.Error):
            total += process.memory_info().rss
    return total


def end(processes: Iterable[psutil.Process]) -> None:
    """Kill them, and wait until they are gone."""
    left = list(processes)
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    deadline = time.monotonic() + SECONDS
    while left and time.monotonic() < deadline:
        left = [process for process in psutil.wait_procs(left, timeout=0.05)[1] if not _is_zombie(process)]


def drivers(folder: Path) -> list[psutil.Process]:
    """Playwright's drivers; what else was started while the folder was handed down (`TempFolder`) is not the robot's."""
    return [one for one in psutil.process_iter(["cmdline"]) if _is_driver(one, folder)]


def _is_driver(process: psutil.Process, folder: Path) -> bool:
    if DRIVER not in (process.info["cmdline"] or ())[-1:]:
        return False
    try:
        return bool(process.environ().get("TMPDIR") == str(folder))
    except psutil.Error:  # another user's, or gone
        return False


def _is_zombie(process: psutil.Process) -> bool:
    """Dead, but not fetched by its parent, which may never do so (the first process of a container)."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return True

"""Ends a browser that no longer answers. A page in an endless loop would hold a Playwright call for ever."""

import contextlib
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import psutil


class Watchdog:
    """Kills the browser whose command line bears `mark`, if nothing was heard for `seconds`.

    The call that hangs then raises, which the robot takes as a fault of the browser.
    """

    def __init__(self, mark: str, seconds: float) -> None:
        self._mark = mark
        self._seconds = seconds
        self._heard = time.monotonic()
        self._armed = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def heard(self) -> None:
        """The robot is alive."""
        self._heard = time.monotonic()

    @contextlib.contextmanager
    def armed(self) -> Iterator[None]:
        """Watch while the robot works; one that waits for a person's answer may be silent."""
        self.heard()
        self._armed = True
        try:
            yield
        finally:
            self._armed = False

    def __enter__(self) -> Self:
        self._heard = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join(5)

    def _watch(self) -> None:
        while not self._done.wait(min(self._seconds / 4, 2.0)):
            if self._armed and time.monotonic() - self._heard > self._seconds:
                kill_marked(self._mark)
                self.heard()


def marked(mark: str) -> list[psutil.Process]:
    """The processes whose command line bears `mark`."""
    processes = psutil.process_iter(["cmdline"])
    return [one for one in processes if any(mark in argument for argument in one.info["cmdline"] or ())]


def kill_marked(mark: str) -> None:
    for process in marked(mark):
        with contextlib.suppress(psutil.Error):  # it may be gone already
            process.kill()

"""Ends a browser that no longer answers. A page in an endless loop would hold a Playwright call for ever."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from rpa.processes import kill_marked


class Watchdog:
    """Kills the browser whose command line bears `mark`, if nothing was heard for `seconds`; then all, by `end_all`.

    The call that hangs then raises, which the robot takes as a fault of the browser. Where it was the driver that hung, it
    does not notice that its browser is gone, and has to go too.
    """

    def __init__(self, mark: str, seconds: float, end_all: Callable[[], None] = lambda: None) -> None:
        self._mark = mark
        self._seconds = seconds
        self._end_all = end_all
        self._heard = time.monotonic()
        self._armed = False
        self._done = threading.Event()

    def heard(self) -> None:
        """The robot is alive."""
        self._heard = time.monotonic()

    @contextlib.contextmanager
    def armed(self) -> Iterator[None]:
        """Watch while the robot works; one that waits for a person's answer may be silent."""
        self.heard()
        before, self._armed = self._armed, True
        try:
            yield
        finally:
            self._armed = before

    def __enter__(self) -> Self:
        """It may be entered again after its end."""
        self.heard()
        self._done.clear()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join(5)

    def _watch(self) -> None:
        since = None  # what was heard last, when the browser was killed
        while not self._done.wait(min(self._seconds / 4, 2.0)):
            if not self._armed or time.monotonic() - self._heard <= self._seconds:
                continue
            if self._heard == since:
                self._end_all()
            kill_marked(self._mark)
            self.heard()
            since = self._heard

"""Desks: each a thread with a browser of its own. Playwright's sync API binds a browser to the thread that opened it."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from loguru import logger

from rpa.processes import kill_marked

RECYCLE_AFTER = 50
"""Requests that a browser serves before another one takes its place: a browser that is used again and again grows."""
RECYCLE_BYTES = 1_500_000_000
Value = TypeVar("Value")


_here = threading.local()


def this_desk() -> int | None:
    """The number of the desk whose thread asks; None: no desk's."""
    return getattr(_here, "desk", None)


class Opened(Protocol):
    """What a desk needs of `rpa.robot.Robot`, beside what an attempt needs."""

    served: int
    mark: str

    def recycle(self) -> None: ...

    def memory(self) -> int: ...


class Desk:
    """One thread, one browser, opened when the first work comes."""

    def __init__(self, number: int, open_robot: Callable[[], AbstractContextManager[Any]]) -> None:
        self.number, self._open_robot = number, open_robot
        self._thread = ThreadPoolExecutor(1, f"desk-{number}", initializer=setattr, initargs=(_here, "desk", number))
        self._stack = contextlib.ExitStack()
        self._robot: Any = None
        self.doing, self.bytes = "", 0

    def run(self, act: Callable[[Any], Value]) -> Value:
        """Have `act` done with this desk's robot, on its thread; raises what `act` raises, or that no browser opens."""
        return self._thread.submit(self._run, act).result()

    def _run(self, act: Callable[[Any], Value]) -> Value:
        if self._robot is None:
            self._robot = self._stack.enter_context(self._open_robot())
        try:
            return act(self._robot)
        finally:
            self._tidy()

    def _tidy(self) -> None:
        """Recycled by count and memory; a browser that can't be is given up, and the next work opens another."""
        try:
            self.bytes = self._robot.memory()
            if self._robot.served >= RECYCLE_AFTER or self.bytes > RECYCLE_BYTES:
                self._robot.recycle()
        except Exception:  # noqa: BLE001 (whatever is wrong with a browser, a desk goes on with another)
            logger.exception("desk {}: its browser is given up", self.number)
            self._close()

    def end_browser(self) -> None:
        """End the browser from another thread: whatever waits for it fails, and is read again later."""
        if self._robot is not None:
            kill_marked(self._robot.mark)

    def _close(self) -> None:
        self._robot = None
        with contextlib.suppress(Exception):  # it is given up in any case
            self._stack.close()

    def close(self, seconds: float) -> None:
        """Close the browser; waits so long for what is being done."""
        closing = self._thread.submit(self._close)
        self._thread.shutdown(wait=False)
        with contextlib.suppress(TimeoutError):
            closing.result(timeout=seconds)


class Desks:
    """All desks of a process."""

    def __init__(self, count: int, open_robot: Callable[[], AbstractContextManager[Any]]) -> None:
        self.all = [Desk(number, open_robot) for number in range(1, count + 1)]
        self._free: queue.SimpleQueue[Desk] = queue.SimpleQueue()
        for desk in self.all:
            self._free.put(desk)
        self._idle = threading.Condition()
        self._busy = 0

    @contextlib.contextmanager
    def one(self, doing: str) -> Iterator[Desk]:
        """A free desk; waits for one."""
        desk = self._free.get()
        with self._idle:
            self._busy += 1
        desk.doing = doing
        try:
            yield desk
        finally:
            desk.doing = ""
            self._free.put(desk)
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    @property
    def busy(self) -> int:
        """How many are at work."""
        return self._busy

    def wait_idle(self, seconds: float) -> bool:
        """Wait until no desk is at work; whether that came in time."""
        with self._idle:
            return self._idle.wait_for(lambda: self._busy == 0, timeout=seconds)

    def close(self, seconds: float) -> None:
        """Close all browsers; waits so long for what is being done."""
        for desk in self.all:
            desk.close(seconds)

"""Desks: each a thread with a browser of its own. Playwright's sync API binds a browser to the thread that opened it."""

import contextlib
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from loguru import logger

from rpa.processes import kill_marked

RECYCLE_AFTER = 50
"""Requests that a browser serves before another one takes its place: a browser that is used again and again grows."""
RECYCLE_BYTES = 1_500_000_000
LOOK_EVERY = 5
"""Requests between two looks at its memory: all processes of the machine are looked through for it, in 20 ms and more."""
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

    def give_up(self) -> None: ...

    def end_processes(self) -> None: ...


class Desk:
    """One thread, one browser, opened when the first work comes."""

    def __init__(self, number: int, open_robot: Callable[[], AbstractContextManager[Any]]) -> None:
        self.number, self._open_robot = number, open_robot
        self._thread = ThreadPoolExecutor(1, f"desk-{number}", initializer=setattr, initargs=(_here, "desk", number))
        self._stack = contextlib.ExitStack()
        self._robot: Any = None
        self.doing, self.bytes = "", 0
        self._done = 0

    def run(self, act: Callable[[Any], Value]) -> Value:
        """Have `act` done with this desk's robot, on its thread; raises what `act` raises, or that no browser opens."""
        return self._thread.submit(self._run, act).result()

    def _run(self, act: Callable[[Any], Value]) -> Value:
        if self._robot is None:
            self._robot = self._stack.enter_context(self._open_robot())
            self._done = self.bytes = 0
        try:
            return act(self._robot)
        finally:
            self._tidy()

    def _tidy(self) -> None:
        """Recycled by count and memory; a browser that can't be is given up, and the next work opens another."""
        try:
            if self._done % LOOK_EVERY == 0:
                self.bytes = self._robot.memory()
            self._done += 1
            if self._robot.served >= RECYCLE_AFTER or self.bytes > RECYCLE_BYTES:
                self._robot.recycle()
                self._done = self.bytes = 0
        except Exception:  # noqa: BLE001 (whatever is wrong with a browser, a desk goes on with another)
            logger.exception("desk {}: its browser is given up", self.number)
            self._close()

    def give_up(self) -> str:
        """From any thread: what is being done is broken off once its browser is ended; the mark by which that is known
        among the processes, empty: it has none.
        """
        robot = self._robot
        if robot is None:
            return ""
        robot.give_up()
        return str(robot.mark)

    def end_processes(self) -> None:
        """End browser and driver, from any thread."""
        robot = self._robot
        if robot is not None:
            robot.end_processes()

    def _close(self) -> None:
        with contextlib.suppress(Exception):  # it is given up in any case
            self._stack.close()
        self._robot = None

    def closing(self) -> "Future[None]":
        """Close the browser as soon as nothing is being done."""
        closing = self._thread.submit(self._close)
        self._thread.shutdown(wait=False)
        return closing


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

    def end_browsers(self, seconds: float) -> None:
        """End all browsers from another thread: whatever waits for them fails, and is read again later. A driver that
        hangs does not notice, and is ended too. Waits up to twice so long.
        """
        kill_marked(*filter(None, [desk.give_up() for desk in self.all]))
        if not self.wait_idle(seconds):
            self.end_processes()
            self.wait_idle(seconds)

    def end_processes(self) -> None:
        """End all browsers and drivers, from any thread."""
        for desk in self.all:
            desk.give_up()
            desk.end_processes()

    def close(self, seconds: float) -> None:
        """Close all browsers; waits so long, all together, for what is being done. What hangs is ended."""
        closing = {desk.closing(): desk for desk in self.all}
        for late in wait(closing, timeout=seconds).not_done:
            closing[late].end_processes()

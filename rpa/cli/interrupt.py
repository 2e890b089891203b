"""Ctrl-C: the effect in flight is finished and recorded first (promise 8)."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rpa.cli.screen import Screen

PATIENCE = 3
"""The third Ctrl-C ends the program at once; the next run finds the open intent and reads the account."""

FINISHING = "Stopping: what is being done right now is finished and recorded first."


class Stop(threading.Event):
    """Set by Ctrl-C or SIGTERM."""

    signal: int | None = None
    """Which of them it was."""


@contextmanager
def stop_on_interrupt(screen: Screen, told: str = FINISHING) -> Iterator[Stop]:
    """An event that Ctrl-C or SIGTERM sets, while the block runs; `told` is said then."""
    stop, times = Stop(), 0

    def interrupted(number: int, _frame: FrameType | None) -> None:
        nonlocal times
        times += 1
        stop.signal = stop.signal or number
        stop.set()
        if times >= PATIENCE:
            raise KeyboardInterrupt
        screen.say(
            told
            if times == 1
            else "Still finishing. Once more ends it at once, and leaves an open intent for the next run."
        )

    before = {number: signal.signal(number, interrupted) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

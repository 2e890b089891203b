"""A worker that was told to stop is gone within 30 seconds, though a database or a driver holds it up for ever."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from loguru import logger

from rpa.results import INTERRUPTED

SECONDS = 29.0
"""After the stop. What a worker waits for by itself is over before (`rpa.queue.worker.ENDS_WITHIN`)."""
LOOK_SECONDS = 0.5
WHY = "It did not end in time, and was ended. What was in flight is read again by the next worker."


@contextmanager
def gone_in_time(
    stop: threading.Event,
    before: Callable[[], None],
    *,
    seconds: float = SECONDS,
    leave: Callable[[int], object] = os._exit,
) -> Iterator[None]:
    """If the block is not left `seconds` after `stop` was set: `before()`, and the process is left, with exit code 130.

    It is what kill -9 would do, which loses nothing: the lease runs out, and another worker reads the account.
    """
    over = threading.Event()

    def watch() -> None:
        while not stop.wait(LOOK_SECONDS):
            if over.is_set():
                return
        if over.wait(seconds):
            return
        try:
            logger.error(WHY)
            sys.stderr.write(f"{WHY}\n")
            before()
        except Exception:  # noqa: BLE001 (nothing may keep it)
            logger.exception("its browsers could not be ended")
        finally:
            leave(INTERRUPTED)

    threading.Thread(target=watch, name="last resort", daemon=True).start()
    try:
        yield
    finally:
        over.set()

"""A value that is read when it is asked for, but seldom, and never waited for long."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Lately(Generic[Value]):
    """Reads on a thread of its own, one at a time; so whoever asks is not held up by a database that does not answer."""

    def __init__(self, read: Callable[[], Value], *, keep: float, patience: float) -> None:
        """In seconds: how old a value may be, and how long a reading is waited for."""
        self._read, self._keep, self._patience = read, keep, patience
        self._guard = threading.Lock()
        self._value: Value | None = None
        self._at = float("-inf")
        self._thread: threading.Thread | None = None

    def get(self) -> Value | None:
        """The value; None: it can't be read now, or not in time."""
        with self._guard:
            if time.monotonic() - self._at <= self._keep:
                return self._value
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="lately", daemon=True)
                self._thread.start()
            reading = self._thread
        reading.join(self._patience)
        with self._guard:
            return self._value if time.monotonic() - self._at <= self._keep + self._patience else None

    def _run(self) -> None:
        try:
            value: Value | None = self._read()
        except Exception:  # noqa: BLE001 (that it can't be read is the answer)
            value = None
        with self._guard:
            self._value, self._at = value, time.monotonic()

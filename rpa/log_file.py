"""A log file that several processes write, and any of them turns over when it has grown large.

One write with O_APPEND for each line: no line is torn or lost. Whoever finds the file too large moves it to `.1`, `.1`
to `.2`, and so on, under a lock; the others see that the name stands for another file, and open that.
"""

import contextlib
import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loguru import Message, Record

LARGEST, KEPT = 20_000_000, 10
"""Bytes of a file, about; and how many older ones are kept beside it."""


class LogFile:
    """A sink of loguru. The processes are on one machine; each machine has an output folder of its own."""

    def __init__(self, path: Path, line: Callable[["Record"], str], *, largest: int = LARGEST) -> None:
        """`line` makes of a record what is written, without the last line break. Raises OSError."""
        self._path, self._line, self._largest = path, line, largest
        self._handle = self._opened()

    def write(self, message: "Message") -> None:
        """Never raises OSError: a log that can't be written stops no cancellation. A full disk stops the line elsewhere."""
        with contextlib.suppress(OSError):
            self._make_sure()
        with contextlib.suppress(OSError):
            os.write(self._handle, f"{self._line(message.record)}\n".encode(errors="backslashreplace"))

    def stop(self) -> None:
        """Close it; called by loguru."""
        os.close(self._handle)
        self._handle = -1

    def _opened(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)

    def _make_sure(self) -> None:
        """The handle is of the file of that name, and that has room. Raises OSError."""
        if not self._is_current():
            self._open_anew()
        if os.fstat(self._handle).st_size >= self._largest:
            self._turn_over()
            self._open_anew()

    def _is_current(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self._handle), self._path.stat())
        except FileNotFoundError:
            return False

    def _open_anew(self) -> None:
        new = self._opened()  # first: a number that is closed may be another file's the next moment
        os.close(self._handle)
        self._handle = new

    def _turn_over(self) -> None:
        lock = os.open(self._path.with_name(f".{self._path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._is_too_large():  # another process was first
                return
            for number in range(KEPT - 1, 0, -1):
                with contextlib.suppress(FileNotFoundError):
                    self._numbered(number).replace(self._numbered(number + 1))
            self._path.replace(self._numbered(1))
        finally:
            os.close(lock)

    def _is_too_large(self) -> bool:
        try:
            return self._path.stat().st_size >= self._largest
        except FileNotFoundError:  # turned over, and nobody has written since
            return False

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


class LogFiles:
    """Several as one sink: loguru makes each record ready for each of its sinks, which takes longer than to write it."""

    def __init__(self, *files: LogFile) -> None:
        self._files = files

    def write(self, message: "Message") -> None:
        for file in self._files:
            file.write(message)

    def stop(self) -> None:
        """Close them; called by loguru."""
        for file in self._files:
            file.stop()

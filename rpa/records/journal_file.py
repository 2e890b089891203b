"""journal.jsonl while it is written: one process holds it, lines are appended, a torn end is set aside."""

import errno
import fcntl
import os
import weakref
from collections.abc import Sequence
from pathlib import Path

from flows.journal import Event
from rpa.cases.chain import JOURNAL, ChainRead, Line, follow, is_purged, read_chain
from rpa.cases.files import MODE, make_folder, sync, write_atomic, write_new
from rpa.records.errors import CaseBusy, JournalClosed


class JournalFile:
    """The open journal of one request, locked against other processes until `close` or the process's
    death."""

    def __init__(self, case_dir: Path, request_id: str, *, break_lock: bool = False) -> None:
        """Open or create it. `break_lock`: whoever holds it may write no more; he keeps a file without a name.

        Raises OSError, CaseBusy.
        """
        make_folder(case_dir)
        self.path = case_dir / JOURNAL
        self._request_id = request_id
        self._untrusted = ""
        self._open()
        if not self._lock(wanted=not break_lock):
            self.close()
            write_atomic(self.path, self.path.read_bytes())
            self._open()
            self._lock(wanted=True)
        sync(case_dir)
        self.read: ChainRead = read_chain(self.path.read_bytes(), request_id)
        self.lines: list[Line] = list(self.read.lines)
        self._size = self.read.size

    def _open(self) -> None:
        self._handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, MODE)
        self._close = weakref.finalize(self, os.close, self._handle)

    def _lock(self, *, wanted: bool) -> bool:
        """Whether the lock was got; raises CaseBusy if it is `wanted` and was not."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if not wanted:
                return False
            raise self._busy() from error
        if os.path.samestat(os.fstat(self._handle), self.path.stat()):
            return True
        if wanted:  # another file was put in its place since it was opened
            raise self._busy()
        return False

    def _busy(self) -> CaseBusy:
        self.close()
        where = f"request {self._request_id} is being worked on: {self.path} is held by another journal"
        return CaseBusy(f"{where}; wait until that run has ended")

    def swap(self, lines: Sequence[Line]) -> None:
        """Put these lines in place of all that are there: durably, and whole or not at all. Raises OSError.

        The new file is held before it gets the name, so that nobody writes to it in between.
        """
        self.check()
        # Beside the case folder: one that is left by a kill is no file of the case.
        temporary = self.path.parent.with_name(f".{self.path.parent.name}.journal.tmp")
        handle = os.open(temporary, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, MODE)
        fresh = weakref.finalize(self, os.close, handle)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            temporary.write_bytes(b"".join(line.raw for line in lines))
            os.fsync(handle)
            temporary.replace(self.path)
        except OSError:
            fresh()
            temporary.unlink(missing_ok=True)
            raise
        self._close()
        self._handle, self._close = handle, fresh
        self.lines, self._size = list(lines), sum(len(line.raw) for line in lines)
        sync(self.path.parent)

    def replace(self, lines: Sequence[Line]) -> None:
        """Hold these lines instead; what the file held is kept beside it. Raises OSError."""
        self.path.with_name(f"{self.path.name}.from-elsewhere").write_bytes(self.path.read_bytes())
        content = b"".join(line.raw for line in lines)
        os.ftruncate(self._handle, 0)
        os.write(self._handle, content)
        os.fsync(self._handle)
        self.read = read_chain(content, self._request_id)
        self.lines, self._size = list(self.read.lines), self.read.size

    def set_torn_end_aside(self, into: Path) -> None:
        """Copy what follows the last whole line to a file, durably, then cut it off. Raises OSError."""
        content = self.path.read_bytes()
        if len(content) == self._size:
            return
        write_new(into, content[self._size :])
        sync(into)
        sync(into.parent)
        os.ftruncate(self._handle, self._size)
        os.fsync(self._handle)

    def append(self, event: Event) -> Line:
        """Write a line; a killed process keeps it, a power cut only after `sync`. Raises OSError, and then no
        line is there."""
        self.check()
        if is_purged(self.lines):
            raise JournalClosed(f"the journal {self.path} was purged: nothing is written behind that")
        line = follow(self.lines, self._request_id, event)
        try:
            self._write_whole(line.raw)
        except OSError:
            self._undo()
            raise
        self.lines.append(line)
        self._size += len(line.raw)
        return line

    def _write_whole(self, raw: bytes) -> None:
        if os.write(self._handle, raw) != len(raw):
            raise OSError(errno.ENOSPC, "a line was written in part: free some space on the disk", str(self.path))

    def _undo(self) -> None:
        try:
            os.ftruncate(self._handle, self._size)
        except OSError as error:
            self._untrusted = f"a line of it was written in part ({error})"

    def sync(self) -> None:
        """Make all lines durable. Raises OSError, and from then on with every call: a failed fsync can't be
        repeated."""
        self.check()
        try:
            os.fsync(self._handle)
        except OSError as error:
            self._untrusted = f"an fsync of it failed ({error})"
            raise

    def check(self) -> None:
        """Raises JournalClosed if nothing can be written any more."""
        if not self._close.alive:
            raise JournalClosed(f"the journal {self.path} is closed; begin the request again to go on")
        if self._untrusted:
            raise JournalClosed(
                f"the journal {self.path} can't be trusted: {self._untrusted}; mend the disk, then run again"
            )

    def close(self) -> None:
        """Let go of the lock. May be called twice."""
        self._close()

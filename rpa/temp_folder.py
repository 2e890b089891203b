"""A temporary folder for one robot: what its driver and its browser leave behind is removed with it.

Both keep their files where TMPDIR says (Node's `os.tmpdir()`; Chromium inherits it), and remove them when they end in good
order. After kill -9 nobody does: the next robot sweeps.
"""

import contextlib
import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from rpa.processes import end, processes_of

NAME = re.compile(r"rpa-desk-(\d+)-([0-9a-f]{12})-[0-9a-z_]{8}")
"""Process id, the robot's token, and what makes it unique: a robot has a new one each time it is started."""
LOCK = "lock"
LONGEST = 40
"""Chromium makes sockets below, whose whole path may have 104 characters (macOS) or 108."""
HANDING_DOWN = threading.Lock()
TIMES = 5
"""A process that dies may still write while its folder is removed."""


def new_token() -> str:
    return secrets.token_hex(6)


def mark_of(token: str) -> str:
    """The argument by which a robot's browser is known."""
    return f"--rpa-desk={token}"


class TempFolder:
    """A context manager; `path` is the folder. A lock in it says that its robot lives, frozen or not."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._lock: int | None = None
        self.path = base() / f"rpa-desk-{os.getpid()}-{token}"  # not there yet

    def __enter__(self) -> Self:
        sweep()
        self.path = Path(tempfile.mkdtemp(prefix=f"rpa-desk-{os.getpid()}-{self._token}-", dir=base()))
        made = self.path / f".{LOCK}"
        self._lock = os.open(made, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        made.rename(self.path / LOCK)  # nobody finds it who could take it first
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end(processes_of(mark_of(self._token), self.path))
        remove(self.path)
        if self._lock is not None:
            os.close(self._lock)

    @contextlib.contextmanager
    def handed_down(self) -> Iterator[None]:
        """Processes that are started meanwhile keep their temporary files here.

        One robot at a time: the environment is the whole process's. TMPDIR is never taken out of it again, as that would
        move what other threads may be reading just then.
        """
        with HANDING_DOWN:
            before = os.environ.setdefault("TMPDIR", tempfile.gettempdir())
            os.environ["TMPDIR"] = str(self.path)
            try:
                yield
            finally:
                os.environ["TMPDIR"] = before


def base() -> Path:
    """The system's temporary folder; /tmp where that has too long a name (macOS)."""
    usual = Path(tempfile.gettempdir())
    return usual if len(str(usual)) <= LONGEST else Path("/tmp")  # noqa: S108 (mkdtemp in it)


def sweep() -> None:
    """Remove the folders of robots that are gone, and end what is left of their browsers."""
    for path in base().glob("rpa-desk-*"):
        named = NAME.fullmatch(path.name)
        if named and _is_ours(path):
            with _abandoned(path, int(named[1])) as abandoned:
                if abandoned:
                    end(processes_of(mark_of(named[2]), path))
                    remove(path)


def remove(path: Path) -> None:
    for _ in range(TIMES):
        shutil.rmtree(path, ignore_errors=True)
        if not path.exists():
            return


def _is_ours(path: Path) -> bool:
    """A folder of this very user's, and no link that somebody has laid in a place that all may write to."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


@contextlib.contextmanager
def _abandoned(path: Path, pid: int) -> Iterator[bool]:
    """Whether its robot is gone; meanwhile nobody else sweeps it.

    The lock says so, which the kernel lets go of when a process dies: process ids are used again, and those of another
    container mean nothing here. A folder without one was only just made, if its process lives.
    """
    try:
        lock = os.open(path / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        yield not psutil.pid_exists(pid)
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        yield False
    else:
        yield True
    finally:
        os.close(lock)

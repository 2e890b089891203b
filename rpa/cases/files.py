"""Files that are either wholly there or not at all, also after a power cut (promise 11)."""

import contextlib
import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

MODE = 0o600
"""Case files hold customers' data: for the robot's own user only."""


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_atomic(path: Path, content: bytes) -> None:
    """Write `content` to `path`: fsync, then rename. Raises OSError; then the file at `path` is as it was
    before."""
    temporary = temporary_of(path)
    try:
        write_new(temporary, content)
        sync(temporary)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def temporary_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.tmp")


def write_new(path: Path, content: bytes) -> None:
    """Write a file, not yet durable. Raises OSError, and leaves no half file behind."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), "wb") as file:
            file.write(content)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Make a file's content, or a folder's list of names, durable. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(path: Path) -> None:
    """Create a folder durably, with those above it. Raises OSError."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    sync(path.parent)


@contextlib.contextmanager
def alone_in(folder: Path, seconds: float) -> Iterator[None]:
    """Hold the folder while its files are written, so that whoever was frozen half-way is waited for; at most so long.

    Raises OSError.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        deadline, never = time.monotonic() + seconds, threading.Event()
        while not _locked(handle) and time.monotonic() < deadline:
            never.wait(0.05)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""Files that are either wholly there or not at all, also after a power cut (promise 11)."""

import hashlib
import os
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

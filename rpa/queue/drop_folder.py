"""The folder that files are dropped into: which of them are whole, whose they are, and where they go.

    DIR/requests.csv -> DIR/taken/WORKER/requests.csv -> DIR/done/requests.csv
                                                      -> DIR/rejected/requests.csv, requests.csv.reason.txt

Each arrow is one rename, so a file is one worker's at a time, and whoever is killed leaves it where it was.
"""

import contextlib
import itertools
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

QUIET_SECONDS = 3.0
"""A file that did not change for so long is whole."""
CUT_OFF_SECONDS = 60.0
"""The same for one that looks cut off: a text without a line break at its end, a workbook without its directory."""
NOT_YET = (".tmp", ".part")
"""Endings of files that somebody is still writing; so are hidden ones, and Excel's own ("~$...")."""
REASON = ".reason.txt"
LONGEST = 180
"""Bytes of a name; a longer one would leave no room for what is put behind it."""


class DropFolder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken, self.done, self.rejected = folder / "taken", folder / "done", folder / "rejected"
        self._seen: dict[Path, tuple[tuple[int, int, int], float]] = {}

    def make(self) -> None:
        """Create the folder and those in it, for all who may write into it. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.make_inner()

    def make_inner(self) -> None:
        """Only those in it: where a share is not there for the moment, nothing is put in its place. Raises OSError."""
        for folder in (self.taken, self.done, self.rejected):
            folder.mkdir(exist_ok=True)

    def arrivals(self, now: float) -> tuple[list[Path], int]:
        """The files that are whole, the oldest first, and how many are not yet. `now`: seconds of a clock that only goes
        forward. Raises OSError.
        """
        seen = {path: facts for path in self._dropped() if (facts := _facts(path)) is not None}
        before, self._seen = self._seen, {}
        for path, facts in seen.items():
            same = path in before and before[path][0] == facts
            self._seen[path] = (facts, before[path][1] if same else now)
        whole = [path for path, (_, since) in self._seen.items() if self._is_whole(path, now - since)]
        return sorted(whole, key=lambda path: (seen[path][1], path.name)), len(seen) - len(whole)

    def _dropped(self) -> Iterator[Path]:
        for entry in os.scandir(self.folder):
            ours = entry.name.startswith((".", "~$")) or entry.name.lower().endswith(NOT_YET)
            if not ours and entry.is_file(follow_symlinks=False):
                yield Path(entry.path)

    def _is_whole(self, path: Path, quiet: float) -> bool:
        return quiet >= CUT_OFF_SECONDS or (quiet >= QUIET_SECONDS and not _looks_cut_off(path))

    def take(self, path: Path, worker: str) -> Path | None:
        """The file, now that worker's; None: another one's, or one of that name is not done yet. Raises OSError."""
        mine = self.taken / worker / path.name
        if mine.exists():
            return mine if mine == path else None
        mine.parent.mkdir(parents=True, exist_ok=True)
        try:
            return path.rename(mine)
        except FileNotFoundError:
            return None

    def left(self, is_mine: Callable[[Path], bool]) -> list[Path]:
        """Files that were taken and not done with; `is_mine` says of which workers' folders. Raises OSError."""
        folders = [folder for folder in sorted(self.taken.iterdir()) if folder.is_dir() and is_mine(folder)]
        for folder in folders:
            if not any(folder.iterdir()):
                _remove_empty(folder)
        return [path for folder in folders if folder.exists() for path in sorted(folder.iterdir()) if path.is_file()]

    def accept(self, taken: Path) -> Path:
        """Move it to those that are done; never over another. Raises OSError, FileNotFoundError if another worker did."""
        return _put(taken, _free(self.done, taken.name))

    def reject(self, taken: Path, reason: str) -> Path:
        """Move it to those that were rejected, the reason beside it. Raises as `accept`."""
        place = _free(self.rejected, taken.name, beside=REASON)
        with Path(f"{place}{REASON}").open("x", encoding="utf-8") as file:
            file.write(reason)
        return _put(taken, place)


def _facts(path: Path) -> tuple[int, int, int] | None:
    """What changes while a file is written; None: it is gone."""
    try:
        stat = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _looks_cut_off(path: Path) -> bool:
    """Whether the end is missing that such a file nearly always has."""
    try:
        if path.suffix.lower() == ".xlsx":
            return not zipfile.is_zipfile(path)
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 2))
            return b"\n" not in file.read()  # in UTF-16 it is two bytes
    except OSError:  # it can't be read: that is told when it is
        return False


def _free(folder: Path, name: str, beside: str = "") -> Path:
    """A name that nothing has in that folder, now taken by an empty file."""
    stem = os.fsencode(Path(name).stem)[:LONGEST].decode("utf-8", "ignore")
    ending = Path(name).suffix[:8]
    for number in itertools.count(1):
        place = folder / f"{stem}{f'-{number}' if number > 1 else ''}{ending}"
        if beside and Path(f"{place}{beside}").exists():
            continue
        try:
            place.touch(exist_ok=False)
        except FileExistsError:
            continue
        return place
    raise AssertionError


def _put(taken: Path, place: Path) -> Path:
    try:
        taken.replace(place)
    except OSError:
        place.unlink(missing_ok=True)
        Path(f"{place}{REASON}").unlink(missing_ok=True)
        raise
    _remove_empty(taken.parent)
    return place


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not empty, or another worker was first
        folder.rmdir()

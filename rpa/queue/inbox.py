"""The inbox of a worker: files dropped into a folder are submitted, then moved to `done/`, or to `rejected/` with the
reason. Several workers may watch the same folder.

Whatever is killed in between is done again by the next: the same file gives the same ids, so nothing is doubled.
"""

import datetime as dt
import pwd
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from loguru import logger
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from rpa.batch import faults_of
from rpa.database.queue_tables import workers
from rpa.queue.drop_folder import REASON, DropFolder
from rpa.queue.outbox import record
from rpa.queue.shop import Shop
from rpa.queue.submitting import Submitted, submit
from rpa.request_files import RequestFile, RequestFileError, read_requests
from rpa.words_on_screen import visible

LOOK_SECONDS = 1.0
AGAIN_SECONDS = 30.0
"""A file in trouble, such as one that can't be moved, is tried again after so long."""
CLOSING_SECONDS = 5.0
FORGOTTEN_SECONDS = 3600.0
"""What a worker that nobody knows has taken is left alone for so long."""


class _Stopping(Exception):
    """The worker is to end; what was accepted of a file stays, the rest is submitted by the next one."""


class Inbox:
    """A chore of the worker, as a context manager. Files are submitted one after another, on a thread of its own, so that a
    big one keeps the worker from nothing.
    """

    def __init__(
        self,
        folder: Path,
        stop: threading.Event,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`stop`: set once the worker is to end; `say`: tells a person at the terminal. Makes the folders; raises OSError."""
        self.folder = DropFolder(folder)
        self.folder.make()
        self._stop, self._say, self._clock = stop, say, clock
        self._thread: threading.Thread | None = None
        self._looked = float("-inf")
        self._unfinished = 1
        self._trouble: dict[str, tuple[str, float]] = {}
        """By name: what is wrong, and when it is tried again."""
        self._submitted: dict[Path, str] = {}
        """Files that only have to be moved: what became of them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.join(CLOSING_SECONDS)

    def join(self, seconds: float) -> None:
        """Wait until the file in hand is done with, at most so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    @property
    def idle(self) -> bool:
        """Whether nothing is left to be taken in, but for files in trouble."""
        return not self._busy and not self._unfinished

    @property
    def _busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def __call__(self, shop: Shop) -> None:
        """Look into the folder now and then, and begin with the next file. Raises SQLAlchemyError."""
        now = self._clock()
        if self._busy or self._stop.is_set() or now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        try:
            self.folder.make_inner()
            taken = self._next(shop, now)
        except OSError as error:
            self._unfinished = 0
            where = error.filename or self.folder.folder
            self._tell_trouble(str(self.folder.folder), f"{where} can't be used: {error.strerror or error}")
            return
        self._trouble.pop(str(self.folder.folder), None)
        if taken is not None:
            self._thread = threading.Thread(target=self._take_in, args=(shop, taken), name="inbox", daemon=True)
            self._thread.start()

    def _next(self, shop: Shop, now: float) -> Path | None:
        """A file, now this worker's; those first that a dead one left. Raises OSError, SQLAlchemyError."""
        left = [path for path in self.folder.left(lambda worker: _is_mine(shop, worker)) if self._may_try(path, now)]
        arrived, growing = self.folder.arrivals(now)
        arrived = [path for path in arrived if self._may_try(path, now)]
        self._unfinished = len(left) + len(arrived) + growing
        for path in (*left, *arrived):
            try:
                if taken := self.folder.take(path, shop.lease.id):
                    return taken
            except OSError as error:
                self._tell_trouble(path.name, f"{visible(path.name)} can't be taken in: {error.strerror or error}")
        return None

    def _may_try(self, path: Path, now: float) -> bool:
        return path.name not in self._trouble or now >= self._trouble[path.name][1]

    def _take_in(self, shop: Shop, taken: Path) -> None:
        name = visible(taken.name)
        try:
            self._say(self._moved(shop, taken, name))
            self._trouble.pop(taken.name, None)
        except _Stopping:
            pass
        except OSError as error:
            if taken.exists():  # else another worker took this one for dead, and has done it
                where = f"{name} can't be moved out of {taken.parent}: {error.strerror or error}"
                self._tell_trouble(taken.name, f"{where}; make the folders beside it writable")
        except SQLAlchemyError as error:
            self._tell_trouble(taken.name, f"{name} can't be submitted yet: {str(error).splitlines()[0]}")
        except Exception as error:  # noqa: BLE001 (no file may end the worker)
            logger.exception("inbox: {}", name)
            self._tell_trouble(taken.name, f"{name} can't be submitted: {type(error).__name__}; see rpa.log")

    def _moved(self, shop: Shop, taken: Path, name: str) -> str:
        """Submit a file and move it on; returns what became of it."""
        if taken not in self._submitted:
            try:
                self._submitted[taken] = _told(self._submit(shop, taken, name))
            except RequestFileError as error:
                return self._rejected(shop, taken, error)
        place = self.folder.accept(taken)
        told = self._submitted.pop(taken)
        logger.info("inbox: {} accepted, {}", name, told)
        return f"Inbox: {name} accepted, {told}; moved to {self._shown(place)}"

    def _submit(self, shop: Shop, taken: Path, name: str) -> Submitted:
        """Raises RequestFileError, SQLAlchemyError."""
        requests, zone = _read(shop, taken).requests, shop.profile.site.time_zone
        source, by = f"inbox {name}", _owner(taken)
        return submit(
            shop.records, shop.jobs, requests, source=source, by=by, time_zone=zone, told=self._must_go_on
        )  # fmt: skip

    def _rejected(self, shop: Shop, taken: Path, error: RequestFileError) -> str:
        name, by, faults = visible(taken.name), _owner(taken), len(error.faults)
        count = f"{faults} fault{'' if faults == 1 else 's'}"
        place = self.folder.reject(taken, _reason(name, count, error))
        with shop.jobs.transaction() as connection:
            record(connection, by, "reject", why=f"{name} from the inbox: {count}")
        logger.warning("inbox: {} rejected, {}", name, count)
        return f"Inbox: {name} rejected, {count}; see {self._shown(place)}{REASON}"

    def _shown(self, place: Path) -> str:
        return visible(str(place.relative_to(self.folder.folder)))

    def _must_go_on(self, _durable: int) -> None:
        if self._stop.is_set():
            raise _Stopping

    def _tell_trouble(self, name: str, told: str) -> None:
        """Once; the file is tried again after a while."""
        before = self._trouble.get(name, ("", 0.0))[0]
        self._trouble[name] = (told, self._clock() + AGAIN_SECONDS)
        if told != before:
            logger.warning("inbox: {}", told)
            self._say(f"Inbox: {told}")


def _read(shop: Shop, taken: Path) -> RequestFile:
    """The requests of a file, all of which may be accepted. Raises RequestFileError, SQLAlchemyError."""
    day = dt.datetime.now(ZoneInfo(shop.profile.site.time_zone)).date()
    file = read_requests(taken, read_date=shop.profile.read_date, today=day)
    if faults := faults_of(shop.records.conflicts(file.requests), file.requests, file.rows):
        raise RequestFileError(file.path, faults)
    return file


def _is_mine(shop: Shop, folder: Path) -> bool:
    """Whether what a worker has put into its folder is to be done with by this one: its own, or a dead one's.

    One that the database does not know may be at work with another database; or it was dead for so long that it was
    forgotten.
    """
    worker = folder.name
    if worker == shop.lease.id:
        return True
    with shop.jobs.engine.connect() as connection:
        fenced = connection.execute(select(workers.c.fenced).where(workers.c.id == worker)).scalar()
    return time.time() - folder.stat().st_mtime > FORGOTTEN_SECONDS if fenced is None else bool(fenced)


def _owner(path: Path) -> str:
    """Who dropped the file, for the records."""
    owner = path.stat().st_uid
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"user {owner}"


def _told(done: Submitted) -> str:
    kinds = {"new": done.new, "in the queue already": done.queued, "had ended before": done.ended}
    return ", ".join(f"{number:,} {kind}" for kind, number in kinds.items() if number)


def _reason(name: str, count: str, error: RequestFileError) -> str:
    told = [f"{name} was not accepted: {count}. Nothing of it is done.", ""]
    told += [f"{str(fault)[0].upper()}{visible(str(fault))[1:]}" for fault in error.faults]
    told += [f"Note: {visible(note)}" for note in error.notes]
    return "\n".join([*told, "", "Correct that, and drop the file again.", ""])

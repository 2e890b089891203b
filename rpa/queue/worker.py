"""A worker: one process with its lease, its desks, and the engine that hands it work."""

import contextlib
import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loguru import logger
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from flows.errors import LeaseLost
from flows.profile import SiteProfile
from rpa.line import Line
from rpa.log import worker_is
from rpa.queue.attempt import carry_out, give_back
from rpa.queue.comparing import attend
from rpa.queue.desks import Desk, Desks
from rpa.queue.drift_gate import Gate
from rpa.queue.engine import Entry, launched
from rpa.queue.jobs import REQUEST, Jobs
from rpa.queue.leases import Lease, Watcher
from rpa.queue.shop import AfterEnd, Policy, Shop, Watch
from rpa.queue.sweeping import Strays, put_back_if_not_begun, put_back_orphans, sweep, take_over, tidy
from rpa.records import Records

LOOK_SECONDS, SWEEP_SECONDS, STRAY_SECONDS, ORPHAN_SECONDS, TIDY_SECONDS = 0.25, 1.0, 10.0, 60.0, 3600.0
AWAY_SECONDS = 3.0
"""Between two looks whether a database that is away has come back."""
ENDS_WITHIN, IN_FLIGHT, BROWSERS, CLOSING = 27.0, 20.0, 2.5, 2.0
"""Seconds, once the worker is to end: in all, with what is told of it (30 are promised); for what is in flight to be
finished; then, twice at most, for what waits for a browser that is ended to fail; at least, for browsers to be closed.
"""


class Halt(threading.Event):
    """Set while the line is closed, and for good once the process is to stop."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__()
        self._stop = stop

    def is_set(self) -> bool:
        return super().is_set() or self._stop.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """As Event.wait; a stop is noticed at once, a closed line within half a second."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            left = 0.5 if end is None else min(0.5, end - time.monotonic())
            if left <= 0:
                return False
            self._stop.wait(left)
        return True


Chore = Callable[[Shop], None]


@contextlib.contextmanager
def _seldom_collected() -> Iterator[None]:
    """Playwright's messages are many small objects in no cycles: looking for cycles after every 700 of them took a seventh
    of Python's time (`make bench`).
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@dataclass
class Worker:
    """Works off the queue until it is told to stop."""

    records: Records
    profile: SiteProfile
    output: Path
    open_robot: Callable[[Lease], AbstractContextManager[Any]]
    desks: int
    stop: threading.Event
    watch: Watch
    kind: str = "work"
    patient: bool = True
    done: Callable[[Jobs], bool] = lambda _: False
    """Asked now and then: whether there is nothing left to wait for."""
    secrets: tuple[str, ...] = ()
    policy: Policy | None = None
    after_end: tuple[AfterEnd, ...] = ()
    gate: Gate | None = None
    """No request is begun while it is shut; None: the admin UI is not compared by this process."""
    prepare: Callable[[Any], None] = lambda _robot: None
    """Done with a desk's robot before each request."""
    carriers: dict[str, Callable[[Shop, Entry, Desk], None]] = field(default_factory=dict)
    """Who carries out other kinds of entries."""
    chores: tuple[Chore, ...] = ()
    """Done now and then beside the work: sending notices, taking files in."""
    exhausted: str = ""
    """Why it ended by itself: the cap of a run."""
    _ending: float | None = field(default=None, init=False)
    """Since when, by the monotonic clock."""
    _desks: Desks | None = field(default=None, init=False)
    _effects: int = field(default=0, init=False)
    """Caused under earlier leases: the cap of a run is this process's."""
    _begun: bool = field(default=False, init=False)

    @property
    def seconds_left(self) -> float:
        """How long it may still take to end; before it is to end, all that it may take."""
        return ENDS_WITHIN - (0.0 if self._ending is None else time.monotonic() - self._ending)

    def end_processes(self) -> None:
        """End all browsers and drivers, from any thread; what waits for them fails, and is read again later."""
        if self._desks is not None:
            self._desks.end_processes()

    def run(self) -> None:
        """Work until `stop` is set, `done` says so, or a cap ends it; what was begun goes back into the queue.

        A worker whose lease was lost (it was frozen, the database was away) begins anew, under another lease. Raises
        SQLAlchemyError, OSError; that the database is away only if it was so from the beginning.
        """
        with _seldom_collected():
            self._run()

    def _run(self) -> None:
        away = False
        while not self.stop.is_set():
            try:
                with Lease(self.records.engine, self.kind, self.output) as lease:
                    if self._under(lease):
                        return
                logger.warning("the lease was lost, and what was being done with it; the worker begins anew")
                away = False
            except OperationalError as error:
                if not self._begun:
                    raise
                if not away:
                    said = str(error).splitlines()[0]
                    logger.warning("the database is away; the worker begins anew once it is back: {}", said)
                away = True
                self.stop.wait(AWAY_SECONDS)

    def _under(self, lease: Lease) -> bool:
        """Work under one lease; whether the worker has ended, rather than lost it."""
        worker_is(lease.id)
        jobs = Jobs(self.records.engine)
        halt, self._ending = Halt(self.stop), None
        line = Line(self.records.engine, self.profile.policy)
        shop = Shop(
            self.records, jobs, self.profile, line, lease, halt, self.watch, secrets=self.secrets, policy=self.policy,
            after_end=self.after_end, patient=self.patient, effects=self._effects, gate=self.gate,
        )  # fmt: skip
        desks = self._desks = Desks(self.desks, lambda: self.open_robot(lease))
        known: set[str] = set()

        def carry(entry: Entry) -> None:
            known.add(entry.id)
            try:
                with desks.one(entry.key) as desk:
                    self._carry(shop, entry, desk)
            except LeaseLost:
                logger.warning("{}: the lease was lost", entry.key)
                self._put_back_if_not_begun(jobs, entry)
            except Exception as error:  # noqa: BLE001 (nothing that happens to one request may lose it)
                logger.exception("{}: could not be carried out", entry.key)
                give_back(shop, entry, error)
            finally:
                known.discard(entry.id)

        def capacity() -> int:
            shut = self.gate is not None and self.gate.shut
            return 0 if halt.is_set() or lease.lost or shop.exhausted or shut else self.desks

        per_minute = self.profile.policy.max_requests_per_minute or None
        try:
            with (
                launched(self.records.engine, lease.id, carry, capacity, per_minute=per_minute),
                self._attended(shop, desks),
            ):
                self._begun = True
                self._look_after(shop, halt, desks, known)
                self._ending = time.monotonic()
                halt.set()
                if not desks.wait_idle(IN_FLIGHT):
                    logger.warning("what is in flight takes too long: its browser is ended, and read again later")
                    desks.end_browsers(BROWSERS)
        except KeyboardInterrupt:  # at once: what is in flight is read again later
            self._ending = float("-inf")
            desks.end_browsers(BROWSERS)
            raise
        finally:
            halt.set()
            desks.close(max(CLOSING, self.seconds_left))
            self.exhausted, self._effects = shop.exhausted, shop.effects
            lost = lease.lost  # before it is given back
            with contextlib.suppress(SQLAlchemyError):  # else others find it
                take_over(jobs, lease.id)
        return not lost or self.stop.is_set()

    @contextlib.contextmanager
    def _attended(self, shop: Shop, desks: Desks) -> Iterator[None]:
        """While the block runs, the admin UI is compared whenever the gate asks for it."""
        if self.gate is None:
            yield
            return
        over = threading.Event()
        thread = threading.Thread(target=attend, args=(self.gate, shop, desks, over), name="gate", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(CLOSING)

    def _put_back_if_not_begun(self, jobs: Jobs, entry: Entry) -> None:
        """An entry whose job was not even taken: nobody else knows of it. That needs no lease."""
        while True:
            with contextlib.suppress(SQLAlchemyError), jobs.transaction() as connection:
                put_back_if_not_begun(jobs, connection, entry)
                return
            if self.stop.wait(1.0):  # others find it (`put_back_orphans`)
                raise LeaseLost("the database is away")

    def _carry(self, shop: Shop, entry: Entry, desk: Desk) -> None:
        if entry.kind == REQUEST:
            desk.run(lambda robot: self._carry_out(shop, entry, desk.number, robot))
        else:
            self.carriers[entry.kind](shop, entry, desk)

    def _carry_out(self, shop: Shop, entry: Entry, desk: int, robot: Any) -> None:
        self.prepare(robot)
        carry_out(shop, entry, desk, robot)

    def _look_after(self, shop: Shop, halt: Halt, desks: Desks, known: set[str]) -> None:
        """Beside the work: the line, the dead, the chores; returns when the worker is to end."""
        watcher, strays = Watcher(self.output), Strays()
        swept = strayed = orphaned = tidied = float("-inf")
        while not (self.stop.wait(LOOK_SECONDS) or shop.lease.lost):
            now = time.monotonic()
            with contextlib.suppress(SQLAlchemyError):  # the database is away: the lease tells how long that may last
                closed = shop.line.closed
                if self.gate is not None:
                    self.gate.see(closed)
                halt.set() if closed else halt.clear()
                shop.lease.desks[:] = [{"desk": d.number, "doing": d.doing, "bytes": d.bytes} for d in desks.all]
                if now - swept > SWEEP_SECONDS:
                    sweep(shop.jobs, watcher, shop.lease.id)
                    swept = now
                if now - strayed > STRAY_SECONDS:
                    strays.put_back(shop.jobs, shop.lease.id, set(known))
                    strayed = now
                if now - orphaned > ORPHAN_SECONDS:
                    if orphans := put_back_orphans(shop.jobs):
                        logger.error("put back, as the engine had lost them: {}", ", ".join(orphans))
                    orphaned = now
                if now - tidied > TIDY_SECONDS:
                    tidy(shop.jobs, self.output)
                    tidied = now
                for chore in self.chores:
                    chore(shop)
                if shop.exhausted or (not _with_requests(known) and self.done(shop.jobs)):
                    return


def _with_requests(known: set[str]) -> bool:
    """Whether a request is at a desk: other entries are not waited for, and go back."""
    return any(one.startswith(f"{REQUEST}:") for one in set(known))

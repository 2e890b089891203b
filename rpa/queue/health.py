"""Whether this worker lives, and whether it is ready to work: for probes, and for the gauges."""

import threading
from typing import Any

from sqlalchemy import Engine, select

from rpa.database.queue_tables import workers
from rpa.queue.lately import Lately
from rpa.queue.leases import Lease, boot_clock
from rpa.queue.reading import QueueReading, read_queue
from rpa.queue.shop import Shop

KEEP, PATIENCE = 1.0, 3.0
"""Seconds: how old a reading of the queue may be, and how long a scrape or a probe waits for one."""
STARTING, SILENT = 60.0, 90.0
"""Seconds: how long a worker may take to begin; how long it may not look after itself (it finishes what is in flight)."""


class Health:
    """Of one process. A chore of the worker: it sees the lease, which changes when one is lost."""

    def __init__(self, engine: Engine, stop: threading.Event) -> None:
        """`stop`: set when the process is to end (not the worker's own, which is set by a closed line too)."""
        self._stop = stop
        self._lately = Lately(lambda: read_queue(engine), keep=KEEP, patience=PATIENCE)
        self._reached = Lately(lambda: _reach(engine), keep=KEEP, patience=PATIENCE)
        self._lease: Lease | None = None
        self._seen = boot_clock()

    def __call__(self, shop: Shop) -> None:
        """The worker looks after itself, under this lease."""
        self._lease, self._seen = shop.lease, boot_clock()

    def reading(self) -> QueueReading | None:
        """The queue, as read a moment ago; None: the database is away."""
        return self._lately.get()

    def desks(self) -> list[dict[str, Any]]:
        """What each desk is doing: desk (its number), doing (a request's id, or nothing), bytes."""
        return [] if self._lease is None else list(self._lease.desks)

    @property
    def may_act(self) -> bool:
        """Whether there is a lease, and it is good."""
        return self._lease is not None and self._lease.valid()

    def dead(self) -> str:
        """Why the process should be started anew; empty: it lives."""
        silent = boot_clock() - self._seen
        if self._lease is None:
            return "" if silent <= STARTING else "the worker did not begin"
        why = "" if silent <= SILENT else f"the worker has not looked after itself for {silent:.0f} s"
        why = why if self._lease.valid() else "the lease was lost"
        return why if why and self._reached.get() else ""  # a database that is away is not back the sooner

    def unready(self) -> str:
        """Why it takes no work; empty: it does."""
        if self._stop.is_set():
            return "the worker is stopping"
        if not self.may_act:
            return "the worker has no good lease"
        return "" if self._reached.get() else "the database can't be read"


def _reach(engine: Engine) -> bool:
    """Raises SQLAlchemyError. A probe comes often: it does not count a long queue."""
    with engine.connect() as connection:
        connection.execute(select(workers.c.id).limit(1))
    return True

"""The engine, DBOS 3.4.0: keeps what waits, its date and its priority, and hands it to one worker.

The only module that knows it. What is relied on is little (../shared/engine.md): an entry that is put into the queue in
one transaction with our own rows is handed out, at least once. Whether it still holds is decided by the number of its
turn, in our tables; so an entry may come twice, late, or to a worker that dies.
"""
# ruff: noqa: PLC0415, SLF001 (importing DBOS takes a second: only where it is used; reaching inside: exact pin, one place)

import datetime as dt
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Self
from uuid import uuid4

from loguru import logger
from sqlalchemy import ColumnElement, Connection, Engine, Select, bindparam, inspect, literal_column, select

APPLICATION, QUEUE, WORKFLOW, VERSION = "rpa", "work", "carry_out", "1"
POLL_SECONDS = 0.1
SETTINGS_SECONDS = 5.0
"""So old may the queue's settings be: another worker may have brought other limits."""
MINUTE, SELDOM = 60.0, 86_400.0
FINISHED = ["SUCCESS", "ERROR", "CANCELLED"]
HANDED_OUT: ColumnElement[str] = literal_column("'PENDING'")
"""Written into the statement: SQLite uses an index of those rows alone only where it reads this, not where it is given."""
TIDIED = 500


@dataclass(frozen=True)
class Entry:
    """What waits: a `kind` of work, its key (a request's id, ...), and the number of its turn."""

    kind: str
    key: str
    turn: int

    @property
    def id(self) -> str:
        """Its id in the engine."""
        return f"{self.kind}:{self.key}:{self.turn}"

    @classmethod
    def of(cls, entry_id: str) -> Self:
        """The entry of that id; no kind and no key holds a colon."""
        kind, key, turn = entry_id.split(":")
        return cls(kind, key, int(turn))


def migrate(engine: Engine) -> None:
    """Create or upgrade the engine's own tables. Raises SQLAlchemyError."""
    client = _client(engine)
    client._sys_db.run_migrations()
    if client.retrieve_queue(QUEUE) is None:
        client.register_queue(QUEUE, worker_concurrency=0, polling_interval_sec=POLL_SECONDS)


@dataclass(frozen=True)
class Place:
    """Where an entry is to wait: by priority, the lowest first; handed out from `at` on, None: now."""

    entry: Entry
    priority: int
    at: dt.datetime | None = None


class Waiting:
    """Puts entries into the queue, from any process; launches nothing."""

    def __init__(self, engine: Engine) -> None:
        """Raises SQLAlchemyError."""
        place = None if engine.dialect.name == "sqlite" else "dbos"
        if not inspect(engine).has_table("queues", schema=place):
            migrate(engine)
        self._engine = engine

    @cached_property
    def _client(self) -> Any:
        return _client(self._engine)

    def put(self, connection: Connection, entry: Entry, *, priority: int, at: dt.datetime | None = None) -> None:
        """Put an entry into the queue within the caller's transaction, to be handed out from `at` on."""
        self._client.enqueue_in_transaction(connection, _options(Place(entry, priority, at)), *_arguments(entry))

    def put_all(self, connection: Connection, places: Sequence[Place]) -> None:
        """The same of many. The engine's own way makes two statements of each, and 10,000 took 8 s: so it is gone for the
        first only, and the others are copies of its rows.
        """
        if not places:
            return
        first = places[0].entry
        self.put(connection, first, priority=places[0].priority, at=places[0].at)
        made = [self._client._build_enqueue_status(_options(one), *_arguments(one.entry))[1] for one in places[1:]]
        database = self._client._sys_db
        for table, own in (
            (database.tables.workflow_status, ("workflow_uuid", "status", "priority", "delay_until_epoch_ms")),
            (database.tables.workflow_input, ("workflow_uuid", "inputs")),
        ):
            query = select(table).where(table.c.workflow_uuid == first.id)
            model = dict(connection.execute(query).mappings().one())
            rows = [model | {name: status[name] for name in own} for status in made]
            if "creator_xid" in model:
                rows = [row | {"creator_xid": str(uuid4())} for row in rows]
            if rows:
                connection.execute(database.dialect.insert(table).on_conflict_do_nothing(), rows)

    def handed_out(self, executor: str | None = None) -> dict[str, list[Entry]]:
        """By worker, the entries that were handed out and are not finished; of one worker, or of all."""
        found: dict[str, list[Entry]] = {}
        database = self._client._sys_db
        with database.engine.connect() as connection:
            for row in connection.execute(*self._asking_for(executor)):
                found.setdefault(str(row.executor_id), []).append(Entry.of(str(row.workflow_uuid)))
        return found

    def _asking_for(self, executor: str | None) -> tuple[Select[Any], dict[str, str]]:
        return (self._handed_out, {}) if executor is None else (self._handed_out_to, {"executor": executor})

    @cached_property
    def _handed_out(self) -> Select[Any]:
        return _handed_out(self._client._sys_db.tables.workflow_status)

    @cached_property
    def _handed_out_to(self) -> Select[Any]:
        table = self._client._sys_db.tables.workflow_status
        return self._handed_out.where(table.c.executor_id == bindparam("executor"))

    def forget(self, entries: Sequence[Entry]) -> None:
        """Those of a worker that is gone: they are put into the queue anew, with a turn of their own."""
        if entries:
            self._client.cancel_workflows([entry.id for entry in entries])

    def missing(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those of these entries that will not be handed out: finished, or not there."""
        if not entries:
            return []
        found = self._client.list_workflows(
            workflow_ids=[entry.id for entry in entries], load_input=False, load_output=False
        )
        coming = {one.workflow_id for one in found if one.status not in FINISHED}
        return [entry for entry in entries if entry.id not in coming]

    def tidy(self, before: dt.datetime) -> int:
        """Delete entries that were finished before then, some at a time; returns how many."""
        found = self._client.list_workflows(
            status=FINISHED, completed_before=before.isoformat(), limit=TIDIED, load_input=False, load_output=False
        )
        if found:
            self._client.delete_workflows([one.workflow_id for one in found])
        return len(found)


def _handed_out(table: Any) -> Select[Any]:
    """The engine's own way of asking reads all that wait: with 100,000 it took 160 ms, once a second."""
    ours = table.c.application_name.is_(None) | (table.c.application_name == APPLICATION)
    query = select(table.c.workflow_uuid, table.c.executor_id).where(table.c.status == HANDED_OUT, ours)
    return query.where(table.c.queue_name == QUEUE).order_by(table.c.created_at)


def _options(place: Place) -> dict[str, Any]:
    options = {
        "workflow_name": WORKFLOW,
        "queue_name": QUEUE,
        "workflow_id": place.entry.id,
        "priority": place.priority,
    }
    wait = place.at - dt.datetime.now(dt.UTC) if place.at is not None else dt.timedelta()
    return options | ({"delay_seconds": wait.total_seconds()} if wait > dt.timedelta() else {})


def _arguments(entry: Entry) -> tuple[str, str, int]:
    return entry.kind, entry.key, entry.turn


def _client(engine: Engine) -> Any:
    from dbos import DBOSClient

    _quiet()
    return DBOSClient(system_database_engine=engine, application_name=APPLICATION, lazy=True)


Carry = Callable[[Entry], None]


class _Handler:
    """Who carries entries out in this process: the engine's registry is one for the process."""

    carry: Carry | None = None


@contextmanager
def launched(
    engine: Engine, executor: str, carry: Carry, capacity: Callable[[], int], *, per_minute: int | None = None
) -> Iterator[None]:
    """While the block runs, entries are handed to `carry`, each on a thread of its own, at most `capacity()` at a time.

    `executor` must never have been used before. `per_minute`: so many entries a minute, for all workers together.
    One at a time in a process. Raises SQLAlchemyError.
    """
    from dbos import DBOS
    from dbos._dbos import _get_dbos_instance

    _quiet()
    migrate(engine)
    _Handler.carry = carry
    DBOS(
        config={
            "name": APPLICATION,
            "system_database_engine": engine,
            "executor_id": executor,
            "application_version": VERSION,
            "use_listen_notify": False,
            "log_level": "WARNING",
        }
    )
    _workflow()
    try:
        DBOS.launch()
        limiter: Any = {"limit": per_minute, "period": MINUTE} if per_minute else None
        DBOS.register_queue(
            QUEUE, limiter=limiter, worker_concurrency=0, polling_interval_sec=POLL_SECONDS, on_conflict="always_update"
        )
        _raise_what_fails(_get_dbos_instance()._sys_db)
        _limit(_get_dbos_instance()._sys_db, capacity)
        _leave_undone(_get_dbos_instance())
        yield
    finally:
        DBOS.destroy()
        _Handler.carry = None


def _raise_what_fails(system_database: Any) -> None:
    """DBOS tries again for ever, on the entry's own thread, while the database is away, and no process ends before its
    threads do. What it wants to write down then, that an entry is finished, the sweep finds out as well.
    """
    system_database._retry_connection_errors = False


def _limit(system_database: Any, capacity: Callable[[], int]) -> None:
    """DBOS keeps one worker_concurrency for all workers, which is nought here; each of ours has a number of desks of its
    own, and none to offer while the line is closed. It also reads the queue's settings from the database at each look:
    while all desks are busy that is all it does, ten times a second, for nothing.
    """
    get_queue = system_database.get_queue
    kept: dict[str, tuple[float, Any]] = {}

    def get(name: str, **given: Any) -> Any:
        if name != QUEUE or given:
            return get_queue(name, **given)
        read_at, queue = kept.get(name, (0.0, None))
        if queue is None or time.monotonic() - read_at > SETTINGS_SECONDS:
            kept[name] = time.monotonic(), (queue := get_queue(name))
        if queue is not None:
            queue._worker_concurrency = capacity()
        return queue

    system_database.get_queue = get


def _leave_undone(dbos: Any) -> None:
    """What DBOS does each second for what we don't use: a queue of its own, deadlines of entries, queues that come and
    go. It took more than all that it does for us.
    """
    dbos._registry.get_internal_queue()._polling_interval_sec = SELDOM
    dbos._sys_db.cancel_timed_out_workflows = lambda _limit: []
    queues = dbos._sys_db.list_queues(application_name=APPLICATION)
    dbos._sys_db.list_queues = lambda **_: queues


@cache
def _workflow() -> None:
    """Register the one workflow. It has no steps: what is done is written down in our own tables."""
    from dbos import DBOS

    @DBOS.workflow(name=WORKFLOW)
    def carry_out(kind: str, key: str, turn: int) -> None:
        carry = _Handler.carry
        if carry is None:
            return
        try:
            carry(Entry(kind, key, turn))
        except Exception:  # noqa: BLE001 (the sweep finds what was not settled)
            logger.exception("an entry of the queue could not be carried out")


class _ToOurLog(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        logger.warning("engine: {}", record.getMessage())


def _quiet() -> None:
    """What the engine has to say goes into our log; it has no console of its own."""
    its = logging.getLogger("dbos")
    if not its.handlers:
        its.addHandler(_ToOurLog(logging.WARNING))
        its.propagate = False

"""The database's part of a purge: the mark that it is begun, and the deletion of what the tables hold."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, bindparam, delete, insert, select, update

from flows.model import Outcome
from rpa.cases.chain import Line
from rpa.cases.purged import Purged
from rpa.cases.text import canonical
from rpa.database.queue_tables import approvals, audit, jobs, notices, rechecks
from rpa.database.tables import ends, intents, observations, requests
from rpa.records.projection import attempts_of, last_known, store
from rpa.records.stored import GONE, Stored, emptied_outcome

NUMBER = object()
"""Stands for what the purge leaves of the account number."""
_BY_REQUEST: tuple[tuple[Table, dict[str, Any]], ...] = (
    (intents, {"account_number": NUMBER, "before": ""}),
    (jobs, {"why": "", "withdraw_by": None, "withdraw_why": None, "submitted_by": GONE}),
    (approvals, {"plan": "{}", "reasons": "[]"}),
    (rechecks, {"seen": ""}),
    (audit, {"why": GONE}),
)
"""What tables hold of a request beside states and times. Who did what (`audit`) stays."""


def write_mark(connection: Connection, stored: Stored) -> None:
    """Record that the purge of a request is begun or done."""
    this = requests.c.id == stored.request.id
    connection.execute(update(requests).where(this).values(content=stored.write()))


def scrub(connection: Connection, stored: Stored, lines: Sequence[Line], manifest: str) -> Purged:
    """Delete the personal data of a request from all tables, and mark the purge as done. Raises ValidationError if the
    last line is not PURGED.

    `lines`: of the purged journal; `manifest`: sha256 of the new manifest.
    """
    request_id, purged = stored.request.id, Purged.of(lines[-1].event)
    _scrub_events(connection, request_id, lines)
    _scrub_ends(connection, request_id, purged, manifest)
    for table, values in _BY_REQUEST:
        told = {name: purged.account_number if value is NUMBER else value for name, value in values.items()}
        connection.execute(update(table).where(table.c.request_id == request_id).values(**told))
    connection.execute(delete(notices).where(notices.c.request_id == request_id))
    done = {"at": purged.at, "who": purged.by, "what": "purge", "request_id": request_id, "why": ""}
    connection.execute(insert(audit), done)
    this = requests.c.id == request_id
    connection.execute(update(requests).where(this).values(account_number=purged.account_number, source=""))
    write_mark(connection, stored.emptied())
    return purged


def _scrub_events(connection: Connection, request_id: str, lines: Sequence[Line]) -> None:
    this = and_(observations.c.request_id == request_id, observations.c.seq == bindparam("this"))
    told = [{"this": line.seq, "told": canonical(line.event.data)} for line in lines]
    connection.execute(update(observations).where(this).values(data=bindparam("told")), told)
    known, _ = last_known(connection, request_id)
    store(connection, request_id, lines[known:], attempts_of(connection, request_id))


def _scrub_ends(connection: Connection, request_id: str, purged: Purged, manifest: str) -> None:
    newest = attempts_of(connection, request_id)
    for row in connection.execute(select(ends).where(ends.c.request_id == request_id)).all():
        outcome = emptied_outcome(Outcome.model_validate_json(row.outcome), purged)
        values = {"outcome": canonical(outcome.model_dump(mode="json"))}
        values |= {"manifest": manifest} if row.attempt == newest else {}
        this = (ends.c.request_id == request_id, ends.c.attempt == row.attempt)
        connection.execute(update(ends).where(*this).values(**values))


def empty_log(engine: Engine) -> bool:
    """Put SQLite's log (`rpa.db-wal`), which holds old pages, into the file and empty it; False: others are reading it.

    Other databases keep their logs themselves. Raises SQLAlchemyError.
    """
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        # It waits with the writers' lock in its hand: not for long, as an intent may be waiting behind it.
        connection.exec_driver_sql("PRAGMA busy_timeout=1000")
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        connection.invalidate()
    return not busy

"""The outbox: what people are to be told, put down in the transaction that makes it true, sent later by any worker."""

import datetime as dt

from sqlalchemy import Connection, insert

from rpa.cases.text import clean
from rpa.database.queue_tables import audit, notices


def notify(connection: Connection, kind: str, title: str, body: str, request_id: str = "") -> None:
    """Put a notice into the outbox. `kind`: needs_human, line_stopped, approval, sentinel, digest."""
    now = dt.datetime.now(dt.UTC)
    row = {"kind": kind, "request_id": request_id, "title": title, "body": body, "at": now, "tries": 0, "error": ""}
    connection.execute(insert(notices), row)


def record(connection: Connection, who: str, what: str, request_id: str = "", why: str = "") -> None:
    """Write down who did what when (`rpa audit`)."""
    row = {"at": dt.datetime.now(dt.UTC), "who": clean(who), "what": what, "request_id": request_id, "why": clean(why)}
    connection.execute(insert(audit), row)


def line_stopped(connection: Connection, why: str) -> None:
    """Tell that the line was closed until a person releases it."""
    notify(connection, "line_stopped", "The line is stopped", f"{why}. When that is settled: rpa release")

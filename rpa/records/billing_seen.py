"""The billings of an account as a request's events tell them, of all its attempts."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from flows.journal import EventKind
from flows.model import BillingRow
from rpa.database.tables import observations


def billings_to_stop(connection: Connection, request_id: str) -> list[BillingRow]:
    """Those that were still to be taken when a plan was made. A later attempt's plan may have fewer, or newer ones."""
    plans = (data["plan"] for data in _told(connection, request_id, EventKind.PLAN))
    return [_row(row) for plan in plans for row in plan["rows_to_stop"]]


def billings_seen(connection: Connection, request_id: str) -> list[BillingRow]:
    """Those on the account's billing page, the Cancelled tab aside, each time it was read."""
    plans = (data["plan"]["reading"]["billing"] for data in _told(connection, request_id, EventKind.PLAN))
    looks = (data.get("billing") for data in _told(connection, request_id, EventKind.OBSERVATION))
    return [_row(row) for rows in (*plans, *looks) for row in rows or ()]


def _told(connection: Connection, request_id: str, kind: EventKind) -> Iterator[dict[str, Any]]:
    this = (observations.c.request_id == request_id, observations.c.kind == kind.value)
    query = select(observations.c.data).where(*this).order_by(observations.c.seq)
    return (json.loads(data) for data in connection.execute(query).scalars())


def _row(told: dict[str, Any]) -> BillingRow:
    return BillingRow.model_validate(told)

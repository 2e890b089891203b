"""The database rows that follow from journal lines. The journal is written first; these are committed after
it."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from flows.journal import Event, EventKind, Intent
from rpa.cases.chain import Line, follow
from rpa.cases.text import canonical, clean
from rpa.database.tables import attempts, intents, observations

# Asked with nearly every event. Made once: to build a statement anew takes four times as long as to execute it.
_OF_REQUEST = observations.c.request_id == bindparam("request")
_LAST_KNOWN = select(observations.c.seq, observations.c.hash).where(_OF_REQUEST)
_LAST_KNOWN = _LAST_KNOWN.order_by(observations.c.seq.desc()).limit(1)
_INTENTS = select(intents).where(intents.c.request_id == bindparam("request")).order_by(intents.c.seq)
_ADD_OBSERVATIONS, _ADD_INTENT = insert(observations), insert(intents)
_CHANGE_INTENT = update(intents).where(intents.c.id == bindparam("intent"))
_SENT = _CHANGE_INTENT.values(requests_sent=bindparam("requests"))
_SETTLED = _CHANGE_INTENT.values(outcome=bindparam("became"))


def last_known(connection: Connection, request_id: str) -> tuple[int, str]:
    """Number and hash of the last line the database has; (0, "") if none."""
    row = connection.execute(_LAST_KNOWN, {"request": request_id}).first()
    return (row.seq, row.hash) if row else (0, "")


def attempts_of(connection: Connection, request_id: str) -> int:
    query = select(func.coalesce(func.max(attempts.c.attempt), 0)).where(attempts.c.request_id == request_id)
    return int(connection.execute(query).scalar_one())


def place_of(connection: Connection, request_id: str) -> str:
    """Where the newest attempt wrote its case file; "" if that is not known."""
    query = select(attempts.c.place).where(attempts.c.request_id == request_id)
    return str(connection.execute(query.order_by(attempts.c.attempt.desc()).limit(1)).scalar() or "")


def lines_of(connection: Connection, request_id: str) -> list[Line]:
    """The journal's lines as the database has them."""
    query = select(observations).where(observations.c.request_id == request_id).order_by(observations.c.seq)
    lines: list[Line] = []
    for row in connection.execute(query):
        event = Event(kind=row.kind, clause=row.clause, at=row.at, data=json.loads(row.data))
        lines.append(follow(lines, request_id, event))
    return lines


def intents_of(connection: Connection, request_id: str) -> list[Intent]:
    """All intents of a request, oldest first."""
    return [
        Intent.model_validate({name: getattr(row, name) for name in Intent.model_fields})
        for row in connection.execute(_INTENTS, {"request": request_id})
    ]


def store(connection: Connection, request_id: str, lines: Sequence[Line], attempt: int) -> int:
    """Add rows for lines the database does not have; `attempt` is the one before them. Returns the one after
    them."""
    rows = []
    for line in lines:
        if line.event.kind is EventKind.ATTEMPT_STARTED:
            attempt = int(line.event.data["attempt"])
            connection.execute(insert(attempts), _attempt_row(request_id, line.event))
        _store_intent(connection, request_id, attempt, line)
        rows.append(_observation_row(request_id, attempt, line))
    if rows:
        connection.execute(_ADD_OBSERVATIONS, rows)
    return attempt


def _store_intent(connection: Connection, request_id: str, attempt: int, line: Line) -> None:
    data, at = line.event.data, line.event.at
    if line.event.kind is EventKind.INTENT:
        connection.execute(_ADD_INTENT, _intent_row(request_id, attempt, line.seq, at, data))
    elif line.event.kind is EventKind.EFFECT_SENT:
        sent = _left_the_browser(data["requests"])
        connection.execute(_SENT, {"intent": data.get("intent"), "requests": sent})
    elif line.event.kind is EventKind.EFFECT_SETTLED:
        connection.execute(_SETTLED, {"intent": data.get("intent"), "became": data["outcome"]})


def _left_the_browser(requests: list[dict[str, Any]]) -> int:
    return sum(not request.get("blocked") for request in requests)


def _attempt_row(request_id: str, event: Event) -> dict[str, Any]:
    told = {name: event.data[name] for name in ("attempt", "profile_hash", "version", "place")}
    # The profile's name may hold NUL, for which PostgreSQL has no room.
    return {"request_id": request_id, "started_at": event.at, **told, "profile": clean(event.data["profile"])}


def _intent_row(request_id: str, attempt: int, seq: int, at: dt.datetime, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": data["intent"],
        "request_id": request_id,
        "attempt": attempt,
        "seq": seq,
        "account_number": clean(data["account_number"]),
        "effect": data["effect"],
        "before": clean(data["before"]),
        "at": at,
        "requests_sent": None,
        "outcome": "",
    }


def _observation_row(request_id: str, attempt: int, line: Line) -> dict[str, Any]:
    return {
        "request_id": request_id,
        "attempt": attempt,
        "seq": line.seq,
        "kind": line.event.kind.value,
        "clause": line.event.clause,
        "at": line.event.at,
        "data": canonical(line.event.data),
        "hash": line.hash,
    }

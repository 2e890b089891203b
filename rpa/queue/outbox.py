"""The outbox: what people are to be told, put down in the transaction that makes it true, sent later by any worker.

No names leave for people's mail: what is put down here says number, id and code; `rpa show ID` says the rest.
"""

import datetime as dt
import json

from sqlalchemy import Connection, insert, select

from flows.model import CancellationRequest, Outcome
from rpa.cases.text import clean
from rpa.cases.wording import ADVICE, DEFAULT_ADVICE
from rpa.database.queue_tables import audit, notices
from rpa.database.tables import requests
from rpa.masking import without_names, without_quotations


def notify(connection: Connection, kind: str, title: str, body: str, request_id: str = "") -> None:
    """Put a notice into the outbox. `kind`: needs_human, line_stopped, approval, sentinel, reconciliation, digest.

    The request's names are struck from it, and each line ends at its first quotation mark: a site's words may follow.
    """
    names = _names(connection, request_id)
    told = {"title": " ".join(_nameless(title, names).split()), "body": _nameless(body, names)}
    now = dt.datetime.now(dt.UTC)
    row = {"kind": kind, "request_id": request_id, **told, "at": now, "tries": 0, "error": ""}
    connection.execute(insert(notices), row)


def notify_of_need(connection: Connection, request: CancellationRequest, outcome: Outcome) -> None:
    """Put down that a request needs a person: what its code asks for. The end's own message may quote the site."""
    advice = ADVICE.get(outcome.code, DEFAULT_ADVICE)
    for word in ("below", "above"):  # the advice was written to stand in the case file
        advice = advice.replace(word, "in the case file")
    title = f"Request {request.id} needs a person ({outcome.code or 'no code'})"
    notify(connection, "needs_human", title, f"Account {request.account_number}. {advice}", request.id)


def record(connection: Connection, who: str, what: str, request_id: str = "", why: str = "") -> None:
    """Write down who did what when (`rpa audit`)."""
    row = {"at": dt.datetime.now(dt.UTC), "who": clean(who), "what": what, "request_id": request_id, "why": clean(why)}
    connection.execute(insert(audit), row)


def line_stopped(connection: Connection, why: str) -> None:
    """Tell that the line was closed until a person releases it."""
    notify(connection, "line_stopped", "The line is stopped", f"{why}. When that is settled: rpa release")


def _names(connection: Connection, request_id: str) -> tuple[str, ...]:
    content = connection.execute(select(requests.c.content).where(requests.c.id == request_id)).scalar()
    told = json.loads(content) if content else {}
    return tuple(str(told.get(name) or "") for name in ("account_name", "requested_by", "reason"))


def _nameless(text: str, names: tuple[str, ...]) -> str:
    return without_quotations(without_names(text, names))

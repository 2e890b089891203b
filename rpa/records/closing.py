"""The end of a request in the database; recorded only when the case file is complete on disk (promise 11)."""

from sqlalchemy import Connection, insert

from flows.model import Outcome
from rpa.cases.chain import Line
from rpa.cases.text import canonical, clean
from rpa.database.tables import ends


def record_end(connection: Connection, attempt: int, outcome: Outcome, line: Line, manifest: str) -> None:
    row = {
        "request_id": outcome.id,
        "attempt": attempt,
        "end": outcome.end.value,
        "code": clean(outcome.code),
        "outcome": canonical(outcome.model_dump(mode="json")),
        "head": line.hash,
        "manifest": manifest,
        "at": line.event.at,
    }
    connection.execute(insert(ends), row)

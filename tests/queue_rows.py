"""Rows of the queue's tables, put in directly: how things stand, without a worker that brought them there."""

import datetime as dt
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from flows.model import CancellationRequest
from rpa.database import make_engine, open_database
from rpa.database.queue_tables import batches, jobs
from rpa.database.tables import attempts, ends, observations, requests
from rpa.queue.jobs import State
from rpa.records.records import row_of

NAME = "Grüne Wiese\n\x1b[31mLtd"
"""With a line break and an escape sequence."""


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@cache
def _empty() -> bytes:
    """A database with its tables: to make them takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rpa.db"
        open_database(f"sqlite:///{file}").dispose()
        return file.read_bytes()


def a_database(folder: Path) -> Engine:
    file = folder / "rpa.db"
    file.write_bytes(_empty())
    return make_engine(f"sqlite:///{file}")


def a_request(number: int, name: str = NAME) -> CancellationRequest:
    return CancellationRequest(
        id=f"R-{number:04}", account_name=name, account_number=f"{611000 + number}", date=dt.date(2026, 11, 30),
        reason="Too expensive", requested_by="Pat Lee",
    )  # fmt: skip


def put_batch(engine: Engine, batch: str = "b1", **more: Any) -> None:
    row = {"id": batch, "source": "rpa submit requests.csv", "submitted_by": "ops", "at": now(), "digest_at": None}
    with engine.begin() as connection:
        connection.execute(insert(batches), row | more)


def put_job(engine: Engine, number: int, state: State = State.WAITING, batch: str | None = "b1", **more: Any) -> None:
    """An accepted request and its job."""
    request = a_request(number)
    row = {
        "request_id": request.id, "state": state, "turn": 1, "priority": 5, "not_before": None, "tries": 0, "why": "",
        "worker": None, "desk": None, "since": now(), "step": "", "again": 0, "batch": batch, "submitted_by": "ops",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(requests), row_of(request, "a test"))
        connection.execute(insert(jobs), row | more)


def put_end(engine: Engine, number: int, end: str, code: str = "", plans: tuple[str, ...] = (), **more: Any) -> None:
    """A request that ended so; `plans`: the money that each of its plans would stop."""
    put_job(engine, number, State.ENDED, **more)
    attempt = {"request_id": a_request(number).id, "attempt": 1}
    facts = {"started_at": now(), "profile": "p", "profile_hash": "h", "version": "1", "place": ""}
    its = {"end": end, "code": code, "outcome": "{}", "head": "h", "manifest": "m", "at": now()}
    with engine.begin() as connection:
        connection.execute(insert(attempts), attempt | facts)
        connection.execute(insert(ends), attempt | its)
        for seq, money in enumerate(plans, 1):
            data = json.dumps({"plan": {"money_stopped": money}})
            told = {"seq": seq, "kind": "plan", "clause": "", "at": now(), "data": data, "hash": "h"}
            connection.execute(insert(observations), attempt | told)

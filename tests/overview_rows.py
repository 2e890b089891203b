"""Rows of a queue, put down without the engine: a queue in whatever state a test asks for, and large ones quickly."""

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event, insert

from flows.model import CancellationRequest, End, Outcome
from rpa.database.queue_tables import account_locks, approvals, jobs, line, notices, rechecks, workers
from rpa.database.tables import attempts, ends, requests
from rpa.queue.jobs import State
from rpa.records import Records
from rpa.records.records import row_of

NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
EVIL, HEBREW = "Evil \x1b[31m\u202eeman [red]x[/red]", "חברת הדוגמה"
TODAY = NOW - dt.timedelta(hours=12)


def ago(seconds: float) -> dt.datetime:
    return NOW - dt.timedelta(seconds=seconds)


def fresh_job(request_id: str, state: State, **more: Any) -> dict[str, Any]:
    row = {"request_id": request_id, "state": state.value, "turn": 1, "priority": 5, "not_before": None, "tries": 0}
    row |= {"why": "", "worker": None, "desk": None, "since": ago(60), "step": "", "withdraw_by": None, "batch": None}
    return row | {"withdraw_why": None, "again": 0, "submitted_by": "ann"} | more


@cache
def _empty() -> bytes:
    """A database without rows, made once."""
    with TemporaryDirectory() as folder:
        Records(f"sqlite:///{folder}/rpa.db", Path(folder) / "cases").close()
        return Path(folder, "rpa.db").read_bytes()


@dataclass
class Rows:
    """Each method adds a row and what belongs to it, and returns the request's id."""

    records: Records
    count: int = 0
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path) -> "Rows":
        """In a new database; nothing is waited for until it is on disk."""
        (folder / "rpa.db").write_bytes(_empty())
        records = Records(f"sqlite:///{folder / 'rpa.db'}", folder / "cases")
        event.listen(records.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
        records.engine.dispose()
        return cls(records)

    def put(self, table: Any, *rows: dict[str, Any]) -> None:
        with self.records.engine.begin() as connection:
            connection.execute(insert(table), list(rows))

    def request(self, name: str = "") -> str:
        self.count += 1
        request = CancellationRequest(
            id=f"r-{self.count}",
            account_name=name or f"Account {self.count}",
            account_number=str(611000 + self.count),
            date=dt.date(2026, 11, 23),
            reason="Price",
        )
        self.put(requests, row_of(request, "requests.csv row 2"))
        return request.id

    def job(self, state: State = State.WAITING, *, name: str = "", **more: Any) -> str:
        request_id = self.request(name)
        self.put(jobs, fresh_job(request_id, state, **more))
        return request_id

    def end(self, end: End = End.CANCELLED, code: str = "", *, seconds: float = 60, state: State = State.ENDED) -> str:
        """A request with its end, and a job in that state."""
        request_id = self.job(state, since=ago(seconds))
        self.attempt(request_id, 1, end, code, seconds=seconds)
        return request_id

    def attempt(self, request_id: str, number: int, end: End | None, code: str = "", *, seconds: float = 60) -> None:
        facts = {"profile": "p", "profile_hash": "0" * 64, "version": "1", "place": self.records.place}
        self.put(attempts, {"request_id": request_id, "attempt": number, "started_at": ago(seconds), **facts})
        if end is None:
            return
        told = {"id": request_id, "account_name": "", "account_number": "", "message": f"ended as {end.value}"}
        outcome = Outcome(**told, end=end, code=code).model_dump_json()
        seals = {"head": "0" * 64, "manifest": "0" * 64, "outcome": outcome, "at": ago(seconds)}
        self.put(ends, {"request_id": request_id, "attempt": number, "end": end.value, "code": code, **seals})

    def worker(self, id: str = "w", *, desks: int = 0, doing: str = "r-99", seconds: float = 1, **more: Any) -> str:  # noqa: A002
        told = [{"desk": number, "doing": doing, "bytes": 300_000_000} for number in range(1, desks + 1)]
        row = {"id": id, "host": "robot", "pid": 7, "kind": "work", "started_at": ago(3600), "seen_at": ago(seconds)}
        row |= {"beat": 1, "lease_seconds": 20, "fenced": False, "desks": json.dumps(told)}
        self.put(workers, row | more)
        return id

    def line(self, state: str, **more: Any) -> None:
        row = {"id": 1, "state": state, "why": "", "by": "", "since": ago(30), "until": None, "strikes": "[]"}
        self.put(line, row | {"parked_times": 0} | more)

    def approval(self, request_id: str, state: str = "waiting", seconds: float = 60) -> None:
        told = {"plan_hash": "ab" * 32, "plan": "{}", "reasons": '["12 licenses (10 or more)"]', "by": "", "at": None}
        times = {"asked_at": ago(seconds), "expires_at": ago(seconds - 3600)}
        self.put(approvals, {"request_id": request_id, "state": state, **told, **times})

    def recheck(self, request_id: str, state: str = "waiting", **more: Any) -> None:
        row = {"request_id": request_id, "occasion": "24 h", "due": ago(-3600), "state": state, "seen": "", "turn": 1}
        self.put(rechecks, row | {"tries": 0} | more)

    def notice(self, title: str, sent_at: dt.datetime | None = None, **more: Any) -> None:
        row = {"kind": "needs_human", "request_id": "", "title": title, "body": "", "at": ago(300), "sent_at": sent_at}
        self.put(notices, row | {"tries": 2, "error": "refused"} | more)

    def lock(self, number: str, request_id: str) -> None:
        """The account is being worked on for that request."""
        self.put(account_locks, {"account_number": number, "request_id": request_id, "worker": "w", "at": NOW})


def populate(rows: Rows) -> None:
    """Three workers with eleven busy desks, a stopped line, and much that needs a person."""
    rows.line("stopped", why="3 ends in a row were drift, the last of them request r-99; " * 3)
    for worker in ("one", "two", "three"):
        rows.worker(worker, desks=4, host=f"{worker}.robots.example.com")
        for desk in (1, 2, 3, 4):
            name = (EVIL, HEBREW, "x" * 5000, "Elm Street")[desk - 1]
            rows.job(State.WORKING, worker=worker, desk=desk, step="6.2 cancel all the billings " * 3, name=name)
    for number in range(8):
        rows.end(End.NEEDS_HUMAN, "unknown_effect", seconds=60 + number)
        rows.approval(rows.job(State.WAITING_APPROVAL, name=HEBREW))
    rows.notice("Request r-99 needs a person\x1b[2J")

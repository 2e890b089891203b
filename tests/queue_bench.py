"""The queue on a SQLite file, without the engine running and without a browser."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.model import CancellationRequest, End, Outcome
from flows.profile import SiteProfile
from rpa.line import Line
from rpa.queue.attempt import carry_out
from rpa.queue.engine import Entry
from rpa.queue.jobs import REQUEST, Job, Jobs
from rpa.queue.leases import Lease
from rpa.queue.people import Nobody
from rpa.queue.shop import Shop
from rpa.queue.submitting import Submitted, submit
from rpa.records import CaseJournal, Records

Act = Callable[[CancellationRequest, CaseJournal, threading.Event], tuple[str, str]]
"""What a robot does with a request; end and code."""


class Robot:
    """A robot that does what the test says."""

    def __init__(self, act: Act) -> None:
        self.act, self.started = act, list[str]()

    def cancel(
        self, request: CancellationRequest, journal: CaseJournal, *, stop: threading.Event | None = None, **_: Any
    ) -> Outcome:
        self.started.append(request.id)
        end, code = self.act(request, journal, stop or threading.Event())
        return outcome(request, end, code)


def outcome(request: CancellationRequest, end: str = "cancelled", code: str = "") -> Outcome:
    return Outcome.of(
        request,
        end=End(end),
        code=code,
        message=f"ended as {end}",
    )


def cancels(*_: Any) -> tuple[str, str]:
    return "cancelled", ""


def effect(request: CancellationRequest, journal: CaseJournal, *_: Any) -> tuple[str, str]:
    """One effect, done."""
    intent = journal.intend("set_status", "6.3", {"number": request.account_number}, "page", "ACTIVE")
    journal.sent(intent, [{"method": "POST", "path": "/x", "status": 200}])
    journal.settle(intent, "done", "DELETE")
    return "cancelled", ""


def request(number: int = 0, **changes: Any) -> CancellationRequest:
    values: dict[str, Any] = {
        "id": f"r-{number}",
        "account_name": f"Account {number}",
        "account_number": str(611000 + number),
        "date": dt.date(2026, 1, 2),
        "reason": "Price",
    }
    return CancellationRequest.model_validate(values | changes)


@dataclass
class Bench:
    folder: Path
    records: Records
    profile: SiteProfile

    @property
    def jobs(self) -> Jobs:
        return Jobs(self.records.engine)

    @property
    def line(self) -> Line:
        return Line(self.records.engine, self.profile.policy)

    def submit(self, *requests: CancellationRequest, **options: Any) -> Submitted:
        given: dict[str, Any] = {"source": "a test", "by": "ann", "time_zone": "UTC"}
        return submit(self.records, self.jobs, requests, **given | options)

    @contextmanager
    def shop(self, **options: Any) -> Iterator[Shop]:
        """A worker's place, under a lease of its own."""
        with Lease(self.records.engine, "test", self.folder) as lease:
            yield Shop(self.records, self.jobs, self.profile, self.line, lease, threading.Event(), Nobody(), **options)

    def job(self, request_id: str) -> Job:
        job = self.jobs.get(request_id)
        assert job is not None
        return job

    def entry(self, request_id: str) -> Entry:
        """The entry that the engine would hand out now."""
        return Entry(REQUEST, request_id, self.job(request_id).turn)

    def carry_out(self, shop: Shop, request_id: str, act: Act = cancels) -> Robot:
        robot = Robot(act)
        carry_out(shop, self.entry(request_id), 1, robot)
        return robot


@contextmanager
def bench_in(folder: Path, url: str = "", **policy: Any) -> Iterator[Bench]:
    profile = SiteProfile.model_validate({"site": {"base_url": "http://127.0.0.1:9"}, "policy": policy})
    with Records(url or f"sqlite:///{folder / 'rpa.db'}", folder / "cases") as records:
        yield Bench(folder, records, profile)

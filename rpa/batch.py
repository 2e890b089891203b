"""Requests one after another through one browser: which are run, which are left, and what stops them."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from flows.errors import NO_END
from flows.journal import Event
from flows.model import CancellationRequest, End, Outcome
from flows.profile import SiteProfile
from rpa.line import Line
from rpa.records import AlreadyEnded, CaseJournal, RecordError, Records, RequestConflict, UnsafeId
from rpa.request_files import Fault
from rpa.results import INTERRUPTED, LINE_STOPPED, Result, exit_code, worst

BROKEN_OFF = "interrupted"
"""The code of an outcome that ends this attempt only, not the request (flows.errors.Interrupted)."""


class Robot(Protocol):
    """What is needed of `rpa.robot.Robot`."""

    def cancel(
        self, request: CancellationRequest, journal: CaseJournal, *, stop: threading.Event | None = None
    ) -> Outcome: ...


class Watch(Protocol):
    """Who is told as it goes: the live display."""

    def started(self, request: CancellationRequest) -> None: ...

    def event(self, event: Event) -> None: ...

    def ended(self, result: Result) -> None: ...


@dataclass(frozen=True)
class Workshop:
    """All that a request needs to be carried out."""

    records: Records
    profile: SiteProfile
    line: Line
    stop: threading.Event
    secrets: tuple[str, ...] = ()


def accept_all(
    records: Records, requests: Sequence[CancellationRequest], rows: Sequence[int], source: str
) -> list[Fault]:
    """Store all requests (promise 12); one that cannot be taken is a fault, naming the difference (13)."""
    faults = []
    for request, row in zip(requests, rows, strict=True):
        try:
            records.accept(request, source)
        except (RequestConflict, UnsafeId) as error:
            faults.append(Fault(row, "id", str(error)))
    return faults


def recorded(request: CancellationRequest, records: Records, *, again: bool = False) -> Result | None:
    """What an earlier run recorded as its end; with `again` one of needs_human is none."""
    outcome = records.find(request.id).outcome
    if outcome is None or (again and outcome.end is End.NEEDS_HUMAN):
        return None
    return Result(request, outcome, earlier=True)


def run_batch(
    requests: Iterable[CancellationRequest],
    workshop: Workshop,
    robot: Robot | None,
    watch: Watch,
    *,
    again: bool = False,
) -> Iterator[Result]:
    """Each request's result, in order. `again`: those that ended as needs_human are run once more.

    Without a robot nothing is started.
    """
    for request in requests:
        if earlier := recorded(request, workshop.records, again=again):
            result = earlier
        elif workshop.stop.is_set():
            result = Result(request, None, "interrupted before it was started")
        elif why := workshop.line.check():
            result = Result(request, None, f"the line is stopped: {why}")
        elif robot is None:
            result = Result(request, None, "no browser was opened for it")
        else:
            watch.started(request)
            result = run_one(request, workshop, robot, watch)
        watch.ended(result)
        yield result


def run_one(request: CancellationRequest, workshop: Workshop, robot: Robot, watch: Watch) -> Result:
    """Carry one request out and record its end. What cannot be recorded stops the line."""
    try:
        with workshop.records.begin(request, profile=workshop.profile) as journal:
            journal.redact(workshop.secrets)
            journal.listen(workshop.line.count)
            journal.listen(watch.event)
            outcome = robot.cancel(request, journal, stop=workshop.stop)
            if outcome.code in NO_END:
                folder = str(journal.case_dir)
                return Result(request, None, f"{outcome.message}; case file {folder}", outcome.code, case_dir=folder)
            outcome = journal.finish(outcome)
    except AlreadyEnded:  # by another process, since it was looked up
        return Result(request, workshop.records.find(request.id).outcome, earlier=True)
    except RecordError as error:
        return Result(request, None, str(error))
    except (OSError, SQLAlchemyError) as error:
        why = f"the records cannot be written: {str(error).splitlines()[0]}"
        workshop.line.stop(f"{why}; make room or mend the database")
        return Result(request, None, why)
    workshop.line.end(outcome)
    return Result(request, outcome)


def exit_code_of_one(result: Result, workshop: Workshop) -> int:
    """Of a request by itself: its own end says more than that it stopped the line."""
    return exit_code(result.outcome) if result.outcome else batch_exit_code([result], workshop)


def batch_exit_code(results: Sequence[Result], workshop: Workshop) -> int:
    """The worst of all, a stopped line and an interruption among them."""
    codes = [exit_code(result.outcome) for result in results if result.outcome]
    codes += [1 for result in results if result.outcome is None]
    codes += [LINE_STOPPED] * bool(workshop.line.stopped) + [INTERRUPTED] * workshop.stop.is_set()
    return worst(codes)

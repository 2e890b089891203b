"""A file's requests: what became of each, and the exit code of them all."""

from collections.abc import Iterable, Sequence

from flows.model import CancellationRequest, End
from rpa.queue.jobs import Job, State
from rpa.records import RequestRecord
from rpa.request_files import Fault
from rpa.results import INTERRUPTED, LINE_STOPPED, NOT_STARTED, WAITS, Result, exit_code, worst

BROKEN_OFF = "interrupted"
"""The code of a request that was begun and has no end yet (flows.errors.Interrupted)."""
AWAITS_APPROVAL, AWAITS_DATE = "waiting_approval", "waiting_for_date"
WAITING = frozenset({AWAITS_APPROVAL, AWAITS_DATE})
"""Codes of requests that wait as they should, for a person or a date."""


def faults_of(conflicts: dict[str, str], requests: Sequence[CancellationRequest], rows: Sequence[int]) -> list[Fault]:
    """What can't be accepted, as faults of the file's rows (promise 13)."""
    return [
        Fault(row, "id", conflicts[request.id])
        for request, row in zip(requests, rows, strict=True)
        if request.id in conflicts
    ]


def has_end(record: RequestRecord, *, again: bool) -> bool:
    """Whether it needs no run any more; with `again` a needs_human does, unless it was purged."""
    outcome = record.outcome
    return outcome is not None and not (again and outcome.end is End.NEEDS_HUMAN and not record.purged)


def result_of(record: RequestRecord, job: Job | None, *, earlier: bool, why: str) -> Result:
    """What became of one request; `why` there was nothing more, where the job does not tell."""
    request, folder = record.request, str(record.case_dir) if record.attempts else ""
    if record.outcome is not None:
        return Result(request, record.outcome, earlier=earlier)
    said = (job.why if job is not None else "") or why
    if job is not None and job.state is State.WAITING_APPROVAL:
        return Result(request, None, said, AWAITS_APPROVAL, case_dir=folder)
    if record.attempts:
        return Result(request, None, said, BROKEN_OFF, case_dir=folder)
    if job is not None and job.state is State.WAITING and job.not_before is not None:
        date = f"it waits for its date, {request.date.isoformat()}"
        return Result(request, None, job.why or date, AWAITS_DATE if not job.why else NOT_STARTED)
    return Result(request, None, said, NOT_STARTED)


def batch_exit_code(results: Iterable[Result], *, closed: bool = False, interrupted: bool = False) -> int:
    """The worst of all, a closed line and an interruption among them."""
    codes = [exit_code(result.outcome) for result in results if result.outcome]
    codes += [WAITS if result.code in WAITING else 1 for result in results if result.outcome is None]
    return worst([*codes, *[LINE_STOPPED] * closed, *[INTERRUPTED] * interrupted])

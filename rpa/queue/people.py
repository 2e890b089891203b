"""What people do to a request in the queue: carry it out at once and watch it, take it back."""

import threading
import time
from collections.abc import Callable

from sqlalchemy import Connection

from flows.errors import Interrupted
from flows.journal import Event, standing
from flows.model import CancellationRequest, End, Outcome
from rpa.queue.attempt import work
from rpa.queue.jobs import Job, Jobs, NotTaken, State
from rpa.queue.leases import Lease, Watcher
from rpa.queue.outbox import record
from rpa.queue.shop import Shop
from rpa.queue.sweeping import sweep
from rpa.records import AlreadyEnded, RecordError, Records, must_not_be_purged
from rpa.results import Result

LOOK_SECONDS = 0.5
WITHDRAW_SECONDS = 90.0
"""How long a person waits to hear whether a request that is being worked on could be taken back."""


class TooLate(RecordError):
    """The request can't be treated so any more; the message says what to do."""


class AwaitsApproval(TooLate):
    """It waits for somebody else's approval."""


class Nobody:
    """A watch that tells nobody."""

    def started(self, request: CancellationRequest) -> None: ...

    def event(self, request: CancellationRequest, event: Event) -> None: ...

    def ended(self, result: Result) -> None: ...


def take_directly(
    records: Records,
    queue: Jobs,
    request: CancellationRequest,
    lease: Lease,
    *,
    by: str,
    stop: threading.Event,
    may: Callable[[Connection], None] = lambda _: None,
    told: Callable[[str], None] = lambda _: None,
) -> Job | Outcome:
    """Accept a request and make it this process's at once, past the queue; or its end, if it has one (promise 13).

    Joins whoever works on it or on its account: waits for that end (promise 7). One that ended as needs_human is taken
    once more. `may` is asked in the transaction that takes it.

    Raises RequestConflict, RequestPurged, UnsafeId, Interrupted, TooLate if it waits for an approval, SQLAlchemyError,
    and what `may` raises: then it is not taken.
    """
    records.accept(request, by)
    waited, watcher = "", Watcher(lease.output)
    while not stop.is_set():
        sweep(queue, watcher, lease.id)  # whoever has it may be dead, and no worker there to see it
        try:
            with queue.transaction() as connection:
                taken = _take(records, queue, connection, request, lease, by)
                if isinstance(taken, Job):
                    may(connection)
                return taken
        except NotTaken as error:
            if str(error) != waited:
                waited = str(error)
                told(f"{waited}; waiting")
        stop.wait(LOOK_SECONDS)
    raise Interrupted("stopped before it was begun")


def _take(
    records: Records, queue: Jobs, connection: Connection, request: CancellationRequest, lease: Lease, by: str
) -> Job | Outcome:
    """Raises NotTaken, RequestPurged, so that nothing of this is kept."""
    job = queue.change(connection, request.id)
    found = records.find(request.id)
    if found.outcome is not None and found.outcome.end is not End.NEEDS_HUMAN:
        return found.outcome
    must_not_be_purged(found)  # since it was accepted
    if job is None:
        queue.add(connection, request.id, by=by)
    elif job.state is State.WORKING:
        raise NotTaken(f"request {request.id} is being worked on by another process")
    _must_not_wait(job)
    again = found.attempts if found.outcome is not None else 0
    return queue.take_at_once(connection, request.id, lease, again)


def must_not_wait_for_approval(queue: Jobs, request_id: str) -> None:
    """Raises AwaitsApproval."""
    _must_not_wait(queue.get(request_id))


def _must_not_wait(job: Job | None) -> None:
    if job is not None and job.state is State.WAITING_APPROVAL:
        raise AwaitsApproval(f"request {job.request_id} waits for approval: rpa approve {job.request_id} --by NAME")


def withdraw(shop: Shop, request: CancellationRequest, *, by: str, why: str) -> Outcome:
    """End an accepted request as `withdrawn`, with its case file; returns the end. One that is being worked on is taken
    back before its first effect, or not at all.

    Raises TooLate, AlreadyEnded, SQLAlchemyError, OSError.
    """
    shop.records.accept(request, by)
    deadline, watcher = time.monotonic() + WITHDRAW_SECONDS, Watcher(shop.lease.output)
    with shop.jobs.transaction() as connection:
        record(connection, by, "withdraw", request.id, why)
    while True:
        if (outcome := shop.records.find(request.id).outcome) is not None:
            return _withdrawn_or_not(request, outcome)
        sweep(shop.jobs, watcher, shop.lease.id)
        if intents := standing(shop.records.intents(request.id)):
            what = f"{intents[-1].effect} was set out for already"
            raise TooLate(f"request {request.id} can't be withdrawn: {what}; {_instead(shop, request.id)}")
        if job := _take_to_withdraw(shop, request, by, why):
            verdict = work(shop, job, None)
            if verdict.result.outcome is None:
                raise TooLate(verdict.result.why)
        elif time.monotonic() > deadline:
            raise TooLate(
                f"request {request.id} is still being worked on; it is withdrawn before its first effect, or not"
            )
        else:
            shop.lease.pause(LOOK_SECONDS)


def _instead(shop: Shop, request_id: str) -> str:
    """Update or the App Module may come before there is a plan to be approved."""
    job = shop.jobs.get(request_id)
    waits = job is not None and job.state is State.WAITING_APPROVAL
    return f"decline its plan: rpa approve {request_id} --decline" if waits else "run it to its end"


def _withdrawn_or_not(request: CancellationRequest, outcome: Outcome) -> Outcome:
    if outcome.end is not End.WITHDRAWN:
        raise AlreadyEnded(f"request {request.id} has its end: {outcome.end.value}; there is nothing to withdraw")
    return outcome


def _take_to_withdraw(shop: Shop, request: CancellationRequest, by: str, why: str) -> Job | None:
    """The job, taken; None: whoever works on it was asked to let it go."""
    try:
        with shop.jobs.transaction() as connection:  # the wish is kept, also while the account is busy
            if shop.jobs.change(connection, request.id) is None:
                shop.jobs.add(connection, request.id, by=by)
            shop.jobs.change(connection, request.id, withdraw_by=by, withdraw_why=why)
        with shop.jobs.transaction() as connection:
            job = shop.jobs.change(connection, request.id)
            if job is None or job.state in {State.WORKING, State.ENDED}:
                return None
            return shop.jobs.take_at_once(connection, request.id, shop.lease, 0)
    except NotTaken:
        return None

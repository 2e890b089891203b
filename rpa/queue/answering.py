"""What a person answers when a plan waits for approval: yes or no."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from flows.model import CancellationRequest, Outcome
from rpa.queue.approval_rows import NO, Answer, Asked, answer, moment, newest
from rpa.queue.approval_rules import asked_by, may_be_same, names_somebody
from rpa.queue.jobs import Job, Jobs, State
from rpa.queue.not_approved import end_not_approved, say_no
from rpa.queue.outbox import record
from rpa.queue.people import LOOK_SECONDS, WITHDRAW_SECONDS, TooLate
from rpa.queue.shop import Shop
from rpa.records import AlreadyEnded, RecordError, Records

LEAST = 8
"""So many digits of a plan's hash are needed to name it."""


class CannotApprove(RecordError):
    """The answer does not count; the message says why."""


@dataclass(frozen=True)
class Yes:
    """What a person's yes came to."""

    request: CancellationRequest
    asked: Asked
    earlier: bool
    """It was approved before."""


def approve(
    records: Records, queue: Jobs, request_id: str, by: str, plan_hash_prefix: str | None = None, why: str = "",
    *, login: str = "", only_look: bool = False,
) -> Yes:  # fmt: skip
    """Approve the plan that a request waits with, and let the request go on; once more, it is told as `earlier`.

    `login`: under which `by` works, where that tells who it is. `only_look`: whether it could be; nothing is changed.
    Raises CannotApprove, AlreadyEnded, NoSuchRequest, RecordError if it waits for no approval, SQLAlchemyError.
    """
    found = records.find(request_id)
    with queue.transaction() as connection:
        job, asked = _asked(records, queue, connection, found.request)
        _must_be_another(asked_by(found.request, found.source, job.submitted_by), by, login)
        _must_be_that(asked, plan_hash_prefix)
        if asked.state in {Answer.APPROVED, Answer.USED} and asked.in_time(moment(connection)):
            return Yes(found.request, asked, earlier=True)
        _must_wait(asked, job, connection)
        if not only_look:
            answer(connection, asked, Answer.APPROVED, by)
            queue.put_back(connection, asked.request_id, f"approved by {by}")
            plan = f"plan {asked.short}"
            record(connection, by, "approve", asked.request_id, f"{plan}: {why}" if why else plan)
            asked = replace(asked, state=Answer.APPROVED, by=by)
        return Yes(found.request, asked, earlier=False)


def decline(shop: Shop, request_id: str, by: str, why: str, plan_hash_prefix: str | None = None) -> Outcome:
    """Say no: the request ends as withdrawn, `not_approved`, with its case file; returns the end. Anybody may.

    Raises CannotApprove, AlreadyEnded, NoSuchRequest, RecordError if it waits for no approval, SQLAlchemyError.
    """
    request = shop.records.find(request_id).request
    with shop.jobs.transaction() as connection:
        job, asked = _asked(shop.records, shop.jobs, connection, request)
        if not names_somebody(by):
            raise CannotApprove("--by must give the name of the person who declines")
        _must_be_that(asked, plan_hash_prefix)
        if asked.state in {Answer.APPROVED, Answer.USED}:
            taken_back = f"rpa withdraw {request.id} takes it back, if nothing was changed yet"
            raise CannotApprove(f"request {request.id} was approved by {asked.by} already; {taken_back}")
        _must_wait(asked, job, connection)
        say_no(shop.jobs, connection, asked, Answer.DECLINED, by, why)
    return _see_it_end(shop, request)


def _see_it_end(shop: Shop, request: CancellationRequest) -> Outcome:
    """By this process, or by the worker that comes first."""
    deadline = time.monotonic() + WITHDRAW_SECONDS
    while True:
        end_not_approved(shop, request.id)
        if (outcome := shop.records.find(request.id).outcome) is not None:
            return outcome
        if time.monotonic() > deadline:
            raise TooLate(
                f"the no is kept: request {request.id} ends as soon as account {request.account_number} is free"
            )
        shop.lease.pause(LOOK_SECONDS)


def _asked(records: Records, queue: Jobs, connection: Connection, request: CancellationRequest) -> tuple[Job, Asked]:
    """The job and what was asked last, both as they stay until the transaction ends. Raises AlreadyEnded, RecordError."""
    job = queue.change(connection, request.id)
    asked = newest(connection, request.id)
    if job is not None and asked is not None and job.state is not State.ENDED:
        return job, asked
    outcome = records.find(request.id).outcome
    if outcome is None:
        raise RecordError(f"request {request.id} waits for no approval; `rpa approve` lists those that do")
    raise AlreadyEnded(f"request {request.id} has its end: {outcome.end.value}; there is nothing to approve")


def _must_be_another(requesters: Sequence[str], by: str, login: str) -> None:
    """The requester can't approve. Raises CannotApprove."""
    if not names_somebody(by):
        raise CannotApprove("--by must give the name of the person who approves")
    for requester in requesters:
        if may_be_same(by, requester):
            other = "let somebody else approve it; if that is another person, give the whole name"
            raise CannotApprove(f'"{by}" may be the one who asked for it ("{requester}"): {other}')
        if may_be_same(login, requester):
            raise CannotApprove(f'it was asked for under this login ("{login}"): let somebody else approve it')


def _must_be_that(asked: Asked, prefix: str | None) -> None:
    """Raises CannotApprove if another plan is meant."""
    if prefix is not None and len(prefix) < LEAST:
        raise CannotApprove(f"--plan must be at least the first {LEAST} digits of the plan's hash")
    if prefix is not None and not asked.plan_hash.startswith(prefix.lower()):
        anew = f"the account has changed since: look at it anew with rpa approve {asked.request_id} --by NAME"
        raise CannotApprove(f"request {asked.request_id} waits with another plan, {asked.short}; {anew}")


def _must_wait(asked: Asked, job: Job, connection: Connection) -> None:
    """Raises CannotApprove."""
    if asked.state is Answer.DECLINED:
        raise CannotApprove(f"request {asked.request_id} was declined by {asked.by}; it ends as withdrawn")
    over = asked.state is Answer.WAITING and not asked.in_time(moment(connection))
    if asked.state in NO or over:
        until = f"the time to approve it was over at {asked.expires_at:%Y-%m-%d %H:%M} UTC"
        raise CannotApprove(f"{until}; request {asked.request_id} ends as withdrawn")
    if asked.state is not Answer.WAITING or job.state is not State.WAITING_APPROVAL:
        raise CannotApprove(f"request {asked.request_id} is being looked at anew; try again in a moment")

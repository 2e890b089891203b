"""One attempt at one request: taken from the queue, carried out at a desk, settled."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from loguru import logger
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from flows.errors import LeaseLost
from flows.journal import Event, EventKind, standing
from flows.model import ON_THE_WAY, CancellationRequest, End, Outcome, Plan
from rpa.database.troubles import passes
from rpa.line import drifted
from rpa.log import about
from rpa.queue.engine import Entry
from rpa.queue.guard import Guard
from rpa.queue.jobs import BUSY, ITS_DATE, REQUEST, Job, NotTaken, State, Void, now
from rpa.queue.outbox import line_stopped, notify, notify_of_need
from rpa.queue.shop import Robot, Shop
from rpa.records import CaseJournal, RecordError, RequestRecord
from rpa.results import Result

INTERRUPTED, AWAITS_APPROVAL = "interrupted", "waiting_approval"
"""The codes of outcomes that end this attempt only (flows.errors.NO_END)."""
FAULTS = frozenset({"browser_failed", "site_down"})
"""Codes of the technology: before the first effect they are tried again."""
TRIES = 3
JITTER, LONGEST = 10.0, 120.0
"""Seconds. Full jitter: anything between nothing and a bound that doubles with each try."""
TOO_LATE = "it can't be withdrawn any more: changes were set out for it already; it is run to its end"
CAP_WAIT, DAMAGED_WAIT = dt.timedelta(minutes=1), dt.timedelta(hours=1)
AGAIN_SECONDS = 1.0
A_FIFTH = dt.timedelta(minutes=5)
"""Divided by a limit of requests a minute: so seldom a request takes a fifth of the places."""
Value = TypeVar("Value")


@dataclass(frozen=True)
class Verdict:
    """What is to become of a job after an attempt."""

    result: Result
    state: State = State.ENDED
    tried: bool = False
    """One of its tries was used up."""
    at: dt.datetime | None = None
    """It waits until then."""
    alarm: bool = False
    """A person has to look, though there is no end: its case file can't be written."""
    failed: bool = False
    """The database could not be written, though it is there."""
    park: str = ""
    """Why the line is to be parked: it opens by itself."""
    stop: str = ""
    """Why the line is to be closed until a person releases it."""


def carry_out(shop: Shop, entry: Entry, desk: int, robot: Robot) -> None:
    """Do what an entry of the queue asks for. Raises LeaseLost, and KeyboardInterrupt of whoever runs it in the main thread."""
    job = persistently(shop, lambda: take(shop, entry, desk))
    if job is not None:
        work(shop, job, robot)


def work(shop: Shop, job: Job, robot: Robot | None) -> Verdict:
    """Carry a job out that was taken, and settle it. Raises LeaseLost."""
    try:
        return _work(shop, job, robot)
    finally:
        shop.over(job.request_id)


def _work(shop: Shop, job: Job, robot: Robot | None) -> Verdict:
    record = persistently(shop, lambda: shop.records.find(job.request_id))
    request = record.request
    with about(request, job.desk):
        shop.watch.started(request)
        verdict = attempt(shop, job, record, robot)
        shop.failures = shop.failures + 1 if verdict.failed else 0
        if verdict.failed and shop.failures >= TRIES:
            verdict = replace(verdict, stop=f"{verdict.result.why}; mend the database")
        if shop.gate is not None:  # before anything else is begun
            shop.gate.ended(verdict.result)
        persistently(shop, lambda: settle(shop, job, verdict))
        shop.watch.ended(verdict.result)
    return verdict


def persistently(shop: Shop, act: Callable[[], Value]) -> Value:
    """Do it again as long as the database fails and the lease holds. Raises LeaseLost."""
    while True:
        try:
            return act()
        except SQLAlchemyError as error:
            logger.warning("the database failed: {}", str(error).splitlines()[0])
            if not shop.lease.valid():
                raise LeaseLost("the lease ran out while the database failed") from error
            shop.lease.pause(AGAIN_SECONDS)


# --- taking ---


def take(shop: Shop, entry: Entry, desk: int | None) -> Job | None:
    """The job, now this worker's; None if it can't be worked on now. Raises SQLAlchemyError, LeaseLost."""
    with shop.jobs.transaction() as connection:
        try:
            job = shop.jobs.take(connection, entry, shop.lease, desk)
        except Void:
            return None
        except NotTaken as error:
            shop.jobs.put_back(connection, entry.key, str(error), at=now() + _busy(shop))
            return None
        why, at = _not_now(shop, connection, job)
        if why:
            shop.jobs.let_go(connection, entry.key, shop.lease.id)
            shop.jobs.put_back(connection, entry.key, why, at=at)
            return None
        shop.begun(entry.key)
        return job


def _busy(shop: Shop) -> dt.timedelta:
    """How long to wait for an account that another request is working on: each time it asks takes a place of the limit."""
    limit = shop.profile.policy.max_requests_per_minute
    return max(BUSY, A_FIFTH / limit) if limit else BUSY


def _not_now(shop: Shop, connection: Connection, job: Job) -> tuple[str, dt.datetime | None]:
    """Why a job must wait, and until when."""
    if shop.stop.is_set():
        return "the worker is stopping", None
    if shop.gate is not None and shop.gate.shut:
        return shop.gate.shut, now() + BUSY
    if job.not_before is not None and job.not_before > now():
        return ITS_DATE, job.not_before
    if closed := shop.line.closed_in(connection, alone=True):
        return str(closed), closed.until
    if why := shop.line.room_in_run(shop.reserved):
        shop.exhausted = why
        return why, now() + CAP_WAIT
    why = shop.line.room_in_hour(connection)
    shop.exhausted = shop.exhausted or ("" if shop.patient else why)
    return why, now() + CAP_WAIT


# --- carrying out ---


def attempt(shop: Shop, job: Job, record: RequestRecord, robot: Robot | None) -> Verdict:
    """Carry out a job that was taken; without a robot, one that is withdrawn."""
    request = record.request
    if record.outcome is not None and record.attempts > job.again:  # a worker died between the end and its settlement
        return Verdict(Result(request, record.outcome, earlier=True))
    guard = Guard(shop.lease, shop.line, request.id)
    try:
        with shop.records.begin(request, profile=shop.profile, guard=guard) as journal:
            return _judged(shop, job, request, journal, _outcome(shop, job, request, journal, robot))
    except LeaseLost as error:
        return Verdict(Result(request, None, str(error), INTERRUPTED), State.WAITING)
    except RecordError as error:
        return Verdict(Result(request, None, str(error)), State.WAITING, at=now() + DAMAGED_WAIT, alarm=True)
    except SQLAlchemyError as error:  # it may be back at once
        why = f"the records cannot be written: {str(error).splitlines()[0]}"
        return Verdict(Result(request, None, why), State.WAITING, at=now() + BUSY, failed=not passes(error))
    except OSError as error:
        why = f"the records cannot be written: {str(error).splitlines()[0]}"
        return Verdict(Result(request, None, why), State.WAITING, stop=f"{why}; make room or mend the database")


def _outcome(shop: Shop, job: Job, request: CancellationRequest, journal: CaseJournal, robot: Robot | None) -> Outcome:
    if job.withdraw_by is not None and not standing(journal.intents()):
        return withdrawn(request, job.withdraw_by, job.withdraw_why or "")
    if robot is None:  # whoever came to withdraw it came too late
        return withdrawn(request, "", "").model_copy(update={"code": INTERRUPTED, "message": TOO_LATE})

    def count(event: Event) -> None:
        shop.caused(event.kind is EventKind.INTENT)

    def tell(event: Event) -> None:
        if event.kind is EventKind.STEP_STARTED:
            shop.steps.at(request.id, f"{event.clause} {event.data.get('title', '')}".strip())
        shop.watch.event(request, event)

    journal.redact(shop.secrets)
    journal.listen(count)  # by itself: a listener that fails once is not asked again
    journal.listen(tell)
    more = {} if shop.policy is None else {"approve": lambda plan: _approve(shop, request, journal, plan)}
    return robot.cancel(request, journal, stop=shop.stop, **more)


def _approve(shop: Shop, request: CancellationRequest, journal: CaseJournal, plan: Plan) -> bool:
    """Whether somebody was asked and said yes, as the case file then tells. Raises NotYetApproved."""
    by = shop.policy.may_begin(request, plan, shop.lease.check) if shop.policy is not None else ""
    if by:
        said = {"Approved by": by, "Plan": plan.hash}
        journal.write(EventKind.OBSERVATION, "5", page="approval of the plan", url="", values=said)
    return bool(by)


def _judged(shop: Shop, job: Job, request: CancellationRequest, journal: CaseJournal, outcome: Outcome) -> Verdict:
    """Whether an outcome is the end; then it is recorded. Raises what `CaseJournal.finish` raises."""
    intents = [intent for intent in journal.intents() if intent.effect not in ON_THE_WAY]
    touched = bool(standing(intents))
    folder = str(journal.case_dir)

    def not_ended(code: str, state: State = State.WAITING, **more: object) -> Verdict:
        why = f"{outcome.message}; case file {folder}"
        if outcome.drift:
            more |= {"stop": drifted(f"request {request.id} has met it", outcome.drift)}
        return Verdict(Result(request, None, why, code, case_dir=folder), state, **more)  # type: ignore[arg-type]

    if outcome.code in {INTERRUPTED, AWAITS_APPROVAL}:
        asked = None if touched else shop.jobs.get(request.id)
        if asked is None or asked.withdraw_by is None:
            if outcome.code == AWAITS_APPROVAL:
                return not_ended(AWAITS_APPROVAL, State.WAITING_APPROVAL)
            return not_ended(INTERRUPTED, State.WAITING if shop.unattended else State.HELD)
        outcome = withdrawn(request, asked.withdraw_by, asked.withdraw_why or "")
    if shop.unattended and outcome.end is End.NEEDS_HUMAN:
        if outcome.code == "maintenance":
            return not_ended("maintenance", park=outcome.message)
        if outcome.code == "sign_in" and not touched:
            return not_ended("sign_in", stop=f"the sign-in failed: {outcome.message}")
        if outcome.code in FAULTS and not touched and job.tries + 1 < TRIES:
            bound = min(LONGEST, JITTER * 2**job.tries)
            at = now() + dt.timedelta(seconds=random.uniform(0, bound))  # noqa: S311 (jitter, no secret)
            return not_ended(outcome.code, tried=True, at=at)
    return Verdict(Result(request, journal.finish(outcome)))


def withdrawn(request: CancellationRequest, by: str, why: str) -> Outcome:
    """The end of a request that a person takes back before its first effect."""
    return Outcome.of(
        request,
        end=End.WITHDRAWN,
        message=f"withdrawn by {by} before anything was changed: {why}",
    )


# --- settling ---


def settle(shop: Shop, job: Job, verdict: Verdict) -> None:
    """Put down what becomes of a job, in one transaction. Raises SQLAlchemyError, LeaseLost."""
    result, key = verdict.result, job.request_id
    with shop.jobs.transaction() as connection:
        shop.lease.check(connection)
        if verdict.park:
            shop.line.park_in(connection, verdict.park)
        if verdict.stop and shop.line.stop_in(connection, verdict.stop):
            line_stopped(connection, verdict.stop)
        if not shop.jobs.let_go(connection, key, shop.lease.id):
            return
        if verdict.state is State.WAITING:
            shop.jobs.put_back(connection, key, result.why, at=verdict.at, tried=verdict.tried)
        else:
            shop.jobs.end(connection, key, verdict.state, "" if result.outcome else result.why)
        if verdict.alarm:
            notify(connection, "needs_human", f"Request {key} can't be carried out", result.why, key)
        if result.outcome is not None:  # also one that a worker recorded who died before he could settle it
            _tell_of_end(shop, connection, result.request, result.outcome)


def give_back(shop: Shop, entry: Entry, error: Exception) -> None:
    """Put back what could not even be begun, or failed in a way that was not foreseen: no browser opens, a mistake of
    ours. After some failures in a row this process starts nothing more. Raises LeaseLost.
    """
    if entry.kind != REQUEST:  # its key is no request's; `Strays` finds what it left
        return
    why = f"{type(error).__name__}: {str(error).splitlines()[0][:300] if str(error) else 'no message'}"
    shop.failures += not passes(error)
    if shop.failures >= TRIES:
        shop.exhausted = f"{shop.failures} requests in a row could not be begun ({why}); see rpa.log"

    def act() -> None:
        with shop.jobs.transaction() as connection:
            job = shop.jobs.change(connection, entry.key)
            if job is None:
                return
            if shop.jobs.let_go(connection, entry.key, shop.lease.id):
                shop.jobs.put_back(connection, entry.key, why, at=now() + CAP_WAIT, tried=True)
            elif job.state is State.WAITING and job.turn == entry.turn:
                shop.jobs.put_back(connection, entry.key, why, at=now() + BUSY)

    persistently(shop, act)


def _tell_of_end(shop: Shop, connection: Connection, request: CancellationRequest, outcome: Outcome) -> None:
    if why := shop.line.end_in(connection, outcome):
        line_stopped(connection, why)
    if outcome.end is End.NEEDS_HUMAN:
        notify_of_need(connection, request, outcome)
    if shop.policy is not None:
        shop.policy.after_end(connection, request, outcome)
    for follow in shop.after_end:
        follow(connection, request, outcome)


def stop_line(shop: Shop, why: str) -> None:
    """Close the line until a person releases it, and tell people, once."""
    if shop.line.stop(why):
        with shop.jobs.transaction() as connection:
            line_stopped(connection, why)

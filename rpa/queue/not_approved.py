"""No yes means no: what a person declined, and what nobody approved in time, ends as withdrawn."""

import math
import threading
import time
from dataclasses import replace

from sqlalchemy import Connection, and_, or_, select

from flows.errors import LeaseLost
from flows.model import ON_THE_WAY, CancellationRequest, End, Outcome
from rpa.cases.wording import effect_in_words
from rpa.database.queue_tables import approvals, jobs
from rpa.queue.approval_rows import NO, Answer, Asked, answer, make_void, moment, newest
from rpa.queue.attempt import work
from rpa.queue.jobs import Job, Jobs, NotTaken, State
from rpa.queue.outbox import notify, record
from rpa.queue.shop import Shop
from rpa.records import CaseJournal

CODE = "not_approved"
CLOCK = "the clock"
"""Who it was that said no, in the audit trail."""
EVERY = 5.0
"""Seconds."""
AT_ONCE = 20
"""So many are ended before the worker looks after its other duties again."""


class Expiry:
    """A worker's chore. Quick where there is nothing to do."""

    def __init__(self) -> None:
        self._next = -math.inf

    def __call__(self, shop: Shop) -> None:
        """Raises SQLAlchemyError."""
        if time.monotonic() < self._next:
            return
        try:
            ended = expire(shop)
        except LeaseLost:  # the worker itself sees that its lease is lost
            return
        self._next = -math.inf if ended == AT_ONCE else time.monotonic() + EVERY


def expire(shop: Shop) -> int:
    """Say no where nobody said anything in time, and end what was not approved; returns how many were looked at.

    A request that waits although nothing is asked any more is looked at anew. Raises SQLAlchemyError, LeaseLost.
    """
    with shop.jobs.engine.connect() as connection:
        over = (approvals.c.state == Answer.WAITING) & (approvals.c.expires_at <= moment(connection))
        late = list(connection.execute(select(approvals.c.request_id).where(over).limit(AT_ONCE)).scalars())
    for request_id in late:
        _say_no(shop, request_id)
    no = approvals.c.state.in_(NO)
    open_ = and_(approvals.c.request_id == jobs.c.request_id, or_(no, approvals.c.state == Answer.WAITING))
    query = select(jobs.c.request_id, approvals.c.state).outerjoin(approvals, open_)
    query = query.where(jobs.c.state == State.WAITING_APPROVAL, or_(no, approvals.c.state.is_(None))).limit(AT_ONCE)
    with shop.jobs.engine.connect() as connection:
        found = list(connection.execute(query))
    for request_id, state in found:
        end_not_approved(shop, request_id) if state else _look_anew(shop, request_id)
    return len(found)


def _say_no(shop: Shop, request_id: str) -> None:
    """The time is over. What was asked of a request that does not wait for it any more is void."""
    with shop.jobs.transaction() as connection:
        job = shop.jobs.change(connection, request_id)
        asked = newest(connection, request_id)
        if asked is None or asked.state is not Answer.WAITING or moment(connection) < asked.expires_at:
            return
        if job is None or job.state is not State.WAITING_APPROVAL:
            make_void(connection, request_id, (Answer.WAITING,))
            return
        why = f"nobody approved plan {asked.short} by {asked.expires_at:%Y-%m-%d %H:%M} UTC"
        say_no(shop.jobs, connection, asked, Answer.EXPIRED, CLOCK, why)
        title = f"Request {request_id} was not approved in time"
        notify(connection, "approval", title, f"{why}; it is not cancelled.", request_id)


def say_no(queue: Jobs, connection: Connection, asked: Asked, state: Answer, by: str, why: str) -> None:
    """Write a no down. The job is marked as taken back too: should this process die before it has ended the request, no
    attempt will begin the plan, whatever the policy is by then.
    """
    answer(connection, asked, state, by)
    record(connection, by, "decline", asked.request_id, why)
    queue.change(connection, asked.request_id, withdraw_by=by, withdraw_why=why)


def _look_anew(shop: Shop, request_id: str) -> None:
    with shop.jobs.transaction() as connection:
        job = shop.jobs.change(connection, request_id)
        asked = newest(connection, request_id)
        nothing = asked is None or asked.state not in {Answer.WAITING, *NO}
        if job is not None and job.state is State.WAITING_APPROVAL and nothing:
            shop.jobs.put_back(connection, request_id, "nothing is asked for it any more: it is looked at anew")


def end_not_approved(shop: Shop, request_id: str) -> None:
    """End a request that a person or the clock said no to, unless that was done, or its account is being worked on.

    Raises SQLAlchemyError, LeaseLost.
    """
    taken = _take(shop, request_id)
    if taken is not None:
        job, asked, why = taken
        work(shop, job, NoRobot(asked, why))


def _take(shop: Shop, request_id: str) -> tuple[Job, Asked, str] | None:
    try:
        with shop.jobs.transaction() as connection:
            job = shop.jobs.change(connection, request_id)
            asked = newest(connection, request_id)
            if job is None or job.state is not State.WAITING_APPROVAL or asked is None or asked.state not in NO:
                return None
            taken = shop.jobs.take_at_once(connection, request_id, shop.lease, 0)
            return replace(taken, withdraw_by=None), asked, taken.withdraw_why or "no reason is known"
    except NotTaken:
        return None


class NoRobot:
    """Carries nothing out: says how the request ends."""

    def __init__(self, asked: Asked, why: str) -> None:
        self._asked, self._why = asked, why

    def cancel(
        self, request: CancellationRequest, journal: CaseJournal, *, stop: threading.Event | None = None, **_: object
    ) -> Outcome:  # fmt: skip
        """The end, naming who said no and why, and what was done before there was a plan."""
        del stop
        before = [one for one in journal.intents() if one.effect not in ON_THE_WAY and one.outcome != "not_done"]
        done = ", ".join(dict.fromkeys(effect_in_words(one.effect) for one in before))
        changed = f"before the plan could be made: {done}; nothing else was changed" if done else "nothing was changed"
        who = f"declined by {self._asked.by}: " if self._asked.state is Answer.DECLINED else ""
        return Outcome.of(
            request,
            end=End.WITHDRAWN,
            code=CODE,
            message=f"{who}{self._why}; {changed}",
        )

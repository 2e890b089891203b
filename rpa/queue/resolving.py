"""A person closes a request that needed one, after doing by hand what was left: his word, and no proof."""

from sqlalchemy import Connection

from flows.journal import EventKind
from flows.model import ON_THE_WAY, CancellationRequest, End, Outcome
from rpa.cases.wording import BY_PERSON
from rpa.queue.guard import Guard
from rpa.queue.jobs import NotTaken, State
from rpa.queue.outbox import record
from rpa.queue.people import TooLate
from rpa.queue.rechecks import Rechecks
from rpa.queue.sentinel import plan_rechecks
from rpa.queue.shop import Shop
from rpa.records import AlreadyEnded, RequestRecord

ENDS = (End.CANCELLED, End.ALREADY_CANCELLED, End.REFUSED, End.REFERRED, End.WITHDRAWN)
UNTOUCHED = {
    End.ALREADY_CANCELLED: "it would say that the account was cancelled before",
    End.REFERRED: "it would say that nothing was done",
    End.WITHDRAWN: "it would say that it was taken back before anything was changed",
}
"""Ends that can't be given once the robot may have changed the account, and why."""


def resolve(shop: Shop, request_id: str, end: End, *, why: str, by: str, watch: bool = True) -> Outcome:
    """Close a needs_human with the end that a person gives; returns it as recorded. `watch`: an account that he calls
    cancelled is read again like any other; False: it may bill again, and is left alone from now on.

    Raises AlreadyEnded, TooLate (it is in somebody's hands, or the end can't be true), NoSuchRequest, SQLAlchemyError,
    OSError.
    """
    found = shop.records.find(request_id)
    request = found.request
    _must_be_possible(shop, found, end)
    _take(shop, request)
    try:
        return _written(shop, request, end, why, by, unwatched=why if not watch else "")
    finally:
        with shop.jobs.transaction() as connection:
            shop.jobs.free_account(connection, request.id, shop.lease.id)


def _must_be_possible(shop: Shop, found: RequestRecord, end: End) -> None:
    request_id = found.request.id
    last = shop.records.last_end(request_id)
    if last is None:
        raise TooLate(f"request {request_id} has no end yet; it can be taken back: rpa withdraw {request_id}")
    if last.end is not End.NEEDS_HUMAN:
        raise AlreadyEnded(
            f"request {request_id} has its end: {last.end.value}; only needs_human is closed by a person"
        )
    if end not in ENDS:
        raise TooLate(f"request {request_id} is {end.value} already; say what it came to: {', '.join(ENDS)}")
    touched = [
        one for one in shop.records.intents(request_id) if one.outcome != "not_done" and one.effect not in ON_THE_WAY
    ]
    if end in UNTOUCHED and touched:
        raise TooLate(
            f"request {request_id} can't be closed as {end.value}: {UNTOUCHED[end]}, and the robot has set out "
            f"{touched[-1].effect}; give cancelled, or refused if the account was put back as it was"
        )


def _take(shop: Shop, request: CancellationRequest) -> None:
    """Make sure that nobody works on it, nor will by himself; the account is this process's (promise 7). Raises TooLate."""
    with shop.jobs.transaction() as connection:
        job = shop.jobs.change(connection, request.id)
        if job is not None and job.state is State.WORKING:
            raise TooLate(f"request {request.id} is being worked on; wait for its end: rpa status {request.id}")
        if job is not None and job.state is not State.ENDED and _is_begun(shop, request.id):
            raise TooLate(
                f"request {request.id} is being tried again and was begun ({job.state}); wait for its end: "
                f"rpa status {request.id}"
            )
        try:
            shop.jobs.lock_account(connection, request.account_number, request.id, shop.lease)
        except NotTaken as error:
            raise TooLate(f"{error}; try again in a minute") from error
        if job is not None:
            shop.jobs.end(connection, request.id)


def _is_begun(shop: Shop, request_id: str) -> bool:
    """Whether an attempt since the last end has none yet."""
    return shop.records.find(request_id).outcome is None


def _written(shop: Shop, request: CancellationRequest, end: End, why: str, by: str, *, unwatched: str) -> Outcome:
    guard = Guard(shop.lease, shop.line, request.id)

    def follow(connection: Connection, outcome: Outcome) -> None:
        record(connection, by, "resolve", request.id, f"{end.value}: {why}")
        _plan(shop, connection, request, outcome, unwatched)

    with shop.records.begin(request, profile=shop.profile, guard=guard) as journal:
        journal.write(EventKind.RESOLVED, **{"as": end.value, "why": why, "by": by})
        said = f"closed by {by}: {why}"
        return journal.finish(Outcome.of(request, end=end, code=BY_PERSON, message=said), follow)


def _plan(shop: Shop, connection: Connection, request: CancellationRequest, outcome: Outcome, unwatched: str) -> None:
    if unwatched:
        Rechecks(shop.jobs.waiting).add_off(connection, request.id, unwatched)
    else:
        plan_rechecks(connection, shop.jobs, request, outcome, shop.profile)

"""An account read again after its cancellation; billing that came back raises an alarm.

A re-check reads only (promise 10). What it finds is kept first, then the case is opened again (`reopening`), then
people are told; killed in between, whoever takes over goes on from what is kept.
"""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any, NamedTuple

from loguru import logger
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from flows.errors import CancellationError, Drifted, Fault, Interrupted, LeaseLost
from flows.model import CancellationRequest
from rpa.line import drifted
from rpa.queue.attempt import persistently, stop_line
from rpa.queue.desks import Desk
from rpa.queue.engine import Entry
from rpa.queue.finding import Finding, look
from rpa.queue.jobs import NotTaken, Void
from rpa.queue.outbox import notify, record
from rpa.queue.rechecks import IN_A_RECONCILIATION, Recheck, Rechecks, RecheckState, occasion_in_words
from rpa.queue.reopening import reopen, what_next
from rpa.queue.sentinel import SENTINEL, last_end, moot
from rpa.queue.shop import Shop
from rpa.records import RecordError
from rpa.records.billing_seen import billings_seen

DRIFTED = "drifted"
"""The admin UI is not as it was learned: what a page says may mean something else by now."""
OF_THE_SITE = frozenset({"maintenance", "sign_in", DRIFTED})
"""Codes that close the line: no account's fault."""
TRIES = 3
FIRST_RETRY, BUSY = dt.timedelta(minutes=10), dt.timedelta(minutes=1)
"""How long a re-check waits that could not be read (each time four times as long, give or take a quarter), or whose
account is being worked on."""


class Taken(NamedTuple):
    """A re-check that is this worker's, with what is known of its account."""

    recheck: Recheck
    request: CancellationRequest
    ended: dt.datetime


def carry(shop: Shop, entry: Entry, desk: Desk) -> None:
    """Carry out an entry of the kind RECHECK. Raises LeaseLost, and what could not be foreseen once it is put back."""
    taken = persistently(shop, lambda: _take(shop, entry))
    if taken is None:
        return
    if taken.recheck.state is RecheckState.ALARM:  # found by a worker that died before it had told
        _alarm(shop, taken, Finding(unread=taken.recheck.seen))
        return
    try:
        finding = _read(shop, taken, desk)
    except Drifted as error:
        _not_read(shop, taken, DRIFTED, error.sentence)
    except CancellationError as error:
        _not_read(shop, taken, error.code, error.message)
    except LeaseLost:
        raise
    except Interrupted:  # the line was closed, or the worker is to stop
        _settle(shop, taken, lambda connection, again: again.put_back(connection, taken.recheck.position, "stopped"))
    except Exception as error:
        why = f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else 'no message'}"
        _not_read(shop, taken, "browser_failed", why)
        if not isinstance(error, Fault) and not shop.stop.is_set():
            raise
    else:
        _judge(shop, taken, finding)


def _take(shop: Shop, entry: Entry) -> Taken | None:
    """The re-check and its account, now this worker's; None if there is nothing to read now."""
    again = Rechecks(shop.jobs.waiting)
    with shop.jobs.transaction() as connection:
        try:
            recheck = again.take(connection, entry, shop.lease)
        except Void:
            return None
        found = shop.records.find(recheck.request_id)
        request, why = found.request, "its personal data were deleted" if found.purged else ""
        if recheck.state is not RecheckState.ALARM and (why := why or moot(connection, request)):
            again.end(connection, recheck.position, RecheckState.VOID, why)
            return None
        why, at = _not_now(shop, connection, request)
        if why:
            again.put_back(connection, recheck.position, why, at=at)
            return None
        return Taken(recheck, request, last_end(connection, request.id)[1])


def _not_now(shop: Shop, connection: Connection, request: CancellationRequest) -> tuple[str, dt.datetime | None]:
    """Why it must wait, and until when; else the account is this worker's (promise 7)."""
    if closed := shop.line.closed_in(connection):
        return str(closed), closed.until
    if shop.stop.is_set():
        return "the worker is stopping", None
    try:
        shop.jobs.lock_account(connection, request.account_number, request.id, shop.lease)
    except NotTaken as error:
        return str(error), _now() + BUSY
    return "", None


def _read(shop: Shop, taken: Taken, desk: Desk) -> Finding:
    """Raises CancellationError, Fault, LeaseLost, or whatever a browser raises."""

    def plan(robot: Any) -> Any:
        return robot.plan(taken.request)

    made = desk.run(plan)
    with shop.jobs.engine.connect() as connection:
        seen = billings_seen(connection, taken.request.id)
    return look(made, seen, taken.ended, shop.profile)


# --- what follows ---


def _judge(shop: Shop, taken: Taken, finding: Finding) -> None:
    position = taken.recheck.position
    logger.info("request {}: read again ({}): {}", taken.request.id, taken.recheck.occasion, finding.said)
    if finding.unread:
        _not_read(shop, taken, "unread", finding.unread)
    elif finding.wrong:
        _settle(shop, taken, lambda connection, again: again.found(connection, position, finding.said), hold=True)
        _alarm(shop, taken, finding)
    else:
        _settle(shop, taken, lambda connection, again: again.end(connection, position, RecheckState.FINE, finding.said))


def _settle(shop: Shop, taken: Taken, act: Callable[[Connection, Rechecks], None], *, hold: bool = False) -> None:
    """One transaction, if the re-check is still this worker's; `hold`: its account too. Raises LeaseLost."""
    again = Rechecks(shop.jobs.waiting)

    def settle() -> None:
        with shop.jobs.transaction() as connection:
            if again.is_mine(connection, taken.recheck.position, shop.lease):
                if not hold:
                    shop.jobs.free_account(connection, taken.request.id, shop.lease.id)
                act(connection, again)

    persistently(shop, settle)


def _alarm(shop: Shop, taken: Taken, finding: Finding) -> None:
    """Open the case again, and tell people; they are told in any case. Raises LeaseLost."""
    recheck, request = taken.recheck, taken.request
    said = finding.said
    try:
        reopen(shop, request, recheck.occasion, finding)
    except SQLAlchemyError as error:
        logger.warning("the database failed: {}", str(error).splitlines()[0])
        _settle(shop, taken, lambda connection, again: again.put_back(connection, recheck.position, at=_now() + BUSY))
        return
    except (RecordError, OSError) as error:
        said += f"; its case could not be opened again: {error}"

    def tell(connection: Connection, again: Rechecks) -> None:
        again.end(connection, recheck.position, RecheckState.ALARM, said)
        again.void_all(connection, request.id, "its case is open again")
        title = f"Account {request.account_number} bills again"
        notify(connection, SENTINEL, title, f"{_sentence(recheck, said)} {what_next(request.id)}", request.id)
        record(connection, SENTINEL, "reopen", request.id, said)

    _settle(shop, taken, tell)


def _not_read(shop: Shop, taken: Taken, code: str, why: str) -> None:
    """Try it again later, at most TRIES times; what concerns the whole site is no try."""
    recheck, tries = taken.recheck, taken.recheck.tries + 1
    logger.warning("request {}: could not be read again ({}): {}", taken.request.id, recheck.occasion, code)

    def settle(connection: Connection, again: Rechecks) -> None:
        if code in OF_THE_SITE or shop.stop.is_set():
            again.put_back(connection, recheck.position, why, at=None if shop.stop.is_set() else _now() + BUSY)
        elif tries < TRIES:
            wait = FIRST_RETRY * 4**recheck.tries * random.uniform(0.75, 1.25)  # noqa: S311 (jitter, no secret)
            again.put_back(connection, recheck.position, why, at=_now() + wait, tried=True)
        else:
            again.end(connection, recheck.position, RecheckState.UNREAD, why)
            if not recheck.occasion.startswith(IN_A_RECONCILIATION):  # that has a list of its own
                title = f"Account {taken.request.account_number} could not be read again"
                body = f"{_sentence(recheck, code)} Look at it by hand: it was cancelled, and may bill again."
                notify(connection, SENTINEL, title, body, taken.request.id)

    _settle(shop, taken, settle)
    if code == "maintenance":
        shop.line.park(why)
    if code == DRIFTED:
        stop_line(shop, drifted(f"account {taken.request.account_number} was read again", why))
    if code == "sign_in":
        stop_line(shop, f"the sign-in failed when account {taken.request.account_number} was read again: {why}")


def _sentence(recheck: Recheck, said: str) -> str:
    return f"Read again {occasion_in_words(recheck.occasion)}: {said.rstrip('.')}."


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

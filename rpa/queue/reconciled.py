"""What came of a reconciliation: which accounts that were cancelled bill again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select

from rpa.database.queue_tables import rechecks
from rpa.database.tables import attempts, ends, requests
from rpa.queue.rechecks import RecheckState, occasion_in_words
from rpa.queue.reopening import BILLING_CAME_BACK
from rpa.records.stored import Stored

RECONCILIATION = "reconciliation"
"""Stands for a request's id in the audit trail; the kind of the notice."""
SOME = 20
"""So many accounts are named in a notice."""


@dataclass(frozen=True)
class Listed:
    """An account in a list."""

    request_id: str
    account_number: str
    account_name: str
    seen: str


@dataclass(frozen=True)
class Reconciled:
    """The lists of one reconciliation, which may still be going on."""

    occasion: str
    accounts: int
    """Put into the queue for it."""
    fine: int
    waiting: int
    left_out: int
    """Not read in the end: the case was opened again, another request is for the account, the next night came."""
    bill_again: tuple[Listed, ...]
    unread: tuple[Listed, ...]
    open_before: tuple[Listed, ...]
    """Found by an earlier re-check; nobody has closed their cases yet."""

    @property
    def read(self) -> int:
        return self.fine + len(self.bill_again)


def reconciled(connection: Connection, occasion: str) -> Reconciled:
    """How far a reconciliation has come, and what it has found."""
    query = select(rechecks.c.state, func.count()).where(rechecks.c.occasion == occasion).group_by(rechecks.c.state)
    counts = {RecheckState(state): int(number) for state, number in connection.execute(query)}
    again = _listed(connection, occasion, RecheckState.ALARM)
    found = {one.request_id for one in again}
    return Reconciled(
        occasion=occasion,
        accounts=sum(counts.values()),
        fine=counts.get(RecheckState.FINE, 0),
        waiting=counts.get(RecheckState.WAITING, 0) + counts.get(RecheckState.WORKING, 0),
        left_out=counts.get(RecheckState.VOID, 0),
        bill_again=again,
        unread=_listed(connection, occasion, RecheckState.UNREAD),
        open_before=tuple(one for one in _still_open(connection) if one.request_id not in found),
    )


def in_sentences(found: Reconciled) -> tuple[str, str]:
    """Title and text of the notice."""
    when = occasion_in_words(found.occasion).removeprefix("in the ")
    all_again = (*found.bill_again, *found.open_before)
    count = "no account bills again" if not all_again else f"{_accounts(len(all_again))} {_bill(all_again)} again"
    said = [f"{found.read} read, {found.fine} as they should be, {len(found.unread)} could not be read."]
    if found.left_out:
        said.append(f"{found.left_out} left out: the case was opened again, or read by another reconciliation.")
    said += _named("Bill again:", found.bill_again)
    said += _named("Found earlier, and still open:", found.open_before)
    said += _named("Could not be read:", [replace(one, seen="") for one in found.unread])  # the site's words are in it
    return f"{when[:1].upper()}{when[1:]}: {count}", "\n".join(said)


def _named(heading: str, listed: Sequence[Listed]) -> list[str]:
    if not listed:
        return []
    lines = [f"- {one.account_number} (request {one.request_id}){_said(one)}" for one in listed[:SOME]]
    more = [f"- and {len(listed) - SOME} more: rpa reconcile"] if len(listed) > SOME else []
    return [heading, *lines, *more]


def _said(one: Listed) -> str:
    return f": {one.seen}" if one.seen else ""


def _accounts(number: int) -> str:
    return f"{number} account{'' if number == 1 else 's'}"


def _bill(listed: Sequence[Listed]) -> str:
    return "bills" if len(listed) == 1 else "bill"


def _listed(connection: Connection, occasion: str, state: RecheckState) -> tuple[Listed, ...]:
    query = (
        select(requests.c.content, rechecks.c.seen)
        .join(requests, requests.c.id == rechecks.c.request_id)
        .where(rechecks.c.occasion == occasion, rechecks.c.state == state)
        .order_by(rechecks.c.position)
    )
    return tuple(_one(row.content, row.seen) for row in connection.execute(query))


def _still_open(connection: Connection) -> list[Listed]:
    """The cases that a re-check has opened again, and that are open."""
    newest = select(attempts.c.request_id, func.max(attempts.c.attempt).label("attempt"))
    made = newest.group_by(attempts.c.request_id).subquery()
    alarms = (
        select(rechecks.c.request_id, func.max(rechecks.c.position).label("position"))
        .where(rechecks.c.state == RecheckState.ALARM)
        .group_by(rechecks.c.request_id)
        .subquery()
    )
    query = (
        select(requests.c.content, rechecks.c.seen)
        .join(ends, ends.c.request_id == requests.c.id)
        .join(made, (made.c.request_id == requests.c.id) & (made.c.attempt == ends.c.attempt))
        .join(alarms, alarms.c.request_id == requests.c.id)
        .join(rechecks, rechecks.c.position == alarms.c.position)
        .where(ends.c.code == BILLING_CAME_BACK)
        .order_by(requests.c.position)
    )
    return [_one(row.content, row.seen) for row in connection.execute(query)]


def _one(content: str, seen: str) -> Listed:
    request = Stored.read(content).request
    return Listed(request.id, request.account_number, request.account_name, seen)

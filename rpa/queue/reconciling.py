"""The nightly reconciliation: once a night, over all workers, the accounts that were cancelled are read again.

What has been done of it stands in the audit trail: begun, all put into the queue, told. Whichever worker looks next goes
on from there. A night that was missed is made up once: only the last one counts.
"""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, and_, func, or_, select

from flows.profile import SiteProfile
from rpa.database.queue_tables import audit, line, rechecks
from rpa.database.tables import attempts, ends, requests
from rpa.queue.jobs import Jobs
from rpa.queue.outbox import notify, record
from rpa.queue.rechecks import IS_OPEN, Rechecks, RecheckState
from rpa.queue.reconciled import RECONCILIATION, in_sentences, reconciled
from rpa.queue.sentinel import SENTINEL, WATCHED
from rpa.queue.shop import Shop
from rpa.records.stored import MARKED

BEGUN, PUT_IN, TOLD = "reconcile", "reconcile queued", "reconcile told"
NIGHTLY, BY_HAND = "nightly", "by hand"
RECENTLY = dt.timedelta(hours=20)
"""An account that was read since then is left out of a night."""
AT_ONCE = 100
"""So many re-checks are put in within one transaction: others wait for it on SQLite."""
LOOK_SECONDS = 20.0
SOME = 50


@dataclass(frozen=True)
class Run:
    """One reconciliation: `occasion` is what its re-checks bear."""

    occasion: str
    position: int
    at: dt.datetime
    by: str
    done: frozenset[str] = frozenset()
    """PUT_IN, TOLD."""


class Nightly:
    """A worker's chore."""

    def __init__(self) -> None:
        self._looked = float("-inf")

    def __call__(self, shop: Shop) -> None:
        """Look now and then what is to be done. Raises SQLAlchemyError."""
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            reconcile(shop.jobs, shop.profile)


def reconcile(queue: Jobs, profile: SiteProfile) -> None:
    """Begin the reconciliation of the last night if nobody has, and go on with those that are begun."""
    if (occasion := last_night(profile)) and all(run.occasion != occasion for run in runs(queue)):
        begin(queue, occasion, SENTINEL)
    for run in runs(queue):
        if TOLD not in run.done:
            go_on(queue, profile, run)


def last_night(profile: SiteProfile, now: dt.datetime | None = None) -> str:
    """The occasion of the last night whose hour has come at the site; empty: the profile wants none."""
    rules = profile.policy.sentinel
    if not rules.nightly:
        return ""
    here = (now or dt.datetime.now(dt.UTC)).astimezone(ZoneInfo(profile.site.time_zone))
    night = here.date() if f"{here:%H:%M}" >= rules.nightly else here.date() - dt.timedelta(days=1)
    return f"{NIGHTLY} {night.isoformat()}"


def runs(queue: Jobs) -> list[Run]:
    """The last reconciliations, newest first."""
    query = select(audit).where(audit.c.request_id == RECONCILIATION).order_by(audit.c.position.desc()).limit(SOME)
    with queue.engine.connect() as connection:
        rows = list(connection.execute(query))
    done = {row.why: {other.what for other in rows if other.why == row.why} - {BEGUN} for row in rows}
    return [Run(row.why, row.position, row.at, row.who, frozenset(done[row.why])) for row in rows if row.what == BEGUN]


def begin(queue: Jobs, occasion: str, by: str) -> bool:
    """Claim it; False: somebody else has. What an earlier night has not read yet, this one reads; one that is begun by
    hand reads all, whatever waits.
    """
    begun = (audit.c.request_id == RECONCILIATION, audit.c.what == BEGUN, audit.c.why == occasion)
    with queue.transaction() as connection:
        connection.execute(select(line.c.id).with_for_update()).all()  # one at a time, on PostgreSQL too
        if connection.execute(select(audit.c.position).where(*begun)).first() is not None:
            return False
        record(connection, by, BEGUN, RECONCILIATION, occasion)
        same = [rechecks.c.occasion.like(f"{NIGHTLY} %")]
        same += [rechecks.c.occasion.like(f"{BY_HAND} %")] if occasion.startswith(BY_HAND) else []
        Rechecks(queue.waiting).void_those(connection, (or_(*same),), f"left to the reconciliation {occasion}")
    return True


def go_on(queue: Jobs, profile: SiteProfile, run: Run) -> None:
    """Do what is next in a reconciliation: put in what is to be read; tell what came of it."""
    if PUT_IN not in run.done and not put_in(queue, profile, run):
        return
    with queue.transaction() as connection:
        if not _locked(connection, run) or TOLD in _done(connection, run):
            return
        open_ = select(func.count()).where(rechecks.c.occasion == run.occasion, IS_OPEN)
        if connection.execute(open_).scalar_one():
            return
        found = reconciled(connection, run.occasion)
        record(connection, SENTINEL, TOLD, RECONCILIATION, run.occasion)
        if found.accounts or found.open_before:
            notify(connection, "reconciliation", *in_sentences(found))


def put_in(queue: Jobs, profile: SiteProfile, run: Run) -> bool:
    """Put a re-check into the queue for each account; whether all are in. A part is in if this is killed: it goes on."""
    everything = run.occasion.startswith(BY_HAND)
    with queue.engine.connect() as connection:
        chosen = accounts(connection, profile.policy.sentinel.days, dt.timedelta() if everything else RECENTLY)
    again, now = Rechecks(queue.waiting), dt.datetime.now(dt.UTC)
    for start in range(0, len(chosen) + 1, AT_ONCE):
        some = chosen[start : start + AT_ONCE]
        with queue.transaction() as connection:
            if not _locked(connection, run) or PUT_IN in _done(connection, run):
                return True
            of_this = (rechecks.c.occasion == run.occasion, rechecks.c.request_id.in_(some))
            there = set(connection.execute(select(rechecks.c.request_id).where(*of_this)).scalars())
            for request_id in some:
                if request_id not in there:
                    again.add(connection, request_id, run.occasion, now)
            if start + AT_ONCE > len(chosen):
                record(connection, SENTINEL, PUT_IN, RECONCILIATION, run.occasion)
    return True


def accounts(connection: Connection, days: int, recently: dt.timedelta) -> list[str]:
    """The requests that cancelled an account within so many days, the last one of each account, those that were not read
    for longest first; without what was read `recently`, or may bill by a person's word.
    """
    now = dt.datetime.now(dt.UTC)
    rows = _cancelled_since(connection, now - dt.timedelta(days=days))
    newest = {row.account_number: row for row in sorted(rows, key=lambda row: row.position)}
    ids = [row.id for row in newest.values()]
    read, off = _read_at(connection, ids)
    last = {row.id: max(row.at, read.get(row.id, row.at)) for row in newest.values() if row.id not in off}
    return sorted((one for one, at in last.items() if at <= now - recently), key=last.__getitem__)


def _cancelled_since(connection: Connection, since: dt.datetime) -> list[Row[Any]]:
    newest = select(attempts.c.request_id, func.max(attempts.c.attempt).label("attempt"))
    made = newest.group_by(attempts.c.request_id).subquery()
    query = (
        select(requests.c.id, requests.c.position, requests.c.account_number, ends.c.at)
        .join(ends, ends.c.request_id == requests.c.id)
        .join(made, and_(made.c.request_id == requests.c.id, made.c.attempt == ends.c.attempt))
        .where(ends.c.end.in_([end.value for end in WATCHED]), ends.c.at >= since, requests.c.content.not_like(MARKED))
    )
    return list(connection.execute(query))


def _read_at(connection: Connection, ids: Sequence[str]) -> tuple[dict[str, dt.datetime], set[str]]:
    """When each account was last read again, and those that are not to be."""
    read: dict[str, dt.datetime] = {}
    off: set[str] = set()
    states = (RecheckState.FINE, RecheckState.ALARM, RecheckState.OFF)
    for start in range(0, len(ids), 500):
        of_these = (rechecks.c.request_id.in_(ids[start : start + 500]), rechecks.c.state.in_(states))
        for row in connection.execute(select(rechecks).where(*of_these, rechecks.c.done_at.is_not(None))):
            read[row.request_id] = max(row.done_at, read.get(row.request_id, row.done_at))
            off |= {row.request_id} if row.state == RecheckState.OFF else set()
    return read, off


def _locked(connection: Connection, run: Run) -> bool:
    """One process at a time goes on with a reconciliation."""
    query = select(audit.c.position).where(audit.c.position == run.position)
    return connection.execute(query.with_for_update()).first() is not None


def _done(connection: Connection, run: Run) -> set[str]:
    of_this = (audit.c.request_id == RECONCILIATION, audit.c.why == run.occasion)
    return set(connection.execute(select(audit.c.what).where(*of_this)).scalars())

"""The sentinel: after a `cancelled` end the account is read again (`rereading`); what is planned, and for how long."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from flows.model import CancellationRequest, End, Outcome
from flows.profile import SiteProfile
from rpa.database.tables import ends, requests
from rpa.queue.jobs import Jobs
from rpa.queue.rechecks import BILLING_DATE, Rechecks
from rpa.records.billing_seen import billings_to_stop

SENTINEL = "sentinel"
"""The kind of its notices, and its name in the audit trail."""
MORNING = dt.time(6)
WATCHED = (End.CANCELLED, End.ALREADY_CANCELLED)
OVER = (End.REFUSED, End.REFERRED, End.WITHDRAWN)
"""A later request that ended so says nothing of its account."""


class Sentinel:
    """Plans re-checks in the transaction that settles an end (`shop.AfterEnd`)."""

    def __init__(self, queue: Jobs, profile: SiteProfile) -> None:
        self._queue, self._profile = queue, profile

    def __call__(self, connection: Connection, request: CancellationRequest, outcome: Outcome) -> None:
        plan_rechecks(connection, self._queue, request, outcome, self._profile)


def plan_rechecks(
    connection: Connection, queue: Jobs, request: CancellationRequest, outcome: Outcome, profile: SiteProfile
) -> None:
    """Have the account of a request that ended as `cancelled` read again, as the profile says.

    One that was cancelled before is read by the nightly reconciliation only.
    """
    if outcome.end is not End.CANCELLED:
        return
    rules, now = profile.policy.sentinel, dt.datetime.now(dt.UTC)
    planned = [(f"{hours} h", now + dt.timedelta(hours=hours)) for hours in rules.hours]
    date = next_billing(connection, request.id, profile) if rules.billing_date else None
    if date is not None:
        planned.append((BILLING_DATE, date))
    again = Rechecks(queue.waiting)
    for occasion, due in planned:
        again.add(connection, request.id, occasion, due)


def next_billing(connection: Connection, request_id: str, profile: SiteProfile) -> dt.datetime | None:
    """The morning of the next day on which a billing had been scheduled before it was cancelled."""
    zone = ZoneInfo(profile.site.time_zone)
    today = dt.datetime.now(zone).date()
    days = [row.due for row in billings_to_stop(connection, request_id) if row.due is not None and row.due > today]
    return dt.datetime.combine(min(days), MORNING, zone).astimezone(dt.UTC) if days else None


def moot(connection: Connection, request: CancellationRequest) -> str:
    """Why there is nothing to watch any more: the case is open, or another request is for the account by now."""
    end, _ = last_end(connection, request.id)
    if end not in WATCHED:
        return f"its case is open again: {end}"
    mine = select(requests.c.position).where(requests.c.id == request.id).scalar_subquery()
    newer = (requests.c.account_number == request.account_number, requests.c.position > mine)
    others = list(connection.execute(select(requests.c.id).where(*newer).order_by(requests.c.position)).scalars())
    still = [one for one in others if last_end(connection, one)[0] not in OVER]
    return f"request {still[-1]} is for this account by now" if still else ""


def last_end(connection: Connection, request_id: str) -> tuple[str, dt.datetime]:
    query = select(ends.c.end, ends.c.at).where(ends.c.request_id == request_id).order_by(ends.c.attempt.desc())
    row = connection.execute(query.limit(1)).first()
    return (row.end, row.at) if row else ("", dt.datetime.now(dt.UTC))

"""What a cancelled account shows when it is read again: whether it bills, may bill, or has billed since."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from flows.model import AccountReading, BillingRow, Effect, Plan, ProofLine
from flows.profile import SiteProfile
from flows.proof import describe, same_billing
from flows.reading import pending, unknown_statuses
from page_objects.billing_columns import tells

PAGE, SOMEWHERE = "billing page", "the account's pages"
UNREACHED = "the billing page can only be reached with a change, and a re-check makes none"
FINE = "nothing to come, nothing billed since"
SOME = 5
"""So many billings are named one by one."""


@dataclass(frozen=True)
class Point:
    """One thing that must be true, as a proof has it; `said`: what is wrong, in words without any of the site's."""

    line: ProofLine
    said: str


@dataclass(frozen=True)
class Finding:
    """The account as freshly read; `unread`: why nothing can be said."""

    points: tuple[Point, ...] = ()
    reading: AccountReading | None = None
    unread: str = ""

    @property
    def wrong(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if not point.line.ok)

    @property
    def lines(self) -> tuple[ProofLine, ...]:
        return tuple(point.line for point in self.points)

    @property
    def said(self) -> str:
        """What was seen, in a line that may be sent to people."""
        return self.unread or "; ".join(point.said for point in self.wrong) or FINE


def look(plan: Plan, seen: Sequence[BillingRow], ended: dt.datetime, profile: SiteProfile) -> Finding:
    """Judge a plan that was made afresh: what would still have to be cancelled should be nothing.

    `seen`: the billings that were known before; `ended`: when the account was cancelled.
    """
    reading = plan.reading
    if reading.billing is None:
        return Finding(reading=reading, unread=UNREACHED)
    zone = ZoneInfo(profile.site.time_zone)
    odd = unknown_statuses(reading.billing, profile, dt.datetime.now(zone).date())
    made = _made_since(reading.billing, seen, ended.astimezone(zone).date(), profile)
    points = (
        _billings("billings Scheduled or Submitted", "to come", plan.rows_to_stop),
        _billings("billings made since the cancellation", "made since", made),
        *([_billings("billings with a status that is not known", "with an unknown status", odd)] if odd else []),
        *_licences(reading),
        *_status(plan),
    )
    return Finding(points, reading)


def _made_since(
    rows: Iterable[BillingRow], seen: Sequence[BillingRow], since: dt.date, profile: SiteProfile
) -> tuple[BillingRow, ...]:
    """Settled billings that were not there before, or had been cancelled, and that take money or tried to.

    Where the account was never read before (a person closed the case), only those that are due later can be told.
    """
    if not seen:
        since += dt.timedelta(days=1)
    words, harmless = profile.words.billing, profile.policy.sentinel.no_charge
    known = [row for row in seen if row not in pending((row,), profile) and not tells(row.status, words.cancelled)]
    return tuple(
        row
        for row in rows
        if tells(row.status, words.settled)
        and not tells(row.status, (*words.cancelled, *harmless))
        and (row.amount is None or row.amount > 0)
        and (bool(seen) if row.due is None else row.due >= since)
        and not any(same_billing(row, other) for other in known)
    )


def _billings(claim: str, what: str, rows: Sequence[BillingRow]) -> Point:
    some = ", ".join(f"{describe(row)} {row.status}" for row in rows[:SOME])
    more = f" and {len(rows) - SOME} more" if len(rows) > SOME else ""
    return _point("8", claim, "none", f"{some}{more}" or "none", PAGE, said=counted(rows, what), ok=not rows)


def counted(rows: Sequence[BillingRow], what: str) -> str:
    """How many, how much, when: "2 billings to come, 99.90, due 2026-12-15 to 2027-01-14"."""
    told = [row.amount for row in rows if row.amount is not None]
    lacking = f" and {len(rows) - len(told)} without a readable amount" if len(told) < len(rows) else ""
    days = sorted({row.due.isoformat() for row in rows if row.due is not None})
    due = f", due {' to '.join(days[:1] + days[-1:] if len(days) > 1 else days)}" if days else ""
    return f"{len(rows)} billing{'' if len(rows) == 1 else 's'} {what}, {sum(told, Decimal(0)):,.2f}{lacking}{due}"


def _licences(reading: AccountReading) -> list[Point]:
    """None where no page shows the count: the billing tells."""
    count = reading.license_count
    page, said = reading.sources.get("license_count", SOMEWHERE), f"the license count is {count}"
    return [] if count is None else [_point("6.1", "license count", "0", str(count), page, said=said, ok=count == 0)]


def _status(plan: Plan) -> list[Point]:
    status, page = plan.reading.account_status, plan.reading.sources.get("account_status", SOMEWHERE)
    deleted = not any(one.effect is Effect.SET_STATUS and one.needed for one in plan.effects)
    said = "the account status is not DELETE"
    return [] if status is None else [_point("6.3", "account status", "DELETE", status, page, said=said, ok=deleted)]


def _point(clause: str, claim: str, expected: str, seen: str, page: str, *, said: str, ok: bool) -> Point:
    line = ProofLine(clause=clause, claim=claim, expected=expected, seen=seen, page=page, ok=ok)
    return Point(line, said)

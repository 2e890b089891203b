"""The before/after table: what the account was, and what it is."""

import re
from decimal import Decimal
from typing import NamedTuple

from flows.model import AccountReading, BillingRow, FormValues
from rpa.cases.case import CaseFile

NOT_READ = "not read"
NOT_SHOWN = "not shown"


class Compared(NamedTuple):
    label: str
    before: str
    after: str
    changed: bool


def compare(case: CaseFile) -> list[Compared]:
    """One line for each thing a cancellation changes, or changes on its way; empty without a snapshot."""
    was, now = case.snapshot, case.after
    if was is None:
        return []
    location = in_words(was.server_location)
    module = case.module or NOT_READ
    return [
        _compared("Licenses", in_words(was.license_count), now.license_count),
        _compared("Account status", in_words(was.account_status), now.account_status),
        _compared("Billing still to be taken", _pending(was.billing, case), _pending(now.billing, case)),
        _compared("Billing cancelled", _rows(was.cancelled_billing), _rows(now.cancelled_billing)),
        _compared("Form “Required for Cancellation”", form_in_words(was.form), now.form),
        _compared("Organization / contact info", in_words(was.contact_info), now.contact_info),
        # The robot reads these two again only if it changed them.
        _compared("Server Location", location, now.server_location or location),
        _compared("App module", module, now.module or module),
    ]


def _compared(name: str, before: str, after: str | None) -> Compared:
    told = NOT_READ if after is None else in_words(after)
    return Compared(name, before, told, changed=told != NOT_READ and before not in {told, NOT_READ})


def in_words(value: object) -> str:
    """A value as the table shows it; None: no page showed it."""
    if value is None:
        return NOT_SHOWN
    return str(value) if str(value).strip() else "empty"


def form_in_words(form: FormValues | None) -> str:
    """The form in the words in which the flow tells it after the effect."""
    if form is None:
        return "not on the page"
    box = {True: "ticked", False: "not ticked", None: "not on the page"}[form.opt_out]
    reason = form.reason if not form.reason_text else f"{form.reason}: {form.reason_text}"
    return f"date {form.date or '(empty)'}, reason {reason or '(empty)'}, opt out {box}"


def _pending(rows: tuple[BillingRow, ...] | None, case: CaseFile) -> str:
    if rows is None:
        return NOT_READ
    found = pending_rows(rows, case.pending)
    counts = [f"{len(pending_rows(found, (status,)))} {status}" for status in case.pending]
    return f"{', '.join(counts)}: {money(found)}" if found else "none"


def _rows(rows: tuple[BillingRow, ...] | None) -> str:
    if not rows:
        return NOT_READ if rows is None else "none"
    return f"{len(rows)} {'row' if len(rows) == 1 else 'rows'}: {money(rows)}"


def pending_rows(rows: tuple[BillingRow, ...], statuses: tuple[str, ...]) -> tuple[BillingRow, ...]:
    """The rows that mean money still to be taken; "Scheduled (retry)" is Scheduled."""
    words = [status.casefold() for status in statuses]
    return tuple(row for row in rows if any(word in row.status.casefold() for word in words))


def pending_of(reading: AccountReading, statuses: tuple[str, ...]) -> tuple[BillingRow, ...]:
    return pending_rows(reading.billing or (), statuses)


def money(rows: tuple[BillingRow, ...]) -> str:
    """The sum, with the currency sign if all rows have the same, and how many have no readable amount."""
    told = [(row.amount, row.amount_text) for row in rows if row.amount is not None]
    signs = {re.split(r"[\d(.-]", text.strip(), maxsplit=1)[0] for _, text in told}
    total = f"{sum((amount for amount, _ in told), Decimal(0)):,.2f}"
    unread = f" and {len(rows) - len(told)} without an amount" if len(rows) > len(told) else ""
    return f"{signs.pop() if len(signs) == 1 else ''}{total}{unread}"

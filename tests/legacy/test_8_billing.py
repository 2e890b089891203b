"""Clauses 8 and 9: the billings, and what of them says Scheduled or has been cancelled."""

from collections.abc import Iterable

import pytest

from fixtures.plugin import AdminAccount
from flows.model import BillingRow
from flows.profile import SiteProfile
from flows.reading import pending, rows_of
from page_objects.ar_billing_page import ArBillingPage
from page_objects.billing_columns import tells


@pytest.mark.clause("8")
def test_each_billing_has_a_number_a_due_date_an_amount_and_a_status(
    ordinary_account: AdminAccount, ar_billing_page: ArBillingPage, profile: SiteProfile
) -> None:
    rows = rows_of(ar_billing_page.rows(), profile)
    assert rows, f"account {ordinary_account.number} shows no billing"
    assert not (bad := unreadable(rows)), f"can't be read: {bad}"


@pytest.mark.clause("8")
def test_a_billing_says_scheduled_off_to_the_right_side(
    ordinary_account: AdminAccount, ar_billing_page: ArBillingPage, profile: SiteProfile
) -> None:
    rows = ar_billing_page.rows()
    assert pending(rows_of(rows, profile), profile), f"no billing of {ordinary_account.number} says Scheduled"
    headings = [heading for heading, _ in rows[0].cells]
    status = [n for n, (_, text) in enumerate(rows[0].cells) if text and text == rows[0].status]
    due = [n for n, (_, text) in enumerate(rows[0].cells) if text == rows[0].due]
    assert min(due) < max(status), f"the status does not stand to the right of the due date: {', '.join(headings)}"


@pytest.mark.clause("8")
def test_each_status_is_one_that_the_profile_knows(ar_billing_page: ArBillingPage, profile: SiteProfile) -> None:
    words = profile.words.billing
    known = (*words.pending, *words.settled, *words.cancelled)
    new = sorted({row.status for row in ar_billing_page.rows() if not tells(row.status, known)})
    assert not new, f"statuses never seen before: {', '.join(new)}"


@pytest.mark.clause("8")
def test_every_page_of_many_billings_is_read(
    paged_billing_account: AdminAccount, ar_billing_page: ArBillingPage
) -> None:
    first = ar_billing_page.table.rows_on(ar_billing_page.tab.settled())
    rows = ar_billing_page.rows()
    assert len(rows) > len(first), f"{len(rows)} billings were read, and {len(first)} stand on the first page already"
    assert len(set(rows)) == len(rows), "some billings were read twice"


@pytest.mark.clause("8")
def test_an_account_without_future_billing_shows_none_that_says_scheduled(
    already_cancelled_account: AdminAccount, ar_billing_page: ArBillingPage, profile: SiteProfile
) -> None:
    left = pending(rows_of(ar_billing_page.rows(), profile), profile)
    assert not left, f"account {already_cancelled_account.number} still shows {told(left)}"


@pytest.mark.clause("9")
def test_the_cancelled_tab_shows_what_billing_has_been_cancelled(
    already_cancelled_account: AdminAccount, ar_billing_page: ArBillingPage, profile: SiteProfile
) -> None:
    rows = rows_of(ar_billing_page.cancelled_rows(), profile)
    assert rows, f"the Cancelled tab of {already_cancelled_account.number} shows nothing"
    odd = [row for row in rows if row.status and not tells(row.status, profile.words.billing.cancelled)]
    assert not odd, f"on the Cancelled tab stands {told(odd)}"
    assert not (bad := unreadable(rows, "status")), f"can't be read: {bad}"


@pytest.mark.clause("9")
def test_the_cancelled_tab_of_an_account_with_none_says_that_there_is_none(
    ordinary_account: AdminAccount, ar_billing_page: ArBillingPage
) -> None:
    rows = ar_billing_page.cancelled_rows()  # raises, with a sentence, where the tab did not load
    assert not rows, f"{len(rows)} billings of {ordinary_account.number} stand on the Cancelled tab"


def unreadable(rows: Iterable[BillingRow], may_lack: str = "") -> str:
    """What each row lacks, in a sentence; "" if none does."""
    fields = [name for name in ("number", "due", "amount", "status") if name != may_lack]
    lacks = {name: [row for row in rows if getattr(row, name) in {None, ""}] for name in fields}
    return "; ".join(f"{name} of {told(some)}" for name, some in lacks.items() if some)


def told(rows: Iterable[BillingRow]) -> str:
    return "; ".join(", ".join(text for _, text in row.cells) for row in list(rows)[:3])

"""Clauses 7 to 9, read only: Link to AR, the role it asks for, the billings, and what of them has been cancelled."""

from collections.abc import Callable, Iterable

import pytest

from flows.model import BillingRow
from flows.profile import SiteProfile
from flows.reading import pending, rows_of
from flows.walk import Walk
from page_objects.app_module_switcher import AppModuleSwitcher
from page_objects.ar_billing_page import ArBillingPage
from page_objects.billing_columns import tells
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.obstacles import RoleDenied
from page_objects.organization_page import OrganizationPage
from page_objects.wording import says
from rpa.testing import AdminAccount


@pytest.mark.clause("7")
def test_link_to_ar_with_number_and_name_leads_to_the_billing_page_and_a_way_leads_back(
    admin_account: AdminAccount, walk: Walk, ar_billing_page: ArBillingPage
) -> None:
    told = walk.stated(walk.confirm(ar_billing_page))
    assert admin_account.number in " ".join(told.values()), f"the billing page does not state the account: {told}"
    assert walk.fresh_start().here(), "no way leads back to the Cancellation Start Page"


@pytest.mark.clause("7a")
def test_a_page_says_that_the_current_role_does_not_have_access(
    role_denied_account: AdminAccount, walk: Walk, start_page: CancellationStartPage
) -> None:
    said = denied(lambda: walk.to_billing(start_page).rows())
    assert said, f"the role has access to the billing page of {role_denied_account.number}: it should be denied here"
    sentence = start_page.words.obstacles.role_denied[0]
    assert sentence.casefold() in said.casefold(), f'the page says "{said}"'


@pytest.mark.clause("7a")
def test_the_app_module_drop_down_offers_premium_edition(organization_page: OrganizationPage) -> None:
    switcher, words = AppModuleSwitcher(organization_page.tab), organization_page.words.obstacles
    found = switcher.choice.find(organization_page.tab.settled())
    assert len(found) == 1, f"the App Module drop-down is on the record {len(found)} times"
    with organization_page.tab.setting.reading_only():  # a list that is opened to be read sends nothing
        offered = switcher.choice.options(found[0])
        switcher.choice.close(found[0], offered)
    names = [one.text for one in offered]
    assert any(says(name, words.premium_edition) for name in names), f"Premium Edition is not among {', '.join(names)}"


@pytest.mark.clause("8")
def test_each_billing_has_a_number_a_due_date_an_amount_and_a_status_that_is_known(
    ordinary_account: AdminAccount, ar_billing_page: ArBillingPage, profile: SiteProfile
) -> None:
    rows, words = rows_of(ar_billing_page.rows(), profile), profile.words.billing
    assert rows, f"account {ordinary_account.number} shows no billing"
    assert not (bad := unreadable(rows)), f"can't be read: {bad}"
    known = (*words.pending, *words.settled, *words.cancelled)
    new = sorted({row.status for row in rows if not tells(row.status, known)})
    assert not new, f"statuses never seen before: {', '.join(new)}"


@pytest.mark.clause("8")
def test_a_billing_says_scheduled_off_to_the_right_side(
    ordinary_account: AdminAccount, ar_billing_page: ArBillingPage, profile: SiteProfile
) -> None:
    rows = ar_billing_page.rows()
    scheduled = pending(rows_of(rows, profile), profile)
    assert scheduled, f"no billing of {ordinary_account.number} says Scheduled"
    texts = [text for _, text in scheduled[0].cells]
    right = texts.index(scheduled[0].status) > texts.index(scheduled[0].amount_text)
    assert right, f"the status does not stand to the right of the amount: {', '.join(texts)}"


@pytest.mark.clause("8")
def test_every_page_of_many_billings_is_read(
    paged_billing_account: AdminAccount, ar_billing_page: ArBillingPage
) -> None:
    first = ar_billing_page.table.rows_on(ar_billing_page.tab.settled())
    rows = ar_billing_page.rows()
    number = paged_billing_account.number
    assert len(rows) > len(first), (
        f"{len(rows)} billings of {number} were read, and {len(first)} stand on the first page"
    )
    assert len(set(rows)) == len(rows), f"some billings of {number} were read twice"


@pytest.mark.clause("8", "9")
def test_without_future_billing_none_says_scheduled_and_the_cancelled_tab_shows_what_was_cancelled(
    already_cancelled_account: AdminAccount, ar_billing_page: ArBillingPage, profile: SiteProfile
) -> None:
    left = pending(rows_of(ar_billing_page.rows(), profile), profile)
    assert not left, f"account {already_cancelled_account.number} still shows {told(left)}"
    rows = rows_of(ar_billing_page.cancelled_rows(), profile)
    assert rows, f"the Cancelled tab of {already_cancelled_account.number} shows nothing"
    odd = [row for row in rows if row.status and not tells(row.status, profile.words.billing.cancelled)]
    assert not odd, f"on the Cancelled tab stands {told(odd)}"
    assert not (bad := unreadable(rows, "status")), f"can't be read: {bad}"


@pytest.mark.clause("9")
def test_what_is_scheduled_does_not_stand_on_the_cancelled_tab(
    ordinary_account: AdminAccount, ar_billing_page: ArBillingPage, profile: SiteProfile
) -> None:
    scheduled = {row.number for row in pending(rows_of(ar_billing_page.rows(), profile), profile)}
    cancelled = {row.number for row in ar_billing_page.cancelled_rows()}  # raises where the tab did not load
    both = sorted(scheduled & cancelled)
    assert not both, f"of {ordinary_account.number} stand on both tabs: {', '.join(both)}"


def denied(act: Callable[[], object]) -> str:
    """What a page says to the role that has no access to it; "" where it has."""
    try:
        act()
    except RoleDenied as seen:
        return seen.what
    return ""


def unreadable(rows: Iterable[BillingRow], may_lack: str = "") -> str:
    """What rows lack, in a sentence; "" if none lacks anything."""
    fields = [name for name in ("number", "due", "amount", "status") if name != may_lack]
    lacks = {name: [row for row in rows if getattr(row, name) in {None, ""}] for name in fields}
    return "; ".join(f"{name} of {told(some)}" for name, some in lacks.items() if some)


def told(rows: Iterable[BillingRow]) -> str:
    return "; ".join(", ".join(text for _, text in row.cells) for row in list(rows)[:3])

"""Clause 7 and 7a: Link to AR, and the role that does not have access to it."""

from collections.abc import Callable

import pytest

from fixtures.plugin import AdminAccount
from flows.walk import Walk
from page_objects.app_module_switcher import AppModuleSwitcher
from page_objects.ar_billing_page import ArBillingPage
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.obstacles import RoleDenied
from page_objects.organization_page import OrganizationPage
from page_objects.wording import says


@pytest.mark.clause("7")
def test_link_to_ar_with_number_and_name_leads_to_the_billing_page_of_the_account(
    admin_account: AdminAccount, walk: Walk, ar_billing_page: ArBillingPage
) -> None:
    told = walk.stated(walk.confirm(ar_billing_page))
    assert admin_account.number in " ".join(told.values()), f"the billing page does not state the account: {told}"


@pytest.mark.clause("7")
def test_one_can_go_back_to_the_cancellation_start_page(walk: Walk, ar_billing_page: ArBillingPage) -> None:
    assert walk.fresh_start().here(), f"no way leads back from {ar_billing_page.whereabouts()}"


@pytest.mark.clause("7a")
def test_a_page_says_that_the_current_role_does_not_have_access(
    role_denied_account: AdminAccount, start_page: CancellationStartPage
) -> None:
    said = denied(lambda: start_page.open_billing(role_denied_account.number, role_denied_account.name).rows())
    assert said, (
        f"the role has access to the billing page of {role_denied_account.number}: one that it is denied is needed"
    )
    sentence = start_page.words.obstacles.role_denied[0]
    assert sentence.casefold() in said.casefold(), f'the page says "{said}"'


@pytest.mark.clause("7a")
def test_the_app_module_drop_down_offers_premium_edition(organization_page: OrganizationPage) -> None:
    switcher, words = AppModuleSwitcher(organization_page.tab), organization_page.words.obstacles
    found = switcher.choice.find(organization_page.tab.settled())
    assert len(found) == 1, f"the App Module drop-down is on the record {len(found)} times"
    offered = switcher.choice.options(found[0])
    switcher.choice.close(found[0], offered)
    assert any(says(one.text, words.premium_edition) for one in offered), (
        f"Premium Edition is not among {', '.join(one.text for one in offered)}"
    )


def denied(act: Callable[[], object]) -> str:
    """What a page says to the role that has no access to it; "" where it has."""
    try:
        act()
    except RoleDenied as seen:
        return seen.what
    return ""

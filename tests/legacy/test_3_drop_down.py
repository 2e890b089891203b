"""Clauses 3 and 4: the drop-down in the purple section, and (NewManageAcctsLink) in it."""

import pytest

from fixtures.plugin import AdminAccount
from flows.profile import DropDown, SiteProfile
from flows.walk import Walk
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.link_menu import LinkMenu
from page_objects.organization_page import OrganizationPage


@pytest.mark.clause("3")
def test_the_drop_down_for_the_account_number_stands_in_the_record(
    organization_page: OrganizationPage, drop_down: DropDown
) -> None:
    screen = organization_page.show((drop_down.label,))
    assert LinkMenu(organization_page.tab, drop_down.label).visible(screen), f'"{drop_down.label}" is not in the record'


@pytest.mark.clause("3")
def test_numbers_that_start_with_5_6_and_7_have_a_drop_down(profile: SiteProfile) -> None:
    without = [series for series in ("500000", "600000", "700000") if profile.drop_down_for(series) is None]
    assert not without, f"the profile has no drop-down for numbers like {', '.join(without)}"


@pytest.mark.clause("4")
def test_new_manage_accts_link_brings_up_the_cancellation_start_page_of_the_account(
    admin_account: AdminAccount, walk: Walk, start_page: CancellationStartPage
) -> None:
    told = walk.stated(walk.confirm(start_page))
    assert admin_account.number in " ".join(told.values()), f"the start page does not state the account: {told}"


@pytest.mark.clause("4")
def test_its_link_is_live_and_leads_on_by_itself(
    ordinary_account: AdminAccount, organization_page: OrganizationPage, drop_down: DropDown
) -> None:
    start = organization_page.open_start_page(drop_down.label, drop_down.link)
    assert start.here(), f"the link of {ordinary_account.number} does not lead to the Cancellation Start Page"

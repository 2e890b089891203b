"""Clauses 4a to 4c: what is there for a link that is not accessible. Read only; test_4_recoveries.py goes through with it."""

from collections.abc import Callable

import pytest

from fixtures.plugin import AdminAccount
from flows.profile import SiteProfile
from flows.walk import Walk
from page_objects.backend_look_up import BackendLookUp
from page_objects.organization_page import OrganizationPage


@pytest.mark.clause("4a")
def test_a_link_that_is_not_accessible_is_known_as_such(
    dead_link_account: AdminAccount, organization_page: OrganizationPage, leads_on: Callable[[OrganizationPage], bool]
) -> None:
    assert not leads_on(organization_page), f"the link of {dead_link_account.number} is live: a dead one is needed here"


@pytest.mark.clause("4a")
def test_the_record_offers_the_update_button(
    dead_link_account: AdminAccount, organization_page: OrganizationPage
) -> None:
    button = organization_page.update_button()  # raises, with a sentence, where it is missing or not clear which it is
    assert not button.control.disabled, f'"Update" can\'t be pressed in the record of {dead_link_account.number}'


@pytest.mark.clause("4b")
def test_there_is_no_url_in_the_server_location_and_no_access_to_the_link(
    server_location_missing_account: AdminAccount,
    organization_page: OrganizationPage,
    leads_on: Callable[[OrganizationPage], bool],
) -> None:
    location = organization_page.server_location(organization_page.tab.glance())
    assert location == "", f"Server Location of {server_location_missing_account.number} reads {location!r}"
    assert not leads_on(organization_page), f"the link of {server_location_missing_account.number} is live"


@pytest.mark.clause("4b")
def test_the_server_location_field_can_be_filled_in(
    server_location_missing_account: AdminAccount, organization_page: OrganizationPage
) -> None:
    label = organization_page.words.organization.server_location
    fields = organization_page.show(label).fields(label)
    assert len(fields) == 1, f'the record has {len(fields)} fields called "{label[0]}"'
    assert not fields[0].control.readonly, f'nothing can be entered in "{label[0]}"'


@pytest.mark.clause("4b")
def test_the_profile_knows_the_server_location_url_of_the_account(
    server_location_missing_account: AdminAccount, organization_page: OrganizationPage, profile: SiteProfile
) -> None:
    server = organization_page.labelled(organization_page.tab.glance(), profile.server_field) or ""
    url = profile.server_location_for(server_location_missing_account.number, server)
    assert url, f"the profile has no Server Location URL for account {server_location_missing_account.number}"


@pytest.mark.clause("4c")
def test_going_to_the_backend_url_is_the_second_option(
    backend_only_account: AdminAccount, walk: Walk, backend_look_up_page: BackendLookUp
) -> None:
    start = backend_look_up_page.open_start_page(backend_only_account.name, backend_only_account.number)
    told = walk.stated(walk.confirm(start))
    assert backend_only_account.number in " ".join(told.values()), f"the backend shows another account: {told}"

"""Clauses 3 to 4c, read only: the drop-down in the purple section, its link, and what helps where that is dead."""

from collections.abc import Callable

import pytest

from flows.profile import DropDown, SiteProfile
from flows.walk import Walk
from page_objects.backend_look_up import BackendLookUp
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.link_menu import LinkMenu
from page_objects.organization_page import OrganizationPage
from rpa.testing import AdminAccount

IsDead = Callable[[], bool]


@pytest.mark.clause("3")
def test_the_drop_down_for_the_account_number_stands_in_the_record(
    organization_page: OrganizationPage, drop_down: DropDown
) -> None:
    menu = LinkMenu(organization_page.tab, drop_down.label)
    there = menu.visible(organization_page.show((drop_down.label,)))
    there = there or menu.visible(organization_page.tab.settled())  # it may come late
    assert there, f'"{drop_down.label}" is not in the record'


@pytest.mark.clause("3")
def test_there_is_a_drop_down_for_numbers_of_the_series_500_600_and_700(profile: SiteProfile) -> None:
    without = [series for series in ("500000", "600000", "700000") if profile.drop_down_for(series) is None]
    assert not without, f"the profile has no drop-down for numbers like {', '.join(without)}"


@pytest.mark.clause("4")
def test_new_manage_accts_link_is_live_and_brings_up_the_cancellation_start_page_of_the_account(
    ordinary_account: AdminAccount, walk: Walk, press_link: Callable[[], CancellationStartPage]
) -> None:
    told = walk.stated(walk.confirm(press_link()))
    assert ordinary_account.number in " ".join(told.values()), f"the start page states another account: {told}"


@pytest.mark.clause("4a")
def test_where_the_link_is_not_accessible_there_is_an_update_button(
    dead_link_account: AdminAccount, organization_page: OrganizationPage, is_dead: IsDead
) -> None:
    button = organization_page.update_button()  # raises, with a sentence, where it is missing or not clear which it is
    assert not button.control.disabled, f'"Update" can\'t be pressed in the record of {dead_link_account.number}'
    assert is_dead(), f"the link of {dead_link_account.number} is live: a dead one is needed here"


@pytest.mark.clause("4b")
def test_without_a_url_in_the_server_location_one_has_no_access_to_the_link(
    server_location_missing_account: AdminAccount, organization_page: OrganizationPage, is_dead: IsDead
) -> None:
    location = organization_page.server_location(organization_page.tab.glance())
    assert location == "", f"Server Location of {server_location_missing_account.number} reads {location!r}"
    assert is_dead(), f"the link of {server_location_missing_account.number} is live"


@pytest.mark.clause("4b")
def test_the_server_location_url_is_known_and_can_be_entered(
    server_location_missing_account: AdminAccount, organization_page: OrganizationPage, profile: SiteProfile
) -> None:
    number, label = server_location_missing_account.number, organization_page.words.organization.server_location
    fields = organization_page.show(label).fields(label)
    assert len(fields) == 1, f'the record has {len(fields)} fields called "{label[0]}"'
    assert not fields[0].control.readonly, f'nothing can be entered in "{label[0]}"'
    server = organization_page.labelled(organization_page.tab.glance(), profile.server_field) or ""
    assert profile.server_location_for(number, server), f"the profile has no Server Location URL for account {number}"


@pytest.mark.clause("4c")
def test_going_to_the_backend_url_is_the_second_option(
    backend_only_account: AdminAccount, walk: Walk, backend_look_up_page: BackendLookUp
) -> None:
    with walk.opening("start_page", None):
        start = backend_look_up_page.open_start_page(backend_only_account.name, backend_only_account.number)
    told = walk.stated(walk.confirm(start))
    assert backend_only_account.number in " ".join(told.values()), f"the backend shows another account: {told}"

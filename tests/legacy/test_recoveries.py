"""Clauses 4a to 4c and 7a, gone through with: what was not accessible is reached."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from fixtures.standin import AccountTruth
from flows.modules import put_module_back
from flows.profile import SiteProfile
from flows.runner import Runner
from flows.session import SentRequests
from flows.walk import Walk
from page_objects.backend_look_up import BackendLookUp
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.obstacles import RoleDenied
from page_objects.organization_page import OrganizationPage
from rpa.testing import AdminAccount

pytestmark = pytest.mark.admin_effects
Effects = Callable[..., AbstractContextManager[SentRequests]]
IsDead = Callable[[], bool]
Press = Callable[[], CancellationStartPage]
Known = Callable[[], AccountTruth | None]


@pytest.mark.clause("4a")
def test_update_makes_it_a_live_hyperlink_again(
    dead_link_account: AdminAccount, walk: Walk, organization_page: OrganizationPage, press_link: Press,
    effects: Effects, known: Known, assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    with effects("4a"):
        organization_page.press_update()
    walk.to_organization()
    told = walk.stated(walk.confirm(press_link()))
    assert dead_link_account.number in " ".join(told.values()), f"the link leads to {told}"
    truth = known()
    assert truth is None or truth.links_live, "the site has not made the link live"
    assert_nothing_else("update_organization")


@pytest.mark.clause("4b")
def test_entering_the_server_location_url_and_update_make_the_link_appear(
    server_location_missing_account: AdminAccount, walk: Walk, organization_page: OrganizationPage, press_link: Press,
    profile: SiteProfile, effects: Effects, known: Known, assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    server = organization_page.labelled(organization_page.tab.glance(), profile.server_field) or ""
    url = profile.server_location_for(server_location_missing_account.number, server)
    assert url, f"the profile has no Server Location URL for account {server_location_missing_account.number}"
    organization_page.enter_server_location(url)
    with effects("4b"):
        organization_page.press_update()
    again = walk.to_organization()
    saved = again.server_location(again.tab.glance())
    assert saved == url, f'Server Location reads "{saved}" after Update, not "{url}"'
    walk.confirm(press_link())
    truth = known()
    assert truth is None or truth.server_location == url, "the site has not saved the Server Location"
    assert_nothing_else("update_organization")


@pytest.mark.clause("4c")
def test_if_update_does_not_help_the_backend_url_does(
    backend_only_account: AdminAccount, walk: Walk, organization_page: OrganizationPage, is_dead: IsDead,
    backend_look_up_page: BackendLookUp, effects: Effects, assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    with effects("4a"):
        organization_page.press_update()
    number = backend_only_account.number
    walk.to_organization()
    assert is_dead(), f"the link of {number} is live: one that Update does not help is needed"
    with walk.opening("start_page", None):
        start = backend_look_up_page.open_start_page(backend_only_account.name, number)
    told = walk.stated(walk.confirm(start))
    assert number in " ".join(told.values()), f"the backend shows {told}"
    assert_nothing_else("update_organization")


@pytest.mark.clause("7a")
def test_changing_to_premium_edition_and_going_back_brings_one_to_the_billing_page(
    role_denied_account: AdminAccount, walk: Walk, start_page: CancellationStartPage, effects: Effects,
    assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    number = role_denied_account.number
    assert is_denied(walk, start_page), f"the role has access to the billing page of {number} already"
    walk.planning = False
    with effects("7a"):
        try:  # the runner takes the recovery `switch_to_premium_and_return`: back may land on a page that has expired
            rows = Runner(walk).carefully(lambda: walk.to_billing(walk.fresh_start()).rows())
        finally:
            put_module_back(walk)
    assert "7a" in walk.recovered, "the billing page was reached without a change of the App Module"
    assert rows, f"the billing page of {number} shows no billing in Premium Edition"
    assert not walk.module_changed, "the App Module was not put back"
    assert_nothing_else("switch_module")


def is_denied(walk: Walk, start: CancellationStartPage) -> bool:
    try:
        walk.to_billing(start).rows()
    except RoleDenied:
        return True
    return False

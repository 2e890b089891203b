"""Clause 2: look up their Account Name under Organization."""

import pytest

from fixtures.plugin import AdminAccount
from flows.walk import Walk
from page_objects.organization_page import OrganizationPage
from page_objects.organization_search import OrganizationSearch

pytestmark = pytest.mark.clause("2")
NOBODY = "Nobody has this Account Name 801493"


def test_the_account_is_found_by_its_account_name_under_organization(
    admin_account: AdminAccount, look_up_page: OrganizationSearch
) -> None:
    found = look_up_page.search(admin_account.name, admin_account.number)
    hits = (
        [found] if isinstance(found, OrganizationPage) else [one for one in found if one.numbers(admin_account.number)]
    )
    assert len(hits) == 1, f"the look-up shows account {admin_account.number} {len(hits)} times"


def test_its_record_states_account_number_and_name(
    admin_account: AdminAccount, walk: Walk, organization_page: OrganizationPage
) -> None:
    told = walk.stated(walk.confirm(organization_page))
    assert admin_account.number in " ".join(told.values()), f"the record does not state {admin_account.number}: {told}"


def test_an_account_name_that_nobody_has_is_not_found(look_up_page: OrganizationSearch) -> None:
    found = look_up_page.search(NOBODY)
    assert found == [], f'the look-up shows something for "{NOBODY}"'

"""Clause 1: some accounts have the ability to cancel within their own account."""

import pytest

from fixtures.plugin import AdminAccount
from flows.steps import is_self_service
from flows.walk import Walk
from page_objects.organization_page import OrganizationPage

pytestmark = pytest.mark.clause("1")


def test_the_record_of_an_account_that_can_cancel_within_itself_says_so(
    self_service_account: AdminAccount, walk: Walk, organization_page: OrganizationPage
) -> None:
    assert is_self_service(walk, organization_page), (
        f"the record of {self_service_account.number} does not say that the customer can cancel within the account"
    )


def test_the_record_of_an_account_that_cannot_does_not_say_so(
    ordinary_account: AdminAccount, walk: Walk, organization_page: OrganizationPage
) -> None:
    assert not is_self_service(walk, organization_page), (
        f"the record of {ordinary_account.number} says that the customer can cancel within the account"
    )

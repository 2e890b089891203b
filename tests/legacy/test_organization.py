"""Clauses 1, 2 and 10: the account's record under Organization, and the form on it."""

import pytest

from fixtures.plugin import AdminAccount
from flows.profile import SiteProfile
from flows.results import open_result
from flows.steps import is_self_service
from flows.walk import Walk
from page_objects.organization_page import OrganizationPage
from page_objects.organization_search import OrganizationSearch

NOBODY = "Nobody has this Account Name 801493"
REASON = "Too expensive for us"


@pytest.mark.clause("1")
def test_the_record_of_an_account_that_can_cancel_within_itself_says_so(
    self_service_account: AdminAccount, walk: Walk, organization_page: OrganizationPage
) -> None:
    said = is_self_service(walk, organization_page)
    assert said, (
        f"the record of {self_service_account.number} does not say that the customer can cancel within the account"
    )


@pytest.mark.clause("1")
def test_the_record_of_an_account_that_cannot_says_nothing_of_it(
    ordinary_account: AdminAccount, walk: Walk, organization_page: OrganizationPage
) -> None:
    said = is_self_service(walk, organization_page)
    assert not said, f"the record of {ordinary_account.number} says that the customer can cancel within the account"


@pytest.mark.clause("2")
def test_the_account_is_found_by_its_account_name_under_organization(
    admin_account: AdminAccount, walk: Walk, look_up_page: OrganizationSearch
) -> None:
    found = look_up_page.search(admin_account.name, admin_account.number)
    page = found if isinstance(found, OrganizationPage) else open_result(walk, look_up_page, found)
    told = walk.stated(walk.confirm(page))  # raises, with a sentence, where number or name is another one
    assert admin_account.number in " ".join(told.values()), f"the record does not state {admin_account.number}: {told}"


@pytest.mark.clause("2")
def test_an_account_name_that_nobody_has_is_not_found(look_up_page: OrganizationSearch) -> None:
    found = look_up_page.search(NOBODY)
    assert found == [], f'the look-up shows something for "{NOBODY}"'


@pytest.mark.clause("10")
def test_the_form_says_required_for_cancellation_and_has_date_reason_and_opt_out(
    organization_page: OrganizationPage,
) -> None:
    screen, words = organization_page.show_form(), organization_page.words.form
    assert screen.shows(words.heading), f'"{words.heading[0]}" is not on the Organization page'
    form = organization_page.form.read(screen)
    lacks = [name.replace("_", " ") for name in ("date", "reason", "opt_out") if getattr(form, name) is None]
    assert not lacks, f"the form has no field for: {', '.join(lacks)}"


@pytest.mark.clause("10")
def test_the_form_is_empty_and_can_be_filled_out_as_long_as_the_account_is_not_cancelled(
    ordinary_account: AdminAccount, organization_page: OrganizationPage, profile: SiteProfile
) -> None:
    form = organization_page.read_form(organization_page.show_form())
    assert not form.date, f"the form of {ordinary_account.number} tells a date of cancellation: {form.date}"
    ready = organization_page.form.ready(profile.reason_on_form(REASON), opt_out=True)
    assert not ready.lacks, "; ".join(ready.lacks)


@pytest.mark.clause("10")
def test_the_form_tells_when_and_why_an_account_was_cancelled(
    already_cancelled_account: AdminAccount, organization_page: OrganizationPage, profile: SiteProfile
) -> None:
    form = organization_page.read_form(organization_page.show_form())
    assert profile.read_date(form.date or ""), f'Date of Cancellation reads "{form.date}"'
    assert form.reason, f"the form of {already_cancelled_account.number} tells no reason"

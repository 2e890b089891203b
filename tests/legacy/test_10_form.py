"""Clause 10: the form on the Organization page that says Required for Cancellation."""

import pytest

from fixtures.plugin import AdminAccount
from flows.profile import SiteProfile
from page_objects.organization_page import OrganizationPage

pytestmark = pytest.mark.clause("10")
REASON = "Too expensive for us"


def test_the_form_on_the_organization_page_says_required_for_cancellation(organization_page: OrganizationPage) -> None:
    screen, words = organization_page.show_form(), organization_page.words.form
    assert screen.shows(words.heading), f'"{words.heading[0]}" is not on the Organization page'


def test_it_has_date_of_cancellation_reason_and_the_box_opt_out(organization_page: OrganizationPage) -> None:
    form = organization_page.form.read(organization_page.show_form())
    lacks = [name.replace("_", " ") for name in ("date", "reason", "opt_out") if getattr(form, name) is None]
    assert not lacks, f"the form has no field for: {', '.join(lacks)}"


def test_it_can_be_filled_out_and_saved(organization_page: OrganizationPage, profile: SiteProfile) -> None:
    ready = organization_page.form.ready(profile.reason_on_form(REASON), opt_out=True)
    assert not ready.lacks, "; ".join(ready.lacks)


def test_it_is_empty_as_long_as_the_account_is_not_cancelled(
    ordinary_account: AdminAccount, organization_page: OrganizationPage
) -> None:
    form = organization_page.read_form(organization_page.show_form())
    assert not form.date, f"the form of {ordinary_account.number} tells a date of cancellation: {form.date}"


def test_it_tells_when_and_why_an_account_was_cancelled(
    already_cancelled_account: AdminAccount, organization_page: OrganizationPage, profile: SiteProfile
) -> None:
    form = organization_page.read_form(organization_page.show_form())
    assert profile.read_date(form.date or ""), f'Date of Cancellation reads "{form.date}"'
    assert form.reason, f"the form of {already_cancelled_account.number} tells no reason"

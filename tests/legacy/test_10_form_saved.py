"""Clause 10, gone through with: the form keeps what was given."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from fixtures.plugin import AdminAccount
from fixtures.standin import AccountTruth
from flows.effects import form_saved
from flows.model import FormValues
from flows.profile import SiteProfile
from flows.session import SentRequests
from flows.walk import Walk
from page_objects.cancellation_form import FormReading
from page_objects.organization_page import OrganizationPage

Effects = Callable[..., AbstractContextManager[SentRequests]]


@pytest.mark.admin_effects
@pytest.mark.clause("10")
def test_the_form_keeps_date_reason_and_opt_out(
    ordinary_account: AdminAccount, walk: Walk, organization_page: OrganizationPage, profile: SiteProfile,
    effects: Effects, known: Callable[[], AccountTruth | None], assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    request = walk.request
    organization_page.show_form()
    organization_page.form.fill(
        profile.write_date(request.date), request.date, profile.reason_on_form(request.reason), opt_out=True
    )
    with effects("10"):
        organization_page.save_form()
    again = walk.to_organization()
    form = again.read_form(again.show_form())
    saved, said = form_saved(walk, values_of(form))
    assert saved, f"the form of {ordinary_account.number} tells {said} afterwards"
    assert form.opt_out is not False, "the box Opt Out is not ticked afterwards"
    truth = known()
    assert truth is None or (truth.cancellation_date == request.date.isoformat() and truth.opt_out), (
        "the site has not saved the form"
    )
    assert_nothing_else("cancellation_form", "update_organization")


def values_of(form: FormReading) -> FormValues:
    return FormValues(date=form.date, reason=form.reason, reason_text=form.reason_text, opt_out=form.opt_out)

"""Clauses 6 and 10, gone through with: each of the four links and the form does what it says, and nothing else."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from fixtures.plugin import AdminAccount
from fixtures.standin import AccountTruth
from flows.effects import form_saved
from flows.model import End, FormValues, Outcome
from flows.profile import SiteProfile
from flows.reading import account_status, contact_info_set, is_deleted, license_count, pending, read_billing, rows_of
from flows.session import SentRequests
from flows.walk import Walk
from page_objects.ar_billing_page import ArBillingPage
from page_objects.cancel_page import CancelPage
from page_objects.cancellation_form import FormReading
from page_objects.organization_page import OrganizationPage

pytestmark = pytest.mark.admin_effects
Effects = Callable[..., AbstractContextManager[SentRequests]]
Known = Callable[[], AccountTruth | None]
ReadAgain = Callable[[], Walk]


@pytest.mark.clause("6.1")
def test_remove_license_count_changes_it_to_0(
    cancel_page: CancelPage, effects: Effects, read_again: ReadAgain, known: Known,
    assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    with effects("6.1"):
        cancel_page.remove_license_count()
    count = license_count(read_again())
    assert count == 0, f"the license count reads {count} afterwards"
    truth = known()
    assert truth is None or truth.licenses == 0, "the site has not taken the licenses away"
    assert_nothing_else("remove_license_count")


@pytest.mark.clause("6.2", "8", "9")
def test_cancel_all_scheduled_and_submitted_billings_leaves_none_and_moves_them_to_the_cancelled_tab(
    ordinary_account: AdminAccount, walk: Walk, ar_billing_page: ArBillingPage, cancel_page: CancelPage,
    profile: SiteProfile, effects: Effects, assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    due = {row.number for row in pending(rows_of(ar_billing_page.rows(), profile), profile)}
    with effects("6.2"):
        cancel_page.cancel_billings()
    billing, cancelled = read_billing(walk, walk.to_billing(walk.fresh_start()), "page")
    left = [f"{row.number} {row.status}" for row in pending(billing, profile)]
    assert not left, f"account {ordinary_account.number} still shows {', '.join(left)}"
    lost = due - {row.number for row in cancelled}
    assert not lost, f"not on the Cancelled tab: {', '.join(sorted(lost))}"
    assert_nothing_else("cancel_billings")


@pytest.mark.clause("6.3")
def test_set_account_status_makes_it_delete(
    cancel_page: CancelPage, effects: Effects, read_again: ReadAgain, known: Known,
    assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    with effects("6.3"):
        cancel_page.set_status()
    walk = read_again()
    assert is_deleted(walk), f'the account status reads "{account_status(walk)}" afterwards'
    truth = known()
    assert truth is None or truth.status.upper() == "DELETE", "the site has not set the status"
    assert_nothing_else("set_status")


@pytest.mark.clause("6.4")
def test_set_organization_contact_info_sets_it(
    cancel_page: CancelPage, effects: Effects, read_again: ReadAgain, known: Known,
    assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    with effects("6.4"):
        cancel_page.set_contact_info()
    state = contact_info_set(read_again())
    assert state is not False, "Organization / Contact Info reads as not set afterwards"
    truth = known()
    assert truth is None or truth.contact_info == "cancelled", "the site has not set Organization / Contact Info"
    assert_nothing_else("set_contact_info")


@pytest.mark.clause("10")
def test_the_form_keeps_date_reason_and_opt_out(
    ordinary_account: AdminAccount, walk: Walk, organization_page: OrganizationPage, profile: SiteProfile,
    effects: Effects, known: Known, assert_nothing_else: Callable[..., None],
) -> None:  # fmt: skip
    request, form = walk.request, organization_page.form
    organization_page.show_form()
    form.fill(profile.write_date(request.date), request.date, profile.reason_on_form(request.reason), opt_out=True)
    with effects("10"):
        organization_page.save_form()
    again = walk.to_organization()
    kept = again.read_form(again.show_form())
    saved, said = form_saved(walk, values_of(kept))
    assert saved, f"the form of {ordinary_account.number} tells {said} afterwards"
    assert kept.opt_out is not False, "the box Opt Out is not ticked afterwards"
    truth = known()
    assert truth is None or truth.opt_out, "the site has not saved Opt Out"
    assert truth is None or truth.cancellation_date == request.date.isoformat(), "the site has not saved the date"
    assert_nothing_else("cancellation_form", "update_organization")


@pytest.mark.clause("6.1", "6.2", "6.3", "6.4", "7", "8", "9", "10")
def test_account_and_billing_are_cancelled_completely(
    ordinary_account: AdminAccount, cancel_account: Callable[..., Outcome], known: Known
) -> None:
    outcome = cancel_account(opt_out=True)
    ends = {End.CANCELLED, End.ALREADY_CANCELLED}  # a canary of a real site may have been cancelled by an earlier run
    assert outcome.end in ends, f"account {ordinary_account.number}: {outcome.message}"
    assert outcome.proof, f"account {ordinary_account.number}: the proof has no lines"
    open_points = [f"{line.claim}: {line.seen}" for line in outcome.proof if not line.ok]
    assert not open_points, f"not proven: {'; '.join(open_points)}"
    truth = known()
    assert truth is None or truth.cancelled, "the site does not hold the account as cancelled"


def values_of(form: FormReading) -> FormValues:
    return FormValues(date=form.date, reason=form.reason, reason_text=form.reason_text, opt_out=form.opt_out)

"""The steps before and after the effects. Each asks where it is and what is already true; each may run again."""

import re
from collections.abc import Callable

from flows.effects import read_form_again
from flows.errors import NeedsHuman, Referral, Refusal
from flows.journal import EventKind
from flows.model import AccountReading, End, FreshReading, PlannedEffect, ProofLine
from flows.modules import note_module, put_module_back
from flows.planning import make_plan
from flows.proof import (
    billing_lines,
    double_check,
    judge,
    prove,
    read_backend_facts,
    write_down,
)
from flows.reading import account_reading, account_status, license_count, note_facts, read_billing, read_organization
from flows.walk import Walk
from page_objects.obstacles import Ambiguous, DeadLink, Missing
from page_objects.organization_page import OrganizationPage
from page_objects.wording import same_name


def check_protected(walk: Walk) -> str:
    """The profile's protected accounts are refused before anything is opened."""
    policy, request = walk.profile.policy, walk.request
    if request.account_number in policy.protected_numbers or any(
        same_name(name, request.account_name) for name in policy.protected_names
    ):
        raise Refusal("protected", f"account {request.account_number} is protected by the profile (policy.protected_*)")
    return "done"


def look_up_account(walk: Walk) -> str:
    """Clause 2: look up the Account Name under Organization."""
    page = walk.to_organization()
    walk.arrived(page)
    note_module(walk, page.modules.current(page.tab.glance()))
    return "done"


def check_self_service(walk: Walk) -> str:
    """Clause 1: some accounts can cancel within their own account."""
    page = walk.back_at_organization()
    if is_self_service(walk, page) and walk.profile.self_service.policy == "refer":
        raise Referral(
            "self_service", "the customer can cancel by himself: Account Tab > License Billing > Cancel Subscription"
        )
    return "done"


def is_self_service(walk: Walk, page: OrganizationPage) -> bool:
    """Whether the record says so, once what the profile names has been unfolded."""
    rules = walk.profile.self_service
    for words in rules.reveal:
        screen = page.tab.glance()
        if screen.operable((words,)):
            page.tab.press(screen.one_operable((words,)))
    return page.says_self_service(page.tab.glance(), rules.detect, rules.label)


def read_record(walk: Walk) -> str:
    """Clauses 1, 2, 10: what the record says before anything is changed."""
    page = walk.back_at_organization()
    location = page.server_location(page.tab.glance())
    check_server_location(walk, location)
    walk.server = page.labelled(page.tab.glance(), walk.profile.server_field) or ""
    self_service = is_self_service(walk, page)
    form = read_organization(walk, page)
    page.show_form()
    walk.reached(page)
    walk.form = page.form.ready(walk.profile.reason_on_form(walk.request.reason), walk.request.opt_out)
    walk.reading = account_reading(walk, form, None, None, location, self_service)
    return "done"


def check_server_location(walk: Walk, location: str | None) -> None:
    """Promise 14: a Server Location that leads elsewhere is never followed."""
    if not location or walk.profile.drop_down_for(walk.request.account_number) is None:
        return
    if re.match(r"\s*(?!https?:)[a-z][a-z0-9+.-]*:(?!\d)", location, re.IGNORECASE):  # javascript:, data:, file: ...
        raise Refusal("foreign_host", f'Server Location is "{location[:120]}", which is no address of a server')
    if "://" not in location and not location.strip().startswith(("//", "\\\\")):
        return
    allowed = walk.session.setting.allowed(location) and "@" not in location.split("?")[0]
    if not allowed:
        raise Refusal(
            "foreign_host",
            f'Server Location is "{location[:120]}", which is not among the allowed origins of the profile '
            f"({', '.join(sorted(walk.profile.origins))}): correct the record by hand, or add the origin if it is yours",
        )


def open_start_page(walk: Walk) -> str:
    """Clauses 3 and 4: the drop-down for the account number, (NewManageAcctsLink), Cancellation Start Page."""
    if walk.start is not None and not walk.start.tab.page.is_closed() and walk.start.here():
        walk.confirm(walk.start)
        return "already"
    if walk.profile.drop_down_for(walk.request.account_number) is None and not walk.use_backend:
        raise DeadLink(f"no drop-down of the profile serves account numbers like {walk.request.account_number}")
    page = walk.reopen_start()
    walk.arrived(page)
    note_facts(walk, page)
    return "done"


def read_account(walk: Walk) -> str:
    """Before the first effect: billing by Link to AR (clauses 7 to 9), a snapshot of all that will be changed, the plan."""
    if walk.reading is None:
        raise NeedsHuman("unknown_page", "the record was not read")
    before = walk.reading
    billing = cancelled = None
    if walk.start_was_reached or not walk.planning:
        start = walk.start if walk.start is not None and walk.start.here() else walk.fresh_start()
        start = read_backend_facts(walk, start)
        page = walk.to_billing(start)
        billing, cancelled = read_billing(walk, page, "page")
        if license_count(walk) is None or account_status(walk) is None:
            read_patiently(walk)
    finish_plan(
        walk, account_reading(walk, before.form, billing, cancelled, before.server_location, before.self_service)
    )
    return "done"


def read_patiently(walk: Walk) -> None:
    """What no page has told may have come late: each page once more, when nothing on it changes any more."""
    record = walk.to_organization()
    note_facts(walk, record, record.tab.settled())
    start = walk.fresh_start()
    note_facts(walk, start, start.tab.settled())
    if not (walk.planning and "cancel_page" in walk.profile.reading.unsafe_pages):
        page = walk.open_cancel_page(start)
        note_facts(walk, page, page.tab.settled())
        walk.fresh_start()


def finish_plan(walk: Walk, reading: AccountReading) -> None:
    walk.reading = reading
    walk.plan = make_plan(walk, reading, walk.session.now().date())
    module = walk.module_at_start or ""
    walk.journal.write(EventKind.SNAPSHOT, "", reading=reading.model_dump(mode="json"), module=module)
    walk.journal.write(EventKind.PLAN, "", plan=walk.plan.model_dump(mode="json"))


def check_that_it_can_be_finished(walk: Walk) -> str:
    """Before the first change: what stands in the way of the last one, or of the proof (clauses 8 to 10).

    Raises NeedsHuman (drift: a person mends the profile; unproven: no page tells); nothing was changed by this run.
    """
    if walk.plan is not None and walk.plan.blocked:
        lacks = walk.form.lacks if walk.form is not None else ()
        code = "drift" if set(walk.plan.blocked) & set(lacks) else "unproven"
        raise NeedsHuman(code, f"nothing was begun, as it could not be finished: {'; '.join(walk.plan.blocked)}")
    return "done"


def open_cancel_page(walk: Walk) -> str:
    """Clause 5: Cancel Subscription / Cancel Bills / Delete Account.

    Raises NeedsHuman (drift) if one of the links that are needed is not there: the others are not pressed either.
    """
    if walk.plan is not None and not any(one.needed for one in _of_the_links(walk)):
        return "already"
    page = walk.to_cancel_page()
    walk.arrived(page)
    note_facts(walk, page)
    links = [one.effect for one in _of_the_links(walk) if one.needed]
    try:
        page.check_links(links)
    except (Missing, Ambiguous) as obstacle:
        raise NeedsHuman("drift", f"nothing was begun, as it could not be finished: {obstacle}") from obstacle
    return "done"


def _of_the_links(walk: Walk) -> list[PlannedEffect]:
    """What is planned for the top four links (clause 6)."""
    return [one for one in walk.plan.effects if one.clause.startswith("6")] if walk.plan is not None else []


def restore_module(walk: Walk) -> str:
    """Promise 6: what was changed on the way is put back. The App Module found at the start is chosen again."""
    if not walk.module_changed or not walk.module_at_start:
        return "already"
    return put_module_back(walk)


def double_check_billing(walk: Walk) -> str:
    """Clauses 7 to 9, before the form is filled in: nothing is Scheduled, what was stands under Cancelled.

    Read again for a while, as an effect may show late. Raises NeedsHuman (still_scheduled) or UnknownEffect.
    """
    walk.fresh = _as_read_before(walk)
    if walk.fresh is not None:
        return "already"

    def read() -> tuple[ProofLine, ...]:
        walk.fresh = _fresh(walk)
        return tuple(billing_lines(walk, walk.fresh))

    lines = _until_true(walk, read)
    if not all(line.ok for line in lines):
        judge(walk, write_down(walk, lines), walk.fresh or FreshReading())
    return "done"


def prove_all(walk: Walk) -> str:
    """The record read again after the form was saved, and the whole proof (promise 5).

    Raises NeedsHuman or UnknownEffect if it can't be proven.
    """
    if walk.fresh is None:
        raise NeedsHuman("unknown_page", "the billing was not read after the effects")
    if walk.fresh.form is None or walk.journal.intents():
        walk.fresh = walk.fresh.model_copy(update={"form": read_form_again(walk)})

    def read() -> tuple[ProofLine, ...]:
        if walk.proof:  # not the first look: what had not shown yet may be on any page
            walk.fresh = _fresh(walk, read_form=True)
        return prove(walk, walk.fresh or FreshReading())

    walk.proof = ()
    judge(walk, _until_true(walk, read), walk.fresh)
    settle_answered(walk)
    done = any(intent.outcome == "done" and intent.effect in _PLANNED for intent in walk.journal.intents())
    walk.end = End.CANCELLED if done else End.ALREADY_CANCELLED
    return "done"


def _until_true(walk: Walk, read: Callable[[], tuple[ProofLine, ...]]) -> tuple[ProofLine, ...]:
    """The lines as read, once all are true, or as they are when an effect would have shown at the latest."""
    deadline = walk.session.clock() + walk.profile.timing.latency_of_effect
    while True:
        lines = read()
        left = deadline - walk.session.clock()
        if all(line.ok for line in lines) or left <= 0:
            return lines
        walk.session.pause(min(max(left / 2, 0.2), 3.0))


def _fresh(walk: Walk, *, read_form: bool = False) -> FreshReading:
    billing, cancelled = double_check(walk)
    return FreshReading(billing=billing, cancelled=cancelled, form=read_form_again(walk) if read_form else None)


def _as_read_before(walk: Walk) -> FreshReading | None:
    """Where none of the four links was needed and nothing was ever clicked, what was read for the plan is fresh."""
    plan = walk.plan
    if plan is None or plan.reading.billing is None or walk.journal.intents():
        return None
    if any(one.needed for one in _of_the_links(walk)):
        return None
    reading = plan.reading
    return FreshReading(billing=reading.billing or (), cancelled=reading.cancelled_billing or (), form=reading.form)


_PLANNED = {"remove_license_count", "cancel_billings", "set_status", "set_contact_info", "fill_form"}


def settle_answered(walk: Walk) -> None:
    """The proof settles what the site had only answered."""
    answered = [
        intent for intent in walk.journal.intents() if intent.outcome == "answered" and intent.effect in _PLANNED
    ]
    with walk.journal.together():
        for intent in answered:
            walk.journal.settle(intent.id, "done", "proven by the double check")

"""The steps before and after the effects. Each asks where it is and what is already true; each may run again."""

import re

from flows.effects import read_form_again
from flows.errors import NeedsHuman, Referral, Refusal
from flows.journal import EventKind
from flows.model import AccountReading, End
from flows.modules import note_module, put_module_back
from flows.planning import make_plan
from flows.proof import FreshReading, double_check, judge, prove, read_backend_facts
from flows.reading import account_reading, note_facts, read_billing, read_organization
from flows.walk import Walk
from page_objects.obstacles import DeadLink
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
    if _is_self_service(walk, page) and walk.profile.self_service.policy == "refer":
        raise Referral(
            "self_service", "the customer can cancel by himself: Account Tab > License Billing > Cancel Subscription"
        )
    return "done"


def _is_self_service(walk: Walk, page: OrganizationPage) -> bool:
    rules = walk.profile.self_service
    for words in rules.reveal:
        screen = page.tab.glance()
        if screen.operable((words,)):
            page.tab.press(screen.one_operable((words,)))
    return page.says_self_service(page.tab.glance(), rules.detect, rules.label)


def read_record(walk: Walk) -> str:
    """Clauses 1, 2, 10: what the record says before anything is changed."""
    page = walk.back_at_organization()
    form = read_organization(walk, page)
    location = page.server_location(page.tab.glance())
    check_server_location(walk, location)
    walk.server = page.labelled(page.tab.glance(), walk.profile.server_field) or ""
    walk.reading = account_reading(walk, form, None, None, location, _is_self_service(walk, page))
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
    if walk.start is not None or not walk.planning:
        start = walk.start if walk.start is not None and walk.start.here() else walk.fresh_start()
        start = read_backend_facts(walk, start)
        page = walk.to_billing(start)
        billing, cancelled = read_billing(walk, page, "page")
    finish_plan(
        walk, account_reading(walk, before.form, billing, cancelled, before.server_location, before.self_service)
    )
    return "done"


def finish_plan(walk: Walk, reading: AccountReading) -> None:
    walk.reading = reading
    walk.plan = make_plan(walk, reading, walk.session.now().date())
    module = walk.module_at_start or ""
    walk.journal.write(EventKind.SNAPSHOT, "", reading=reading.model_dump(mode="json"), module=module)
    walk.journal.write(EventKind.PLAN, "", plan=walk.plan.model_dump(mode="json"))


def open_cancel_page(walk: Walk) -> str:
    """Clause 5: Cancel Subscription / Cancel Bills / Delete Account."""
    if walk.plan is not None and not any(p.needed for p in walk.plan.effects if p.clause.startswith("6")):
        return "already"
    page = walk.to_cancel_page()
    walk.arrived(page)
    note_facts(walk, page)
    return "done"


def restore_module(walk: Walk) -> str:
    """Promise 6: what was changed on the way is put back. The App Module found at the start is chosen again."""
    if not walk.module_changed or not walk.module_at_start:
        return "already"
    return put_module_back(walk)


def double_check_and_prove(walk: Walk) -> str:
    """Clauses 7 to 9 and the rest of the proof; read again for a while, as an effect may show late.

    Raises NeedsHuman or UnknownEffect if it can't be proven.
    """
    deadline = walk.session.clock() + walk.profile.timing.latency_of_effect
    fresh = _as_read_before(walk)
    while True:
        if fresh is None:
            billing, cancelled = double_check(walk)
            fresh = FreshReading(billing, cancelled, read_form_again(walk))
        walk.proof = prove(walk, fresh)
        left = deadline - walk.session.clock()
        if all(line.ok for line in walk.proof) or left <= 0:
            break
        walk.session.pause(min(max(left / 2, 0.2), 3.0))
        fresh = None
    judge(walk, walk.proof, fresh)
    settle_answered(walk)
    done = any(intent.outcome == "done" and intent.effect in _PLANNED for intent in walk.journal.intents())
    walk.end = End.CANCELLED if done else End.ALREADY_CANCELLED
    return "done"


def _as_read_before(walk: Walk) -> FreshReading | None:
    """Where nothing was needed and nothing clicked, what was read for the plan is fresh."""
    plan = walk.plan
    if plan is None or plan.reading.billing is None or any(p.needed for p in plan.effects) or walk.journal.intents():
        return None
    return FreshReading(plan.reading.billing, plan.reading.cancelled_billing or (), plan.reading.form)


_PLANNED = {"remove_license_count", "cancel_billings", "set_status", "set_contact_info", "fill_form"}


def settle_answered(walk: Walk) -> None:
    """The proof settles what the site had only answered."""
    for intent in walk.journal.intents():
        if intent.outcome == "answered" and intent.effect in _PLANNED:
            walk.journal.settle(intent.id, "done", "proven by the double check")

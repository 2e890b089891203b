"""The effects of a cancellation, one function each: clauses 6.1 to 6.4 and 10, and Update (4a, 4b)."""

import re
from collections.abc import Callable

from flows.errors import CancellationError, NeedsHuman, UnknownEffect
from flows.gate import Passage, nothing_was_done, pass_gate, settle
from flows.journal import EventKind
from flows.model import Effect, FormValues
from flows.probes import is_done, probe
from flows.reading import describe_form, note_facts, read_organization
from flows.walk import Walk
from page_objects.act import Aftermath
from page_objects.cancel_page import CancelPage
from page_objects.obstacles import Obstacle, RecordLocked, SignedOut
from page_objects.organization_page import OrganizationPage
from page_objects.wording import contains_words, plain, reads_as

TURNED_AWAY = "turned away"
"""The session had ended: the site asked for the password, and the effect has not taken place."""
UPDATES = 3
"""Update is pressed at most so many times in one run, whatever the pages say."""


def remove_license_count(walk: Walk) -> str:
    """6.1: Remove License Count, change to 0."""
    return _by_link(walk, Effect.REMOVE_LICENSE_COUNT, CancelPage.remove_license_count)


def cancel_billings(walk: Walk) -> str:
    """6.2: Cancel All Scheduled and Submitted Billings."""
    return _by_link(walk, Effect.CANCEL_BILLINGS, CancelPage.cancel_billings)


def set_status(walk: Walk) -> str:
    """6.3: Set Account Status = 'DELETE'."""
    return _by_link(walk, Effect.SET_STATUS, CancelPage.set_status)


def set_contact_info(walk: Walk) -> str:
    """6.4: Set Organization / Contact Info."""
    return _by_link(walk, Effect.SET_CONTACT_INFO, CancelPage.set_contact_info)


def _by_link(walk: Walk, effect: Effect, verb: Callable[[CancelPage], Aftermath]) -> str:
    """One of the top four links, unless it is already so. Returns "done", "already" or "answered"."""
    if not _needed(walk, effect):
        return "already"

    def cause() -> str:
        page = walk.to_cancel_page()
        return _settled(walk, pass_gate(walk, effect, page, lambda: verb(page), _before(walk, effect)), page)

    return _cause(effect, cause)


def _cause(effect: Effect, cause: Callable[[], str]) -> str:
    """Promise 4: once more only where the sign-in page came instead of an answer and the account was then twice read as
    not done, apart by more than the server's time limit; never a third time.
    """
    if (outcome := cause()) != TURNED_AWAY or (outcome := cause()) != TURNED_AWAY:
        return outcome
    raise NeedsHuman(
        "sign_in", f"the site asked for the password each time when {effect} was asked for; it was not carried out"
    )


def _needed(walk: Walk, effect: Effect) -> bool:
    """Whether the plan has the effect, and no earlier passage of this request was found done."""
    if walk.plan is None:
        raise NeedsHuman("unknown_page", "there is no plan: the account was not read before its first effect")
    done = {intent.effect for intent in walk.journal.intents() if intent.outcome in {"done", "answered"}}
    return effect not in done and any(planned.effect == effect and planned.needed for planned in walk.plan.effects)


def _before(walk: Walk, effect: Effect) -> str:
    if walk.plan is None:
        return ""
    return next((planned.before for planned in walk.plan.effects if planned.effect == effect), "")


def _settled(walk: Walk, passage: Passage, page: CancelPage) -> str:
    """Settle a passage by what can be read: here on the page that followed, else by a probe of the account."""
    if passage.nothing_left:
        raise nothing_was_done(walk, passage)
    if not passage.answered:
        return probe_after_trouble(walk, passage)
    if _reads_done(walk, passage, page):
        settle(walk, passage, "done", "read on the page that followed")
        return "done"
    settle(walk, passage, "answered", "the site answered; the double check will tell")
    return "answered"


def _reads_done(walk: Walk, passage: Passage, page: CancelPage) -> bool:
    """Whether the page that followed says so. An obstacle on it is no reason for a recovery, after which the step would
    come again with its effect not settled.
    """
    try:
        if page.tab.page.is_closed() or not page.here():
            return False
        note_facts(walk, page)
    except Obstacle:
        return False
    return bool(is_done(walk, passage.effect))


def probe_after_trouble(walk: Walk, passage: Passage) -> str:
    """Promise 4: after an error read the account, twice if need be.

    Returns "done", or TURNED_AWAY; raises UnknownEffect with what a person has to look at.
    """
    limit = walk.profile.timing.server_limit
    read: bool | None = None
    for reading in (1, 2):
        read = _probe(walk, passage)
        if read:
            settle(walk, passage, "done", f"read on the account's pages, reading {reading}")
            return "done"
        if reading == 1:
            walk.session.pause(limit + 0.5)
    return _give_up(walk, passage, read, limit)


def _give_up(walk: Walk, passage: Passage, read: bool | None, limit: float) -> str:
    twice = f"twice read as not done, {limit:g} s apart" if read is False else "no page of the account tells"
    if isinstance(passage.trouble, RecordLocked) and read is False:
        settle(walk, passage, "not_done", f"the record is locked; {twice}")
        raise NeedsHuman(
            "record_locked", f"{passage.trouble}: {passage.effect} was not carried out; run it again later"
        )
    if isinstance(passage.trouble, SignedOut) and read is False:
        settle(walk, passage, "not_done", f"the site asked for the password instead; {twice}")
        return TURNED_AWAY
    settle(walk, passage, "unknown", twice)
    raise UnknownEffect(
        f"{passage.effect} was asked for once and the site did not confirm it ({passage.trouble or 'no answer'}); "
        f"{twice}; it was not clicked again. Look at account {walk.request.account_number}: "
        f"{WHERE_TO_LOOK[passage.effect]}; then carry on by hand or run the request again"
    )


def _probe(walk: Walk, passage: Passage) -> bool | None:
    """A probe with the runner's recoveries; if the account can't be read at all, the effect stays unknown."""
    try:
        done: bool | None = walk.careful(lambda: probe(walk, passage.effect))
    except CancellationError as error:
        settle(walk, passage, "unknown", str(error)[:300])
        raise UnknownEffect(
            f"{passage.effect} was asked for once, the site did not answer ({passage.trouble or 'no answer'}), and the account "
            f"could not be read again ({error}). Look at account {walk.request.account_number}: {WHERE_TO_LOOK[passage.effect]}"
        ) from error
    return done


WHERE_TO_LOOK = {
    Effect.REMOVE_LICENSE_COUNT: "the license count must be 0",
    Effect.CANCEL_BILLINGS: "no billing may be Scheduled or Submitted",
    Effect.SET_STATUS: "the account status must be DELETE",
    Effect.SET_CONTACT_INFO: "Organization / Contact Info must be set",
    Effect.FILL_FORM: '"Required for Cancellation" must be filled in on the Organization page',
    Effect.UPDATE: "compare the Organization page with the snapshot in the case file",
}


def fill_form(walk: Walk) -> str:
    """Clause 10: fill out "Required for Cancellation" on the Organization page."""
    if not _needed(walk, Effect.FILL_FORM):
        return "already"
    return _cause(Effect.FILL_FORM, lambda: _fill_and_save(walk))


def _fill_and_save(walk: Walk) -> str:
    page = walk.to_organization()
    request, profile = walk.request, walk.profile
    reason = profile.reason_on_form(request.reason)
    page.show_form()
    filled = page.form.fill(profile.write_date(request.date), request.date, reason, request.opt_out)
    for warning in filled.warnings:
        walk.journal.write(EventKind.WARNING, "10", text=warning)
    passage = pass_gate(walk, Effect.FILL_FORM, page.form_page or page, page.save_form, _before(walk, Effect.FILL_FORM))
    if passage.nothing_left:
        raise nothing_was_done(walk, passage)
    if passage.answered:
        walk.form_said = _bad_news(walk, passage)
        settle(walk, passage, "answered", walk.form_said or "the site answered; the record is read again")
        return "answered"
    return probe_after_trouble(walk, passage)


def _bad_news(walk: Walk, passage: Passage) -> str:
    """What came up after the act and reads like an error. A hint for the person, never a proof of anything."""
    news = passage.aftermath.news if passage.aftermath else ()
    return "; ".join(line for line in news if contains_words(line, walk.profile.words.obstacles.error))[:300]


def update(walk: Walk, page: OrganizationPage, clause: str) -> None:
    """Clauses 4a and 4b: click "Update", through the gate; what it changed beside the link is reported."""
    if walk.updates >= UPDATES:
        raise NeedsHuman("update_rejected", f"Update was pressed {UPDATES} times and the link is still dead")
    walk.updates += 1
    before = _fields(page)
    location = page.server_location(page.tab.glance()) or ""
    passage = pass_gate(walk, Effect.UPDATE, page, page.press_update, f"Server Location {location or '(empty)'}")
    if passage.nothing_left:
        settle(walk, passage, "not_done", "no request left the browser")
        return
    if not passage.answered:
        settle(walk, passage, "unknown", str(passage.trouble or "no answer")[:300])
        walk.organization = None
        return
    news = passage.aftermath.news if passage.aftermath else ()
    settle(walk, passage, "done", "; ".join(news)[:300] or "the site answered")
    _report_changes(walk, page, before, clause)


def _fields(page: OrganizationPage) -> dict[str, str]:
    """All filled-in fields of the record by their label, to see what Update changed."""
    screen = page.tab.glance()
    labels: dict[str, str] = {}
    for document in screen.documents:
        for number, control in enumerate(c for c in document.controls if c.kind in {"field", "select", "checkbox"}):
            label = control.labels[0] if control.labels else f"field {number + 1}"
            labels[label] = control.value if control.kind != "checkbox" else str(control.checked)
    return labels


def _report_changes(walk: Walk, page: OrganizationPage, before: dict[str, str], clause: str) -> None:
    try:
        after = _fields(page)
    except Obstacle:
        return
    for label, value in before.items():
        if label in after and plain(after[label]) != plain(value) and not re.search("token|time", label, re.IGNORECASE):
            walk.journal.write(
                EventKind.WARNING, clause, text=f'Update changed "{label}" from "{value[:80]}" to "{after[label][:80]}"'
            )


def form_saved(walk: Walk, form: FormValues | None) -> tuple[bool, str]:
    """Whether the record's form says what was asked for; and what it says."""
    if form is None:
        return False, "not on the page"
    request = walk.request
    said = describe_form(form)
    date = walk.profile.read_date(form.date or "")
    wanted = {plain(request.reason), plain(walk.profile.reason_on_form(request.reason))}
    reasons = {plain(form.reason or ""), plain(form.reason_text or "")}
    other = reads_as(form.reason or "", walk.profile.words.form.other)
    named = bool(reasons & wanted) or (other and not form.reason_text)
    box = form.opt_out is not False if request.opt_out else True
    return date == request.date and named and box, said


def read_form_again(walk: Walk) -> FormValues | None:
    page = walk.to_organization()
    return read_organization(walk, page)

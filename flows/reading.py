"""Reading the account from its pages, as it is now: what a plan, a probe and a proof are made of."""

import datetime as dt
from collections.abc import Iterable

from flows.journal import EventKind
from flows.model import AccountReading, BillingRow, FormValues
from flows.profile import SiteProfile
from flows.walk import Walk
from page_objects.admin_page import AdminPage
from page_objects.ar_billing_page import ArBillingPage
from page_objects.billing_columns import tells
from page_objects.billing_table import BillingRowSeen
from page_objects.organization_page import AccountFacts, OrganizationPage, facts_of
from page_objects.portrait import PageName
from page_objects.screen import Screen
from page_objects.wording import parse_count, plain, plain_label, says

FACTS = ("license_count", "account_status", "contact_info")


def note_facts(walk: Walk, page: AdminPage, screen: Screen | None = None) -> None:
    """Note what `page` tells of licenses, status and contact info; newer than what it told before."""
    read = screen or page.tab.loaded()  # a page is recognised before its last line has come
    if isinstance(page, OrganizationPage):
        facts: AccountFacts = page.read_facts()
    else:
        facts = facts_of(Screen((page.body(read),)), page)
    told = {name: value for name in FACTS if (value := getattr(facts, name)) is not None}
    for name in FACTS:
        walk.facts.setdefault(name, {}).pop(page.name, None)
    for name, value in told.items():
        walk.facts[name][page.name] = value
    if told:
        walk.journal.write(EventKind.OBSERVATION, walk.clause, page=page.name, url=page.tab.page.url, values=told)


def told(walk: Walk, name: str) -> tuple[str, ...]:
    """The distinct values that the pages tell, as last read."""
    return tuple(dict.fromkeys(walk.facts.get(name, {}).values()))


def license_count(walk: Walk) -> int | None:
    """The count that all pages agree on; None if none shows one. A disagreement reads as the largest."""
    counts = [parse_count(part) for value in told(walk, "license_count") for part in value.split(" / ")]
    known = [count for count in counts if count is not None]
    return max(known) if known and len(known) == len(counts) else None


def account_status(walk: Walk) -> str | None:
    """The status that the pages tell; where they disagree, all of them in one text."""
    values = told(walk, "account_status")
    return " / ".join(values) if values else None


def is_deleted(walk: Walk) -> bool | None:
    """Whether every page that shows a status shows DELETE; None if none shows one."""
    values = told(walk, "account_status")
    deleted = walk.profile.words.organization.deleted
    return all(says(value, deleted) for value in values) if values else None


def contact_info_set(walk: Walk) -> bool | None:
    """Whether a page says that 6.4 was carried out; None if none does."""
    words = walk.profile.words.organization
    values = told(walk, "contact_info")
    if values and all(says(value, words.contact_info_done) for value in values):
        return True
    return False if any(says(value, words.contact_info_open) for value in values) else None


def read_organization(walk: Walk, page: OrganizationPage) -> FormValues | None:
    """Note the record's facts and return what its form says; None if the record has no such form."""
    note_facts(walk, page)
    screen = page.show_form()
    if not page.form.visible(screen):
        return None
    form = page.read_form(screen)
    values = FormValues(date=form.date, reason=form.reason, reason_text=form.reason_text, opt_out=form.opt_out)
    walk.journal.write(
        EventKind.OBSERVATION, walk.clause, page=page.name, url=page.tab.page.url,
        values={"Required for Cancellation": describe_form(values)},
    )  # fmt: skip
    return values


def describe_form(form: FormValues | None) -> str:
    if form is None:
        return "not on the page"
    box = {True: "ticked", False: "not ticked", None: "not on the page"}[form.opt_out]
    reason = form.reason if not form.reason_text else f"{form.reason}: {form.reason_text}"
    return f"date {form.date or '(empty)'}, reason {reason or '(empty)'}, opt out {box}"


def read_billing(walk: Walk, page: ArBillingPage, moment: str) -> tuple[tuple[BillingRow, ...], tuple[BillingRow, ...]]:
    """The rows that are not cancelled and those on the Cancelled tab, all pages of each (clauses 8 and 9)."""

    def picture(_screen: Screen, name: PageName = "billing") -> None:
        walk.session.evidence(page.tab, page.name, moment, walk.clause)
        walk.reached(page, name)

    billing = rows_of(page.rows(picture), walk.profile)
    cancelled = rows_of(page.cancelled_rows(lambda screen: picture(screen, "cancelled_tab")), walk.profile)
    note_rows(walk, page, billing, cancelled)
    return billing, cancelled


def note_rows(walk: Walk, page: ArBillingPage, billing: Iterable[BillingRow], cancelled: Iterable[BillingRow]) -> None:
    walk.journal.write(
        EventKind.OBSERVATION,
        walk.clause,
        page=page.name,
        url=page.tab.page.url,
        values={},
        billing=[row.model_dump(mode="json") for row in billing],
        cancelled_billing=[row.model_dump(mode="json") for row in cancelled],
    )


def rows_of(seen: Iterable[BillingRowSeen], profile: SiteProfile) -> tuple[BillingRow, ...]:
    return tuple(
        BillingRow(
            number=row.number,
            due=profile.read_date(row.due),
            amount=row.amount,
            amount_text=row.amount_text,
            status=row.status,
            cells=row.cells,
        )
        for row in seen
    )


def unreadable_dates(rows: Iterable[BillingRow], profile: SiteProfile) -> tuple[str, ...]:
    """A warning for the due dates that could not be read: without them nobody is told what is due soon."""
    column = {plain(words) for words in profile.words.billing.due}
    texts = [
        text
        for row in rows
        if row.due is None
        for heading, text in row.cells
        if plain_label(heading) in column and text
    ]
    if not texts:
        return ()
    said = f'{len(texts)} due dates could not be read, the first is "{texts[0][:40]}"'
    return (f"{said}: set site.date_format in the profile (it is {profile.site.date_format})",)


def pending(rows: Iterable[BillingRow], profile: SiteProfile) -> tuple[BillingRow, ...]:
    """The rows that will still be charged: Scheduled or Submitted, alone or with more words ("Scheduled (retry)")."""
    words = [word.casefold() for word in profile.words.billing.pending]
    return tuple(row for row in rows if any(word in row.status.casefold() for word in words))


def unknown_statuses(rows: Iterable[BillingRow], profile: SiteProfile, today: dt.date) -> tuple[BillingRow, ...]:
    """Rows with a status that is neither pending nor known to be settled, and that are due in the future."""
    known = profile.words.billing.settled
    return tuple(
        row
        for row in rows
        if not tells(row.status, known)
        and row not in pending((row,), profile)
        and (row.due is None or row.due >= today)
    )


def account_reading(
    walk: Walk,
    form: FormValues | None,
    billing: tuple[BillingRow, ...] | None,
    cancelled: tuple[BillingRow, ...] | None,
    server_location: str | None,
    self_service: bool,
) -> AccountReading:
    contact = told(walk, "contact_info")
    return AccountReading(
        account_number=walk.request.account_number,
        account_name=walk.request.account_name,
        license_count=license_count(walk),
        account_status=account_status(walk),
        contact_info=" / ".join(contact) if contact else None,
        server_location=server_location,
        form=form,
        billing=billing,
        cancelled_billing=cancelled,
        self_service=self_service,
        sources={name: ", ".join(pages) for name, pages in walk.facts.items() if pages},
    )

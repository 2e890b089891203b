"""The plan: what would be done, the money that stops, what to know beforehand (promise 10)."""

import datetime as dt
import hashlib
import json
from decimal import Decimal

from flows.model import CLAUSE_OF_EFFECT, AccountReading, BillingRow, CancellationRequest, Effect, Plan, PlannedEffect
from flows.profile import SiteProfile
from flows.reading import contact_info_set, describe_form, is_deleted, pending, told, unknown_statuses, unreadable_dates
from flows.walk import Walk
from page_objects.wording import plain


def make_plan(walk: Walk, reading: AccountReading, today: dt.date) -> Plan:
    """From what was read, the effects that are needed and the warnings; the hash covers everything that matters."""
    stop = pending(reading.billing or (), walk.profile)
    effects = _effects(walk, reading, stop)
    warnings = _warnings(walk, reading, stop, today)
    return Plan(
        request=walk.request,
        reading=reading,
        effects=effects,
        rows_to_stop=stop,
        money_stopped=sum((row.amount for row in stop if row.amount is not None), Decimal(0)),
        warnings=warnings,
        blocked=_blocked(walk, reading, effects),
        hash=_hash(walk.request, reading, effects, stop),
    )


def _hash(
    request: CancellationRequest,
    reading: AccountReading,
    effects: tuple[PlannedEffect, ...],
    stop: tuple[BillingRow, ...],
) -> str:
    """Of all that a person approves: the account, the date, the reason, what was read, what is done, the bills that stop."""
    content = {
        "request": request.model_dump(mode="json", exclude={"id", "requested_by"}),
        "reading": reading.model_dump(mode="json", exclude={"sources"}),
        "effects": [effect.model_dump(mode="json") for effect in effects],
        "rows_to_stop": [row.model_dump(mode="json") for row in stop],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _effects(walk: Walk, reading: AccountReading, stop: tuple[BillingRow, ...]) -> tuple[PlannedEffect, ...]:
    def planned(effect: Effect, what: str, before: str, after: str, needed: bool) -> PlannedEffect:
        return PlannedEffect(
            effect=effect, clause=CLAUSE_OF_EFFECT[effect], what=what, before=before, after=after, needed=needed
        )

    count = reading.license_count
    contact = contact_info_set(walk)
    rest_done = count == 0 and not stop and bool(is_deleted(walk))
    billing = "not read" if reading.billing is None else f"{len(stop)} scheduled or submitted"
    return (
        planned(
            Effect.REMOVE_LICENSE_COUNT, "Remove License Count, change to 0",
            "not shown" if count is None else str(count), "0", count != 0,
        ),
        planned(
            Effect.CANCEL_BILLINGS, "Cancel All Scheduled and Submitted Billings.", billing, "0 scheduled or submitted",
            reading.billing is None or bool(stop),
        ),
        planned(
            Effect.SET_STATUS, "Set Account Status = 'DELETE'", reading.account_status or "not shown", "DELETE",
            not is_deleted(walk),
        ),
        planned(
            Effect.SET_CONTACT_INFO, "Set Organization / Contact Info", reading.contact_info or "not shown", "set",
            contact is False or (contact is None and not rest_done),
        ),
        planned(
            Effect.FILL_FORM, "Required for Cancellation", describe_form(reading.form),
            f"date {walk.profile.write_date(walk.request.date)}, reason {_reason(walk)}, "
            f"opt out {'ticked' if walk.request.opt_out else 'as it is'}",
            reading.form is None or not (reading.form.date and reading.form.reason),
        ),
    )  # fmt: skip


def _reason(walk: Walk) -> str:
    """The reason as the form would say it."""
    return walk.form.reason if walk.form is not None else walk.profile.reason_on_form(walk.request.reason)


def _warnings(walk: Walk, reading: AccountReading, stop: tuple[BillingRow, ...], today: dt.date) -> tuple[str, ...]:
    notice = walk.profile.policy.notice_days
    said = [
        f"billing {row.number or row.amount_text} is due {row.due.isoformat()}, within {notice} days"
        for row in stop
        if row.due is not None and row.due <= today + dt.timedelta(days=notice)
    ]
    said += [
        f"billing {row.number or row.amount_text} is already Submitted"
        for row in stop
        if "submit" in row.status.casefold()
    ]
    said += [
        f'billing {row.number or row.amount_text} has the status "{row.status}", which is not known: look at it'
        for row in unknown_statuses((*(reading.billing or ()),), walk.profile, today)
    ]
    said += unreadable_dates(reading.billing or (), walk.profile)
    if any(row.amount is None for row in stop):
        said.append("an amount could not be read: the money that stops is more than the sum says")
    if plain(_reason(walk)) != plain(walk.profile.reason_on_form(walk.request.reason)):
        said.append(f'the reason "{walk.request.reason}" is not offered: the form will say "{_reason(walk)}"')
    said += _missing(walk.profile, reading, walk.server)
    if reading.self_service:
        said.append(
            "the customer could cancel by himself: Account Tab > License Billing > Cancel Subscription (clause 1)"
        )
    return tuple(said)


def _missing(profile: SiteProfile, reading: AccountReading, server: str) -> list[str]:
    said = []
    if reading.billing is None:
        said.append("the billing page was not read: it can only be reached with a change that a plan must not make")
    if reading.server_location == "":
        known = profile.server_location_for(reading.account_number, server)
        said.append(
            f"Server Location is empty; {'it may be set to ' + known if known else 'the profile has no URL for it'}"
        )
    return said


def _blocked(walk: Walk, reading: AccountReading, effects: tuple[PlannedEffect, ...]) -> tuple[str, ...]:
    """What would only come to light after changes that can't be undone: a value that no page shows, a form that can't be
    filled in. Where the billing page was not read there may be pages that tell more.
    """
    said = []
    if reading.billing is not None and reading.license_count is None:
        said.append(_unread(walk, "license_count", "license count"))
    if reading.billing is not None and reading.account_status is None:
        said.append(_unread(walk, "account_status", "account status"))
    if any(effect.needed and effect.effect is Effect.FILL_FORM for effect in effects):
        said += walk.form.lacks if walk.form is not None else ()
    return tuple(said)


def _unread(walk: Walk, key: str, what: str) -> str:
    shown = " / ".join(told(walk, key))
    seen = (
        f'the pages show "{shown[:60]}" for the {what}, which is not understood'
        if shown
        else f"no page shows the {what}"
    )
    return f"{seen}, so it could never be proven: set words.organization.{key} in the profile"

"""Probes: has an effect taken place? Answered by reading the account's pages afresh, never by clicking."""

from flows.model import Effect
from flows.reading import (
    contact_info_set,
    is_deleted,
    license_count,
    note_facts,
    pending,
    read_billing,
    read_organization,
)
from flows.walk import Walk


def is_done(walk: Walk, effect: Effect) -> bool | None:
    """What the values noted last say; None if they say nothing."""
    if effect is Effect.REMOVE_LICENSE_COUNT:
        count = license_count(walk)
        return None if count is None else count == 0
    if effect is Effect.SET_STATUS:
        return is_deleted(walk)
    if effect is Effect.SET_CONTACT_INFO:
        return contact_info_set(walk)
    return None


def probe(walk: Walk, effect: Effect) -> bool | None:
    """Read the page that tells; True if it is done, False if not, None if no page tells."""
    if effect is Effect.FILL_FORM:
        form = read_organization(walk, walk.to_organization())
        return bool(form and form.date and form.reason)
    walk.facts.clear()
    start = walk.fresh_start()
    note_facts(walk, start)
    if effect is Effect.CANCEL_BILLINGS:
        billing, _ = read_billing(walk, walk.to_billing(start), "page")
        return not pending(billing, walk.profile)
    if is_done(walk, effect) is None:
        note_facts(walk, walk.open_cancel_page(start))
    if is_done(walk, effect) is None:
        read_organization(walk, walk.to_organization())
    return is_done(walk, effect)

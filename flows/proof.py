"""The proof (promise 5): read afresh from the account's pages; a success message proves nothing."""

from collections.abc import Iterable

from flows.effects import form_saved
from flows.errors import NeedsHuman, UnknownEffect
from flows.journal import EventKind
from flows.model import BillingRow, FreshReading, ProofLine
from flows.reading import (
    account_status,
    contact_info_set,
    is_deleted,
    license_count,
    note_facts,
    pending,
    read_billing,
    told,
    unknown_statuses,
)
from flows.walk import Walk
from page_objects.billing_columns import tells
from page_objects.cancel_page import CancelPage
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.wording import plain


def double_check(walk: Walk) -> tuple[tuple[BillingRow, ...], tuple[BillingRow, ...]]:
    """Clauses 7 to 9: back to the start page, Link to AR, what is billed and what is on the Cancelled tab."""
    known = {name for name, pages in walk.facts.items() if CancelPage.name in pages and len(pages) == 1}
    walk.facts.clear()
    start = walk.fresh_start()
    walk.arrived(start)
    start = read_backend_facts(walk, start, known)
    page = walk.to_billing(start)
    return read_billing(walk, page, "page")


def read_backend_facts(
    walk: Walk, start: CancellationStartPage, only_there: Iterable[str] = ("license_count", "account_status")
) -> CancellationStartPage:
    """What the start page tells; where it does not tell what no other page told, the page with the four links too."""
    note_facts(walk, start)
    if all(told(walk, name) for name in only_there):
        return start
    if walk.planning and "cancel_page" in walk.profile.reading.unsafe_pages:
        return start
    note_facts(walk, walk.open_cancel_page(start))
    return walk.fresh_start()


def prove(walk: Walk, fresh: FreshReading) -> tuple[ProofLine, ...]:
    """The lines of the proof, all of them, true or not."""
    lines = [_licenses(walk), *billing_lines(walk, fresh), _status(walk)]
    contact = _contact_info(walk)
    lines += [contact] if contact else []
    lines.append(_form(walk, fresh))
    return write_down(walk, lines)


def write_down(walk: Walk, lines: Iterable[ProofLine]) -> tuple[ProofLine, ...]:
    walk.proof = tuple(lines)
    walk.journal.write(EventKind.PROOF, "8", lines=[line.model_dump(mode="json") for line in walk.proof])
    return walk.proof


def _pages(walk: Walk, name: str) -> str:
    return ", ".join(walk.facts.get(name, {}))


def _licenses(walk: Walk) -> ProofLine:
    count = license_count(walk)
    return ProofLine(
        clause="6.1", claim="license count", expected="0", seen="not shown" if count is None else str(count),
        page=_pages(walk, "license_count"), ok=count == 0,
    )  # fmt: skip


def _status(walk: Walk) -> ProofLine:
    return ProofLine(
        clause="6.3", claim="account status", expected="DELETE", seen=account_status(walk) or "not shown",
        page=_pages(walk, "account_status"), ok=bool(is_deleted(walk)),
    )  # fmt: skip


def _contact_info(walk: Walk) -> ProofLine | None:
    """Clause 6.4 is proven where the site shows it; where it does not, the case file says so."""
    value = " / ".join(told(walk, "contact_info"))
    state = contact_info_set(walk)
    if state is None:
        intents = [intent for intent in walk.journal.intents() if intent.effect == "set_contact_info"]
        if not intents:
            return None
        said = f'the site shows "{value}"' if value else "the site shows nothing of it"
        return ProofLine(
            clause="6.4", claim="Organization / Contact Info", expected="answered by the site",
            seen=f"{intents[-1].outcome or 'not settled'} ({said})", page=_pages(walk, "contact_info"),
            ok=intents[-1].outcome in {"answered", "done"},
        )  # fmt: skip
    return ProofLine(
        clause="6.4", claim="Organization / Contact Info", expected="set", seen=value,
        page=_pages(walk, "contact_info"), ok=state,
    )  # fmt: skip


def billing_lines(walk: Walk, fresh: FreshReading) -> list[ProofLine]:
    left = pending(fresh.billing, walk.profile)
    still = ", ".join(f"{row.number or row.amount_text} {row.status}" for row in left[:5])
    lines = [
        ProofLine(
            clause="8", claim="billings Scheduled or Submitted", expected="none", seen=still or "none",
            page="billing page", ok=not left,
        )
    ]  # fmt: skip
    before = rows_before(walk)
    if before is None:
        return lines
    stopped = pending(before, walk.profile)
    lines += [_row_line(row, fresh, walk) for row in stopped]
    return [*lines, _untouched([row for row in before if row not in stopped], fresh)]


def rows_before(walk: Walk) -> tuple[BillingRow, ...] | None:
    """The rows before the first effect of this request, by whichever attempt: a second run's plan has fewer."""
    snapshot = walk.journal.snapshot() or (walk.plan.reading if walk.plan else None)
    return snapshot.billing if snapshot else None


def _row_line(row: BillingRow, fresh: FreshReading, walk: Walk) -> ProofLine:
    """Clause 9, row by row: what was scheduled before stands under Cancelled now."""
    found = [other for other in fresh.cancelled if same_billing(row, other)]
    status = next((other.status for other in found if tells(other.status, walk.profile.words.billing.cancelled)), None)
    seen = status or (found[0].status if found else "missing there")
    return ProofLine(
        clause="9", claim=f"billing {describe(row)}, was {row.status}", expected="on the Cancelled tab", seen=seen,
        page="billing page, Cancelled tab", ok=bool(found) and (status is not None or not found[0].status),
    )  # fmt: skip


def _untouched(before: list[BillingRow], fresh: FreshReading) -> ProofLine:
    """The rows that were settled before are still there, as they were: the table was read whole."""
    now = [*fresh.billing, *fresh.cancelled]
    gone = [row for row in before if not any(same_billing(row, other) for other in now)]
    return ProofLine(
        clause="8", claim="other billings are as they were", expected=f"{len(before)} rows",
        seen=f"{len(before) - len(gone)} rows" + (f", gone: {describe(gone[0])}" if gone else ""),
        page="billing page", ok=not gone,
    )  # fmt: skip


def describe(row: BillingRow) -> str:
    due = row.due.isoformat() if row.due else ""
    return " ".join(part for part in (row.number, due, row.amount_text) if part) or row.status


def same_billing(before: BillingRow, now: BillingRow) -> bool:
    """Whether two rows are the same billing: by number where both have one, else by amount and date."""
    if before.number and now.number:
        return plain(before.number) == plain(now.number)
    if before.amount is None or before.amount != now.amount:
        return False
    if before.due and now.due:
        return before.due == now.due and _shared_cells_agree(before, now)
    return _shared_cells_agree(before, now)


def _shared_cells_agree(before: BillingRow, now: BillingRow) -> bool:
    """Columns that both tables have, but for the status, say the same."""
    old, new = dict(before.cells), dict(now.cells)
    shared = [name for name in old if name in new and "status" not in name.casefold()]
    return bool(shared) and all(plain(old[name]) == plain(new[name]) for name in shared)


def _form(walk: Walk, fresh: FreshReading) -> ProofLine:
    saved, said = form_saved(walk, fresh.form)
    mine = any(intent.effect == "fill_form" for intent in walk.journal.intents())
    filled = bool(fresh.form and fresh.form.date and fresh.form.reason)
    return ProofLine(
        clause="10", claim="Required for Cancellation",
        expected="saved as requested" if mine else "filled in", seen=said, page="Organization page",
        ok=saved if mine else filled,
    )  # fmt: skip


def judge(walk: Walk, lines: tuple[ProofLine, ...], fresh: FreshReading) -> None:
    """Return if every line is true. Raises NeedsHuman (still_scheduled, unknown_status, unproven) or UnknownEffect."""
    wrong = [line for line in lines if not line.ok]
    what = "; ".join(f"{line.claim}: {line.seen} instead of {line.expected}" for line in wrong[:4])
    number = walk.request.account_number
    if any(line.clause == "8" and line.claim.startswith("billings") for line in wrong):
        raise NeedsHuman(
            "still_scheduled", f"account {number} still has billing set up: {what}. Cancel these billings by hand"
        )
    odd = unknown_statuses(fresh.billing, walk.profile, walk.session.now().date())
    if not wrong and odd:
        raise NeedsHuman(
            "unknown_status",
            f'billing {describe(odd[0])} has the status "{odd[0].status}": look whether it will be charged; if not, add the '
            "status to words.billing.settled",
        )
    if not wrong:
        return
    if walk.form_said and all(line.clause == "10" for line in wrong):
        raise NeedsHuman(
            "update_rejected",
            f'all is cancelled but the form Required for Cancellation was not saved; the site said "{walk.form_said}". Mend the '
            f"record of account {number} and fill the form in by hand",
        )
    if all(line.seen == "not shown" for line in wrong):
        raise NeedsHuman(
            "unproven", f"the site does not show what would prove it ({what}): look at account {number} by hand"
        )
    raise UnknownEffect(
        f"the site answered, but account {number} does not show it: {what}. Look at these and finish by hand"
    )

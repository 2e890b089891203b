"""restore.md: how to put back by hand what the robot changed. Written only if it set out to change
anything."""

from collections.abc import Iterator

from flows.model import MODULES, AccountReading, BillingRow, Effect
from rpa.cases.case import CaseFile, EffectRecord
from rpa.cases.comparison import form_in_words, in_words, money, pending_of
from rpa.cases.text import MASK, markdown
from rpa.cases.wording import effect_in_words, settled_in_words


def restore_sheet(case: CaseFile) -> bytes:
    """The sheet for a case with intents; values are those of the snapshot, taken before the first effect."""
    name, number = markdown(case.request.account_name), markdown(case.request.account_number)
    lines = [
        f"# How to restore account {number}: {name}",
        "",
        f"Request {markdown(case.request.id)}. The values below were read before the robot's first change.",
        "Restoring is work by hand in the CRM; the robot never does it. Work from top to bottom, tick each",
        "heading, and read the account again at the end. Where the sheet says *not known*, look first",
        "whether anything was changed at all.",
        f"{MASK} stands for a value that is masked in the case file by the site profile.",
        "",
    ]
    if case.snapshot is None:
        lines += ["**No snapshot was taken.** Use the pictures in `evidence/` and the “before” column.", ""]
    for effect in case.effects:
        if effect.effect not in {Effect.RESTORE_MODULE, Effect.OPEN_PAGE}:  # the putting back itself; no change
            lines += _effect(effect, case)
    return ("\n".join(lines).rstrip() + "\n").encode()


def _effect(effect: EffectRecord, case: CaseFile) -> Iterator[str]:
    yield f"## [ ] {effect_in_words(effect.effect)} (clause {effect.clause}): {settled_in_words(effect.outcome)}"
    yield ""
    if effect.outcome == "not_done":
        yield "Nothing to restore: it was read that this was not done."
    else:
        if effect.outcome != "done":
            yield "Look first: whether this was done is not known."
            yield ""
        yield from _how(effect, case)
    yield ""


def _how(effect: EffectRecord, case: CaseFile) -> Iterator[str]:
    before = markdown(effect.before) or "(empty)"
    kind = Effect(effect.effect) if effect.effect in set(Effect) else None
    reading = case.snapshot
    if kind is Effect.CANCEL_BILLINGS and reading is not None:
        yield from _billing(reading, case.pending)
    elif kind is Effect.FILL_FORM and reading is not None:
        form = markdown(form_in_words(reading.form))
        yield f"On the Organization page, “Required for Cancellation”, put back: {form}"
    elif kind in _HOW:
        value = getattr(reading, _HOW[kind][1], None) if reading is not None else None
        yield _HOW[kind][0].format(value=markdown(in_words(value)) if value is not None else before)
    elif kind is Effect.SWITCH_MODULE and _module_is_back(case):
        yield f"Nothing to restore: the robot chose **{before}** again at the end."
    elif kind is Effect.SWITCH_MODULE:
        yield f"Choose **{before}** in the App Module drop-down again, signed in as the robot's user."
    else:
        yield f"Before: {before}."


def _module_is_back(case: CaseFile) -> bool:
    """Whether the last change of the App Module was the one back."""
    last = [effect for effect in case.effects if effect.effect in MODULES][-1]
    return last.effect == Effect.RESTORE_MODULE and last.outcome == "done"


_HOW = {
    Effect.REMOVE_LICENSE_COUNT: ("Set the license count back to **{value}**.", "license_count"),
    Effect.SET_STATUS: ("Set the account status back to **{value}**.", "account_status"),
    Effect.SET_CONTACT_INFO: ("Set Organization / Contact Info back to **{value}**.", "contact_info"),
    Effect.UPDATE: (
        "If Server Location was filled in by the robot, put it back to **{value}** and press Update.",
        "server_location",
    ),
}


def _billing(reading: AccountReading, pending: tuple[str, ...]) -> Iterator[str]:
    rows = pending_of(reading, pending)
    if not rows:
        yield "Nothing was scheduled or submitted before; there is no billing to schedule again."
        return
    yield f"Schedule these {len(rows)} billings again, {markdown(money(rows))} in all:"
    yield ""
    yield "| Number | Due | Amount | Status |"
    yield "|---|---|---|---|"
    for row in rows:
        yield f"| {' | '.join(map(markdown, _cells(row)))} |"


def _cells(row: BillingRow) -> tuple[str, str, str, str]:
    amount = row.amount_text or ("" if row.amount is None else str(row.amount))
    return row.number, row.due.isoformat() if row.due else "", amount, row.status

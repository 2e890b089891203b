"""A case that had ended as cancelled is opened again: another attempt, which changes nothing and ends as needs_human."""

from flows.journal import EventKind
from flows.model import AccountReading, CancellationRequest, End, Outcome, ProofLine
from rpa.queue.finding import PAGE, Finding
from rpa.queue.guard import Guard
from rpa.queue.rechecks import occasion_in_words
from rpa.queue.shop import Shop
from rpa.records import CaseJournal

BILLING_CAME_BACK = "billing_came_back"
"""The code of the end. Nobody cancels again by himself: a person decides."""
CLAUSE = "8"


def reopen(shop: Shop, request: CancellationRequest, occasion: str, finding: Finding) -> Outcome:
    """Write down what was found, and end as needs_human; the earlier end stays in the chain. Once is enough: a case that
    is open for this reason stays as it is.

    Whoever calls holds the account. Raises LeaseLost, RecordError, OSError, SQLAlchemyError.
    """
    last = shop.records.last_end(request.id)
    if last is not None and last.code == BILLING_CAME_BACK:
        return last
    guard = Guard(shop.lease, shop.line, request.id)
    with shop.records.begin(request, profile=shop.profile, guard=guard, reopens=occasion) as journal:
        journal.redact(shop.secrets)
        lines = finding.lines or _kept(finding)
        _write(journal, occasion, finding, lines)
        return journal.finish(_outcome(request, occasion, finding, lines))


def what_next(request_id: str) -> str:
    """What a person can do about it."""
    return (
        f"Look at the account, then have it cancelled again (rpa retry {request_id}) or close the case "
        f"(rpa resolve {request_id} --as ... --why ... --by ...)."
    )


def _kept(finding: Finding) -> tuple[ProofLine, ...]:
    """All that is left of a finding whose finder died: its words."""
    said = finding.said
    return (ProofLine(clause=CLAUSE, claim="nothing is billed", expected="nothing", seen=said, page=PAGE, ok=False),)


def _write(journal: CaseJournal, occasion: str, finding: Finding, lines: tuple[ProofLine, ...]) -> None:
    title = f"read the account again, {occasion_in_words(occasion)}"
    journal.write(EventKind.STEP_STARTED, CLAUSE, title=title)
    if finding.reading is not None:
        journal.write(EventKind.OBSERVATION, CLAUSE, **_observed(finding.reading))
    journal.write(EventKind.PROOF, CLAUSE, lines=[line.model_dump(mode="json") for line in lines])
    journal.write(EventKind.STEP_ENDED, CLAUSE, title=title, outcome="done", note="")


def _observed(reading: AccountReading) -> dict[str, object]:
    facts = {"license_count": reading.license_count, "account_status": reading.account_status}
    rows = {"billing": reading.billing or (), "cancelled_billing": reading.cancelled_billing or ()}
    told = {name: [row.model_dump(mode="json") for row in some] for name, some in rows.items()}
    values = {name: str(value) for name, value in facts.items() if value is not None}
    return {"page": PAGE, "url": "", "values": values, **told}


def _outcome(request: CancellationRequest, occasion: str, finding: Finding, lines: tuple[ProofLine, ...]) -> Outcome:
    return Outcome.of(
        request,
        end=End.NEEDS_HUMAN,
        code=BILLING_CAME_BACK,
        message=f"the account was cancelled, and bills again, as read {occasion_in_words(occasion)}. {_capital(finding.said)}",
        proof=lines,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

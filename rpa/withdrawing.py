"""A person takes a request back before anything was changed for it."""

from flows.model import CancellationRequest, End, Outcome
from flows.profile import SiteProfile
from rpa.records import RecordError, Records


class TooLate(RecordError):
    """The request has an end, or changes were set out for it; the message says what to do."""


def withdraw(records: Records, request: CancellationRequest, *, profile: SiteProfile, by: str, why: str) -> Outcome:
    """End an accepted request as `withdrawn`, with its case file; returns the end.

    Raises TooLate, and what `Records.begin` raises: AlreadyEnded, CaseBusy (it is being worked on), OSError.
    """
    with records.begin(request, profile=profile) as journal:
        intents = journal.intents()
        if intents:
            raise TooLate(
                f"request {request.id} can't be withdrawn: {intents[-1].effect} was set out for already; run it to its end"
            )
        return journal.finish(
            Outcome(
                id=request.id,
                account_name=request.account_name,
                account_number=request.account_number,
                end=End.WITHDRAWN,
                message=f"withdrawn by {by} before anything was changed: {why}",
            )
        )

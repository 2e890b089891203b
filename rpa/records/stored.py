"""What `requests.content` holds: the request as it was accepted and, from the moment a purge of it begins, that."""

import json
from typing import NamedTuple

from flows.model import CancellationRequest, Noun, Outcome
from rpa.cases.purged import Purged
from rpa.cases.text import canonical

MARKED = '%"purge":{%'
"""Within `requests.content` only the mark of a purge is spelled so: a quote within a text has a backslash before it."""
GONE = "[purged]"
"""Stands where personal data were."""


class PurgeMark(Noun):
    """A purge that was begun. All that it will write follows from this, so that it can be taken up again."""

    purged: Purged
    content: str
    """Keyed digest of the request's content: the same request again is still known (promise 13)."""
    done: bool = False


class Stored(NamedTuple):
    request: CancellationRequest
    mark: PurgeMark | None

    @classmethod
    def read(cls, content: str) -> "Stored":
        told = json.loads(content)
        mark = told.pop("purge", None)
        return cls(CancellationRequest.model_validate(told), mark and PurgeMark.model_validate(mark))

    def emptied(self) -> "Stored":
        """The purge is done: id and date stay, and of the account number what the purge leaves."""
        if self.mark is None:
            return self
        kept = {"id": self.request.id, "date": self.request.date, "account_number": self.mark.purged.account_number}
        request = CancellationRequest(**kept, account_name=GONE, reason=GONE)
        return Stored(request, self.mark.model_copy(update={"done": True}))

    def write(self) -> str:
        told = self.request.model_dump(mode="json")
        return canonical(told | {"purge": self.mark.model_dump(mode="json")} if self.mark else told)


def emptied_outcome(outcome: Outcome, purged: Purged) -> Outcome:
    """The end without personal data."""
    message = f"personal data were deleted on {purged.at:%Y-%m-%d} by {purged.by}"
    left = {"account_name": GONE, "account_number": purged.account_number, "message": message, "proof": (), "drift": ""}
    return outcome.model_copy(update=left)

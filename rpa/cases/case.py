"""case.json: what the journal tells, in the form a program reads. Schema planplus-case/2
(`docs/case-file.md`)."""

import datetime as dt
from typing import Literal

from pydantic import Field

from flows.model import AccountReading, BillingRow, CancellationRequest, Noun, Outcome, Plan, ProofLine


class Attempt(Noun):
    number: int
    started_at: dt.datetime
    profile: str
    profile_hash: str
    version: str
    """Of the robot."""
    end: str = ""
    """Empty: the attempt stopped without an end."""
    code: str = ""
    message: str = ""


class Step(Noun):
    attempt: int
    clause: str
    title: str
    started_at: dt.datetime
    ended_at: dt.datetime | None = None
    outcome: str = ""
    """done, already, answered (proven later), left out; empty: it did not end."""
    note: str = ""


class Recovery(Noun):
    attempt: int
    clause: str
    on: str
    by: str
    outcome: str
    at: dt.datetime


class SentRequest(Noun):
    method: str = ""
    path: str = ""
    status: int | None = None
    """null: no answer."""
    blocked: bool = False
    """It was not let through: it never left the browser."""
    refused: bool = False
    """The connection was refused: it did not reach the server."""


class EffectRecord(Noun):
    """One intent and what became of it."""

    attempt: int
    intent: str
    effect: str
    clause: str
    identity: dict[str, str]
    page: str
    before: str
    at: dt.datetime
    requests: tuple[SentRequest, ...] | None = None
    """What left the browser; null: not known."""
    outcome: str = "unknown"
    """done, not_done, answered (by the site; no proof), unknown."""
    seen: str = ""
    settled_at: dt.datetime | None = None


class Evidence(Noun):
    file: str
    sha256: str
    media_type: str
    moment: str
    clause: str
    page: str
    url: str
    at: dt.datetime


class LastRead(Noun):
    """What the pages told last, as they showed it; null: not read again after the snapshot."""

    license_count: str | None = None
    account_status: str | None = None
    contact_info: str | None = None
    form: str | None = None
    server_location: str | None = None
    module: str | None = None
    billing: tuple[BillingRow, ...] | None = None
    cancelled_billing: tuple[BillingRow, ...] | None = None


class Warned(Noun):
    text: str
    clause: str
    at: dt.datetime


class Drift(Noun):
    """Something on a page that is not as it was learned: drift, or what was never seen before."""

    attempt: int
    page: str
    kind: str
    """gone, renamed, new_status, new_link, new_message, ..."""
    clause: str
    """The article's clause that relies on it; empty: none does."""
    key: str
    """The profile's key of the wording; empty: none of the profile's."""
    matters: bool
    """Whether an effect, an identity or a proof relies on it."""
    expected: str
    seen: str
    nearest: str
    sentence: str
    at: dt.datetime


def _is_empty(value: tuple[Drift, ...]) -> bool:
    return not value


class Resolved(Noun):
    """A person's words after the end."""

    end: str
    why: str
    by: str
    at: dt.datetime


class CaseFile(Noun):
    """Everything of one request. Times are UTC, money is decimal text, texts are as the CRM showed them."""

    schema_: Literal["planplus-case/2"] = Field(default="planplus-case/2", alias="schema")
    request: CancellationRequest
    accepted_at: dt.datetime | None
    source: str
    attempts: tuple[Attempt, ...]
    snapshot: AccountReading | None
    """The account before the first effect."""
    module: str
    """The App Module before the first effect."""
    after: LastRead
    pending: tuple[str, ...]
    """The billing statuses that mean money still to be taken."""
    plan: Plan | None
    steps: tuple[Step, ...]
    recoveries: tuple[Recovery, ...]
    effects: tuple[EffectRecord, ...]
    evidence: tuple[Evidence, ...]
    warnings: tuple[Warned, ...]
    drift: tuple[Drift, ...] = Field(default=(), exclude_if=_is_empty)
    """What was not as it was learned on the pages of this request, what matters first. Written only where there is something:
    a case file from before reads the same."""
    proof: tuple[ProofLine, ...]
    outcome: Outcome
    resolved: tuple[Resolved, ...]
    events: int
    """Lines of journal.jsonl."""
    head: str
    """Hash of its last line."""

    def to_json(self) -> bytes:
        return self.model_dump_json(by_alias=True, indent=2).encode() + b"\n"

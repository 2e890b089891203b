"""What the flow writes down as it goes, and to whom. `rpa` keeps it: database, case file, live display."""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from flows.model import AccountReading


class EventKind(StrEnum):
    ATTEMPT_STARTED = "attempt_started"  # data: attempt (int), request, profile, profile_hash, version
    STEP_STARTED = "step_started"  # data: title
    STEP_ENDED = "step_ended"  # data: title, outcome ("done" | "already" | "left out"), note
    RECOVERY = "recovery"  # data: on (obstacle), by (verb), outcome
    OBSERVATION = "observation"  # data: page, url, values {label: value}, and whatever else was read there
    SNAPSHOT = "snapshot"  # data: reading (AccountReading before the first effect), module
    PLAN = "plan"  # data: plan (Plan)
    INTENT = "intent"  # data: intent (id), effect, identity {number, name}, page, before
    EFFECT_SENT = "effect_sent"  # data: intent, requests [{method, path, status|None}]
    EFFECT_SETTLED = (
        "effect_settled"  # data: intent, effect, outcome ("done" | "answered" | "not_done" | "unknown"), seen
    )
    EVIDENCE = "evidence"  # data: file, sha256, media_type, moment ("before" | "after" | "page" | "failure"), page, url
    WARNING = "warning"  # data: text
    DRIFT = "drift"  # a page is not as it was learned. data: change (flows.drift.Change)
    PROOF = "proof"  # data: lines [ProofLine]
    END = "end"  # data: outcome (Outcome)
    RESOLVED = "resolved"  # a person's words after the end. data: as, why, by
    PURGED = "purged"  # the last of all: personal data were deleted. data: by, ended_before, account_number (or what stands for it), account_number_kept


class Event(BaseModel):
    """One thing that happened, with the article's clause it belongs to ("" where none does)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: EventKind
    clause: str = ""
    at: dt.datetime
    data: dict[str, Any] = Field(default_factory=dict)


class Intent(BaseModel):
    """An effect that was about to be caused; durable before anything is clicked (promise 3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    request_id: str
    account_number: str
    effect: str
    before: str = ""
    """What it changes, as it was read just before."""
    at: dt.datetime
    requests_sent: int | None = None
    """None: not known (the process died); 0: certainly nothing left the browser."""
    outcome: str = ""
    """"" while unsettled, else done, answered (by the site; not proven yet), not_done, unknown."""


def standing(intents: Iterable[Intent]) -> list[Intent]:
    """Those that may have been caused: what was refused, or certainly never sent, is no effect."""
    return [intent for intent in intents if intent.outcome != "not_done"]


class Journal(Protocol):
    """The durable record of one request. Every call returns only when it is on disk; within `together`, the block does."""

    def write(self, kind: EventKind, clause: str = "", **data: Any) -> None:
        """Append an event."""

    def intend(self, effect: str, clause: str, identity: dict[str, str], page: str, before: str) -> str:
        """Record an intent and return its id; raises OSError or a database error if it could not be made durable."""

    def sent(self, intent: str, requests: list[dict[str, Any]]) -> None:
        """Record what left the browser for an intent."""

    def settle(self, intent: str, outcome: str, seen: str) -> None:
        """Record what became of an intent."""

    def together(self) -> AbstractContextManager[None]:
        """For what is settled by the same look: durable at the end of the block, all at once. An intent waits for none."""

    def intents(self) -> list[Intent]:
        """All intents of this request so far, earlier attempts' included, oldest first."""

    def snapshot(self) -> AccountReading | None:
        """The account as it was before the first effect of the request, by whichever attempt; None if not read yet."""

    def redact(self, secrets: Sequence[str]) -> None:
        """From now on these texts are struck from everything that is written (promise 15)."""

    def keep(self, name: str, content: bytes, *, media_type: str, clause: str, moment: str, page: str, url: str) -> str:
        """Keep a picture or text as evidence; returns its file name in the case file."""

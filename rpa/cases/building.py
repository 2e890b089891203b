"""From the journal's lines to the case: nothing else goes in, so `verify` can build it again and compare."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from flows.journal import Event
from flows.model import AccountReading, CancellationRequest, Outcome, Plan, ProofLine
from rpa.cases.case import (
    Attempt,
    CaseFile,
    Drift,
    EffectRecord,
    Evidence,
    LastRead,
    Recovery,
    Resolved,
    SentRequest,
    Step,
    Warned,
)
from rpa.cases.chain import Line
from rpa.cases.shown import CANCELLED_TAB, Shown

M = TypeVar("M", bound=BaseModel)
DEFAULT_PENDING = ("Scheduled", "Submitted")
ON_THE_WAY = {"Server Location": "server_location", "App Module": "module"}
"""Keys of OBSERVATION.values, and the fields of LastRead they tell: what a recovery changes."""
FACTS = {
    "license_count": "license_count",
    "account_status": "account_status",
    "contact_info": "contact_info",
    "Required for Cancellation": "form",
}
"""Likewise: what the cancellation changes."""


def build_case(lines: Sequence[Line]) -> CaseFile:
    """The case that these lines tell. They must hold an ATTEMPT_STARTED and an END; raises ValueError
    otherwise."""
    story = _Story(lines)
    if story.request is None or story.outcome is None:
        raise ValueError("the journal holds no request or no end, so there is no case to tell yet")
    return CaseFile(
        request=story.request,
        accepted_at=story.accepted_at,
        source=story.source,
        attempts=tuple(story.attempts),
        snapshot=story.snapshot,
        module=story.module,
        after=story.after,
        pending=story.pending,
        plan=story.plan,
        steps=tuple(story.steps),
        recoveries=tuple(story.recoveries),
        effects=tuple(story.effects.values()),
        evidence=tuple(story.evidence),
        warnings=tuple(story.warnings),
        drift=tuple(sorted(story.drift.values(), key=lambda one: not one.matters)),
        proof=story.proof or story.outcome.proof,
        outcome=story.outcome,
        resolved=tuple(story.resolved),
        events=len(lines),
        head=lines[-1].hash,
    )


class _Story:
    """What was told so far; one method for a kind of event."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.request: CancellationRequest | None = None
        self.accepted_at: dt.datetime | None = None
        self.source = ""
        self.pending: tuple[str, ...] = DEFAULT_PENDING
        self.attempts: list[Attempt] = []
        self.snapshot: AccountReading | None = None
        self.after = LastRead()
        self.module = ""
        self.plan: Plan | None = None
        self.steps: list[Step] = []
        self.recoveries: list[Recovery] = []
        self.effects: dict[str, EffectRecord] = {}
        self.evidence: list[Evidence] = []
        self.warnings: list[Warned] = []
        self.drift: dict[tuple[str, ...], Drift] = {}
        self.proof: tuple[ProofLine, ...] = ()
        self.outcome: Outcome | None = None
        self.resolved: list[Resolved] = []
        self.shown = Shown()
        for line in lines:
            getattr(self, f"_{line.event.kind.value}")(line.event, line.event.data)

    @property
    def _attempt(self) -> int:
        return self.attempts[-1].number if self.attempts else 0

    def _read(self, model: type[M], value: Any, event: Event) -> M | None:
        try:
            return model.model_validate(value)
        except ValidationError:
            # A case file with a gap is worth more than none, once effects were caused.
            told = f"the {model.__name__} in event {event.kind.value} could not be read back"
            self.warnings.append(Warned(text=told, clause=event.clause, at=event.at))
            return None

    def _attempt_started(self, event: Event, data: dict[str, Any]) -> None:
        told = {name: str(data.get(name, "")) for name in ("profile", "profile_hash", "version")}
        self.attempts.append(Attempt(number=int(data["attempt"]), started_at=event.at, **told))
        self.request = CancellationRequest.model_validate(data["request"])  # its date may have been moved since
        self.accepted_at = self.accepted_at or (
            data.get("accepted_at") and dt.datetime.fromisoformat(data["accepted_at"])
        )
        self.source = self.source or str(data.get("source", ""))
        self.pending = tuple(data.get("pending") or DEFAULT_PENDING)
        self.shown.forget()
        self.proof = ()  # an earlier attempt's proof proves nothing about the account as it is now

    def _step_started(self, event: Event, data: dict[str, Any]) -> None:
        self.shown.start_reading()
        title = str(data.get("title", ""))
        self.steps.append(Step(attempt=self._attempt, clause=event.clause, title=title, started_at=event.at))

    def _step_ended(self, event: Event, data: dict[str, Any]) -> None:
        told = {
            "ended_at": event.at,
            "outcome": str(data.get("outcome", "")),
            "note": str(data.get("note", "")),
        }
        for place in range(len(self.steps) - 1, -1, -1):
            step = self.steps[place]
            if step.clause == event.clause and step.attempt == self._attempt and step.ended_at is None:
                self.steps[place] = step.model_copy(update=told)
                return
        title = str(data.get("title", ""))
        step = Step(attempt=self._attempt, clause=event.clause, title=title, started_at=event.at)
        self.steps.append(step.model_copy(update=told))

    def _recovery(self, event: Event, data: dict[str, Any]) -> None:
        self.shown.start_reading()
        told = {name: str(data.get(name, "")) for name in ("on", "by", "outcome")}
        self.recoveries.append(Recovery(attempt=self._attempt, clause=event.clause, at=event.at, **told))

    def _observation(self, event: Event, data: dict[str, Any]) -> None:
        """What a recovery changes counts from the start, the account's own values from the snapshot on."""
        if "billing" in data:
            self._name_cancelled_tab(self.shown.billing_read())
        values = data.get("values") or {}
        told = {name: str(values[key]) for key, name in ON_THE_WAY.items() if key in values}
        if self.snapshot is not None:
            told |= {name: str(values[key]) for key, name in FACTS.items() if key in values}
            told |= {name: data[name] for name in ("billing", "cancelled_billing") if name in data}
        if told:
            self.after = self._read(LastRead, {**self.after.model_dump(), **told}, event) or self.after

    def _name_cancelled_tab(self, file: str) -> None:
        self.evidence = [
            one.model_copy(update={"page": CANCELLED_TAB}) if one.file == file else one for one in self.evidence
        ]

    def _snapshot(self, event: Event, data: dict[str, Any]) -> None:
        if self.snapshot is None:
            self.snapshot = self._read(AccountReading, data.get("reading"), event)
            self.module = str(data.get("module") or "")

    def _plan(self, event: Event, data: dict[str, Any]) -> None:
        self.plan = self.plan or self._read(Plan, data.get("plan"), event)

    def _intent(self, event: Event, data: dict[str, Any]) -> None:
        told = {name: str(data.get(name, "")) for name in ("intent", "effect", "page", "before")}
        identity = {str(name): str(value) for name, value in (data.get("identity") or {}).items()}
        record = EffectRecord(attempt=self._attempt, clause=event.clause, identity=identity, at=event.at, **told)
        self.effects[record.intent] = record
        self.shown.effect(record.effect)

    def _effect_sent(self, _event: Event, data: dict[str, Any]) -> None:
        sent = tuple(
            SentRequest.model_validate({name: one[name] for name in SentRequest.model_fields if name in one})
            for one in data.get("requests", ())
        )
        self._update(data, requests=sent)

    def _effect_settled(self, event: Event, data: dict[str, Any]) -> None:
        outcome, seen = str(data.get("outcome") or "unknown"), str(data.get("seen", ""))
        self._update(data, outcome=outcome, seen=seen, settled_at=event.at)

    def _update(self, data: dict[str, Any], **told: Any) -> None:
        intent = str(data.get("intent"))
        if intent in self.effects:
            self.effects[intent] = self.effects[intent].model_copy(update=told)

    def _evidence(self, event: Event, data: dict[str, Any]) -> None:
        told = {name: str(data.get(name, "")) for name in ("file", "sha256", "media_type", "moment", "page", "url")}
        self.evidence.append(Evidence(clause=event.clause, at=event.at, **told))
        self.shown.taken(self.evidence[-1])

    def _warning(self, event: Event, data: dict[str, Any]) -> None:
        self.warnings.append(Warned(text=str(data.get("text", "")), clause=event.clause, at=event.at))

    def _drift(self, event: Event, data: dict[str, Any]) -> None:
        """Each once, as it was first seen, by whichever attempt."""
        change = data.get("change") or {}
        names = ("page", "kind", "key", "expected", "seen", "nearest", "sentence")
        told = {name: str(change.get(name, "")) for name in names}
        matters = change.get("matters") is True
        one = Drift(attempt=self._attempt, clause=event.clause, matters=matters, at=event.at, **told)
        self.drift.setdefault((one.page, one.kind, one.key, one.expected, one.seen), one)

    def _proof(self, event: Event, data: dict[str, Any]) -> None:
        lines = (self._read(ProofLine, line, event) for line in data.get("lines", ()))
        self.proof = tuple(self.shown.beside(line) for line in lines if line is not None)

    def _end(self, _event: Event, data: dict[str, Any]) -> None:
        told = Outcome.model_validate(data["outcome"])
        self.outcome = told.model_copy(update={"proof": tuple(map(self.shown.beside, told.proof))})
        if self.attempts:
            ended = {"end": told.end.value, "code": told.code, "message": told.message}
            self.attempts[-1] = self.attempts[-1].model_copy(update=ended)

    def _resolved(self, event: Event, data: dict[str, Any]) -> None:
        told = {
            "end": str(data.get("as", "")),
            "why": str(data.get("why", "")),
            "by": str(data.get("by", "")),
        }
        self.resolved.append(Resolved(at=event.at, **told))

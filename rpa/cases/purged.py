"""case.json of a case whose personal data were deleted. Schema planplus-purged-case/1 (`docs/case-file.md`)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field

from flows.journal import Event, EventKind
from flows.model import End, Noun
from rpa.cases.case import Attempt
from rpa.cases.chain import Line


class Purged(Noun):
    """That personal data were deleted, when, by whom, and by which rule."""

    at: dt.datetime
    by: str
    ended_before: dt.datetime
    """Whatever had ended before this moment was to be purged."""
    account_number: str
    """The number itself, or what stands for it: the same for each request of the same account."""
    account_number_kept: bool

    def event(self) -> Event:
        """What the journal tells of it."""
        told = self.model_dump(mode="json", exclude={"at"})
        return Event(kind=EventKind.PURGED, at=self.at, data=told)

    @classmethod
    def of(cls, event: Event) -> "Purged":
        """What the event PURGED tells. Raises ValidationError."""
        return cls.model_validate({"at": event.at, **event.data})


class PurgedEffect(Noun):
    """One intent and what became of it, without what was read and where."""

    attempt: int
    intent: str
    effect: str
    clause: str
    at: dt.datetime
    sent: int | None = None
    """So many requests left the browser; null: not known."""
    outcome: str = "unknown"
    settled_at: dt.datetime | None = None


class Point(Noun):
    """A line of the proof, by its clause."""

    clause: str
    ok: bool


class Settled(Noun):
    """A person closed the case."""

    end: str
    at: dt.datetime


class PurgedCase(Noun):
    """All that is left of one request. Times are UTC."""

    schema_: Literal["planplus-purged-case/1"] = Field(default="planplus-purged-case/1", alias="schema")
    request_id: str
    date: dt.date
    """The date of cancellation that was asked for."""
    accepted_at: dt.datetime | None
    attempts: tuple[Attempt, ...]
    effects: tuple[PurgedEffect, ...]
    recoveries: tuple[str, ...]
    proof: tuple[Point, ...]
    end: End
    code: str
    ended_at: dt.datetime
    resolved: tuple[Settled, ...]
    purged: Purged
    events: int
    """Lines of journal.jsonl."""
    head: str
    """Hash of its last line."""

    def to_json(self) -> bytes:
        return self.model_dump_json(by_alias=True, indent=2).encode() + b"\n"


def build_purged(lines: Sequence[Line]) -> PurgedCase:
    """The case that a purged journal tells. Raises ValueError, LookupError or TypeError if it tells none."""
    events = [line.event for line in lines]
    request = _last(events[:1], EventKind.ATTEMPT_STARTED).data
    ended = _last(events, EventKind.END)
    outcome = ended.data["outcome"]
    return PurgedCase(
        request_id=request["request"]["id"],
        date=request["request"]["date"],
        accepted_at=request.get("accepted_at"),
        attempts=_attempts(events),
        effects=_effects(events),
        recoveries=outcome["recoveries"],
        proof=outcome["proof"],
        end=outcome["end"],
        code=outcome["code"],
        ended_at=ended.at,
        resolved=tuple(Settled(end=one.data["as"], at=one.at) for one in events if one.kind is EventKind.RESOLVED),
        purged=Purged.of(events[-1]),
        events=len(lines),
        head=lines[-1].hash,
    )


def _last(events: Sequence[Event], kind: EventKind) -> Event:
    found = [event for event in events if event.kind is kind]
    if not found:
        raise ValueError(f"the journal holds no {kind.value} where there has to be one")
    return found[-1]


def _attempts(events: Sequence[Event]) -> tuple[Attempt, ...]:
    made: list[Attempt] = []
    for event in events:
        if event.kind is EventKind.ATTEMPT_STARTED:
            told = {name: event.data[name] for name in ("profile", "profile_hash", "version")}
            made.append(Attempt(number=event.data["attempt"], started_at=event.at, **told))
        elif event.kind is EventKind.END:
            outcome = event.data["outcome"]
            made[-1] = made[-1].model_copy(update={"end": outcome["end"], "code": outcome["code"]})
    return tuple(made)


def _effects(events: Sequence[Event]) -> tuple[PurgedEffect, ...]:
    effects: dict[str, PurgedEffect] = {}
    attempt = 0
    for event in events:
        data = event.data
        if event.kind is EventKind.ATTEMPT_STARTED:
            attempt = data["attempt"]
        elif event.kind is EventKind.INTENT:
            told = {"intent": data["intent"], "effect": data["effect"], "clause": event.clause, "at": event.at}
            effects[data["intent"]] = PurgedEffect(attempt=attempt, **told)
        elif event.kind in {EventKind.EFFECT_SENT, EventKind.EFFECT_SETTLED}:
            effects[data["intent"]] = effects[data["intent"]].model_copy(update=_became(event))
    return tuple(effects.values())


def _became(event: Event) -> dict[str, Any]:
    if event.kind is EventKind.EFFECT_SENT:
        return {"sent": sum(not request.get("blocked") for request in event.data["requests"])}
    return {"outcome": event.data["outcome"], "settled_at": event.at}

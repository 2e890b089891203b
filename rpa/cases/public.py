"""Which part of an event is nobody's personal data: it stays readable when a case is purged."""

from collections.abc import Mapping
from typing import Any

from flows.journal import EventKind

Spec = Mapping[str, Any]
"""Name -> True: all of it; or the spec of the object, or of each object of the list, that stands there."""

PUBLIC: Mapping[EventKind, Spec] = {
    EventKind.ATTEMPT_STARTED: {
        "attempt": True,
        "profile": True,
        "profile_hash": True,
        "version": True,
        "accepted_at": True,
        "pending": True,
        "reopens": True,
        "request": {"id": True, "date": True},
    },
    EventKind.STEP_STARTED: {"title": True},
    EventKind.STEP_ENDED: {"title": True, "outcome": True},
    EventKind.RECOVERY: {"by": True},  # its outcome may quote a page
    EventKind.INTENT: {"intent": True, "effect": True},
    EventKind.EFFECT_SENT: {
        "intent": True,
        "requests": {"method": True, "status": True, "blocked": True, "refused": True},
    },
    EventKind.EFFECT_SETTLED: {"intent": True, "effect": True, "outcome": True},
    EventKind.EVIDENCE: {"media_type": True, "moment": True},
    EventKind.DRIFT: {"change": {"page": True, "kind": True, "clause": True, "key": True, "matters": True}},
    EventKind.PROOF: {"lines": {"clause": True, "ok": True}},
    EventKind.END: {
        "outcome": {
            "id": True,
            "end": True,
            "code": True,
            "recoveries": True,
            "seconds": True,
            "proof": {"clause": True, "ok": True},
        }
    },
    EventKind.RESOLVED: {"as": True},
    EventKind.PURGED: {
        "by": True,
        "ended_before": True,
        "account_number": True,
        "account_number_kept": True,
    },
}
"""Only what the robot says in its own words; of all other kinds nothing. What stands nowhere here is personal."""


def parts(kind: EventKind, data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """An event's data, taken apart: the public part, and the personal one. `joined` puts them together again."""
    return _split(data, PUBLIC.get(kind, {}))


def joined(public: dict[str, Any], personal: dict[str, Any]) -> dict[str, Any]:
    """The data that `parts` took apart, keys sorted. Raises ValueError if the two do not fit."""
    both = public | personal
    both |= {name: _join(public[name], personal[name]) for name in public.keys() & personal.keys()}
    return dict(sorted(both.items()))


def _split(value: dict[str, Any], spec: Spec) -> tuple[dict[str, Any], dict[str, Any]]:
    public: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    for name, item in value.items():
        inner = spec.get(name)
        if inner is True:
            public[name] = item
        elif inner and isinstance(item, dict):
            public[name], personal[name] = _split(item, inner)
        elif inner and isinstance(item, list) and all(isinstance(one, dict) for one in item):
            pairs = [_split(one, inner) for one in item]
            public[name], personal[name] = [one for one, _ in pairs], [other for _, other in pairs]
        else:
            personal[name] = item
    return public, personal


def _join(public: Any, personal: Any) -> Any:
    if isinstance(public, dict) and isinstance(personal, dict):
        return joined(public, personal)
    if isinstance(public, list) and isinstance(personal, list):
        return [_join(one, other) for one, other in zip(public, personal, strict=True)]
    raise ValueError("the public and the personal part of an event do not fit")

"""What a request's pages showed that was not as it was learned, as its events tell it, of all its attempts."""

import json
from typing import Any

from sqlalchemy import Engine, select

from flows.journal import EventKind
from flows.model import Noun
from rpa.database.tables import observations
from rpa.records.stored import GONE


class DriftSeen(Noun):
    page: str
    kind: str
    matters: bool
    sentence: str


def drift_seen(engine: Engine, request_id: str) -> list[DriftSeen]:
    """Each once, what matters first. Raises SQLAlchemyError."""
    this = (observations.c.request_id == request_id, observations.c.kind == EventKind.DRIFT.value)
    query = select(observations.c.data).where(*this).order_by(observations.c.seq)
    with engine.connect() as connection:
        told = [_seen(json.loads(data)["change"]) for data in connection.execute(query).scalars()]
    return sorted(dict.fromkeys(told), key=lambda one: not one.matters)


def _seen(change: dict[str, Any]) -> DriftSeen:
    """Of a request that was purged no sentence is left."""
    names = {name: str(change.get(name, "")) for name in ("page", "kind")}
    return DriftSeen(**names, matters=change.get("matters") is True, sentence=str(change.get("sentence", GONE)))

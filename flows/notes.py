"""A journal that is kept in memory only: for a plan, which has no effect, and for tests of the flow."""

import datetime as dt
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from flows.journal import Event, EventKind, Intent
from flows.model import AccountReading


class Notes:
    """Implements `flows.journal.Journal` without a disk. Never used for a run that has effects on a real site."""

    def __init__(self, request_id: str = "", account_number: str = "") -> None:
        self.request_id = request_id
        self.account_number = account_number
        self.events: list[Event] = []
        self.kept: dict[str, bytes] = {}
        self._intents: list[Intent] = []

    def write(self, kind: EventKind, clause: str = "", **data: Any) -> None:
        self.events.append(Event(kind=kind, clause=clause, at=dt.datetime.now(dt.UTC), data=data))

    def intend(self, effect: str, clause: str, identity: dict[str, str], page: str, before: str) -> str:
        name = f"{self.request_id}-{len(self._intents) + 1}"
        now = dt.datetime.now(dt.UTC)
        self._intents.append(
            Intent(
                id=name,
                request_id=self.request_id,
                account_number=self.account_number,
                effect=effect,
                before=before,
                at=now,
            )
        )
        self.write(EventKind.INTENT, clause, intent=name, effect=effect, identity=identity, page=page, before=before)
        return name

    def sent(self, intent: str, requests: list[dict[str, Any]]) -> None:
        count = len([request for request in requests if not request.get("blocked")])
        self._change(intent, requests_sent=count)
        self.write(EventKind.EFFECT_SENT, intent=intent, requests=requests)

    def settle(self, intent: str, outcome: str, seen: str) -> None:
        self._change(intent, outcome=outcome)
        self.write(EventKind.EFFECT_SETTLED, intent=intent, outcome=outcome, seen=seen)

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()

    def intents(self) -> list[Intent]:
        return list(self._intents)

    def snapshot(self) -> AccountReading | None:
        readings = [event.data["reading"] for event in self.events if event.kind is EventKind.SNAPSHOT]
        return AccountReading.model_validate(readings[0]) if readings else None

    def redact(self, secrets: Sequence[str]) -> None:
        """Nothing of these notes is written anywhere."""

    def keep(self, name: str, content: bytes, *, media_type: str, clause: str, moment: str, page: str, url: str) -> str:  # noqa: ARG002 (the protocol's)
        self.kept[name] = content
        return name

    def _change(self, intent: str, **values: Any) -> None:
        self._intents = [i.model_copy(update=values) if i.id == intent else i for i in self._intents]

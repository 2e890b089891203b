"""Fencing: a worker that was frozen past its lease does nothing more when it wakes up (promise 7).

Asked right before anything is sent to the site, and before anything is written of the request: both belong to the
worker that holds the account now.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from flows.errors import LeaseLost
from flows.journal import EventKind, Intent, Journal
from flows.model import AccountReading

LOST = "this worker's lease on the account has ended; whoever holds it now goes on with the request"


class Fence:
    """Whether one request may go on; once no, it is no for good. May be asked from any thread."""

    def __init__(self, may_send: Callable[[], bool]) -> None:
        """`may_send` says whether this process still holds its lease."""
        self._may_send = may_send
        self.down = False
        """Whether the lease was ever found to be lost."""

    def open(self) -> bool:
        if not self.down and not self._may_send():
            self.down = True
        return not self.down

    def check(self) -> None:
        """Raises LeaseLost."""
        if not self.open():
            raise LeaseLost(LOST)


class FencedJournal:
    """A journal (`flows.journal.Journal`) that only who holds the lease may write; the others raise LeaseLost."""

    def __init__(self, journal: Journal, fence: Fence) -> None:
        self._journal, self._fence = journal, fence

    def write(self, kind: EventKind, clause: str = "", **data: Any) -> None:
        self._fence.check()
        self._journal.write(kind, clause, **data)

    def intend(self, effect: str, clause: str, identity: dict[str, str], page: str, before: str) -> str:
        self._fence.check()
        return self._journal.intend(effect, clause, identity, page, before)

    def sent(self, intent: str, requests: list[dict[str, Any]]) -> None:
        self._fence.check()
        self._journal.sent(intent, requests)

    def settle(self, intent: str, outcome: str, seen: str) -> None:
        self._fence.check()
        self._journal.settle(intent, outcome, seen)

    def together(self) -> AbstractContextManager[None]:
        return self._journal.together()

    def keep(self, name: str, content: bytes, *, media_type: str, clause: str, moment: str, page: str, url: str) -> str:
        self._fence.check()
        about = {"media_type": media_type, "clause": clause, "moment": moment, "page": page, "url": url}
        return self._journal.keep(name, content, **about)

    def intents(self) -> list[Intent]:
        return self._journal.intents()

    def snapshot(self) -> AccountReading | None:
        return self._journal.snapshot()

    def redact(self, secrets: Sequence[str]) -> None:
        self._journal.redact(secrets)

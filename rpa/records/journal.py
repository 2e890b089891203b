"""The journal of one request: what `flows.journal.Journal` asks for, kept in the case file and in the
database."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, Self

from sqlalchemy import Connection, Engine

from flows.journal import Event, EventKind, Intent, standing
from flows.model import AccountReading, CancellationRequest, Outcome
from rpa.cases.building import build_case
from rpa.cases.chain import Line
from rpa.cases.files import alone_in
from rpa.cases.writing import write_case
from rpa.database import writing
from rpa.records import projection, resuming
from rpa.records.closing import record_end
from rpa.records.errors import JournalClosed
from rpa.records.evidence import EvidenceFolder
from rpa.records.journal_file import JournalFile
from rpa.records.redaction import Redactor

FROZEN_SECONDS = 60.0
"""So long whoever was frozen while he wrote the case's files is waited for; what he writes later is found by verify."""

CRITICAL = frozenset(
    {
        EventKind.ATTEMPT_STARTED,
        EventKind.INTENT,
        EventKind.EFFECT_SENT,
        EventKind.EFFECT_SETTLED,
        EventKind.PROOF,
        EventKind.RESOLVED,
    }
)
"""Durable, with all events before them, when the call returns: one fsync of the journal, then one commit. The
others are in the journal file at return, so a killed process keeps them; a power cut may lose those since the
last critical one."""


class Guard(Protocol):
    """Asked within the journal's own transactions: what it raises leaves nothing written there."""

    def before_write(self, connection: Connection) -> None:
        """Raises if this process may not write any more."""

    def before_intent(self, connection: Connection, *, first: bool) -> None:
        """Raises if nothing more may be set out; `first`: nothing was yet, for this request."""


class CaseJournal:
    """One attempt at one request. Made by `Records.begin`; ended by `finish`, or by `close` without an
    end."""

    def __init__(
        self,
        engine: Engine,
        request: CancellationRequest,
        case_dir: Path,
        redactor: Redactor,
        *,
        place: str = "",
        guard: Guard | None = None,
    ) -> None:
        """Open the case folder and catch the database up. With a guard the case is this process's by the
        database's word: another one that still holds the folder's lock was fenced, and loses it.

        Raises OSError, CaseBusy, CaseDamaged, SQLAlchemyError."""
        self.case_dir = case_dir
        self._engine = engine
        self._request = request
        self._redactor = redactor
        self._guard = threading.RLock()
        self._listeners: list[Callable[[Event], None]] = []
        self._guarded = guard
        self._together = False
        self._file = self._opened(case_dir, request.id)
        try:
            self._evidence = EvidenceFolder(case_dir, redactor)
            self.attempt = resuming.catch_up(engine, request.id, self._file, self._evidence, place, self._may_write)
        except BaseException:
            self._file.close()
            raise

    def _opened(self, case_dir: Path, request_id: str) -> JournalFile:
        """Within the transaction that makes sure of the lease: nobody takes over in between, and then loses his file."""
        if self._guarded is None:
            return JournalFile(case_dir, request_id)
        with writing(self._engine) as connection:
            self._guarded.before_write(connection)
            return JournalFile(case_dir, request_id, break_lock=True)

    def start(self, attempt: int, profile: dict[str, Any]) -> None:
        """Record the attempt, and what the one before left behind."""
        self.attempt = attempt
        self.write(EventKind.ATTEMPT_STARTED, attempt=attempt, request=self._request, **profile)
        for kind, data in resuming.left_behind(self._file.lines, self._evidence, self.case_dir):
            self.write(kind, **data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def listen(self, callback: Callable[[Event], None]) -> None:
        """Call back with each event from now on, as recorded. A callback that raises is dropped, with a
        warning."""
        self._listeners.append(callback)

    def redact(self, secrets: Sequence[str]) -> None:
        """Keep these strings out of everything written from now on (promise 15)."""
        self._redactor.hide(secrets)

    @property
    def events(self) -> list[Event]:
        """All events of this request so far, earlier attempts' included, oldest first."""
        return [line.event for line in self._file.lines]

    def _chapter(self) -> list[Event]:
        """The events since the case was last opened again after a `cancelled` end; else all.

        What was done before that is closed and proven. What came back since is another matter: a person may have it
        cancelled too, and then the earlier intents say nothing of it.
        """
        events = self.events
        started = [place for place, event in enumerate(events) if event.kind is EventKind.ATTEMPT_STARTED]
        places = [place for place in started if events[place].data.get("reopens")]
        return events[places[-1] :] if places else events

    def snapshot(self) -> AccountReading | None:
        """The account as it was before the first effect, of this request or since its case was opened again.

        After a restart the proof (clause 9) compares with this reading, not with one from after the effects.
        """
        told = (event.data["reading"] for event in self._chapter() if event.kind is EventKind.SNAPSHOT)
        first = next(told, None)
        return None if first is None else AccountReading.model_validate(first)

    def write(self, kind: EventKind, clause: str = "", **data: Any) -> None:
        """Append an event; durable as `CRITICAL` says. Raises OSError, SQLAlchemyError."""
        with self._guard:
            line = self._append(kind, clause, data)
            if kind in CRITICAL and not self._together:
                self._flush()
        self._tell(line.event)

    @contextmanager
    def together(self) -> Iterator[None]:
        """What `write` and `settle` record within the block is durable at its end: one fsync, one commit. An intent is at
        once. What the block raises leaves the events to the next that is made durable. Raises OSError, SQLAlchemyError.
        """
        with self._guard:
            self._together = True
            try:
                yield
            finally:
                self._together = False
            self._flush()

    def intend(self, effect: str, clause: str, identity: dict[str, str], page: str, before: str) -> str:
        """Record an intent, durably in journal and database (promise 3), and return its id.

        Raises OSError, SQLAlchemyError, or what the guard raises; then nothing may be clicked, and the
        journal says so where it can be written.
        """
        with self._guard:
            number = sum(event.kind is EventKind.INTENT for event in self.events) + 1
            intent = f"{self._request.id}-i{number}"
            told = {"intent": intent, "effect": effect, "identity": identity, "page": page, "before": before}
            told["account_number"] = self._request.account_number
            line = self._append(EventKind.INTENT, clause, told)
            try:
                self._file.sync()
                with writing(self._engine) as connection:
                    if self._guarded is not None:
                        earlier = standing(projection.intents_of(connection, self._request.id))
                        self._guarded.before_intent(connection, first=not earlier)
                    self._store(connection)
            except Exception:
                self._withdraw(intent, effect, clause)
                raise
        self._tell(line.event)
        return intent

    def _withdraw(self, intent: str, effect: str, clause: str) -> None:
        seen = "the intent could not be made durable or was not allowed any more, so nothing was clicked"
        with suppress(OSError):
            self._append(EventKind.EFFECT_SENT, clause, {"intent": intent, "requests": []})
            settled = {"intent": intent, "effect": effect, "outcome": "not_done", "seen": seen}
            self._append(EventKind.EFFECT_SETTLED, clause, settled)

    def sent(self, intent: str, requests: list[dict[str, Any]]) -> None:
        """Record all that left the browser for an intent; an empty list: certainly nothing. Raises KeyError
        if unknown."""
        self.write(EventKind.EFFECT_SENT, self._intended(intent).clause, intent=intent, requests=requests)

    def settle(self, intent: str, outcome: str, seen: str) -> None:
        """Record what became of an intent: done, not_done, unknown. Raises KeyError if it is unknown."""
        event = self._intended(intent)
        told = {"intent": intent, "effect": event.data["effect"], "outcome": outcome, "seen": seen}
        self.write(EventKind.EFFECT_SETTLED, event.clause, **told)

    def _intended(self, intent: str) -> Event:
        for event in self.events:
            if event.kind is EventKind.INTENT and event.data["intent"] == intent:
                return event
        raise KeyError(f"request {self._request.id} has no intent {intent}; only what `intend` returned can be settled")

    def intents(self) -> list[Intent]:
        """All intents, earlier attempts' included, oldest first, as the database has them; of a case that was opened
        again, those since then."""
        ours = {event.data["intent"] for event in self._chapter() if event.kind is EventKind.INTENT}
        with self._guard, self._engine.connect() as connection:
            return [one for one in projection.intents_of(connection, self._request.id) if one.id in ours]

    def keep(self, name: str, content: bytes, *, media_type: str, clause: str, moment: str, page: str, url: str) -> str:
        """Keep a picture or text as evidence and record it; returns its file name in the case file. Raises
        OSError.

        Written at once, durable at the end of `finish` (its fsync runs in the background).
        """
        with self._guard:
            self._file.check()
            file, digest = self._evidence.write(len(self._file.lines) + 1, name, content, media_type)
            told = {
                "file": file,
                "sha256": digest,
                "media_type": media_type,
                "moment": moment,
                "page": page,
                "url": url,
            }
            line = self._append(EventKind.EVIDENCE, clause, told)
        self._tell(line.event)
        return file

    def finish(self, outcome: Outcome, follow: Callable[[Connection, Outcome], None] | None = None) -> Outcome:
        """Write the whole case file, then record the end (promise 11), and close. Returns it as recorded:
        with case_dir, the proof's pictures, and the recoveries of all attempts.

        `follow`: writes what follows from the end, in the transaction that records it.

        Raises OSError, SQLAlchemyError; then no end is recorded, and the request can be begun again.
        """
        with self._guard:
            self._evidence.settle()
            recoveries = tuple(dict.fromkeys((*resuming.recoveries(self.events), *outcome.recoveries)))
            ended = outcome.model_copy(update={"case_dir": "", "recoveries": recoveries})
            line = self._append(EventKind.END, "", {"outcome": ended})
            self._file.sync()
            told = build_case(self._file.lines).outcome.model_copy(update={"case_dir": str(self.case_dir)})
            with alone_in(self.case_dir, FROZEN_SECONDS):
                if self._guarded is not None:  # the files of whoever has taken over must not be written over
                    with self._engine.begin() as connection:
                        self._may_write(connection)
                manifest = write_case(self.case_dir, self._request.id, self._file.lines)
            with writing(self._engine) as connection:
                self._may_write(connection)
                self._store(connection)
                record_end(connection, self.attempt, told, line, manifest)
                if follow is not None:
                    follow(connection, told)
            self.close()
        self._tell(line.event)
        return told

    def close(self) -> None:
        """Let go of the case file; without `finish` the request stays unfinished. May be called twice."""
        self._evidence.close()
        self._file.close()

    def _append(self, kind: EventKind, clause: str, data: dict[str, Any]) -> Line:
        now = dt.datetime.now(dt.UTC)
        told = self._redactor.data(data)
        return self._file.append(Event(kind=kind, clause=clause, at=now, data=told))

    def _flush(self) -> None:
        self._file.sync()
        with writing(self._engine) as connection:
            self._may_write(connection)
            self._store(connection)

    def _may_write(self, connection: Connection) -> None:
        if self._guarded is not None:
            self._guarded.before_write(connection)

    def _store(self, connection: Connection) -> None:
        # Asked, not remembered: a commit may be done although its answer was lost on the way from PostgreSQL.
        known = resuming.known_lines(connection, self._request.id, self._file)
        projection.store(connection, self._request.id, self._file.lines[known:], self.attempt)

    def _tell(self, event: Event) -> None:
        for callback in tuple(self._listeners):
            try:
                callback(event)
            except Exception as error:  # noqa: BLE001 (a live display must never decide whether an effect is recorded)
                self._listeners.remove(callback)
                with suppress(JournalClosed):
                    self.write(EventKind.WARNING, text=f"the live display failed and was switched off: {error}")

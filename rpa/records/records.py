"""Requests, attempts and ends: the database that knows what happened to each request."""

import contextlib
import datetime as dt
import difflib
import os
import re
import uuid
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, Engine, Row, Select, and_, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from flows.journal import Intent, standing
from flows.model import CancellationRequest, End, Outcome
from flows.profile import SiteProfile
from rpa.cases.files import make_folder, sha256, write_atomic
from rpa.cases.purged import Purged
from rpa.cases.text import canonical, clean, one_line
from rpa.cases.verifying import VerifyReport, request_of
from rpa.cases.wording import effect_in_words
from rpa.database import open_database
from rpa.database.tables import attempts, ends, requests
from rpa.records.checking import check, seals_of
from rpa.records.errors import (
    AlreadyBegun,
    AlreadyEnded,
    NoSuchRequest,
    NotReopened,
    RequestConflict,
    RequestPurged,
    UnsafeId,
)
from rpa.records.journal import CaseJournal, Guard
from rpa.records.projection import intents_of
from rpa.records.pseudonyms import Pseudonyms
from rpa.records.redaction import Redactor
from rpa.records.stored import Stored

_SAFE_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")
SOME = 500
"""So many ids are asked for at once."""
_START_OF_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""No other text is asked of the database: it may hold NUL or half a character, which PostgreSQL and the driver refuse."""
NEAR = 5000
"""So many of the newest ids are looked through for one that is near a mistyped one."""
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.I)  # Windows opens devices by these names


class RequestRecord(BaseModel):
    """A request as it stands. `outcome` is None while the newest attempt has no end, or none was made."""

    model_config = ConfigDict(frozen=True)

    request: CancellationRequest
    accepted_at: dt.datetime
    source: str
    attempts: int
    outcome: Outcome | None
    case_dir: Path
    purged: Purged | None = None
    """Its personal data were deleted, or are being deleted: `request` and `outcome` then hold `[purged]` for them."""


def place_of(cases_dir: Path) -> str:
    """The name of this folder of case files, made once. Raises OSError.

    Workers on other machines may keep theirs elsewhere: what this folder lacks was then not removed from it.
    """
    file = cases_dir.with_name(f".{cases_dir.name}.place")
    if not file.exists():
        mine = file.with_name(f"{file.name}.{os.getpid()}")
        write_atomic(mine, uuid.uuid4().hex.encode())
        with contextlib.suppress(FileExistsError):  # whole from the start: another process may look at any time
            os.link(mine, file)
        mine.unlink()
    return file.read_text(encoding="ascii")


def check_id(request_id: str) -> str:
    """The id, if it can name a folder on every file system. Raises UnsafeId."""
    if not _SAFE_ID.fullmatch(request_id) or ".." in request_id or _RESERVED.fullmatch(request_id):
        rule = "use 1 to 100 letters, digits, dots, hyphens and underscores, with a letter or digit first"
        raise UnsafeId(f'the request id "{one_line(request_id, 60)}" can\'t name a case folder: {rule}')
    return request_id


class Records:
    """The one door to the database and the case files."""

    def __init__(self, database_url: str, cases_dir: Path, masked_fields: Iterable[str] = ()) -> None:
        """Open or create both. Raises OSError or sqlalchemy.exc.SQLAlchemyError."""
        self.cases_dir = Path(cases_dir).absolute()
        self._masked_fields = tuple(masked_fields)
        make_folder(self.cases_dir)
        self.place = place_of(self.cases_dir)
        self._engine = open_database(database_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def engine(self) -> Engine:
        """The database, for the queue's tables beside these."""
        return self._engine

    def close(self) -> None:
        """Close the database's connections."""
        self._engine.dispose()

    def accept(self, request: CancellationRequest, source: str = "") -> RequestRecord:
        """Store a request; durable at return (promise 12). The same one again gives what is stored (promise
        13).

        Raises RequestConflict, UnsafeId, SQLAlchemyError.
        """
        check_id(request.id)
        row = self._row(request.id) or self._accepted(request, source)
        _must_fit(row, request, self.cases_dir)
        return self._record(row)

    def _accepted(self, request: CancellationRequest, source: str) -> Row[Any]:
        with contextlib.suppress(IntegrityError), self._engine.begin() as connection:  # another process may be first
            connection.execute(insert(requests), row_of(request, source))
        return self._known(request.id)

    def accept_in(
        self, connection: Connection, offered: Sequence[CancellationRequest], source: str
    ) -> list[CancellationRequest]:
        """Store those that are not stored yet, in the caller's transaction; returns all as they stand: moved, perhaps.

        Raises RequestConflict, UnsafeId, IntegrityError if another process stores one meanwhile.
        """
        ids = [request.id for request in offered]
        known = {row.id: row for row in connection.execute(select(requests).where(requests.c.id.in_(ids)))}
        new = [row_of(request, source) for request in offered if request.id not in known]
        if new:
            connection.execute(insert(requests), new)
        for request in offered:
            if request.id in known:
                _must_fit(known[request.id], request, self.cases_dir)
        return [_as_moved(one, known[one.id].moved_to) if one.id in known else one for one in offered]

    def ended_among(self, connection: Connection, ids: Sequence[str]) -> set[str]:
        """Those of these ids that have their end, in the caller's transaction."""
        later = select(attempts.c.attempt).where(
            attempts.c.request_id == ends.c.request_id, attempts.c.attempt > ends.c.attempt
        )
        query = select(ends.c.request_id).where(ends.c.request_id.in_(ids), ~later.exists())
        return set(connection.execute(query).scalars())

    def move_in(self, connection: Connection, request_id: str, to: dt.date) -> CancellationRequest:
        """Move the cancellation date, in the caller's transaction; returns the request as it was before.

        What was accepted stays as it was, and the id with it. Raises AlreadyEnded, AlreadyBegun.
        """
        record = self._record(connection.execute(_RECORD, {"request": request_id}).one())
        if record.outcome is not None:
            ended = f"request {request_id} has its end: {record.outcome.end.value}"
            raise AlreadyEnded(f"{ended}; its date can't be moved any more")
        if set_out := standing(intents_of(connection, request_id)):
            what = f'"{effect_in_words(set_out[0].effect)}" was set out already, for {record.request.date}'
            raise AlreadyBegun(f"request {request_id} can't be moved: {what}; run it to its end")
        connection.execute(update(requests).where(requests.c.id == request_id).values(moved_to=to))
        return record.request

    def conflicts(self, offered: Sequence[CancellationRequest]) -> dict[str, str]:
        """By id, why a request can't be accepted: its id can't name a folder, or is taken by another one (promise 13)."""
        faults = {}
        with self._engine.connect() as connection:
            for start in range(0, len(offered), SOME):
                some = {request.id: request for request in offered[start : start + SOME]}
                query = select(requests).where(requests.c.id.in_(some))
                stored = {row.id: row for row in connection.execute(query)}
                for request_id, request in some.items():
                    try:
                        check_id(request_id)
                        if request_id in stored:
                            _must_fit(stored[request_id], request, self.cases_dir)
                    except (UnsafeId, RequestConflict) as error:
                        faults[request_id] = str(error)
        return faults

    def find(self, request_id: str) -> RequestRecord:
        """The request of that id, or the only one whose id begins so. Raises NoSuchRequest."""
        with self._engine.connect() as connection:
            return self.find_in(connection, request_id)

    def find_in(self, connection: Connection, request_id: str) -> RequestRecord:
        """The same in the caller's transaction."""
        if row := _row(connection, request_id):
            return self._record(row)
        found = _beginning_so(connection, request_id)
        if len(found) != 1:
            newest = select(requests.c.id).order_by(requests.c.position.desc()).limit(NEAR)
            raise NoSuchRequest(_not_found(request_id, list(connection.execute(newest).scalars()), found))
        return self._record(connection.execute(_RECORD, {"request": found[0]}).one())

    def these(self, ids: Sequence[str]) -> list[RequestRecord]:
        """The requests of these ids, in that order; unknown ones are left out."""
        found: dict[str, RequestRecord] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(ids), SOME):
                query = _records().where(requests.c.id.in_(ids[start : start + SOME]))
                found |= {row.id: self._record(row) for row in connection.execute(query)}
        return [found[one] for one in ids if one in found]

    def list(self, end: End | None = None, limit: int | None = None) -> list[RequestRecord]:
        """Requests in the order of acceptance, newest last; `limit` keeps the newest."""
        query = _records().order_by(requests.c.position.desc()).limit(limit)
        if end is not None:
            query = query.where(ends.c.end == End(end).value)
        with self._engine.connect() as connection:
            return [self._record(row) for row in connection.execute(query)][::-1]

    def begin(
        self, request: CancellationRequest, *, profile: SiteProfile, guard: Guard | None = None, reopens: str = ""
    ) -> CaseJournal:
        """Start an attempt; what an earlier one left is continued. Accepts the request if that was not done
        yet. `guard`: of the queue, asked before each write. `reopens`: why a case that had ended as cancelled is opened
        again; the earlier end stays in its chain.

        Raises AlreadyEnded (unless the end was needs_human: a person may have it run again), NotReopened, CaseBusy,
        CaseDamaged, RequestConflict, RequestPurged, UnsafeId, OSError, SQLAlchemyError.
        """
        record = must_not_be_purged(self.accept(request))
        redactor = Redactor(
            [*self._masked_fields, *profile.privacy.masked_fields],
            (request.account_name, request.account_number),
        )
        journal = CaseJournal(self._engine, request, record.case_dir, redactor, place=self.place, guard=guard)
        try:
            # Read again: another process may have ended the request before the case folder's lock was ours.
            record = must_not_be_purged(self._record(self._known(request.id)))
            if reopens:
                _must_be_cancelled(request.id, self.last_end(request.id))
            else:
                _must_be_open(record)
            facts = _facts(record, profile, self.place) | ({"reopens": reopens} if reopens else {})
            journal.start(record.attempts + 1, facts)
        except BaseException:
            journal.close()
            raise
        return journal

    def verify(self, request_id: str) -> VerifyReport:
        """Check a request's case file against itself and against what the database knows. Raises
        NoSuchRequest."""
        record = self.find(request_id)
        return self._check(record.case_dir, record.request.id)

    def verify_copy(self, folder: Path) -> VerifyReport:
        """Check a case folder from elsewhere against what the database knows of its request; by itself, if nothing."""
        told = request_of(folder)
        # what a folder from elsewhere calls itself may be no id, and PostgreSQL takes no NUL
        return self._check(folder, told if _START_OF_ID.fullmatch(told) else "")

    def _check(self, folder: Path, request_id: str) -> VerifyReport:
        report = self._check_once(folder, request_id)
        # Another process may have ended or purged the request between the look at each.
        return report if report.ok else self._check_once(folder, request_id)

    def _check_once(self, folder: Path, request_id: str) -> VerifyReport:
        with self._engine.connect() as connection:
            seals = seals_of(connection, request_id)
        return check(folder, seals)

    def last_end(self, request_id: str) -> Outcome | None:
        """The last end that was recorded, also if a later attempt has none yet."""
        query = select(ends.c.outcome).where(ends.c.request_id == request_id).order_by(ends.c.attempt.desc()).limit(1)
        with self._engine.connect() as connection:
            found = connection.execute(query).scalar()
        return None if found is None else Outcome.model_validate_json(found)

    def intents(self, request_id: str) -> Sequence[Intent]:
        """All that was set out to be changed for a request, oldest first."""
        with self._engine.connect() as connection:
            return intents_of(connection, request_id)

    def _row(self, request_id: str) -> Row[Any] | None:
        with self._engine.connect() as connection:
            return _row(connection, request_id)

    def _known(self, request_id: str) -> Row[Any]:
        with self._engine.connect() as connection:
            return connection.execute(_RECORD, {"request": request_id}).one()

    def _record(self, row: Row[Any]) -> RequestRecord:
        stored = Stored.read(row.content)
        return RequestRecord(
            request=_as_moved(stored.request, row.moved_to),
            accepted_at=row.accepted_at,
            source=row.source,
            attempts=row.attempts or 0,
            outcome=Outcome.model_validate_json(row.outcome) if row.outcome else None,
            case_dir=self.cases_dir / row.id,
            purged=stored.mark.purged if stored.mark else None,
        )


def _as_moved(request: CancellationRequest, moved_to: dt.date | None) -> CancellationRequest:
    return request if moved_to is None else request.model_copy(update={"date": moved_to})


def _records() -> Select[Any]:
    """Each request with its number of attempts and, if the newest attempt has one, its end."""
    # Asked for each request by itself: a join with all attempts, grouped, would be worked out whole to find one request.
    of_it = select(func.max(attempts.c.attempt)).where(attempts.c.request_id == requests.c.id)
    made = of_it.correlate(requests).scalar_subquery()
    newest = and_(ends.c.request_id == requests.c.id, ends.c.attempt == made)
    return select(requests, made.label("attempts"), ends.c.outcome).select_from(requests).outerjoin(ends, newest)


_RECORD = _records().where(requests.c.id == bindparam("request"))
"""Made once: to build it takes longer than to ask it."""


def _row(connection: Connection, request_id: str) -> Row[Any] | None:
    """The request of exactly that id, as `_records` has it."""
    asked = {"request": request_id}
    return connection.execute(_RECORD, asked).first() if _START_OF_ID.fullmatch(request_id) else None


def _beginning_so(connection: Connection, request_id: str) -> list[str]:
    """Some of the ids that begin so."""
    if not _START_OF_ID.fullmatch(request_id):
        return []
    query = select(requests.c.id).where(requests.c.id.startswith(request_id, autoescape=True))
    # LIKE disregards case on SQLite
    found = connection.execute(query.order_by(requests.c.position).limit(NEAR)).scalars()
    return [one for one in found if one.startswith(request_id)]


def row_of(request: CancellationRequest, source: str) -> dict[str, Any]:
    """A row of `requests`. Raises UnsafeId."""
    return {
        "id": check_id(request.id),
        "account_number": clean(request.account_number),
        "content": canonical(request.model_dump(mode="json")),
        "source": clean(source),
        "accepted_at": dt.datetime.now(dt.UTC),
    }


def _must_fit(row: Row[Any], request: CancellationRequest, cases_dir: Path) -> None:
    """It is as it was accepted, or as a person has moved it since. Raises RequestConflict, RequestPurged."""
    stored, mark = Stored.read(row.content)
    if _as_moved(stored, row.moved_to) == request:
        return
    if mark is None or not mark.done:
        _must_be_same(stored, request)
        return
    pseudonyms, as_accepted = Pseudonyms(cases_dir), request.model_copy(update={"date": stored.date})
    offered = as_accepted if request.date == row.moved_to else request
    if pseudonyms.content(offered) != mark.content:
        raise RequestPurged(
            f"request {request.id} was purged on {mark.purged.at:%Y-%m-%d}, and as far as can still be told"
            " it was accepted with other content; give the new request an id of its own"
        )


def _must_be_same(stored: CancellationRequest, offered: CancellationRequest) -> None:
    differences = [
        f'{name} was "{one_line(str(old))}" and is now "{one_line(str(new))}"'
        for (name, old), (_, new) in zip(stored, offered, strict=True)
        if old != new
    ]
    if differences:
        advice = "give the changed request an id of its own"
        raise RequestConflict(
            f"request {stored.id} was accepted with other content: {'; '.join(differences)}; {advice}"
        )


def must_not_be_purged(record: RequestRecord) -> RequestRecord:
    """The record. Raises RequestPurged."""
    if record.purged:
        when = f"request {record.request.id} was purged on {record.purged.at:%Y-%m-%d}"
        raise RequestPurged(f"{when} and can't be run again; to try again, give a new request a new id")
    return record


def _must_be_open(record: RequestRecord) -> None:
    if record.outcome and record.outcome.end is not End.NEEDS_HUMAN:
        what = f"request {record.request.id} has its end: {record.outcome.end.value}"
        raise AlreadyEnded(f"{what} (case file {record.case_dir}); to try again, give a new request a new id")


def _must_be_cancelled(request_id: str, last: Outcome | None) -> None:
    if last is None or last.end not in {End.CANCELLED, End.ALREADY_CANCELLED}:
        now = last.end.value if last is not None else "not ended"
        raise NotReopened(f"request {request_id} is {now}; only a case that had ended as cancelled is opened again")


def _not_found(request_id: str, ids: list[str], found: list[str]) -> str:
    asked = one_line(request_id, 60)
    if found:
        some = ", ".join(found[:5]) + (", …" if found[5:] else "")
        return f'"{asked}" fits {len(found)} requests: {some}; give more of the id'
    near = difflib.get_close_matches(request_id[:100], ids, n=3, cutoff=0.5)
    hint = f"near it: {', '.join(near)}" if near else "`rpa list` shows all"
    return f'there is no request "{asked}"; {hint}'


def _facts(record: RequestRecord, profile: SiteProfile, place: str) -> dict[str, Any]:
    """What the first event of an attempt tells, beside the request."""
    return {
        "profile": profile.name,
        "profile_hash": sha256(canonical(profile.model_dump(mode="json")).encode()),
        "version": _version(),
        "accepted_at": record.accepted_at,
        "source": record.source,
        "pending": profile.words.billing.pending,
        "place": place,
    }


@cache
def _version() -> str:
    try:
        return version("planplus-cancellation-robot")
    except PackageNotFoundError:
        return "not installed"

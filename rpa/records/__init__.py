"""What happened to each request: durable, in a database and in case files."""

from rpa.records.errors import (
    AlreadyBegun,
    AlreadyEnded,
    CaseBusy,
    CaseDamaged,
    JournalClosed,
    NoSuchRequest,
    NotReopened,
    RecordError,
    RequestConflict,
    RequestPurged,
    UnsafeId,
)
from rpa.records.journal import CaseJournal
from rpa.records.records import Records, RequestRecord, check_id, must_not_be_purged

__all__ = [
    "AlreadyBegun",
    "AlreadyEnded",
    "CaseBusy",
    "CaseDamaged",
    "CaseJournal",
    "JournalClosed",
    "NoSuchRequest",
    "NotReopened",
    "RecordError",
    "Records",
    "RequestConflict",
    "RequestPurged",
    "RequestRecord",
    "UnsafeId",
    "check_id",
    "must_not_be_purged",
]

"""What can be wrong with a record. Each message says what, where, and what to do.

RecordError
├── RequestConflict   the id is taken by a request with other content (promise 13)
│   └── RequestPurged the id is of a request whose content was deleted
├── UnsafeId          the id can't name a folder
├── NoSuchRequest     no request, or more than one, goes by that id
├── CaseBusy          another process is writing this case file (promise 7)
├── CaseDamaged       the case file lacks what the database knows: it was edited
├── AlreadyEnded      the request has its end (promise 13)
├── AlreadyBegun      a change of the account was set out already
├── NotReopened       the request has not ended as cancelled, so there is nothing to open again
└── JournalClosed     the journal was finished, closed, or can't be trusted after a failed fsync
"""


class RecordError(Exception):
    """A record that can't be kept or found."""


class RequestConflict(RecordError):
    pass


class RequestPurged(RequestConflict):
    pass


class UnsafeId(RecordError):
    pass


class NoSuchRequest(RecordError):
    pass


class CaseBusy(RecordError):
    pass


class CaseDamaged(RecordError):
    pass


class AlreadyEnded(RecordError):
    pass


class AlreadyBegun(RecordError):
    pass


class NotReopened(RecordError):
    pass


class JournalClosed(RecordError, OSError):
    """Also an OSError: for the gate (promise 3) it is a record that could not be made durable."""

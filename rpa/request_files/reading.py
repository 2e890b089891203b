"""A request file as a whole: its kind, its rows, and what is wrong between rows."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from flows.model import CancellationRequest
from rpa.request_files.fields import FieldFaults, ReadDate, request_from
from rpa.request_files.rows import MOST_BYTES, Fault, RequestFileError, Sheet
from rpa.request_files.text import read_csv, read_jsonl
from rpa.request_files.workbook import read_workbook

READERS: dict[str, Callable[[bytes], Sheet]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".xlsx": read_workbook,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
}


STANDARD_INPUT = Path("standard input")
"""What a pipe is called where a file has its name."""


@dataclass(frozen=True)
class RequestFile:
    """A file without a fault. `rows[i]` is the row of `requests[i]`; `notes` is what a person should know."""

    path: Path
    requests: tuple[CancellationRequest, ...]
    rows: tuple[int, ...]
    notes: tuple[str, ...] = ()


def read_requests(path: Path, *, read_date: ReadDate | None = None, today: dt.date | None = None) -> RequestFile:
    """All requests of a file. `read_date`: the profile's; without one, YYYY-MM-DD and MM/DD/YYYY are read.

    Raises RequestFileError with every fault of the file.
    """
    return _checked(path, _sheet(path), read_date, today)


def read_request_lines(
    stream: IO[bytes], *, read_date: ReadDate | None = None, today: dt.date | None = None
) -> RequestFile:
    """The same of JSON Lines from a pipe, read to its end."""
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise RequestFileError(STANDARD_INPUT, [_too_large()])
    return _checked(STANDARD_INPUT, read_jsonl(content), read_date, today)


def _checked(path: Path, sheet: Sheet, read_date: ReadDate | None, today: dt.date | None) -> RequestFile:
    today = today or dt.date.today()  # noqa: DTZ011 (the day on this person's calendar)
    requests: dict[int, CancellationRequest] = {}
    values: dict[int, Mapping[str, Any]] = {}
    faults = list(sheet.faults)
    heading_wrong = bool(faults) and not sheet.rows
    for row in sheet.rows if not _missing_column(faults) else ():
        try:
            request = request_from(row.cells, read_date=read_date or plain_date, today=today)
            requests[row.number], values[row.number] = request, dict(request)
        except FieldFaults as error:
            values[row.number] = error.values
            faults += [Fault(row.number, column, message) for column, message in error.faults]
    if not sheet.rows and not heading_wrong:
        faults.append(Fault(0, "", "holds no requests; `rpa template` writes a file to fill in"))
    faults += _same_twice(values)
    if faults:
        raise RequestFileError(path, faults, sheet.notes)
    return RequestFile(path, tuple(requests.values()), tuple(requests), tuple(sheet.notes))


def plain_date(text: str) -> dt.date | None:
    """A date in the notations that need no profile."""
    for pattern in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return dt.datetime.strptime(text, pattern).date()  # noqa: DTZ007 (a date, not a time)
        except ValueError:
            continue
    return None


def _sheet(path: Path) -> Sheet:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        kinds = ", ".join(READERS)
        raise RequestFileError(path, [Fault(0, "", f"is no request file; its name must end in one of {kinds}")])
    try:
        if path.stat().st_size > MOST_BYTES:
            raise RequestFileError(path, [_too_large()])
        return reader(path.read_bytes())
    except OSError as error:
        raise RequestFileError(path, [Fault(0, "", f"cannot be read: {error.strerror}")]) from error


def _too_large() -> Fault:
    return Fault(0, "", f"is larger than {MOST_BYTES // 10**6} MB; split it, or check that it is the right file")


def _missing_column(faults: list[Fault]) -> bool:
    """A missing column is one fault, not one in every row."""
    return any("column is missing" in fault.message for fault in faults)


def _same_twice(rows: Mapping[int, Mapping[str, Any]]) -> Iterator[Fault]:
    """An account, or an id, that stands in two rows (promise 7), be the rest of the row right or wrong."""
    for column in ("account_number", "id"):
        first: dict[str, int] = {}
        for number, values in rows.items():
            value = values.get(column)
            if value in first:
                yield Fault(number, column, f"{value} stands in row {first[value]} too; a file may name it once")
            if value:
                first.setdefault(value, number)

"""The fields of one request, from a file's cells or the command line's options to a CancellationRequest."""

import datetime as dt
import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from flows.model import CancellationRequest
from rpa.request_files.rows import NEEDED, Cell, Unusable
from rpa.words_on_screen import short

LONGEST_NAME = 10_000
LONGEST_TEXT = 2_000
EARLIEST = dt.date(2000, 1, 1)
LATEST_DAYS = 2 * 366
"""A date of cancellation further ahead than two years is a slip of the pen."""
YES, NO = frozenset({"yes", "y", "true", "1", "x"}), frozenset({"no", "n", "false", "0", ""})
ReadDate = Callable[[str], dt.date | None]


class _WrongError(Exception):
    """A value that cannot be taken; the message is the rest of a sentence that begins with its column."""


class FieldFaults(Exception):
    """`faults`: (column, sentence) for each field that is wrong; `values`: those that are right."""

    def __init__(self, faults: list[tuple[str, str]], values: Mapping[str, Any]) -> None:
        self.faults, self.values = faults, values
        super().__init__("; ".join(f"{column} {message}" for column, message in faults))


def request_from(cells: Mapping[str, Cell], *, read_date: ReadDate, today: dt.date) -> CancellationRequest:
    """The request that a row's cells make; `read_date` reads the profile's notation. Raises FieldFaults."""
    readers: dict[str, Callable[[Cell], Any]] = {
        "account_name": lambda cell: _text(cell, LONGEST_NAME),
        "account_number": _number,
        "date": lambda cell: _date(cell, read_date, today),
        "reason": lambda cell: _text(cell, LONGEST_TEXT),
        "opt_out": _opt_out,
        "requested_by": lambda cell: _text(cell, LONGEST_TEXT),
        "id": _id,
    }
    values, faults = {}, []
    for column, reader in readers.items():
        try:
            values[column] = _filled(column, cells.get(column), reader)
        except _WrongError as error:
            faults.append((column, str(error)))
    if faults:
        raise FieldFaults(faults, values)
    values["id"] = values["id"] or request_id(**{key: value for key, value in values.items() if key != "id"})
    return CancellationRequest(**values)


def request_id(
    *,
    account_name: str,
    account_number: str,
    date: dt.date,
    reason: str,
    opt_out: bool,
    requested_by: str = "",
) -> str:
    """The id of a request: the same content gives the same id (promise 13). Safe as a file name."""
    content = json.dumps([account_name, account_number, date.isoformat(), reason, opt_out, requested_by])
    digest = hashlib.sha256(content.encode("ascii")).hexdigest()[:8]
    return f"{account_number[:20] or 'unnumbered'}-{date:%Y%m%d}-{digest}"


def cancellation_date(text: str, *, read_date: ReadDate, today: dt.date) -> dt.date:
    """The date that a request is to be moved to, as strict as its own. Raises FieldFaults."""
    try:
        return _date(text, read_date, today)
    except _WrongError as error:
        raise FieldFaults([("date", str(error))], {}) from error


def _filled(column: str, cell: Cell, reader: Callable[[Cell], Any]) -> Any:
    """The cell's value, or for an empty one the default. Raises _WrongError with the end of a sentence."""
    if isinstance(cell, Unusable):
        raise _WrongError(cell.reason)
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        if column in NEEDED:
            raise _WrongError("is empty; it must be given")
        return False if column == "opt_out" else ""
    return reader(cell)


def _text(cell: Cell, longest: int) -> str:
    if isinstance(cell, bool | dt.date):
        kind = "TRUE or FALSE" if isinstance(cell, bool) else f"the date {cell}"
        raise _WrongError(f"holds {kind}, not a text; format the cell as text and write it again")
    text = _digits(cell) if isinstance(cell, int | float) else str(cell)
    for position, character in enumerate(text, start=1):
        if unicodedata.category(character) in {"Cc", "Cs"}:
            raise _WrongError(f"has a control character (U+{ord(character):04X}, place {position}); remove it")
    if len(text) > longest:
        raise _WrongError(f"has {len(text):,} characters; at most {longest:,} are allowed")
    return text


def _digits(number: float) -> str:
    """A number as the sheet shows it: no ".0"."""
    if isinstance(number, int):
        return str(number)
    return str(int(number)) if math.isfinite(number) and number.is_integer() else str(number)


def _number(cell: Cell) -> str:
    text = _text(cell, LONGEST_TEXT).strip()
    if isinstance(cell, int | float) and abs(cell) >= 10**15:
        raise _WrongError("is a number too long for a sheet to keep exactly; format the cell as text")
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise _WrongError(f'must be digits only, as in 611974; it is "{short(text, 40)}"')
    return text


def _date(cell: Cell, read_date: ReadDate, today: dt.date) -> dt.date:
    if isinstance(cell, bool | int | float):
        raise _WrongError(f"is the number {cell}, not a date; format the cell as a date, or write YYYY-MM-DD")
    date = cell if isinstance(cell, dt.date) else read_date(str(cell).strip())
    if date is None:
        raise _WrongError(f'"{short(str(cell), 40)}" is no date; write YYYY-MM-DD or the profile\'s date format')
    latest = today + dt.timedelta(days=LATEST_DAYS)
    if not EARLIEST <= date <= latest:
        raise _WrongError(f"{date} is out of the question; it must lie between {EARLIEST} and {latest}")
    return date


def _opt_out(cell: Cell) -> bool:
    text = _digits(cell) if isinstance(cell, float) else str(cell)
    word = text.strip().casefold()
    if word in YES | NO:
        return word in YES
    raise _WrongError(f'"{short(text, 40)}" is neither yes nor no; write yes, no, true, false, 1, 0, x or nothing')


def _id(cell: Cell) -> str:
    text = _text(cell, LONGEST_TEXT).strip()
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}", text):
        raise _WrongError("must be 1 to 80 letters, digits, - and _, beginning with a letter or digit")
    return text

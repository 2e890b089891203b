"""What all kinds of request file have in common: columns, rows as read, faults, limits."""

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS = ("account_name", "account_number", "date", "reason", "opt_out", "requested_by", "id")
NEEDED = ("account_name", "account_number", "date", "reason")
"""Columns that every file must have; any other may be missing, as it may be empty."""
MOST_BYTES = 50_000_000
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `row`: as Excel numbers it (JSON Lines: the line); 0: the file as a whole."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = [f"row {self.row}"] * bool(self.row) + [f"column {self.column}"] * bool(self.column)
        return f"{', '.join(where)}: {self.message}" if where else self.message


class RequestFileError(Exception):
    """A request file that cannot be used; `faults` has all of them, in the order of the rows."""

    def __init__(self, path: Path, faults: Iterable[Fault], notes: Iterable[str] = ()) -> None:
        self.path, self.notes = path, tuple(notes)
        self.faults = tuple(sorted(faults, key=lambda fault: fault.row))
        super().__init__("\n".join(f"{path}: {fault}" for fault in self.faults))


@dataclass(frozen=True)
class Unusable:
    """A cell that holds no value that could be taken; `reason` is the rest of a sentence about it."""

    reason: str


Cell = str | int | float | bool | dt.date | Unusable | None


@dataclass(frozen=True)
class Row:
    number: int
    cells: Mapping[str, Cell]
    """By column, in COLUMNS' spelling."""


@dataclass
class Sheet:
    """A file as read, before its values are looked at."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, row: Row) -> bool:
        """Take a row in; False, with a fault, if there are too many."""
        if len(self.rows) >= MOST_ROWS:
            self.faults.append(Fault(row.number, "", f"more than {MOST_ROWS:,} requests; split the file"))
            return False
        self.rows.append(row)
        return True


def column_of(heading: str) -> str | None:
    """The column that a heading means, case, blanks and punctuation aside ("Account Number:"), or None."""
    return _BY_LETTERS.get(_letters(heading))


def columns_of(headings: Iterable[str], row: int) -> tuple[list[str | None], list[Fault]]:
    """The column that each heading means, and what is wrong with the headings in that row."""
    headings = list(headings)
    found = [column_of(heading) for heading in headings]
    pairs = list(zip(headings, found, strict=True))
    faults = [Fault(row, heading, unknown(heading)) for heading, column in pairs if not column and heading.strip()]
    twice = {column for column in found if column and found.count(column) > 1}
    faults += [Fault(row, column, "this column is there twice; keep one") for column in sorted(twice)]
    missing = [column for column in NEEDED if column not in found]
    faults += [Fault(row, column, "this column is missing; every file needs it") for column in missing]
    return found, faults


def unknown(heading: str) -> str:
    """The sentence about a heading that means no column."""
    near = difflib.get_close_matches(_letters(heading), _BY_LETTERS, n=1, cutoff=0.6)
    hint = f"did you mean {_BY_LETTERS[near[0]]}? " if near else ""
    return f"no such column; {hint}There are: {', '.join(COLUMNS)}"


def _letters(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading).casefold()


_BY_LETTERS = {_letters(column): column for column in COLUMNS}

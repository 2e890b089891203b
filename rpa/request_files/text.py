"""CSV and JSON Lines."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from rpa.request_files.rows import Cell, Fault, Row, Sheet, Unusable, column_of, columns_of, unknown

DELIMITERS = (",", ";", "\t")
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
FOREIGN = {
    b"PK\x03\x04": "a workbook or zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
}


def read_csv(content: bytes) -> Sheet:
    """The rows of a CSV file; comma, semicolon or tab, whichever its headings are divided by."""
    sheet = Sheet()
    text = _decode(content, sheet)
    delimiter = max(DELIMITERS, key=lambda mark: _headings_known(text, mark))
    columns: list[str | None] | None = None
    for number, cells in _records(text, delimiter, sheet):
        if not any(cell.strip() for cell in cells):
            continue
        if columns is None:
            columns, faults = columns_of(cells, number)
            sheet.faults += faults
            continue
        if any(cells[len(columns) :]):
            message = f"has {len(cells)} cells, and there are {len(columns)} headings; put quotes around texts"
            sheet.faults.append(Fault(number, "", f"{message} that hold the delimiter"))
        if not sheet.add(Row(number, {name: cell for name, cell in zip(columns, cells, strict=False) if name})):
            break
    return sheet


def read_jsonl(content: bytes) -> Sheet:
    """The rows of a JSON Lines file: an object a line, its keys the columns."""
    sheet = Sheet()
    # not splitlines(): U+2028 and its like may stand inside a JSON text
    for number, line in enumerate(_decode(content, sheet).split("\n"), start=1):
        if line.strip() and not _take(line, number, sheet):
            break
    return sheet


def _take(line: str, number: int, sheet: Sheet) -> bool:
    try:
        pairs = json.loads(line, object_pairs_hook=_Pairs, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        sheet.faults.append(Fault(number, "", f"is not JSON ({error}); write one object a line"))
        return True
    if not isinstance(pairs, _Pairs):
        sheet.faults.append(Fault(number, "", 'is not a JSON object; write {"account_name": ..., ...}'))
        return True
    keys = [key for key, _ in pairs]
    for key in dict.fromkeys(keys):
        if column_of(key) is None:
            sheet.faults.append(Fault(number, key, unknown(key)))
        elif [column_of(other) for other in keys].count(column_of(key)) > 1:
            sheet.faults.append(Fault(number, key, "is given twice; keep one"))
    cells = {column: _cell(value) for key, value in pairs if (column := column_of(key))}
    return sheet.add(Row(number, cells))


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its keys as written, twice where they are there twice."""


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, str | int | float):
        return value
    return Unusable("must be one value, not a list or an object")


def _decode(content: bytes, sheet: Sheet) -> str:
    """The text, or "" with a fault. Windows' own encoding is read too, but never silently."""
    foreign = next((what for mark, what in FOREIGN.items() if content.startswith(mark)), None)
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8")
    if foreign or (b"\0" in content and encoding != "utf-16"):
        sheet.faults.append(Fault(0, "", f"is {foreign or 'not a text file'}, whatever its name says"))
        return ""
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8":
            return _decode_windows(content, error.start, sheet)
        sheet.faults.append(Fault(0, "", f"is not the {encoding} text it begins as; save it as UTF-8"))
        return ""


def _decode_windows(content: bytes, position: int, sheet: Sheet) -> str:
    line = content.count(b"\n", 0, position) + 1
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        sheet.faults.append(Fault(0, "", f"is neither UTF-8 nor Windows-1252 (line {line}); save it as UTF-8"))
        return ""
    sheet.notes.append(
        f"read as Windows-1252, as it is not UTF-8 (line {line}): check accented names, or save it as UTF-8"
    )
    return text


def _headings_known(text: str, delimiter: str) -> int:
    first = next((line for line in text.splitlines() if line.strip()), "")
    try:
        cells = next(csv.reader([first], delimiter=delimiter), [])
    except csv.Error:
        return 0
    return sum(column_of(cell) is not None for cell in cells)


def _records(text: str, delimiter: str, sheet: Sheet) -> Iterable[tuple[int, list[str]]]:
    """Each record with its number, blank lines counted, as Excel does."""
    # strict: an unclosed quote would otherwise swallow the rest of the file into one name
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            sheet.faults.append(Fault(number, "", f"cannot be read from here on: {error}; check its quotes"))
            return

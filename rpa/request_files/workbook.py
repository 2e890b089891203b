"""XLSX workbooks."""

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, cast

import openpyxl

from rpa.request_files.rows import Cell, Fault, Row, Sheet, Unusable, columns_of

MOST_UNPACKED = 500_000_000
"""Bytes: a workbook of 50 MB may unpack to far more, by accident or to do harm."""


def read_workbook(content: bytes) -> Sheet:
    """The rows of the one sheet of a workbook that has content."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        message = "is an old Excel file (.xls) or has a password; save it as .xlsx without one"
        return Sheet(faults=[Fault(0, "", message)])
    try:
        return _read(content)
    except Exception as error:  # noqa: BLE001 (openpyxl raises whatever a broken part leads to)
        message = f"is not a readable .xlsx workbook ({type(error).__name__}); open and save it again, or use CSV"
        return Sheet(faults=[Fault(0, "", message)])


def _read(content: bytes) -> Sheet:
    sheet = Sheet()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
            return Sheet(faults=[Fault(0, "", f"unpacks to more than {MOST_UNPACKED // 10**6} MB; split it")])
        merged = sorted({place for name in archive.namelist() for place in _merged_in(archive, name)})
    sheet.faults += [Fault(_row_of(place), "", f"cells {place} are merged; unmerge them") for place in merged]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions, of no concern here
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        try:
            _take_sheet(book, sheet)
        finally:
            book.close()
    return sheet


def _take_sheet(book: Any, sheet: Sheet) -> None:
    filled = [page for page in book.worksheets if _has_content(page)]
    if len(filled) > 1:
        names = ", ".join(page.title for page in filled)
        sheet.faults.append(Fault(0, "", f"has {len(filled)} sheets with content ({names}); keep one"))
    elif filled:
        _take_rows(filled[0], sheet)


def _has_content(page: Any) -> bool:
    page.reset_dimensions()  # what a file says about its own size is often wrong
    return any(cell.value is not None for row in page.iter_rows() for cell in row)


def _take_rows(page: Any, sheet: Sheet) -> None:
    columns: list[str | None] | None = None
    for number, cells in enumerate(page.iter_rows(), start=1):
        values = [_value(cell) for cell in cells]
        if all(value is None or value == "" for value in values):
            continue
        if columns is None:
            columns, faults = columns_of(("" if value is None else str(value) for value in values), number)
            sheet.faults += faults
            continue
        if any(value is not None for value in values[len(columns) :]):
            sheet.faults.append(Fault(number, "", "has a cell to the right of the last heading; empty it"))
        if not sheet.add(Row(number, {name: value for name, value in zip(columns, values, strict=False) if name})):
            break


def _value(cell: Any) -> Cell:
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if kind == "f":
        return Unusable("is a formula; put its value there instead (copy, paste special, values)")
    if kind == "e":
        return Unusable(f"is the error {value}; correct the cell")
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date() if midnight else Unusable(f"is {value:%Y-%m-%d %H:%M}; give the date without a time")
    if isinstance(value, dt.time | dt.timedelta):
        return Unusable("is a time of day; give a date")
    if isinstance(value, int) and not isinstance(value, bool):
        return _padded(value, str(getattr(cell, "number_format", "")))
    return cast(Cell, value)


def _padded(value: int, number_format: str) -> int | str:
    """A number as the sheet shows it: with leading zeros where the cell's format ("0000000") puts some."""
    zeros = re.fullmatch(r"0{2,20}", number_format)
    return str(value).zfill(len(number_format)) if zeros else value


def _merged_in(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    """The merged ranges of one sheet's XML, which openpyxl does not tell when it reads row by row."""
    if not re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
        return
    with archive.open(name) as file:
        kept = b""
        while block := file.read(1 << 20):
            for place in re.findall(rb'mergeCell\s[^>]*?ref="([A-Z0-9:]{1,30})"', kept + block):
                yield place.decode("ascii")
            kept = block[-200:]


def _row_of(place: str) -> int:
    return int(re.findall(r"\d+", place)[0])

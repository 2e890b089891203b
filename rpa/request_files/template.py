"""A request file to fill in."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from rpa.request_files.rows import COLUMNS, NEEDED

MEANING = {
    "account_name": "The account's name exactly as the CRM shows it.",
    "account_number": "Digits only; leading zeros count.",
    "date": "Date of Cancellation: YYYY-MM-DD, the profile's date format, or an Excel date.",
    "reason": "Why they cancelled.",
    "opt_out": "Opt Out of any future emails: yes, no, true, false, 1, 0, x; empty means no.",
    "requested_by": "Who asked for it; for the case file.",
    "id": "Your own id, letters, digits, - and _; empty: made from the row, the same row giving the same id.",
}
WIDTHS = {"account_name": 34, "reason": 30, "requested_by": 22, "id": 28}


def write_template(kind: str, today: dt.date) -> bytes:
    """A file of `kind` (csv, xlsx, jsonl) with the headings and one example row."""
    example = ("12-10 Test", "611974", today.isoformat(), "Too expensive", "yes", "Support desk", "")
    return {"csv": _csv, "xlsx": _xlsx, "jsonl": _jsonl}[kind](example)


def _csv(example: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, example])
    return text.getvalue().encode("utf-8-sig")  # with a mark: Excel takes it for Windows-1252 without one


def _jsonl(example: tuple[str, ...]) -> bytes:
    row: dict[str, Any] = {column: value for column, value in zip(COLUMNS, example, strict=True) if value}
    return (json.dumps(row | {"opt_out": True}, ensure_ascii=False) + "\n").encode()


def _xlsx(example: tuple[str, ...]) -> bytes:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "Requests"
    page.freeze_panes = "A2"
    for place, (column, value) in enumerate(zip(COLUMNS, example, strict=True), start=1):
        heading = page.cell(1, place, column)
        heading.font = Font(bold=True)
        needed = "Needed. " if column in NEEDED else ""
        heading.comment = Comment(needed + MEANING[column], "rpa")
        page.column_dimensions[get_column_letter(place)].width = WIDTHS.get(column, 16)
        page.column_dimensions[get_column_letter(place)].number_format = "@"  # text: zeros and 12-10 stay
        page.cell(2, place, value or None).number_format = "@"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def save_template(path: Path, kind: str, today: dt.date) -> None:
    """Write a template; raises FileExistsError rather than replace a file that may be filled in."""
    with path.open("xb") as file:
        file.write(write_template(kind, today))

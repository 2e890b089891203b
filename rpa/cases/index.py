"""index.html of a batch: totals by end, and a line with a link for each request."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from flows.model import End
from rpa.cases.files import write_atomic
from rpa.cases.rendering import render
from rpa.cases.wording import BY_PERSON, NAMES
from rpa.results import Result, as_json

UNENDED = {"no_end": "no end yet", "not_started": "not started"}
CLOSED = {BY_PERSON: "closed by a person"}
"""Counted for itself: whatever end was given, it is not proven."""


class Row(NamedTuple):
    account_name: str
    account_number: str
    end: str
    end_name: str
    code: str
    message: str
    recoveries: tuple[str, ...]
    seconds: float
    link: str
    """Relative to the index page; empty if there is no case folder."""
    link_name: str


def index_page(results: Sequence[Result], path: Path, title: str) -> None:
    """Write the page to `path`, atomically. Raises OSError."""
    names = {end.value: NAMES[end] for end in End} | CLOSED | UNENDED
    rows = [_row(result, names, path) for result in results]
    counts = Counter(row.end for row in rows)
    page = render(
        "index.html.j2",
        title=title,
        rows=rows,
        totals=[(end, name, counts[end]) for end, name in names.items() if counts[end]],
        seconds=sum(row.seconds for row in rows),
    )
    write_atomic(path, page)


def _row(result: Result, names: dict[str, str], path: Path) -> Row:
    told = as_json(result)
    begun = result.code != "not_started" or result.case_dir
    end = told["end"] or ("no_end" if begun else "not_started")
    told["code"] = told["code"] if result.outcome else ""  # the end says it
    told |= {
        "end": end,
        "end_name": names[end],
        "link": _link(told["case_dir"], path, ended=result.outcome is not None),
    }
    if told["code"] == BY_PERSON:
        told |= {"end": BY_PERSON, "end_name": CLOSED[BY_PERSON], "code": f"as {names[end]}"}
    told["link_name"] = "case file" if result.outcome else "case folder"
    return Row(**{name: told[name] for name in Row._fields})


def _link(case_dir: str, path: Path, *, ended: bool) -> str:
    if not case_dir:
        return ""
    # Without an end there is no page yet, or an earlier attempt's.
    target = Path(case_dir) / "case.html" if ended else Path(case_dir)
    return quote(Path(os.path.relpath(target, path.absolute().parent)).as_posix()) + ("" if ended else "/")

"""index.html of a batch: totals by end, and a line with a link for each request."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from flows.model import End, Outcome
from rpa.cases.files import write_atomic
from rpa.cases.rendering import render
from rpa.cases.wording import NAMES


class Row(NamedTuple):
    outcome: Outcome
    end_name: str
    link: str
    """Relative to the index page; empty if there is no case file."""


def index_page(outcomes: Sequence[Outcome], path: Path, title: str) -> None:
    """Write the page to `path`, atomically. Raises OSError."""
    counts = Counter(outcome.end for outcome in outcomes)
    page = render(
        "index.html.j2",
        title=title,
        rows=[Row(outcome, NAMES[outcome.end], _link(outcome, path)) for outcome in outcomes],
        totals=[(end.value, NAMES[end], counts[end]) for end in End if counts[end]],
        seconds=sum(outcome.seconds for outcome in outcomes),
    )
    write_atomic(path, page)


def _link(outcome: Outcome, path: Path) -> str:
    if not outcome.case_dir:
        return ""
    target = os.path.relpath(Path(outcome.case_dir) / "case.html", path.absolute().parent)
    return quote(Path(target).as_posix())

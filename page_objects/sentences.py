"""Sentences on a page: what it says to its reader, beside labels, values, links and rows of tables."""

import re
from collections.abc import Callable, Iterable, Iterator, Set

from page_objects.document import Document, Run
from page_objects.wording import plain, squeeze

FEWEST = 4
"""Words of which a sentence has at least so many, those of the account's name not counted."""
_MARK = re.compile(r"\{\w+\}")
LABEL = 40
"""Letters that a label before a colon has at most."""


def sentences(document: Document, labels: Set[str], general: Callable[[str], str]) -> Iterator[str]:
    """The paragraphs that read as sentences, in their `general` form, which has marks in braces for what is an account's.

    `labels`: all that is known as a label, in its `plain` form.
    """
    cells = _filled_cells(document)
    for runs in _paragraphs(document):
        text = general(" ".join(piece for run in runs for piece in run.pieces))
        words = [word for word in _MARK.sub(" ", text).split() if any(letter.isalpha() for letter in word)]
        if len(words) >= FEWEST and not any(run.control >= 0 for run in runs) and not _tells(text, runs, cells, labels):
            yield text


def _paragraphs(document: Document) -> Iterable[list[Run]]:
    """The texts that are one piece but for line breaks: where those fall is no matter of words."""
    parts: dict[int, list[Run]] = {}
    for run in document.runs:
        parts.setdefault(run.paragraph, []).append(run)
    return parts.values()


def _filled_cells(document: Document) -> dict[int, set[int]]:
    """Row -> its cells that hold text."""
    filled: dict[int, set[int]] = {}
    for run in document.runs:
        if run.row >= 0 and squeeze(run.text):
            filled.setdefault(run.row, set()).add(run.cell)
    return filled


def _tells(text: str, runs: list[Run], cells: dict[int, set[int]], labels: Set[str]) -> bool:
    """Whether the line is a label or somebody's value: in a row with other cells, defined, or behind a label."""
    first = runs[0]
    in_row = first.row >= 0 and len(cells.get(first.row, ())) > 1
    before, colon, after = text.partition(":")
    labelled = bool(colon) and len(before) <= LABEL and bool(after.strip())
    return in_row or first.definition >= 0 or first.term >= 0 or labelled or plain(text) in labels

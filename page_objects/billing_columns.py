"""Which tables of a document are tables of billings, and in which column the status stands (clause 8).

The article says only "off to the right side": a column may have no heading, so its contents may tell what it is.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from page_objects.document import Box, Document
from page_objects.grid import (
    Band,
    Grid,
    GridRow,
    Piece,
    in_lines,
    marked_up,
    shared_width,
    under_headings,
    with_heads,
)
from page_objects.obstacles import Ambiguous
from page_objects.phrases import Phrase
from page_objects.wording import beginning, plain, plain_label, says, wordings
from page_objects.words import BillingWords

MONEY = re.compile(r"[$€£¥]\s*\d|\d[.,]\d\d(?!\d)|\d\s*(?:USD|EUR|GBP|CAD)\b|\b(?:USD|EUR|GBP|CAD)\s*\d", re.IGNORECASE)
DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ .,-]+\d{1,4}",
    re.IGNORECASE,
)
TOTAL = re.compile(r"(grand |sub[- ]?|page )?totals?\b", re.IGNORECASE)
ONE_STATUS = 40
"""A text of more letters is no status."""


def tells(text: str, phrase: Iterable[str]) -> bool:
    """Whether a status is an alternative of `phrase`, alone, behind a sign or with more words: "✓ PAID - thank you"."""
    seen = plain(text)
    return len(seen) <= ONE_STATUS and bool(beginning(tuple(phrase)).match(seen))


def is_figure(text: str) -> bool:
    """Whether it is money or a date: what every billing has and no tab, heading or legend."""
    return _is_money(text) or _is_date(text)


def _is_money(text: str) -> bool:
    return bool(MONEY.search(text))


def _is_date(text: str) -> bool:
    return bool(DATE.search(text))


class BillingColumns:
    def __init__(self, words: BillingWords) -> None:
        self._words = words
        self._known: Phrase = (*words.pending, *words.settled, *words.cancelled)
        self._read: tuple[Document, list[Grid]] | None = None

    def grids(self, document: Document) -> list[Grid]:
        """The tables of billings under headings; where no heading is known, those that read like one."""
        if self._read is None or self._read[0] is not document:  # a page is asked for its rows several times in a row
            self._read = document, self.headed(document) or self._headless(document)
        return self._read[1]

    def headed(self, document: Document) -> list[Grid]:
        marked = [under_headings(document, bands, self._heads) for bands in marked_up(document)]
        found = _apart([grid for grid in marked if grid], self.data)
        if not any(self.data(grid) for grid in found):
            seen = under_headings(document, in_lines(document), self._heads, by_sight=True)
            found = [seen] if seen and (self.data(seen) or not found) else found
        return [grid for grid in found if self._of_billings(grid)] or found

    def data(self, grid: Grid) -> list[GridRow]:
        """The rows that are billings: no remark, total, pager or heading that is repeated."""
        return [row for row in grid.rows if self._is_data(grid, row)]

    def status(self, row: GridRow) -> str:
        """All that stands in the column of statuses."""
        return " ".join(cell.text for cell in row.cells if _is_called(cell.heading, self._words.status))

    def tells_status(self, grid: Grid) -> bool:
        return any(_is_called(heading, self._words.status) for heading in grid.headings)

    def _is_data(self, grid: Grid, row: GridRow) -> bool:
        status = self.status(row)
        if not row.cells or says(row.texts[0], self._words.nothing) or says(status, self._words.status):
            return False
        if tells(status, self._known):
            return True
        if TOTAL.match(row.texts[0]):
            return False
        dated, paid = any(map(_is_date, row.texts)), any(map(_is_money, row.texts))
        if re.search(r"[^\W\d]{2}", status):
            wide = len(row.cells) >= max(2, len(grid.headings) - 2) and not grid.by_sight
            return dated or paid or wide
        return dated and paid  # a billing without a status is one all the same

    def _heads(self, band: Band, below: Sequence[Band]) -> Band | None:
        """The headings, if one is known as Status, or two as others; a column of statuses gets its name."""
        words = self._words
        if any(_is_called(piece.text, words.status) for piece in band):
            return band
        others = (words.amount, words.due, words.number)
        if sum(any(_is_called(piece.text, phrase) for piece in band) for phrase in others) < 2:
            return None
        if any(is_figure(piece.text) for piece in band):
            return None
        place = self._column(below, lambda text: tells(text, self._known), words.status[0])
        return band if place is None else self._with(band, words.status[0], place)

    def _headless(self, document: Document) -> list[Grid]:
        found = [self._by_content(document, bands, by_sight=False) for bands in marked_up(document)]
        grids = _apart([grid for grid in found if grid], self.data)
        if not grids:
            seen = self._by_content(document, in_lines(document), by_sight=True)
            grids = [seen] if seen else []
        return grids

    def _by_content(self, document: Document, bands: Sequence[Band], *, by_sight: bool) -> Grid | None:
        words = self._words
        rows = [band for band in bands if len(_filled(band)) >= 2]
        place = self._column(rows, lambda text: tells(text, self._known), words.status[0])
        if place is None:
            return None
        first = next(band for band in rows if any(shared_width(piece.box, place) > 0 for piece in band))
        heads: Band = self._with([Piece("", piece.box, ()) for piece in first], words.status[0], place)
        for fits, name in ((_is_money, words.amount[0]), (_is_date, words.due[0])):
            column = self._column(rows, fits, None)
            heads = heads if column is None else self._with(heads, name, column)
        return with_heads(document, heads, rows, by_sight=by_sight)

    @staticmethod
    def _column(bands: Sequence[Band], fits: Callable[[str], bool], name: str | None) -> Box | None:
        """The place of the one column that `fits` in most rows. Raises Ambiguous if there are two and it has a `name`."""
        rows = [band for band in bands if any(is_figure(piece.text) for piece in band)]
        columns: list[tuple[Box, list[Band]]] = []
        for band in rows:
            for piece in band:
                if piece.text and fits(piece.text):
                    place = next((c for c in columns if shared_width(c[0], piece.box) > 0), None)
                    if place is None:
                        columns.append((piece.box, [band]))
                    else:
                        place[1].append(band)
        most = [place for place, held in columns if 2 * len(held) > len(rows)]
        if len(most) > 1 and name:
            raise Ambiguous(
                f"{len(most)} columns of the billing table could be the statuses: set words.billing.status in the profile "
                "to the heading of the right one"
            )
        return most[0] if len(most) == 1 else None

    def _of_billings(self, grid: Grid) -> bool:
        return any(_is_called(piece.text, (*self._words.amount, *self._words.due)) for piece in grid.heads)

    def _with(self, band: Band, name: str, place: Box) -> Band:
        """The headings with one more, in the place of one that says nothing to us and stands over the same column."""
        words = self._words
        known = (*words.amount, *words.due, *words.number, *words.status)
        gone = [p for p in band if _over(p.box, place) and not _is_called(p.text, known)]
        return [*(piece for piece in band if piece not in gone), Piece(name, place, ())]


def _filled(band: Band) -> list[Piece]:
    return [piece for piece in band if piece.text]


def _is_called(text: str, phrase: Phrase) -> bool:
    """As a heading: "Amount (USD)" is called Amount."""
    return bool(text) and (says(text, phrase) or plain_label(text) in wordings(phrase))


def _over(one: Box, other: Box) -> bool:
    return 2 * shared_width(one, other) > min(one.width, other.width)


def _apart(grids: Sequence[Grid], data: Callable[[Grid], list[GridRow]]) -> list[Grid]:
    """Each row in one table only: where tables are nested, the one that shows the most rows."""
    kept: list[Grid] = []
    taken: set[int] = set()
    for grid in sorted(grids, key=lambda one: -len(data(one))):
        runs = {id(run) for piece in grid.heads for run in piece.runs}
        runs |= {id(run) for row in data(grid) for cell in row.cells for run in cell.runs}
        if not runs & taken:
            kept.append(grid)
            taken |= runs
    return [grid for grid in grids if any(grid is one for one in kept)]

"""The words "Scheduled" and "Submitted" that stand on a page outside of the rows that were read.

A net under the reading of tables, and independent of it: a person would see such a word and not say that nothing is
scheduled (clause 8). What is not the status of a billing is told by where it stands: the name of a tab or a filter, a
heading, a label with its figure, a legend.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from page_objects.billing_columns import BillingColumns, is_figure, tells
from page_objects.document import ENTERABLE, OPERABLE, Document, Run
from page_objects.grid import Grid, GridRow
from page_objects.paging import bare
from page_objects.screen import Screen
from page_objects.wording import plain, says, squeeze
from page_objects.words import BillingWords

_MORE = r"(?:\s*[^\w\s].{0,40}|\s+(?:(?:for|on|to|by|until)\s+)?\d.{0,40}|\s+(?:for|on)\s+\w{3,9}\.?\s\d.{0,20})?"
"""What may follow a status: "Scheduled (retry)", "Scheduled for 12/23/2026"; but not "Scheduled Date"."""
_NUMBER = re.compile(r"\(?\s*[$€£]?\s*(\d[\d.,]*)\s*\)?")

_LEGEND = ("legend", "key", "all", "show", "filter")


@dataclass(frozen=True)
class StrayWord:
    text: str
    line: str

    def __str__(self) -> str:
        return f'"{self.text[:60]}"' + (f' (in "{self.line[:80]}")' if self.line != self.text else "")


class StrayWords:
    def __init__(self, words: BillingWords, columns: BillingColumns) -> None:
        self._words = words
        self._columns = columns
        pending = "|".join(re.escape(plain(one)) for one in words.pending)
        self._alone = re.compile(rf"(?:[^:]{{1,30}}:\s*)?\W*(?P<word>{pending})(?P<more>{_MORE})")
        self._known = (*words.pending, *words.settled, *words.cancelled)

    def on(self, screen: Screen, grids: Sequence[Grid]) -> list[StrayWord]:
        """The words that no row which was read accounts for."""
        return [
            StrayWord(squeeze(run.text), squeeze(document.line_texts[run.line]))
            for document in screen.documents
            for run in self._places(document)
            if not self._accounted(document, run, [grid for grid in grids if grid.document is document])
        ]

    def counted(self, screen: Screen) -> str | None:
        """The line in which the page itself counts what is scheduled: "Scheduled: 2", "Scheduled (2)"; none for 0."""
        for document in screen.documents:
            for run in self._places(document):
                count = self._count(document, run)
                if count and not re.fullmatch(r"[0.,]+", count):
                    return squeeze(f"{run.text} {count}" if count not in run.text else run.text)
        return None

    def _places(self, document: Document) -> Iterator[Run]:
        for run in document.runs:
            if any(self._alone.fullmatch(plain(text)) for text in (run.text, *run.pieces)):
                yield run

    def _accounted(self, document: Document, run: Run, grids: Sequence[Grid]) -> bool:
        return (
            any(run is one for grid in grids for one in self._read(grid))
            or any(run is one for grid in grids for piece in grid.heads for one in piece.runs)
            or any(self._heads_rows(grid, run) for grid in grids)
            or self._is_name(document, run)
            or self._count(document, run) is not None
            or self._in_legend(document, run)
        )

    def _read(self, grid: Grid) -> Iterator[Run]:
        """The texts of the rows, but for a second status under no heading at all."""
        for row in self._columns.data(grid):
            status = self._columns.status(row)
            for cell in row.cells:
                second = not cell.heading and not tells(status, (*self._words.pending, *self._words.cancelled))
                if not (second and tells(cell.text, self._words.pending)):
                    yield from cell.runs

    def _heads_rows(self, grid: Grid, run: Run) -> bool:
        """A line within the table over rows that have just this status."""
        data = self._columns.data(grid)
        for row, following in zip(grid.rows, grid.rows[1:], strict=False):
            if any(run is one for cell in row.cells for one in cell.runs):
                return self._is_pending(following) and any(following is one for one in data)
        return False

    def _is_pending(self, row: GridRow) -> bool:
        return tells(self._columns.status(row), self._words.pending)

    def _is_name(self, document: Document, run: Run) -> bool:
        """Of a tab, a filter or a link; of a column; of a box to tick."""
        if self._is_heading(document, run):
            return True
        beside = [one for one in document.runs if one is not run and one.box.on_line_with(run.box)]
        if is_figure(" ".join(one.text for one in beside if one.row == run.row or one.table == run.table)):
            return False
        controls = [document.controls[run.control]] if run.control >= 0 else []
        if any(control.kind in OPERABLE for control in controls):
            return True
        labels = {plain(label) for c in document.controls if c.kind in ENTERABLE for label in c.labels}
        return plain(run.text) in labels or any(self._is_tab(one) for one in beside)

    def _is_tab(self, run: Run) -> bool:
        """A tab, beside which the one that is shown may stand as text."""
        words = self._words
        return run.control >= 0 and says(bare(run.text), (*words.cancelled_tab, *words.tab))

    def _is_heading(self, document: Document, run: Run) -> bool:
        words = self._words
        if says(run.text, (*words.status, *words.due, *words.number, *words.amount)):
            return True
        in_row = [one for one in document.runs if one.row == run.row >= 0 and one.table == run.table]
        return run.head and all(one.head for one in in_row)

    @staticmethod
    def _label(document: Document, run: Run) -> str:
        """What stands to the right of a label, or in its own text after the colon."""
        right = [one for one in document.runs if one.box.on_line_with(run.box) and one.box.left >= run.box.right - 2]
        nearest = min((one for one in right if one is not run), key=lambda one: one.box.left, default=None)
        return squeeze(nearest.text) if nearest is not None else ""

    def _count(self, document: Document, run: Run) -> str | None:
        """The figure that belongs to the word as to a label: "Scheduled: 2"; None if it is no such label."""
        found = self._alone.fullmatch(plain(run.text))
        if found is None or found.start("word") > 0:
            return None
        told = found["more"].strip(" :-–") if found["more"] else ""
        labelled = squeeze(run.text).endswith(":") or not told
        if told and (own := _NUMBER.fullmatch(told)):
            return own[1]
        value = _NUMBER.fullmatch(self._label(document, run)) if labelled else None
        alone = value and sum(one.box.on_line_with(run.box) for one in document.runs if one.table == run.table) <= 2
        return value[1] if value and (alone or squeeze(run.text).endswith(":")) else None

    def _in_legend(self, document: Document, run: Run) -> bool:
        """One of several statuses side by side or in a list, each once, and no figure beside them."""
        rest, named = plain(document.line_texts[run.line]), 0
        for words in (*sorted(self._known, key=len, reverse=True), *_LEGEND):
            named += words not in _LEGEND and plain(words) in rest
            rest = rest.replace(plain(words), " ", 1)
        if named > 1 and not re.search(r"\w", rest):
            return not self._figures_beside(document, [run])
        for place in run.path:
            near = document.within(place)
            texts = [plain(one.text).strip(" |,;/") for one in near if plain(one.text).strip(" |,;/")]
            several = len(set(texts)) == len(texts) and sum(tells(text, self._known) for text in texts) > 1
            if several and all(self._names_status(text) for text in texts):
                return not self._figures_beside(document, near)
        return False

    @staticmethod
    def _figures_beside(document: Document, runs: Iterable[Run]) -> bool:
        lines = [run.box for run in runs]
        return is_figure(" ".join(one.text for one in document.runs if any(one.box.on_line_with(box) for box in lines)))

    def _names_status(self, text: str) -> bool:
        return tells(text, self._known) or text.rstrip(": ") in _LEGEND

"""Tables as a person reads them: rows under column headings, whatever they are made of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from page_objects.document import Box, Control, Document, Run
from page_objects.wording import plain, plain_label, squeeze


@dataclass(frozen=True)
class GridCell:
    heading: str
    text: str
    box: Box
    runs: tuple[Run, ...] = ()


@dataclass(frozen=True)
class GridRow:
    cells: tuple[GridCell, ...]
    controls: tuple[Control, ...]

    def under(self, phrase: Iterable[str]) -> str:
        """The text under the best alternative of `phrase` among the headings; "" if there is no such column."""
        alternatives = tuple(phrase)
        for strict in (plain, plain_label):
            for words in alternatives:
                for cell in self.cells:
                    if strict(cell.heading) == plain(words):
                        return cell.text
        return ""

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.cells)


@dataclass(frozen=True)
class Piece:
    """A cell before it is known under which heading it stands."""

    text: str
    box: Box
    runs: tuple[Run, ...]


Band = Sequence[Piece]
"""What stands side by side in one row."""
Heads = Callable[[Band, Sequence[Band]], Band | None]
"""The headings that a band holds, given the bands below it; None if it is no row of headings."""


@dataclass(frozen=True)
class Grid:
    document: Document
    heads: Band
    rows: tuple[GridRow, ...]
    by_sight: bool = False

    @property
    def declared(self) -> int:
        """How many rows its mark-up says it has, the row of headings included; 0 if it does not say."""
        tables = {run.table for piece in self.heads for run in piece.runs}
        return max((self.document.counts.get(table, 0) for table in tables), default=0)

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(piece.text for piece in self.heads if piece.text)


def under_headings(document: Document, bands: Sequence[Band], heads: Heads, *, by_sight: bool = False) -> Grid | None:
    """What stands below the first row of headings; by sight, up to a clear gap in the page."""
    for number, band in enumerate(bands):
        filled = [piece for piece in band if piece.text]
        found = heads(filled if by_sight else band, bands[number + 1 :]) if len(filled) >= 2 else None
        if found:
            below = bands[number + 1 :]
            rows = _until_gap(band, below) if by_sight else below
            return with_heads(document, found, rows, by_sight=by_sight)
    return None


def with_heads(document: Document, heads: Band, bands: Sequence[Band], *, by_sight: bool = False) -> Grid:
    rows = [_row(document, _assign(heads, band)) for band in bands if any(piece.text for piece in band)]
    return Grid(document, heads, tuple(rows), by_sight)


def visual_rows(document: Document) -> list[GridRow]:
    """All rows of the document, of tables or by sight, without headings: for lists of results."""
    bands = [band for table in marked_up(document, nested=False) for band in table]
    in_rows = {id(run) for band in bands for piece in band for run in piece.runs}
    bands += [
        band for band in in_lines(document) if not any(id(run) in in_rows for piece in band for run in piece.runs)
    ]
    return [_row(document, [("", piece) for piece in band]) for band in bands]


def marked_up(document: Document, *, nested: bool = True) -> list[list[Band]]:
    """The rows of each thing that the page declares as a table or grid.

    With `nested`, what stands in a table within a cell belongs to the row of that cell too, as a person sees it: side by
    side where the inner table is of one row, else as one text.
    """
    reader = _Cells(document, nested)
    tables: dict[int, dict[int, list[Piece]]] = {}
    for number, cell in enumerate(document.cells):
        if cell.row >= 0:
            tables.setdefault(cell.table, {}).setdefault(cell.row, []).extend(reader.pieces(number))
    return [list(rows.values()) for rows in tables.values()]


class _Cells:
    """The texts of the cells of one document, with those of the cells within them."""

    def __init__(self, document: Document, nested: bool) -> None:
        self._cells = document.cells
        self._inside: dict[int, list[int]] = {}
        self._runs: dict[int, list[tuple[int, Run]]] = {}
        for number, cell in enumerate(document.cells):
            if nested and cell.holder >= 0 and cell.row >= 0:
                self._inside.setdefault(cell.holder, []).append(number)
        for place, run in enumerate(document.runs):
            if run.cell >= 0 and run.row >= 0:
                self._runs.setdefault(run.cell, []).append((place, run))

    def pieces(self, number: int) -> list[Piece]:
        inside = self._inside.get(number, [])
        box = self._cells[number].box
        if inside and number not in self._runs and len({self._cells[one].row for one in inside}) == 1:
            side_by_side = [piece for one in inside for piece in self.pieces(one)]
            if len(side_by_side) > 1:
                return side_by_side
        runs = tuple(run for _, run in sorted(self._all(number), key=lambda pair: pair[0]))
        return [Piece(squeeze(" ".join(run.text for run in runs)), box, runs)]

    def _all(self, number: int) -> list[tuple[int, Run]]:
        deeper = [pair for one in self._inside.get(number, []) for pair in self._all(one)]
        return self._runs.get(number, []) + deeper


def in_lines(document: Document) -> list[Band]:
    """Rows of texts that stand in one line, for tables made of anything; pieces of one line from left to right."""
    pieces = [Piece(squeeze(run.text), run.box, (run,)) for run in document.runs if squeeze(run.text)]
    bands: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.box.top, p.box.left)):
        if bands and bands[-1][0].box.on_line_with(piece.box):
            bands[-1].append(piece)
        else:
            bands.append([piece])
    return [sorted(band, key=lambda p: p.box.left) for band in bands]


def _until_gap(heading: Band, below: Sequence[Band]) -> list[Band]:
    rows: list[Band] = []
    last = heading[0].box
    for band in below:
        if band[0].box.top - last.bottom > 3 * max(last.height, 12):
            break
        rows.append(band)
        last = band[0].box
    return rows


def shared_width(one: Box, other: Box) -> int:
    """How many pixels of their width two boxes stand above one another; 0 or less if they do not."""
    return min(one.right, other.right) - max(one.left, other.left)


def _assign(headings: Band, row: Band) -> list[tuple[str, Piece]]:
    def nearness(heading: Piece, piece: Piece) -> tuple[int, int]:
        centres = abs((heading.box.left + heading.box.right) - (piece.box.left + piece.box.right))
        return (max(shared_width(heading.box, piece.box), 0), -centres)

    return [(max(headings, key=lambda heading: nearness(heading, piece)).text, piece) for piece in row if piece.text]


def _row(document: Document, named: Sequence[tuple[str, Piece]]) -> GridRow:
    cells = tuple(GridCell(heading, piece.text, piece.box, piece.runs) for heading, piece in named)
    numbers = {run.control for _, piece in named for run in piece.runs if run.control >= 0}
    rows = {run.row for _, piece in named for run in piece.runs if run.row >= 0}
    textless = {c.index for c in document.controls if c.row >= 0 and c.row in rows and not c.text}
    return GridRow(cells, tuple(document.controls[number] for number in sorted(numbers | textless)))

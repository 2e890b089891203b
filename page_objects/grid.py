"""Tables as a person reads them: rows under column headings, whatever they are made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from page_objects.document import Box, Control, Document, Found, Run
from page_objects.wording import plain, squeeze


@dataclass(frozen=True)
class GridCell:
    heading: str
    text: str
    box: Box


@dataclass(frozen=True)
class GridRow:
    cells: tuple[GridCell, ...]
    controls: tuple[Control, ...]

    def under(self, phrase: Iterable[str]) -> str:
        """The text under the best alternative of `phrase` among the headings; "" if there is no such column."""
        for words in phrase:
            for cell in self.cells:
                if plain(cell.heading) == plain(words):
                    return cell.text
        return ""

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.cells)


@dataclass(frozen=True)
class Grid:
    document: Document
    headings: tuple[str, ...]
    rows: tuple[GridRow, ...]

    def found(self, control: Control) -> Found:
        return Found(self.document, control)


@dataclass(frozen=True)
class _Piece:
    """A cell before it is known under which heading it stands."""

    text: str
    box: Box
    runs: tuple[Run, ...]


def grids(document: Document, landmark: Iterable[str]) -> list[Grid]:
    """The tables of which one column heading is an alternative of `landmark` (for a billing table: Status)."""
    wanted = {plain(words) for words in landmark}
    bands_by_table: dict[int, list[list[_Piece]]] = _marked_up(document)
    found = [grid for bands in bands_by_table.values() if (grid := _under_headings(document, bands, wanted))]
    return found or [grid for grid in [_under_headings(document, _by_sight(document), wanted, gaps=True)] if grid]


def visual_rows(document: Document) -> list[GridRow]:
    """All rows of the document, of tables or by sight, without headings: for lists of results."""
    bands = [band for table in _marked_up(document).values() for band in table]
    in_rows = {id(run) for band in bands for piece in band for run in piece.runs}
    bands += [
        band for band in _by_sight(document) if not any(id(run) in in_rows for piece in band for run in piece.runs)
    ]
    return [_row(document, [("", piece) for piece in band]) for band in bands]


def _marked_up(document: Document) -> dict[int, list[list[_Piece]]]:
    """Rows of cells by table, for what the page declares as a table or grid."""
    runs: dict[int, list[Run]] = {}
    for run in document.runs:
        if run.cell >= 0 and run.row >= 0:
            runs.setdefault(run.cell, []).append(run)
    tables: dict[int, dict[int, list[_Piece]]] = {}
    for number, cell in enumerate(document.cells):
        if cell.row < 0:
            continue
        inside = runs.get(number, [])
        piece = _Piece(squeeze(" ".join(run.text for run in inside)), cell.box, tuple(inside))
        tables.setdefault(cell.table, {}).setdefault(cell.row, []).append(piece)
    return {table: list(rows.values()) for table, rows in tables.items()}


def _by_sight(document: Document) -> list[list[_Piece]]:
    """Rows of texts that stand in one line, for tables made of anything; pieces of one line from left to right."""
    pieces = [_Piece(squeeze(run.text), run.box, (run,)) for run in document.runs if squeeze(run.text)]
    bands: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda p: (p.box.top, p.box.left)):
        if bands and bands[-1][0].box.on_line_with(piece.box):
            bands[-1].append(piece)
        else:
            bands.append([piece])
    return [sorted(band, key=lambda p: p.box.left) for band in bands]


def _under_headings(
    document: Document, bands: list[list[_Piece]], wanted: set[str], *, gaps: bool = False
) -> Grid | None:
    """The rows below the first row that has one of the wanted headings; with `gaps`, up to a clear gap in the page."""
    for number, band in enumerate(bands):
        filled = [piece for piece in band if piece.text]
        if len(filled) >= 2 and any(plain(piece.text) in wanted for piece in filled):
            below = bands[number + 1 :]
            rows = _until_gap(band, below) if gaps else below
            width = len(filled)
            kept = [row for row in rows if _belongs(row, width, gaps)]
            headed = [_row(document, _assign(filled if gaps else band, row)) for row in kept]
            return Grid(document, tuple(piece.text for piece in filled), tuple(headed))
    return None


def _belongs(row: Sequence[_Piece], width: int, by_sight: bool) -> bool:
    """Whether it is a row of data: more than one cell, and in mark-up not a pager or a remark across the table."""
    filled = [piece for piece in row if piece.text]
    return len(filled) >= 2 and (by_sight or len(row) >= max(2, width - 2))


def _until_gap(heading: list[_Piece], below: list[list[_Piece]]) -> list[list[_Piece]]:
    rows: list[list[_Piece]] = []
    last = heading[0].box
    for band in below:
        if band[0].box.top - last.bottom > 3 * max(last.height, 12):
            break
        rows.append(band)
        last = band[0].box
    return rows


def _assign(headings: Sequence[_Piece], row: Sequence[_Piece]) -> list[tuple[str, _Piece]]:
    def nearness(heading: _Piece, piece: _Piece) -> tuple[int, int]:
        overlap = min(heading.box.right, piece.box.right) - max(heading.box.left, piece.box.left)
        centres = abs((heading.box.left + heading.box.right) - (piece.box.left + piece.box.right))
        return (max(overlap, 0), -centres)

    return [(max(headings, key=lambda heading: nearness(heading, piece)).text, piece) for piece in row if piece.text]


def _row(document: Document, named: Sequence[tuple[str, _Piece]]) -> GridRow:
    cells = tuple(GridCell(heading, piece.text, piece.box) for heading, piece in named)
    numbers = {run.control for _, piece in named for run in piece.runs if run.control >= 0}
    rows = {run.row for _, piece in named for run in piece.runs if run.row >= 0}
    textless = {c.index for c in document.controls if c.row >= 0 and c.row in rows and not c.text}
    return GridRow(cells, tuple(document.controls[number] for number in sorted(numbers | textless)))

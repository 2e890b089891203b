"""Labels that stand above their values, in rows of a table: a grid of labels and values, or the headings of a list."""

from itertools import pairwise

from page_objects.document import Document, Run
from page_objects.wording import plain, squeeze

PAIR = 2
"""So many texts side by side may be a label and its value."""


def heads_a_column(document: Document, label: Run) -> bool:
    """Whether the label's row is a row of labels, so that its value stands below and not to the right.

    A person sees it by the headings' cells or their look, or by labels that stand side by side.
    """
    row = _row(document, label.row)
    if len({run.cell for run in row}) < 2 or not document.rows_of(label.table):
        return False
    colons = {run.text.strip().endswith(":") for run in row}
    if len(colons) > 1:
        return False
    if all(run.head for run in row):
        return True
    following = _next_row(document, label)
    below, known = _row(document, following), _known_side_by_side(document, row)
    if _cells(below) == _cells(row):
        return _look_alike(row, below) or known
    # a cell of the row below may hold a field, or nothing
    alike = _cells(row) == _columns(document, label.row) == _columns(document, following)
    return alike and bool(below) and _look_alike(row, below) and (known or _cells(row) > PAIR)


def value_under(document: Document, label: Run) -> str:
    """The text of the cell below; "" where the row heads a list of several rows: its cells are nobody's value."""
    following = _next_row(document, label)
    if following < 0 or _heads_a_list(document, label):
        return ""
    mine = document.cells[label.cell].box
    under = [
        (min(cell.box.right, mine.right) - max(cell.box.left, mine.left), number)
        for number, cell in enumerate(document.cells)
        if cell.row == following
    ]
    shared, best = max(under, default=(0, -1))
    return squeeze(" ".join(run.text for run in document.runs if run.cell == best)) if shared > 0 else ""


def _heads_a_list(document: Document, label: Run) -> bool:
    """Whether more than one row of values follows: the row after the next is no row of labels again."""
    rows = document.rows_of(label.table)
    place = rows.index(label.row)
    if place + 2 >= len(rows):
        return False
    again, values = _row(document, rows[place + 2]), _row(document, rows[place + 1])
    like_labels = {run.look for run in again} <= {run.look for run in _row(document, label.row)}
    return not (again and like_labels and _look_alike(again, values)) and not _known_side_by_side(document, again)


def _row(document: Document, number: int) -> list[Run]:
    return [run for run in document.runs if run.row == number and number >= 0]


def _next_row(document: Document, label: Run) -> int:
    rows = document.rows_of(label.table)
    place = rows.index(label.row) + 1 if label.row in rows else len(rows)
    return rows[place] if place < len(rows) else -1


def _cells(row: list[Run]) -> int:
    return len({run.cell for run in row})


def _columns(document: Document, row: int) -> int:
    return sum(cell.row == row for cell in document.cells)


def _look_alike(row: list[Run], below: list[Run]) -> bool:
    """Whether all texts of the row have one look, and those below another."""
    looks = {run.look for run in row}
    return len(looks) == 1 and not looks & {run.look for run in below}


def _known_side_by_side(document: Document, row: list[Run]) -> bool:
    known = [plain(run.text) in document.labels for run in row]
    return any(one and other for one, other in pairwise(known))


def beside_an_empty_cell(document: Document, label: Run) -> bool:
    """Whether there is a cell to the right of a label's, for its value, and nothing in it."""
    return label.cell >= 0 and bool(_cells_right_of(document, label)) and not text_in_cells_right_of(document, label)


def _cells_right_of(document: Document, run: Run) -> set[int]:
    if run.cell < 0:
        return set()
    own = document.cells[run.cell]
    return {n for n, c in enumerate(document.cells) if c.row == own.row and c.box.left >= own.box.right - 2}


def text_in_cells_right_of(document: Document, run: Run) -> bool:
    cells = _cells_right_of(document, run)
    return any(one.cell in cells and squeeze(one.text) for one in document.runs)

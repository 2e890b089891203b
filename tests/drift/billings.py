"""The table of billings: its columns and statuses, on which the proof stands."""

from collections.abc import Iterator

from tests.drift.acts import Act
from tests.drift.mutation import Class, Recipe, on_sheet
from tests.drift.sheet import Sheet, key, say, swap, twin
from tests.drift.skin_words import SkinWords


def billings(words: SkinWords) -> Iterator[Recipe]:
    status = words.status_column
    for new in ("Progress", "Remark"):
        told = f'the column "{status}" is now called "{new}"'
        yield _misleading("renamed", f"status column: {new}", told, heading_renamed(status, new))
    told = f'the column "{status}"'
    yield _misleading("gone", "status column", f"{told} is gone", column_gone(status))
    yield _misleading("twice", "status column", f"{told} is there twice, the first says Paid", _paid_beside(status))
    yield _misleading("gone", "status heading", f"{told} has no heading", heading_renamed(status, ""))
    for old, new in (("Scheduled", "Pending"), ("Scheduled", "Queued"), ("Submitted", "At the bank")):
        told = f'billings that were "{old}" are now "{new}"'
        yield _misleading("status", f"{old} {new}", told, _status(status, old, new))
    told = 'the first billing has a status never seen, "On Hold"'
    yield _misleading("status", "On Hold", told, _first_status(status, "On Hold"))
    told = 'the last billing has a status never seen, "Disputed"'
    yield _misleading("status", "Disputed", told, _first_status(status, "Disputed", at=-1))
    yield from _harmless(words)


def _harmless(words: SkinWords) -> Iterator[Recipe]:
    """The reader finds the status by its heading, wherever it stands. What a billing is for nobody decides by, and by
    its number, date and amount it is known again under any heading: before and after are read from the same table."""
    first, due, *_ = words.columns
    yield _visible("new column", "Tax", 'there is a new column "Tax"', _new_column(words.status_column))
    yield _visible("columns moved", first, f'"{first}" now is the last column', _to_the_end(first))
    yield _visible("renamed", due, f'the column "{due}" is now called "Note"', heading_renamed(due, "Note"))


def _misleading(kind: str, about: str, sentence: str, act: Act) -> Recipe:
    return Recipe("billing", kind, about, Class.MISLEADING, sentence, on_sheet(act))


def _visible(kind: str, about: str, sentence: str, act: Act) -> Recipe:
    return Recipe("billing", kind, about, Class.VISIBLE, sentence, on_sheet(act))


def heading_renamed(heading: str, new: str) -> Act:
    def act(sheet: Sheet) -> None:
        at, rows = sheet.table_with(heading)
        for row in rows[:1]:
            say(row[at], new)

    return act


def column_gone(heading: str) -> Act:
    def act(sheet: Sheet) -> None:
        at, rows = sheet.table_with(heading)
        for row in rows:
            row[at].decompose()

    return act


def _paid_beside(heading: str) -> Act:
    """Another column of the same heading before it, in which all is settled."""

    def act(sheet: Sheet) -> None:
        at, rows = sheet.table_with(heading)
        for number, row in enumerate(rows):
            copy = twin(row[at])
            if number:
                say(copy, "Paid")
            row[at].insert_before(copy)

    return act


def _status(heading: str, old: str, new: str) -> Act:
    def act(sheet: Sheet) -> None:
        at, rows = sheet.table_with(heading)
        for row in rows[1:]:
            if key(row[at].get_text()) == key(old):
                say(row[at], new)

    return act


def _first_status(heading: str, new: str, at: int = 0) -> Act:
    def act(sheet: Sheet) -> None:
        column, rows = sheet.table_with(heading)
        if len(rows) > 1:
            say(rows[1:][at][column], new)

    return act


def _new_column(heading: str) -> Act:
    def act(sheet: Sheet) -> None:
        at, rows = sheet.table_with(heading)
        for number, row in enumerate(rows):
            copy = twin(row[at])
            say(copy, "$0.00" if number else "Tax")
            row[at].insert_before(copy)

    return act


def _to_the_end(heading: str) -> Act:
    def act(sheet: Sheet) -> None:
        at, rows = sheet.table_with(heading)
        for row in rows:
            swap(row[at], row[-1])

    return act

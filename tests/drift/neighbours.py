"""What stands beside the four destructive links: new ones, and another order. The article says "the top four"."""

from collections.abc import Iterator

from bs4.element import Tag

from tests.drift import acts
from tests.drift.acts import Act
from tests.drift.mutation import Class, Recipe, on_sheet
from tests.drift.sheet import Sheet, row_of, say, twin
from tests.drift.skin_words import BILLINGS, CONTACT, FOUR, LICENSES, STATUS, SkinWords

_DANGERS = (
    ("Purge Billing History", 0),
    ("Purge Billing History", 2),
    ("Re-activate Account", 3),
    ("Re-activate Account", 4),
    ("Cancel All Accounts", 0),
    ("Cancel All Accounts", 1),
    ("Cancel All Scheduled and Submitted Billings of All Accounts.", 2),
    ("Send Final Invoice Now", 4),
    ("Delete Organization Permanently", 0),
    ("Delete Organization Permanently", 3),
    ("Delete Organization Permanently", 4),
    ("Refund All Billings", 1),
    ("Set Account Status = 'PURGE'", 3),
    ("Set Account Status = 'DELETE' for All Users", 2),
    ("Remove License Count and Data", 0),
)
"""A new link, and before the how manieth of the four it stands; 4: after them."""
_HARMLESS = (("Print this page", 0), ("Help", 2), ("Show history", 3), ("Back to my desk", 1))
"""Not dangerous, but with it the four are no longer the top four."""


def neighbours(_words: SkinWords) -> Iterator[Recipe]:
    for new, at in _DANGERS:
        told = f'a new link "{new}" stands {_where(at)}'
        yield _made("new neighbour", f"{new} {at}", told, put(new, at))
    for new, at in _HARMLESS:
        told = f'the four are no longer the top four: "{new}" stands {_where(at)}'
        yield _made("no longer top four", f"{new} {at}", told, put(new, at))
    for one, other in ((LICENSES, BILLINGS), (STATUS, CONTACT), (BILLINGS, STATUS), (LICENSES, CONTACT)):
        told = f'the words "{one}" and "{other}" have changed places'
        yield _made("swapped", f"words {one[:6]} {other[:6]}", told, acts.texts_swapped(one, other))
    for one, other in ((LICENSES, STATUS), (BILLINGS, CONTACT)):
        told = f'the links "{one}" and "{other}" have changed places'
        yield _made("moved", f"links {one[:6]} {other[:6]}", told, acts.rows_swapped(one, other))
    yield _made("moved", "a danger to the top", "the last link of the list now is the first", _last_to_the_top)


def _where(at: int) -> str:
    return f'above "{FOUR[at]}"' if at < len(FOUR) else "below the four"


def _made(kind: str, about: str, sentence: str, act: Act) -> Recipe:
    return Recipe("cancel_page", kind, about, Class.MISLEADING, sentence, on_sheet(act))


def another(sheet: Sheet, words: str) -> Tag | None:
    """A row like the last of the list, which does harm when pressed, with other words; not in the page yet."""
    last = last_row(sheet)
    if last is None:
        return None
    made = twin(last)
    links = [one for one in [made, *made.find_all(["a", "button"])] if one.name in {"a", "button"}]
    say(links[0], words)
    return made


def last_row(sheet: Sheet) -> Tag | None:
    """The last row of the list in which the four stand: a danger, in each skin."""
    found = sheet.presses(CONTACT)
    if not found:
        return None
    row = row_of(found[0])
    after = [one for one in row.find_next_siblings(row.name) if one.find(["a", "button"])]
    return after[-1] if after else None


def put(words: str, at: int) -> Act:
    def act(sheet: Sheet) -> None:
        made, found = another(sheet, words), sheet.presses(FOUR[min(at, 3)])
        if made is not None and found:
            row = row_of(found[0])
            row.insert_before(made) if at < len(FOUR) else row.insert_after(made)

    return act


def _last_to_the_top(sheet: Sheet) -> None:
    last, first = last_row(sheet), sheet.presses(LICENSES)
    if last is not None and first:
        row_of(first[0]).insert_before(last.extract())

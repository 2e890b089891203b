"""What changes only once the page has loaded. Anything that a person would see come or go is as misleading as at once."""

import json
from collections.abc import Callable, Iterator

from bs4.element import Tag

from tests.drift.mutation import Class, Place, Recipe, on_sheet
from tests.drift.neighbours import another
from tests.drift.sheet import Sheet, row_of, twin
from tests.drift.skin_words import BILLINGS, CANCEL, CONTACT, LICENSES, MANAGE, STATUS, UPDATE, SkinWords

_NEIGHBOURS = (
    ("Purge Billing History", LICENSES, 300),
    ("Cancel All Accounts", BILLINGS, 800),
    ("Delete Organization Permanently", STATUS, 1200),
    ("Re-activate Account", CONTACT, 2000),
)
_TWINS: tuple[tuple[Place, str, int], ...] = (
    ("cancel_page", BILLINGS, 500), ("cancel_page", STATUS, 1500), ("start_page", CANCEL, 800),
    ("organization", UPDATE, 600), ("organization", MANAGE, 1000),
)  # fmt: skip
_GOING: tuple[tuple[Place, str, int], ...] = (("cancel_page", LICENSES, 700), ("start_page", CANCEL, 900))


def late(_words: SkinWords) -> Iterator[Recipe]:
    for new, before, wait in _NEIGHBOURS:
        told = f'{wait / 1000:g} s after the page has loaded a new link "{new}" comes up above "{before}"'
        yield _made("cancel_page", "late neighbour", new, told, _comes(before, wait, _neighbour(new)))
    for place, words, wait in _TWINS:
        told = f'{wait / 1000:g} s after the page has loaded "{words}" comes up a second time'
        yield _made(place, "late twin", words, told, _comes(words, wait, _twin))
    for place, words, wait in _GOING:
        told = f'{wait / 1000:g} s after the page has loaded "{words}" goes away'
        yield _made(place, "late gone", words, told, _goes(words, wait))


def _made(place: Place, kind: str, about: str, sentence: str, act: Callable[[Sheet], None]) -> Recipe:
    return Recipe(place, kind, about, Class.MISLEADING, sentence, on_sheet(act))


def _neighbour(words: str) -> Callable[[Sheet, Tag], Tag | None]:
    return lambda sheet, _unit: another(sheet, words)


def _twin(_sheet: Sheet, unit: Tag) -> Tag:
    return twin(unit)


def _unit(sheet: Sheet, words: str) -> Tag | None:
    found = sheet.presses(words)
    if not found:
        return None
    return found[0] if found[0].name in {"input", "option"} else row_of(found[0])


def _comes(before: str, wait: int, made: Callable[[Sheet, Tag], Tag | None]) -> Callable[[Sheet], None]:
    def act(sheet: Sheet) -> None:
        unit = _unit(sheet, before)
        new = made(sheet, unit) if unit is not None else None
        if unit is None or new is None:
            return
        unit["data-spot"] = "here"
        put = "e.insertAdjacentHTML('beforebegin'," + _quoted(str(new)) + ")"
        sheet.script(_later(wait, put))

    return act


def _goes(words: str, wait: int) -> Callable[[Sheet], None]:
    def act(sheet: Sheet) -> None:
        unit = _unit(sheet, words)
        if unit is not None:
            unit["data-spot"] = "here"
            sheet.script(_later(wait, "e.parentNode.removeChild(e)"))

    return act


def _later(wait: int, act: str) -> str:
    return f"setTimeout(function(){{var e=document.querySelector('[data-spot]');if(e){{{act}}}}},{wait});"


def _quoted(html: str) -> str:
    return json.dumps(html).replace("<", "\\u003c")

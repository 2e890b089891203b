"""Changes that a person sees and is not misled by: nothing that the article names has changed, nor its place."""

from collections.abc import Iterator

from bs4.element import Tag

from tests.drift import acts
from tests.drift.acts import Act
from tests.drift.mutation import Class, Place, Recipe, on_sheet
from tests.drift.neighbours import last_row
from tests.drift.sheet import Sheet, pair, swap, twin
from tests.drift.skin_words import DATE, MODULE, PREMIUM, REASON, SkinWords

_NOTICES: tuple[tuple[Place, str], ...] = (
    ("organization", "Our office is closed on Thanksgiving."), ("start_page", "Remember to thank the customer."),
    ("cancel_page", "Please work with care."), ("billing", "Amounts are in US dollars."),
    ("look_up", "Tip: a part of the name is enough."),
)  # fmt: skip


def visible(words: SkinWords) -> Iterator[Recipe]:
    for place, said in _NOTICES:
        yield _made(place, "notice", said[:12], f'a new sentence: "{said}"', acts.put_first("p", said))
    yield _made("organization", "link", "far", 'a new link "What is new" at the end of the record', _at_the_end("What is new"))
    # the article names its own link, by all of its words; this one has other words and another end of the page
    yield _made("start_page", "link", "far", 'a new link "Customer survey" at the end', _at_the_end("Customer survey"))
    # below the neighbours that have always been there, and with nothing of an account
    yield _made("cancel_page", "link", "foot", 'a new link "Imprint" at the foot of the page', _at_the_end("Imprint"))
    yield _made("cancel_page", "link gone", "a danger", "the last of the dangerous neighbours is gone", _without_the_last)
    yield _made("cancel_page", "heading", "another", 'a second heading "Careful!"', acts.put_first("h3", "Careful!"))
    yield _made("organization", "heading", "another", 'a heading "Billing address" for some fields', acts.put_first("h3", "Billing address"))
    yield _made("organization", "order", "form", "the form asks for the reason before the date", _pairs_swapped(DATE, REASON))
    yield _made("organization", "label", "new", 'a new field "Fax 2" in the form', _new_field("Fax 2"))
    yield _made("everywhere", "module", "new", f'"{MODULE}" offers "Legal Edition" too', _new_module)
    yield _made("look_up", "heading", "another", 'a heading "Find a customer"', acts.put_first("h3", "Find a customer"))


def _made(place: Place, kind: str, about: str, sentence: str, act: Act) -> Recipe:
    return Recipe(place, kind, about, Class.VISIBLE, sentence, on_sheet(act))


def _at_the_end(words: str) -> Act:
    def act(sheet: Sheet) -> None:
        line = sheet.tag("p")
        line.append(sheet.tag("a", words, href="#new"))
        main = sheet.soup.find(id="main") or sheet.soup.find("main") or sheet.top
        if sheet.soup.find(["h1", "h2"]) is not None:
            main.append(line)

    return act


def _without_the_last(sheet: Sheet) -> None:
    last = last_row(sheet)
    if last is not None:
        last.decompose()


def _pairs_swapped(one: str, other: str) -> Act:
    """Label and field together, so that each still stands beside its own."""

    def act(sheet: Sheet) -> None:
        first, second = _pair(sheet, one), _pair(sheet, other)
        for mine, theirs in zip(first, second, strict=False):
            swap(mine, theirs)

    return act


def _pair(sheet: Sheet, label: str) -> list[Tag]:
    found = sheet.labels(label)
    return pair(found[0]) if found else []


def _new_field(label: str) -> Act:
    def act(sheet: Sheet) -> None:
        parts = _pair(sheet, DATE)
        copies = [twin(part) for part in parts]
        for copy in copies:
            for one in [copy, *copy.find_all(True)]:
                one.attrs.pop("name", None)
                one.attrs.pop("for", None)
        if copies:
            copies[0].clear()
            copies[0].append(label)
            parts[-1].insert_after(*copies)

    return act


def _new_module(sheet: Sheet) -> None:
    for one in sheet.presses(PREMIUM):
        if one.name == "option":
            one.insert_after(sheet.tag("option", "Legal Edition"))



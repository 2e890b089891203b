"""Turning the pages of a list, and what a list says of its own length."""

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import lru_cache

from page_objects.document import OPERABLE, Control, Document, Found
from page_objects.obstacles import Ambiguous
from page_objects.phrases import Phrase
from page_objects.screen import Screen
from page_objects.select_box import choose_and_go
from page_objects.tab import Tab
from page_objects.wording import plain

PAGE_OF = re.compile(r"\bpage\s+(\d+)\s*(?:of|/)\s*(\d+)", re.IGNORECASE)
ROWS_OF = re.compile(r"(?:(\d+)\s*(?:-|–|to)\s*|(?:showing|shown|displaying)\s+)(\d+)\s+of\s+(\d+)", re.IGNORECASE)
ELLIPSIS = {"...", "[...]"}
_FRAME = re.compile(r"^[\[(<{«‹|\s]+(?=.)|(?<=.)[\])>}»›→|\s]+$")
_COUNT = re.compile(r"\s*[(\[]\d+[)\]]$")


@lru_cache(maxsize=4096)
def bare(name: str) -> str:
    """A name without the signs round it and a number of rows: "[Next >]" is Next, "Cancelled (3)" is Cancelled."""
    called = plain(name)
    return _FRAME.sub("", _COUNT.sub("", called)) or called


def named(screen: Screen, phrase: Phrase, kinds: Iterable[str] = OPERABLE) -> list[Found]:
    """What can be clicked and is called so, with or without brackets and arrows round its name."""
    found = screen.operable(phrase, kinds)
    if found:
        return found
    called: dict[str, list[Found]] = {}
    for document in screen.documents:
        for control in document.of_kinds(frozenset(kinds)):
            called.setdefault(bare(control.name), []).append(Found(document, control))
    return next((called[plain(words)] for words in phrase if plain(words) in called), [])


@dataclass(frozen=True)
class NextPage:
    """A control that turns the page. `certain`: the site says that there is a next page."""

    press: Callable[[], None]
    certain: bool


def next_page(tab: Tab, screen: Screen, phrase: Phrase, number: int) -> NextPage | None:
    """What leads to page `number` of a list: a link called "Next", that number, or a select box of pages."""
    link = numbered(screen, number) or _beyond(screen, number)
    if link is not None:
        return NextPage(lambda: tab.press(link), certain=True)
    boxes = [(box, number - 1) for box in _boxes_of_pages(screen) if len(box.control.options) >= number]
    if boxes:
        return NextPage(lambda: choose_and_go(tab, *boxes[-1]), certain=True)
    called = [one for one in named(screen, phrase) if not one.control.plainly_dead]
    if not called:
        return None
    if len({(one.control.href, one.control.kind) for one in called}) > 1:
        raise Ambiguous(f'"{called[0].control.name}" is on the page {len(called)} times and leads to different places')
    return NextPage(lambda: tab.press(called[-1]), certain=_says_more(screen) and not called[-1].control.doubtful)


def pager_says(screen: Screen) -> tuple[object, ...]:
    """All by which a list tells which of its pages is shown: differs when the page was turned, though its rows be alike."""
    lines = [text for document in screen.documents for text in document.line_texts.values()]
    told = [match.groups() for text in lines for look in (PAGE_OF, ROWS_OF) for match in look.finditer(text)]
    chosen = [box.control.value for box in _boxes_of_pages(screen)]
    links = [
        plain(c.name) for d in screen.documents for c in d.controls if c.kind in OPERABLE and plain(c.name).isdecimal()
    ]
    return (*told, *chosen, *links)


def unread_part(screen: Screen) -> str | None:
    """The line by which the list says that it goes on after what is shown."""
    for document in screen.documents:
        for text in document.line_texts.values():
            page, span = PAGE_OF.search(text), ROWS_OF.search(text)
            if (page and int(page[1]) < int(page[2])) or (span and int(span[2]) < int(span[3])):
                return text
    return None


def _says_more(screen: Screen) -> bool:
    return unread_part(screen) is not None


def numbered(screen: Screen, number: int) -> Found | None:
    """The link called `number` that stands in one line with its neighbour number: so it is a pager's."""
    return _in_pager(screen, _names_of(number), number - 1)


def _beyond(screen: Screen, number: int) -> Found | None:
    """Where a pager shows only some numbers ("... 9 10 ..."): the dots to the right of the last one."""
    return _in_pager(screen, ELLIPSIS, number - 1, right=True)


def _in_pager(screen: Screen, names: Container[str], neighbour: int, *, right: bool = False) -> Found | None:
    """The last live control called by one of `names` that stands beside the number of its neighbour."""
    found = [
        Found(document, control)
        for document in screen.documents
        for control in document.controls
        if control.kind in OPERABLE
        and plain(control.name) in names
        and not control.plainly_dead
        and _beside_number(document, control, neighbour, right=right)
    ]
    return found[-1] if found else None


def _names_of(number: int) -> set[str]:
    return {str(number), f"page {number}", f"[{number}]"}


def _beside_number(document: Document, control: Control, number: int, *, right: bool = False) -> bool:
    """Whether that number stands near the control in its line; with `right`, the control stands to its right."""
    wanted = _names_of(number)
    return any(
        set(plain(run.text).replace("|", " ").split()) & wanted or plain(run.text) in wanted
        for run in document.runs
        if run.control != control.index
        and run.box.on_line_with(control.box)
        and abs(run.box.left - control.box.left) < 150
        and (not right or run.box.left < control.box.left)
    )


def _boxes_of_pages(screen: Screen) -> list[Found]:
    """The select boxes whose options are all pages ("2", "Page 2 of 3"), and that speak of pages."""
    return [
        Found(document, control)
        for document in screen.documents
        for control in document.controls
        if _is_of_pages(document, control)
    ]


def _is_of_pages(document: Document, control: Control) -> bool:
    if control.kind != "select" or not control.options:
        return False
    beside = [run.text for run in document.runs if run.box.on_line_with(control.box)]
    if "page" not in " ".join([*beside, *control.labels, *control.names, control.options[0][0]]).casefold():
        return False
    texts = [plain(text) for text, *_ in control.options]
    return all(re.fullmatch(rf"(page )?{place}( (of|/) \d+)?", text) for place, text in enumerate(texts, 1))

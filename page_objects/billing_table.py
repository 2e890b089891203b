"""The table of billings, page by page (clauses 8 and 9)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from page_objects.document import OPERABLE, Control, Document, Found
from page_objects.grid import Grid, GridRow, grids
from page_objects.obstacles import Ambiguous, NotHere
from page_objects.screen import Screen
from page_objects.select_box import choose_and_go
from page_objects.tab import Tab
from page_objects.wording import contains_words, parse_money, plain, says
from page_objects.words import Phrase

PAGES = 500
PAGE_OF = re.compile(r"\bpage\s+(\d+)\s*(?:of|/)\s*(\d+)", re.IGNORECASE)
ROWS_OF = re.compile(r"(\d+)\s*(?:-|–|to)\s*(\d+)\s+of\s+(\d+)", re.IGNORECASE)

EMPTY = re.compile(
    r"(there (are|is) |you have )?(no|0|nothing|none)( \w+){0,4}? "
    r"(billings?|bills?|invoices?|records?|rows?|entries|data|results?|items?|transactions?|charges?|payments?|credits?)\b.*"
)
"""How sites say that a table is empty: "No cancelled billings.", "There are no records to show."."""


@dataclass(frozen=True)
class BillingRowSeen:
    """One row as it stands: number, due date and status as text, the amount as money."""

    number: str
    due: str
    amount: Decimal | None
    amount_text: str
    status: str
    cells: tuple[tuple[str, str], ...]


class BillingTable:
    """Reads every page of the table. "Empty" and "did not load" are told apart (promise 5)."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab

    @property
    def _words(self) -> Phrase:
        return self.tab.words.billing.status

    def visible(self, screen: Screen) -> bool:
        return any(grids(document, self._words) for document in screen.documents)

    def read_all(self, on_page: Callable[[Screen], None] = lambda _screen: None) -> tuple[BillingRowSeen, ...]:
        """The rows of all pages, in order; `on_page` is shown each page.

        Raises NotHere if there is neither a row nor a word that there is none, or if a page can't be reached.
        """
        screen, rows = self._first()
        on_page(screen)
        for number in range(2, PAGES):
            following = next_page(self.tab, screen, self.tab.words.billing.next_page, number)
            if following is None:
                break
            turned = self._turn(screen, following)
            if turned is None:
                break
            screen = turned
            on_page(screen)
            rows += self.rows_on(screen)
        self._complete(screen, rows)
        return tuple(rows)

    def rows_on(self, screen: Screen) -> list[BillingRowSeen]:
        return [self._row(row) for grid in self.grids_on(screen) for row in grid.rows if self._is_data(row)]

    def grids_on(self, screen: Screen) -> list[Grid]:
        return [grid for document in screen.documents for grid in grids(document, self._words)]

    def _is_data(self, row: GridRow) -> bool:
        """Not a message, a total or a pager: it has a status, and something beside it."""
        return bool(row.under(self._words)) and not says(row.texts[0], self.tab.words.billing.nothing)

    def _row(self, row: GridRow) -> BillingRowSeen:
        words = self.tab.words.billing
        amount = row.under(words.amount)
        return BillingRowSeen(
            number=row.under(words.number),
            due=row.under(words.due),
            amount=parse_money(amount),
            amount_text=amount,
            status=row.under(words.status),
            cells=tuple((cell.heading, cell.text) for cell in row.cells),
        )

    def _first(self) -> tuple[Screen, list[BillingRowSeen]]:
        """The first page, once it shows rows, says that there are none, or has finished without any."""

        def shown(screen: Screen) -> Screen | None:
            if any(document.ready == "loading" for document in screen.documents):
                return None
            return screen if self.rows_on(screen) or self.says_nothing(screen) else None

        try:
            screen = self.tab.until(shown, "the billing table", 3 * self.tab.setting.patience.quiet)
        except NotHere:
            screen = self.tab.settled()
            if not self.rows_on(screen) and not self.grids_on(screen) and not self.says_nothing(screen):
                raise
        return screen, self.rows_on(screen)

    def says_nothing(self, screen: Screen) -> bool:
        """Whether the page says that there is nothing to show."""
        wanted = {plain(words) for words in self.tab.words.billing.nothing}
        texts = (plain(text) for document in screen.documents for text in document.line_texts.values())
        long = [words for words in self.tab.words.billing.nothing if " " in words]
        return any(text in wanted or contains_words(text, long) or EMPTY.fullmatch(text) for text in texts)

    def _turn(self, screen: Screen, following: "NextPage") -> Screen | None:
        """The next page of the table, or None if the control leads nowhere (some sites leave it on the last page)."""
        old = self.rows_on(screen)
        following.press()

        def turned(now: Screen) -> Screen | None:
            rows = self.rows_on(now)
            return now if rows and rows != old and now.main.ready != "loading" else None

        try:
            return self.tab.until(turned, "the next page of the table", self.tab.setting.patience.page)
        except NotHere:
            if following.certain:
                raise
            return None

    def _complete(self, screen: Screen, rows: list[BillingRowSeen]) -> None:
        """Hold what was read against what the page says of its own length."""
        for document in screen.documents:
            for text in document.line_texts.values():
                page = PAGE_OF.search(text)
                if page and int(page.group(1)) < int(page.group(2)):
                    raise NotHere(f'the table says "{text[:80]}" and its next page can\'t be reached')
                span = ROWS_OF.search(text)
                if span and rows and int(span.group(2)) < int(span.group(3)):
                    raise NotHere(f'the table says "{text[:80]}" and {len(rows)} rows were read')


@dataclass(frozen=True)
class NextPage:
    """A control that turns the page. `certain`: the site says that there is a next page."""

    press: Callable[[], None]
    certain: bool


def next_page(tab: Tab, screen: Screen, phrase: Phrase, number: int) -> NextPage | None:
    """What leads to page `number` of a list: a link called "Next", that number, or a select box of pages."""
    numbered = _numbered(screen, number)
    if numbered is not None:
        return NextPage(lambda: tab.press(numbered), certain=True)
    boxes = [
        (Found(document, control), option)
        for document in screen.documents
        for control in document.controls
        if (option := _option_of_page(document, control, number)) is not None
    ]
    if boxes:
        return NextPage(lambda: choose_and_go(tab, *boxes[-1]), certain=True)
    called = [one for one in screen.operable(phrase) if not one.control.plainly_dead]
    if not called:
        return None
    if len({(one.control.href, one.control.kind) for one in called}) > 1:
        raise Ambiguous(f'"{called[0].control.name}" is on the page {len(called)} times and leads to different places')
    return NextPage(lambda: tab.press(called[-1]), certain=_says_more(screen) and not called[-1].control.doubtful)


def _says_more(screen: Screen) -> bool:
    for text in screen.text.splitlines():
        page, span = PAGE_OF.search(text), ROWS_OF.search(text)
        if (page and int(page.group(1)) < int(page.group(2))) or (span and int(span.group(2)) < int(span.group(3))):
            return True
    return False


def _numbered(screen: Screen, number: int) -> Found | None:
    """The link called `number` that stands in one line with its neighbour number: so it is a pager's."""
    wanted = {str(number), f"page {number}", f"[{number}]"}
    found = [
        Found(document, control)
        for document in screen.documents
        for control in document.controls
        if control.kind in OPERABLE
        and plain(control.name) in wanted
        and not control.plainly_dead
        and _has_neighbour(document, control, number - 1)
    ]
    return found[-1] if found and len({one.control.href for one in found}) <= max(1, len(found)) else None


def _has_neighbour(document: Document, control: Control, number: int) -> bool:
    wanted = {str(number), f"page {number}", f"[{number}]"}
    return any(
        set(plain(run.text).replace("|", " ").split()) & wanted or plain(run.text) in wanted
        for run in document.runs
        if run.control != control.index
        and run.box.on_line_with(control.box)
        and abs(run.box.left - control.box.left) < 150
    )


def _option_of_page(document: Document, control: Control, number: int) -> int | None:
    """The option "2" or "Page 2 of 3" of a select box whose options are all pages, and that speaks of pages."""
    if control.kind != "select" or len(control.options) < number:
        return None
    beside = [run.text for run in document.runs if run.box.on_line_with(control.box)]
    if "page" not in " ".join([*beside, *control.labels, *control.names, control.options[0][0]]).casefold():
        return None
    texts = [plain(text) for text, *_ in control.options]
    if all(re.fullmatch(rf"(page )?{place}( (of|/) \d+)?", text) for place, text in enumerate(texts, 1)):
        return number - 1
    return None

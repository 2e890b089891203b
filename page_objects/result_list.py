"""The list that answers a look-up (clauses 2 and 4c): its rows, page by page."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from page_objects.document import OPERABLE, Control, Document, Found
from page_objects.grid import GridRow, visual_rows
from page_objects.obstacles import NotHere
from page_objects.paging import named, next_page, numbered, pager_says
from page_objects.screen import Screen
from page_objects.scrolling import Scroller
from page_objects.tab import Tab
from page_objects.traffic import ASKING, Traffic
from page_objects.wording import contains_words, identity_text, plain, same_name
from page_objects.words import LookUpWords

NONE_FOUND = re.compile(r"(no|0|zero) ([\w()]+ ){0,3}(were |was )?(found|match\w*)\b|(nothing|none)( was)? found\b")
PAGES = 200
DRAWN = 400
"""Milliseconds without change after which a list that was scrolled has drawn its rows."""


@dataclass(frozen=True)
class Result:
    """One row of the list: its texts, and what opens the record."""

    texts: tuple[str, ...]
    opens: Found

    def names(self, name: str) -> bool:
        return any(same_name(text, name) for text in self.texts)

    def numbers(self, number: str) -> bool:
        return any(
            re.search(rf"(?<![\w-]){re.escape(number)}(?![\w-])", text) for text in self.texts if len(text) < 60
        ) or any(re.match(rf"\W*{re.escape(number)}\W", text) for text in self.texts)

    @property
    def shown_numbers(self) -> tuple[str, ...]:
        """Texts of the row that are account numbers by their look: digits only."""
        return tuple(text.strip("#() ") for text in self.texts if re.fullmatch(r"#?\s*\(?\d{3,}\)?", text.strip()))


class ResultList:
    """Rows that open a record each."""

    def __init__(self, tab: Tab, words: LookUpWords) -> None:
        self.tab = tab
        self.words = words

    def tells(self, screen: Screen, name: str, number: str) -> bool:
        """Whether the list shows the account."""
        return any(one.names(name) or one.numbers(number) for one in self.results(screen))

    def says_none(self, screen: Screen) -> bool:
        """Whether the site says that it found nothing: in the profile's words, or as "No organizations were found"."""
        return any(
            contains_words(text, self.words.nothing_found) or NONE_FOUND.match(plain(text))
            for document in screen.documents
            for text in document.line_texts.values()
        )

    def goes_on(self, screen: Screen, name: str) -> bool:
        """Whether the list shows names that hold this one, and has a page after this."""
        alike = any(plain(name) in plain(text) for one in self.results(screen) for text in one.texts)
        return alike and bool(named(screen, self.words.next_page) or numbered(screen, 2))

    def results(self, screen: Screen) -> list[Result]:
        """The rows that have something to click which opens a record."""
        found = []
        for document in screen.documents:
            for row in visual_rows(document):
                opens = self._opens(document, row)
                if opens is not None:
                    found.append(Result(row.texts, opens))
        return found

    def _opens(self, document: Document, row: GridRow) -> Found | None:
        """What opens the record of a row: its only link, else the one whose words are a cell of the row."""
        links = [c for c in row.controls if c.kind in OPERABLE and not c.plainly_dead and c.name]
        links = [c for c in links if not any(c.index in document.ancestors(other) for other in links)]
        if not links:
            return self._row_itself(document, row)
        if len(links) == 1:
            return Found(document, links[0])
        in_cells = [c for c in links if any(identity_text(c.name) == identity_text(text) for text in row.texts)]
        named = [c for c in in_cells if not re.fullmatch(r"[\d\s#-]+", c.name)]
        best = named or in_cells
        return Found(document, best[0]) if best else None

    @staticmethod
    def _row_itself(document: Document, row: GridRow) -> Found | None:
        """A row that is clickable as a whole."""
        if not row.cells:
            return None
        box = row.cells[0].box
        around: list[Control] = [
            c
            for c in document.controls
            if c.kind in {"clickable", "option", "link"}
            and c.box.left <= box.left
            and c.box.right >= box.right
            and c.box.top - 2 <= box.top
            and c.box.bottom + 2 >= box.bottom
        ]
        return Found(document, min(around, key=lambda c: c.box.width * c.box.height)) if around else None

    def turn_page(self, screen: Screen, number: int) -> Screen | None:
        """The next page of the list, or None if this is the last."""
        following = next_page(self.tab, screen, self.words.next_page, number)
        if following is None or number > PAGES:
            return None
        old, told = Counter(one.texts for one in self.results(screen)), pager_says(screen)

        def turned(now: Screen) -> Screen | None:
            new = Counter(one.texts for one in self.results(now))
            loading = now.main.ready == "loading" or (now.tokens == screen.tokens and traffic.pending)
            # what only became less may be the pager itself, dead until the rows are there
            more = new - old or pager_says(now) != told or (new != old and now.quiet >= quiet)
            return now if new and more and not loading else None

        quiet = 1000 * self.tab.setting.patience.quiet
        with Traffic(self.tab.page, ASKING) as traffic:
            following.press()
            try:
                return self.tab.until(turned, "the next page of the list")
            except NotHere:
                if following.certain:
                    raise
                return None

    def scrolled(self, screen: Screen) -> Iterator[Screen]:
        """What else the list shows when it is scrolled, part by part."""
        results = self.results(screen)
        scroller = Scroller(self.tab, results[0].opens.document, results[0].opens.control.box) if results else None
        if scroller is None or not scroller.found:
            return
        with Traffic(self.tab.page, ASKING) as traffic:
            while scroller.further([one.opens.control.box for one in results]):
                screen = self.tab.until(
                    lambda now: now if not traffic.pending and now.quiet >= DRAWN else None, "the rest of the list"
                )
                results = self.results(screen)
                yield screen

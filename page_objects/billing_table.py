"""The table of billings, page by page (clauses 8 and 9)."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from page_objects.admin_page import refuse_sign_in, role_denied
from page_objects.billing_columns import TOTAL, BillingColumns, is_figure
from page_objects.document import Box, Document
from page_objects.empty_table import says_empty
from page_objects.grid import Grid, GridRow
from page_objects.obstacles import Ambiguous, Missing, NotHere, RoleDenied
from page_objects.paging import NextPage, next_page, pager_says, unread_part
from page_objects.screen import Screen
from page_objects.scrolling import Scroller
from page_objects.stray_words import StrayWords
from page_objects.tab import Tab
from page_objects.traffic import ASKING, Traffic
from page_objects.wording import contains_words, parse_money
from page_objects.words import BillingWords

PAGES = 500
STILL = 0.3
"""Seconds for which rows that a script draws must be the same before they are all."""


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
    def _words(self) -> BillingWords:
        return self.tab.words.billing

    @cached_property
    def columns(self) -> BillingColumns:
        return BillingColumns(self._words)

    def visible(self, screen: Screen) -> bool:
        return any(self.columns.headed(document) for document in screen.documents)

    def read_all(
        self, on_page: Callable[[Screen], None] = lambda _screen: None, *, cancelled: bool = False
    ) -> tuple[BillingRowSeen, ...]:
        """The rows of all pages, in order; `on_page` is shown each page. `cancelled`: of the Cancelled tab.

        Raises NotHere if there is neither a row nor a word that there is none, or if a page can't be reached; Ambiguous
        if the page says "Scheduled" elsewhere than in the rows.
        """
        screen, rows = self._page(self._first(), on_page, cancelled=cancelled)
        for number in range(2, PAGES):
            following = next_page(self.tab, screen, self._words.next_page, number)
            turned = self._turn(screen, following) if following else None
            if turned is None:
                break
            screen, more = self._page(turned, on_page, cancelled=cancelled)
            rows = _joined(rows, more)
        self._complete(screen, rows, cancelled=cancelled)
        return tuple(rows)

    def rows_on(self, screen: Screen) -> list[BillingRowSeen]:
        return [self._row(row) for grid in self.grids_on(screen) for row in self.columns.data(grid)]

    def grids_on(self, screen: Screen) -> list[Grid]:
        return [grid for document in screen.documents for grid in self.columns.grids(document)]

    def _row(self, row: GridRow) -> BillingRowSeen:
        words = self._words
        amount = row.under(words.amount)
        return BillingRowSeen(
            number=row.under(words.number),
            due=row.under(words.due),
            amount=parse_money(amount),
            amount_text=amount,
            status=self.columns.status(row),
            cells=tuple((cell.heading, cell.text) for cell in row.cells),
        )

    def _page(
        self, screen: Screen, on_page: Callable[[Screen], None], *, cancelled: bool
    ) -> tuple[Screen, list[BillingRowSeen]]:
        """The rows of one page, those too that come when it is scrolled, and the screen as it is then."""
        rows = self._part(screen, on_page, cancelled=cancelled)
        placed = self._placed(screen)
        scroller = Scroller(self.tab, placed[0][0], placed[0][1]) if placed else None
        if scroller is None or not scroller.found:
            return screen, rows
        seen = {scroller.place(box): row for _, box, row in placed}
        with Traffic(self.tab.page, ASKING) as traffic:
            while scroller.further([box for _, box, _ in placed]):
                screen = self._at_rest(traffic)
                self._part(screen, on_page, cancelled=cancelled)
                placed = self._placed(screen)
                seen |= {scroller.place(box): row for _, box, row in placed}
            scroller.back()
            return self._at_rest(traffic), [seen[place] for place in sorted(seen)]

    def _placed(self, screen: Screen) -> list[tuple[Document, Box, BillingRowSeen]]:
        return [
            (grid.document, row.cells[0].box, self._row(row))
            for grid in self.grids_on(screen)
            for row in self.columns.data(grid)
        ]

    def _at_rest(self, traffic: Traffic) -> Screen:
        still = self.still(moved=True)

        def rest(screen: Screen) -> Screen | None:
            return screen if self.rows_on(screen) and not traffic.pending and still(screen) else None

        return self.tab.until(rest, "the rest of the table")

    def _part(self, screen: Screen, on_page: Callable[[Screen], None], *, cancelled: bool) -> list[BillingRowSeen]:
        """The rows that are on the screen, once it is sure that no other text of it says "Scheduled"."""
        on_page(screen)
        grids = self.grids_on(screen)
        for grid in grids:
            if not cancelled and self.columns.data(grid) and not self.columns.tells_status(grid):
                raise Missing(
                    "no column of the billing table tells a status: set words.billing.status in the profile to its heading "
                    f"(headings seen: {', '.join(grid.headings)})",
                    self.tab.whereabouts("billing table"),
                )
        stray = self._stray.on(screen, grids)
        if stray:
            raise Ambiguous(
                f"{stray[0]} stands on the page outside of the rows that were read: look at the billings by hand, and set "
                "words.billing.status, due and amount in the profile to the headings of their table",
                self.tab.whereabouts("billing table"),
            )
        return self.rows_on(screen)

    @property
    def _stray(self) -> StrayWords:
        return StrayWords(self._words, self.columns)

    def _first(self) -> Screen:
        """The first page, once it shows all its rows, or says that there are none and stays so."""
        screen = self._shown()
        if not self.rows_on(screen) and not all(document.final for document in screen.documents):
            self.tab.settled()  # some pages say "no records" until the rows arrive
            screen = self._shown()
        return screen

    def _shown(self) -> Screen:
        still = self.still()

        def shown(screen: Screen) -> Screen | None:
            denied = role_denied(screen, self.tab.words)  # which may come after tabs and headings
            if denied:
                raise RoleDenied(denied, self.tab.whereabouts("billing table"))
            if screen.loading:
                return None
            return screen if (still(screen) if self.rows_on(screen) else self.says_nothing(screen)) else None

        try:
            return self.tab.until(shown, "the billing table", 3 * self.tab.setting.patience.quiet)
        except NotHere as nothing:
            screen = self.tab.settled()
            if self.rows_on(screen) or self.says_nothing(screen):
                return screen
            raise self._unread(screen) from nothing

    def _unread(self, screen: Screen) -> NotHere:
        headings = [", ".join(grid.headings) for grid in self.grids_on(screen)]
        seen = f"the billing table ({headings[0]}) shows no row" if headings else "there is no table of billings"
        return NotHere(
            f"{seen}, and the page does not say that there are none: if it does, set words.billing.nothing in the profile to "
            "its words; else words.billing.status, due and amount to the headings of the table",
            self.tab.whereabouts("billing table"),
        )

    def still(self, *, moved: bool = False) -> Callable[[Screen], bool]:
        """Whether the rows are all there: on a page that no script draws at once, else when they have not changed a while.

        `moved`: what the page draws when it is scrolled may not have begun.
        """
        last: list[tuple[float, list[BillingRowSeen]]] = []

        def same(screen: Screen) -> bool:
            if not moved and all(d.ready == "complete" and not d.mutations for d in screen.documents):
                return True
            rows = self.rows_on(screen)
            if not last or last[0][1] != rows:
                last[:] = [(time.monotonic(), rows)]
            return time.monotonic() - last[0][0] >= STILL

        return same

    def says_nothing(self, screen: Screen) -> bool:
        """Whether the page says, in words or by a total of nothing, that there is nothing to show."""
        totals = [amount for grid in self.grids_on(screen) for row in grid.rows if (amount := _total(row)) is not None]
        if any(totals):
            return False
        return bool(totals) or any(says_empty(document, self._words.nothing) for document in screen.documents)

    def _turn(self, screen: Screen, following: NextPage) -> Screen | None:
        """The next page of the table, or None if the control leads nowhere (some sites leave it on the last page)."""
        old, told = self.rows_on(screen), pager_says(screen)
        quiet = self.tab.setting.patience.quiet * 1000
        still = self.still()

        def turned(now: Screen) -> Screen | None:
            refuse_sign_in(now, self.tab)
            rows = self.rows_on(now)
            if now.main.ready == "loading" or not (rows and still(now)):
                return None
            if rows != old or pager_says(now) != told:
                return now
            at_rest = now.quiet >= 2 * quiet and not traffic.pending
            return screen if at_rest and not following.certain else None

        with Traffic(self.tab.page, ASKING) as traffic:
            following.press()
            try:
                new = self.tab.until(turned, "the next page of the table", self.tab.setting.patience.page)
            except NotHere:
                if following.certain:
                    raise
                return None
        return None if new is screen else new

    def _complete(self, screen: Screen, rows: list[BillingRowSeen], *, cancelled: bool) -> None:
        """Hold what was read against what the page says of its own length."""
        text = unread_part(screen)
        if text is not None and rows:
            raise NotHere(
                f'the table says "{text[:80]}", and {len(rows)} rows were read: its next page can\'t be reached'
            )
        declared = max((grid.declared for grid in self.grids_on(screen)), default=0)
        if declared > len(rows) + 1:  # the row of headings may be counted
            raise NotHere(
                f"the table says that it has {declared - 1} rows, and {len(rows)} were read",
                self.tab.whereabouts("table"),
            )
        counted = self._stray.counted(screen)
        if counted and not cancelled and not any(self._is_pending(row) for row in rows):
            raise Ambiguous(
                f'the page says "{counted[:80]}" and no such billing was read: look at the billings by hand',
                self.tab.whereabouts("billing table"),
            )

    def _is_pending(self, row: BillingRowSeen) -> bool:
        return contains_words(row.status, self._words.pending)


def _total(row: GridRow) -> Decimal | None:
    """The sum that a row of totals shows."""
    if not row.texts or not TOTAL.match(row.texts[0]):
        return None
    amounts = [amount for text in row.texts if is_figure(text) and (amount := parse_money(text)) is not None]
    return amounts[-1] if amounts else None


def _joined(rows: list[BillingRowSeen], page: list[BillingRowSeen]) -> list[BillingRowSeen]:
    """With the rows of one more page, which may show the earlier ones as well ("Load more", "Show all")."""
    repeats = len(page) > len(rows) and Counter(page) >= Counter(rows)
    return page if repeats else rows + page

"""The billing page of an account, "AR" (clauses 7 to 9)."""

from collections.abc import Callable
from typing import ClassVar

from page_objects.admin_page import AdminPage
from page_objects.billing_table import BillingRowSeen, BillingTable
from page_objects.document import Found
from page_objects.obstacles import Ambiguous, Missing
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.words import Phrase

TABS = {"link", "tab", "button", "clickable", "menuitem"}


class ArBillingPage(AdminPage):
    """What has been paid, what is scheduled, and on the Cancelled tab what has been cancelled."""

    name: ClassVar[str] = "billing page"

    def __init__(self, tab: Tab) -> None:
        super().__init__(tab)
        self.table = BillingTable(self.tab)

    def recognised(self, screen: Screen) -> bool:
        words = self.words.billing
        tabbed = bool(screen.operable(words.cancelled_tab, TABS))
        return (tabbed or self.table.visible(screen)) and not screen.operable(self.words.start_page.cancel)

    def rows(self, on_page: Callable[[Screen], None] = lambda _screen: None) -> tuple[BillingRowSeen, ...]:
        """The rows of the tab that is open, all pages."""
        return self.table.read_all(on_page)

    def open_cancelled(self) -> None:
        """Turn to the Cancelled tab (clause 9). Raises NotHere or Ambiguous."""
        self._open_tab(self.words.billing.cancelled_tab)

    def _open_tab(self, phrase: Phrase) -> None:
        before = self.tab.glance()
        tab = self._tab(before, phrase)
        rows = self.table.rows_on(before)
        self.tab.press(tab)

        def turned(now: Screen) -> Screen | None:
            if any(document.ready == "loading" for document in now.documents):
                return None
            there = bool(now.tokens - before.tokens) or now.state != before.state
            nothing = self.table.says_nothing(now)
            if not there or not (nothing or self.table.visible(now)):
                return None
            other = self.table.rows_on(now)
            return now if other != rows or nothing or now.quiet >= self._quiet else None

        self.tab.until(turned, f'the tab "{phrase[0]}"')

    @property
    def _quiet(self) -> float:
        return self.tab.setting.patience.quiet * 1000

    def _tab(self, screen: Screen, phrase: Phrase) -> Found:
        """The tab with that name; statuses in the table that read the same are no tabs."""
        found = [one for one in screen.operable(phrase, TABS) if not self._in_table(screen, one)]
        if len(found) > 1:
            raise Ambiguous(f'the tab "{phrase[0]}" is on the page {len(found)} times', self.whereabouts())
        if not found:
            raise Missing(f'the tab "{phrase[0]}" is not on the page', self.whereabouts())
        return found[0]

    def _in_table(self, screen: Screen, one: Found) -> bool:
        return any(
            control.index == one.control.index
            for grid in self.table.grids_on(screen)
            if grid.document is one.document
            for row in grid.rows
            for control in row.controls
        )

"""The billing page of an account, "AR" (clauses 7 to 9)."""

from collections.abc import Callable
from typing import ClassVar

from page_objects.admin_page import AdminPage, refuse_sign_in
from page_objects.billing_columns import tells
from page_objects.billing_table import BillingRowSeen, BillingTable
from page_objects.document import Document, Found
from page_objects.obstacles import Ambiguous, Missing
from page_objects.paging import named
from page_objects.phrases import Phrase
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.traffic import ASKING, Traffic

TABS = {"link", "tab", "button", "clickable", "menuitem"}


class ArBillingPage(AdminPage):
    """What has been paid, what is scheduled, and on the Cancelled tab what has been cancelled."""

    name: ClassVar[str] = "billing page"

    def __init__(self, tab: Tab) -> None:
        super().__init__(tab)
        self.table = BillingTable(self.tab)

    def recognised(self, screen: Screen) -> bool:
        words = self.words.billing
        tabbed = bool(named(screen, words.cancelled_tab, TABS))
        return (tabbed or self.table.visible(screen)) and not screen.operable(self.words.start_page.cancel)

    def body(self, screen: Screen) -> Document:
        """The document with the billings: the tabs may stand in a frame of their own."""
        return next(iter(self._answers(screen)), None) or super().body(screen)

    def rows(self, on_page: Callable[[Screen], None] = lambda _screen: None) -> tuple[BillingRowSeen, ...]:
        """The rows of the tab that is open, all pages, and of a tab beside it that is called Scheduled or Submitted."""
        rows = self.table.read_all(on_page)
        for words in self.words.billing.pending:
            screen = self.tab.glance()
            tab = self._beside_cancelled(screen, words)
            if tab is not None:
                self._open(screen, tab, lambda _now: True)
                rows += tuple(row for row in self.table.read_all(on_page) if row not in rows)
        return rows

    def cancelled_rows(self, on_page: Callable[[Screen], None] = lambda _screen: None) -> tuple[BillingRowSeen, ...]:
        """The rows of the Cancelled tab, all pages; a column of statuses may be missing there."""
        self.open_cancelled()
        return self.table.read_all(on_page, cancelled=True)

    def open_cancelled(self) -> None:
        """Turn to the Cancelled tab (clause 9). Raises NotHere or Ambiguous."""
        phrase = self.words.billing.cancelled_tab
        before = self.tab.glance()

        def may_be(now: Screen) -> bool:
            return self._is_shown(now, phrase) or self._only_cancelled(now)

        self._open(before, self._tab(before, phrase), may_be)

    def _beside_cancelled(self, screen: Screen, words: str) -> Found | None:
        """The tab of that name in the line of the Cancelled tab, unless it is known to be the one that is open."""
        line = named(screen, self.words.billing.cancelled_tab, TABS)
        found = [
            one
            for one in named(screen, (words,), TABS)
            if any(one.document is other.document and one.control.box.on_line_with(other.control.box) for other in line)
            and not (one.control.selected or one.control.plainly_dead or self._in_table(screen, one))
        ]
        return found[0] if len(found) == 1 else None

    def _open(self, before: Screen, tab: Found, may_be: Callable[[Screen], bool]) -> None:
        """Press a tab and wait for what it shows: another document or other rows; `may_be` judges a page at rest."""
        still = self.table.still()

        def turned(now: Screen) -> Screen | None:
            refuse_sign_in(now, self.tab)
            answers = self._answers(now)
            if now.loading or not now.whole or not answers or not still(now):
                return None
            if any(document.token not in before.tokens for document in answers) or self._differs(before, now):
                return now
            at_rest = now.quiet >= self.tab.setting.patience.quiet * 1000 and not traffic.pending
            return now if at_rest and may_be(now) else None

        with Traffic(self.tab.page, ASKING) as traffic:
            self.tab.press(tab)
            self.tab.until(turned, f'what the tab "{tab.control.name}" leads to')

    def _answers(self, screen: Screen) -> list[Document]:
        """The documents that show rows, or say that there are none."""
        alone = ((document, Screen((document,))) for document in screen.documents)
        return [document for document, one in alone if self.table.rows_on(one) or self.table.says_nothing(one)]

    def _differs(self, before: Screen, now: Screen) -> bool:
        """Whether the same document tells something else of billings than before the press."""
        return (self.table.rows_on(now), self.table.says_nothing(now)) != (
            self.table.rows_on(before),
            self.table.says_nothing(before),
        )

    def _is_shown(self, screen: Screen, phrase: Phrase) -> bool:
        """Whether the tab is marked as the one that is open, or is text now where it was a link."""
        tabs = [one for one in named(screen, phrase, TABS) if not self._in_table(screen, one)]
        return any(one.control.selected or one.control.plainly_dead for one in tabs) or not tabs

    def _only_cancelled(self, screen: Screen) -> bool:
        """Whether all that is shown might stand on the Cancelled tab: what was cancelled, or nothing."""
        return all(tells(row.status, self.words.billing.cancelled) for row in self.table.rows_on(screen))

    def _tab(self, screen: Screen, phrase: Phrase) -> Found:
        """The tab with that name; statuses in the table that read the same are no tabs."""
        found = [one for one in named(screen, phrase, TABS) if not self._in_table(screen, one)]
        if len(found) > 1:
            raise Ambiguous(f'the tab "{phrase[0]}" is on the page {len(found)} times', self.whereabouts())
        if not found:
            raise Missing(self._no_tab(screen, phrase), self.whereabouts())
        return found[0]

    def _no_tab(self, screen: Screen, phrase: Phrase) -> str:
        links = [c.name for document in screen.documents for c in document.controls if c.kind in TABS and c.name]
        seen = ", ".join(f'"{name[:40]}"' for name in dict.fromkeys(links[:12])) or "none"
        shown = [row for row in self.table.rows_on(screen) if tells(row.status, self.words.billing.cancelled)]
        same = f", and {len(shown)} cancelled rows stand among the others" if shown else ""
        return (
            f'the tab "{phrase[0]}" is not on the page{same}: set words.billing.cancelled_tab in the profile to its name '
            f"(links seen: {seen})"
        )

    def _in_table(self, screen: Screen, one: Found) -> bool:
        return any(
            control.index == one.control.index
            for grid in self.table.grids_on(screen)
            if grid.document is one.document
            for row in self.table.columns.data(grid)
            for control in row.controls
        )

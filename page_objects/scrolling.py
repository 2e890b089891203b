"""Lists that draw or fetch the rest of their rows when they are scrolled."""

from collections.abc import Sequence

from page_objects.document import Box, Document
from page_objects.tab import Tab


class Scroller:
    """What a list is scrolled in: a box of its own, or the window. Scrolling changes nothing but what is shown."""

    def __init__(self, tab: Tab, document: Document, row: Box) -> None:
        self._tab = tab
        self._document = document
        self._point = (row.left + 4, row.top + row.height // 2)
        self._top, self._at, self._most = 0, 0, 0
        self.found = not document.final and self._ask(-1)

    def place(self, box: Box) -> tuple[int, int]:
        """Where a row stands in the whole list, however far that is scrolled."""
        return box.top - self._top + self._at, box.left

    def further(self, rows: Sequence[Box]) -> bool:
        """Scroll on until the last of these rows is the first to be seen; False at the end of the list."""
        before = self._at
        self._ask(None)
        last = max(rows, key=lambda box: box.bottom, default=None)
        if last is None or self._at >= self._most - 2:
            return False
        return self._ask(min(max(self.place(last)[0], before + 20), self._most)) and self._at > before

    def back(self) -> None:
        self._ask(0)

    def _ask(self, to: int | None) -> bool:
        told = self._tab.scroll(self._document, self._point, to)
        if told:
            self._top, self._at, self._most = told
        return bool(told)

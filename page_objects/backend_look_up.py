"""The look-up at the backend URL, the last rung of the ladder (clause 4c)."""

from typing import ClassVar

from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.look_up import LookUpPage, Result
from page_objects.obstacles import Missing
from page_objects.screen import Screen
from page_objects.tab import Tab


class BackendLookUp(LookUpPage):
    name: ClassVar[str] = "backend look-up"

    def __init__(self, tab: Tab) -> None:
        known = tab if isinstance(tab, Tab) else Tab(tab)
        super().__init__(known, known.words.backend_look_up)

    def open_start_page(self, name: str, number: str) -> CancellationStartPage:
        """Look the account up and open its Cancellation Start Page.

        Raises NotHere if the backend does not list this name with this number.
        """
        start = CancellationStartPage(self.tab)
        before = self.look_up.enter(name, number)
        screen = self._answer(before, start, name, number)
        if start.recognised(screen):
            return start
        return self.tab.follow(self._row(screen, name, number).opens, CancellationStartPage)

    def _answer(self, before: Screen, start: CancellationStartPage, name: str, number: str) -> Screen:
        def answered(screen: Screen) -> Screen | None:
            if not screen.tokens - before.tokens and screen.text == before.text:
                return None
            if start.arrival(screen, before) or self.look_up.answered(screen, name, number):
                return screen
            return screen if screen.quiet >= 2000 * self.tab.setting.patience.quiet else None

        return self.tab.until(answered, "the answer of the backend look-up")

    def _row(self, screen: Screen, name: str, number: str) -> Result:
        page = 1
        following: Screen | None = screen
        while following is not None:
            hits = [r for r in self.look_up.results(following) if r.numbers(number) and r.names(name)]
            hits = hits or [r for r in self.look_up.results(following) if r.numbers(number)]
            hits = hits or [r for r in self.look_up.results(following) if r.names(name) and not r.shown_numbers]
            if len(hits) == 1:
                return hits[0]
            page += 1
            following = self.look_up.turn_page(following, page)
        raise Missing(f"the backend does not list account {number} under this name", self.whereabouts())

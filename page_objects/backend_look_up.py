"""The look-up at the backend URL, the last rung of the ladder (clause 4c)."""

from typing import ClassVar

from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.document import Found
from page_objects.look_up_page import LookUpPage
from page_objects.moves import follow
from page_objects.obstacles import Missing
from page_objects.result_list import Result
from page_objects.screen import Screen
from page_objects.tab import Tab


class BackendLookUp(LookUpPage):
    name: ClassVar[str] = "backend look-up"
    key: ClassVar[str] = "words.backend_look_up"

    def __init__(self, tab: Tab) -> None:
        known = tab if isinstance(tab, Tab) else Tab(tab)
        super().__init__(known, known.words.backend_look_up)

    def recognised(self, screen: Screen) -> bool:
        return self.look_up.visible(screen, by_number=True)

    def certain(self, screen: Screen) -> bool:
        """The profile has its address: what is there is it."""
        return self.recognised(screen)

    def links(self, _screen: Screen) -> list[Found]:
        """None: the CRM's own links may stand on the backend's pages."""
        return []

    def open_start_page(self, name: str, number: str) -> CancellationStartPage:
        """Look the account up and open its Cancellation Start Page.

        Raises NotHere if the backend does not list this name with this number.
        """
        start = CancellationStartPage(self.tab)
        _, screen = self.ask(start, name, number, by_number=True)
        if start.recognised(screen):
            return start
        return follow(self.tab, self._row(screen, name, number).opens, CancellationStartPage)

    def _row(self, screen: Screen, name: str, number: str) -> Result:
        page = 1
        following: Screen | None = screen
        while following is not None:
            hits = [r for r in self.list.results(following) if r.numbers(number) and r.names(name)]
            hits = hits or [r for r in self.list.results(following) if r.numbers(number)]
            hits = hits or [r for r in self.list.results(following) if r.names(name) and not r.shown_numbers]
            if len(hits) == 1:
                return hits[0]
            page += 1
            following = self.list.turn_page(following, page)
        raise Missing(
            f"the backend does not list account {number} under this name: {self.look_up.asked}; if that is the wrong "
            f"field, set {self.key}.number_field or {self.key}.field in the profile",
            self.whereabouts(),
        )

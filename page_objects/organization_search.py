"""The Organization look-up of the CRM (clause 2)."""

from typing import ClassVar

from page_objects.look_up_page import LookUpPage
from page_objects.moves import follow
from page_objects.obstacles import Missing
from page_objects.organization_page import OrganizationPage
from page_objects.result_list import Result
from page_objects.screen import Screen
from page_objects.wording import plain


class OrganizationSearch(LookUpPage):
    name: ClassVar[str] = "Organization look-up"

    def search(self, name: str, number: str = "") -> OrganizationPage | list[Result]:
        """Look the account up by its name: the record, where the site opens a single hit at once, else the results.

        The list holds the rows that name the account or its number, from all pages of the list; empty if there is none.
        """
        record = OrganizationPage(self.tab)
        before, screen = self.ask(record, name, number)
        if record.recognised(screen) and not record.recognised(before):
            return record
        return self._collect(screen, name, number) or self._none(screen, name)

    def _none(self, screen: Screen, name: str) -> list[Result]:
        """No result, where the screen answers the look-up at all: a wrong page is no absence."""
        rows = [text for result in self.list.results(screen) for text in result.texts]
        alike = any(plain(name) in plain(text) for text in rows)
        if not (alike or self.recognised(screen) or self.list.says_none(screen)):
            raise Missing(
                f"after {self.look_up.asked} the page shows neither a list nor that nothing was found: set "
                f"{self.key}.nothing_found in the profile",
                self.whereabouts(),
            )
        return []

    def _collect(self, screen: Screen, name: str, number: str) -> list[Result]:
        """All rows, page by page; stops at the row that has both name and number."""
        found: list[Result] = []
        following: Screen | None = screen
        page = 1
        while following is not None:
            last = following
            here, exact = self._hits(following, name, number)
            if exact:
                return exact
            found += here
            page += 1
            following = self.list.turn_page(following, page)
        return found or self._further_down(last, name, number)

    def _further_down(self, screen: Screen, name: str, number: str) -> list[Result]:
        """The row that has both, or one of them, in the rest of a list that shows it only when it is scrolled."""
        for part in self.list.scrolled(screen):
            here, exact = self._hits(part, name, number)
            if here:
                return exact or here
        return []

    def _hits(self, screen: Screen, name: str, number: str) -> tuple[list[Result], list[Result]]:
        """The rows that have name or number, and those of them that have both."""
        here = [r for r in self.list.results(screen) if r.names(name) or (number and r.numbers(number))]
        return here, [r for r in here if r.names(name) and number and r.numbers(number)]

    def open(self, result: Result) -> OrganizationPage:
        """Open a result. Its row must be on the screen that is shown: after paging, search again."""
        return follow(self.tab, result.opens, OrganizationPage)

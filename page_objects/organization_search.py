"""The Organization look-up of the CRM (clause 2)."""

from typing import ClassVar

from page_objects.look_up import LookUpPage, Result
from page_objects.organization_page import OrganizationPage
from page_objects.screen import Screen


class OrganizationSearch(LookUpPage):
    name: ClassVar[str] = "Organization look-up"

    def search(self, name: str, number: str = "") -> OrganizationPage | list[Result]:
        """Look the account up by its name: the record, where the site opens a single hit at once, else the results.

        The list holds the rows that name the account or its number, from all pages of the list; empty if there is none.
        """
        record = OrganizationPage(self.tab)
        before = self.look_up.enter(name)
        screen = self._answer(before, record, name, number)
        if record.recognised(screen) and not record.recognised(before):
            return record
        return self._collect(screen, name, number)

    def _answer(self, before: Screen, record: OrganizationPage, name: str, number: str) -> Screen:
        quiet = 4000 * self.tab.setting.patience.quiet  # late content is no absence; only words say so at once

        def answered(screen: Screen) -> Screen | None:
            if not screen.tokens - before.tokens and screen.text == before.text:
                return None
            self.arrival(screen, before)
            if record.recognised(screen) or self.look_up.answered(screen, name, number):
                return screen
            return screen if screen.quiet >= quiet and self._listed(screen, before) else None

        return self.tab.until(answered, "the answer of the look-up")

    def _listed(self, screen: Screen, before: Screen) -> bool:
        return bool(screen.tokens - before.tokens) or screen.text != before.text

    def _collect(self, screen: Screen, name: str, number: str) -> list[Result]:
        """All rows, page by page; stops at the row that has both name and number."""
        found: list[Result] = []
        following: Screen | None = screen
        page = 1
        while following is not None:
            here = [r for r in self.look_up.results(following) if r.names(name) or (number and r.numbers(number))]
            exact = [r for r in here if r.names(name) and number and r.numbers(number)]
            if exact:
                return exact
            found += here
            page += 1
            following = self.look_up.turn_page(following, page)
        return found

    def open(self, result: Result) -> OrganizationPage:
        """Open a result. Its row must be on the screen that is shown: after paging, search again."""
        return self.tab.follow(result.opens, OrganizationPage)

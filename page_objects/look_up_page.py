"""A page with a look-up on it, and how its answer is told from a page that is still loading."""

from typing import ClassVar

from page_objects.admin_page import AdminPage
from page_objects.document import Found
from page_objects.harmless import harmless
from page_objects.look_up import LookUp
from page_objects.obstacles import SiteDown
from page_objects.result_list import ResultList
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.traffic import ASKING, Traffic
from page_objects.wording import plain
from page_objects.words import LookUpWords


class LookUpPage(AdminPage):
    name = "look-up"
    key: ClassVar[str] = "words.look_up"

    def __init__(self, tab: Tab, words: LookUpWords | None = None) -> None:
        super().__init__(tab)
        self.look_up = LookUp(self.tab, words or self.tab.words.look_up, self.key)
        self.list = ResultList(self.tab, self.look_up.words)

    def recognised(self, screen: Screen) -> bool:
        return self.look_up.visible(screen)

    def certain(self, screen: Screen) -> bool:
        """Whether the screen has an account's look-up, and not a search of anything."""
        return self.look_up.certain(screen)

    def links(self, screen: Screen) -> list[Found]:
        """What leads to the look-up from another page."""
        return screen.operable(self.look_up.words.open)

    def menu(self, screen: Screen) -> Found | None:
        """What opens the menu that the link may be in: the one button that is called so, and only opens something."""
        wanted = {plain(words) for words in self.look_up.words.menu}
        found = [
            Found(document, control)
            for document in screen.documents
            for control in document.controls
            if control.kind in {"button", "clickable"}
            and control.expanded != "true"
            and harmless(control, self.words)
            and wanted & {plain(name) for name in (control.name, *control.names)}
        ]
        return found[0] if len(found) == 1 else None

    def ask(self, target: AdminPage, name: str, number: str, *, by_number: bool = False) -> tuple[Screen, Screen]:
        """Look the account up; the screens before and with the answer: `target`, the account in a list, or its absence.

        Raises what stands there instead of an answer.
        """
        quiet = 1000 * self.tab.setting.patience.quiet
        with Traffic(self.tab.page, ASKING, troubles=True) as traffic:
            before = self.look_up.enter(name, number, by_number=by_number)
            sent = traffic.seen

            def answered(screen: Screen) -> Screen | None:
                new = bool(screen.tokens - before.tokens) or screen.text != before.text
                if new and not screen.loading:
                    if target.recognised(screen) and not target.recognised(before):
                        return screen
                    self.arrival(screen, before)
                    if self.list.tells(screen, name, number):
                        return screen
                # Late content is no absence: only words, or a list with more pages, say so as soon as nothing is under way.
                asked = new or (traffic.seen > sent and screen.state != before.state)
                if not asked or traffic.pending > 0 or screen.quiet < quiet:
                    return None
                told = self.list.says_none(screen) or (new and self.list.goes_on(screen, name))
                return screen if told or screen.quiet >= 4 * quiet else None

            screen = self.tab.until(answered, "the answer of the look-up")
            if traffic.trouble and not target.recognised(screen) and not self.list.tells(screen, name, number):
                raise SiteDown(f"the look-up was not answered ({traffic.trouble[0]})", self.whereabouts())
            return before, screen

"""The App Module drop-down (clause 7a)."""

from page_objects.admin_page import refuse_sign_in
from page_objects.choice import Choice, option_for
from page_objects.document import OPERABLE, Found
from page_objects.obstacles import Missing
from page_objects.screen import Screen
from page_objects.select_box import choose_and_go
from page_objects.tab import Tab
from page_objects.wording import plain, squeeze

KEY = "set words.obstacles.app_module in the profile"


class AppModuleSwitcher:
    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.choice = Choice(tab, tab.words.obstacles.app_module, any_button=True)

    def visible(self, screen: Screen) -> bool:
        return self._box(screen) is not None or bool(self._opener(screen))

    def current(self, screen: Screen) -> str | None:
        """The module that is chosen now; None if the page does not say."""
        box = self._box(screen)
        if box is not None:
            return Choice.value(box)
        values = [value for _, value in screen.values(self.tab.words.obstacles.app_module) if value]
        return squeeze(values[0]) if len(values) == 1 else None

    def offered(self, screen: Screen) -> tuple[str, ...]:
        """The modules that a select box, or a menu that is open, offers; nothing is opened for it."""
        box = self._box(screen)
        if box is not None and box.control.kind == "select":
            return tuple(squeeze(text) for text, *_ in box.control.options if squeeze(text))
        return ()

    def address(self, screen: Screen) -> str:
        """Of the document that holds it: a frame may be another site's than the page round it."""
        box = self._box(screen)
        holders = [box] if box is not None else self._opener(screen)
        return holders[0].document.url if holders else screen.main.url

    def choose(self, module: str) -> None:
        """Change to `module` and wait until the page has answered. Raises NotHere if it is not offered or not taken."""
        before = self.tab.settled(0.1)
        box = self._box(before)
        if box is not None:
            self._choose_in(box, module)
        else:
            self._choose_in_menu(before, module)
        self.tab.until(lambda now: self._answer(now, before, module), "the module")

    def _answer(self, now: Screen, before: Screen, module: str) -> Screen | None:
        """A new page that does not show another module, or the same one with this module. Raises SignedOut."""
        refuse_sign_in(now, self.tab)
        current = self.current(now)
        if now.tokens - before.tokens and (current is None or plain(current) == plain(module)):
            return now
        settled = now.quiet >= 1000 * self.tab.setting.patience.quiet
        return now if current is not None and plain(current) == plain(module) and settled else None

    def _box(self, screen: Screen) -> Found | None:
        """The drop-down beside its label; without a label the one select box that offers Premium Edition."""
        found = self.choice.find(screen)
        if not found:
            premium = {plain(words) for words in self.tab.words.obstacles.premium_edition}
            found = [
                Found(document, control)
                for document in screen.documents
                for control in document.controls
                if control.kind == "select" and premium & {plain(text) for text, *_ in control.options}
            ]
        return found[0] if len(found) == 1 else None

    def _choose_in(self, box: Found, module: str) -> None:
        offered = self.choice.options(box)
        option = option_for(offered, (module,))
        if option is None:
            self.choice.close(box, offered)
            seen = ", ".join(f'"{one.text}"' for one in offered)
            raise Missing(f'the App Module "{module}" is not offered (offered: {seen}); {KEY}, or premium_edition')
        if option.item is None:
            choose_and_go(self.tab, box, option.place)
        else:
            self.tab.press(option.item)

    def _opener(self, screen: Screen) -> list[Found]:
        """A menu instead of a select box: its button reads "App Module", alone or with the present module."""
        wanted = [plain(words) for words in self.tab.words.obstacles.app_module[:2]]
        return [
            Found(document, control)
            for document in screen.documents
            for control in document.controls
            if control.kind in OPERABLE | {"combobox"}
            and any(plain(control.name).startswith(words) for words in wanted)
        ]

    def _choose_in_menu(self, screen: Screen, module: str) -> None:
        opener = self._opener(screen)
        if len(opener) != 1:
            seen = f"is on the page {len(opener)} times" if opener else "is not on the page"
            raise Missing(f"the App Module drop-down {seen}: {KEY}", self.tab.whereabouts("page"))
        if not screen.operable((module,)):
            self.tab.press(opener[0])
        item = self.tab.until(lambda now: next(iter(now.operable((module,))), None), f'the module "{module}"', 3)
        self.tab.press(item)

"""The Cancellation Start Page of an account on the backend (clauses 4, 5 and 7)."""

from typing import ClassVar

from page_objects.admin_page import AdminPage
from page_objects.ar_billing_page import ArBillingPage
from page_objects.cancel_page import CancelPage
from page_objects.document import OPERABLE, Found
from page_objects.moves import follow
from page_objects.obstacles import Ambiguous, Missing
from page_objects.screen import Screen
from page_objects.wording import identity_text, plain


class CancellationStartPage(AdminPage):
    name: ClassVar[str] = "Cancellation Start Page"

    def recognised(self, screen: Screen) -> bool:
        return bool(screen.operable(self.words.start_page.cancel)) and not CancelPage(self.tab).recognised(screen)

    def open_cancel_page(self) -> CancelPage:
        """Clause 5: click on Cancel Subscription / Cancel Bills / Delete Account."""
        return follow(self.tab, self.tab.glance().one_operable(self.words.start_page.cancel), CancelPage)

    def open_billing(self, number: str, name: str) -> ArBillingPage:
        """Clause 7: click on Link to AR: number - name. Raises NotHere if that very link is not there."""
        link = self.tab.until(lambda screen: self._link_to_ar(screen, number, name), "the link to AR")
        return follow(self.tab, link, ArBillingPage)

    def links_to_ar(self, screen: Screen, number: str, name: str) -> list[Found]:
        """Every link that reads as "Link to AR" of this account."""
        wanted = self._to_ar(number, name)
        return [
            Found(document, control)
            for document in screen.documents
            for control in document.controls
            if control.kind in OPERABLE and self._reads(document.line_texts.get(control.line, ""), control.name, wanted)
        ]

    def _to_ar(self, number: str, name: str) -> set[str]:
        return {identity_text(p.format(number=number, name=name)) for p in self.words.start_page.link_to_ar}

    def _link_to_ar(self, screen: Screen, number: str, name: str) -> Found | None:
        found, wanted = self.links_to_ar(screen, number, name), next(iter(self._to_ar(number, name)))
        if len(found) > 1:
            raise Ambiguous(f'"{wanted}" is on the page {len(found)} times', self.whereabouts())
        if not found and screen.quiet > 3000 * self.tab.setting.patience.quiet:
            raise Missing(f'"{wanted[:200]}" is not on the page', self.whereabouts())
        return found[0] if found else None

    @staticmethod
    def _reads(line: str, text: str, wanted: set[str]) -> bool:
        """Whether the link, or the line of which it is the last part, is the one; the account's name letter by letter."""
        if any(identity_text(candidate) in wanted for candidate in (text, line)):
            return True
        return any(
            plain(seen) == plain(words) and identity_text(seen).endswith(words.split(" - ", 1)[-1])
            for words in wanted
            for seen in (text, line)
        )

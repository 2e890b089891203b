"""The Organization page: the customer's record (clauses 2 to 4b and 10)."""

from dataclasses import dataclass
from typing import ClassVar

from page_objects.act import Act, Aftermath
from page_objects.admin_page import AdminPage
from page_objects.app_module_switcher import AppModuleSwitcher
from page_objects.cancellation_form import BUTTONS, CancellationForm, FormReading
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.document import Found
from page_objects.link_menu import LinkMenu
from page_objects.obstacles import Missing
from page_objects.screen import Screen, the_one
from page_objects.tab import Tab
from page_objects.wording import plain, squeeze
from page_objects.words import Phrase


@dataclass(frozen=True)
class AccountFacts:
    """What one page tells of the account; None: not shown there."""

    license_count: str | None
    account_status: str | None
    contact_info: str | None


def facts_of(screen: Screen, page: AdminPage) -> AccountFacts:
    """Licence count, status and contact info as any page of the account shows them."""
    labels = page.words.organization
    return AccountFacts(
        license_count=_told(screen, labels.license_count),
        account_status=_told(screen, labels.account_status),
        contact_info=_told(screen, labels.contact_info),
    )


def _told(screen: Screen, phrase: Phrase) -> str | None:
    """The value beside the label; where several places tell it, they must agree, else both are told."""
    values = screen.told(phrase)
    return " / ".join(values) if values else None


class OrganizationPage(AdminPage):
    name: ClassVar[str] = "Organization page"

    def __init__(self, tab: Tab) -> None:
        super().__init__(tab)
        self.form = CancellationForm(self.tab)
        self.modules = AppModuleSwitcher(self.tab)

    def recognised(self, screen: Screen) -> bool:
        return bool(screen.fields(self.words.organization.server_location)) or screen.shows(self.words.form.heading)

    def facts(self, screen: Screen) -> AccountFacts:
        return facts_of(Screen((self.body(screen),)), self)

    def read_form(self, screen: Screen) -> FormReading:
        return self.form.read(screen)

    def server_location(self, screen: Screen) -> str | None:
        """The value of "Server Location"; None if there is no such field."""
        values = [value for _, value in screen.values(self.words.organization.server_location)]
        if values:
            return values[0]
        return "" if screen.shows(self.words.organization.server_location) else None

    def labelled(self, screen: Screen, phrase: Phrase) -> str | None:
        """The value beside any label, for what the profile asks (server, self-service)."""
        return _told(screen, phrase)

    def open_start_page(self, drop_down: str, link: Phrase = ()) -> CancellationStartPage:
        """Clauses 3 and 4: choose (NewManageAcctsLink) in the drop-down. Raises DeadLink if it can't be followed."""
        menu = LinkMenu(self.tab, drop_down)
        link = link or self.words.organization.manage_link
        doubtful = menu.doubtful(link)
        return self.tab.after(lambda: menu.press(link), CancellationStartPage, doubtful=doubtful, left=self.recognised)

    def enter_server_location(self, url: str) -> None:
        """Clause 4b. Raises NotHere if there is no such field, or it is not empty (promise 6)."""
        field = self.tab.glance().one_field(self.words.organization.server_location)
        if squeeze(field.control.value):
            raise Missing("Server Location is not empty; it is only ever written when empty", self.whereabouts())
        self.tab.fill(field, url)

    def update_button(self) -> Found:
        """The Update button of the record: the one in the form of Server Location where there are several."""
        screen = self.tab.glance()
        found = screen.operable(self.words.organization.update, BUTTONS)
        if len(found) > 1:
            location = screen.fields(self.words.organization.server_location)
            found = [one for one in found if location and _same_form(one, location[0])] or found
        return the_one(found, self.words.organization.update)

    def press_update(self) -> Aftermath:
        """Clause 4a: click "Update". What it changed is read afterwards."""
        return Act(self.tab, ends_on=self.recognised).carry_out(self.update_button())

    def save_form(self) -> Aftermath:
        """Clause 10: save "Required for Cancellation", which has been filled in."""
        return Act(self.tab, ends_on=self.recognised).carry_out(self.form.save_button(self.tab.glance()))

    def says_self_service(self, screen: Screen, texts: Phrase, labels: Phrase) -> bool:
        """Clause 1: whether the page says that the account can cancel by itself."""
        if screen.says(texts):
            return True
        value = _told(screen, labels)
        return value is not None and plain(value).startswith(("yes", "true", "enabled", "available"))


def _same_form(one: Found, other: Found) -> bool:
    return one.document is other.document and one.control.form == other.control.form

"""The Organization page: the customer's record (clauses 2 to 4b and 10)."""

import contextlib
from dataclasses import dataclass, replace
from typing import ClassVar

from page_objects.act import Act, Aftermath
from page_objects.admin_page import AdminPage, Identity, identity_of
from page_objects.app_module_switcher import AppModuleSwitcher
from page_objects.cancellation_form import BUTTONS, CancellationForm, FormReading
from page_objects.cancellation_start_page import CancellationStartPage
from page_objects.document import Document, Found
from page_objects.edit_in_place import edit_beside, edit_record, open_field, value_without_edit
from page_objects.form_page import FormPage, link_to_form, told_beside
from page_objects.link_menu import LinkMenu
from page_objects.moves import after, follow
from page_objects.obstacles import Ambiguous, Missing, NotHere, NothingHappened
from page_objects.phrases import Phrase
from page_objects.reason_field import TEXTS
from page_objects.reveal import visible
from page_objects.screen import Screen, the_one
from page_objects.tab import Tab
from page_objects.wording import plain, says, squeeze


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
        self.reveal = self.form.reveal
        self.modules = AppModuleSwitcher(self.tab)
        self._absent: set[Phrase] = set()
        """What no tab of this record holds: not looked for again."""
        self._needed: Phrase = ()
        """What was brought to the screen last, and is to be there again after a look at another tab."""
        self.form_page: FormPage | None = None
        """The form, where a link opens it on a page of its own."""
        self._to_enter = ""
        """What goes into Server Location once the record can be edited."""
        self._unentered: Screen | None = None
        """The screen just before Server Location was entered."""

    def recognised(self, screen: Screen) -> bool:
        location, heading = self.words.organization.server_location, self.words.form.heading
        return bool(screen.fields(location)) or screen.shows(heading) or self._record_of_tabs(screen)

    def _record_of_tabs(self, screen: Screen) -> bool:
        """A record that opens with another tab: number and name, with the Update button, and nothing of the backend's."""
        words = self.words
        if not screen.operable(words.organization.update, BUTTONS):
            return False
        if screen.operable(words.start_page.cancel) or screen.operable(words.cancel_page.set_status):
            return False
        labels = (words.organization.account_number, words.organization.account_name)
        return all(any(value for _, value in screen.values(label)) for label in labels)

    def show(self, phrase: Phrase) -> Screen:
        """The screen with these words on it, where a tab or a fold of the record holds them; else as it stands."""
        self._needed, reveal = phrase, self.reveal
        screen = reveal.show(phrase)
        tabs = self.words.organization.tabs
        if not tabs or phrase in self._absent or visible(screen, phrase):
            return screen
        screen = reveal.by_tabs(phrase, tabs)
        if not visible(screen, phrase):
            self._absent.add(phrase)
        return screen

    def read_facts(self) -> AccountFacts:
        """Licence count, status and contact info, united from all tabs of the record that tell them."""
        words = self.words.organization
        labels = {"license_count": words.license_count, "account_status": words.account_status}
        labels["contact_info"] = words.contact_info
        return AccountFacts(**{name: self._fact(label) for name, label in labels.items()})

    def _fact(self, label: Phrase) -> str | None:
        told = _told(Screen((self.body(self.tab.glance()),)), label)
        if told is not None:
            return told
        # A lone "Status" on another tab may be anything's: only words that are clear by themselves are looked for.
        return _told(Screen((self.body(self.show(_clear(label))),)), label)

    def identity(self, document: Document | None = None) -> Identity:
        """Whose record it is; where another tab was opened, what that hides of the same document is looked up too."""
        read = super().identity(document)
        words = self.words.organization
        missing = [] if any(read.numbers) else [words.account_number]
        missing += [] if any(read.names) else [words.account_name]
        if not missing or not self.reveal.presses:
            return read
        for label in missing:
            more = super().identity(self.body(self.reveal.show(_clear(label))))
            if more.token == read.token:
                read = replace(read, numbers=read.numbers or more.numbers, names=read.names or more.names)
        self.reveal.show(self._needed)
        return read

    def show_form(self) -> Screen:
        """The screen with the form on it, where a tab or a fold of the record holds it; else as it stands."""
        self._needed = self.words.form.date
        if self.form_page is not None:
            return self.form.show()
        screen = self.form.show()
        if not self.form.visible(screen):
            screen = self.show(self.words.form.date)
        link = None if self.form.visible(screen) else link_to_form(screen, self.words.form)
        if link is None:
            return screen
        with contextlib.suppress(NotHere, NothingHappened):  # it leads to something else: then there is no form
            self.form_page = follow(self.tab, link, FormPage)
            self.form = self.form_page.form
            return self.form_page.tab.glance()
        return screen

    def here(self) -> bool:
        """Not where the form has taken the record's place."""
        return (self.form_page is None or self.form_page.tab is not self.tab) and super().here()

    def read_form(self, screen: Screen) -> FormReading:
        """What the form says; where it opens on a page of its own, what the record tells of it comes first."""
        link = link_to_form(self.tab.glance(), self.words.form) if self.form_page else None
        told = told_beside(link, self.words.form, self.form.reason.offered(screen)) if link else None
        return told or self.form.read(screen)

    def server_location(self, screen: Screen) -> str | None:
        """The value of "Server Location", "" where a mark says that it is empty; None if there is no such field."""
        label = self.words.organization.server_location
        screen = screen if visible(screen, label) else self.show(label)
        values = [value for _, value in screen.values(label)]
        if not values:
            return "" if screen.shows(label) else None
        edit = None if screen.fields(label) else edit_beside(self.tab, screen, label)
        value = value_without_edit(values[0], edit)
        return "" if says(value, self.words.organization.empty) else value

    def labelled(self, screen: Screen, phrase: Phrase) -> str | None:
        """The value beside any label, for what the profile asks (server, self-service)."""
        return _told(screen, phrase)

    def open_start_page(self, drop_down: str, link: Phrase = ()) -> CancellationStartPage:
        """Clauses 3 and 4: choose (NewManageAcctsLink) in the drop-down. Raises DeadLink if it can't be followed."""
        menu = LinkMenu(self.tab, drop_down)
        if not menu.visible(self.tab.glance()):
            self.show((drop_down,))
        link = link or self.words.organization.manage_link
        doubtful = menu.doubtful(link)
        return after(self.tab, lambda: menu.press(link), CancellationStartPage, doubtful=doubtful, left=self.recognised)

    def enter_server_location(self, url: str) -> None:
        """Clause 4b. Raises NotHere if there is no such field, or it is not empty (promise 6)."""
        if self.server_location(self.tab.glance()):
            raise Missing("Server Location is not empty; it is only ever written when empty", self.whereabouts())
        if self._edit_of_all() is not None:
            self._to_enter = url
            return
        field = self._empty_location(self.tab)
        self._unentered = self.tab.look()
        self.tab.fill(field, url)

    def update_button(self) -> Found:
        """The Update button of the record: the one in the form of Server Location where there are several.

        Or else the one that came up as Server Location was entered ("You have unsaved changes. Update / Discard").
        """
        screen = self.show(self.words.organization.update)
        found = screen.operable(self.words.organization.update, BUTTONS)
        location = screen.fields(self.words.organization.server_location)
        if len(found) > 1 and location:
            found = [one for one in found if _same_form(one, location[0])] or found
        if len(found) > 1 and self._unentered is not None:
            old = {_looks(one) for one in self._unentered.operable(self.words.organization.update, BUTTONS)}
            came_up = [one for one in found if _looks(one) not in old]
            found = came_up if len(came_up) == 1 else found
        near = location[0] if len(location) == 1 else None
        return the_one(found, self.words.organization.update, near=near, key="words.organization.update")

    def press_update(self) -> Aftermath:
        """Clause 4a: click "Update", which the record may show only while it is edited. What it changed is read afterwards."""
        edit = self._edit_of_all()
        if edit is None:
            return Act(self.tab, ends_on=self.recognised).carry_out(self.update_button())
        whose = identity_of(edit.document, self.words)
        return Act(self.tab, lambda tab, _fields: self._edited(tab, whose)).carry_out(edit)

    def _edit_of_all(self) -> Found | None:
        """The one button that opens the whole record for editing, where there is neither Update nor a field for the location."""
        screen = self.tab.glance()
        label = self.words.organization.server_location
        if screen.operable(self.words.organization.update, BUTTONS) or screen.fields(label):
            return None
        return None if edit_beside(self.tab, screen, label) else edit_record(screen, self.words.organization.edit)

    def _edited(self, tab: Tab, whose: Identity) -> None:
        """On the record as it can be edited, before Update: it is the same one, and Server Location is entered (4b)."""
        if not tab.glance().fields(self.words.organization.server_location):
            raise Missing("what was opened for editing has no Server Location", self.whereabouts())
        document = self.body(tab.glance())
        now = identity_of(document, self.words)
        if (now.numbers, now.names) != (whose.numbers, whose.names):
            raise Ambiguous("the page on which the record is edited states another number or name", self.whereabouts())
        if self._to_enter:
            tab.fill(self._empty_location(tab), self._to_enter)

    def _empty_location(self, tab: Tab) -> Found:
        """The field of Server Location, brought forth where need be. Raises Missing if it is not empty (promise 6)."""
        field = open_field(tab, self.words.organization.server_location, TEXTS, "words.organization.server_location")
        if squeeze(field.control.value) and not says(field.control.value, self.words.organization.empty):
            raise Missing("Server Location is not empty; it is only ever written when empty", self.whereabouts())
        return field

    def save_form(self) -> Aftermath:
        """Clause 10: save "Required for Cancellation", which has been filled in."""
        tab = self.form.tab
        ends_on = self.recognised if tab is self.tab else None
        return Act(tab, ends_on=ends_on).carry_out(self.form.save_button(tab.look()))

    def says_self_service(self, screen: Screen, texts: Phrase, labels: Phrase) -> bool:
        """Clause 1: whether the page says that the account can cancel by itself."""
        if screen.says(texts):
            return True
        value = _told(screen, labels)
        said = plain(value or "")
        return said == "on" or said.startswith(("yes", "true", "enabled", "available"))


def _clear(label: Phrase) -> Phrase:
    """The alternatives that are clear by themselves, wherever they stand: the best one, and those of several words."""
    return tuple(words for place, words in enumerate(label) if place == 0 or " " in words)


def _looks(one: Found) -> tuple[str, str, str, int]:
    """What tells a button from another of the same words in the same document."""
    return one.document.token, one.control.kind, one.control.type, one.control.form


def _same_form(one: Found, other: Found) -> bool:
    return one.document is other.document and one.control.form == other.control.form

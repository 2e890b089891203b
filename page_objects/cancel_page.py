"""The page with the four links that cancel an account and its billing completely (clause 6)."""

from collections.abc import Iterable
from typing import ClassVar

from page_objects.act import Act, Aftermath, Fill
from page_objects.admin_page import AdminPage
from page_objects.cancellation_form import option_called
from page_objects.choice import Choice, option_for
from page_objects.document import Found
from page_objects.obstacles import Ambiguous, Missing
from page_objects.phrases import Phrase
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.wording import plain, says


class CancelPage(AdminPage):
    """Each verb presses one link, once, and answers what stands between it and its effect.

    A verb returns what could be seen; whether the effect took place is read elsewhere.
    """

    name: ClassVar[str] = "page with the four links"

    def recognised(self, screen: Screen) -> bool:
        """Three of the four links will do, so that a missing one is reported as missing."""
        return sum(bool(screen.operable(phrase)) for phrase in self.four) >= 3

    @property
    def four(self) -> tuple[Phrase, Phrase, Phrase, Phrase]:
        words = self.words.cancel_page
        return (words.remove_license_count, words.cancel_billings, words.set_status, words.set_contact_info)

    def remove_license_count(self) -> Aftermath:
        """Clause 6.1: Remove License Count, change to 0."""
        return self._carry_out(self.words.cancel_page.remove_license_count, self._zero_licenses)

    def cancel_billings(self) -> Aftermath:
        """Clause 6.2: Cancel All Scheduled and Submitted Billings."""
        return self._carry_out(self.words.cancel_page.cancel_billings)

    def set_status(self) -> Aftermath:
        """Clause 6.3: Set Account Status = 'DELETE'."""
        return self._carry_out(self.words.cancel_page.set_status, self._status_delete)

    def set_contact_info(self) -> Aftermath:
        """Clause 6.4: Set Organization / Contact Info."""
        return self._carry_out(self.words.cancel_page.set_contact_info)

    def check_links(self, names: Iterable[str]) -> None:
        """See that each of these links is there, once; one may become live only after another. Raises Missing or Ambiguous.

        `names` as the words have them: remove_license_count, cancel_billings, set_status, set_contact_info.
        """
        for name in names:
            self._awaited(getattr(self.words.cancel_page, name))

    def _awaited(self, phrase: Phrase) -> Found:
        return self.tab.until(lambda screen: self._one(screen, phrase), f'the link "{phrase[0]}"')

    def link(self, phrase: Phrase) -> Found:
        """The one link with these words; raises NotHere, Ambiguous, or NotHere for one that can't be clicked."""
        found = self._awaited(phrase)
        if found.control.plainly_dead:
            raise Missing(f'"{phrase[0]}" is on the page but can\'t be clicked', self.whereabouts())
        return found

    def _one(self, screen: Screen, phrase: Phrase) -> Found | None:
        """Of these four links even two that lead to the same place are one too many: something has changed here."""
        found = screen.operable(phrase)
        if len(found) > 1:
            raise Ambiguous(f'"{phrase[0]}" is on the page {len(found)} times', self.whereabouts())
        if not found and screen.quiet > self.tab.setting.patience.quiet * 3000:
            raise Missing(f'the link "{phrase[0]}" is not on the page', self.whereabouts())
        return found[0] if found else None

    def _carry_out(self, phrase: Phrase, fill: Fill | None = None) -> Aftermath:
        return Act(self.tab, fill, self.recognised).carry_out(self.link(phrase))

    def _zero_licenses(self, tab: Tab, fields: list[Found]) -> None:
        """A form in between: the license count is set to 0."""
        count = _field_for(fields, self.words.organization.license_count)
        if count is None:
            return
        if count.control.kind == "combobox":
            self._choose_in_list(tab, count, self.words.organization.license_count, ("0",))
            return
        if count.control.kind != "select":
            tab.fill(count, "0")
            return
        zero = option_called(count.control, ("0",))
        if zero is None:
            raise Missing("the license count can't be set to 0: it is not offered", self.whereabouts())
        tab.choose(count, zero)

    def _status_delete(self, tab: Tab, fields: list[Found]) -> None:
        """A form in between: the status is set to DELETE."""
        deleted = self.words.organization.deleted
        for field in fields:
            if field.control.kind == "select" and (place := option_called(field.control, deleted)) is not None:
                tab.choose(field, place)
                return
        status = _field_for(fields, self.words.organization.account_status)
        if status is not None and status.control.kind == "field":
            tab.fill(status, deleted[0])
        elif status is not None and status.control.kind == "combobox":
            self._choose_in_list(tab, status, self.words.organization.account_status, deleted)

    def _choose_in_list(self, tab: Tab, field: Found, label: Phrase, wanted: Phrase) -> None:
        """The same, where the field is a button that opens a list. Raises Missing if that does not offer it."""
        choice = Choice(tab, label)
        if says(choice.value(field), wanted):
            return
        offered = choice.options(field)
        option = option_for(offered, wanted)
        if option is None:
            choice.close(field, offered)
            raise Missing(f'"{label[0]}" can\'t be set to {wanted[0]}: it is not offered', self.whereabouts())
        choice.choose(field, option)


def _field_for(fields: list[Found], phrase: Phrase) -> Found | None:
    """The field with that label, or the only one there is; a list counts only where there is nothing else."""
    for words in phrase:
        labelled = [
            one
            for one in fields
            if any(plain(words) == plain(label) for label in (*one.control.labels, *one.control.names))
        ]
        screen = Screen(tuple({id(one.document): one.document for one in fields}.values()))
        beside = [one for one in screen.fields((words,)) if one.control.index in {f.control.index for f in fields}]
        if len(labelled) == 1 or len(beside) == 1:
            return (labelled if len(labelled) == 1 else beside)[0]
    for kinds in ({"field", "select"}, {"combobox"}):
        only = [one for one in fields if one.control.kind in kinds]
        if only:
            return only[0] if len(only) == 1 else None
    return None

"""The form "Required for Cancellation" on the Organization page (clause 10)."""

import datetime as dt
from dataclasses import dataclass

from page_objects.beside import field_value
from page_objects.document import Control, Found
from page_objects.edit_in_place import edit_beside, open_field
from page_objects.obstacles import Missing, Obstacle, SignedOut
from page_objects.reason_field import TEXTS, ReasonField
from page_objects.reveal import Reveal
from page_objects.screen import Screen, the_one
from page_objects.tab import Tab
from page_objects.wording import plain, says
from page_objects.words import FormWords

BUTTONS = {"button", "link", "clickable"}
BOXES = {"checkbox", "switch"}
REACH = 600
"""Pixels below its date in which the button of a form is looked for that is no <form> to the mark-up."""


@dataclass(frozen=True)
class FormReading:
    """What the form says; None: no such field on the page."""

    date: str | None
    reason: str | None
    reason_text: str | None
    opt_out: bool | None


@dataclass(frozen=True)
class FormFilled:
    """What was filled in: the option that was chosen for the reason, or the reason; and what a person should know."""

    reason: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormReady:
    """What would keep the form from being filled in and saved, a sentence each; and what it would say as the reason."""

    lacks: tuple[str, ...]
    reason: str


class CancellationForm:
    """Date of Cancellation, the reason, and the box [ ] Opt Out of any future emails."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.reason = ReasonField(tab)
        self.reveal = Reveal(tab)

    @property
    def words(self) -> FormWords:
        return self.tab.words.form

    def show(self) -> Screen:
        """The screen with the form on it, where a tab or a fold of the page holds it."""
        phrase = self.words.date if not self.tab.glance().shows(self.words.heading) else self.words.heading
        screen = self.reveal.show(self.words.date)
        if not self.visible(screen):
            self.reveal.show(phrase)
            screen = self.reveal.by_heading(self.words.date, self.words.heading)
        return screen

    def visible(self, screen: Screen) -> bool:
        return bool(screen.fields(self.words.date) or screen.values(self.words.date))

    def read(self, screen: Screen) -> FormReading:
        found = self.reason.find(screen)
        text = self.reason.text_field(screen) if found else None
        box = screen.fields(self.words.opt_out, BOXES)
        return FormReading(
            date=self._told(self._date(screen)),
            reason=self._told(self.reason.read(screen)),
            reason_text=field_value(text.control) if text else None,
            opt_out=box[0].control.checked if len(box) == 1 else None,
        )

    def _date(self, screen: Screen) -> str | None:
        fields = screen.fields(self.words.date)
        if fields:
            return field_value(fields[0].control)
        values = screen.values(self.words.date)
        return values[0][1] if values else None

    def _told(self, value: str | None) -> str | None:
        """A dash or "(none)" says that there is nothing."""
        return "" if value is not None and says(value, self.tab.words.organization.empty) else value

    def fill(self, date: str, iso_date: dt.date, reason: str, opt_out: bool) -> FormFilled:
        """Fill the form in, without saving it.

        A reason that is not offered becomes "Other", with the text where there is a field for it, else with a warning.
        Raises NotHere if a field is missing, or the reason can't be given.
        """
        self.show()
        when = open_field(self.tab, self.words.date, TEXTS, "words.form.date")
        self.tab.fill(when, iso_date.isoformat() if when.control.type == "date" else date)
        chosen, told = self.reason.give(reason)
        if opt_out:  # "You may also check the box": a box that is ticked already is left as it is
            box = self.tab.glance().fields(self.words.opt_out, BOXES)
            self.tab.tick(the_one(box, self.words.opt_out, "a box", key="words.form.opt_out"), True)
        lost = f'the reason was recorded as "{chosen}", its text "{reason}" nowhere: there is no field for it'
        return FormFilled(chosen, () if told else (lost,))

    def ready(self, reason: str, opt_out: bool) -> FormReady:
        """Whether the form could be filled in and saved, and with which reason. Changes nothing on the page.

        A field that is shown as text with an "Edit" beside it counts as there: it is not opened.
        """
        try:
            return self._readiness(self.show(), reason, opt_out)
        except SignedOut:
            raise
        except Obstacle as obstacle:
            return FormReady((f"the form can't be read: {obstacle.what}",), reason)

    def _readiness(self, screen: Screen, reason: str, opt_out: bool) -> FormReady:
        dates = screen.fields(self.words.date, TEXTS)
        editable = edit_beside(self.tab, screen, self.words.date) is not None
        if not dates and not editable:
            label = self.words.date[0]
            return FormReady(
                (f'the record has no field "{label}": set words.form.date or words.organization.tabs in the profile',),
                reason,
            )
        said = [f'"{self.words.date[0]}" is on the page {len(dates)} times: set words.form.date'] * (len(dates) > 1)
        try:
            reason = self.reason.foreseen(reason)
        except Obstacle as obstacle:
            said.append(obstacle.what)
        boxes = len(screen.fields(self.words.opt_out, BOXES))
        if opt_out and boxes != 1 and not editable:
            said.append(f'the box "{self.words.opt_out[0]}" is on the page {boxes} times: set words.form.opt_out')
        if len(dates) == 1:
            said += self._no_button(self.tab.glance())
        return FormReady(tuple(said), reason)

    def _no_button(self, screen: Screen) -> list[str]:
        try:
            self.save_button(screen)
        except Obstacle as obstacle:
            return [obstacle.what]
        return []

    def save_button(self, screen: Screen) -> Found:
        """The button that saves the form: its own, else the page's Update. Raises NotHere or Ambiguous."""
        date = screen.one_field(self.words.date, TEXTS, "words.form.date")
        for words in (*self.words.save, *self.tab.words.organization.update):
            found = [one for one in screen.operable((words,), BUTTONS) if self._belongs(one, date)]
            if found:
                return the_one(found, (words,), "the form's button", near=date, key="words.form.save")
        seen = ", ".join(f'"{name}"' for name in self._buttons(date)) or "none"
        raise Missing(f"the form has no button that saves it: set words.form.save in the profile (its buttons: {seen})")

    def _belongs(self, button: Found, date: Found) -> bool:
        """Whether the button saves the form of that field: the same form, or, outside of forms, the page's or just below."""
        if button.document is not date.document:
            return False
        if button.control.form >= 0 or date.control.form >= 0:
            return button.control.form == date.control.form
        general = says(button.control.name, (*self.words.save[:1], *self.tab.words.organization.update))
        return general or -4 <= button.control.box.top - date.control.box.bottom <= REACH

    def _buttons(self, date: Found) -> list[str]:
        """The buttons that a person might take for the form's."""
        buttons = [Found(date.document, c) for c in date.document.controls if c.kind == "button" and c.name]
        return list(dict.fromkeys(one.control.name for one in buttons if self._belongs(one, date)))


def option_called(control: Control, phrase: tuple[str, ...]) -> int | None:
    """The place of the one option that is called so; None if there is none."""
    for words in phrase:
        found = [
            i
            for i, (text, _, disabled, _) in enumerate(control.options)
            if plain(text) == plain(words) and not disabled
        ]
        if len(found) == 1:
            return found[0]
    return None

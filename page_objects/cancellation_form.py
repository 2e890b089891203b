"""The form "Required for Cancellation" on the Organization page (clause 10)."""

import datetime as dt
import re
from dataclasses import dataclass

from page_objects.beside import field_value
from page_objects.document import Control, Found
from page_objects.obstacles import Ambiguous, Missing
from page_objects.screen import Screen, the_one
from page_objects.tab import Tab
from page_objects.wording import plain
from page_objects.words import FormWords

BUTTONS = {"button", "link", "clickable"}
TEXTS = {"field", "textbox"}


@dataclass(frozen=True)
class FormReading:
    """What the form says; None: no such field on the page."""

    date: str | None
    reason: str | None
    reason_text: str | None
    opt_out: bool | None


class CancellationForm:
    """Date of Cancellation, the reason, and the box [ ] Opt Out of any future emails."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab

    @property
    def words(self) -> FormWords:
        return self.tab.words.form

    def visible(self, screen: Screen) -> bool:
        return bool(screen.fields(self.words.date) or screen.values(self.words.date))

    def read(self, screen: Screen) -> FormReading:
        reason = screen.fields(self.words.reason)
        text = self._reason_text(screen, reason)
        box = screen.fields(self.words.opt_out, {"checkbox", "switch"})
        return FormReading(
            date=_first_value(screen, self.words.date),
            reason=_first_value(screen, self.words.reason),
            reason_text=field_value(text.control) if text else None,
            opt_out=box[0].control.checked if len(box) == 1 else None,
        )

    def ready(self, reason: str, opt_out: bool) -> tuple[str, ...]:
        return ()

    def fill(self, date: str, iso_date: dt.date, reason: str, opt_out: bool) -> str:
        """Fill the form in, without saving it; returns the option that was chosen for the reason, or the reason.

        A reason that the select box does not offer becomes its "Other", with the text where there is a field for it.
        Raises NotHere if a field is missing, or the reason can't be given.
        """
        screen = self.tab.glance()
        when = screen.one_field(self.words.date, TEXTS)
        self.tab.fill(when, iso_date.isoformat() if when.control.type == "date" else date)
        chosen = self._give_reason(reason)
        box = self.tab.glance().fields(self.words.opt_out, {"checkbox", "switch"})
        if box and opt_out:  # "You may also check the box": a box that is ticked already is left as it is
            self.tab.tick(the_one(box, self.words.opt_out), True)
        elif opt_out:
            raise Missing('the box "Opt Out of any future emails" is not on the page')
        return chosen

    def _give_reason(self, reason: str) -> str:
        field = self.tab.glance().one_field(self.words.reason, TEXTS | {"select"})
        if field.control.kind != "select":
            self.tab.fill(field, reason)
            return reason
        option = option_called(field.control, (reason,))
        if option is not None:
            self.tab.choose(field, option)
            return field.control.options[option][0]
        return self._give_other(field, reason)

    def _give_other(self, field: Found, reason: str) -> str:
        other = option_called(field.control, self.words.other)
        if other is None:
            offered = ", ".join(text for text, *_ in field.control.options)
            raise Missing(f'the reason "{reason}" is not offered, and neither is "Other" (offered: {offered})')
        before = self.tab.glance()
        self.tab.choose(field, other)
        screen = self.tab.glance()
        text = self._reason_text(screen, screen.fields(self.words.reason)) or _woken(screen, before)
        if text:
            self.tab.fill(text, reason)
        return field.control.options[other][0]

    def _reason_text(self, screen: Screen, reason: list[Found]) -> Found | None:
        """The text field for a reason that is not offered: by its label, else beside or below the select box."""
        if not reason or reason[0].control.kind != "select":
            return None
        labelled = [one for one in screen.fields(self.words.reason_text, TEXTS) if one.document is reason[0].document]
        if len(labelled) == 1:
            return labelled[0]
        box = reason[0].control
        near = [
            control
            for control in reason[0].document.controls
            if control.kind in TEXTS
            and control.form == box.form
            and control.box.left >= box.box.right - 4
            and control.box.on_line_with(box.box)
        ]
        return Found(reason[0].document, near[0]) if len(near) == 1 else None

    def save_button(self, screen: Screen) -> Found:
        """The button that saves the form: its own, else the page's Update. Raises NotHere or Ambiguous."""
        date = screen.one_field(self.words.date, TEXTS)
        for phrase in (self.words.save, self.tab.words.organization.update):
            found = [one for one in screen.operable(phrase, BUTTONS) if _belongs(one, date)]
            if len(found) > 1:
                raise Ambiguous(f'the form has {len(found)} buttons called "{found[0].control.name}"')
            if found:
                return found[0]
        raise Missing("the form has no button that saves it")


def _woken(screen: Screen, before: Screen) -> Found | None:
    """The one text field that was not there, or could not be filled in, before."""
    old = {(d.token, c.index) for d in before.documents for c in d.controls if not c.disabled and not c.readonly}
    new = [
        Found(document, control)
        for document in screen.documents
        for control in document.controls
        if control.kind in TEXTS and not control.disabled and (document.token, control.index) not in old
    ]
    return new[0] if len(new) == 1 else None


def _belongs(button: Found, date: Found) -> bool:
    """Whether the button saves the form of that field: the same form, or, outside of forms, close below it."""
    if button.document is not date.document:
        return False
    if button.control.form >= 0 or date.control.form >= 0:
        return button.control.form == date.control.form
    return True


def _is_prompt(control: Control) -> bool:
    """Whether a select box shows only its invitation to choose ("- select -", "Please choose ...")."""
    if control.kind != "select" or not control.options or not control.options[0][1]:
        return False
    return bool(re.fullmatch(r"\W*|\W*(please |-)?\W*(select|choose|pick)\b.*", plain(control.options[0][0])))


def _first_value(screen: Screen, phrase: tuple[str, ...]) -> str | None:
    fields = screen.fields(phrase)
    if fields:
        return "" if _is_prompt(fields[0].control) else field_value(fields[0].control)
    values = screen.values(phrase)
    return values[0][1] if values else None


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

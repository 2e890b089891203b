"""The reason on the form (clause 10): a text field, or a choice with "Other" and a text for what it does not offer."""

import re
from collections import Counter

from page_objects.choice import Choice, Option, option_for
from page_objects.document import Control, Document, Found, Run
from page_objects.edit_in_place import open_field
from page_objects.obstacles import Missing
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.wording import contains_words, plain, plain_label, reads_as, squeeze
from page_objects.words import FormWords

TEXTS = {"field", "textbox"}
NEAR, FAR = 60, 400
"""Pixels below the choice: where a text field without words of its own belongs to it, and one that is called so."""


class ReasonField:
    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.choice = Choice(tab, tab.words.form.reason)

    @property
    def words(self) -> FormWords:
        return self.tab.words.form

    def find(self, screen: Screen) -> list[Found]:
        return self.choice.find(screen, TEXTS | {"select", "combobox"})

    def read(self, screen: Screen) -> str | None:
        """What it says; "" where it only invites to choose, None if it is not on the page."""
        found = self.find(screen)
        if not found:
            values = [value for _, value in screen.values(self.words.reason)]
            return values[0] if values else None
        value = squeeze(found[0].control.value) if _is_text(found[0]) else Choice.value(found[0])
        return "" if not _is_text(found[0]) and is_prompt(found[0].control, value) else value

    def offered(self, screen: Screen) -> tuple[str, ...]:
        """What a select box offers; nothing where the reason is given otherwise."""
        found = self.find(screen)
        return tuple(text for text, *_ in found[0].control.options if plain(text)) if found else ()

    def give(self, reason: str) -> tuple[str, bool]:
        """Give the reason; returns what was chosen or written, and whether the words of the reason stand anywhere."""
        field = self._field()
        if _is_text(field):
            self.tab.fill(field, reason)
            return reason, True
        option = self._option(self.choice.options(field), reason)
        before = self.tab.glance()
        self.choice.choose(field, option)
        if plain(option.text) == plain(reason):
            return option.text, True
        text = self.text_field(self.tab.look(), before)
        if text:
            self.tab.fill(text, reason)
        return option.text, text is not None

    def _field(self) -> Found:
        found = self.find(self.tab.glance())
        if len(found) == 1 and not (found[0].control.readonly and _is_text(found[0])):
            return found[0]
        return open_field(self.tab, self.words.reason, TEXTS | {"select", "combobox"}, "words.form.reason")

    def _option(self, offered: tuple[Option, ...], reason: str) -> Option:
        """The option for the reason, else "Other"; raises Missing with what is offered."""
        option = option_for(offered, (reason,)) or _other(offered, self.words.other)
        if option is not None:
            return option
        seen = ", ".join(f'"{one.text}"' for one in offered if one.text)
        raise Missing(
            f'the reason "{reason}" is not offered, and neither is "{self.words.other[0]}": set words.form.other or '
            f"reasons in the profile (offered: {seen})"
        )

    def foreseen(self, reason: str) -> str:
        """What the form would say for `reason`: its option or "Other". A list is opened and shut again.

        Raises Missing, or what else would keep the reason from being given.
        """
        screen = self.tab.glance()
        field = self.find(screen)
        if not field and not screen.values(self.words.reason):
            raise Missing(
                f'the form has no field for the reason called "{self.words.reason[0]}": set words.form.reason in the profile'
            )
        if not field or _is_text(field[0]):
            return reason
        offered = self.choice.options(field[0])
        self.choice.close(field[0], offered)
        return self._option(offered, reason).text

    def text_field(self, screen: Screen, before: Screen | None = None) -> Found | None:
        """The text field for a reason that is not offered: called so, else beside the choice, else just below it.

        Else the one near it that was not there, or not to be filled in, `before`.
        """
        found = self.find(screen)
        if len(found) != 1 or _is_text(found[0]):
            return None
        document, box = found[0].document, found[0].control.box
        near = [c for c in document.controls if _may_belong(c, found[0].control)]
        for words in self.words.reason_text:
            called = [one.control for one in screen.fields((words,), TEXTS) if one.document is document]
            if len(called) == 1 and called[0] in near:
                return Found(document, called[0])
        fits = [c for c in near if self._label_fits(document, c)]
        right = [c for c in fits if c.box.on_line_with(box) and c.box.left >= box.right - 4]
        below = [c for c in fits if -4 <= c.box.top - box.bottom <= NEAR and c.box.in_column_with(box)]
        woken = [c for c in near if before is not None and _is_new(c, screen, before)]
        for one in (right, below, woken):
            if len(one) == 1:
                return Found(document, one[0])
        return None

    def _label_fits(self, document: Document, field: Control) -> bool:
        """Whether a field near the choice has no label of its own, or one that speaks of the reason."""
        labels = list(field.labels) or [run.text for run in _labels_of(document, field)]
        named = {plain(words) for words in self.words.reason_text}
        return all(plain_label(one) in named or contains_words(one, self.words.reason) for one in labels)


def _labels_of(document: Document, field: Control) -> list[Run]:
    """The text to the left of a field in its line, else the one just above it."""
    free = [run for run in document.runs if run.control < 0 and any(letter.isalnum() for letter in run.text)]
    left = [run for run in free if run.box.on_line_with(field.box) and run.box.right <= field.box.left + 4]
    above = [r for r in free if 0 <= field.box.top - r.box.bottom + 4 <= 24 and r.box.in_column_with(field.box)]
    return [max(left, key=lambda run: run.box.right)] if left else above


def _is_text(found: Found) -> bool:
    return found.control.kind in TEXTS


def _may_belong(field: Control, choice: Control) -> bool:
    down = field.box.top - choice.box.bottom
    usable = field.kind in TEXTS and field.type not in {"date", "password", "number"} and not field.readonly
    same = field.form == choice.form and field.index != choice.index
    return usable and same and not field.disabled and (field.box.on_line_with(choice.box) or -4 <= down <= FAR)


def _is_new(field: Control, screen: Screen, before: Screen) -> bool:
    """Whether there are more fields that look like this one than there were."""

    def likes(one: Screen) -> int:
        told = ((c.kind, c.labels, c.names, c.disabled, c.readonly) for d in one.documents for c in d.controls)
        return Counter(told)[field.kind, field.labels, field.names, field.disabled, field.readonly]

    return likes(screen) > likes(before)


def _other(offered: tuple[Option, ...], phrase: tuple[str, ...]) -> Option | None:
    found = option_for(offered, phrase)
    alike = [one for one in offered if reads_as(one.text, phrase)]
    return found or (alike[0] if len(alike) == 1 else None)


def is_prompt(control: Control, value: str) -> bool:
    """Whether a choice shows only its invitation to choose ("- select -", "Please choose ...")."""
    if control.kind == "select" and (not control.options or not control.options[0][1]):
        return False
    return bool(re.fullmatch(r"\W*|\W*(please |-)?\W*(select|choose|pick)\b.*", plain(value)))

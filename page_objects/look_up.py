"""Looking an account up by its name or number (clauses 2 and 4c)."""

import re
from collections.abc import Iterator

from page_objects.beside import field_beside, label_of, labelled
from page_objects.cancellation_form import option_called
from page_objects.document import Control, Found
from page_objects.filling import filled_in
from page_objects.obstacles import Ambiguous, Missing
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.wording import contains_words, plain, quoted
from page_objects.words import LookUpWords

FIELDS = {"field", "searchbox", "textbox", "combobox"}
PRESSABLE = {"button", "link", "clickable"}
ANYTHING = ("search", "find", "search for", "look up", "search text", "keyword")
"""Labels that may belong to a search of anything, as many sites have one on every page."""
CHANGES = (
    "new", "add", "create", "save", "update", "delete", "remove", "merge", "import", "export", "send", "cancel",
    "clear", "reset", "sign", "log", "close",
)  # fmt: skip
"""A button that is not called as the profile says is never one of these."""
NEAR = 150
"""Pixels above or below the field within which radio buttons and tabs say what is looked for."""


class LookUp:
    """A search field with a button. `key` is where the profile has its words."""

    def __init__(self, tab: Tab, words: LookUpWords, key: str) -> None:
        self.tab = tab
        self.words = words
        self.key = key
        self.asked = ""
        """What was typed into which field, for a person who has to find out why nothing was found."""

    def visible(self, screen: Screen, *, by_number: bool = False) -> bool:
        phrases = (self.words.field, self.words.number_field) if by_number else (self.words.field,)
        return any(self._field(screen, phrase) is not None for phrase in phrases)

    def certain(self, screen: Screen) -> bool:
        """Whether a field with a search button is labelled as an account's, and not as a search of anything."""
        phrase = tuple(words for words in self.words.field if plain(words) not in ANYTHING)
        return any(self._has_button(screen, one) for one in screen.fields(phrase, FIELDS))

    def enter(self, name: str, number: str = "", *, by_number: bool = False) -> Screen:
        """Fill the look-up in and press its button; by number where asked to and there is a field for it.

        Returns the screen as it was just before the button was pressed.
        """
        field, text = self._entry(self.tab.glance(), name, number, by_number)
        self._choose_scope(field, text == number)
        filled = filled_in(self.tab, lambda now: [self._entry(now, name, number, by_number)])
        field, text = self._entry(filled, name, number, by_number)
        self.asked = f'"{text[:120]}" was typed into the field "{label_of(field)}"'
        self.tab.press(self._button(filled, field))
        return filled

    def described(self, screen: Screen) -> str:
        """The field and the button, as they will be used. Raises Missing."""
        field, button = self.parts(screen)
        return f'field "{label_of(field)}", button "{button.control.name}"'

    def parts(self, screen: Screen, *, by_number: bool = False) -> tuple[Found, Found]:
        """The field and the button that will be used; `by_number`: where there is a field for it. Raises Missing."""
        field, _ = self._entry(screen, "", "0" if by_number else "", by_number)
        return field, self._button(screen, field)

    # --- the field ---

    def _entry(self, screen: Screen, name: str, number: str, by_number: bool) -> tuple[Found, str]:
        """The field to fill in, and what belongs there: a field whose label speaks of numbers alone gets the number."""
        numbered = self._field(screen, self.words.number_field) if by_number and number else None
        field = numbered or self._field(screen, self.words.field)
        if field is None:
            raise Missing(
                f"there is no field to look an account up: set {self.key}.field in the profile; the page has "
                f"{quoted(label_of(one) for one in _fields(screen))}",
                self.tab.whereabouts("look-up"),
            )
        is_number = numbered is not None or _speaks_of_number(field)
        return field, number if number and is_number else name

    def _field(self, screen: Screen, phrase: tuple[str, ...]) -> Found | None:
        found = [one for one in screen.fields(phrase, FIELDS) if one.control.type != "password"]
        if len(found) > 1:
            found = [one for one in found if self._has_button(screen, one)] or found
        if not found and phrase is self.words.field:
            found = self._named_field(screen) or self._only_field(screen)
        return found[0] if len(found) == 1 else None

    def _named_field(self, screen: Screen) -> list[Found]:
        """The field with a search button whose label speaks of a name ("Org. Name contains:")."""
        found: dict[tuple[str, int], Found] = {}
        for document in screen.documents:
            fields = [control for control in document.controls if control.kind in {"field", "searchbox"}]
            for run in document.runs:
                if run.control < 0 and len(run.text) < 40 and contains_words(run.text, ("name",)):
                    control = field_beside(document, run, fields)
                    if control is not None:
                        found[document.token, control.index] = Found(document, control)
        return [one for one in found.values() if one.control.type != "password" and self._has_button(screen, one)]

    def _only_field(self, screen: Screen) -> list[Found]:
        """Where no label helps: the only text field that has a search button of its own."""
        return [one for one in _fields(screen) if self._has_button(screen, one)]

    # --- the button ---

    def _has_button(self, screen: Screen, field: Found) -> bool:
        return any(_belongs(button, field) for button in self._buttons(screen))

    def _buttons(self, screen: Screen) -> list[Found]:
        wanted = {plain(words) for words in self.words.button}
        return [one for one in _pressable(screen) if plain(one.control.name) in wanted]

    def _button(self, screen: Screen, field: Found) -> Found:
        own = [one for one in self._buttons(screen) if _belongs(one, field)]
        for words in self.words.button:
            called = [one for one in own if plain(one.control.name) == plain(words)]
            if called:
                near = [one for one in called if one.control.box.on_line_with(field.control.box)]
                best = near or called
                return min(best, key=lambda one: abs(one.control.box.top - field.control.box.top))
        return self._only_button(screen, field)

    def _only_button(self, screen: Screen, field: Found) -> Found:
        """Where none is called so: the only button of the field's form, else the only one in the field's line."""
        around = [one for one in _pressable(screen) if one.control.kind == "button" and _belongs(one, field)]
        harmless = [
            one for one in around if one.control.type != "reset" and not contains_words(one.control.name, CHANGES)
        ]
        own = harmless if field.control.form >= 0 else []
        in_line = [one for one in harmless if one.control.box.on_line_with(field.control.box)]
        for buttons in (own, in_line):
            if len(buttons) == 1:
                return buttons[0]
        raise Missing(
            f'it is not clear which button starts the look-up by "{label_of(field)}": set {self.key}.button in the '
            f"profile; beside the field are {quoted(one.control.name for one in around)}",
            self.tab.whereabouts("look-up"),
        )

    # --- what is looked for ---

    def _choose_scope(self, field: Found, by_number: bool) -> None:
        """Where the page lets one say what is looked for (Contact, Organization ...): Organization."""
        phrase = self.words.scope
        if by_number:
            phrase = (*self.words.number_field, *(one for one in phrase if not contains_words(one, ("name",))))
        for control in _around(field, {"select"}):
            place = option_called(control, phrase)
            box = Found(field.document, control)
            if place is None or contains_words(label_of(box), self.tab.words.obstacles.app_module):
                continue
            if not control.options[place][1]:
                self.tab.choose(box, place)
        choice = self._choice(field, phrase)
        if choice is not None and not (choice.control.checked or choice.control.selected):
            self.tab.press(choice)
        self.tab.until(lambda now: self.visible(now, by_number=by_number) or None, "the look-up")

    def _choice(self, field: Found, phrase: tuple[str, ...]) -> Found | None:
        """The radio button or tab that is called so."""
        near = {control.index for control in _around(field, {"radio", "tab"})}
        for words in phrase:
            found = labelled(field.document, words, {"radio"}, plain)
            found += [one for one in _pressable_tabs(field) if plain(one.control.name) == plain(words)]
            found = [one for one in found if one.control.index in near and not one.control.disabled]
            if len(found) > 1:
                raise Ambiguous(
                    f'"{words}" can be chosen beside the look-up {len(found)} times: set {self.key}.scope in the profile',
                    self.tab.whereabouts("look-up"),
                )
            if found:
                return found[0]
        return None


def _speaks_of_number(field: Found) -> bool:
    """Whether its label is a number's: "ACT #", "Account No." """
    label = label_of(field)
    if contains_words(label, ("name",)):
        return False
    return field.control.type == "number" or bool(re.search(r"#|№|\b(no|nr|num|number)\b", label.casefold()))


def _fields(screen: Screen) -> Iterator[Found]:
    for document in screen.documents:
        for control in document.controls:
            if control.kind in {"field", "searchbox"} and control.type != "password":
                yield Found(document, control)


def _pressable(screen: Screen) -> list[Found]:
    return [
        Found(document, control)
        for document in screen.documents
        for control in document.controls
        if control.kind in PRESSABLE and not control.disabled
    ]


def _pressable_tabs(field: Found) -> list[Found]:
    return [Found(field.document, control) for control in field.document.controls if control.kind == "tab"]


def _belongs(button: Found, field: Found) -> bool:
    if button.document is not field.document:
        return False
    if field.control.form >= 0:
        return button.control.form == field.control.form
    return 0 <= button.control.box.top - field.control.box.top + 40 <= 400


def _around(field: Found, kinds: set[str]) -> list[Control]:
    """Controls near the field that may say something about it: of its form, if it has one; tabs stand above any."""
    own = field.control

    def says(control: Control) -> bool:
        if control.kind == "select" and own.form < 0:
            return control.box.on_line_with(own.box)
        return control.kind == "tab" or control.form == own.form

    return [
        control
        for control in field.document.controls
        if control.kind in kinds and abs(control.box.top - own.box.top) <= NEAR and says(control)
    ]

"""Looking an account up by its name, and the list of results (clauses 2 and 4c)."""

import re
from dataclasses import dataclass

from page_objects.admin_page import AdminPage
from page_objects.beside import field_beside
from page_objects.cancellation_form import option_called
from page_objects.document import OPERABLE, Control, Document, Found
from page_objects.grid import GridRow, visual_rows
from page_objects.obstacles import Missing, NotHere
from page_objects.paging import next_page
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.wording import contains_words, identity_text, plain, same_name
from page_objects.words import LookUpWords

PAGES = 200


@dataclass(frozen=True)
class Result:
    """One row of the list: its texts, and what opens the record."""

    texts: tuple[str, ...]
    opens: Found

    def names(self, name: str) -> bool:
        return any(same_name(text, name) for text in self.texts)

    def numbers(self, number: str) -> bool:
        return any(
            re.search(rf"(?<![\w-]){re.escape(number)}(?![\w-])", text) for text in self.texts if len(text) < 60
        ) or any(re.match(rf"\W*{re.escape(number)}\W", text) for text in self.texts)

    @property
    def shown_numbers(self) -> tuple[str, ...]:
        """Texts of the row that are account numbers by their look: digits only."""
        return tuple(text.strip("#() ") for text in self.texts if re.fullmatch(r"#?\s*\(?\d{3,}\)?", text.strip()))


class LookUp:
    """A search field with a button, and the list that answers it."""

    def __init__(self, tab: Tab, words: LookUpWords) -> None:
        self.tab = tab
        self.words = words

    def visible(self, screen: Screen) -> bool:
        return self._field(screen, self.words.field) is not None

    def enter(self, name: str, number: str = "") -> Screen:
        """Fill the look-up in and press its button: by number where there is a field for it, else by name.

        Returns the screen as it was just before the button was pressed.
        """
        screen = self.tab.glance()
        field = self._field(screen, self.words.number_field) if number else None
        text = number if field else name
        field = field or self._field(screen, self.words.field)
        if field is None:
            raise Missing("there is no field to look an account up", self.tab.whereabouts("look-up"))
        self._choose_scope(field)
        self.tab.fill(field, text)
        filled = self.tab.glance()
        self.tab.press(self._button(filled, field))
        return filled

    def _field(self, screen: Screen, phrase: tuple[str, ...]) -> Found | None:
        found = screen.fields(phrase, {"field", "searchbox", "textbox", "combobox"})
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
        fields = [
            Found(document, control)
            for document in screen.documents
            for control in document.controls
            if control.kind in {"field", "searchbox"} and control.type != "password"
        ]
        return [one for one in fields if self._has_button(screen, one)]

    def _has_button(self, screen: Screen, field: Found) -> bool:
        return any(self._belongs(button, field) for button in self._buttons(screen))

    def _buttons(self, screen: Screen) -> list[Found]:
        wanted = {plain(words) for words in self.words.button}
        return [
            Found(document, control)
            for document in screen.documents
            for control in document.controls
            if control.kind in {"button", "link", "clickable"} and plain(control.name) in wanted
        ]

    @staticmethod
    def _belongs(button: Found, field: Found) -> bool:
        if button.document is not field.document:
            return False
        if field.control.form >= 0:
            return button.control.form == field.control.form
        return 0 <= button.control.box.top - field.control.box.top + 40 <= 400

    def _button(self, screen: Screen, field: Found) -> Found:
        own = [one for one in self._buttons(screen) if self._belongs(one, Found(_again(screen, field), field.control))]
        for words in self.words.button:
            called = [one for one in own if plain(one.control.name) == plain(words)]
            if called:
                near = [one for one in called if one.control.box.on_line_with(field.control.box)]
                best = near or called
                return min(best, key=lambda one: abs(one.control.box.top - field.control.box.top))
        raise Missing("the look-up has no button", self.tab.whereabouts("look-up"))

    def _choose_scope(self, field: Found) -> None:
        """Where a select box says what is looked for (Contact, Organization ...): Organization."""
        for control in field.document.controls:
            same = (
                control.form == field.control.form
                if field.control.form >= 0
                else control.box.on_line_with(field.control.box)
            )
            if control.kind == "select" and same:
                place = option_called(control, self.words.scope)
                if place is not None and not control.options[place][1]:
                    self.tab.choose(Found(field.document, control), place)
                    return

    # --- the list ---

    def answered(self, screen: Screen, name: str, number: str) -> bool | None:
        """True once the list shows the account or says that there is none; None while nothing is decided."""
        if any(document.ready == "loading" for document in screen.documents):
            return None
        if screen.says(self.words.nothing_found) or any(
            r.names(name) or r.numbers(number) for r in self.results(screen)
        ):
            return True
        return None

    def results(self, screen: Screen) -> list[Result]:
        """The rows that have something to click which opens a record."""
        found = []
        for document in screen.documents:
            for row in visual_rows(document):
                opens = self._opens(document, row)
                if opens is not None:
                    found.append(Result(row.texts, opens))
        return found

    def _opens(self, document: Document, row: GridRow) -> Found | None:
        """What opens the record of a row: its only link, else the one whose words are a cell of the row."""
        links = [c for c in row.controls if c.kind in OPERABLE and not c.plainly_dead and c.name]
        links = [c for c in links if not any(c.index in document.ancestors(other) for other in links)]
        if not links:
            return self._row_itself(document, row)
        if len(links) == 1:
            return Found(document, links[0])
        in_cells = [c for c in links if any(identity_text(c.name) == identity_text(text) for text in row.texts)]
        named = [c for c in in_cells if not re.fullmatch(r"[\d\s#-]+", c.name)]
        best = named or in_cells
        return Found(document, best[0]) if best else None

    @staticmethod
    def _row_itself(document: Document, row: GridRow) -> Found | None:
        """A row that is clickable as a whole."""
        if not row.cells:
            return None
        box = row.cells[0].box
        around: list[Control] = [
            c
            for c in document.controls
            if c.kind in {"clickable", "option", "link"}
            and c.box.left <= box.left
            and c.box.right >= box.right
            and c.box.top - 2 <= box.top
            and c.box.bottom + 2 >= box.bottom
        ]
        return Found(document, min(around, key=lambda c: c.box.width * c.box.height)) if around else None

    def turn_page(self, screen: Screen, number: int) -> Screen | None:
        """The next page of the list, or None if this is the last."""
        following = next_page(self.tab, screen, self.words.next_page, number)
        if following is None or number > PAGES:
            return None
        old = [result.texts for result in self.results(screen)]
        following.press()

        def turned(now: Screen) -> Screen | None:
            new = [result.texts for result in self.results(now)]
            return now if new and new != old and now.main.ready != "loading" else None

        try:
            return self.tab.until(turned, "the next page of the list")
        except NotHere:
            if following.certain:
                raise
            return None


class LookUpPage(AdminPage):
    """A page with a look-up on it."""

    name = "look-up"

    def __init__(self, tab: Tab, words: LookUpWords | None = None) -> None:
        super().__init__(tab)
        self.look_up = LookUp(self.tab, words or self.tab.words.look_up)

    def recognised(self, screen: Screen) -> bool:
        return self.look_up.visible(screen)


def _again(screen: Screen, field: Found) -> Document:
    """The document of `field` in a later reading."""
    return next((d for d in screen.documents if d.token == field.document.token), field.document)

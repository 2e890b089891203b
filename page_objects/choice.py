"""One choice of several, whatever it is made of: a select box, or a button that opens a list."""

import contextlib
import re
from collections import Counter
from dataclasses import dataclass

from page_objects.document import Control, Document, Found
from page_objects.harmless import harmless
from page_objects.obstacles import Ambiguous, NotHere
from page_objects.phrases import Phrase
from page_objects.screen import Screen
from page_objects.tab import Tab
from page_objects.wording import plain, squeeze

MADE_OF = {"select", "combobox"}
BUTTONS = {"button", "clickable"}
ITEMS = {"option", "menuitem", "menuitemradio", "treeitem", "clickable", "link", "button"}
_CARET = re.compile(r"\s*[▾▼⌄▿⏷∨]\s*$")
_LOOKS_SO = re.compile(r"[▾▼⌄▿⏷∨]\s*$|^\W*(please )?(select|choose|pick)\b", re.IGNORECASE)
OPENS = 3.0
"""Seconds for a list to open, or to show what was chosen."""


@dataclass(frozen=True)
class Option:
    text: str
    place: int
    """Of a select box: its place, from 0."""
    item: Found | None = None
    """Of a list that had to be opened: what is pressed."""


class Choice:
    """Known by the label beside it."""

    def __init__(self, tab: Tab, label: Phrase, *, any_button: bool = False) -> None:
        """`any_button`: the button need not look like one that opens a list."""
        self.tab = tab
        self.label = label
        self._any_button = any_button

    def find(self, screen: Screen, kinds: set[str] = MADE_OF) -> list[Found]:
        """Where the label is: a select box or a list first, else a button that reads as the present value.

        A styled list often keeps the select box that it stands for beside it, a pixel large: the list is what is seen.
        `kinds` may add what else could stand there instead (a text field).
        """
        found = screen.fields(self.label, kinds)
        drawn = [one for one in found if one.control.box.width > 1 and one.control.box.height > 1]
        return drawn or found or [one for one in screen.fields(self.label, BUTTONS) if self._may_open(one.control)]

    def _may_open(self, control: Control) -> bool:
        """Whether a button beside the label may be pressed to see what it opens: it certainly sends nothing."""
        looks_so = control.popup not in {"", "false"} or control.expanded is not None or _LOOKS_SO.search(control.text)
        edits = {plain(word) for word in self.tab.words.organization.edit}
        called = len(plain(control.name)) > 2 and plain(control.name) not in edits
        return called and harmless(control, self.tab.words) and bool(looks_so or self._any_button)

    @staticmethod
    def value(found: Found) -> str:
        """What is chosen now."""
        control = found.control
        text = control.value if control.kind in MADE_OF else control.name
        return squeeze(_CARET.sub("", text) if control.kind != "select" else text)

    def options(self, found: Found) -> tuple[Option, ...]:
        """What may be chosen, with a list left open. Raises NotHere if it does not open."""
        if found.control.kind == "select":
            return tuple(Option(o[0], place) for place, o in enumerate(found.control.options) if not o[2])
        before = self.tab.look()
        if found.control.expanded != "true":
            self.tab.press(found)
        return self.tab.until(lambda now: self._items(now, before) or None, f'the list "{self.label[0]}"', OPENS)

    def _items(self, screen: Screen, before: Screen) -> tuple[Option, ...]:
        """What the opening has brought: options by their role, else whatever else can be pressed in it."""
        old = Counter(_likeness(document, one) for document in before.documents for one in document.controls)
        new: list[Found] = []
        for document in screen.documents:
            for control in document.controls:
                old[_likeness(document, control)] -= 1
                if old[_likeness(document, control)] < 0 and control.kind in ITEMS and not control.disabled:
                    new.append(Found(document, control))
        named = [one for one in new if one.control.kind == "option"] or new
        if not new:  # it was open already
            named = [Found(d, c) for d in screen.documents for c in d.controls if c.kind == "option"]
        return tuple(Option(one.control.name, place, one) for place, one in enumerate(named) if one.control.name)

    def close(self, found: Found, offered: tuple[Option, ...]) -> None:
        """Shut a list that was opened to read it: by the button that opened it, else by Escape."""
        if found.control.kind == "select":
            return
        button = _the_same(self.tab.look(), found)
        if button is not None:
            with contextlib.suppress(NotHere):  # a list may lie over its own button
                self.tab.press(button)
        if _shows_all(self.tab.look(), offered):
            self.tab.press_key("Escape")

    def choose(self, found: Found, option: Option) -> None:
        """Choose, and see that it is chosen. Raises NotHere if the list does not take it."""
        if option.item is None:
            self.tab.choose(found, option.place)
            return
        self.tab.press(option.item)
        self.tab.until(lambda now: self._reads(now, option.text), f'"{option.text}" in "{self.label[0]}"', OPENS)

    def _reads(self, screen: Screen, text: str) -> bool | None:
        return True if any(plain(self.value(one)) == plain(text) for one in self.find(screen)) else None


def option_for(options: tuple[Option, ...], phrase: Phrase) -> Option | None:
    """The one option that is called so, best alternative first; None if there is none. Raises Ambiguous."""
    for words in phrase:
        found = [one for one in options if plain(one.text) == plain(words)]
        if len(found) > 1:
            raise Ambiguous(f'"{words}" is offered {len(found)} times')
        if found:
            return found[0]
    return None


def _likeness(document: Document, control: Control) -> tuple[str, str, str]:
    return document.token, control.kind, plain(control.name)


def _the_same(screen: Screen, found: Found) -> Found | None:
    """The button that was pressed, known by its own words: an open list may have moved it from its label."""
    wanted = _likeness(found.document, found.control)
    same = [Found(d, c) for d in screen.documents for c in d.controls if _likeness(d, c) == wanted]
    return same[0] if len(same) == 1 else None


def _shows_all(screen: Screen, offered: tuple[Option, ...]) -> bool:
    names = {plain(c.name) for document in screen.documents for c in document.controls if c.kind in ITEMS}
    return all(plain(option.text) in names for option in offered)

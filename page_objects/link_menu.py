"""The purple drop-down of the Organization page, whatever it is made of (clause 3)."""

from collections.abc import Iterator
from dataclasses import dataclass

from page_objects.choice import Choice
from page_objects.document import OPERABLE, Control, Document, Found, Run
from page_objects.obstacles import Ambiguous, DeadLink, NotHere
from page_objects.phrases import Phrase
from page_objects.screen import Screen
from page_objects.select_box import choose_and_go
from page_objects.tab import Tab
from page_objects.wording import contains_words, plain, says, squeeze, wordings

OPENERS = {"summary", "button", "clickable", "link", "tab", "menuitem", "treeitem", "combobox"}
UNFOLD = ("Expand", "Show", "Open", "Show details")


@dataclass(frozen=True)
class MenuSeen:
    """What a drop-down offers, and what it says of one link."""

    links: tuple[str, ...]
    times: int
    """How often that link is in it."""
    live: bool
    """Whether it can be followed, as far as can be seen."""


class LinkMenu:
    """One drop-down, known by its label. Opened as it wants to be: select box, details, click or hover menu."""

    def __init__(self, tab: Tab, label: str) -> None:
        self.tab = tab
        self.label: Phrase = (label,)

    def visible(self, screen: Screen) -> bool:
        return bool(self._select(screen) or self._opener(screen) or self._heading(screen))

    def press(self, link: Phrase) -> None:
        """Press `link` in this drop-down, once.

        Raises DeadLink if its words are not there or can't be followed, Ambiguous if they are there twice.
        """
        screen = self.tab.glance()
        if not self.visible(screen):
            screen = self.tab.settled()
        box = self._select(screen)
        if box:
            self._choose(box, link)
            return
        found = self._open(screen, link)
        try:
            live = self._live(found, link)
        except DeadLink:
            self._shut(screen)
            raise
        self.tab.press(live)

    def look_into(self, link: Phrase) -> MenuSeen:
        """Open it to read what it offers; it is left open. Raises Ambiguous if the drop-down is there twice."""
        before = self.tab.glance()
        box = self._select(before)
        if box:
            wanted = wordings(tuple(link))
            offered = [option for option in box.control.options if plain(option[0]) in wanted]
            names = tuple(squeeze(option[0]) for option in box.control.options if squeeze(option[0]))
            return MenuSeen(names, len(offered), any(not option[2] for option in offered) and not box.control.disabled)
        found = self._open(before, link)
        old = {(one.document.token, plain(one.control.name)) for one in _all_operable(before)}
        new = [
            one for one in _all_operable(self.tab.glance()) if (one.document.token, plain(one.control.name)) not in old
        ]
        names = tuple(dict.fromkeys(squeeze(one.control.name) for one in (*found, *new) if squeeze(one.control.name)))
        return MenuSeen(names, len(found), any(not one.control.plainly_dead for one in found))

    def doubtful(self, link: Phrase) -> bool:
        """Whether a click on `link` may lead nowhere, as far as can be seen."""
        found = self._inside(self.tab.glance(), link)
        return not found or any(one.control.doubtful for one in found)

    # --- a select box ---

    def _select(self, screen: Screen) -> Found | None:
        """The select box that the label stands beside, or on: as its first option or as a group."""
        found = screen.fields(self.label, {"select"})
        wanted = plain(self.label[0])
        if not found:
            found = [
                Found(document, control)
                for document in screen.documents
                for control in document.controls
                if control.kind == "select"
                and any(plain(text) == wanted or plain(group) == wanted for text, _, _, group in control.options)
            ]
        if len(found) > 1:
            raise Ambiguous(f'the drop-down "{self.label[0]}" is on the page {len(found)} times')
        return found[0] if found else None

    def _choose(self, box: Found, link: Phrase) -> None:
        options = box.control.options
        found = [i for i, option in enumerate(options) if plain(option[0]) in {plain(words) for words in link}]
        if len(found) > 1:
            raise Ambiguous(f'"{link[0]}" is in the drop-down {len(found)} times')
        if not found or options[found[0]][2] or box.control.disabled:
            raise DeadLink(f'"{link[0]}" can\'t be chosen in the drop-down "{self.label[0]}"')
        choose_and_go(self.tab, box, found[0])

    # --- anything else that opens ---

    def _opener(self, screen: Screen) -> Found | None:
        found = screen.operable(self.label, OPENERS) or [
            one for one in Choice(self.tab, self.label).find(screen, {"combobox"}) if one.control.kind != "select"
        ]
        if len(found) > 1:
            raise Ambiguous(f'the drop-down "{self.label[0]}" is on the page {len(found)} times')
        return found[0] if found else None

    def _heading(self, screen: Screen) -> tuple[Document, Run] | None:
        places = screen.places(self.label)
        return places[0] if places else None

    def _open(self, screen: Screen, link: Phrase) -> list[Found]:
        """The candidates for `link` in this drop-down, opened if need be: click first, then hover."""
        if self._inside(screen, link):
            return self._inside(screen, link)
        for gesture in (self._press_opener, self._hover_over):
            before = self.tab.glance()
            if not gesture(before):
                continue
            try:
                self.tab.until(lambda now: self._inside(now, link) or self._words_inside(now, link), "the link", 1.5)
            except NotHere:
                continue
            return self._brought(self.tab.glance(), before, link)
        return []

    def _brought(self, screen: Screen, before: Screen, link: Phrase) -> list[Found]:
        """What the gesture has brought, wherever the page draws it: a list may lie over the page, outside of its place."""
        found = screen.operable(link, OPERABLE)
        return found if len(found) == 1 and not before.operable(link, OPERABLE) else self._inside(screen, link)

    def _press_opener(self, screen: Screen) -> bool:
        opener = self._opener(screen) or self._arrow(screen)
        if opener is None or (opener.control.plainly_dead and opener.control.kind != "link"):
            return False
        self.tab.press(opener)
        return True

    def _shut(self, closed: Screen) -> None:
        """Shut a menu of dead links, which may lie over what is pressed next: with Escape, or the button that opened it."""
        before = sum(len(one.controls) for one in closed.documents)
        if self._shows_more(before):
            self.tab.press_key("Escape")
        opener = self._opener(self.tab.look()) if self._shows_more(before) else None
        if opener is not None:
            self.tab.press(opener)

    def _shows_more(self, controls: int) -> bool:
        return sum(len(one.controls) for one in self.tab.glance().documents) > controls

    def _arrow(self, screen: Screen) -> Found | None:
        """A small button beside a label that can't itself be clicked: after it, or before it as in a tree."""
        heading = self._heading(screen)
        if heading is None:
            return None
        document, label = heading
        in_line = [c for c in document.controls if c.kind in OPENERS and c.box.on_line_with(label.box)]
        after = [c for c in in_line if -4 <= c.box.left - label.box.right <= 60 and len(c.name) <= 12]
        before = [c for c in in_line if -4 <= label.box.left - c.box.right <= 60 and self._unfolds(c)]
        near = [*sorted(after, key=lambda c: c.box.left), *sorted(before, key=lambda c: -c.box.right)]
        return Found(document, near[0]) if near else None

    def _unfolds(self, control: Control) -> bool:
        """Whether a control before the label says that it opens it: by a sign ("+"), or "Show details for" the label."""
        name = control.name
        mine = contains_words(name, self.label) and not contains_words(name, ("hide", "collapse", "close"))
        return mine or says(name, UNFOLD) or not any(letter.isalnum() for letter in name)

    def _hover_over(self, screen: Screen) -> bool:
        opener = self._opener(screen)
        if opener is not None:
            self.tab.hover(opener)
            return True
        heading = self._heading(screen)
        if heading is None:
            return False
        document, label = heading
        self.tab.hover_at(document, label.box)
        return True

    def _inside(self, screen: Screen, link: Phrase) -> list[Found]:
        """What is called `link` and belongs to this drop-down: the nearest after its label, before another's."""
        found = screen.operable(link, OPERABLE)
        if len(found) <= 1 and not self._elsewhere(screen, found):
            return found
        heading = self._heading(screen)
        if heading is None:
            return found
        document, label = heading
        after = [one for one in found if one.document is document and one.control.line > label.line]
        return [one for one in after if not self._another_label_between(document, label, one.control)]

    def _elsewhere(self, screen: Screen, found: list[Found]) -> bool:
        """Whether the only candidate stands under another drop-down's label."""
        heading = self._heading(screen)
        if not found or heading is None or found[0].document is not heading[0]:
            return False
        document, label = heading
        one = found[0].control
        return one.line < label.line or self._another_label_between(document, label, one)

    def _another_label_between(self, document: Document, label: Run, control: Control) -> bool:
        """Whether another drop-down's label stands between (they all speak of links and servers)."""
        mine = plain(self.label[0])
        return any(
            label.line < number < control.line and plain(text) != mine and contains_words(text, ("Links", "Servers"))
            for number, text in document.line_texts.items()
        )

    def _words_inside(self, screen: Screen, link: Phrase) -> bool | None:
        return True if screen.places(link) else None

    def _live(self, found: list[Found], link: Phrase) -> Found:
        if not found:
            raise DeadLink(f'"{link[0]}" is not a link under "{self.label[0]}"')
        if len(found) > 1:
            raise Ambiguous(f'"{link[0]}" is under "{self.label[0]}" {len(found)} times')
        if found[0].control.plainly_dead:
            raise DeadLink(f'"{link[0]}" can\'t be followed')
        return found[0]


def _all_operable(screen: Screen) -> Iterator[Found]:
    for document in screen.documents:
        for control in document.of_kinds(OPERABLE):
            yield Found(document, control)

"""Brings to the screen what a tab or a fold of the page hides, as a person does who looks for some words."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError

from page_objects.admin_page import refuse_sign_in
from page_objects.document import Document, Found
from page_objects.hand import was_navigating
from page_objects.harmless import harmless
from page_objects.obstacles import NotHere
from page_objects.phrases import Phrase
from page_objects.screen import Screen, the_one
from page_objects.tab import Tab
from page_objects.wording import plain, plain_label

HIDDEN = Path(__file__).with_name("reveal.js").read_text("utf-8")
PRESSES = 4
"""A panel within a panel within a panel, and one that was the wrong one."""


def visible(screen: Screen, phrase: Phrase) -> bool:
    return bool(screen.places(phrase) or screen.fields(phrase) or screen.values(phrase))


class Reveal:
    """Presses only what certainly stays in the page, or what the profile names (`words.organization.tabs`)."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.presses = 0
        """How often something was opened: what stood there before may be hidden now."""

    def show(self, phrase: Phrase) -> Screen:
        """The screen with `phrase` on it, where any part of the page that can be opened holds it; else as it stands."""
        pressed: set[tuple[str, str]] = set()
        for _ in range(PRESSES):
            screen = self.tab.glance()
            found = None if visible(screen, phrase) else self._opener(screen, phrase, pressed)
            if found is None:
                return screen
            pressed.add((found.document.token, _called(found)))
            with self.tab.setting.reading_only():
                self.tab.press(found)
                self.presses += 1
                self._until_visible(phrase)
        return self.tab.glance()

    def _until_visible(self, phrase: Phrase) -> None:
        with contextlib.suppress(NotHere):  # the wrong panel, or one within another
            self.tab.until(lambda now: visible(now, phrase) or None, phrase[0], self.tab.setting.patience.quiet)

    def _opener(self, screen: Screen, phrase: Phrase, pressed: set[tuple[str, str]]) -> Found | None:
        """What shows the hidden part that holds the words; None if there is no such part, or nothing safe to press."""
        found = {
            one.control.index: one
            for document in screen.documents
            for one in self._openers_in(document, phrase)
            if harmless(one.control, self.tab.words) and (document.token, _called(one)) not in pressed
        }
        return next(iter(found.values()), None)

    def _openers_in(self, document: Document, phrase: Phrase) -> Iterator[Found]:
        for panel in self._hidden_parts(document):
            if _holds(panel["texts"], phrase) and len(panel["controls"]) == 1:
                yield Found(document, document.controls[panel["controls"][0]])

    def _hidden_parts(self, document: Document) -> list[dict[str, Any]]:
        try:
            return document.frame.evaluate(HIDDEN, document.token) or []
        except PlaywrightError as error:
            if not was_navigating(error):
                raise
            return []

    def by_tabs(self, phrase: Phrase, names: Phrase) -> Screen:
        """The screen with `phrase` on it after pressing these tabs one after another, until one shows it."""
        for name in names:
            screen = self.tab.glance()
            if visible(screen, phrase):
                break
            found = screen.operable((name,))
            if found:
                self._open_tab(the_one(found, (name,), key="words.organization.tabs"), screen)
                self.show(phrase)
        return self.tab.glance()

    def by_heading(self, phrase: Phrase, heading: Phrase) -> Screen:
        """The screen with `phrase` on it, where a fold under this heading fetches what it holds when it is opened."""
        screen = self.tab.glance()
        found = [one for one in screen.operable(heading) if harmless(one.control, self.tab.words)]
        if not visible(screen, phrase) and len(found) == 1:
            with self.tab.setting.reading_only(), contextlib.suppress(NotHere):  # something lies over it
                self._open_tab(found[0], screen)
        return self.tab.glance()

    def _open_tab(self, found: Found, before: Screen) -> None:
        quiet = self.tab.setting.patience.quiet
        self.tab.press(found)
        self.presses += 1
        with contextlib.suppress(NotHere):  # the tab that is open already changes nothing
            self.tab.until(lambda now: True if now.state != before.state else None, found.control.name, 3 * quiet)
        refuse_sign_in(self.tab.settled(), self.tab)


def _holds(texts: Sequence[str], phrase: Phrase) -> bool:
    wanted = {plain(words) for words in phrase}
    return any({plain(text), plain_label(text), plain(text.partition(":")[0])} & wanted for text in texts)


def _called(found: Found) -> str:
    return plain(found.control.name)

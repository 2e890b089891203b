"""A browser tab as a person uses it: look, wait for what is needed, press, fill in, open an address, go back."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Dialog, Frame, Page
from playwright.sync_api import Error as PlaywrightError

from page_objects.document import Box, Document, Found
from page_objects.hand import Hand, reason, was_navigating
from page_objects.obstacles import LeftTheSite, NotHere, Replaced, SiteDown, Whereabouts
from page_objects.rest import Rest
from page_objects.screen import Screen
from page_objects.setting import DialogSeen, Setting
from page_objects.words import Words

SCROLL = Path(__file__).with_name("scroll.js").read_text("utf-8")
EYE = Path(__file__).with_name("eye.js").read_text("utf-8")
AGAIN = """() => {
  const eye = window[Symbol.for("rpa.eye")];
  return eye && eye.document === document ? eye.read() : null;
}"""
WAYS_TO_PRESS = (False, False, True, False, True)
"""An element that a page draws anew is tried so often: with the mouse, or by key with the mouse elsewhere."""
PATIENT_CLICK = 10.0
"""Seconds for which a click waits for scripts of the page that are still to come."""
GLANCE = 0.25
"""Seconds for which a reading may be used again, if nothing was done in between."""
CHANGED = """([token, mutations, milliseconds]) => new Promise((resolve) => {
  const eye = window[Symbol.for("rpa.eye")];
  const mine = eye && eye.document === document && eye.token === token;
  const changed = () => setTimeout(() => resolve(true), 15);  // what changes once often changes again at once
  if (mine ? eye.mutations !== mutations || document.readyState !== eye.ready : document.readyState !== "loading") {
    resolve(true);
    return;
  }
  if (mine) eye.waiting.push(changed);
  document.addEventListener("readystatechange", changed, {once: true});
  setTimeout(() => resolve(false), milliseconds);
})"""

Seen = TypeVar("Seen")


class Tab:
    """One page of the browser with its frames; `opened` holds the windows that it opened.

    Takes pytest-playwright's `page` as it is. The constructor does no I/O.
    """

    def __init__(self, page: Page, setting: Setting | None = None) -> None:
        self.page = page
        self.setting = setting or Setting()
        self.opened: list[Tab] = []
        self.served = False
        """Whether a page that was asked for has been arrived at in it."""
        self._seen: tuple[float, Screen] | None = None
        self._acted = True
        self._rest = Rest(page)
        page.on("popup", self._opens)
        page.on("dialog", self._answer)

    @property
    def words(self) -> Words:
        return self.setting.words

    def _opens(self, page: Page) -> None:
        self.opened.append(Tab(page, self.setting))

    def _answer(self, dialog: Dialog) -> None:
        """Answer a dialog at once and never raise: an unanswered one hangs the click (safety.md)."""
        accept = dialog.type in {"alert", "beforeunload"} or (
            dialog.type == "confirm" and self.setting.accepts(dialog.message)
        )
        self.setting.dialogs.append(DialogSeen(dialog.type, dialog.message, accept))
        with contextlib.suppress(PlaywrightError):  # the page that asked may be gone already
            if accept:
                dialog.accept()
            else:
                dialog.dismiss()

    # --- looking ---

    def look(self) -> Screen:
        """Everything on the screen now. Raises LeftTheSite on an origin that is not allowed, SiteDown on none."""
        main = self._read_main()
        documents, whole = [main], True
        for frame in self.page.frames:
            if frame is self.page.main_frame or frame.url.startswith("chrome-error"):
                continue
            try:
                document = self._read(frame)
            except PlaywrightError:  # it is just being replaced: read next time
                whole = False
                continue
            if not document.hidden:
                documents.append(document)
        screen = Screen(tuple(documents), whole)
        self._seen = (time.monotonic(), screen)
        self._acted = False
        return screen

    def glance(self) -> Screen:
        """The screen as just looked at, if nothing was done since; else a new look. Not for what an effect relies on."""
        if self._seen is not None and time.monotonic() - self._seen[0] < GLANCE:
            return self._seen[1]
        return self.look()

    def _read(self, frame: Frame) -> Document:
        """After an act a new document is likely, which has no eye yet; else the one that is there looks again."""
        text = (None if self._acted else frame.evaluate(AGAIN)) or frame.evaluate(EYE)
        document = Document.parse(text, frame, self.words.labels)
        if document.held and self._rest.shows_nothing(frame, document.token, document.held):
            return replace(document, ready="held")
        return document

    def forget(self) -> None:
        """Something is being done: what was read is no longer what is there."""
        self._seen = None
        self._acted = True

    def _read_main(self) -> Document:
        for _ in range(20):
            try:
                document = self._read(self.page.main_frame)
            except PlaywrightError as error:
                if self.page.is_closed() or not was_navigating(error):
                    raise
                continue
            self._check_address(document)
            return document
        raise SiteDown("the page kept being replaced while it was read", self.whereabouts("page"))

    def _check_address(self, document: Document) -> None:
        if document.url.startswith("chrome-error:"):
            raise SiteDown("the browser got no answer from the site", self.whereabouts("page"))
        if document.url.startswith("http") and not self.setting.allowed(document.url):
            raise LeftTheSite(f"the browser was led to {document.url[:200]}", self.whereabouts("page"))

    @property
    def lost(self) -> bool:
        """Whether it shows the browser's own error page, which it will do for ever."""
        return self.page.url.startswith("chrome-error:")

    def close_lost_windows(self) -> None:
        """Close the windows it opened that got no answer, as a person does: they would be looked at with it each time."""
        for window in every(self.opened):
            if window.lost:
                window.page.close()

    def close_unasked_windows(self) -> None:
        """Close the windows it opened in which nothing was arrived at, as a person does with a pop-up."""
        for window in self.opened:
            if not any(tab.served for tab in every([window])):
                for tab in every([window]):
                    tab.page.close()

    def whereabouts(self, name: str) -> Whereabouts:
        title = ""
        with contextlib.suppress(PlaywrightError):
            title = self.page.title()
        return Whereabouts(name, self.page.url, title)

    def until(self, sees: Callable[[Screen], Seen | None], what: str, seconds: float | None = None) -> Seen:
        """Look again at every change until `sees` gives something; raises NotHere after `seconds`."""
        deadline = time.monotonic() + (self.setting.patience.page if seconds is None else seconds)
        screen = self.glance()
        while True:
            seen = None if screen.leaving else sees(screen)
            if seen is not None:
                return seen
            if time.monotonic() >= deadline:
                raise NotHere(f"{what} did not appear", self.whereabouts(what))
            self.await_change(screen, 0.1)
            screen = self.look()

    def await_change(self, screen: Screen, seconds: float) -> bool:
        """Return as soon as the main document changes, has loaded further or is replaced, at the latest after `seconds`."""
        main = screen.main
        try:
            return bool(self.page.evaluate(CHANGED, [main.token, main.mutations, max(seconds * 1000, 1)]))
        except PlaywrightError as error:
            if self.page.is_closed() or not was_navigating(error):
                raise
        return True

    def settled(self, seconds: float | None = None) -> Screen:
        """The screen once it has not changed for `patience.quiet`: only then may something be called absent."""
        need = self.setting.patience.quiet if seconds is None else seconds

        def quiet(screen: Screen) -> Screen | None:
            busy = any(_is_loading(document, self.words.obstacles.loading) for document in screen.documents)
            return screen if screen.quiet >= need * 1000 and not busy else None

        return self.until(quiet, "a page that has finished loading")

    def loaded(self) -> Screen:
        """The screen once every document is there to its end; as it is, if that takes long (a slow script holds it up)."""

        def whole(screen: Screen) -> Screen | None:
            return None if screen.loading else screen

        try:
            return self.until(whole, "the rest of the page", 3 * self.setting.patience.quiet)
        except NotHere:
            return self.glance()

    # --- acting ---

    def press(self, found: Found) -> None:
        """Click once. Raises NotHere if it can't be clicked: covered, or replaced under the pointer.

        Where the page replaced the element before it was clicked, the same one is looked for again in that document, and
        pressed by key: some pages draw it anew whenever the mouse is over it.
        What is no plain link waits for scripts that are still to come: they may be what answers the click.
        """
        owner = self._owner(found.document)
        if owner is not self:
            owner.press(found)
            return
        if found.document.busy and not found.control.plain_link:
            found = self._once_scripts_ran(found)
        keys = found.control.kind in {"link", "button"} or found.control.plain_link
        for by_key in WAYS_TO_PRESS if keys else [False] * len(WAYS_TO_PRESS):
            if by_key:
                self.page.mouse.move(0, 0)
                found = self._same(found) or found
            try:
                self._hand(found.document).press(found, by_key=by_key)
            except Replaced:
                again = self._same(found)
                if again is None:
                    break
                found = again
            else:
                return
        raise NotHere(f'"{found.control.name}" was replaced before it could be clicked', self.whereabouts("page"))

    def _once_scripts_ran(self, found: Found) -> Found:
        """The same control once its document is loaded; as it is if that takes too long."""
        with contextlib.suppress(NotHere):
            self.until(
                lambda now: None if any(one.busy for one in now.documents) else now, "the page's scripts", PATIENT_CLICK
            )
        return self._same(found) or found

    def _same(self, found: Found) -> Found | None:
        """The one control of the same document that reads as `found` did."""
        wanted = found.control
        same = [
            Found(document, control)
            for document in self.look().documents
            if document.token == found.document.token
            for control in document.controls
            if (control.kind, control.name, control.type, control.labels, control.href)
            == (wanted.kind, wanted.name, wanted.type, wanted.labels, wanted.href)
        ]
        return same[0] if len(same) == 1 else None

    def _owner(self, document: Document) -> "Tab":
        """The window that shows it: one that this tab opened, or itself. A click in the wrong window hits anything."""
        page = document.frame.page
        return next((tab for tab in every([self]) if tab.page == page), self)

    def hover(self, found: Found) -> None:
        self._hand(found.document).hover(found)

    def hover_at(self, document: Document, box: Box) -> None:
        """Hold the mouse over a text, for what is shown only meanwhile."""
        self._hand(document).hover_at(document, box)

    def fill(self, found: Found, text: str) -> None:
        """Replace the text of a field."""
        self._hand(found.document).fill(found, text)

    def choose(self, found: Found, option: int) -> None:
        """Choose an option of a select box, by its place (from 0)."""
        self._hand(found.document).choose(found, option)

    def tick(self, found: Found, ticked: bool) -> None:
        if found.control.checked != ticked:
            self.press(found)

    def scroll(self, document: Document, place: tuple[int, int], to: int | None) -> list[int] | None:
        """What scroll.js tells of the list at that place, scrolled to `to` (-1: as it is); None if it shows all it has."""
        if to is not None and to >= 0:
            self.forget()
        try:
            told: list[int] | None = document.frame.evaluate(SCROLL, [document.token, *place, to])
        except PlaywrightError as error:
            if not was_navigating(error):
                raise
            return None
        return told

    def press_key(self, key: str) -> None:
        """Press a key, for what a person shuts with Escape."""
        self.forget()
        self.page.keyboard.press(key)

    def _hand(self, document: Document) -> Hand:
        """To act with, in the window that shows `document`; what was read before is no longer what is there."""
        owner = self._owner(document)
        self.forget()
        owner.forget()
        return Hand(owner.page, min(self.setting.patience.page, 10.0), lambda: owner.whereabouts("page"))

    # --- the browser's own buttons ---

    def open(self, url: str) -> None:
        """Open a URL; raises SiteDown if the browser gets no answer, LeftTheSite if the URL is not allowed."""
        if not self.setting.allowed(url):
            raise LeftTheSite(f"{url[:200]} is not among the allowed origins")
        self.forget()
        try:
            self._goto(url)
        except PlaywrightError as error:
            if self.page.is_closed():
                raise
            raise SiteDown(f"{url[:200]} can't be opened: {reason(error)}") from error

    def _goto(self, url: str) -> None:
        seconds = self.setting.patience.page
        try:
            self.page.goto(url, wait_until="commit", timeout=seconds * 1000)
        except PlaywrightError as error:  # what the page itself was still on its way to came in between
            if "interrupted by another navigation" not in str(error):
                raise
            self.page.goto(url, wait_until="commit", timeout=seconds * 1000)

    def back(self) -> bool:
        """Go back one step, as the browser's button does, a frame's own step included; False if nothing changed.

        Not `page.go_back()`: that waits for the page itself, and runs out of time where only a frame goes back.
        """
        before = self.look()
        self.forget()
        try:
            self.page.evaluate("() => { history.back(); }")
            self.until(
                lambda now: True if now.state != before.state else None,
                "the page before",
                self.setting.patience.quiet * 3,
            )
        except (NotHere, SiteDown):  # none before this one, or one that has expired
            return False
        except PlaywrightError as error:
            if self.page.is_closed() or not was_navigating(error):
                raise
        return True


def _is_loading(document: Document, phrase: Iterable[str]) -> bool:
    wanted = {words.casefold().rstrip(". ") for words in phrase}
    texts = (text.casefold().rstrip(". …") for text in document.line_texts.values())
    return document.busy or any(text in wanted for text in texts)


def every(tabs: Sequence[Tab]) -> Iterator[Tab]:
    """The tabs that are open, and the windows they opened, oldest first."""
    for tab in list(tabs):
        if not tab.page.is_closed():
            yield tab
        yield from every(tab.opened)


def screens(tab: Tab, look: Callable[[Tab], Screen] = Tab.look) -> dict[Tab, Screen]:
    """What is on the screens of `tab` and of the windows it opened. A window that was led elsewhere, or got no answer, is
    left out: it may be a pop-up that nobody asked for.
    """
    seen = {tab: look(tab)}
    for window in every(tab.opened):
        try:
            seen[window] = look(window)
        except (LeftTheSite, SiteDown):
            continue
        except PlaywrightError:
            if not window.page.is_closed():
                raise
    return seen

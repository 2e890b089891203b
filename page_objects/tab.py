"""A browser tab as a person uses it: look, wait for what is needed, press, fill in, follow to where it leads."""

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from playwright.sync_api import Dialog, Frame, Page, Request
from playwright.sync_api import Error as PlaywrightError

from page_objects.document import Document, Found
from page_objects.hand import Hand, reason, was_navigating
from page_objects.obstacles import LeftTheSite, NotHere, NothingHappened, Replaced, SiteDown, Whereabouts
from page_objects.screen import Screen
from page_objects.words import Words

if TYPE_CHECKING:
    from page_objects.admin_page import AdminPage

EYE = Path(__file__).with_name("eye.js").read_text("utf-8")
AGAIN = """() => {
  const eye = window[Symbol.for("rpa.eye")];
  return eye && eye.document === document ? eye.read() : null;
}"""
RENDERED_AGAIN = 5
"""An element that a page draws anew is looked for so often."""
GLANCE = 0.25
"""Seconds for which a reading may be used again, if nothing was done in between."""
CHANGED = """([token, mutations, milliseconds]) => new Promise((resolve) => {
  const eye = window[Symbol.for("rpa.eye")];
  const mine = eye && eye.document === document && eye.token === token;
  const changed = () => setTimeout(() => resolve(true), 15);  // what changes once often changes again at once
  if (mine ? eye.mutations !== mutations : document.readyState !== "loading") { resolve(true); return; }
  if (mine) eye.waiting.push(changed); else document.addEventListener("readystatechange", changed, {once: true});
  setTimeout(() => resolve(false), milliseconds);
})"""

Seen = TypeVar("Seen")
Arrived = TypeVar("Arrived", bound="AdminPage")


@dataclass(frozen=True)
class Patience:
    """Seconds: `page` until a page shows its landmark; `quiet` without change until a page has finished."""

    page: float = 30.0
    quiet: float = 1.0


@dataclass(frozen=True)
class DialogSeen:
    kind: str
    text: str
    accepted: bool


@dataclass
class Setting:
    """What all tabs of one session share."""

    words: Words = field(default_factory=Words)
    patience: Patience = field(default_factory=Patience)
    allowed: Callable[[str], bool] = lambda _url: True
    """Whether the browser may be at this URL (promise 14)."""
    accepts: Callable[[str], bool] = lambda _text: False
    """Whether a confirm() with this text may be accepted; outside of an effect: none."""
    before_press: Callable[[], None] = lambda: None
    """Told before each press that belongs to an effect: the permit lets one request through for each."""
    reading_only: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext
    """Meanwhile nothing leaves the browser that could change anything: for presses that are meant to stay in the page."""
    dialogs: list[DialogSeen] = field(default_factory=list)


class Tab:
    """One page of the browser with its frames; `opened` holds the tabs that it opened.

    Takes pytest-playwright's `page` as it is. The constructor does no I/O.
    """

    def __init__(self, page: Page, setting: Setting | None = None) -> None:
        self.page = page
        self.setting = setting or Setting()
        self.opened: list[Tab] = []
        self._seen: tuple[float, Screen] | None = None
        self._acted = True
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
        return Document.parse(text, frame, self.words.labels)

    def _forget(self) -> None:
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
        """Return as soon as the main document changes or is replaced, at the latest after `seconds`."""
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
            return None if any(document.ready == "loading" for document in screen.documents) else screen

        try:
            return self.until(whole, "the rest of the page", 3 * self.setting.patience.quiet)
        except NotHere:
            return self.glance()

    # --- acting ---

    def press(self, found: Found) -> None:
        """Click once. Raises NotHere if it can't be clicked: covered, or replaced under the pointer.

        Where the page replaced the element before it was clicked, the same one is looked for again in that document.
        """
        for _ in range(RENDERED_AGAIN):
            try:
                self._hand().press(found)
            except Replaced:
                again = self._same(found)
                if again is None:
                    break
                found = again
            else:
                return
        raise NotHere(f'"{found.control.name}" was replaced before it could be clicked', self.whereabouts("page"))

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

    def hover(self, found: Found) -> None:
        self._hand().hover(found)

    def fill(self, found: Found, text: str) -> None:
        """Replace the text of a field."""
        self._hand().fill(found, text)

    def choose(self, found: Found, option: int) -> None:
        """Choose an option of a select box, by its place (from 0)."""
        self._hand().choose(found, option)

    def tick(self, found: Found, ticked: bool) -> None:
        if found.control.checked != ticked:
            self.press(found)

    def press_key(self, key: str) -> None:
        """Press a key, for what a person shuts with Escape."""
        self._forget()
        self.page.keyboard.press(key)

    def _hand(self) -> Hand:
        """To act with; what was read before is no longer what is there."""
        self._forget()
        return Hand(self.page, min(self.setting.patience.page, 10.0), lambda: self.whereabouts("page"))

    # --- moving ---

    def follow(self, found: Found, to: type[Arrived]) -> Arrived:
        """Press a link and return the page it leads to, in whichever tab that opens."""
        return self.after(lambda: self.press(found), to, doubtful=found.control.doubtful)

    def after(
        self,
        act: Callable[[], None],
        to: type[Arrived],
        *,
        doubtful: bool = False,
        left: Callable[[Screen], bool] = lambda _screen: False,
    ) -> Arrived:
        """Do `act` and return the page `to`, arrived on a document that was not there before `act`.

        Raises what stands there instead (obstacles), or NothingHappened if a doubtful link led nowhere, or any link back to
        the page that was to be `left`.
        """
        before = {tab: tab.glance() for tab in every([self])}
        already = to(self).recognised(before[self])
        asked: list[Request] = []
        with self._requests_into(asked) if doubtful else contextlib.nullcontext():
            act()
            return self._arrival(to, before, already, lambda: doubtful and not asked, left)

    @contextlib.contextmanager
    def _requests_into(self, asked: list[Request]) -> Iterator[None]:
        """Note the requests of all tabs meanwhile: a link that asks the server for something is not dead, but slow."""

        def note(request: Request) -> None:
            if request.is_navigation_request() or request.resource_type in {"xhr", "fetch"}:
                asked.append(request)

        self.page.context.on("request", note)
        try:
            yield
        finally:
            self.page.context.remove_listener("request", note)

    def _arrival(
        self,
        to: type[Arrived],
        before: dict["Tab", Screen],
        already: bool,
        may_be_dead: Callable[[], bool],
        left: Callable[[Screen], bool],
    ) -> Arrived:
        started = time.monotonic()
        now = before
        while True:
            self.await_change(now[self], 0.05)
            now = {tab: tab.look() for tab in every([self])}
            for tab, screen in now.items():
                old = before.get(tab)
                if screen.leaving or (old is not None and screen.state == old.state):
                    continue
                if already and tab is self and old is not None and not self._redrawn(screen, old):
                    continue
                there = to(tab).arrival(screen, old)
                if there:
                    return there
            if self._back_again(before[self], now.get(self), left):
                raise NothingHappened("the link led back to the page it stands on", self.whereabouts(to.name))
            moved = any(tab not in before or screen.tokens - before[tab].tokens for tab, screen in now.items())
            passed = time.monotonic() - started
            if may_be_dead() and not moved and passed >= self.setting.patience.quiet * 3:
                raise NothingHappened("the link led nowhere", self.whereabouts(to.name))
            if passed >= self.setting.patience.page:
                raise NotHere(f"{to.name} did not appear", self.whereabouts(to.name))

    def _redrawn(self, screen: Screen, old: Screen) -> bool:
        """Whether a screen that showed the page before shows another state of it: a new document, or one drawn anew."""
        return bool(screen.tokens - old.tokens) or screen.quiet >= 1000 * self.setting.patience.quiet

    def _back_again(self, old: Screen, screen: Screen | None, left: Callable[[Screen], bool]) -> bool:
        """Whether a new document has finished loading that is the page that was to be left."""
        if screen is None or screen.leaving or not screen.tokens - old.tokens:
            return False
        return screen.quiet >= 2000 * self.setting.patience.quiet and left(screen)

    def goto(self, url: str, to: type[Arrived]) -> Arrived:
        """Open a URL and return the page, arrived."""
        self.open(url)
        return to(self).arrived()

    def open(self, url: str) -> None:
        """Open a URL; raises SiteDown if the browser gets no answer, LeftTheSite if the URL is not allowed."""
        if not self.setting.allowed(url):
            raise LeftTheSite(f"{url[:200]} is not among the allowed origins")
        self._forget()
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
        self._forget()
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
    return document.ready == "loading" or any(text in wanted for text in texts)


def every(tabs: Sequence[Tab]) -> Iterator[Tab]:
    """The tabs that are open, and those they opened, oldest first."""
    for tab in list(tabs):
        if not tab.page.is_closed():
            yield tab
        yield from every(tab.opened)

"""The robot's hand: presses, fills in and chooses on the very element that was read, or says why not."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import ElementHandle, Page
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from page_objects.document import Box, Document, Found
from page_objects.obstacles import NotHere, Replaced, Whereabouts

AIM = Path(__file__).with_name("hand.js").read_text("utf-8")
MISSED = """() => {
  const eye = window[Symbol.for("rpa.eye")];
  if (!eye || !eye.guard) return false;
  eye.guard.lift();
  return eye.guard.hit !== true;
}"""
PLACE = """([x, y]) => {
  if (y < 0 || y > innerHeight) {
    const from = scrollY;
    scrollBy({top: y - innerHeight / 2, behavior: "instant"});
    y -= scrollY - from;
  }
  try {
    for (let view = window; view !== view.top; view = view.parent) {
      const corner = view.frameElement.getBoundingClientRect();
      x += corner.left + view.frameElement.clientLeft;
      y += corner.top + view.frameElement.clientTop;
    }
  } catch (otherSite) { return null; }
  return [x, y];
}"""
ELEMENT = """([token, index]) => {
  const eye = window[Symbol.for("rpa.eye")];
  return eye ? eye.element(token, index) : null;
}"""


class Hand:
    """Acts on one page. `seconds` is how long an element may take to become ready for it."""

    def __init__(self, page: Page, seconds: float, where: Callable[[], Whereabouts]) -> None:
        self._page = page
        self._where = where
        self._timeout = seconds * 1000

    def press(self, found: Found, *, by_key: bool = False) -> None:
        """Click once, with the mouse or (a link, a button) with Enter.

        Raises Replaced if the element was drawn anew before it was hit, NotHere if it is covered.

        What stands in plain sight is pressed as a mouse does it: Playwright's own click brings a large script into each
        document, which costs more than all that is read there (`make bench`). Everything else is left to that click,
        which waits until the element can be hit.
        """
        if found.document.frame.page != self._page:
            raise NotHere(f'"{found.control.name}" stands in another window', self._where())
        if len(self._page.context.pages) > 1:
            self._page.bring_to_front()  # a page behind another is not drawn, and Playwright waits for it to be
        place = self._aim(found, by_key)
        if place is None:
            self._click(found)
            return
        if by_key:
            self._page.keyboard.press("Enter")
        else:
            self._page.mouse.click(*place)
        if self._missed(found):
            raise Replaced(f'"{found.control.name}" was covered or drawn anew at the moment of the click')

    def _aim(self, found: Found, by_key: bool) -> tuple[float, float] | None:
        arguments = [found.document.token, found.control.index, by_key]
        try:
            place = found.document.frame.evaluate(AIM, arguments)
        except PlaywrightError as error:
            if not was_navigating(error):
                raise
            place = None
        return (place[0], place[1]) if place else None

    def _missed(self, found: Found) -> bool:
        """Whether the guard held the click back; a document that has gone has had it."""
        try:
            return bool(found.document.frame.evaluate(MISSED))
        except PlaywrightError as error:
            if self._page.is_closed() or was_navigating(error):
                return False
            raise

    def _click(self, found: Found) -> None:
        try:
            self._handle(found).click(timeout=self._timeout, no_wait_after=True)
        except PlaywrightTimeout as error:
            if "not attached" in str(error) and "performing click" not in str(error):
                raise Replaced(f'"{found.control.name}" is drawn again and again') from error
            raise NotHere(f'"{found.control.name}" can\'t be clicked: {reason(error)}', self._where()) from error
        except PlaywrightError as error:
            if "not attached" in str(error) or was_navigating(error):
                raise Replaced(f'"{found.control.name}" was replaced before the click') from error
            raise

    def _handle(self, found: Found) -> ElementHandle:
        """The very element that was read; raises Replaced if the page has drawn it anew since."""
        frame = found.document.frame
        try:
            element = frame.evaluate_handle(ELEMENT, [found.document.token, found.control.index]).as_element()
        except PlaywrightError as error:
            if not was_navigating(error):
                raise
            element = None
        if element is None:
            raise Replaced(f'"{found.control.name}" was replaced while it was looked at')
        return element  # type: ignore[no-any-return]  # frame is Any: document.py does not know the browser

    def hover(self, found: Found) -> None:
        with contextlib.suppress(PlaywrightTimeout):  # what a hover did not open is simply not there afterwards
            self._handle(found).hover(timeout=self._timeout)

    def hover_at(self, document: Document, box: Box) -> None:
        """Move the mouse over a text, near its beginning."""
        middle = [box.left + min(box.width, 40) / 2, box.top + box.height / 2]
        place = document.frame.evaluate(PLACE, middle)
        if place:
            self._page.mouse.move(*place)

    def fill(self, found: Found, text: str) -> None:
        try:
            self._handle(found).fill(text, timeout=self._timeout)
        except PlaywrightTimeout as error:
            raise NotHere(f"the field can't be filled in: {reason(error)}", self._where()) from error
        except PlaywrightError as error:
            if "not attached" in str(error) or was_navigating(error):
                raise Replaced("the field was replaced before it was filled in") from error
            raise

    def choose(self, found: Found, option: int) -> None:
        try:
            self._handle(found).select_option(index=option, timeout=self._timeout, no_wait_after=True)
        except PlaywrightTimeout as error:
            raise NotHere(f"the option can't be chosen: {reason(error)}", self._where()) from error


def was_navigating(error: PlaywrightError) -> bool:
    text = str(error)
    return any(
        words in text
        for words in (
            "Execution context was destroyed",
            "navigat",
            "Cannot find context",
            "Frame was detached",
            "JSHandle",
            "garbage collected",
        )
    )


def reason(error: PlaywrightError) -> str:
    """The part of Playwright's message that says why."""
    lines = [line.strip(" -\t") for line in str(error).splitlines() if line.strip()]
    telling = [
        line for line in lines if "intercepts pointer" in line or "not enabled" in line or "not editable" in line
    ]
    return (telling or lines or ["no reason given"])[0][:200]

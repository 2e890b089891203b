"""What of a document is still to come, while its parser waits for a slow script.

A page whose text has all arrived, and which holds nothing after that script, can be read to its end already: an
analytics script that takes its time must not hold a step up.
"""

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, Page

UNSEEN = frozenset({"script", "style", "link", "meta", "noscript"})


class Rest:
    """Of the documents of one page. Asks the browser for a document's text only where a script holds it up."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._known: dict[tuple[str, str, int], bool] = {}

    def shows_nothing(self, frame: Frame, token: str, script: Mapping[str, Any]) -> bool:
        """Whether the frame's document holds nothing that shows after `script` ("src", and "nth" of those with it, from 0).

        To be asked only once all of the document has arrived. False where the browser does not tell (no Chromium; an answer that
        the permit has fetched).
        """
        key = (token, str(script["src"]), int(script["nth"]))
        if key not in self._known:
            try:
                text = self._text(frame)
            except PlaywrightError:
                text = ""
            self._known[key] = nothing_follows(text, key[1], key[2])
        return self._known[key]

    def _text(self, frame: Frame) -> str:
        """The document as it came from the server; "" if two frames show one address."""
        url = frame.url.partition("#")[0]
        session = self._page.context.new_cdp_session(self._page)
        try:
            session.send("Page.enable")
            tree = session.send("Page.getResourceTree")["frameTree"]
            found = [one for one in _frames(tree) if one["url"] == url]  # told without the fragment
            if len(found) != 1:
                return ""
            told = session.send("Page.getResourceContent", {"frameId": found[0]["id"], "url": url})
        finally:
            session.detach()
        return "" if told["base64Encoded"] else str(told["content"])


def _frames(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield tree["frame"]
    for child in tree.get("childFrames", ()):
        yield from _frames(child)


def nothing_follows(html: str, src: str, nth: int) -> bool:
    """Whether `html` has nothing that shows after the script of that `src` attribute; False if it has no such script."""
    rest = _Reader(src, nth)
    rest.feed(html)
    rest.close()
    return rest.reached and not rest.shows


class _Reader(HTMLParser):
    def __init__(self, src: str, nth: int) -> None:
        super().__init__()
        self._src, self._before, self._unseen = src, nth, ""
        self.reached = self.shows = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen:
            return
        if tag in UNSEEN:
            self._unseen = tag if tag not in {"link", "meta"} else ""
        elif self.reached:
            self.shows = True
        if tag == "script" and dict(attrs).get("src") == self._src:
            self.reached = self.reached or not self._before
            self._before -= 1

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen:
            self._unseen = ""

    def handle_data(self, data: str) -> None:
        if self.reached and not self._unseen and data.strip():
            self.shows = True

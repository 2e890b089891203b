"""What of a document is still to come, while its parser waits for a slow script.

A page whose text has all arrived, and which holds nothing after that script, can be read to its end already: an
analytics script that takes its time must not hold a step up.
"""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Frame, Page, Response

UNSEEN = frozenset({"script", "style", "link", "meta", "noscript"})


class Answers:
    """Keeps the last answer of each frame of a page."""

    def __init__(self, page: Page) -> None:
        self._answers: dict[Frame, Response] = {}
        self._known: dict[tuple[Response, str], bool] = {}
        page.on("response", self._note)

    def _note(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._known.clear()
            self._answers[response.frame] = response

    def nothing_follows(self, frame: Frame, script: Mapping[str, Any]) -> bool:
        """Whether the frame's document holds nothing that shows after `script` ("src", and "nth" of those with it, from 0).

        To be asked only once all of the document has arrived.
        """
        answer = self._answers.get(frame)
        if answer is None:
            return False
        key = (answer, f"{script['nth']} {script['src']}")
        if key not in self._known:
            try:
                self._known[key] = nothing_follows(answer.text(), script["src"], script["nth"])
            except (PlaywrightError, UnicodeDecodeError):
                self._known[key] = False
        return self._known[key]


def nothing_follows(html: str, src: str, nth: int) -> bool:
    """Whether `html` has nothing that shows after the script of that `src` attribute; False if it has no such script."""
    rest = _Rest(src, nth)
    rest.feed(html)
    rest.close()
    return rest.reached and not rest.shows


class _Rest(HTMLParser):
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

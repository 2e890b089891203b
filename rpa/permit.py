"""The one-shot permit: while an effect is caused, each press lets one request through, sent exactly once (promise 2).

Chromium sends a request again when a reused connection dies before the answer. So, while the permit is open, requests
that may carry an effect are taken from the browser and sent by `route.fetch` without retries and without redirects.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import BrowserContext, Request, Route
from playwright.sync_api import Error as PlaywrightError

from flows.session import SentRequests
from rpa.egress import MARK

PASSIVE = {"image", "stylesheet", "script", "font", "media", "manifest", "texttrack"}
REDIRECTS = range(300, 400)
READS = {"GET", "HEAD", "OPTIONS"}


class Permit:
    """Guards one browser context. `spent` holds the URLs of GET requests that may have had an effect."""

    def __init__(
        self,
        context: BrowserContext,
        allows: Callable[[str], bool],
        seconds: float,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        """`may_send` says whether this process still holds its lease."""
        self._context = context
        self._allows = allows
        self._may_send = may_send
        self._timeout = seconds * 1000
        self.spent: set[str] = set()
        self._sent = SentRequests()
        self._presses = 0
        self._changes_left = 0
        self._first: set[tuple[str, str, bytes]] = set()
        self._awaiting_first = False
        self._armed = False

    @contextlib.contextmanager
    def open(self) -> Iterator[SentRequests]:
        """Arm it for one effect; yields the list of what leaves the browser, which is complete at the end."""
        self._sent, self._first = SentRequests(), set()
        self._presses = self._changes_left = 0
        self._awaiting_first = False
        self._armed = True
        self._context.route("**/*", self._decide)
        try:
            yield self._sent
        finally:
            self._armed = False
            with contextlib.suppress(PlaywrightError):  # the browser may have died meanwhile
                self._context.unroute("**/*", self._decide)

    @contextlib.contextmanager
    def reading_only(self) -> Iterator[None]:
        """Only what reads leaves the browser: for a press that is meant to stay in the page (a tab, a fold, "Edit").

        Within a permit that is open, that permit decides.
        """
        if self._armed:
            yield
            return
        self._context.route("**/*", self._let_read)
        try:
            yield
        finally:
            with contextlib.suppress(PlaywrightError):  # the browser may have died meanwhile
                self._context.unroute("**/*", self._let_read)

    def _let_read(self, route: Route) -> None:
        with contextlib.suppress(PlaywrightError):  # a request that the page itself has dropped meanwhile
            if route.request.resource_type == "document":
                route.fulfill(status=204)  # "no content": the browser stays where it is
            elif route.request.method in READS:
                route.continue_()
            else:
                route.abort("blockedbyclient")

    def press(self) -> None:
        """A press is about to be made on purpose: one request more may go through."""
        self._presses += 1
        self._changes_left = 1
        self._awaiting_first = True

    def _decide(self, route: Route) -> None:
        request = route.request
        with contextlib.suppress(PlaywrightError):  # a request that the page itself has dropped meanwhile
            if request.resource_type in PASSIVE and request.method == "GET":
                route.continue_()
            elif not self._allows(request.url) or not self._may_pass(request):
                self._note(request, status=None, blocked=True)
                route.abort("blockedbyclient")
            else:
                self._send_once(route, request)

    def _may_pass(self, request: Request) -> bool:
        """One change for each press; the first request of a press, whatever its method, never a second time."""
        if self._presses == 0:
            return False
        key = (request.method, request.url, request.post_data_buffer or b"")
        if key in self._first:
            return False
        changes = request.method not in READS
        if changes and self._changes_left == 0:
            return False
        if changes or self._awaiting_first:
            self._first.add(key)
            if request.method == "GET":
                self.spent.add(_without_fragment(request.url))
        self._awaiting_first = False
        self._changes_left -= int(changes)
        return True

    def _send_once(self, route: Route, request: Request) -> None:
        note = self._note(request, status=None, blocked=False)
        if not self._may_send():
            note["blocked"] = True
            route.abort("blockedbyclient")
            return
        try:
            response = route.fetch(max_redirects=0, max_retries=0, timeout=self._timeout)
        except PlaywrightError as error:
            note["refused"] = "ECONNREFUSED" in str(error)
            note["trouble"] = str(error).splitlines()[0][:200]
            route.abort("connectionfailed")
            return
        mark = response.headers.get(MARK)
        note["status"] = None if mark else response.status
        note["refused"] = mark in {"refused", "denied"}
        if response.status in REDIRECTS and self._repeats(
            request, response.status, response.headers.get("location", "")
        ):
            route.abort("blockedbyclient")
            return
        route.fulfill(response=response)

    def _repeats(self, request: Request, status: int, location: str) -> bool:
        """A redirect that asks for the effect again: the browser would follow it by itself, no route sees that."""
        again = _without_fragment(urljoin(request.url, location)) in {_without_fragment(request.url), *self.spent}
        return (status in {307, 308} and request.method != "GET") or (again and request.method == "GET")

    def _note(self, request: Request, *, status: int | None, blocked: bool) -> dict[str, Any]:
        note: dict[str, Any] = {
            "method": request.method, "path": urlsplit(request.url).path, "status": status, "blocked": blocked,
        }  # fmt: skip
        self._sent.requests.append(note)
        return note


def _without_fragment(url: str) -> str:
    return url.split("#", 1)[0]

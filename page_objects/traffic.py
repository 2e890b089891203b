"""What the browser is asking the site for."""

from collections.abc import Callable, Set
from types import TracebackType

from playwright.sync_api import Page, Request, Response

ASKING = frozenset({"document", "xhr", "fetch"})
"""Requests whose answer shows: what else a page loads, nobody waits for."""
EFFECT = ASKING | {"ping", "other", "eventsource", "websocket"}
"""Requests that may carry an effect."""


class Traffic:
    """Counts the requests of all tabs, of the given resource types, while it is open."""

    def __init__(self, page: Page, types: Set[str] = EFFECT, *, troubles: bool = False) -> None:
        """`troubles`: note those too.

        Each kind of event that is listened to costs two calls to the driver. The ends need no listener: of a request whose
        beginning it has told, the driver tells the end as well, and Playwright keeps it with the request.
        """
        self._types = types
        self._context = page.context
        self._heard: dict[str, Callable[..., None]] = {"request": self._sent}
        if troubles:
            self._heard |= {"requestfailed": self._failed, "response": self._answered}
        self._open: set[Request] = set()
        self.seen = 0
        self.trouble: list[str] = []
        """What the site did not answer as it should: statuses 429 and 5xx, and connections that broke."""

    def __enter__(self) -> "Traffic":
        for event, told in self._heard.items():
            self._context.on(event, told)  # type: ignore[call-overload]  # typed by literal names only
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for event, told in self._heard.items():
            self._context.remove_listener(event, told)

    @property
    def pending(self) -> int:
        self._open = {request for request in self._open if not _has_ended(request)}
        return len(self._open)

    def _sent(self, request: Request) -> None:
        if request.resource_type in self._types:
            self.seen += 1
            self._open.add(request)

    def _failed(self, request: Request) -> None:
        why = request.failure or ""
        if request.resource_type in self._types and "ERR_ABORTED" not in why:  # by the page itself, which has gone on
            self.trouble.append(f"{request.method} {request.url[:200]}: {why}")

    def _answered(self, response: Response) -> None:
        request = response.request
        if request.resource_type in self._types and (response.status == 429 or response.status >= 500):
            self.trouble.append(f"{request.method} {request.url[:200]}: {response.status}")


def _has_ended(request: Request) -> bool:
    return request.failure is not None or request.timing["responseEnd"] != -1

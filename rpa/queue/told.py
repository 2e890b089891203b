"""Watches: several as one, and the one that writes the log."""

from collections.abc import Callable

from loguru import logger

from flows.journal import Event
from flows.model import CancellationRequest
from rpa.log_events import log_begun, log_event, log_put_back
from rpa.queue.shop import Watch
from rpa.results import Result


class Told:
    """Tells each of several watches. One that fails keeps neither the others nor the work: an attempt counts its effects
    by the same events, and a journal drops a listener that raises.
    """

    def __init__(self, *watches: Watch) -> None:
        self._watches = watches

    def started(self, request: CancellationRequest) -> None:
        self._each(lambda watch: watch.started(request))

    def event(self, request: CancellationRequest, event: Event) -> None:
        self._each(lambda watch: watch.event(request, event))

    def ended(self, result: Result) -> None:
        self._each(lambda watch: watch.ended(result))

    def _each(self, tell: Callable[[Watch], None]) -> None:
        for watch in self._watches:
            try:
                tell(watch)
            except Exception:  # noqa: BLE001 (whoever looks on must not stop what he looks at)
                logger.exception("{} failed while it was told", type(watch).__name__)


class Logged:
    """Writes the log; for a command whose display does not (`rpa.cli.live` does)."""

    def started(self, request: CancellationRequest) -> None:
        log_begun(request.id)

    def event(self, request: CancellationRequest, event: Event) -> None:
        log_event(request.id, event)

    def ended(self, result: Result) -> None:
        if result.outcome is None:
            log_put_back(result.request.id, result.code)

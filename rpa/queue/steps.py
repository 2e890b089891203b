"""What step each request is at, for people who watch: put down once a second for all desks together, not with each step."""

import threading
from collections.abc import Callable, Mapping

from loguru import logger
from sqlalchemy.exc import SQLAlchemyError

SECONDS = 1.0
"""So late a step may be seen."""


class Steps:
    """Told by the desks. What is put down is the newest, by a thread of its own: nobody waits for people who watch."""

    def __init__(self, put_down: Callable[[Mapping[str, str]], None]) -> None:
        """`put_down` writes the step of each of these requests; what it raises (SQLAlchemyError) loses no more than that."""
        self._put_down = put_down
        self._guard = threading.Lock()
        self._untold: dict[str, str] = {}
        self._timer: threading.Timer | None = None

    def at(self, request_id: str, step: str) -> None:
        """A step of that request is begun."""
        with self._guard:
            self._untold[request_id] = step
            if self._timer is None:
                self._timer = threading.Timer(SECONDS, self._tell)
                self._timer.daemon = True
                self._timer.start()

    def over(self, request_id: str) -> None:
        """The request is out of hand."""
        with self._guard:
            self._untold.pop(request_id, None)
            if self._timer is not None and not self._untold:
                self._timer.cancel()
                self._timer = None

    def _tell(self) -> None:
        with self._guard:
            untold, self._untold, self._timer = self._untold, {}, None
        try:
            if untold:
                self._put_down(untold)
        except SQLAlchemyError as error:
            logger.debug("the desks' steps were not put down: {}", type(error).__name__)

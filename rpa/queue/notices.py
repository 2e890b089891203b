"""Sending the notices of the outbox: each at least once to each URL. What is due, and what is one message: `claiming`."""

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from loguru import logger
from pydantic import SecretStr
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from rpa.queue.apprising import send
from rpa.queue.claiming import TRIES, Claim, claim, give_up_on_old, settle, unsent_kinds
from rpa.queue.digesting import put_digests
from rpa.queue.letters import letter
from rpa.queue.shop import Shop

LOOK_SECONDS, DIGEST_SECONDS, LAST_SECONDS, LEAST_SECONDS, MISTAKE_SECONDS = 2.0, 10.0, 10.0, 1.0, 60.0
"""How often it is looked for notices and for batches that are over; how long a worker that ends waits at most, and at
least, for the last of them to be sent; how long after a mistake of ours it is tried again."""
Send = Callable[[SecretStr, str, str, str], str]


class Notifier:
    """A chore of the worker, and its thread; on leaving, what is in the outbox is sent once more, for some seconds."""

    def __init__(
        self,
        engine: Engine,
        urls: Sequence[SecretStr],
        send: Send = send,
        seconds_left: Callable[[], float] = lambda: LAST_SECONDS,
    ) -> None:
        """`seconds_left`: how long whoever ends may still take."""
        self._engine, self._urls, self._send = engine, tuple(urls), send
        self._seconds_left = seconds_left
        self._thread: threading.Thread | None = None
        self._looked = self._digested = float("-inf")
        self._taken: dict[int, set[int]] = {}
        """By notice, the URLs (by place) that took it: where one of them fails, the others are not told again."""
        self._held: dict[str, float] = {}
        """Kinds whose last message failed, until when."""

    def __call__(self, shop: Shop) -> None:  # noqa: ARG002 (a chore)
        """Look for notices, if it is time; returns at once."""
        if time.monotonic() - self._looked > LOOK_SECONDS and not self._at_work():
            self._start(last=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        seconds = max(LEAST_SECONDS, min(LAST_SECONDS, self._seconds_left()))
        deadline = time.monotonic() + seconds
        if self._thread is not None:
            self._thread.join(seconds)
        if not self._at_work():
            self._start(last=True).join(deadline - time.monotonic())

    def _at_work(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _start(self, *, last: bool) -> threading.Thread:
        self._looked = time.monotonic()
        # a daemon: a mail server that hangs keeps no worker from ending; the claim runs out, and another one sends it
        self._thread = threading.Thread(target=self._round, args=(last,), name="notices", daemon=True)
        self._thread.start()
        return self._thread

    def _round(self, last: bool) -> None:
        for part in (lambda: self._put_digests(hurry=last), lambda: self.send_due(hurry=last)):
            try:
                part()
            except SQLAlchemyError as error:
                logger.warning("notices wait: the database failed: {}", type(error).__name__)
            except Exception:  # noqa: BLE001 (a mistake of ours in telling must not end the work that is told of)
                logger.exception("notices wait: they could not be sent")
                self._looked = time.monotonic() + MISTAKE_SECONDS

    def _put_digests(self, *, hurry: bool) -> None:
        if hurry or time.monotonic() - self._digested > DIGEST_SECONDS:
            self._digested = time.monotonic()
            put_digests(self._engine)

    def send_due(self, *, hurry: bool = False) -> int:
        """Send what is due, a message for each kind; returns how many notices are done with. `hurry`: wait for no others.

        Raises SQLAlchemyError.
        """
        if not self._urls:
            return give_up_on_old(self._engine)
        done = 0
        for kind in unsent_kinds(self._engine):
            if self._held.get(kind, 0.0) <= time.monotonic():
                claimed = claim(self._engine, kind, hurry=hurry)
                done += self._tell(claimed) if claimed.rows else 0
        return done

    def _tell(self, claimed: Claim) -> int:
        """Send to each URL what it has not had; put down what became of it."""
        errors = []
        for place, url in enumerate(self._urls):
            fresh = [row for row in claimed.rows if place not in self._taken.get(row.position, ())]
            error = self._send(url, claimed.kind, *letter(claimed.kind, fresh)) if fresh else ""
            if error:
                errors.append(f"url {place + 1}, {error}")
                continue
            for row in fresh:
                self._taken.setdefault(row.position, set()).add(place)
        if errors:
            self._held[claimed.kind] = time.monotonic() + claimed.delay.total_seconds()
            logger.warning("{} notices ({}) could not be sent: {}", len(claimed.rows), claimed.kind, "; ".join(errors))
        done = settle(self._engine, claimed, "; ".join(errors))
        for row in claimed.rows:
            if not errors or row.tries >= TRIES:
                self._taken.pop(row.position, None)
        return done

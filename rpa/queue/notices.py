"""Sending the notices of the outbox: each at least once to each URL, by one worker at a time, many as one message.

A notice waits `GATHER`, so that others of its kind may join it. After a message of a kind was sent, the next one waits
for `CALM`, and takes along all of its kind that came meanwhile: a storm of 200 is a few messages, not 200. A notice is
claimed by moving its `not_before`: if its worker dies, another one sends it. `sent_at` with an `error` means: not sent,
and not tried any more.
"""

import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

from loguru import logger
from pydantic import SecretStr
from sqlalchemy import ColumnElement, Connection, Engine, Row, select, update
from sqlalchemy.exc import SQLAlchemyError

from rpa.database import writing
from rpa.database.queue_tables import notices
from rpa.queue.apprising import send
from rpa.queue.digesting import put_digests
from rpa.queue.letters import letter
from rpa.queue.shop import Shop

LOOK_SECONDS, DIGEST_SECONDS, LAST_SECONDS, MISTAKE_SECONDS = 2.0, 10.0, 10.0, 60.0
"""How often it is looked for notices and for batches that are over; how long a worker that ends waits for the last of
them to be sent; how long after a mistake of ours it is tried again."""
GATHER, CLAIM = dt.timedelta(seconds=5), dt.timedelta(minutes=5)
CALM = {"needs_human": dt.timedelta(minutes=5), "approval": dt.timedelta(minutes=5)}
CALM_OF_OTHERS = dt.timedelta(minutes=1)
TRIES, FIRST_DELAY, LONGEST_DELAY = 30, dt.timedelta(seconds=30), dt.timedelta(hours=1)
"""About a day."""
NOBODY = dt.timedelta(hours=1)
"""Where a process has no URLs, another one may have: so long a notice waits for it."""
NO_URLS = "no urls"
Send = Callable[[SecretStr, str, str, str], str]


class Notifier:
    """A chore of the worker, and its thread; on leaving, what is in the outbox is sent once more, for some seconds."""

    def __init__(self, engine: Engine, urls: Sequence[SecretStr], send: Send = send) -> None:
        self._engine, self._urls, self._send = engine, tuple(urls), send
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
        deadline = time.monotonic() + LAST_SECONDS
        if self._thread is not None:
            self._thread.join(LAST_SECONDS)
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
        """Send what is due, a message for each kind; returns how many notices were settled. `hurry`: wait for no others.

        Raises SQLAlchemyError.
        """
        if not self._urls:
            return self._give_up_on_old()
        settled = 0
        for kind in self._kinds():
            if self._held.get(kind, 0.0) > time.monotonic():
                continue
            rows, until = self._claim(kind, hurry=hurry)
            if rows:
                settled += self._tell(kind, rows, until)
        return settled

    # --- claiming ---

    def _kinds(self) -> list[str]:
        with self._engine.connect() as connection:
            query = select(notices.c.kind).where(notices.c.sent_at.is_(None)).distinct()
            return sorted(connection.execute(query).scalars())

    def _claim(self, kind: str, *, hurry: bool) -> tuple[list[Row[Any]], dt.datetime]:
        """The notices of a kind that this process is to send until then, oldest first."""
        now = _now()
        with writing(self._engine) as connection:
            if not hurry and _told_lately(connection, kind, now):
                return [], now
            ripe = now if hurry else now - GATHER
            free = notices.c.not_before.is_(None) & (notices.c.at <= ripe) | (notices.c.not_before <= now)
            due = (notices.c.kind == kind) & notices.c.sent_at.is_(None) & free
            claimed = update(notices).where(due).values(not_before=now + CLAIM, tries=notices.c.tries + 1)
            rows = list(connection.execute(claimed.returning(*notices.c)))
        return sorted(rows, key=lambda row: int(row.position)), now + CLAIM

    # --- sending ---

    def _tell(self, kind: str, rows: list[Row[Any]], until: dt.datetime) -> int:
        """Send to each URL what it has not had; put down what became of it."""
        errors = []
        for place, url in enumerate(self._urls):
            fresh = [row for row in rows if place not in self._taken.get(row.position, ())]
            error = self._send(url, kind, *letter(kind, fresh)) if fresh else ""
            if error:
                errors.append(f"url {place + 1}, {error}")
                continue
            for row in fresh:
                self._taken.setdefault(row.position, set()).add(place)
        return self._settle(kind, rows, until, "; ".join(errors))

    def _settle(self, kind: str, rows: list[Row[Any]], until: dt.datetime, error: str) -> int:
        mine = (notices.c.kind == kind) & notices.c.sent_at.is_(None) & (notices.c.not_before == until)
        over = mine & (notices.c.tries >= TRIES)
        with writing(self._engine) as connection:
            if not error:
                settled = connection.execute(update(notices).where(mine).values(sent_at=_now(), error="")).rowcount
            else:
                delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(max(row.tries for row in rows) - 1, 10))
                self._held[kind] = time.monotonic() + delay.total_seconds()
                given_up = {"sent_at": _now(), "error": f"given up after {TRIES} tries: {error}"}
                settled = connection.execute(update(notices).where(over).values(**given_up)).rowcount
                connection.execute(update(notices).where(mine).values(not_before=_now() + delay, error=error))
                logger.warning("{} notices ({}) could not be sent: {}", len(rows), kind, error)
        for row in rows:
            if not error or row.tries >= TRIES:
                self._taken.pop(row.position, None)
        return int(settled)

    def _give_up_on_old(self) -> int:
        left = notices.c.sent_at.is_(None) & (notices.c.tries == 0) & (notices.c.at < _now() - NOBODY)
        with self._engine.connect() as connection:
            if connection.execute(select(notices.c.position).where(left).limit(1)).first() is None:
                return 0
        with writing(self._engine) as connection:
            return int(connection.execute(update(notices).where(left).values(sent_at=_now(), error=NO_URLS)).rowcount)


def _told_lately(connection: Connection, kind: str, now: dt.datetime) -> bool:
    calm: ColumnElement[bool] = notices.c.sent_at > now - CALM.get(kind, CALM_OF_OTHERS)
    query = select(notices.c.position).where(calm, notices.c.kind == kind, notices.c.error == "").limit(1)
    return connection.execute(query).first() is not None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)

"""The newest sight of the queue, for a screen that must not wait for the database."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from rpa.cli.moments import span
from rpa.cli.status import look
from rpa.queue.overview import Overview

PATIENCE = 3.0
"""Seconds; of a database that has not answered for longer it is said."""


@dataclass(frozen=True)
class Sight:
    """What was seen last, and why it is not what is now."""

    seen: Overview | None
    trouble: str = ""
    """A sentence; empty: it is as fresh as it can be."""


class Looking:
    """Looks on a thread of its own: however long the database lets it wait, the screen and Ctrl-C do not."""

    def __init__(self, engine: Engine, every: float) -> None:
        """`every`: so many seconds are between two looks."""
        self._engine, self._every = engine, every
        self._looked, self._ended = threading.Event(), threading.Event()
        self._sight, self._answered = Sight(None), time.monotonic()
        self._mistake: Exception | None = None
        threading.Thread(target=self._look, name="looking", daemon=True).start()

    def stop(self) -> None:
        """Look no more; what the database still owes is not waited for."""
        self._ended.set()

    def sights(self) -> Iterator[Sight]:
        """One after each look, and one now and then while the database lets it wait. Endless; raises what can only be a
        mistake of ours.
        """
        while True:
            if self._looked.wait(self._every + PATIENCE):
                self._looked.clear()
                yield self._sight
            else:
                silent = dt.timedelta(seconds=time.monotonic() - self._answered)
                yield Sight(self._sight.seen, f"the database has not answered for {span(silent)}")
            if self._mistake is not None:
                raise self._mistake

    def _look(self) -> None:
        while not self._ended.is_set():
            try:
                self._sight = self._once()
            except Exception as error:  # noqa: BLE001 (it is raised again where somebody sees it)
                self._mistake = error
                self.stop()
            self._answered = time.monotonic()
            self._looked.set()
            self._ended.wait(self._every)

    def _once(self) -> Sight:
        try:
            _must_be_there(self._engine)
            return Sight(look(self._engine))
        except (SQLAlchemyError, OSError) as error:
            self._engine.dispose()  # what it comes back with may be another one
            said = str(getattr(error, "orig", None) or error).splitlines()
            return Sight(self._sight.seen, f"the database is away: {said[0] if said else type(error).__name__}")


def _must_be_there(engine: Engine) -> None:
    """Raises FileNotFoundError: to connect to an SQLite file that is gone would make an empty one."""
    file = engine.url.database or ""
    if engine.dialect.name == "sqlite" and not Path(file).exists():
        raise FileNotFoundError(f"there is no {file}")

"""The gate: no request is begun before the admin UI was compared with its baseline, whenever the profile's policy asks for it.

    open ──at start, every so many hours, after an unknown page, after drift──> shut
      ^                                                                          │ compared (`comparing`)
      ├──────────────── nothing that matters has changed ────────────────────────┤
      └── shut still: drift has stopped the line, or it could not be compared: compared again once it is open, or later

What is asked for while a comparison is under way asks for another one.
"""

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from flows.drift import Change
from flows.profile import DriftPolicy
from rpa.line import DRIFT, Closed
from rpa.queue.checks import CHECK_AFTER
from rpa.queue.leases import boot_clock
from rpa.results import Result

AT_START, RELEASED = "at start", "after the line was stopped by drift"
TRIES = 3
JITTER, LONGEST = 10.0, 900.0
"""Seconds. Full jitter: anything between nothing and a bound that doubles with each try."""


class Checked(Protocol):
    """What is needed of `rpa.drift.checking.CheckResult`."""

    @property
    def changes(self) -> Sequence[Change]: ...

    @property
    def matters(self) -> Sequence[Change]: ...

    @property
    def summary(self) -> str: ...

    @property
    def folder(self) -> Path | None: ...


Check = Callable[[Any, threading.Event], Checked]
"""Compares the admin UI, with a desk's robot, reading only; broken off soon once the event is set. Raises CancellationError,
Interrupted, Fault, OSError, or whatever a browser raises."""


class Gate:
    """Of one process, for all of its leases."""

    def __init__(
        self,
        policy: DriftPolicy,
        check: Check,
        say: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = boot_clock,
    ) -> None:
        """`say` tells whoever looks on; `clock` counts seconds, also while the machine sleeps."""
        self.check, self.say = check, say
        self.policy, self._clock = policy, clock
        self._guard = threading.Lock()
        self._due, self._asked = "", 0
        self._tries, self._not_before = 0, float("-inf")
        self._next = self._in_some_hours()
        self.stuck = ""
        """Why it could not be compared so often that a person is needed; empty: it could."""
        if policy.at_start:
            self.ask(AT_START)

    @property
    def due(self) -> str:
        """Why it is to be compared; empty: it is not."""
        return self._due

    @property
    def shut(self) -> str:
        """Why no request is begun; empty: the gate is open."""
        return f"the admin UI is compared with its baseline first ({self._due})" if self._due else ""

    def ask(self, why: str) -> None:
        """Have it compared before anything else is begun."""
        with self._guard:
            self._due, self._asked = self._due or why, self._asked + 1

    def ended(self, result: Result) -> None:
        """Told of each end before it is settled."""
        outcome = result.outcome
        if outcome is None:
            return
        if outcome.drift or (outcome.code in CHECK_AFTER and self.policy.after_unknown_page):
            self.ask(f"after {outcome.code or 'drift'} at request {outcome.id}")

    def see(self, closed: Closed | None) -> None:
        """Told of the line now and then: drift may have stopped it for all workers, and a person may mend that."""
        if closed is not None and closed.why.startswith(DRIFT):
            self.ask(RELEASED)

    # --- for whoever compares ---

    def ready(self) -> bool:
        """Whether it is to be compared now."""
        if self._clock() >= self._next:
            self.ask(f"every {self.policy.every_hours} h")
        return bool(self._due) and self._clock() >= self._not_before

    def begin(self) -> tuple[str, int]:
        """A comparison is begun: why, and what `over` wants to know."""
        with self._guard:
            return self._due, self._asked

    def over(self, asked: int, *, as_learned: bool) -> None:
        """It was compared; the gate opens if nothing that matters has changed, and nobody has asked since."""
        with self._guard:
            self._tries, self._not_before, self.stuck = 0, float("-inf"), ""
            self._next = self._in_some_hours()
            if as_learned and asked == self._asked:
                self._due = ""

    def failed(self, why: str) -> int:
        """It could not be compared: it stays shut, and is tried again later. Returns how often in a row."""
        with self._guard:
            self._tries += 1
            bound = min(LONGEST, JITTER * 2 ** (self._tries - 1))
            self._not_before = self._clock() + random.uniform(bound / 2, bound)  # noqa: S311 (jitter, no secret)
            if self._tries >= TRIES:
                self.stuck = f"the admin UI could not be compared {self._tries} times in a row: {why}"
            return self._tries

    def _in_some_hours(self) -> float:
        hours = self.policy.every_hours
        return self._clock() + 3600.0 * hours if hours else float("inf")

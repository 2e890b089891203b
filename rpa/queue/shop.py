"""What requests need to be carried out by one process, and who is told of it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection

from flows.journal import Event
from flows.model import CancellationRequest, Outcome, Plan
from flows.profile import SiteProfile
from rpa.line import EFFECTS_OF_ONE, Line
from rpa.queue.drift_gate import Gate
from rpa.queue.jobs import Jobs
from rpa.queue.leases import Lease
from rpa.queue.steps import Steps
from rpa.records import CaseJournal, Records
from rpa.results import Result


class Robot(Protocol):
    """What is needed of `rpa.robot.Robot`."""

    def cancel(
        self, request: CancellationRequest, journal: CaseJournal, *, stop: threading.Event | None = None
    ) -> Outcome: ...


class Watch(Protocol):
    """Who is told as it goes: the live display. Called from several threads."""

    def started(self, request: CancellationRequest) -> None: ...

    def event(self, request: CancellationRequest, event: Event) -> None: ...

    def ended(self, result: Result) -> None: ...


class Policy(Protocol):
    """What the site's policy asks for around an attempt."""

    def may_begin(self, request: CancellationRequest, plan: Plan, check: Callable[[Connection], None]) -> str:
        """Asked before the first effect; `check` makes sure of the lease, within its transaction. Returns who approved
        the plan; empty: policy asks for nothing.

        Raises flows.errors.NotYetApproved, LeaseLost.
        """

    def after_end(self, connection: Connection, request: CancellationRequest, outcome: Outcome) -> None:
        """Put down, in the transaction that settles an end, what follows from it."""


AfterEnd = Callable[[Connection, CancellationRequest, Outcome], None]
"""Puts down, in the transaction that settles an end, what follows from it; whatever the site's policy is."""


@dataclass
class Shop:
    """One for each process that works."""

    records: Records
    jobs: Jobs
    profile: SiteProfile
    line: Line
    lease: Lease
    stop: threading.Event
    """No new effect once it is set; what was begun goes back into the queue."""
    watch: Watch
    secrets: tuple[str, ...] = ()
    policy: Policy | None = None
    after_end: tuple[AfterEnd, ...] = ()
    gate: Gate | None = None
    """No request is begun while it is shut; None: this process does not check the admin UI by itself."""
    unattended: bool = True
    """False: a person looks on, is told of each end at once, and runs it again himself."""
    patient: bool = True
    """Whether it waits until the cap of an hour has room again."""
    effects: int = 0
    """Caused by this process since its start: for the cap of a run."""
    in_hand: set[str] = field(default_factory=set)
    """Requests that are being carried out: what they may still cause is counted in full."""
    guard: threading.Lock = field(default_factory=threading.Lock)
    failures: int = 0
    """Requests in a row that could not be begun."""
    exhausted: str = ""
    """Why this process starts nothing more, though the line is open: the cap of a run is reached, no browser opens."""
    steps: Steps = field(init=False)
    """Told what is being done for each request in hand."""

    def __post_init__(self) -> None:
        self.steps = Steps(lambda steps: self.jobs.tell(self.lease.id, steps))

    @property
    def reserved(self) -> int:
        """Effects that were caused, and those that the requests in hand may still need."""
        with self.guard:
            return self.effects + EFFECTS_OF_ONE * len(self.in_hand)

    def begun(self, request_id: str) -> None:
        """A request is in hand."""
        with self.guard:
            self.in_hand.add(request_id)

    def over(self, request_id: str) -> None:
        """It is out of hand again."""
        self.steps.over(request_id)
        with self.guard:
            self.in_hand.discard(request_id)

    def caused(self, effects: int) -> None:
        """So many effects more."""
        with self.guard:
            self.effects += effects

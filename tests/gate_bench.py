"""What the gate needs, without a browser: checks that find what the test says, a clock, a desk."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.drift import Change
from flows.profile import DriftPolicy
from rpa.queue.checks import CheckSeen, last_check
from rpa.queue.comparing import compare_now
from rpa.queue.drift_gate import Gate
from rpa.queue.shop import Shop
from tests.queue_bench import Bench

GONE = 'the link "Cancel All Scheduled and Submitted Billings." is gone; closest: "Cancel Scheduled Billings."'
HARMLESS = 'a new link "Help" stands on the page'


def change(sentence: str = GONE, *, matters: bool = True, **more: Any) -> Change:
    told: dict[str, Any] = {"page": "cancel_page", "kind": "gone", "clause": "6.2", "seen": sentence}
    return Change.model_validate(told | {"matters": matters, "sentence": sentence} | more)


@dataclass(frozen=True)
class Found:
    """As `rpa.drift.checking.CheckResult`."""

    changes: tuple[Change, ...] = ()
    folder: Path | None = None

    @property
    def matters(self) -> tuple[Change, ...]:
        return tuple(one for one in self.changes if one.matters)

    @property
    def summary(self) -> str:
        return self.changes[0].sentence if self.changes else "as the baseline has it"


AS_LEARNED = Found()
DRIFT = Found((change(), change(HARMLESS, matters=False)), Path("rpa-data/checks/1"))
NEW_HELP = Found((change(HARMLESS, matters=False, kind="new_link"),), Path("rpa-data/checks/2"))


class Site:
    """What the admin UI looks like: each comparison takes the next of these, the last for ever; an error is raised."""

    def __init__(self, *looks: Found | Exception) -> None:
        self.looks = list(looks)
        self.compared = 0
        self.meanwhile: Callable[[threading.Event], object] = lambda _stop: None

    def __call__(self, _robot: Any, stop: threading.Event) -> Found:
        self.compared += 1
        self.meanwhile(stop)
        look = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        if isinstance(look, Exception):
            raise look
        return look


class Clock:
    """Seconds, as the test says."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    number = 1

    def run(self, act: Callable[[Any], Any]) -> Any:
        return act(None)


@dataclass
class AtGate:
    """A gate in front of a site."""

    gate: Gate
    site: Site
    clock: Clock
    said: list[str]

    def compare(self, shop: Shop) -> None:
        compare_now(self.gate, shop, Desk())  # type: ignore[arg-type]


def at_gate(*looks: Found | Exception, **policy: Any) -> AtGate:
    site, clock, said = Site(*looks or (AS_LEARNED,)), Clock(), list[str]()
    return AtGate(Gate(DriftPolicy(**policy), site, said.append, clock), site, clock, said)


def checked(bench: Bench) -> CheckSeen | None:
    with bench.records.engine.connect() as connection:
        return last_check(connection)

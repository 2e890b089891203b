"""What the tables of faults are made of: accounts of which little is left to do, and blows struck in mid-run."""

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psutil
from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as PlaywrightError

from fixtures.standin.effects import BY_A_PERSON, save_form
from flows.journal import EventKind
from flows.model import End, Outcome
from flows.notes import Notes
from rpa.browser_session import SignIns
from rpa.processes import drivers, kill_marked, marked
from tests.conftest import DATE, Bench, turned_away

NUMBER = "611974"
FORM = {"cancellation_date": DATE.isoformat(), "cancellation_reason": "Too expensive", "opt_out": True}
SAVES = {"update_organization", "cancellation_form"}
Blow = Callable[[Bench], object]


def leave_to_do(bench: Bench, number: str, *left: str) -> None:
    """A person has done all but `left` (kinds of the ledger; "form" is clause 10): such a run is short."""
    done = [change for kind, change in BY_A_PERSON.items() if kind not in left]
    if "form" not in left:
        done.append(save_form(FORM))
    bench.site.world.person(number, done)


def fresh(bench: Bench) -> Bench:
    """The site as seeded, and a robot that remembers no session of it."""
    bench.site.reset()
    bench.robot._sign_ins = SignIns()
    return bench


@dataclass
class Struck(Notes):
    """Notes that strike a blow right after the `nth` event of a kind; `about`: its effect or clause."""

    bench: Bench
    number: str
    at: EventKind
    blow: Blow
    about: str = ""
    nth: int = 1
    times: int = 1
    struck: int = 0
    met: Counter[EventKind] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__init__(f"t-{self.number}", self.number)

    def write(self, kind: EventKind, clause: str = "", **data: Any) -> None:
        super().write(kind, clause, **data)
        if kind is not self.at or self.about not in {"", clause, data.get("effect")}:
            return
        self.met[kind] += 1
        if self.met[kind] >= self.nth and self.struck < self.times:
            self.struck += 1
            self.blow(self.bench)


# --- blows ---


def browser_killed(bench: Bench) -> None:
    kill_marked(bench.robot.mark)


def renderers_killed(bench: Bench) -> None:
    for process in _below(bench):
        with contextlib.suppress(psutil.Error):
            if "--type=renderer" in process.cmdline():
                process.kill()


def driver_killed(bench: Bench) -> None:
    """The Node process between Playwright and the browser."""
    for driver in drivers(bench.robot.running.folder.path):
        driver.kill()


def driver_frozen(bench: Bench) -> None:
    """It does not notice either that its browser has gone."""
    for driver in drivers(bench.robot.running.folder.path):
        driver.suspend()


def endless_loop(bench: Bench) -> None:
    """Every page of the robot goes into a loop; its looks and clicks get no answer any more."""
    for page in last_context(bench).pages:
        with contextlib.suppress(PlaywrightError):
            page.evaluate("() => { setTimeout(() => { for (;;) ; }, 0); }")


def last_context(bench: Bench) -> BrowserContext:
    return bench.robot.running.browser().contexts[-1]


def _below(bench: Bench) -> list[psutil.Process]:
    found = {process.pid: process for process in marked(bench.robot.mark)}
    for process in list(found.values()):
        with contextlib.suppress(psutil.Error):
            found |= {child.pid: child for child in process.children(recursive=True)}
    return list(found.values())


# --- judging ---


def judge(bench: Bench, number: str, outcome: Outcome, notes: Notes) -> None:
    """What must be true after every fault, whatever the end. The ledger is believed, not the robot."""
    bench.assert_no_harm(number)
    received = Counter(bench.received(number))
    intended = Counter(intent.effect for intent in notes.intents())
    saves = sum(received[kind] for kind in SAVES)
    assert saves <= intended["fill_form"] + intended["update_organization"], (received, intended)
    assert intended["fill_form"] <= 1 + sum(turned_away(entry) for entry in bench.site.ledger)
    for kind in BY_A_PERSON:
        assert received[kind] <= intended[kind], f"{kind} was sent without an intent"
    if outcome.end in {End.CANCELLED, End.ALREADY_CANCELLED}:
        bench.assert_cancelled(number)
        assert all(line.ok for line in outcome.proof)
    if any(intent.requests_sent != 0 for intent in notes.intents()):
        told = f"{outcome.end} ({outcome.code}) says that nothing was begun, but effects were intended"
        assert outcome.end in {End.CANCELLED, End.NEEDS_HUMAN}, told
    if outcome.end is End.NEEDS_HUMAN:
        assert outcome.code
        assert outcome.message
    open_intents = [i for i in notes.intents() if i.outcome in {"", "unknown"} and i.effect != "update_organization"]
    if open_intents and outcome.end is not End.CANCELLED:
        assert outcome.code == "unknown_effect", (outcome.code, outcome.message)

"""One run: ours against a bare script that loads the same pages, with and without evidence.

Interleaved, so that whatever else the machine does falls on all alike; ratios of medians. The stand-in's skin
"classic", with 0.1 s of latency for each request; the same account each time, reset between runs. All three
have signed in before. Every run must load the same pages and leave the account cancelled; else there
is no result.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.table import Table

from benchmarks.drivers import DRIVERS, SKIN, Driver, Task
from benchmarks.measuring import Cost, middle
from benchmarks.report import Bar, NoResult, Report, figures, plain_table
from fixtures.standin import StandIn

ACCOUNT = "611974"
NAMES = {"bare": "bare script", "without": "robot, no evidence", "with": "robot, full evidence"}


@dataclass(frozen=True)
class Ratio:
    """Of two drivers' medians, and how high it may be."""

    what: str
    above: str
    below: str
    of: Callable[[Cost], float]
    limit: float


RATIOS = (
    Ratio("(a) seconds, robot without evidence : bare script", "without", "bare", lambda c: c.seconds, 1.15),
    Ratio("(b) seconds, with full evidence : without", "with", "without", lambda c: c.seconds, 1.20),
    Ratio("(c) CPU, robot with full evidence : bare script", "with", "bare", lambda c: c.cpu, 1.30),
)


@dataclass
class Measurements:
    latency: float
    walk: list[str] = field(default_factory=list)
    runs: dict[str, list[Cost]] = field(default_factory=lambda: {name: [] for name in DRIVERS})

    def bar(self, ratio: Ratio) -> Bar:
        above, below = (ratio.of(middle(self.runs[name])) for name in (ratio.above, ratio.below))
        return Bar(ratio.what, above / below, ratio.limit)


def measure(rounds: int, latency: float, tell: Callable[[str], None]) -> Report:
    """Raises NoResult."""
    made = Measurements(latency)
    with ExitStack() as stack:
        site = stack.enter_context(StandIn(skin=SKIN, latency=latency))
        drivers = {name: stack.enter_context(Driver(name, task_on(site))) for name in DRIVERS}
        made.walk = _warm_up(site, drivers)
        tell(f"{len(made.walk)} page loads a run: {', '.join(made.walk)}")
        for turn in range(rounds):
            order = list(drivers)[turn % 3 :] + list(drivers)[: turn % 3]
            for name in order:
                cost, pages = once(site, drivers[name], made.walk)
                _must_be_same(name, pages, made.walk)
                made.runs[name].append(cost)
                told = f"{cost.seconds:6.2f} s {cost.cpu:6.2f} CPU-s {cost.memory / 1e6:5.0f} MB"
                tell(f"{turn + 1}/{rounds} {NAMES[name]:<21} {told} {cost.note}")
    return report(made)


def task_on(site: StandIn) -> Task:
    """The article's account, as plain values."""
    account = site.account(ACCOUNT)
    return Task(site.crm_url, site.backend_url, site.username, site.password, account.name, account.number)


def once(site: StandIn, driver: Driver, walk: list[str]) -> tuple[Cost, list[str]]:
    """One run; its cost and the pages it loaded. Raises NoResult if it did not cancel the account."""
    _afresh(site)
    cost = driver.run(walk)
    if not site.account(ACCOUNT).cancelled:
        raise NoResult(f"{driver.name}: the account is not cancelled on the site")
    return cost, [visit.page for visit in site.visits]


def walk_of(site: StandIn) -> list[str]:
    """The pages of one run of the robot that was signed in before. The site is as seeded afterwards. Raises NoResult."""
    with Driver("without", task_on(site)) as robot:
        once(site, robot, [])
        _, walk = once(site, robot, [])
    site.reset()
    return walk


def _afresh(site: StandIn) -> None:
    """The accounts as seeded, nobody signed out."""
    sessions = dict(site.world.sessions)
    site.reset()
    site.world.sessions.update(sessions)


def _warm_up(site: StandIn, drivers: dict[str, Driver]) -> list[str]:
    """Runs that don't count; the robots sign in meanwhile. Returns the pages of one that was signed in."""
    for name in ("without", "with"):
        once(site, drivers[name], [])
    _, walk = once(site, drivers["without"], [])
    once(site, drivers["bare"], walk)
    return walk


def _must_be_same(name: str, pages: list[str], walk: list[str]) -> None:
    if pages != walk:
        raise NoResult(f"{name}: loaded {len(pages)} pages instead of {len(walk)}: {', '.join(pages)}")


def report(made: Measurements) -> Report:
    note = (
        f"{len(made.runs['bare'])} runs each, interleaved; {len(made.walk)} page loads a run; {made.latency:g} s of server "
        "latency. Peak memory is the sum of RSS. A difference under 6 % means nothing."
    )
    return Report([_costs(made)], [made.bar(ratio) for ratio in RATIOS], _data(made), [note])


def _costs(made: Measurements) -> Table:
    table = plain_table("median of a run", "seconds", "fastest", "slowest", "CPU-seconds", "peak memory, MB")
    for name, runs in made.runs.items():
        one, seconds = middle(runs), [run.seconds for run in runs]
        told = figures((one.seconds, min(seconds), max(seconds), one.cpu))
        table.add_row(NAMES[name], *told, f"{one.memory / 1e6:.0f}")
    return table


def _data(made: Measurements) -> dict[str, Any]:
    return {
        "latency": made.latency,
        "rounds": len(made.runs["bare"]),
        "page_loads": made.walk,
        "medians": {name: asdict(middle(costs)) for name, costs in made.runs.items()},
        "runs": {name: [asdict(cost) for cost in costs] for name, costs in made.runs.items()},
    }

"""`make bench`: our run against a bare script that loads the same pages, with and without evidence.

Interleaved, so that whatever else the machine does falls on all alike; ratios of medians. The stand-in's skin
"classic", with 0.1 s of latency for each request; the same account each time, reset between runs. All three
have signed in before. Every run must load the same pages and leave the account cancelled; else there
is no result.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.drivers import DRIVERS, SKIN, Driver, DriverFailed, Task
from benchmarks.measuring import Cost, middle
from fixtures.standin import StandIn

SCHEMA = "rpa.bench.v1"
ACCOUNT = "611974"
BUSY = 1.0
"""Load for each CPU above which others are at work beside the bench."""
NAMES = {"bare": "bare script", "without": "robot, no evidence", "with": "robot, full evidence"}


@dataclass(frozen=True)
class Bar:
    what: str
    above: str
    below: str
    of: Callable[[Cost], float]
    limit: float


BARS = (
    Bar("(a) seconds, robot without evidence : bare script", "without", "bare", lambda c: c.seconds, 1.15),
    Bar("(b) seconds, with full evidence : without", "with", "without", lambda c: c.seconds, 1.20),
    Bar("(c) CPU, robot with full evidence : bare script", "with", "bare", lambda c: c.cpu, 1.30),
)


@dataclass
class Measurements:
    latency: float
    walk: list[str] = field(default_factory=list)
    runs: dict[str, list[Cost]] = field(default_factory=lambda: {name: [] for name in DRIVERS})
    load: float = 0.0
    """The machine's load average at the end, this bench's own share of about 1 included."""

    def ratio(self, bar: Bar) -> float:
        return bar.of(middle(self.runs[bar.above])) / bar.of(middle(self.runs[bar.below]))


def afresh(site: StandIn) -> None:
    """The accounts as seeded, nobody signed out."""
    sessions = dict(site.world.sessions)
    site.reset()
    site.world.sessions.update(sessions)


def once(site: StandIn, driver: Driver, walk: list[str]) -> tuple[Cost, list[str]]:
    """One run; its cost and the pages it loaded. Raises DriverFailed if it did not cancel the account."""
    afresh(site)
    cost = driver.run(walk)
    if not site.account(ACCOUNT).cancelled:
        raise DriverFailed(f"{driver.name}: the account is not cancelled on the site")
    return cost, [visit.page for visit in site.visits]


def measure(rounds: int, latency: float, tell: Callable[[str], None]) -> Measurements:
    """Raises DriverFailed."""
    made = Measurements(latency)
    with ExitStack() as stack:
        site = stack.enter_context(StandIn(skin=SKIN, latency=latency))
        account = site.account(ACCOUNT)
        addresses = (site.crm_url, site.backend_url)
        task = Task(*addresses, site.username, site.password, account.name, account.number)
        drivers = {name: stack.enter_context(Driver(name, task)) for name in DRIVERS}
        made.walk = _warm_up(site, drivers)
        tell(f"{len(made.walk)} page loads a run: {', '.join(made.walk)}")
        for turn in range(rounds):
            order = list(drivers)[turn % 3 :] + list(drivers)[: turn % 3]
            for name in order:
                cost, pages = once(site, drivers[name], made.walk)
                _must_be_same(name, pages, made.walk)
                made.runs[name].append(cost)
                figures = f"{cost.seconds:6.2f} s {cost.cpu:6.2f} CPU-s {cost.memory / 1e6:5.0f} MB"
                tell(f"{turn + 1}/{rounds} {NAMES[name]:<21} {figures} {cost.note}")
        made.load = os.getloadavg()[1] if hasattr(os, "getloadavg") else 0.0
    return made


def _warm_up(site: StandIn, drivers: dict[str, Driver]) -> list[str]:
    """Runs that don't count; the robots sign in meanwhile. Returns the pages of one that was signed in."""
    for name in ("without", "with"):
        once(site, drivers[name], [])
    _, walk = once(site, drivers["without"], [])
    once(site, drivers["bare"], walk)
    return walk


def _must_be_same(name: str, pages: list[str], walk: list[str]) -> None:
    if pages != walk:
        raise DriverFailed(f"{name}: loaded {len(pages)} pages instead of {len(walk)}: {', '.join(pages)}")


def as_json(made: Measurements) -> dict[str, Any]:
    ratios = [(bar, made.ratio(bar)) for bar in BARS]
    return {
        "schema": SCHEMA,
        "latency": made.latency,
        "rounds": len(made.runs["bare"]),
        "page_loads": made.walk,
        "machine": {"cpus": os.cpu_count(), "load": round(made.load, 1), "system": platform.platform()},
        "medians": {name: asdict(middle(costs)) for name, costs in made.runs.items()},
        "runs": {name: [asdict(cost) for cost in costs] for name, costs in made.runs.items()},
        "bars": [
            {"what": bar.what, "ratio": round(ratio, 3), "limit": bar.limit, "met": ratio <= bar.limit}
            for bar, ratio in ratios
        ],
    }


def show(made: Measurements, console: Console) -> None:
    headings = ("seconds", "fastest", "slowest", "CPU-seconds", "peak memory, MB")
    costs = Table("median of a run", *headings, box=None)
    for name, runs in made.runs.items():
        one, seconds = middle(runs), [run.seconds for run in runs]
        figures = (one.seconds, min(seconds), max(seconds), one.cpu)
        costs.add_row(NAMES[name], *(f"{figure:.2f}" for figure in figures), f"{one.memory / 1e6:.0f}")
    bars = Table("ratio of medians", "measured", "bar", "", box=None)
    for bar in BARS:
        ratio = made.ratio(bar)
        met = "met" if ratio <= bar.limit else "NOT MET"
        bars.add_row(bar.what, f"{ratio:.2f}", f"<= {bar.limit:.2f}", met)
    for table in (costs, bars):
        for column in table.columns[1:]:
            column.justify = "right"
        console.print(table)
        console.print()
    console.print(
        f"{len(made.runs['bare'])} runs each, interleaved; {len(made.walk)} page loads a run; "
        f"{made.latency:g} s of server latency; {os.cpu_count()} CPUs, load {made.load:.1f}. "
        "A difference under 6 % means nothing."
    )
    if made.load > BUSY * (os.cpu_count() or 1):
        console.print("Other programs kept the machine busy: the seconds tell little, the CPU-seconds more.")


def main() -> int:
    """0: measured, whether or not the bars are met; 2: the runs can't be compared."""
    parser = argparse.ArgumentParser(description="Our run against a bare script that loads the same pages.")
    parser.add_argument("--runs", type=int, default=7, help="runs of each (default 7)")
    parser.add_argument("--latency", type=float, default=0.1, help="seconds before each answer (default 0.1)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the tables")
    given = parser.parse_args()
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        made = measure(given.runs, given.latency, errors.print)
    except DriverFailed as error:
        errors.print(f"No result. {error}", markup=False)
        return 2
    if given.json:
        sys.stdout.write(json.dumps(as_json(made), indent=2) + "\n")
    else:
        show(made, Console(highlight=False, soft_wrap=True))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Throughput by desks: `rpa work --desks N` against N straight-line scripts, on the same accounts by the same pages.

Both have their browsers open and are signed in before; then each round gives either the same number of fresh accounts,
in turn. The queue is on SQLite, and all that makes it durable is on: what is left out without evidence is the pictures
and page texts of the case file, as in (a) of one run. The bar is on the worker without them; the one with all of it is
measured beside it.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.table import Table

from benchmarks.batches import Batch, Ground, in_pairs, middle_of
from benchmarks.drivers import SKIN
from benchmarks.one_run import task_on, walk_of
from benchmarks.report import Bar, Report, figures, plain_table
from benchmarks.scripts import Scripts
from benchmarks.workers import Workers
from fixtures.standin import StandIn

LATENCY = 0.3
DESKS = (1, 2, 4, 8)
LIMIT = 0.9
"""Issue 3: so many times the scripts' requests a minute, at least."""
NAMES = {"scripts": "straight-line scripts", "without": "rpa work, no evidence", "with": "rpa work, full evidence"}
MB = 1e6


@dataclass
class Measurements:
    latency: float
    walk: list[str]
    each: int
    """Accounts a client has in one round."""
    batches: dict[int, dict[str, list[Batch]]] = field(default_factory=dict)
    """By the number of clients, and by NAMES."""


def measure(
    rounds: int, each: int, desks: Sequence[int], tell: Callable[[str], None], *, latency: float = LATENCY
) -> Report:
    """Raises NoResult."""
    with StandIn(skin=SKIN, latency=latency) as site:
        made = Measurements(latency, walk_of(site), each)
        ground = Ground(site, made.walk)
        for count in desks:
            made.batches[count] = _with(ground, count, rounds, each, tell)
    return report(made)


def _with(ground: Ground, count: int, rounds: int, each: int, tell: Callable[[str], None]) -> dict[str, list[Batch]]:
    """So many clients of each kind, side by side, working in turn."""
    made: dict[str, list[Batch]] = {name: [] for name in NAMES}
    with ExitStack() as stack:
        kinds: dict[str, Scripts | Workers] = {
            "scripts": Scripts(count, task_on(ground.site), ground.walk),
            "without": Workers(ground.site, count),
            "with": Workers(ground.site, count, evidence=True),
        }
        for name, kind in kinds.items():
            stack.enter_context(kind)
            _batch(ground, kind, count, warm=True)
            tell(f"{count} x {NAMES[name]}: warm")
        for turn in range(rounds):
            order = list(kinds)[turn % 3 :] + list(kinds)[: turn % 3]
            for name in order:
                batch = _batch(ground, kinds[name], count * each)
                made[name].append(batch)
                told = f"{batch.per_minute:6.2f} a minute {batch.cpu_each:5.2f} CPU-s each"
                tell(f"{turn + 1}/{rounds} {count} x {NAMES[name]:<24} {told}")
    return made


def _batch(ground: Ground, kind: Scripts | Workers, count: int, *, warm: bool = False) -> Batch:
    with ground.accounts(count, strictly=not warm) as accounts:
        return kind.run(accounts)


def report(made: Measurements) -> Report:
    bars = [
        Bar(
            f"requests a minute, {count} desk{'s' * (count > 1)} : {count} script{'s' * (count > 1)}",
            _ratio(kinds),
            LIMIT,
            at_least=True,
        )
        for count, kinds in made.batches.items()
    ]
    rounds = len(next(iter(made.batches.values()))["scripts"])
    note = (
        f"{rounds} rounds, interleaved, of {made.each} accounts a client; {made.latency:g} s of server latency. Ratios are "
        "medians over the rounds; the bar is on the worker without evidence. Memory is PSS (RSS where there is none), the "
        "worker's own process included."
    )
    return Report([_table(made)], bars, _data(made), [note])


def _ratio(kinds: dict[str, list[Batch]], name: str = "without") -> float:
    return in_pairs(kinds[name], kinds["scripts"])


def _table(made: Measurements) -> Table:
    table = plain_table(
        "median of a round", "requests a minute", ": scripts", "CPU-seconds each", "memory a client, MB"
    )
    for count, kinds in made.batches.items():
        for name, batches in kinds.items():
            pace, cpu = (middle_of(batches, of) for of in (lambda b: b.per_minute, lambda b: b.cpu_each))
            memory = middle_of(batches, lambda b: b.memory_each)
            told = figures((pace, _ratio(kinds, name), cpu))
            table.add_row(f"{count} x {NAMES[name]}", *told, f"{memory / MB:.0f}")
    return table


def _data(made: Measurements) -> dict[str, Any]:
    told = {
        str(count): {
            name: [asdict(batch) | {"per_minute": round(batch.per_minute, 3)} for batch in batches]
            for name, batches in kinds.items()
        }
        for count, kinds in made.batches.items()
    }
    return {"latency": made.latency, "page_loads": made.walk, "batches": told}

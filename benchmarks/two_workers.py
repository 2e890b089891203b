"""Two workers on PostgreSQL against one, where the site is the limit and not this machine.

So the site takes a second for each answer: then four desks need less than half a core. One worker has a queue of its own,
the two share another; they are given fresh accounts in turn, the two twice as many.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict

from benchmarks.batches import Batch, Ground, in_pairs, middle_of
from benchmarks.drivers import SKIN
from benchmarks.one_run import walk_of
from benchmarks.postgres import new_database, running
from benchmarks.report import Bar, Report, figures, plain_table
from benchmarks.workers import Workers
from fixtures.standin import StandIn

LATENCY, DESKS = 1.0, 2
LIMIT = 1.8
"""Issue 3: so many times the requests a minute of one worker, at least."""
NAMES = {1: "one worker", 2: "two workers"}


def measure(
    rounds: int, each: int, tell: Callable[[str], None], *, latency: float = LATENCY, desks: int = DESKS
) -> Report:
    """Raises NoResult."""
    made: dict[int, list[Batch]] = {count: [] for count in NAMES}
    with ExitStack() as stack:
        site = stack.enter_context(StandIn(skin=SKIN, latency=latency))
        ground, server = Ground(site, walk_of(site)), stack.enter_context(running())
        teams = {count: Workers(site, desks, count=count, database=new_database(server)) for count in NAMES}
        for count, team in teams.items():
            stack.enter_context(team)
            with ground.accounts(count * desks, strictly=False) as accounts:
                team.run(accounts)
            tell(f"{NAMES[count]}: warm")
        for turn in range(rounds):
            for count in sorted(teams, reverse=bool(turn % 2)):
                with ground.accounts(count * desks * each) as accounts:
                    batch = teams[count].run(accounts)
                made[count].append(batch)
                tell(f"{turn + 1}/{rounds} {NAMES[count]:<12} {batch.per_minute:6.2f} a minute")
    return report(made, latency, desks)


def report(made: dict[int, list[Batch]], latency: float, desks: int) -> Report:
    table = plain_table("median of a round", "requests a minute", "CPU-seconds each", "memory a desk, MB")
    for count, batches in made.items():
        told = figures([middle_of(batches, of) for of in (lambda b: b.per_minute, lambda b: b.cpu_each)])
        table.add_row(NAMES[count], *told, f"{middle_of(batches, lambda b: b.memory_each) / 1e6:.0f}")
    bar = Bar("requests a minute, two workers : one, PostgreSQL", in_pairs(made[2], made[1]), LIMIT, at_least=True)
    note = (
        f"{len(made[1])} rounds; {desks} desks a worker, without evidence; {latency:g} s of server latency; the ratio is a "
        "median over the rounds."
    )
    workers = {str(count): [asdict(one) | {"per_minute": one.per_minute} for one in made[count]] for count in made}
    return Report([table], [bar], {"latency": latency, "desks": desks, "workers": workers}, [note])

"""`make drift`: every mutation of the admin UI, checked read-only and cancelled on; exit 1 if one misled.

Wrong is: a misleading change that the check did not find as one that matters, a change of mark-up alone of which it found
anything, and any effect outside the plan, by the check or by the cancellation (which runs without the gate).
"""

import argparse
import random
import sys
import time

from tests.drift.generator import mutations
from tests.drift.mutation import Mutation
from tests.drift.running import run
from tests.drift.table import counts, table, wrongs
from tests.drift.trial import LIMIT, Result


def chosen(given: argparse.Namespace) -> list[Mutation]:
    """What the options leave, in the order of the generator: one skin after the other."""
    some = [one for one in mutations() if not given.skin or one.skin in given.skin]
    some = [one for one in some if not given.only or any(part in one.name for part in given.only)]
    if given.sample and given.sample < len(some):
        picked = set(random.Random(given.seed).sample(range(len(some)), given.sample))
        some = [one for at, one in enumerate(some) if at in picked]
    return some


def main() -> int:
    given = _parser().parse_args()
    some = chosen(given)
    if given.list:
        for one in some:
            _tell(f"{one.recipe.klass:<10} {one.name}: {one.recipe.sentence}")
        return 0
    if not some:
        _tell("no mutation has that name; --list shows all")
        return 2
    began = time.monotonic()

    def tell(result: Result) -> None:
        _tell(f"{_word(result):<8} {result.seconds:5.1f} s  {result.name}  {result.end} {result.code}")
        if result.wrong:
            _tell(wrongs([result]))

    results = run(some, workers=given.workers, cancel=not given.no_cancel, limit=given.limit, tell=tell)
    _tell(f"\n{table(results)}\n\n{wrongs(results)}\n")
    _tell(f"{counts(results)}; {time.monotonic() - began:.0f} s with {given.workers} workers")
    return 1 if any(one.wrong for one in results) else 0


def _word(result: Result) -> str:
    return "WRONG" if result.wrong else "matters" if result.matters else "found" if result.findings else "nothing"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.drift", description=__doc__)
    parser.add_argument("--workers", type=int, default=3, help="processes, each with a browser")
    parser.add_argument("--sample", type=int, default=0, help="so many only, picked by --seed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skin", action="append", help="this skin only; may be given more than once")
    parser.add_argument("--only", action="append", help="those with this in their name; may be given more than once")
    parser.add_argument("--no-cancel", action="store_true", help="the read-only check alone")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for one mutation")
    parser.add_argument("--list", action="store_true", help="name them, and try none")
    return parser


def _tell(said: str) -> None:
    print(said, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())

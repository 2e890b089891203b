"""`make bench`: speed and memory, and the bars that were promised for them."""

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console

from benchmarks import long_queue, one_run, throughput, two_workers
from benchmarks.machine import Company, in_company
from benchmarks.report import NoResult, Report

SCHEMA = "rpa.bench.v2"
WIDE = 120
"""Columns of what is piped."""
Tell = Callable[[str], None]
Part = Callable[[argparse.Namespace, Tell], Report]
PARTS: dict[str, Part] = {
    "run": lambda given, tell: one_run.measure(given.runs, given.latency, tell),
    "throughput": lambda given, tell: throughput.measure(given.rounds, given.each, given.desks, tell),
    "two-workers": lambda given, tell: two_workers.measure(given.rounds, given.each, tell),
    "long-queue": lambda given, tell: long_queue.measure(given.waiting, given.claims, tell),
}
HEADINGS = {
    "run": "One run against a bare script",
    "throughput": "Throughput by desks",
    "two-workers": "Two workers against one",
    "long-queue": "A long queue against an empty one",
}


def main() -> int:
    """0: all bars are met; 1: one is not; 2: there is no result."""
    given = _parser().parse_args()
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    console = Console(highlight=False, soft_wrap=True, stderr=given.json)
    if not console.is_terminal:
        console.width = WIDE
    done: dict[str, tuple[Report, Company]] = {}
    for name in given.only or PARTS:
        console.print(f"\n{HEADINGS[name]}", style="bold")
        try:
            with in_company() as company:
                report = PARTS[name](given, lambda said: errors.print(said, markup=False, style="dim"))
        except NoResult as error:
            errors.print(f"No result. {error}", markup=False)
            return 2
        report.notes.append(str(company))
        report.show(console)
        done[name] = report, company
    if given.json:
        sys.stdout.write(json.dumps(as_json(done), indent=2) + "\n")
    return 0 if all(bar.met for report, _ in done.values() for bar in report.bars) else 1


def as_json(done: dict[str, tuple[Report, Company]]) -> dict[str, Any]:
    parts = {name: report.as_json() | {"machine": company.as_json()} for name, (report, company) in done.items()}
    return {"schema": SCHEMA, "parts": parts}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(PARTS), help="these parts; none: all")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object on standard output; the tables go beside it"
    )
    one = parser.add_argument_group("run")
    one.add_argument("--runs", type=int, default=7, help="runs of each (default 7)")
    one.add_argument("--latency", type=float, default=0.1, help="seconds before each answer (default 0.1)")
    many = parser.add_argument_group("throughput and two-workers")
    many.add_argument("--rounds", type=int, default=3, help="rounds of each (default 3)")
    many.add_argument("--each", type=int, default=3, help="accounts for each client in a round (default 3)")
    desks = list(throughput.DESKS)
    many.add_argument("--desks", type=int, nargs="+", default=desks, help="numbers of desks (default 1 2 4 8)")
    queue = parser.add_argument_group("long-queue")
    queue.add_argument("--waiting", type=int, default=100_000, help="requests that wait (default 100000)")
    queue.add_argument("--claims", type=int, default=200, help="claims that are timed (default 200)")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""The arithmetic of `make bench`; what it measures is measured there, not here."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchmarks import bench, long_queue, one_run, throughput, two_workers
from benchmarks.batches import Batch, Ground, in_pairs
from benchmarks.drivers import DRIVERS
from benchmarks.long_queue import Pair, Place
from benchmarks.machine import Company, in_company
from benchmarks.measuring import Cost
from benchmarks.report import Bar, NoResult, Report
from fixtures.standin import StandIn
from fixtures.standin.model import Visit


@pytest.fixture
def site() -> Iterator[StandIn]:
    with StandIn() as site:
        yield site


class TestBars:
    @pytest.mark.parametrize(
        ("measured", "at_least", "met"),
        [(1.5, False, True), (1.51, False, False), (1.5, True, True), (1.49, True, False)],
    )
    def test_the_limit_itself_is_met(self, measured: float, at_least: bool, met: bool) -> None:
        bar = Bar("a thing", measured, 1.5, at_least=at_least)
        assert (bar.met, bar.as_json()["met"], bar.cells()[3] == "met") == (met, met, met)

    @pytest.mark.parametrize(("measured", "code"), [(0.95, 0), (0.85, 1)])
    def test_a_bar_that_is_not_met_shows_in_the_exit_code_and_in_json(
        self, measured: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        report = Report([], [Bar("pace", measured, 0.9, at_least=True)], {"latency": 0.3})
        monkeypatch.setitem(bench.PARTS, "throughput", lambda *_: report)
        monkeypatch.setattr("sys.argv", ["bench", "--only", "throughput", "--json"])
        assert bench.main() == code
        told = json.loads(capsys.readouterr().out)
        assert told["schema"] == bench.SCHEMA
        assert [bar["met"] for bar in told["parts"]["throughput"]["bars"]] == [code == 0]

    def test_what_cant_be_compared_is_no_result(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fails(*_: object) -> Report:
            raise NoResult("an account is not cancelled")

        monkeypatch.setitem(bench.PARTS, "run", fails)
        monkeypatch.setattr("sys.argv", ["bench", "--only", "run"])
        assert bench.main() == 2

    def test_what_others_use_is_told_and_doubted(self) -> None:
        with in_company() as company:
            pass
        assert company.cores >= 0
        assert "tell little" in str(Company(cores=1.7))
        assert "tell little" not in str(Company(cores=0.1))


class TestBatches:
    def test_the_pace_is_that_of_the_time_in_which_all_had_work(self) -> None:
        # Two clients, ten seconds for each account; one began a second later and took the last of five.
        assert Batch(2, [10, 11, 20, 21, 31]).per_minute == pytest.approx(60 * 5 / ((21 + 31) / 2))
        assert Batch(1, [20, 10, 30]).per_minute == pytest.approx(6)

    def test_what_it_costs_is_told_for_each_account_and_for_each_client(self) -> None:
        batch = Batch(2, [1, 2, 3, 4], cpu=8.0, memory=[100, 600, 400])
        assert (batch.cpu_each, batch.memory_each) == (2.0, 300.0)

    def test_rounds_are_compared_with_each_other(self) -> None:
        fast, slow = [Batch(1, [one]) for one in (10, 40, 20)], [Batch(1, [one]) for one in (20, 60, 20)]
        assert in_pairs(fast, slow) == pytest.approx(1.5)

    def test_accounts_are_new_each_time_and_must_be_cancelled(self, site: StandIn) -> None:
        ground, numbers = Ground(site, []), list[str]()
        for _ in range(2):
            with ground.accounts(2) as accounts:
                for account in accounts:
                    site.person_cancels(account.number)
                    numbers.append(account.number)
        assert len(set(numbers)) == 4
        with pytest.raises(NoResult, match="1 of 2 accounts are not cancelled"), ground.accounts(2) as accounts:
            site.person_cancels(accounts[0].number)

    @pytest.mark.parametrize("pages", [("home", "home"), ("home", "look_up", "home", "look_up", "home")])
    def test_accounts_that_took_other_pages_are_no_result(self, site: StandIn, pages: tuple[str, ...]) -> None:
        ground = Ground(site, ["home", "look_up"])
        with pytest.raises(NoResult, match="pages of the walk"):
            take(site, ground, *pages)
        take(site, ground, "look_up", "home", "home", "look_up")  # what was loaded before is not counted


def take(site: StandIn, ground: Ground, *pages: str) -> None:
    """Two accounts by these pages."""
    with ground.accounts(2) as accounts:
        for account in accounts:
            site.person_cancels(account.number)
        site.world.visits += [Visit(0.0, "crm", "GET", "/", None, None, page) for page in pages]


def batches_of(*paces: float) -> list[Batch]:
    return [Batch(1, [60 / pace], cpu=1.0, memory=[10**8]) for pace in paces]


def one_run_made() -> one_run.Measurements:
    made = one_run.Measurements(0.1, ["home"])
    for name, seconds in zip(DRIVERS, (10.0, 11.0, 14.0), strict=True):
        made.runs[name] = [Cost(seconds, seconds, 10**8)]
    return made


def pair() -> Pair:
    empty = Place(Path(), "", [0.002], [0.002], [0.001], [0.001], [1.0])
    full = Place(Path(), "", [0.003], [0.004], [0.001], [0.001], [1.2])
    return Pair("SQLite", empty, full, 100, 1.0, 12.0)


REPORTS = {
    "run": lambda: one_run.report(one_run_made()),
    "throughput": lambda: throughput.report(
        throughput.Measurements(
            0.3, [], 3, {1: {"scripts": batches_of(10, 20), "without": batches_of(9, 19), "with": batches_of(5, 5)}}
        )
    ),
    "two-workers": lambda: two_workers.report({1: batches_of(5, 5), 2: batches_of(8, 9)}, 1.0, 2),
    "long-queue": lambda: long_queue.report([pair()]),
}
MEASURED = {
    "run": [1.1, 14 / 11, 1.4],
    "throughput": [0.925],
    "two-workers": [1.7],
    "long-queue": [1.75, 1.2, 12.0],
}
MET = {"run": [True, False, False], "throughput": [True], "two-workers": [False], "long-queue": [False, True, False]}


@pytest.mark.parametrize("part", bench.PARTS)
def test_each_part_reports_its_bars_its_tables_and_plain_data(part: str) -> None:
    report: Any = REPORTS[part]()
    assert [bar.measured for bar in report.bars] == pytest.approx(MEASURED[part])
    assert [bar.met for bar in report.bars] == MET[part]
    assert json.loads(json.dumps(report.as_json()))["bars"][0]["what"] == report.bars[0].what
    said = io.StringIO()
    report.show(Console(width=200, file=said))
    assert all(bar.what in said.getvalue() for bar in report.bars)

"""`rpa work` and its gate, as operators see them; the robot is a fake one, without a browser."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.baseline import Baseline
from rpa.drift.baseline_file import save_baseline
from rpa.drift.checking import CheckResult
from tests.cli_bench import folder, objects, requests, rpa
from tests.fake_robot import Robot
from tests.gate_bench import GONE, HARMLESS, change

__all__ = ["folder"]
CANARY = """
[[canaries]]
account_name = "12-10 Test"
account_number = "611974"
"""


def baseline(revision: int = 1) -> Baseline:
    at = dt.datetime(2026, 11, 26, tzinfo=dt.UTC)
    return Baseline(revision=revision, site="test", learned_at=at, by="ann")


@pytest.fixture
def learned(folder: Path) -> Path:
    """The profile names a canary, and somebody has learned a baseline."""
    site = folder / "site.toml"
    site.write_text(site.read_text() + CANARY, encoding="utf-8")
    save_baseline(folder / "site.baseline", baseline())
    rpa("submit", requests(2, folder))
    return folder


@pytest.fixture
def finds(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What each check finds, from now on."""

    def set_(*changes: Any) -> None:
        def check(_robot: Any, _site: Any, _baseline: Any, folder: Path, **_: Any) -> CheckResult:
            folder.mkdir(parents=True)
            (folder / "report.html").touch()
            return CheckResult(changes, folder)

        monkeypatch.setattr("rpa.drift.checking.check", check)

    return set_


def test_without_a_baseline_it_says_that_the_gate_is_off_and_works(folder: Path) -> None:
    rpa("submit", requests(1, folder))
    result = rpa("work", "--drain", "--desks", "1")
    assert result.exit_code == 0, result.output
    [said] = [line for line in result.stdout.splitlines() if "gate is off" in line]
    assert "rpa learn" in said
    assert (Robot.started, Robot.compared) == (["611000"], [None])


@pytest.mark.parametrize(
    ("more", "words"),
    [("", "names no canary accounts"), (CANARY + "[policy.drift]\nat_start = false\nevery_hours = 0\n"
      "after_unknown_page = false\n", "wants no check")],
)  # fmt: skip
def test_without_a_gate_pages_are_compared_all_the_same(folder: Path, more: str, words: str) -> None:
    (folder / "site.toml").write_text((folder / "site.toml").read_text() + more, encoding="utf-8")
    save_baseline(folder / "site.baseline", baseline(7))
    rpa("submit", requests(1, folder))
    result = rpa("work", "--drain", "--desks", "1")
    assert result.exit_code == 0, result.output
    assert words in " ".join(result.stdout.split())
    assert Robot.compared == [7]


def test_a_run_compares_and_does_not_check(learned: Path) -> None:
    assert rpa("run", "requests.csv").exit_code == 0
    assert Robot.compared == [1, 1]
    assert rpa("show", "611000").exit_code == 0
    assert [one["check"] for one in objects(rpa("status", "--json"))] == [None]


def test_drift_that_matters_ends_a_drain_before_anything_is_begun(learned: Path, finds: Callable[..., None]) -> None:
    finds(change())
    result = rpa("work", "--drain", "--desks", "1")
    assert (result.exit_code, Robot.started) == (7, []), result.output
    assert GONE in " ".join(result.stdout.split())
    [told] = objects(rpa("status", "--json"))
    assert (told["line"]["state"], told["check"]["matters"], told["check"]["why"]) == ("stopped", 1, "at start")
    assert list((learned / told["check"]["folder"]).iterdir())
    assert "Admin UI     CHANGED" in rpa("status").stdout
    rpa("release")
    finds()
    assert rpa("work", "--drain", "--desks", "1").exit_code == 0
    assert sorted(Robot.started) == ["611000", "611001"]
    assert "Admin UI     as learned" in rpa("status").stdout
    assert len(list((learned / "rpa-data/checks").iterdir())) == 1, "of what has changed only"


def test_harmless_drift_is_told_and_the_work_goes_on(learned: Path, finds: Callable[..., None]) -> None:
    finds(change(HARMLESS, matters=False, kind="new_link"))
    result = rpa("work", "--drain", "--desks", "1")
    assert result.exit_code == 0, result.output
    assert f"{HARMLESS}. The work goes on. Report in rpa-data/checks/" in " ".join(result.stdout.split())
    assert len(Robot.started) == 2


def test_what_a_person_has_accepted_meanwhile_is_what_robots_compare_with(
    learned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(_robot: Any, _site: Any, found: Baseline, folder: Path, **_: Any) -> CheckResult:
        save_baseline(learned / "site.baseline", baseline(found.revision + 1))  # as `rpa profile accept` does
        return CheckResult((), folder)

    monkeypatch.setattr("rpa.drift.checking.check", check)
    save_baseline(learned / "site.baseline", baseline(5))
    Robot.ends = {"611000": ("needs_human", "unknown_page")}  # so it is compared once more
    assert rpa("work", "--drain", "--desks", "1").exit_code == 0
    assert (Robot.started, Robot.compared, len(Robot.opened)) == (["611000", "611001"], [5, 6], 1)


def test_a_broken_baseline_is_told_before_anything_is_begun(learned: Path) -> None:
    (learned / "site.baseline/baseline.toml").write_text("revision = ", encoding="utf-8")
    for words in (("work", "--drain"), ("run", "requests.csv")):
        result = rpa(*words)
        assert (result.exit_code, Robot.started) == (2, [])
        assert "baseline.toml" in result.stderr

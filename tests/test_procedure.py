"""The procedure as data, the article's sentences and what really runs are one and the same."""

import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import MagicMock

import pytest

import flows.procedure
from flows import effects, proof
from flows.errors import NeedsHuman
from flows.model import End
from flows.procedure import RECOVERIES, STEPS, Recovery, Step
from flows.runner import Runner
from page_objects.obstacles import DeadLink, NothingHappened, Obstacle
from rpa.cases.article import ARTICLE, clauses_of
from tests.conftest import Bench

CLAUSES = ("1", "2", "3", "4", "4a", "4b", "4c", "5", "6.1", "6.2", "6.3", "6.4", "7", "7a", "8", "9", "10")
"""The article's clauses."""
CHECKS = {"8": proof.prove, "9": proof.prove, "10": effects.form_saved}
"""Checks that are neither a step nor a recovery of their own."""
DOCUMENT = Path(flows.procedure.__file__).with_name("PROCEDURE.md")


class Executed:
    """Which steps and recoveries a runner really went through; what failed on the way does not count."""

    def __init__(self) -> None:
        self.steps: set[Step] = set()
        self.recoveries: set[Recovery] = set()

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        carry_out, take = Runner.carry_out, Runner._take

        def watched_step(runner: Runner, step: Step) -> None:
            carry_out(runner, step)
            self.steps.add(step)

        def watched_recovery(runner: Runner, recovery: Recovery, obstacle: Obstacle) -> None:
            take(runner, recovery, obstacle)
            self.recoveries.add(recovery)

        patch.setattr(Runner, "carry_out", watched_step)
        patch.setattr(Runner, "_take", watched_recovery)


@pytest.fixture(scope="module")
def executed() -> Iterator[Executed]:
    record = Executed()
    with pytest.MonkeyPatch.context() as patch:
        record.watch(patch)
        yield record


def rows() -> dict[str, tuple[str, str]]:
    """Clause -> the article's sentence and what the robot does, as PROCEDURE.md has them."""
    table = re.findall(r"^\| (\d\S*) \| (.+) \| (.+) \|$", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return {clause: (article, robot) for clause, article, robot in table}


def named(kind: str, text: str) -> set[str]:
    return set(re.findall(rf"{kind} `(\w+)`", text))


def test_the_document_has_every_clause_in_the_articles_order_and_words() -> None:
    assert tuple(rows()) == CLAUSES
    assert {clause: article for clause, (article, _) in rows().items()} == {c: ARTICLE[c] for c in CLAUSES}


@pytest.mark.parametrize("clause", CLAUSES)
def test_every_clause_has_a_step_a_recovery_or_a_check(clause: str) -> None:
    covered = {one for step in STEPS for one in clauses_of(step.clause)}
    covered |= {recovery.clause for recovery in RECOVERIES} | set(CHECKS)
    assert clause in covered
    _, robot = rows()[clause]
    assert named("step", robot) | named("recovery", robot) | named("check", robot), robot


def test_the_document_names_each_step_and_recovery_beside_its_clause() -> None:
    for step in STEPS:
        places = {clause for clause, (_, robot) in rows().items() if step.do.__name__ in named("step", robot)}
        assert places & set(clauses_of(step.clause)), step
    for recovery in (one for one in RECOVERIES if one.clause in CLAUSES):
        assert recovery.by.__name__ in named("recovery", rows()[recovery.clause][1]), recovery
    text = DOCUMENT.read_text("utf-8")
    assert {recovery.by.__name__ for recovery in RECOVERIES} == named("recovery", text)
    assert {step.do.__name__ for step in STEPS} == named("step", text)
    assert {check.__name__ for check in CHECKS.values()} == named("check", text)


def test_the_bounds_in_the_document_are_those_of_the_table() -> None:
    text = DOCUMENT.read_text("utf-8")
    said = dict(re.findall(r"recovery `(\w+)`, (once|at most twice|at most \d times)", text))
    times = {1: "once", 2: "at most twice"}
    assert said == {one.by.__name__: times.get(one.at_most, f"at most {one.at_most} times") for one in RECOVERIES}


def test_the_effects_are_titled_in_the_articles_words() -> None:
    for step in (one for one in STEPS if one.clause.startswith("6")):
        assert step.title == ARTICLE[step.clause]
    for step in (one for one in STEPS if one.kind != "effect" or one.clause == "10"):
        words = {word.casefold() for word in re.findall(r"\w{4,}", step.title)}
        article = {w.casefold() for c in clauses_of(step.clause) for w in re.findall(r"\w{4,}", ARTICLE[c])}
        assert words & article or step.do.__name__ in {"check_protected", "read_record"}, step.title


def test_the_effects_come_in_the_articles_order_after_all_reading_and_before_the_proof() -> None:
    kinds = [step.kind for step in STEPS]
    assert [step.clause for step in STEPS if step.kind != "read"] == ["6.1", "6.2", "6.3", "6.4", "7-9", "10", "8-10"]
    assert kinds.count("proof") == 2
    assert all(recovery.at_most <= 3 for recovery in RECOVERIES)


def test_a_recovery_is_taken_so_often_in_a_run_whatever_it_is_taken_on() -> None:
    taken: list[str] = []

    def press(_walk: object) -> None:
        taken.append("Update")

    walk = MagicMock(updates=1, planning=False, recovered=[])
    runner = Runner(walk, tuple(Recovery("4a", kind, press, 1) for kind in (DeadLink, NothingHappened)))
    act = MagicMock(side_effect=[DeadLink("dead"), NothingHappened("nothing"), "done"])
    with pytest.raises(NeedsHuman):
        runner.carefully(act)
    assert taken == ["Update"]


# --- each step and each recovery, executed; those on NothingHappened in test_skins.py (TestPostback) ---


def test_a_dead_link_a_denied_role_and_two_troubles_of_any_site_are_recovered_in_one_run(
    classic: Bench, executed: Executed
) -> None:
    classic.site.arm("session_expired_before", on="start_page")
    classic.site.arm("status_503", on="organization")
    outcome = classic.cancel("736603")
    assert outcome.end is End.CANCELLED, outcome.message
    assert {"4a", "7a", "session: sign_in_again", "site: wait_and_retry"} == set(outcome.recoveries)
    classic.assert_cancelled("736603")
    classic.assert_no_harm("736603")
    assert executed.steps == set(STEPS)


@pytest.mark.parametrize(("number", "clause"), [("531201", "4b"), ("532301", "4c")])
def test_the_ladder_is_climbed_as_far_as_needed(classic: Bench, executed: Executed, number: str, clause: str) -> None:
    outcome = classic.cancel(number)
    assert outcome.end is End.CANCELLED, outcome.message
    assert outcome.recoveries[-1] == clause
    assert clause in {recovery.clause for recovery in executed.recoveries}


def test_a_page_that_is_not_the_expected_one_is_left_and_come_to_again(classic: Bench, executed: Executed) -> None:
    words = {"old": "Cancel Subscription", "new": "Stop Subscription"}
    classic.site.arm("changed_word", on="start_page", times=3, **words)
    outcome = classic.cancel("611974")
    assert outcome.end is End.CANCELLED, outcome.message
    assert "page: close_and_reopen" in outcome.recoveries
    assert any(recovery.clause == "page" for recovery in executed.recoveries)


def test_every_step_and_recovery_was_executed(request: pytest.FixtureRequest, executed: Executed) -> None:
    mine = [item for item in request.session.items if item.path == request.path and "classic" in item.fixturenames]
    if len(mine) < 4:
        pytest.skip("only a part of this module was selected")
    assert executed.steps == set(STEPS)
    assert {one for one in RECOVERIES if one.on is not NothingHappened} <= executed.recoveries

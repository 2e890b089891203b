"""`make drift`, a small part of it, and that it would tell if a check or a robot went wrong."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fixtures.standin.by_hand import ByHand
from flows.model import CancellationRequest, End, Outcome
from tests.conftest import Bench
from tests.drift import __main__ as command
from tests.drift.generator import recipes
from tests.drift.mutation import ARTICLE, Class, Mutation, Recipe
from tests.drift.running import run
from tests.drift.table import counts, table, wrongs
from tests.drift.trial import Ground, Result, ground_on, tried

CHECKED = (
    "classic-billing-renamed-status-column-progress",
    "classic-cancel-page-mark-up-spans",
    "classic-cancel-page-late-neighbour-purge-billing-history",
)
CANCELLED = ("classic-cancel-page-swapped-words-remove-cancel",)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground_on("classic", tmp_path_factory.mktemp("drift")) as ground:
        yield ground


def named(name: str) -> Mutation:
    every = (Mutation("classic", recipe) for recipe in recipes("classic"))
    return next(one for one in every if one.name == name)


@pytest.mark.parametrize("name", [*CHECKED, *CANCELLED])
def test_a_mutation_is_found_by_its_class_and_nothing_comes_to_harm(ground: Ground, name: str) -> None:
    result = tried(ground, named(name), cancel=name in CANCELLED)
    assert not result.wrong, wrongs([result])
    assert result.pages
    assert bool(result.end) is (name in CANCELLED)


def unseen(klass: Class, change: str = "<i></i></body>") -> Mutation:
    """A change that the check can't see, or is not meant to."""
    recipe = Recipe("billing", "test", "test", klass, "a test", lambda _page, html: html.replace("</body>", change))
    return Mutation("classic", recipe)


class TestItWouldTell:
    """Without a survey: what a check found is given."""

    @pytest.fixture(autouse=True)
    def _no_survey(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Ground, "check", lambda ground, _accounts: self.looked_at(ground.bench))
        monkeypatch.setattr(Ground, "_baseline", lambda *_: None)

    @staticmethod
    def looked_at(bench: Bench) -> tuple[()]:
        with ByHand(bench.site) as hand:
            hand.sign_in()
            hand.see("billing", ARTICLE)
        return ()

    def test_of_a_miss(self, ground: Ground) -> None:
        assert tried(ground, unseen(Class.MISLEADING), cancel=False).missed

    def test_of_a_mutation_that_struck_nothing(self, ground: Ground) -> None:
        assert "no page" in tried(ground, unseen(Class.VISIBLE, "</body>"), cancel=False).error

    def test_of_a_check_with_an_effect(self, ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
        def check(ground: Ground, _accounts: tuple[str, ...]) -> tuple[()]:
            with ByHand(ground.bench.site) as hand:
                hand.sign_in()
                hand.carry_out("set_status", ARTICLE)
                hand.see("billing", ARTICLE)
            return ()

        monkeypatch.setattr(Ground, "check", check)
        assert "the check had effects: set_status" in tried(ground, unseen(Class.VISIBLE)).harm

    @pytest.mark.parametrize("harm", ["danger_purge", "set_status"])
    def test_of_a_robot_that_does_harm(self, ground: Ground, harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """A danger pressed; or "cancelled" said of an account of which only the status is set."""

        def cancel(request: CancellationRequest, *_: object) -> Outcome:
            with ByHand(ground.bench.site) as hand:
                hand.sign_in()
                hand.see(harm, ARTICLE)
            return Outcome.of(request, end=End.CANCELLED, message="done")

        monkeypatch.setattr(ground.bench.robot, "cancel", cancel)
        result = tried(ground, unseen(Class.VISIBLE))
        assert result.wrong
        assert harm in result.harm

    def test_of_one_that_hangs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A thread of its own, as this one has a robot already."""
        monkeypatch.setattr(Ground, "check", lambda ground, _: ground._surveys((ARTICLE,)))
        with ThreadPoolExecutor(1) as thread:
            assert "not over after" in thread.submit(hangs, tmp_path).result().error


def hangs(folder: Path) -> Result:
    with ground_on("classic", folder) as ground:
        hanging = lambda _page, html: (time.sleep(4), html)[1]  # noqa: E731
        recipe = Recipe("look_up", "test", "test", Class.VISIBLE, "a page that does not come", hanging)
        return tried(ground, Mutation("classic", recipe), limit=1.5)


MISSED = Result("classic-a", "renamed", Class.MISLEADING, '"Update" now says "Save"', ("organization",))
ALARM = Result("classic-b", "mark-up", Class.MARKUP, "other ids", ("billing",), (" a new link",))
HARM = Result("classic-c", "moved", Class.VISIBLE, "moved", ("billing",), harm="after cancelled: danger_purge")
LOST = Result("classic-d", "moved", Class.VISIBLE, "moved", error="its process died on it")
FINE = Result("classic-e", "moved", Class.MISLEADING, "moved", ("billing",), ("! moved",), 1, "needs_human", "drift")


def test_each_wrong_one_is_named_with_the_way_to_run_it_alone() -> None:
    told = wrongs([MISSED, ALARM, HARM, LOST, FINE])
    for words in ("MISSED: classic-a", "FALSE ALARM: classic-b", "HARM after cancelled", "ERROR its process died"):
        assert words in told
    assert "--only classic-d" in told
    assert "classic-e" not in told


def test_the_figures() -> None:
    every = [MISSED, ALARM, HARM, LOST, FINE]
    assert counts(every).startswith("5 tried: 1 of 2 misleading changes found; 1 false alarms on 1 of mark-up alone")
    assert "1 needs_human:drift" in table(every)


@pytest.mark.parametrize(("result", "code"), [(MISSED, 1), (ALARM, 1), (HARM, 1), (LOST, 1), (FINE, 0)])
def test_the_exit_code(
    result: Result, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "run", lambda *_, **__: [result])
    monkeypatch.setattr("sys.argv", ["drift", "--sample", "1"])
    assert command.main() == code
    assert ("alone: python -m tests.drift --only" in capsys.readouterr().out) is bool(code)


def test_a_process_that_dies_leaves_an_error_for_each_that_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dead:
        exitcode = -9

        def __init__(self, *_: object, **__: object) -> None: ...
        def start(self) -> None: ...
        def is_alive(self) -> bool:
            return False

    monkeypatch.setattr("multiprocessing.context.SpawnContext.Process", Dead)
    results = run([named(CHECKED[0])], workers=1)
    assert [one.error for one in results] == ["no process was left to try it (exit codes -9)"]

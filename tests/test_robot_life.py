"""A robot that lives for weeks: fenced, approved, recycled, killed. The site is not reset: nothing here changes it."""

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import current_thread
from typing import Any
from unittest.mock import MagicMock

import psutil
import pytest
from playwright.sync_api import Error as PlaywrightError

from flows.errors import NO_END, Fault, Interrupted, NotYetApproved
from flows.journal import EventKind
from flows.model import Plan
from flows.notes import Notes
from rpa.fence import Fence
from rpa.processes import drivers, marked, processes_of
from rpa.temp_folder import sweep
from tests.conftest import Bench
from tests.faults_bench import NUMBER, Struck, browser_killed, leave_to_do

Patch = pytest.MonkeyPatch


@pytest.fixture
def bench(classic_bench: Bench) -> Bench:
    return classic_bench


class Lease:
    """Lost at a blow. `seen` says who notices: the permit, on the robot's thread, or only the proxy, on its own."""

    def __init__(self, seen: Callable[[], bool]) -> None:
        self.lost, self.seen = False, seen

    def holds(self) -> bool:
        return not (self.lost and self.seen())


NOTICED = {"the permit": lambda: True, "the proxy": lambda: current_thread().name == "egress"}


@pytest.mark.parametrize("noticed_by", ["the permit", pytest.param("the proxy", marks=pytest.mark.long)])
def test_a_lease_that_ends_between_intent_and_press_lets_nothing_through(
    bench: Bench, monkeypatch: Patch, noticed_by: str
) -> None:
    lease, approved = Lease(NOTICED[noticed_by]), []
    monkeypatch.setattr(bench.robot, "_may_send", lease.holds)
    leave_to_do(bench, NUMBER, "set_status")
    notes = Struck(bench, NUMBER, EventKind.INTENT, lambda _bench: setattr(lease, "lost", True))
    outcome = bench.robot.cancel(
        bench.request(NUMBER), notes, approve=lambda plan: approved.append((plan, notes.struck))
    )
    assert notes.struck
    assert bench.received(NUMBER) == []
    assert outcome.code == "interrupted", outcome.message
    assert "lease" in outcome.message
    assert notes.events[-1].kind is EventKind.INTENT  # the journal is another worker's from here on
    assert [(one.outcome, one.requests_sent) for one in notes.intents()] == [("", None)]
    plans = [Plan.model_validate(event.data["plan"]) for event in notes.events if event.kind is EventKind.PLAN]
    assert approved == [(plan, 0) for plan in plans]
    assert bench.robot.memory() == 0  # nothing that its pages still wanted waits for the next lease


def ask(_plan: Plan) -> None:
    raise NotYetApproved("the plan waits for Ann")


@pytest.mark.long
def test_a_plan_that_is_not_approved_waits_and_changes_nothing(bench: Bench) -> None:
    notes = Notes(f"t-{NUMBER}", NUMBER)
    outcome = bench.robot.cancel(bench.request(NUMBER), notes, approve=ask)
    assert (outcome.code, outcome.message) == ("waiting_approval", "the plan waits for Ann")
    assert [event.kind for event in notes.events][-1] is EventKind.STEP_STARTED
    assert notes.intents() == []
    assert bench.received(NUMBER) == []


def test_what_waits_for_its_approval_has_no_end(bench: Bench, monkeypatch: Patch) -> None:
    """The same without a walk through the site: whatever runs asks for the approval at once."""

    def run(_request: object, _journal: object, _act: object, _stop: object, approve: Any, **_: object) -> None:
        approve(MagicMock())

    monkeypatch.setattr(bench.robot, "_run", run)
    monkeypatch.setattr(bench.robot, "_fence", Fence(lambda: True))
    outcome = bench.robot.cancel(bench.request(NUMBER), Notes(), approve=ask)
    assert (outcome.code, outcome.message) == ("waiting_approval", "the plan waits for Ann")
    assert outcome.code in NO_END


def test_with_one_try_a_dead_browser_is_a_fault_and_the_next_request_finds_a_new_one(
    bench: Bench, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(bench.robot, "_tries", 1)
    notes = Struck(bench, NUMBER, EventKind.STEP_STARTED, browser_killed, nth=2, times=9)
    outcome = bench.cancel(NUMBER, notes)
    assert notes.struck == 1
    assert outcome.code == "browser_failed", outcome.message
    assert bench.robot.served == 0
    assert bench.robot.check_sign_in()


def test_after_an_intent_it_is_tried_on_whatever_was_said(bench: Bench, monkeypatch: Patch) -> None:
    monkeypatch.setattr(bench.robot, "_tries", 1)
    monkeypatch.setattr(bench.robot.running, "restart", lambda: None)
    notes = Notes(f"t-{NUMBER}", NUMBER)
    notes.intend("set_status", "6.3", {}, "page", "ACTIVE")
    for attempt in (1, 2):
        bench.robot._start_again(attempt, notes, PlaywrightError("dead"))
    with pytest.raises(Fault, match="3 times: dead"):
        bench.robot._start_again(3, notes, PlaywrightError("dead"))


def test_a_browser_that_is_ended_with_its_worker_is_not_started_again(bench: Bench, monkeypatch: Patch) -> None:
    started: list[str] = []
    monkeypatch.setattr(bench.robot.running, "restart", lambda: started.append("again"))
    monkeypatch.setattr(bench.robot, "_given_up", False)
    bench.robot.give_up()
    with pytest.raises(Interrupted, match="its browser was ended"):
        bench.robot._start_again(1, Notes(f"t-{NUMBER}", NUMBER), PlaywrightError("dead"))
    assert not started


# --- nothing is left ---


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_a_recycled_robot_is_signed_in_and_has_left_nothing_behind(bench: Bench) -> None:
    robot = bench.robot
    robot.check_sign_in()
    signed_in = [entry.kind for entry in bench.site.ledger].count("sign_in")
    folder, before = robot.running.folder.path, processes_of(robot.mark, robot.running.folder.path)
    served, used = robot.served, robot.memory()
    assert {one.name for one in folder.iterdir()} - {"lock"}
    assert served > 0
    assert used > 50_000_000
    robot.recycle()
    assert not alive(before)
    assert not folder.exists()
    assert robot.served == 0
    robot.check_sign_in()
    assert robot.served == 1
    assert [entry.kind for entry in bench.site.ledger].count("sign_in") == signed_in


def test_what_a_killed_robot_left_behind_is_swept_when_the_next_one_starts(bench: Bench) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.open_robot"],
        cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        mark, name = process.stdout.readline().split()
        folder, left = Path(name), processes_of(mark, Path(name))
        try:
            process.send_signal(signal.SIGSTOP)
            sweep()
            assert folder.exists(), "a frozen robot is not a dead one"
            drivers(folder)[0].suspend()  # else it would clear up itself: that is not what is tried here
            process.kill()
            process.wait()
            assert marked(mark)
            assert drivers(folder)
            running = bench.robot.running
            before = [running.folder.path, *processes_of(running.mark, running.folder.path)]
            running.close()
            assert not before[0].exists()
            assert not alive(before[1:])
            assert folder.exists()
            running.browser()
            assert not folder.exists()
            assert not alive(left)
        finally:
            process.kill()
            for one in left:
                with suppress(psutil.Error):
                    one.kill()

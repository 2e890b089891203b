"""A worker that is told to stop is gone within 30 seconds, whatever hangs: a site, a driver, a database, a mail server."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from flows.model import Outcome
from rpa.cli import last_resort
from rpa.cli.last_resort import gone_in_time
from rpa.queue import notices, worker
from rpa.queue.desks import Desk, Desks
from rpa.queue.jobs import State
from rpa.queue.notices import Notifier
from tests.cli_bench import folder, requests, rpa
from tests.fake_robot import Robot
from tests.queue_bench import bench_in
from tests.queue_rows import a_database

__all__ = ["folder"]
LONG = 20.0
"""Seconds, for what comes at once if all is well."""


class Hanging:
    """A robot whose call comes back once its browser, or only once its driver, is ended."""

    mark, served = "--rpa-desk=of-no-process", 0

    def __init__(self, comes_back_at: str) -> None:
        self.log, self._comes_back_at, self.back = list[str](), comes_back_at, threading.Event()

    def __enter__(self) -> "Hanging":
        return self

    def __exit__(self, *error: object) -> None:
        if self._comes_back_at == "closing":
            assert self.back.wait(LONG)

    def memory(self) -> int:
        return 0

    def happens(self, what: str) -> None:
        self.log.append(what)
        if what == self._comes_back_at:
            self.back.set()

    def give_up(self) -> None:
        self.happens("given up")

    def end_processes(self) -> None:
        self.happens("driver ended")
        self.back.set()


@contextmanager
def at_work(robot: Hanging) -> Iterator[Desks]:
    """One of two desks waits for its robot, which hangs; it has come back at the end."""
    desks, begun = Desks(2, lambda: robot), threading.Event()

    def act(_: Any) -> None:
        begun.set()
        assert robot.back.wait(LONG)

    def work() -> None:
        with desks.one("r-1") as desk:
            desk.run(act)

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(LONG)
    yield desks
    thread.join(LONG)
    assert not thread.is_alive()
    desks.close(LONG)


class TestDesks:
    def test_a_browser_that_hangs_is_ended_and_its_driver_left_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        robot, killed = Hanging("killed"), list[str]()
        with at_work(robot) as desks:
            monkeypatch.setattr("rpa.queue.desks.kill_marked", lambda *marks: (killed.extend(marks), robot.back.set()))
            desks.end_browsers(LONG)
            assert (desks.busy, robot.log, killed) == (0, ["given up"], [robot.mark])

    def test_a_driver_that_does_not_notice_is_ended_too(self) -> None:
        robot = Hanging("driver ended")
        with at_work(robot) as desks:
            desks.end_browsers(0.05)
            assert robot.log[-1] == "driver ended"

    def test_one_that_does_not_close_is_ended_and_holds_up_no_other(self) -> None:
        hangs, closes = Hanging("closing"), Hanging("given up")
        desks = Desks(2, lambda: hangs)
        first, second = desks.all
        second._open_robot = lambda: closes
        first.run(lambda _: None)
        second.run(lambda _: None)
        desks.close(0.05)
        assert hangs.log == ["driver ended"]
        assert has_ended(first)
        assert has_ended(second)


def has_ended(desk: Desk) -> bool:
    for thread in desk._thread._threads:
        thread.join(LONG)
    return all(not thread.is_alive() for thread in desk._thread._threads) and desk._robot is None


class Ends(Robot):
    """Told to stop in the midst of its first request, whose page hangs until the browser is ended."""

    ended = threading.Event()

    def cancel(self, *given: Any, **more: Any) -> Outcome:
        outcome = super().cancel(*given, **more)
        signal.raise_signal(signal.SIGTERM)
        assert self.ended.wait(LONG)
        return outcome.model_copy(update={"end": "needs_human", "code": "interrupted"})

    def end_processes(self) -> None:
        self.ended.set()


def test_what_hangs_goes_back_into_the_queue(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fake_robot.Robot", Ends)
    monkeypatch.setattr(Ends, "ended", threading.Event())
    for seconds in ("IN_FLIGHT", "BROWSERS"):
        monkeypatch.setattr(worker, seconds, 0.05)
    rpa("submit", requests(1, folder))
    result = rpa("work", "--desks", "1")
    assert (result.exit_code, Ends.ended.is_set()) == (0, True), result.output
    assert "Stopped. What was not finished is in the queue." in result.stdout
    with bench_in(folder / "rpa-data") as bench:
        assert bench.jobs.counts()[State.WAITING] == 1


class TestLastResort:
    def test_who_does_not_end_in_time_is_ended(self) -> None:
        stop, left, done = threading.Event(), threading.Event(), list[object]()

        def leave(code: int) -> None:
            done.append(code)
            left.set()

        with gone_in_time(stop, lambda: done.append("browsers ended"), seconds=0.01, leave=leave):
            stop.set()
            assert left.wait(LONG), "the block hangs"
        assert done == ["browsers ended", 130]

    def test_even_if_its_browsers_cant_be_ended(self) -> None:
        stop, left = threading.Event(), threading.Event()
        with gone_in_time(stop, lambda: 1 // 0, seconds=0.01, leave=lambda _: left.set()):
            stop.set()
            assert left.wait(LONG)

    @pytest.mark.parametrize("stopped", [True, False])
    def test_who_ends_by_himself_is_left_alone(self, monkeypatch: pytest.MonkeyPatch, *, stopped: bool) -> None:
        monkeypatch.setattr(last_resort, "LOOK_SECONDS", 0.01)
        stop, done = threading.Event(), list[object]()
        before = set(threading.enumerate())
        with gone_in_time(stop, lambda: done.append("ended"), seconds=LONG, leave=done.append):
            watching = set(threading.enumerate()) - before
            if stopped:
                stop.set()
        for thread in watching:
            thread.join(LONG)
        assert (len(watching), any(one.is_alive() for one in watching), done) == (1, False, [])

    def test_the_times_add_up(self) -> None:
        """What a worker waits for by itself, and then what is told of it, comes before the last resort, within 30 s."""
        waits = worker.IN_FLIGHT + 2 * worker.BROWSERS + worker.CLOSING
        assert waits <= worker.ENDS_WITHIN
        assert worker.ENDS_WITHIN + notices.LEAST_SECONDS < last_resort.SECONDS < 30


@pytest.mark.parametrize(("left", "waited"), [(26.0, 10.0), (4.0, 4.0), (-1.0, 1.0)])
def test_a_mail_server_that_hangs_is_waited_for_as_long_as_there_is_time(
    tmp_path: Path, left: float, waited: float
) -> None:
    sending = Sending()
    with Notifier(a_database(tmp_path), [SecretStr("mailto://m")], seconds_left=lambda: left) as notifier:
        notifier._thread = sending
    assert sending.waited == [waited]


class Sending(threading.Thread):
    """Never comes to its end."""

    waited: list[float | None]

    def join(self, timeout: float | None = None) -> None:
        self.waited = [timeout]

    def is_alive(self) -> bool:
        return True

"""`submit`, `work` and what people do to the queue, as they use them; the robot is a fake one, without a browser."""

import datetime as dt
import json
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from flows.model import Outcome
from rpa import machine
from rpa.cli.ticker import TellOfLine
from rpa.cli.work import until_drained
from rpa.queue.inbox import Inbox
from rpa.queue.shop import Shop
from tests.cli_bench import HEAD, folder, objects, requests, rpa
from tests.fake_robot import Robot
from tests.queue_bench import bench_in, request

__all__ = ["folder"]
pytestmark = pytest.mark.usefixtures("folder")
LATER = (dt.date.today() + dt.timedelta(days=40)).isoformat()  # noqa: DTZ011 (any day to come)
ONE = ("submit", "--account-name", "12-10 Test", "--account-number", "611974", "--date", LATER, "--reason", "Price")


def status(word: str, *more: str) -> dict[str, Any]:
    [told] = objects(rpa(word, *more, "--json"))
    return told


class TestSubmit:
    def test_a_file_needs_neither_browser_nor_credentials(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("RPA_PASSWORD")
        result = rpa("submit", requests(3, folder))
        assert (result.exit_code, Robot.opened) == (0, []), result.output
        assert result.stdout.splitlines()[0] == "3 requests from requests.csv: 3 new."
        assert "`rpa work`" in result.stdout.splitlines()[-1]
        assert (
            rpa("submit", "requests.csv").stdout.splitlines()[0]
            == "3 requests from requests.csv: 3 in the queue already."
        )

    def test_the_same_request_by_file_by_options_and_by_pipe_has_one_id(self, folder: Path) -> None:
        row = {"account_name": "12-10 Test", "account_number": "611974", "date": LATER, "reason": "Price"}
        (folder / "r.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
        told = [status("submit", "r.jsonl"), status(*ONE)]
        told += objects(rpa("submit", "-", "--json", type=json.dumps(row)))
        assert [(one["new"], one["queued"], one["first_date"]) for one in told] == [
            (1, 0, LATER),
            (0, 1, LATER),
            (0, 1, LATER),
        ]
        assert len({(one["batch"], *one["ids"]) for one in told}) == 1

    def test_one_conflict_refuses_the_whole_file_and_names_each_row(self, folder: Path) -> None:
        rpa(*ONE[:-1], "Other", "--id", "mine")
        rows = f"A,1,{LATER},x,a\n12-10 Test,611974,{LATER},Price,mine\nB,2,{LATER},x,con\n"
        (folder / "r.csv").write_text(HEAD.strip() + ",id\n" + rows, encoding="utf-8")
        result = rpa("submit", "r.csv")
        assert result.exit_code == 2
        assert [line.split(": ")[2] for line in result.stderr.splitlines()] == ["row 3, column id", "row 4, column id"]
        assert 'reason was "Other" and is now "Price"' in result.stderr
        assert len(objects(rpa("list", "--json"))) == 1

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ((), "there is nothing to submit"),
            (("r.csv", "--reason", "x"), "--reason is for a request without a file"),
            (ONE[1:3], "--account-number and --date and --reason must be given too"),
            ((*ONE[1:], "--priority", "0"), "--priority"),
            ((*ONE[1:3], "--account-number", "x", *ONE[5:]), "--account-number must be digits only"),
        ],
    )
    def test_what_cant_be_meant_is_told_and_nothing_is_submitted(self, words: tuple[str, ...], told: str) -> None:
        result = rpa("submit", *words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert told in result.stderr

    def test_a_closed_line_is_told(self) -> None:
        rpa("pause", "--reason", "lunch", "--by", "ann")
        assert "The line is paused: lunch. Nothing is begun until `rpa release`." in rpa(*ONE).stdout
        told = rpa("release", "--by", "ann").stdout
        assert "It was paused since" in told
        assert "Nothing in the queue is due. 1 waits for a date." in told


class TestPeople:
    def test_a_date_is_moved_and_all_of_it_is_on_the_trail(self) -> None:
        [request_id] = status(*ONE, "--by", "bob")["ids"]
        moved = status("move", "611974", "--to", "2026-01-02", "--by", "ann")
        assert (moved["from"], moved["to"], moved["not_before"]) == (LATER, "2026-01-02", None)
        deeds = [(one["who"], one["what"]) for one in objects(rpa("audit", "--request", request_id, "--json"))]
        assert deeds == [("bob", "accept"), ("ann", "move")]
        assert [one["what"] for one in objects(rpa("audit", "--limit", "1", "--json"))] == ["move"]

    def test_what_is_no_date_too_far_off_or_too_early_is_refused(self) -> None:
        rpa(*ONE)
        for to in ("soon", "2099-01-01", "1999-01-01"):
            result = rpa("move", "611974", "--to", to)
            assert (result.exit_code, result.stderr.startswith("rpa: --to ")) == (2, True)
        retried = rpa("retry", "611974")
        assert (retried.exit_code, "rpa submit --now" in retried.stderr) == (1, True)


class TestWork:
    def test_it_works_until_nothing_is_left_to_be_done_soon(self, folder: Path) -> None:
        Robot.ends = {"611001": ("needs_human", "role_denied")}
        rpa("submit", requests(2, folder))
        rpa(*ONE)
        result = rpa("work", "--drain", "--desks", "2")
        assert result.exit_code == 0, result.output
        lines = [line.split(maxsplit=1)[1] for line in result.stdout.splitlines() if line[2:3] == ":"]
        assert {line[2:] for line in lines} == {
            "611000 Account 0 begun",
            "611001 Account 1 begun",
            "611000 Account 0 cancelled 1.2 s",
            "611001 Account 1 needs_human (role_denied) 1.2 s",
        }
        assert {line[0] for line in lines} <= {"1", "2"}
        assert "ended as needs_human" in result.stdout
        assert result.stdout.splitlines()[-1] == "Still waiting: 1 for a date."

    def test_a_closed_line_ends_a_drain_before_anything_is_begun(self, folder: Path) -> None:
        rpa("submit", requests(1, folder))
        rpa("pause", "--reason", "lunch")
        result = rpa("work", "--drain")
        assert (result.exit_code, Robot.started) == (7, [])
        assert "Still waiting: 1 due." in result.stdout

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
    def test_asked_to_end_it_finishes_what_is_in_flight_and_hands_the_rest_back(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int
    ) -> None:
        """It waits for the line first, and goes on once a person has released it."""
        asked_to_end_by(number, monkeypatch)
        released_once_it_is_told(monkeypatch)
        rpa("submit", requests(3, folder))
        rpa("pause", "--reason", "lunch")
        result = rpa("work", "--desks", "1", "--json")
        assert (result.exit_code, Robot.started) == (code, ["611000"])
        assert [(one["account_number"], one["end"]) for one in objects(result)] == [("611000", "cancelled")]
        told = result.stderr
        assert told.index("The line is paused: lunch") < told.index("The line is open again") < told.index("Stopped.")
        assert (status("release")["open"], status("release")["workers"]) == (2, 0)

    def test_files_are_taken_in_and_carried_out(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("rpa.queue.drop_folder.QUIET_SECONDS", 0)
        (folder / "in").mkdir()
        Path(requests(1, folder)).rename(folder / "in" / "requests.csv")
        result = rpa("work", "--drain", "--inbox", "in")
        assert (result.exit_code, Robot.started) == (0, ["611000"]), result.output
        assert "Inbox: requests.csv accepted, 1 new; moved to done/requests.csv" in result.stdout
        assert (folder / "in" / "done" / "requests.csv").exists()

    def test_a_folder_that_cant_be_made_is_told_at_once(self, folder: Path) -> None:
        (folder / "file").touch()
        result = rpa("work", "--inbox", "file/in")
        assert (result.exit_code, "--inbox file/in cannot be used" in result.stderr) == (2, True)


def released_once_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    tell = TellOfLine.__call__

    def then_released(self: TellOfLine, shop: Shop) -> None:
        tell(self, shop)
        if shop.line.closed:
            shop.line.release("ann")

    monkeypatch.setattr(TellOfLine, "__call__", then_released)


def asked_to_end_by(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first request that is carried out gets the signal while its effect is in flight."""
    cancel = Robot.cancel

    def asked_to_end(self: Robot, *given: Any, stop: threading.Event, **more: Any) -> Outcome:
        outcome = cancel(self, *given, stop=stop, **more)
        signal.raise_signal(number)
        stop.wait(10)
        return outcome

    monkeypatch.setattr(Robot, "cancel", asked_to_end)


class TestDrain:
    def test_a_parked_line_is_waited_for_and_a_paused_one_is_not(self, tmp_path: Path) -> None:
        with bench_in(tmp_path) as bench:
            drained = until_drained(bench.line, None)
            assert drained(bench.jobs)
            bench.submit(request(0))
            bench.line.park("maintenance")
            assert not drained(bench.jobs)
            bench.line.pause("lunch", "ann")
            assert drained(bench.jobs)

    def test_a_dropped_file_that_is_not_whole_yet_is_waited_for(self, tmp_path: Path) -> None:
        with bench_in(tmp_path) as bench, bench.shop() as shop:
            inbox = Inbox(tmp_path / "in", threading.Event(), lambda _: None)
            (tmp_path / "in" / "r.csv").touch()
            inbox(shop)
            assert not until_drained(bench.line, inbox)(bench.jobs)
            assert until_drained(bench.line, None)(bench.jobs)


class TestMachine:
    @pytest.mark.parametrize(
        ("cores", "gigabytes", "desks"), [(2, 8, 2), (4, 1, 2), (16, 64, 8), (0.5, 8, 1), (4, 0.1, 1)]
    )
    def test_so_many_desks_suit_it(self, cores: float, gigabytes: float, desks: int) -> None:
        assert machine.usual_desks(cores, int(gigabytes * 10**9)) == desks

    def test_a_container_may_use_less_than_its_machine_has(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pod = tmp_path / "groups" / "pod"
        (pod / "box").mkdir(parents=True)
        (pod / "cpu.max").write_text("50000 100000\n")
        (pod / "box" / "cpu.max").write_text("max 100000\n")
        (pod / "box" / "memory.max").write_text("400000000\n")
        (tmp_path / "own").write_text("1:cpu:/elsewhere\n0::/pod/box\n")
        monkeypatch.setattr(machine, "CGROUPS", tmp_path / "groups")
        monkeypatch.setattr(machine, "OWN", tmp_path / "own")
        assert (machine.usable_cores(), machine.usable_memory(), machine.usual_desks()) == (0.5, 400_000_000, 1)

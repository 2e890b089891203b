"""`plan`, `cancel` and `run` as people and scripts use them; the robot is a fake one, without a browser."""

import json
import re
import signal
import threading
from pathlib import Path

import pytest

from tests.cli_bench import CANCEL, HEAD, NUMBER, folder, objects, person, requests, results, rpa
from tests.fake_robot import Robot

__all__ = ["folder", "person"]
pytestmark = pytest.mark.usefixtures("folder")


class TestCancel:
    def test_the_plan_is_shown_and_the_digits_are_asked_for(self, person: None) -> None:
        result = rpa(*CANCEL, *NUMBER, type="1974\n")
        assert result.exit_code == 0, result.output
        for words in (
            "Set Account Status",
            "ACTIVE",
            "DELETE",
            "49.95",
            "[red]B-1[/red] is due",
            "Plan 0123456789abcdef",
        ):
            assert words in result.stdout
        assert (
            result.stdout.index("last 4 digits") < result.stdout.index("✓ 6.1") < result.stdout.index("End: cancelled")
        )
        [case_file] = re.findall(r"Case file\s+(\S+)", result.stdout)
        assert (Path(case_file) / "case.html").is_file()

    @pytest.mark.parametrize("typed", ["6119\n", "\n", "y\n", "974\n"])
    def test_other_digits_do_nothing(self, person: None, typed: str) -> None:
        result = rpa(*CANCEL, *NUMBER, type=typed)
        assert (result.exit_code, Robot.started) == (3, [])
        assert "nothing was done" in result.stderr

    def test_with_nobody_there_it_waits_for_approval(self) -> None:
        result = rpa(*CANCEL, *NUMBER)
        assert (result.exit_code, Robot.started) == (3, [])
        assert "49.95" in result.stdout
        assert "--yes" in result.stderr

    def test_yes_asks_nothing(self) -> None:
        result = rpa(*CANCEL, *NUMBER, "--yes")
        assert (result.exit_code, Robot.started) == (0, ["611974"])

    def test_the_crms_words_colour_nothing(self) -> None:
        assert "something [bold]odd[/bold] <U+001B>[31m" in rpa(*CANCEL, *NUMBER, "--yes").stdout

    def test_a_missing_number_is_refused_without_a_person(self, person: None) -> None:
        for words in (CANCEL, (*CANCEL, "--yes")):
            Robot.found = [("611974", "12-10 Test")]
            result = rpa(*words, type="n\n")
            assert (result.exit_code, Robot.started) == (2 if "--yes" in words else 3, [])
            assert "--account-number" in result.stderr

    def test_a_missing_number_is_looked_up_and_confirmed(self, person: None) -> None:
        Robot.found = [("611974", "12-10 Test")]
        result = rpa(*CANCEL, type="y\n1974\n")
        assert (result.exit_code, Robot.started) == (0, ["611974"])

    @pytest.mark.parametrize("found", [[], [("1", "12-10 Test"), ("2", "12-10 Test")]])
    def test_a_look_up_that_gives_none_or_many_is_refused(self, person: None, found: list[tuple[str, str]]) -> None:
        Robot.found = found
        result = rpa(*CANCEL, type="y\n1974\n")
        assert (result.exit_code, Robot.started) == (1, [])
        assert "--account-number" in result.stderr

    def test_every_wrong_option_is_told_before_a_browser_opens(self) -> None:
        result = rpa(
            "cancel",
            "--account-name",
            " ",
            "--account-number",
            "6x",
            "--date",
            "soon",
            "--reason",
            "x",
            "--yes",
        )
        assert (result.exit_code, Robot.opened) == (2, [])
        assert [line.split()[1] for line in result.stderr.splitlines()] == [
            "--account-name",
            "--account-number",
            "--date",
        ]

    def test_the_same_request_again_gives_the_same_answer(self) -> None:
        first, second = rpa(*CANCEL, *NUMBER, "--yes", "--json"), rpa(*CANCEL, *NUMBER, "--yes", "--json")
        assert objects(first) == objects(second)
        assert Robot.started == ["611974"]

    def test_a_needs_human_end_may_be_run_again(self) -> None:
        Robot.ends = {"611974": ("needs_human", "site_down")}
        assert rpa(*CANCEL, *NUMBER, "--yes").exit_code == 4
        Robot.ends = {}
        assert rpa(*CANCEL, *NUMBER, "--yes").exit_code == 0

    def test_a_wrong_password_has_its_own_exit_code_and_stops_the_line(self) -> None:
        Robot.ends = {"611974": ("needs_human", "sign_in")}
        result = rpa(*CANCEL, *NUMBER, "--yes")
        assert result.exit_code == 6
        assert "The line is stopped: the sign-in failed" in result.stdout
        assert rpa(*CANCEL, *NUMBER, "--yes").exit_code == 7

    def test_the_caps_hold_for_it_too(self, folder: Path) -> None:
        with (folder / "site.toml").open("a", encoding="utf-8") as profile:
            profile.write("[policy]\nmax_effects_per_hour = 9\n")
        assert rpa(*CANCEL, *NUMBER, "--yes").exit_code == 0
        result = rpa(*CANCEL, "--account-number", "611975", "--yes")
        assert (result.exit_code, Robot.started) == (7, ["611974"])
        assert "1 effects were caused or begun in the last hour" in result.stderr

    def test_when_it_is_interrupted_the_case_file_is_named(self, folder: Path) -> None:
        Robot.interrupt_at = "611974"
        result = rpa(*CANCEL, *NUMBER, "--yes")
        assert result.exit_code == 130
        assert re.search(r"End: no end yet \(ended as needs_human; case file \S+/cases/611974-\S+\)", result.stdout)
        [shown] = objects(rpa("list", "--json"))
        assert (shown["attempts"], shown["outcome"]) == (1, None)

    def test_what_an_earlier_attempt_did_is_told_before_the_plan(self, person: None) -> None:
        Robot.interrupt_at = "611974"
        assert "earlier attempt" not in rpa(*CANCEL, *NUMBER, type="1974\n").stdout
        told = rpa(*CANCEL, *NUMBER, type="no\n").stdout
        assert "An earlier attempt: 6.1  License count set to 0: done\n" in told
        assert "Money that stops by its plan: 49.95 in 1 billing\n" in told
        assert told.index("An earlier attempt") < told.index("What is done")

    def test_a_refusal_of_the_plan_has_its_exit_code(self, person: None) -> None:
        Robot.ends = {"611974": ("refused", "not_found")}
        result = rpa(*CANCEL, *NUMBER)
        assert result.exit_code == 1
        assert result.stderr == "rpa: no account 611974 under Organization\n"

    def test_flags_reach_the_robot(self) -> None:
        rpa(
            *CANCEL,
            *NUMBER,
            "--yes",
            "--slow-mo",
            "50",
            "--tracing",
            "retain-on-failure",
            "--screenshot",
            "off",
        )
        [opened] = Robot.opened
        assert (opened["slow_mo"], opened["tracing"], opened["evidence"]) == (50, "retain-on-failure", False)
        assert opened["credentials"].username == "robot"


class TestPlan:
    def test_it_is_printed_as_json(self) -> None:
        [plan] = objects(rpa("plan", *CANCEL[1:], *NUMBER, "--json"))
        assert (plan["schema"], plan["money_stopped"], plan["request"]["account_number"]) == (
            "rpa.plan.v1",
            "49.95",
            "611974",
        )

    def test_nothing_is_recorded(self, folder: Path) -> None:
        assert rpa("plan", *CANCEL[1:], *NUMBER).exit_code == 0
        assert rpa("list").stdout.splitlines()[-1] == "0 requests"


class TestRun:
    def test_all_requests_are_run_and_written_down(self, folder: Path) -> None:
        Robot.ends = {"611001": ("refused", "not_found"), "611002": ("already_cancelled", "")}
        result = rpa("run", requests(4, folder))
        assert result.exit_code == 1, result.output
        assert Robot.started == ["611000", "611001", "611002", "611003"]
        assert len(Robot.opened) == 1
        assert re.search(r"2 611001\s+Account 1\s+refused \(not_found\)\s+1.2 s", result.stdout)
        for name in ("results.jsonl", "results.csv", "junit.xml", "index.html"):
            assert (folder / "rpa-data" / name).stat().st_size > 0

    def test_one_fault_stops_all(self, folder: Path) -> None:
        (folder / "requests.csv").write_text(HEAD + "A,1,2026-11-23,x\nB,x,2026-11-23,\n", encoding="utf-8")
        result = rpa("run", "requests.csv")
        assert (result.exit_code, Robot.opened) == (2, [])
        assert result.stderr.splitlines() == [
            'rpa: requests.csv: row 3, column account_number: must be digits only, as in 611974; it is "x"',
            "rpa: requests.csv: row 3, column reason: is empty; it must be given",
        ]
        assert rpa("list").stdout.splitlines()[-1] == "0 requests"

    def test_run_again_it_goes_on_where_it_stopped(self, folder: Path) -> None:
        Robot.interrupt_at = "611001"
        first = rpa("run", requests(4, folder))
        assert (first.exit_code, Robot.started) == (130, ["611000", "611001"])
        assert "Stopping: what is being done right now is finished" in first.stdout
        assert [line["end"] for line in results(folder)] == ["cancelled", None, None, None]
        assert [line["code"] for line in results(folder)] == [
            "",
            "interrupted",
            "not_started",
            "not_started",
        ]
        folders = [line["case_dir"].rsplit("/", 1)[-1][:6] for line in results(folder)]
        assert folders == ["611000", "611001", "", ""]
        index = (folder / "rpa-data" / "index.html").read_text(encoding="utf-8")
        assert (index.count("no end yet"), index.count(">not started<")) == (2, 3)
        assert len(re.findall(r'<a href="cases/611001-[^"]+/">case folder</a>', index)) == 1
        Robot.interrupt_at, Robot.started[:] = "", []
        second = rpa("run", "requests.csv")
        assert (second.exit_code, Robot.started) == (0, ["611001", "611002", "611003"])
        assert [line["end"] for line in results(folder)] == ["cancelled"] * 4
        assert "earlier" in second.stdout

    def test_an_interrupted_request_is_told_with_its_case_file_and_the_bar_counts_ends_only(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Robot.interrupt_at = "611001"
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("TTY_COMPATIBLE", "1")  # as on a terminal, where the bar is drawn
        result = rpa("run", requests(4, folder))
        assert re.findall(r"\d/4", result.stdout)[-1] == "1/4"
        assert re.search(r"ended as needs_human; case file .*/611001-20261123-", results(folder)[1]["message"])

    def test_rows_that_a_run_broken_off_did_not_reach_are_told(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ended = threading.Event()

        def die(*_: object, **__: object) -> None:
            signal.raise_signal(signal.SIGINT)
            ended.wait(30)  # the main thread takes it within a look, and ends the browsers
            raise OSError

        monkeypatch.setattr("rpa.cli.interrupt.PATIENCE", 1)
        monkeypatch.setattr(Robot, "give_up", lambda _: ended.set())
        monkeypatch.setattr(Robot, "cancel", die)
        rpa("run", requests(2, folder))
        told = [(line["code"], bool(line["case_dir"])) for line in results(folder)]
        assert told == [("interrupted", True), ("not_started", False)]

    def test_a_third_run_starts_nothing(self, folder: Path) -> None:
        rpa("run", requests(2, folder))
        Robot.started.clear()
        assert rpa("run", "requests.csv").exit_code == 0
        assert (Robot.started, len(Robot.opened)) == ([], 1)  # nor is a browser opened

    def test_three_strikes_stop_the_line_until_a_person_releases_it(self, folder: Path) -> None:
        Robot.ends = {f"61100{number}": ("needs_human", "unknown_page") for number in (1, 2, 3)}
        first = rpa("run", requests(6, folder))
        assert (first.exit_code, len(Robot.started)) == (7, 4)
        assert "The line is stopped: 3 ends in a row were unknown_page" in first.stdout
        assert "2 not ended" in first.stdout
        again = rpa("run", "requests.csv")
        assert (again.exit_code, len(Robot.started)) == (7, 4)
        assert "--release" in again.stderr
        assert rpa("run", "requests.csv", "--release").exit_code == 4
        assert Robot.started[4:] == ["611004", "611005"]

    def test_needs_human_is_run_again_only_when_asked(self, folder: Path) -> None:
        Robot.ends = {"611001": ("needs_human", "role_denied")}
        assert rpa("run", requests(2, folder)).exit_code == 6
        Robot.ends, Robot.started[:] = {}, []
        assert rpa("run", "requests.csv").exit_code == 6
        assert rpa("run", "requests.csv", "--again").exit_code == 0
        assert Robot.started == ["611001"]

    def test_a_failed_sign_in_is_not_tried_with_the_next_account(self, folder: Path) -> None:
        Robot.ends = {"611000": ("needs_human", "sign_in")}
        assert rpa("run", requests(3, folder)).exit_code == 7
        assert Robot.started == ["611000"]

    def test_json_is_one_object_a_request_and_nothing_else(self, folder: Path) -> None:
        told = objects(rpa("run", requests(3, folder), "--json"))
        assert [one["account_number"] for one in told] == ["611000", "611001", "611002"]
        assert told == results(folder)

    def test_an_id_taken_by_another_request_is_told_with_the_difference(self, folder: Path) -> None:
        line = {
            "account_name": "A",
            "account_number": "1",
            "date": "2026-11-23",
            "reason": "Price",
            "id": "mine",
        }
        for reason in ("Price", "Other"):
            (folder / "r.jsonl").write_text(json.dumps(line | {"reason": reason}), encoding="utf-8")
            result = rpa("run", "r.jsonl")
        assert (result.exit_code, Robot.started) == (2, ["1"])
        assert (
            "row 1, column id: request mine was accepted with other content: "
            'reason was "Price" and is now "Other"' in result.stderr
        )

    def test_no_secret_and_no_name_is_in_the_log(self, folder: Path) -> None:
        rpa("run", requests(1, folder))
        log = (folder / "rpa-data" / "rpa.log").read_text(encoding="utf-8")
        assert "effect=remove_license_count" in log
        assert "611000-20261123" in log
        assert not re.search("s3cret|Account 0", log)
        assert "" not in log.splitlines()

    def test_no_secret_is_anywhere_in_the_output_folder(self, folder: Path) -> None:
        rpa("run", requests(1, folder))
        files = [path for path in (folder / "rpa-data").rglob("*") if path.is_file()]
        assert len(files) > 6
        assert not [path for path in files if b"s3cret-word" in path.read_bytes()]

"""Exit codes, result files, and the line that is stopped."""

import csv
import datetime as dt
import io
import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from flows.journal import Event, EventKind
from flows.model import CancellationRequest, End, Outcome
from flows.profile import Policy
from rpa.line import EFFECTS_OF_ONE, Line, LineError
from rpa.results import WORST_LAST, Result, as_csv, as_json, as_junit, exit_code, worst, write_results
from rpa.words_on_screen import safe, short, visible

NASTY = '=HYPERLINK("http://evil")\x1b[31m\u202e<b>&\x00'


def outcome(end: str = "cancelled", code: str = "", **more: Any) -> Outcome:
    fields = {
        "id": "r-1",
        "account_name": "12-10 Test",
        "account_number": "611974",
        "message": "done",
        **more,
    }
    return Outcome(end=End(end), code=code, **fields)


def result(of: Outcome | None, why: str = "", name: str = "12-10 Test") -> Result:
    request = CancellationRequest(
        id="r-1", account_name=name, account_number="611974", date=dt.date(2026, 11, 23), reason="Price"
    )
    return Result(request, of, why)


@pytest.mark.parametrize(
    ("end", "code", "expected"),
    [
        ("cancelled", "", 0),
        ("already_cancelled", "", 0),
        ("refused", "not_found", 1),
        ("refused", "drift", 1),
        ("referred", "self_service", 1),
        ("withdrawn", "", 1),
        ("needs_human", "unknown_effect", 4),
        ("needs_human", "still_scheduled", 4),
        ("needs_human", "half_done", 4),
        ("needs_human", "a code yet to come", 4),
        ("needs_human", "drift", 5),
        ("needs_human", "sign_in", 6),
        ("needs_human", "role_denied", 6),
    ],
)
def test_each_end_has_its_exit_code(end: str, code: str, expected: int) -> None:
    assert exit_code(outcome(end, code)) == expected


def test_a_batch_returns_the_worst_whatever_the_order() -> None:
    assert worst([]) == 0
    for place, code in enumerate(WORST_LAST):
        for others in itertools.permutations(WORST_LAST[: place + 1], 2):
            assert worst([*others, code]) == code


def test_results_are_written_for_programs(tmp_path: Path) -> None:
    some = [
        result(outcome(recoveries=("4a", "7a"))),
        result(outcome("refused", "not_found")),
        result(None, "stopped"),
    ]
    write_results(tmp_path / "new", [*some, result(outcome("needs_human", "drift"))], "batch & co")
    lines = [json.loads(line) for line in (tmp_path / "new/results.jsonl").read_text("utf-8").splitlines()]
    assert [line["end"] for line in lines] == ["cancelled", "refused", None, "needs_human"]
    assert {line["schema"] for line in lines} == {"rpa.result.v1"}
    assert lines[2]["code"] == "not_started"
    assert all(list(line) == list(lines[0]) for line in lines)
    suite = ET.parse(tmp_path / "new/junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "4",
        "1",
        "1",
        "1",
    )
    assert [[child.tag for child in case] for case in suite] == [[], ["failure"], ["skipped"], ["error"]]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "junit.xml",
        "results.csv",
        "results.jsonl",
    ]


def test_text_from_the_crm_runs_nowhere() -> None:
    nasty = [result(outcome(account_name=NASTY, message="+1"), name=NASTY), result(None, "@x", name="\t-1")]
    rows = list(csv.DictReader(io.StringIO(as_csv(nasty).decode("utf-8-sig"))))
    assert rows[0]["account_name"] == "'" + NASTY
    assert [rows[0]["message"], rows[1]["message"], rows[1]["account_name"]] == ["'+1", "'@x", "'\t-1"]
    assert ET.fromstring(as_junit(nasty, NASTY))[0].get("name", "").startswith("=HYPERLINK")
    assert json.loads(json.dumps(as_json(nasty[0])))["account_name"] == NASTY


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("12-10 Test", "12-10 Test"),
        ("Müller 株式会社 🏢", "Müller 株式会社 🏢"),
        ("a\x1b[2Jb\r\n", "a<U+001B>[2Jb<U+000D><U+000A>"),
        ("\u202etxt.exe\u200b", "<U+202E>txt.exe<U+200B>"),
        ("\x9b31m\ud800\u2028", "<U+009B>31m<U+D800><U+2028>"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert safe(f"[red]{text}[/red]").plain == f"[red]{shown}[/red]"


def test_a_long_name_is_cut() -> None:
    assert short("x" * 5000, 20) == "x" * 19 + "…"
    assert len(short("\x1b" * 50, 20)) == 20


def intents(line: Line, count: int, at: dt.datetime | None = None) -> None:
    for _ in range(count):
        line.count(Event(kind=EventKind.INTENT, at=at or dt.datetime.now(dt.UTC)))


class TestLine:
    """Promise 9."""

    def test_so_many_strikes_in_a_row_stop_it_until_it_is_released(self, tmp_path: Path) -> None:
        line = Line(tmp_path / "line.json", Policy(strikes=3))
        for code in ("unknown_page", "name_mismatch", "", "unknown_effect", "unknown_page"):
            line.end(outcome("needs_human" if code else "cancelled", code))
            assert line.check() == ""
        line.end(outcome("refused", "number_mismatch", id="r-9"))
        assert "3 ends in a row were unknown_effect, unknown_page, number_mismatch" in line.check()
        again = Line(tmp_path / "line.json", Policy(strikes=3))
        assert "r-9" in again.stopped
        assert again.release().check() == ""
        assert Line(tmp_path / "line.json", Policy(strikes=3)).stopped == ""

    def test_a_maintenance_page_is_no_strike_and_ends_no_row_of_them(self, tmp_path: Path) -> None:
        line = Line(tmp_path / "line.json", Policy(strikes=2))
        for code in ("maintenance", "maintenance", "drift", "maintenance"):
            line.end(outcome("needs_human", code))
            assert line.check() == ""
        line.end(outcome("needs_human", "drift"))
        assert "2 ends in a row were drift" in line.check()

    def test_strikes_count_on_in_the_next_run(self, tmp_path: Path) -> None:
        for number in range(3):
            line = Line(tmp_path / "line.json", Policy(strikes=3))
            assert not line.stopped, number
            line.end(outcome("needs_human", "unknown_page"))
        assert line.stopped

    def test_a_refused_sign_in_stops_it_at_once(self, tmp_path: Path) -> None:
        line = Line(tmp_path / "line.json", Policy())
        line.end(outcome("needs_human", "sign_in"))
        assert "the sign-in failed" in line.check()

    def test_what_one_account_may_have_is_no_strike(self, tmp_path: Path) -> None:
        line = Line(tmp_path / "line.json", Policy(strikes=1))
        for code in ("not_found", "ambiguous", "still_scheduled", "protected", "role_denied"):
            line.end(outcome("refused", code))
        assert line.check() == ""

    def test_the_caps_are_never_exceeded(self, tmp_path: Path) -> None:
        line = Line(tmp_path / "line.json", Policy(max_effects_per_run=2 * EFFECTS_OF_ONE))
        intents(line, EFFECTS_OF_ONE)
        assert line.check() == ""
        intents(line, 1)
        assert "policy.max_effects_per_run is 18" in line.check()
        assert Line(tmp_path / "line.json", Policy(max_effects_per_run=2 * EFFECTS_OF_ONE)).check() == ""

    def test_the_cap_of_an_hour_counts_other_runs_too(self, tmp_path: Path) -> None:
        policy = Policy(max_effects_per_hour=EFFECTS_OF_ONE)
        line = Line(tmp_path / "line.json", policy)
        intents(line, 5, dt.datetime.now(dt.UTC) - dt.timedelta(minutes=61))
        line.end(outcome())
        assert Line(tmp_path / "line.json", policy).check() == ""
        intents(line, 1)
        line.end(outcome())
        assert "1 effects were caused in the last hour" in Line(tmp_path / "line.json", policy).check()

    def test_what_one_run_stops_is_stopped_for_all_until_it_is_released(self, tmp_path: Path) -> None:
        one, other = (Line(tmp_path / "line.json", Policy(strikes=3)) for _ in range(2))
        for _ in range(3):
            one.end(outcome("needs_human", "unknown_effect"))
        assert "3 ends in a row were unknown_effect" in other.check()
        other.end(outcome())
        assert "unknown_effect" in Line(tmp_path / "line.json", Policy(strikes=3)).stopped
        one.release()
        assert other.check() == ""

    def test_strikes_of_two_runs_make_one_row(self, tmp_path: Path) -> None:
        lines = [Line(tmp_path / "line.json", Policy(strikes=4)) for _ in range(2)]
        for line in lines * 2:
            line.end(outcome("needs_human", "drift"))
        assert all("4 ends in a row were drift" in line.check() for line in lines)

    def test_an_effect_is_on_disk_when_it_is_counted(self, tmp_path: Path) -> None:
        policy = Policy(max_effects_per_hour=EFFECTS_OF_ONE)
        intents(Line(tmp_path / "line.json", policy), 1)  # and then killed: no end
        assert "1 effects were caused in the last hour" in Line(tmp_path / "line.json", policy).check()

    def test_no_effect_is_lost_when_many_runs_count_at_once(self, tmp_path: Path) -> None:
        code = (
            "import pathlib, sys; from tests.test_results import *\n"
            "intents(Line(pathlib.Path(sys.argv[1]), Policy()), 20)"
        )
        command = [sys.executable, "-c", code, str(tmp_path / "line.json")]
        runs = [subprocess.Popen(command, cwd=Path(__file__).parents[1]) for _ in range(3)]
        assert [run.wait(timeout=60) for run in runs] == [0, 0, 0]
        assert len(json.loads((tmp_path / "line.json").read_bytes())["effects"]) == 60

    def test_a_run_whose_line_cannot_be_written_starts_nothing_more(self, tmp_path: Path) -> None:
        line = Line(tmp_path / "line.json", Policy())
        (tmp_path / ".line.json.lock").mkdir()
        intents(line, 1)
        assert "cannot be written (Is a directory); nothing more is started" in line.check()

    def test_a_line_that_cannot_be_read_is_not_open(self, tmp_path: Path) -> None:
        line = Line(tmp_path / "line.json", Policy())
        (tmp_path / "line.json").write_text("{", encoding="utf-8")
        assert "whether the line is stopped is not known" in line.check()
        with pytest.raises(LineError, match="whether the line is stopped is not known"):
            Line(tmp_path / "line.json", Policy())

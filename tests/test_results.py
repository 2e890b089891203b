"""Exit codes, result files, and the line that is stopped."""

import csv
import datetime as dt
import io
import itertools
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from flows.model import CancellationRequest, End, Outcome
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

"""What was not as it was learned, as people see it: in the case file, in `rpa show`, `rpa status`, and the figures."""

import json
import threading
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy import insert

from flows.journal import EventKind
from flows.model import End, Outcome
from rpa.cases.wording import ADVICE
from rpa.cli.overview_shown import one_line, picture
from rpa.database.queue_tables import checks
from rpa.queue.gauges import Gauges
from rpa.queue.health import Health
from rpa.queue.overview import overview
from rpa.records import Records
from rpa.records.purging import Purging
from tests.case_samples import PROFILE, a_request, records_in, tell_case, tell_effects, tell_start
from tests.cli_bench import folder, objects, rpa
from tests.gate_bench import GONE, change
from tests.overview_rows import NOW, TODAY, Rows, ago
from tests.test_purge import an_order

__all__ = ["folder"]
ON_HOLD = 'a status never seen before: "<b>On Hold</b>\x1b[31m"'


def drifted(records: Records) -> Outcome:
    """A request that saw it in the middle, in two attempts, and was finished."""
    request = a_request()
    new = change(ON_HOLD, matters=False, kind="new_status", page="billing", clause="")
    for last in (False, True):
        with records.begin(request, profile=PROFILE) as journal:
            tell_start(journal, request)
            if last:
                tell_effects(journal, request)
            for one in (new, change()):
                journal.write(EventKind.DRIFT, one.clause, change=one.model_dump(mode="json"))
            if last:
                return journal.finish(Outcome.of(request, end=End.CANCELLED, message="all proven", drift=GONE))
    raise AssertionError


def test_it_stands_in_the_case_file_once_and_nothing_of_it_runs(tmp_path: Path) -> None:
    with records_in(tmp_path) as records:
        ended = drifted(records)
        assert records.verify("R-0001").ok
        assert records.find("R-0001").outcome == ended
    told = json.loads((tmp_path / "cases/R-0001/case.json").read_text())
    assert [(one["kind"], one["matters"], one["attempt"]) for one in told["drift"]] == [
        ("gone", True, 1), ("new_status", False, 1),
    ]  # fmt: skip
    assert (told["drift"][0]["clause"], told["outcome"]["drift"]) == ("6.2", GONE)
    page = (tmp_path / "cases/R-0001/case.html").read_text()
    assert "Not as it was learned" in page
    assert "closest: &#34;Cancel Scheduled Billings.&#34;" in page
    assert "&lt;b&gt;On Hold&lt;/b&gt;" in page
    assert "<b>On Hold" not in page


def test_a_case_without_it_reads_as_one_from_before_there_was_such_a_thing(tmp_path: Path) -> None:
    with records_in(tmp_path) as records:
        tell_case(records, a_request(), End.CANCELLED)
    assert '"drift"' not in (tmp_path / "cases/R-0001/case.json").read_text()


def test_a_purge_leaves_what_kind_it_was_and_no_words_of_the_site(tmp_path: Path) -> None:
    with records_in(tmp_path) as records:
        drifted(records)
        assert Purging(records, an_order()).purge("R-0001")
        assert records.verify("R-0001").ok
        outcome = records.find("R-0001").outcome
        assert outcome is not None
        assert outcome.drift == ""
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b'"kind":"new_status"' in left
    assert b"On Hold" not in left
    assert b"Cancel Scheduled Billings" not in left


def test_rpa_show_tells_it_in_words(folder: Path) -> None:
    with records_in(folder / "rpa-data") as records:
        drifted(records)
    shown = rpa("show", "R-0001").stdout
    assert f"! not as it was learned: {GONE}" in " ".join(shown.split())
    assert "<b>On Hold</b><U+001B>" in shown
    [told] = objects(rpa("show", "R-0001", "--json"))
    assert [(one["kind"], one["page"]) for one in told["drift"]] == [("gone", "cancel_page"), ("new_status", "billing")]


def test_a_person_who_reads_drift_is_told_of_the_command() -> None:
    assert "rpa check" in ADVICE["drift"]


class TestStatus:
    @pytest.mark.parametrize(
        ("changes", "matters", "words", "word"),
        [
            (0, 0, "Admin UI as learned, checked 11:58:20 UTC", "admin UI as learned"),
            (2, 0, "Admin UI changed, harmlessly, checked 11:58:20 UTC; report: c/1: something", "changed harmlessly"),
            (2, 1, "Admin UI CHANGED, checked 11:58:20 UTC; report: c/1: something", "admin UI CHANGED"),
            (None, None, "Admin UI not known: it could not be compared, checked 11:58:20 UTC: something", "not known"),
        ],
    )
    def test_the_last_check_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: int | None, matters: int | None, words: str, word: str
    ) -> None:  # fmt: skip
        monkeypatch.setattr("rpa.cli.overview_shown.moment", lambda when, _now: f"{when:%H:%M:%S} UTC")
        rows = Rows.at(tmp_path)
        row = {"worker": "w", "why": "at start", "summary": "something", "folder": "c/1"}
        rows.put(checks, {**row, "at": ago(900), "changes": 9, "matters": 9})
        rows.put(checks, {**row, "at": ago(100), "changes": changes, "matters": matters})
        seen = overview(rows.records.engine, TODAY, NOW)
        rows.records.close()
        shown = [f"{label} {fact}" for label, fact in picture(seen, 250).facts]
        assert words in shown
        assert word in one_line(seen)

    def test_before_the_first_check_nothing_is_told(self, tmp_path: Path) -> None:
        rows = Rows.at(tmp_path)
        seen = overview(rows.records.engine, TODAY, NOW)
        rows.records.close()
        assert seen.check is None
        assert "Admin UI" not in dict(picture(seen, 250).facts)

    def test_the_figures_are_of_the_last_that_came_to_a_comparison(self, tmp_path: Path) -> None:
        rows = Rows.at(tmp_path)
        registry = CollectorRegistry()
        registry.register(Gauges(health := Health(rows.records.engine, threading.Event())))
        assert "rpa_last_check_timestamp 0.0" in generate_latest(registry).decode()
        row = {"worker": "w", "why": "at start", "summary": "", "folder": ""}
        with rows.records.engine.begin() as connection:
            connection.execute(insert(checks), {**row, "at": ago(100), "changes": 3, "matters": 1})
            connection.execute(insert(checks), {**row, "at": ago(50), "changes": None, "matters": None})
        registry = CollectorRegistry()
        registry.register(Gauges(health := Health(rows.records.engine, threading.Event())))
        shown = generate_latest(registry).decode().splitlines()
        assert {"rpa_drift_changes 3.0", "rpa_drift_matters 1.0"} <= set(shown)
        assert float(next(one for one in shown if one.startswith("rpa_last_check_timestamp ")).split()[1]) == (
            ago(100).timestamp()
        )
        assert health.dead() == ""
        rows.records.close()

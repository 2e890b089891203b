"""`rpa status` and `rpa watch` as a person and a program see them."""

import datetime as dt
import io
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from sqlalchemy.exc import OperationalError

from flows.journal import EventKind
from flows.model import End
from rpa.cli import looking
from rpa.cli.looking import Looking, Sight
from rpa.cli.moments import age, midnight, moment, span
from rpa.cli.overview_shown import one_line
from rpa.cli.screen import Screen
from rpa.cli.watch_screen import drawn
from rpa.database.queue_tables import audit
from rpa.database.tables import intents, observations
from rpa.queue.jobs import State
from rpa.queue.overview import Overview, overview
from tests.cli_bench import folder, objects, rpa
from tests.overview_rows import EVIL, HEBREW, NOW, TODAY, Rows, ago, populate

__all__ = ["folder"]
APART = {"today", "total", "request", "outcome", "purged"}
DOCUMENTED = Path(__file__).parent.parent / "docs" / "cli.md"


@pytest.fixture
def denver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in Denver."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/Denver")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def rows(folder: Path) -> Iterator[Rows]:
    (folder / "rpa-data").mkdir()
    rows = Rows.at(folder / "rpa-data")
    yield rows
    rows.records.close()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    """Of a populated queue."""
    rows = Rows.at(tmp_path_factory.mktemp("full"))
    populate(rows)
    told = overview(rows.records.engine, TODAY, NOW)
    rows.records.close()
    return told


def lines_of(sight: Sight, width: int, height: int) -> list[str]:
    console = Console(width=width, height=height, file=io.StringIO(), force_terminal=True, color_system=None)
    console.print(drawn(sight, console))
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue().splitlines()


class TestMoments:
    @pytest.mark.parametrize(
        ("seconds", "whole", "short"),
        [(-5, "0 s", "0 s"), (59.9, "59 s", "59 s"), (60, "1 min", "1 min"), (200, "3 min 20 s", "3 min"),
         (11_520, "3 h 12 min", "3 h"), (353_000, "4 d 2 h", "4 d")],
    )  # fmt: skip
    def test_a_length_of_time_has_two_units_at_most(self, seconds: float, whole: str, short: str) -> None:
        assert (span(dt.timedelta(seconds=seconds)), age(dt.timedelta(seconds=seconds))) == (whole, short)

    def test_the_zone_is_named_and_is_that_of_the_day_not_of_now(self, denver: None) -> None:
        assert moment(ago(60), NOW) == "04:59:00 MST"
        assert moment(ago(86_400), NOW) == "2026-11-22 05:00 MST"
        assert moment(dt.datetime(2027, 7, 1, 12, tzinfo=dt.UTC), NOW) == "2027-07-01 06:00 MDT"
        assert moment(ago(0), NOW, dt.UTC) == "12:00:00 UTC"

    def test_the_day_begins_at_midnight_here_also_when_clocks_are_changed(self, denver: None) -> None:
        assert midnight(NOW).astimezone(dt.UTC) == dt.datetime(2026, 11, 23, 7, tzinfo=dt.UTC)
        after = dt.datetime(2026, 11, 1, 20, tzinfo=dt.UTC)  # summer time ended at two in the morning
        assert midnight(after).astimezone(dt.UTC) == dt.datetime(2026, 11, 1, 6, tzinfo=dt.UTC)


class TestStatus:
    def test_an_empty_queue_says_so_in_a_few_lines(self, folder: Path) -> None:
        result = rpa("status")
        assert result.exit_code == 0, result.output
        assert "No worker is running: rpa work" in result.stdout
        assert "there is nothing to do now" in result.stdout
        assert len(result.stdout.splitlines()) < 12

    def test_everything_is_told_and_no_name_does_anything(self, rows: Rows) -> None:
        populate(rows)
        told = rpa("status").stdout
        for words in (
            "STOPPED since", "rpa release, once this is settled: 3 ends in a row were drift", "12 worked on, 8 for approval",
            "one.robots.example.com 7 work, no beat for ", ", 4 desks (0 free), 1.2 GB, up ", "8 ended so that a person is needed",
            "8 plans to approve", "1 notice not sent", "Evil <U+001B>[31m<U+202E>eman [red]x[/red]", "person<U+001B>[2J",
        ):  # fmt: skip
            assert words in told
        assert "\x1b" not in told
        [row] = [line for line in told.splitlines() if HEBREW in line and "6.2" in line][:1]
        assert row.endswith(HEBREW)  # whatever stands behind it would be moved

    def test_json_has_times_in_utc_and_the_keys_that_are_documented(self, rows: Rows, denver: None) -> None:
        populate(rows)
        [told] = objects(rpa("status", "--json"))
        assert told["schema"] == "rpa.status.v1"
        assert told["line"]["since"] == "2026-11-23T11:59:30+00:00"
        assert told["ended"]["today_since"].endswith("+00:00")
        assert told["workers"][0]["desks"][0]["doing"]["account"]["name"] == EVIL
        assert (told["seconds_to_empty"], told["why_unknown"]) == (None, "the line is stopped")
        assert undocumented(told, "rpa.status.v1") == []


def undocumented(told: dict[str, Any], schema: str) -> list[str]:
    """The keys, nested ones too, that docs/cli.md does not name where it describes the schema."""
    [described] = re.findall(
        rf"\*\*`{re.escape(schema)}`\*\*(.*?)\n\n(?=\*\*|##)", DOCUMENTED.read_text("utf-8"), re.DOTALL
    )
    return sorted(key for key in keys(told) - {"schema"} if not re.search(rf"\b{key}\b", described))


def keys(value: Any) -> set[str]:
    """All but those that are ends and states, or described elsewhere."""
    if isinstance(value, list):
        return set().union(*map(keys, value))
    if not isinstance(value, dict):
        return set()
    below = set().union(*(keys(one) for key, one in value.items() if key not in APART))
    return set(value) | below


class TestOne:
    def test_what_it_waits_for_and_until_when_here_and_at_the_site(self, rows: Rows, denver: None) -> None:
        date = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
        request_id = rows.job(not_before=date, name=EVIL)
        rows.line("paused", why="the auditor is here")
        told = " ".join(rpa("status", request_id).stdout.split())
        assert "State waits since" in told
        why = "it waits for its date; the line is paused: the auditor is here; no worker is running: rpa work"
        assert f"Why {why} Not before {date.astimezone():%Y-%m-%d %H:%M} M" in told
        assert f"; at the site {date.astimezone():%Y-%m-%d %H:%M} M" in told
        assert "Evil <U+001B>[31m<U+202E>eman" in told

    @pytest.mark.parametrize(
        ("state", "more", "words"),
        [
            (State.WAITING, {"why": "site_down"}, "Why it waits for its turn; it was put back: site_down"),
            (State.WAITING, {"not_before": NOW + dt.timedelta(days=9999), "why": "it is tried again"}, "it is tried again"),
            (State.WORKING, {"worker": "w", "desk": 3, "step": "6.2 cancel"}, "robot 7 (rpa work, desk 3)"),
            (State.WORKING, {"withdraw_by": "bob", "withdraw_why": "paid"}, "Withdrawal asked for by bob: paid"),
            (State.HELD, {}, "to go on: rpa retry r-1"),
            (State.WAITING_APPROVAL, {}, "its plan waits for a person: rpa approve r-1 --by NAME"),
        ],
    )  # fmt: skip
    def test_each_state_is_told_in_words(self, rows: Rows, state: State, more: dict[str, Any], words: str) -> None:
        rows.worker()
        rows.job(state, **more)
        assert words in " ".join(rpa("status", "r-1").stdout.split())

    def test_a_plan_that_waits_for_a_person_tells_until_when(self, rows: Rows, denver: None) -> None:
        request_id = rows.job(State.WAITING_APPROVAL)
        rows.approval(request_id, "void", seconds=90)
        rows.approval(request_id, seconds=60)
        told = " ".join(rpa("status", request_id).stdout.split())
        assert re.search(r"Expires (2026-11-23 )?05:59(:00)? MST", told)
        assert "waiting, plan abababababababab, expires" in told

    def test_a_request_whose_account_is_being_worked_on_says_for_which_other(self, rows: Rows) -> None:
        rows.worker()
        rows.job()
        rows.lock("611001", "r-9")
        assert "account 611001 is being worked on for request r-9" in " ".join(rpa("status", "r-1").stdout.split())

    def test_what_was_accepted_and_never_queued_says_how_it_gets_there(self, rows: Rows) -> None:
        told = " ".join(rpa("status", rows.request()).stdout.split())
        assert "was accepted, and is not in the queue Why nobody has put it into the queue: rpa retry r-1" in told

    def test_the_whole_story_is_told(self, rows: Rows) -> None:
        request_id = rows.end(End.NEEDS_HUMAN, "unknown_effect")
        rows.approval(request_id, "used")
        rows.recheck(request_id, "fine", done_at=ago(5), seen="nothing is billed")
        rows.put(audit, {"at": ago(9), "who": "ann", "what": "submit", "request_id": request_id, "why": "a.csv"})
        told = {"request_id": request_id, "attempt": 1, "seq": 3, "account_number": "611001", "at": ago(8)}
        rows.put(intents, told | {"id": "i1", "effect": "set_status", "before": "ACTIVE", "outcome": ""})
        said = '{"as": "cancelled", "why": "done by hand", "by": "bob"}'
        event = {"request_id": request_id, "seq": 9, "attempt": 1, "kind": EventKind.RESOLVED.value, "clause": ""}
        rows.put(observations, event | {"at": ago(2), "data": said, "hash": "0" * 64})
        shown = " ".join(rpa("status", request_id).stdout.split())
        for words in (
            "has its end since", "needs_human (unknown_effect)", "Account status set to DELETE: not known (before: ACTIVE)",
            "used, plan abababababababab: 12 licenses (10 or more)", "24 h: fine; nothing is billed",
            "bob closed it as cancelled: done by hand", "ann: submit (a.csv)", f"{os.sep}cases{os.sep}r-1",
        ):  # fmt: skip
            assert words in shown
        assert "What to do" not in shown  # a person did it
        [told_json] = objects(rpa("status", request_id, "--json"))
        assert told_json["state"] == "ended"
        assert [told_json[key][0]["state"] for key in ("approvals", "rechecks")] == ["used", "fine"]
        assert undocumented(told_json, "rpa.request_status.v1") == []

    def test_an_end_that_is_tried_again_is_not_told_as_the_end(self, rows: Rows) -> None:
        told = rpa("status", rows.end(End.NEEDS_HUMAN, "drift", state=State.WAITING)).stdout
        assert "Earlier end" in told
        assert "What to do" not in told

    def test_an_unknown_id_is_a_usage_error(self, rows: Rows) -> None:
        result = rpa("status", "nobody")
        assert (result.exit_code, result.stdout) == (2, "")

    def test_a_profile_that_cannot_be_read_hides_only_the_sites_time(self, rows: Rows, folder: Path) -> None:
        (folder / "site.toml").write_text("[site", encoding="utf-8")
        rows.job(not_before=NOW + dt.timedelta(days=9999))
        result = rpa("status", "r-1")
        assert result.exit_code == 0
        assert "The site's own time is not told" in result.stdout


class TestScreen:
    @pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 50), (60, 20), (200, 100), (40, 8), (10, 2)])
    def test_it_fits_and_what_has_no_room_is_counted(self, full: Overview, width: int, height: int) -> None:
        lines = lines_of(Sight(full), width, height)
        assert len(lines) <= height
        assert max(map(cell_len, lines)) <= width
        assert not any("\x1b" in line for line in lines)
        shown = sum("6.2 cancel" in line for line in lines)
        assert any("more line" in line for line in lines) is (height in {20, 24})
        assert shown == 12 or height < 50

    def test_on_a_small_screen_all_that_needs_a_person_is_named_first(self, full: Overview) -> None:
        told = "\n".join(lines_of(Sight(full), 80, 24))
        for words in ("STOPPED", "8 ended so that a person", "8 plans to approve", "1 notice not sent"):
            assert words in told
        for worker in ("one", "two", "three"):
            assert f"{worker}.robots.example.com" in told

    def test_while_the_database_is_away_it_says_so_above_what_was_seen_last(self, full: Overview) -> None:
        first, second, *_ = lines_of(Sight(full, "the database is away: \x1b[2Jgone"), 80, 24)
        assert first == "the database is away: <U+001B>[2Jgone; below is how it was"
        assert second.startswith("Time")


class TestWatch:
    def test_it_outlives_a_database_that_is_away_and_makes_no_empty_one(self, rows: Rows, folder: Path) -> None:
        rows.job()
        database, away = folder / "rpa-data" / "rpa.db", folder / "away.db"
        watched = Looking(rows.records.engine, 0.05)
        sights = watched.sights()
        assert next(sights).trouble == ""
        database.rename(away)
        gone = next(sight for sight in sights if sight.trouble)
        assert "there is no" in gone.trouble
        assert gone.seen is not None
        assert not database.exists()
        away.rename(database)
        assert next(sight for sight in sights if not sight.trouble).seen is not None
        watched.stop()

    def test_a_database_that_does_not_answer_is_not_waited_for(
        self, rows: Rows, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answers = threading.Event()
        monkeypatch.setattr(looking, "PATIENCE", 0.01)
        monkeypatch.setattr(looking, "look", lambda _: answers.wait())
        watched = Looking(rows.records.engine, 0.01)
        assert next(watched.sights()) == Sight(None, "the database has not answered for 0 s")
        watched.stop()
        answers.set()

    def test_a_lost_server_is_told_in_its_own_words(self, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
        def refused(_: object) -> None:
            raise OperationalError("SELECT 1", {}, Exception("connection refused\nis it running?"))

        monkeypatch.setattr(looking, "look", refused)
        watched = Looking(rows.records.engine, 0.01)
        assert next(watched.sights()).trouble == "the database is away: connection refused"
        watched.stop()

    def test_a_mistake_of_ours_is_not_taken_for_that(self, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(looking, "look", lambda _: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            list(Looking(rows.records.engine, 0.01).sights())

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_it_ends_well_when_it_is_told_to(
        self, rows: Rows, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = signal.getsignal(number)
        after_the_second(monkeypatch, "emit", lambda: signal.raise_signal(number))
        result = rpa("watch", "--json", "--every", "0.2")
        assert (result.exit_code, signal.getsignal(number)) == (0, before)
        assert [one["schema"] for one in objects(result)] == ["rpa.status.v1"] * 2

    def test_piped_it_prints_a_line_for_each_change(self, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
        looks = after_the_second(monkeypatch, "say", lambda: signal.raise_signal(signal.SIGINT), rows.job)
        result = rpa("watch", "--every", "0.2")
        assert (result.exit_code, looks) == (0, [1, 2])
        assert re.findall(r"(\d+) waiting", result.stdout) == ["0", "1"]

    def test_time_alone_changes_no_line(self, full: Overview) -> None:
        assert one_line(full) == one_line(replace(full, at=NOW + dt.timedelta(seconds=7)))


def after_the_second(
    monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object], first: Callable[[], object] = lambda: None
) -> list[int]:
    """Do `first` once a method of Screen was called, and `act` once it was called again; returns the calls so far."""
    plain, calls = getattr(Screen, name), list[int]()

    def method(screen: Screen, *given: Any) -> None:
        plain(screen, *given)
        calls.append(len(calls) + 1)
        act() if len(calls) > 1 else first()

    monkeypatch.setattr(Screen, name, method)
    return calls

"""What must be true of the records when things go wrong: kills, full disks, two processes."""

import datetime as dt
import errno
import gzip
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from flows.journal import Event, EventKind, Journal
from flows.model import Effect, End, Outcome
from rpa.cases import CaseFile, verify
from rpa.cases.files import write_atomic
from rpa.records import (
    AlreadyEnded,
    CaseBusy,
    CaseDamaged,
    CaseJournal,
    NoSuchRequest,
    Records,
    RequestConflict,
    UnsafeId,
)
from rpa.records.closing import record_end
from tests.case_samples import PROFILE, a_request, before, picture, records_in, tell_case

IDENTITY = {"number": "611974", "name": "12-10 Test"}
PAGE: dict[str, Any] = {"clause": "2", "moment": "page", "page": "Organization", "url": "http://crm.test/"}


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with records_in(tmp_path) as opened:
        yield opened


@pytest.fixture
def journal(records: Records) -> Iterator[CaseJournal]:
    with records.begin(a_request(), profile=PROFILE) as begun:
        yield begun


def intend(journal: Journal, effect: Effect = Effect.SET_STATUS) -> str:
    return journal.intend(effect, "6.3", IDENTITY, "Cancel page", "ACTIVE")


def rows(tmp_path: Path, query: str) -> list[Any]:
    engine = create_engine(f"sqlite:///{tmp_path / 'rpa.db'}")
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def all_bytes(folder: Path) -> bytes:
    parts = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    parts += [gzip.decompress(path.read_bytes()) for path in folder.rglob("*.gz")]
    return b"\n".join(parts)


# Requests


def test_the_same_request_again_gives_the_stored_one(records: Records) -> None:
    first = records.accept(a_request(), source="file.csv row 3")
    assert records.accept(a_request(), source="another.csv row 9") == first
    assert first.source == "file.csv row 3"
    assert first.attempts == 0
    assert first.outcome is None


def test_the_same_id_with_other_content_is_refused_and_every_difference_named(records: Records) -> None:
    records.accept(a_request())
    with pytest.raises(RequestConflict) as conflict:
        records.accept(a_request(name="12-10 Test 2", reason="Moved\x1b[31m"))
    assert 'account_name was "12-10 Test" and is now "12-10 Test 2"' in str(conflict.value)
    assert 'reason was "Too expensive"' in str(conflict.value)
    assert "\x1b" not in str(conflict.value)
    assert "account_number" not in str(conflict.value)


@pytest.mark.parametrize(
    "bad",
    ["", "../x", "a/b", "a\\b", ".", "..", ".hidden", "a..b", "CON", "nul.txt", "x" * 101, "a\n", "a.", "ä"],
)
def test_an_id_that_could_be_a_path_is_refused(records: Records, tmp_path: Path, bad: str) -> None:
    with pytest.raises(UnsafeId):
        records.accept(a_request(bad))
    with pytest.raises(UnsafeId):
        records.begin(a_request(bad), profile=PROFILE)
    assert list((tmp_path / "cases").iterdir()) == []


def test_find_takes_a_unique_prefix_and_names_what_is_near(records: Records) -> None:
    for id_ in ("R-0001", "R-0002", "S_1"):
        records.accept(a_request(id_))
    assert records.find("S").request.id == "S_1"
    with pytest.raises(NoSuchRequest, match="fits 2 requests: R-0001, R-0002"):
        records.find("R-")
    with pytest.raises(NoSuchRequest, match="near it: R-000"):
        records.find("R-0003")
    for wrong in ("", "%", "s", "S%"):
        with pytest.raises(NoSuchRequest):
            records.find(wrong)


def test_an_id_that_begins_another_id_is_still_found(records: Records) -> None:
    records.accept(a_request("R-1"))
    records.accept(a_request("R-10"))
    assert records.find("R-1").request.id == "R-1"


def test_list_is_in_order_of_acceptance_and_limited_to_the_newest(records: Records) -> None:
    for number in (3, 1, 2):
        records.accept(a_request(f"R-{number}"))
    tell_case(records, a_request("R-1"), End.REFUSED, "not_found")
    assert [record.request.id for record in records.list()] == ["R-3", "R-1", "R-2"]
    assert [record.request.id for record in records.list(limit=2)] == ["R-1", "R-2"]
    assert [record.request.id for record in records.list(end=End.REFUSED)] == ["R-1"]
    assert records.list(end=End.CANCELLED) == []


def test_sqlite_is_set_up_to_lose_nothing(records: Records, tmp_path: Path) -> None:
    with records._engine.connect() as connection:
        told = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


# The journal


def test_an_intent_is_in_the_journal_and_committed_before_its_id_is_returned(
    journal: CaseJournal, tmp_path: Path
) -> None:
    intent = intend(journal)
    assert rows(tmp_path, "SELECT id, effect, requests_sent, outcome FROM intents") == [
        (intent, "set_status", None, "")
    ]
    assert intent in (journal.case_dir / "journal.jsonl").read_text()


def test_what_left_the_browser_and_what_became_of_it_are_told(journal: CaseJournal) -> None:
    first, second = intend(journal), intend(journal, Effect.FILL_FORM)
    journal.sent(first, [{"method": "POST", "path": "/a", "status": 200}])
    journal.sent(second, [{"method": "POST", "path": "/a", "status": None, "blocked": True}])
    journal.settle(first, "done", "DELETE")
    assert [(told.id, told.requests_sent, told.outcome) for told in journal.intents()] == [
        (first, 1, "done"),
        (second, 0, ""),
    ]
    assert all(told.account_number == "611974" for told in journal.intents())
    with pytest.raises(KeyError):
        journal.settle("R-0001-i9", "done", "")


def test_what_one_look_settles_is_durable_at_its_end_all_at_once(journal: CaseJournal, tmp_path: Path) -> None:
    first, second = intend(journal), intend(journal, Effect.CANCEL_BILLINGS)
    outcomes = partial(rows, tmp_path, "SELECT outcome FROM intents ORDER BY seq")
    with journal.together():
        for intent in (first, second):
            journal.settle(intent, "done", "0")
            assert outcomes() == [("",), ("",)]
    assert outcomes() == [("done",), ("done",)]
    assert verify_chain(journal.case_dir)


def test_an_intent_waits_for_no_end_of_a_look(journal: CaseJournal, tmp_path: Path) -> None:
    outcomes = partial(rows, tmp_path, "SELECT outcome FROM intents ORDER BY seq")

    def look() -> None:
        with journal.together():
            journal.settle(intend(journal), "done", "0")
            assert outcomes() == [("",)]
            second = intend(journal, Effect.CANCEL_BILLINGS)
            assert outcomes() == [("done",), ("",)]
            journal.settle(second, "done", "0")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        look()
    assert outcomes() == [("done",), ("",)]
    journal.write(EventKind.PROOF, lines=())
    assert outcomes() == [("done",), ("done",)]


def test_no_intent_without_a_database(journal: CaseJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locker = create_engine(f"sqlite:///{tmp_path / 'rpa.db'}")
    with journal._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
        connection.commit()
    with locker.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            intend(journal)
        other.rollback()
    locker.dispose()
    # Later the database is told, and told too that nothing was clicked.
    journal.write(EventKind.PROOF, lines=())
    assert [(told.outcome, told.requests_sent) for told in journal.intents()] == [("not_done", 0)]


def test_no_intent_on_a_full_disk_and_no_half_line(journal: CaseJournal, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write

    def half(handle: int, content: bytes) -> int:
        return real(handle, content[: len(content) // 2])

    with monkeypatch.context() as full:
        full.setattr("rpa.records.journal_file.os.write", half)
        with pytest.raises(OSError, match="in part") as failed:
            intend(journal)
    assert failed.value.errno == errno.ENOSPC
    assert journal.intents() == []
    assert intend(journal)
    assert verify_chain(journal.case_dir)


def test_after_a_failed_fsync_nothing_is_written_any_more(
    journal: CaseJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr("rpa.records.journal_file.os.fsync", failing)
        with pytest.raises(OSError, match="Input/output"):
            intend(journal)
    with pytest.raises(OSError, match="can't be trusted"):
        intend(journal)
    with pytest.raises(OSError, match="can't be trusted"):
        journal.keep("x", b"x", media_type="text/plain", **PAGE)


def test_a_full_disk_of_a_real_kind(tmp_path: Path) -> None:
    """/dev/full answers ENOSPC as a disk does."""
    with records_in(tmp_path) as records, records.begin(a_request(), profile=PROFILE) as journal:
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, journal._file._handle)
        os.close(full)
        with pytest.raises(OSError, match="No space"):
            intend(journal)
        assert journal.intents() == []


def test_a_read_only_folder_is_an_error_and_no_end_is_recorded(
    journal: CaseJournal, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("rpa.cases.writing.write_atomic", read_only)
    ended = Outcome(id="R-0001", account_name="a", account_number="1", end=End.REFUSED, message="x")
    with pytest.raises(OSError, match="Read-only"):
        journal.finish(ended)
    assert records.find("R-0001").outcome is None


def test_the_case_file_is_whole_before_the_end_is_in_the_database(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = record_end, []

    def spy(*told: Any) -> None:
        seen.append(
            (
                verify(tmp_path / "cases" / "R-0001").findings,
                rows(tmp_path, "SELECT kind FROM observations WHERE kind = 'end'"),
            )
        )
        real(*told)

    monkeypatch.setattr("rpa.records.journal.record_end", spy)
    tell_case(records, a_request(), End.CANCELLED)
    assert seen == [((), [])]
    assert rows(tmp_path, 'SELECT "end" FROM ends') == [("cancelled",)]


@pytest.mark.parametrize("fails_at", range(5))
def test_an_error_anywhere_in_finish_leaves_no_end_and_the_next_run_completes_it(
    records: Records, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    calls = iter(range(100))

    def failing(path: Path, content: bytes) -> None:
        if next(calls) == fails_at:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write_atomic(path, content)

    with monkeypatch.context() as full:
        full.setattr("rpa.cases.writing.write_atomic", failing)
        with pytest.raises(OSError, match="No space left"):
            tell_case(records, a_request(), End.CANCELLED)
    assert records.find("R-0001").outcome is None
    (records.find("R-0001").case_dir / ".case.html.tmp").write_bytes(b"left by a kill")
    tell_case(records, a_request(), End.CANCELLED)
    assert records.verify("R-0001").findings == ()


def test_finish_returns_the_outcome_with_its_case_folder(records: Records, tmp_path: Path) -> None:
    outcome = tell_case(records, a_request(), End.CANCELLED)
    assert outcome.case_dir == str(tmp_path / "cases" / "R-0001")
    assert records.find("R-0001").outcome == outcome
    assert records.verify("R-0001").findings == ()
    assert records.verify("R-0001").against_database


def test_an_ended_request_is_not_run_again_unless_a_person_was_asked(records: Records) -> None:
    tell_case(records, a_request("R-1"), End.CANCELLED)
    with pytest.raises(AlreadyEnded):
        records.begin(a_request("R-1"), profile=PROFILE)
    tell_case(records, a_request("R-2"), End.NEEDS_HUMAN, "site_down")
    with records.begin(a_request("R-2"), profile=PROFILE) as journal:
        assert journal.attempt == 2
        assert records.find("R-2").outcome is None
    tell_case(records, a_request("R-2"), End.CANCELLED)
    found = records.find("R-2")
    assert (found.attempts, found.outcome and found.outcome.end) == (3, End.CANCELLED)
    assert records.verify("R-2").findings == ()


def test_the_snapshot_before_the_first_effect_outlives_a_restart(records: Records) -> None:
    with records.begin(a_request(), profile=PROFILE) as journal:
        journal.write(EventKind.SNAPSHOT, reading=before(a_request()), module="Standard Edition")
    with records.begin(a_request(), profile=PROFILE) as again:
        again.write(
            EventKind.SNAPSHOT,
            reading=before(a_request()).model_copy(update={"license_count": 0}),
            module="x",
        )
        snapshot = again.snapshot()
    assert snapshot is not None
    assert snapshot.license_count == 7
    outcome = tell_case(records, a_request(), End.CANCELLED)
    told = CaseFile.model_validate_json((Path(outcome.case_dir) / "case.json").read_bytes())
    assert told.snapshot == snapshot
    assert told.module == "Standard Edition"


def test_a_display_that_fails_is_switched_off_and_nothing_is_lost(journal: CaseJournal) -> None:
    seen: list[Event] = []

    def failing(_event: Event) -> None:
        raise BrokenPipeError("terminal gone")

    journal.listen(failing)
    journal.listen(seen.append)
    assert intend(journal)
    assert [event.kind for event in seen] == [EventKind.WARNING, EventKind.INTENT]
    assert len(journal.intents()) == 1


# Two processes, and dead ones


def test_a_case_file_has_one_writer(journal: CaseJournal, records: Records) -> None:
    with pytest.raises(CaseBusy, match="R-0001 is being worked on"):
        records.begin(a_request(), profile=PROFILE)
    journal.close()
    with records.begin(a_request(), profile=PROFILE) as next_one:
        assert next_one.attempt == 2


def run_python(tmp_path: Path, body: str) -> "subprocess.Popen[str]":
    head = "from pathlib import Path\nfrom tests.case_samples import *\nfrom tests.test_records import *\n"
    script = f"{head}folder = Path({str(tmp_path)!r})\n{textwrap.dedent(body)}"
    root = Path(__file__).parent.parent
    return subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=root)


def test_another_process_is_kept_out_and_let_in_when_the_first_is_killed(tmp_path: Path) -> None:
    body = """
        journal = records_in(folder).begin(a_request(), profile=PROFILE)
        print("ready", flush=True)
        import time; time.sleep(60)
    """
    with run_python(tmp_path, body) as process, records_in(tmp_path) as records:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with pytest.raises(CaseBusy):
            records.begin(a_request(), profile=PROFILE)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with records.begin(a_request(), profile=PROFILE) as journal:
            assert journal.attempt == 2


def test_many_processes_start_on_an_empty_folder_and_accept_the_same_request(tmp_path: Path) -> None:
    body = """
        records = records_in(folder)
        for number in range(20):
            records.accept(a_request(f"R-{number}"))
        tell_case(records, a_request(f"own-{os.getpid()}"), End.CANCELLED)
    """
    processes = [run_python(tmp_path, body) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    for process in processes:
        assert process.stdout is not None
        process.stdout.close()
    with records_in(tmp_path) as records:
        assert len(records.list()) == 24
        assert all(records.verify(record.request.id).ok for record in records.list(end=End.CANCELLED))


@pytest.mark.parametrize("after", [1, 2, 5, 11])
def test_kill_9_in_the_midst_loses_no_intent(tmp_path: Path, after: int) -> None:
    body = """
        journal = records_in(folder).begin(a_request(), profile=PROFILE)
        for number in range(1000):
            journal.write(EventKind.OBSERVATION, page="Organization", values={"n": str(number)})
            journal.keep("page", picture(1, 2, 3), media_type="image/png", **PAGE)
            intent = intend(journal)
            print(intent, flush=True)
            journal.sent(intent, [{"method": "POST", "path": "/x", "status": 200}])
            journal.settle(intent, "done", "DELETE")
    """
    with run_python(tmp_path, body) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
        told += process.stdout.read().split()
    with records_in(tmp_path) as records:
        with records.begin(a_request(), profile=PROFILE) as journal:
            known = [intent.id for intent in journal.intents()]
            assert known[: len(told)] == told
            assert len(known) <= len(told) + 1
            assert all(intent.outcome == "done" for intent in journal.intents()[: len(told) - 1])
            assert "attempt 1 stopped without an end: it was stopped or its process died" in str(journal.events)
        tell_case(records, a_request(), End.CANCELLED)
        assert records.verify("R-0001").findings == ()


def test_an_outcome_counts_the_recoveries_of_all_attempts(records: Records) -> None:
    with records.begin(a_request(), profile=PROFILE) as journal:
        for clause, by in (("4a", "press_update"), ("4a", "press_update"), ("session", "sign_in_again")):
            journal.write(EventKind.RECOVERY, clause, on="x", by=by, outcome="done")
    with records.begin(a_request(), profile=PROFILE) as journal:
        journal.write(EventKind.RECOVERY, "7a", on="x", by="switch_to_premium_and_return", outcome="done")
        ended = Outcome(
            id="R-0001", account_name="a", account_number="1", end=End.REFUSED, message="m", recoveries=("7a",)
        )
        assert journal.finish(ended).recoveries == ("4a", "session: sign_in_again", "7a")
    outcome = records.find("R-0001").outcome
    assert outcome is not None
    assert outcome.recoveries == ("4a", "session: sign_in_again", "7a")
    assert records.verify("R-0001").ok


def test_a_torn_last_line_is_set_aside_where_it_can_be_seen(records: Records, tmp_path: Path) -> None:
    with records.begin(a_request(), profile=PROFILE) as journal:
        intent = intend(journal)
        path = journal.case_dir / "journal.jsonl"
    with path.open("ab") as file:
        file.write(b'{"at":"2026-11-23T07:58')
    with records.begin(a_request(), profile=PROFILE) as journal:
        assert [told.id for told in journal.intents()] == [intent]
    tell_case(records, a_request(), End.REFUSED, "not_found")
    (torn,) = (tmp_path / "cases/R-0001/evidence").glob("*torn*")
    assert torn.read_bytes() == b'{"at":"2026-11-23T07:58'
    assert torn.name in (tmp_path / "cases/R-0001/case.html").read_text()
    assert records.verify("R-0001").findings == ()


def test_evidence_lost_in_a_crash_is_told_and_not_called_an_edit(records: Records) -> None:
    with records.begin(a_request(), profile=PROFILE) as journal:
        kept = journal.keep("page", picture(1, 2, 3), media_type="image/png", **PAGE)
        (journal.case_dir / kept).unlink()
        (journal.case_dir / "evidence" / "0099-half.png").write_bytes(b"half")
    tell_case(records, a_request(), End.REFUSED, "not_found")
    told = (records.find("R-0001").case_dir / "case.json").read_text()
    assert f"{kept} is missing or not as recorded" in told
    assert "0099-half.png was left by an attempt" in told
    assert records.verify("R-0001").findings == ()


def test_a_journal_that_lacks_what_the_database_knows_stops_the_request(records: Records) -> None:
    with records.begin(a_request(), profile=PROFILE) as journal:
        intend(journal)
        path = journal.case_dir / "journal.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(CaseDamaged, match="does not hold the 2 events"):
        records.begin(a_request(), profile=PROFILE)
    path.unlink()
    with pytest.raises(CaseDamaged):
        records.begin(a_request(), profile=PROFILE)


def test_events_that_only_the_journal_has_are_brought_into_the_database(
    journal: CaseJournal, records: Records, tmp_path: Path
) -> None:
    journal.write(EventKind.OBSERVATION, page="Organization", values={})
    assert rows(tmp_path, "SELECT kind FROM observations") == [("attempt_started",)]
    journal.close()
    with records.begin(a_request(), profile=PROFILE):
        kinds = [kind for (kind,) in rows(tmp_path, "SELECT kind FROM observations ORDER BY seq")]
    assert kinds[:3] == ["attempt_started", "observation", "attempt_started"]


def verify_chain(case_dir: Path) -> bool:
    return not [told for told in verify(case_dir).findings if "journal.jsonl" in told and "manifest" not in told]


# Secrets and masked fields


SECRET = 'p&ss "wörd"/1'
DOCUMENT = """
<form action="/go.jsp;jsessionid=A1B2C3D4?x=1"><a href="/b?token=TTT111&amp;y=2">b</a>
<input type="password" name="p" value="PWD222"><input type=hidden name="javax.faces.ViewState" value='VS333'>
<input value="CSRF444" type="hidden" name="csrf_token"><meta name="csrf-token" content="META555">
<script>var csrfToken = 'JS666'; var o = {"sessionId": "JSON777"};</script>
<table><tr><td>Phone:</td><td>&nbsp;</td><td><b>555-123-4567</b></td></tr><tr><td>Email</td>
<td><input value="pat@example.com"></td></tr>
<tr><td>Phone:</td><td></td><td>Country:</td><td>visible 1</td></tr></table>
<!-- don't --><script>if (a<b) { x = "it's" } // isn't</script><p>Fax</p><p>666-765-4321</p>
<p>Phone: 777-765-4321</p><input aria-label="Phone" value="888-765-4321">
<p>call 555-123-4567</p><p>Status: ACTIVE</p></form>
"""


def test_neither_secrets_nor_masked_values_reach_the_disk(records: Records, tmp_path: Path) -> None:
    with records.begin(a_request(), profile=PROFILE) as journal:
        journal.redact([SECRET, "cookievalue", ""])
        journal.keep("p", f"{DOCUMENT}{SECRET} p%26ss%20%22w%C3%B6rd%22/1".encode(), media_type="text/html", **PAGE)
        journal.keep("t", f"cookie: cookievalue {SECRET}".encode(), media_type="text/plain", **PAGE)
        journal.write(EventKind.WARNING, text=f"failed for {SECRET} at http://x/y;jsessionid=Z9Z9Z9?token=QQQ")
        journal.write(
            EventKind.OBSERVATION,
            page="x",
            values={"Phone:": "999-765-4321", SECRET: ["cookievalue"]},
            cells=[("EMAIL", "lee@example.com")],
        )
        journal.write(
            EventKind.OBSERVATION,
            page="x",
            values={"Note": "call 999-765-4321 or lee@example.com, not 611974"},
        )
        ended = Outcome(id="R-0001", account_name="a", account_number="1", end=End.REFUSED, message=SECRET)
        assert journal.finish(ended).message == "[secret]"
    written = all_bytes(tmp_path).decode("utf-8", "replace")
    for hidden in (
        "wörd",
        "w\\u00f6rd",
        "%C3%B6rd",
        "cookievalue",
        "A1B2C3D4",
        "TTT111",
        "PWD222",
        "VS333",
        "CSRF444",
        "META555",
        "JS666",
        "JSON777",
        "Z9Z9Z9",
        "QQQ",
    ):
        assert hidden not in written, hidden
    for masked in ("123-4567", "pat@example.com", "765-4321", "lee@example.com", "pat.lee@"):
        assert masked not in written, masked
    for kept in ("visible 1", "Status: ACTIVE", "not 611974", "x=1", "y=2"):
        assert kept in written, kept


def test_a_masked_field_can_not_blacken_the_proof(records: Records) -> None:
    with records.begin(a_request(), profile=PROFILE) as journal:
        values = {"Phone": "DELETE", "Email": "611974", "Account Status": "DELETE"}
        journal.write(EventKind.OBSERVATION, page="x", values=values)
        journal.write(EventKind.OBSERVATION, page="x", values={"Status": "DELETE", "Number": "611974"})
        assert journal.events[-1].data["values"] == {"Status": "DELETE", "Number": "611974"}
        assert journal.events[-2].data["values"]["Phone"] == "•••"


def test_any_value_a_page_can_yield_can_be_recorded(journal: CaseJournal) -> None:
    odd = {
        "half": "\ud800x",
        "nul": "a\x00b",
        "nan": float("nan"),
        "when": dt.date(2026, 1, 2),
        "set": {1},
        "deep": ({"x": b"y"},),
    }
    journal.write(EventKind.OBSERVATION, page="x", values=odd)
    journal.write(EventKind.PROOF, lines=())
    assert journal.events[-2].data["values"]["half"] == "⟨U+D800⟩x"
    assert verify_chain(journal.case_dir)

"""The records on PostgreSQL: one request's whole way, what its texts may hold, and a server that was restarted."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.exc import OperationalError

from flows.journal import EventKind
from flows.model import CancellationRequest, End, Outcome
from rpa.database.tables import observations
from rpa.records import AlreadyEnded, CaseDamaged, NoSuchRequest, Records, RequestConflict
from tests.case_samples import HOSTILE, PROFILE, a_request
from tests.postgres import carry_out
from tests.postgres_server import PostgresServer

IDENTITY = {"number": "611974", "name": "12-10 Test"}
EVERY_KIND_OF_TEXT = f"NUL \0, half \ud83d, {HOSTILE}, 名前 {'x' * 5000}"


@pytest.fixture
def records(tmp_path: Path, postgres_url: str) -> Iterator[Records]:
    with Records(postgres_url, tmp_path / "cases") as opened:
        yield opened


def end_of(request: CancellationRequest, end: End = End.REFUSED) -> Outcome:
    return Outcome.of(
        request,
        end=end,
        code="not_found",
        message="there is no such account",
    )


def test_a_request_goes_its_whole_way(records: Records) -> None:
    request = a_request()
    accepted = records.accept(request, source="file.csv row 3")
    assert accepted.accepted_at.tzinfo is dt.UTC
    assert records.accept(request, source="again") == accepted
    with pytest.raises(RequestConflict, match="reason was"):
        records.accept(a_request(reason="Moved"))

    with records.begin(request, profile=PROFILE) as journal:
        intent = journal.intend("set_status", "6.3", IDENTITY, "Cancel page", "ACTIVE")
        journal.sent(intent, [{"method": "POST", "path": "/a", "status": 200}])
        # Closed without an end, as by an error; what was not critical is in the journal only.
        journal.write(EventKind.WARNING, text="the last words")
    assert records.find("R-00").outcome is None

    with records.begin(request, profile=PROFILE) as journal:
        assert journal.attempt == 2
        assert [(one.id, one.requests_sent, one.outcome) for one in journal.intents()] == [(intent, 1, "")]
        journal.settle(intent, "done", "DELETE")
        journal.finish(end_of(request))
    with pytest.raises(AlreadyEnded):
        records.begin(request, profile=PROFILE)
    assert [(one.request.id, one.attempts) for one in records.list(end=End.REFUSED)] == [(request.id, 2)]
    report = records.verify(request.id)
    assert report.ok
    assert report.against_database


def test_the_database_holds_the_same_events_as_the_journal(records: Records) -> None:
    with records.begin(a_request(), profile=PROFILE) as journal:
        journal.finish(end_of(a_request()))
        told = journal.events
    with records.engine.connect() as connection:
        rows = connection.execute(select(observations).order_by(observations.c.seq)).all()
    assert [(row.kind, row.at) for row in rows] == [(one.kind, one.at) for one in told]


def test_every_kind_of_text_is_kept(records: Records) -> None:
    request = a_request(name=EVERY_KIND_OF_TEXT.replace("\ud83d", ""), reason="\0")
    profile = PROFILE.model_copy(update={"name": EVERY_KIND_OF_TEXT})
    assert records.accept(request, source=EVERY_KIND_OF_TEXT).request == request
    with records.begin(request, profile=profile) as journal:
        intent = journal.intend("set_status", "6.3", IDENTITY, EVERY_KIND_OF_TEXT, EVERY_KIND_OF_TEXT)
        journal.settle(intent, "done", EVERY_KIND_OF_TEXT)
        journal.write(EventKind.PROOF, text=EVERY_KIND_OF_TEXT)
        journal.finish(end_of(request).model_copy(update={"code": "\0", "message": EVERY_KIND_OF_TEXT}))
    assert records.verify(request.id).ok
    assert "NUL ⟨U+0000⟩" in records.intents(request.id)[0].before


@pytest.mark.parametrize("asked", ["R\0", "R-0001\0", "\udcff", "R-%", "r-0001", "x" * 5000, ""])
def test_what_is_no_id_is_not_found(records: Records, asked: str) -> None:
    records.accept(a_request())
    with pytest.raises(NoSuchRequest):
        records.find(asked)


def test_a_copy_that_says_it_is_of_no_possible_request_stands_alone(records: Records, tmp_path: Path) -> None:
    with records.begin(a_request(), profile=PROFILE) as journal:
        journal.finish(end_of(a_request()))
    copy = tmp_path / "copy"
    shutil.copytree(journal.case_dir, copy)
    (copy / "manifest.json").write_text((copy / "manifest.json").read_text().replace("R-0001", "R-\\u0000"))
    assert not records.verify_copy(copy).ok


def test_the_journal_goes_on_after_its_connections_were_lost(postgres_alone: PostgresServer, tmp_path: Path) -> None:
    with (
        Records(postgres_alone.url(), tmp_path / "cases") as records,
        records.begin(a_request(), profile=PROFILE) as journal,
    ):
        first = journal.intend("set_status", "6.3", IDENTITY, "Cancel page", "ACTIVE")
        postgres_alone.restart(crash=True)
        journal.sent(first, [])

        def lose(*_: object) -> None:
            carry_out(postgres_alone, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state LIKE 'idle%'")

        event.listen(records.engine, "after_cursor_execute", lose, once=True)  # within the transaction
        with pytest.raises(OperationalError):
            journal.intend("fill_form", "6.3", IDENTITY, "Cancel page", "")
        journal.settle(first, "not_done", "nothing left the browser")
        assert [(one.requests_sent, one.outcome) for one in journal.intents()] == [(0, "not_done"), (0, "not_done")]


def test_a_commit_whose_answer_was_lost_is_not_made_twice(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    dialect = records.engine.dialect
    commit = dialect.do_commit

    def commit_and_lose_the_answer(connection: Any) -> None:
        commit(connection)
        monkeypatch.undo()
        raise dialect.loaded_dbapi.OperationalError("the server closed the connection unexpectedly")

    with records.begin(a_request(), profile=PROFILE) as journal:
        monkeypatch.setattr(dialect, "do_commit", commit_and_lose_the_answer)
        with pytest.raises(OperationalError):
            journal.intend("set_status", "6.3", IDENTITY, "Cancel page", "ACTIVE")
        assert [(one.requests_sent, one.outcome) for one in journal.intents()] == [(None, "")]
        journal.write(EventKind.PROOF, lines=())
        assert [(one.requests_sent, one.outcome) for one in journal.intents()] == [(0, "not_done")]
        journal.finish(end_of(a_request()))
    assert records.verify("R-0001").ok


def test_a_line_that_somebody_else_stored_is_not_taken_for_ones_own(records: Records) -> None:
    with records.begin(a_request(), profile=PROFILE) as journal:
        foreign = {
            "request_id": "R-0001",
            "attempt": 1,
            "kind": "warning",
            "clause": "",
            "data": "{}",
            "hash": "0" * 64,
        }
        with records.engine.begin() as other:
            told = {**foreign, "seq": len(journal.events) + 1, "at": dt.datetime.now(dt.UTC)}
            other.execute(insert(observations), told)
        with pytest.raises(CaseDamaged):
            journal.intend("set_status", "6.3", IDENTITY, "Cancel page", "ACTIVE")
        assert journal.intents() == []

"""`rpa purge`: personal data are gone for good, what was done is still proven, and no kill leaves it half done."""

import contextlib
import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from flows.journal import Event, EventKind
from flows.model import CancellationRequest, Effect, End, Outcome
from rpa.cases import verify
from rpa.cases.chain import JOURNAL, Line, bared, follow, read_chain
from rpa.cases.public import PUBLIC, joined, parts
from rpa.cases.purged import PurgedCase
from rpa.cases.verifying import HALF_PURGED
from rpa.cases.writing import write_purged
from rpa.database.queue_tables import approvals, audit, jobs, notices, rechecks
from rpa.database.tables import attempts, observations
from rpa.records import CaseBusy, CaseDamaged, JournalClosed, Records, RequestPurged, purging
from rpa.records.due import PurgeOrder
from rpa.records.journal_file import JournalFile
from rpa.records.purging import Purging
from rpa.records.stored import GONE
from tests.case_samples import PROFILE, a_request, picture, records_in, tell_case
from tests.test_verify import reseal

ROOT = Path(__file__).parent.parent
SOON = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
PERSONAL = (b"Quagmire", b"12-10 Test", b"Pat Lee", b"611974", b"pat.lee@", b"258.00", b"INV-10")
"""Of the request and of what was read."""
BOTH = {"R-0001": a_request(reason="Quagmire"), "R-0002": a_request("R-0002", reason="Quagmire")}


def an_order(**more: object) -> PurgeOrder:
    return PurgeOrder(**{"ended_before": SOON, "by": "Ann", **more})  # type: ignore[arg-type]


def refuse(records: Records, request: CancellationRequest, end: End = End.REFUSED) -> None:
    """A small case: an intent that was not carried out, a picture, a text."""
    with records.begin(request, profile=PROFILE) as journal:
        intent = journal.intend(Effect.SET_STATUS, "6.3", {"number": "611974"}, "Cancel page", "Quagmire")
        journal.sent(intent, [])
        journal.settle(intent, "not_done", "INV-104")
        about = {"clause": "2", "moment": "page", "page": "Organization", "url": "http://crm.test/"}
        journal.keep("page", picture(1, 2, 3, 8, 8), media_type="image/png", **about)
        name, number = request.account_name, request.account_number
        journal.finish(Outcome(id=request.id, account_name=name, account_number=number, end=end, message="Quagmire"))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cancelled request and a refused one, of the same account."""
    folder = tmp_path_factory.mktemp("told")
    with records_in(folder) as records:
        tell_case(records, BOTH["R-0001"], End.CANCELLED)
        refuse(records, BOTH["R-0002"])
    return folder


@pytest.fixture
def folder(told: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(told, tmp_path / "data"))


@pytest.fixture
def records(folder: Path) -> Iterator[Records]:
    with records_in(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def emptied(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same folder, purged."""
    folder = Path(shutil.copytree(told, tmp_path_factory.mktemp("emptied") / "data"))
    with records_in(folder) as records:
        for id_ in BOTH:
            assert Purging(records, an_order()).purge(id_)
    return folder


def lines_in(folder: Path, id_: str = "R-0001") -> tuple[Line, ...]:
    read = read_chain((folder / "cases" / id_ / JOURNAL).read_bytes(), id_)
    assert read.problem == ""
    return read.lines


# What is left, and what is proven


def test_order_kinds_clauses_times_and_hashes_are_as_they_were_and_the_purge_stands_behind_them(
    told: Path, emptied: Path
) -> None:
    before, after = lines_in(told), lines_in(emptied)
    of = [(line.seq, line.prev, line.hash, line.event.kind, line.event.clause, line.event.at) for line in before]
    assert of == [
        (line.seq, line.prev, line.hash, line.event.kind, line.event.clause, line.event.at) for line in after[:-1]
    ]
    assert (after[-1].event.kind, after[-1].prev) == (EventKind.PURGED, before[-1].hash)


def test_a_purged_case_verifies_by_itself_and_against_the_database_and_says_who_and_when(emptied: Path) -> None:
    with records_in(emptied) as records:
        reports = [verify(emptied / "cases" / "R-0001"), records.verify("R-0001"), records.verify("R-0002")]
    for report in reports:
        assert report.findings == ()
        assert report.purged is not None
        assert report.purged.by == "Ann"
        assert dt.timedelta(0) < dt.datetime.now(dt.UTC) - report.purged.at < dt.timedelta(hours=1)


def test_end_effects_and_times_are_still_told(told: Path, emptied: Path) -> None:
    case = PurgedCase.model_validate_json((emptied / "cases" / "R-0001" / "case.json").read_bytes())
    assert (case.end, case.code, case.ended_at) == (End.CANCELLED, "", lines_in(told)[-1].event.at)
    assert [(one.effect, one.sent, one.outcome) for one in case.effects] == [
        ("remove_license_count", 1, "done"),
        ("cancel_billings", 2, "done"),
        ("set_status", 1, "done"),
        ("set_contact_info", 1, "done"),
        ("fill_form", 1, "done"),
    ]
    assert [(one.clause, one.ok) for one in case.proof] == [(clause, True) for clause in ("6.1", "6.3", "8", "9", "10")]
    page = (emptied / "cases" / "R-0001" / "case.html").read_text()
    assert "deleted on" in page
    assert "All scheduled and submitted billings cancelled" in page
    assert sorted(path.name for path in (emptied / "cases" / "R-0001").iterdir()) == [
        "case.html",
        "case.json",
        "journal.jsonl",
        "manifest.json",
    ]


def test_the_request_can_be_counted_and_its_account_told_from_others(records: Records) -> None:
    tell_case(records, a_request("R-0003", number="700123"), End.ALREADY_CANCELLED)
    accepted = [record.accepted_at for record in records.list()]
    for id_ in ("R-0001", "R-0002", "R-0003"):
        Purging(records, an_order()).purge(id_)
    found = records.list()
    assert [(one.request.id, one.outcome and one.outcome.end) for one in found] == [
        ("R-0001", End.CANCELLED),
        ("R-0002", End.REFUSED),
        ("R-0003", End.ALREADY_CANCELLED),
    ]
    assert [one.accepted_at for one in found] == accepted
    numbers = [one.request.account_number for one in found]
    assert numbers[0] == numbers[1] != numbers[2]
    assert all(number.startswith("purged-") for number in numbers)
    assert [intent.account_number for intent in records.intents("R-0001")] == numbers[:1] * 5


def test_the_account_number_stays_if_the_policy_says_so(records: Records, folder: Path) -> None:
    Purging(records, an_order(keep_account_number=True)).purge("R-0001")
    assert records.find("R-0001").request.account_number == "611974"
    assert "611974" in (folder / "cases" / "R-0001" / "case.html").read_text()
    assert records.verify("R-0001").ok


def test_the_schema_in_the_docs_is_the_models_own() -> None:
    schema = json.loads((ROOT / "docs" / "purged-case.schema.json").read_text())
    assert schema == PurgedCase.model_json_schema(mode="serialization")


# What is gone


def fill_the_queue(records: Records) -> None:
    """Rows of the queue's tables with personal data in each text that may hold some; one larger than a page."""
    at = dt.datetime.now(dt.UTC)
    of = {"request_id": "R-0001"}
    job = {"state": "ended", "turn": 1, "priority": 5, "tries": 0, "since": at, "step": "", "again": False}
    people = {"why": "Quagmire", "withdraw_by": "Pat Lee", "withdraw_why": "Quagmire", "submitted_by": "Pat Lee"}
    asked = {"plan_hash": "0", "plan": "Quagmire" * 2000, "reasons": "12-10 Test", "asked_at": at, "expires_at": at}
    read = {"occasion": "1 h", "due": at, "state": "fine", "seen": "INV-104", "turn": 1, "tries": 0}
    notice = {"kind": "needs_human", "title": "12-10 Test", "body": "Quagmire", "at": at, "tries": 0, "error": ""}
    with records.engine.begin() as connection:
        connection.execute(insert(jobs), of | job | people)
        connection.execute(insert(approvals), of | asked | {"state": "used", "by": "Ann"})
        connection.execute(insert(rechecks), of | read)
        connection.execute(insert(notices), of | notice)
        connection.execute(insert(audit), of | {"at": at, "who": "Ann", "what": "withdraw", "why": "Quagmire"})


def test_no_byte_of_personal_data_is_left_in_case_files_traces_or_database(
    records: Records, folder: Path, tmp_path: Path
) -> None:
    fill_the_queue(records)
    traces = tmp_path / "traces" / "R-0001"
    traces.mkdir(parents=True)
    (traces / "trace-1.zip").write_bytes(b"Quagmire")
    order = Purging(records, an_order(traces=tmp_path / "traces"))
    assert all(order.purge(id_) for id_ in BOTH)
    assert order.forget()
    for path in [*folder.rglob("*"), *traces.parent.rglob("*")]:
        found = [one for one in PERSONAL if path.is_file() and one in path.read_bytes()]
        assert not found, path
    assert not traces.exists()
    with records.engine.connect() as connection:
        who = connection.exec_driver_sql("SELECT who, what, why FROM audit ORDER BY position").all()
    assert [tuple(row) for row in who] == [("Ann", "withdraw", GONE), ("Ann", "purge", ""), ("Ann", "purge", "")]


def test_sqlite_overwrites_what_it_deletes(records: Records) -> None:
    with records.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


def test_what_was_purged_can_not_be_guessed_back_from_its_digest(told: Path, emptied: Path) -> None:
    """Two cases with the same event have other digests, and the salt is nowhere any more."""
    first, second = (lines_in(told, id_) for id_ in BOTH)
    salts = {str(lines[0].event.data["salt"]) for lines in (first, second)}
    assert len(salts) == 2
    journals = [(emptied / "cases" / id_ / JOURNAL).read_text() for id_ in BOTH]
    assert not [salt for salt in salts for text in journals if salt in text]
    digests = [json.loads(line)["data_sha256"] for text in journals for line in text.splitlines()]
    kept = [digest for digest in digests if digest]
    assert len(kept) == len(set(kept)) > 20


NAMES = sorted({name for spec in PUBLIC.values() for name in spec} | {"id", "end", "proof", "ok", "path", "x"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=30, deadline=None)
@given(kind=st.sampled_from(EventKind), data=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6))
def test_an_events_data_are_what_its_two_parts_are_together(kind: EventKind, data: dict[str, object]) -> None:
    public, personal = parts(kind, data)
    assert joined(public, personal) == data
    assert set(public) <= set(PUBLIC.get(kind, {}))


def test_the_journal_can_be_written_again_from_the_database(records: Records, folder: Path) -> None:
    """The salt is among the first event's data, so the same events make the same hashes: another machine goes on."""
    again: list[Line] = []
    query = observations.select().where(observations.c.request_id == "R-0001").order_by(observations.c.seq)
    with records.engine.connect() as connection:
        for row in connection.execute(query):
            event = Event(kind=row.kind, clause=row.clause, at=row.at, data=json.loads(row.data))
            again.append(follow(again, "R-0001", event))
    assert again == list(lines_in(folder))


# Edits


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_flipped_byte_in_a_purged_case_is_found(emptied: Path, data: st.DataObject) -> None:
    case_dir = emptied / "cases" / "R-0002"
    path = case_dir / data.draw(st.sampled_from(sorted(one.name for one in case_dir.iterdir())))
    content = path.read_bytes()
    place, mask = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255))
    path.write_bytes(content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :])
    try:
        assert not verify(case_dir).ok, f"{path.name}, byte {place}"
    finally:
        path.write_bytes(content)


def test_case_json_changed_together_with_the_manifest_is_found_by_the_purged_journal(
    emptied: Path, tmp_path: Path
) -> None:
    case_dir = Path(shutil.copytree(emptied / "cases" / "R-0002", tmp_path / "R-0002"))
    told = (case_dir / "case.json").read_text()
    (case_dir / "case.json").write_text(told.replace('"refused"', '"cancelled"'))
    reseal(case_dir)
    assert verify(case_dir).findings == ("case.json does not tell what journal.jsonl tells",)


def _without_data_of_one(lines: list[bytes], emptied: list[bytes]) -> list[bytes]:
    return [lines[0], emptied[1], *lines[2:]]


def _without_the_salt(lines: list[bytes], emptied: list[bytes]) -> list[bytes]:
    return [emptied[0], *lines[1:]]


def _without_data_of_all(_lines: list[bytes], emptied: list[bytes]) -> list[bytes]:
    return emptied[:-1]


def _with_data_of_one(lines: list[bytes], emptied: list[bytes]) -> list[bytes]:
    return [lines[0], *emptied[1:]]


def _with_empty_data(_lines: list[bytes], emptied: list[bytes]) -> list[bytes]:
    return [emptied[0].replace(b',"data_sha256"', b',"data":{},"data_sha256"'), *emptied[1:]]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (_without_the_salt, "line 2 of journal.jsonl still has data, and line 1 has none"),
        (_without_data_of_one, "line 2 of journal.jsonl has lost its data, and no purge is recorded behind it"),
        (_without_data_of_all, "line 1 of journal.jsonl has lost its data, and no purge is recorded behind it"),
        (_with_data_of_one, "line 1 of journal.jsonl still has its data, though a purge is recorded"),
        (_with_empty_data, "line 1 of journal.jsonl is not as the robot wrote it"),
    ],
)
def test_data_go_from_all_lines_or_from_none(
    told: Path, emptied: Path, edit: Callable[[list[bytes], list[bytes]], list[bytes]], says: str
) -> None:
    whole, bare = ([line.raw for line in lines_in(folder, "R-0002")] for folder in (told, emptied))
    assert says in read_chain(b"".join(edit(whole, bare)), "R-0002").problem


def test_a_purge_that_somebody_forged_is_found_by_the_database(records: Records, folder: Path) -> None:
    case_dir = folder / "cases" / "R-0002"
    lines = list(lines_in(folder, "R-0002"))
    purged = {"by": "Eve", "ended_before": SOON.isoformat(), "account_number": "x", "account_number_kept": False}
    forged = follow(lines, "R-0002", Event(kind=EventKind.PURGED, at=SOON, data=purged))
    lines = [*map(bared, lines), forged]
    shutil.rmtree(case_dir / "evidence")
    for name in ("reply.txt", "restore.md"):
        (case_dir / name).unlink()
    (case_dir / JOURNAL).write_bytes(b"".join(line.raw for line in lines))
    write_purged(case_dir, "R-0002", lines)
    assert verify(case_dir).ok, "by itself nothing is wrong with it"
    assert any("goes on for 1 more events" in one for one in records.verify("R-0002").findings)
    with pytest.raises(CaseDamaged, match="not purged, as its case file is not as written"):
        Purging(records, an_order()).purge("R-0002")


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (folder / "cases").rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["journal.jsonl", "case.html", "evidence", "manifest.json"])
def test_a_case_that_is_not_as_written_is_named_and_nothing_of_it_is_deleted(
    records: Records, folder: Path, name: str
) -> None:
    path = folder / "cases" / "R-0002" / name
    shutil.rmtree(path) if path.is_dir() else path.write_bytes(path.read_bytes()[:-2])
    before = everything(folder)
    with pytest.raises(CaseDamaged, match=r"request R-0002 is not purged.*would destroy the evidence"):
        Purging(records, an_order()).purge("R-0002")
    assert everything(folder) == before
    assert records.find("R-0002").purged is None


def test_a_case_whose_journal_is_gone_is_named_and_none_is_made(records: Records, folder: Path) -> None:
    shutil.rmtree(folder / "cases" / "R-0002")
    with pytest.raises(CaseDamaged, match=r"journal\.jsonl is missing"):
        Purging(records, an_order()).purge("R-0002")
    assert not (folder / "cases" / "R-0002").exists()


def test_a_copy_from_before_the_purge_is_named_as_one(records: Records, folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder / "cases" / "R-0002", tmp_path / "copy"))
    Purging(records, an_order()).purge("R-0002")
    (finding,) = records.verify_copy(copy).findings
    assert "a copy from before the purge of" in finding
    assert "delete it" in finding


# Kills


class Killed(BaseException):
    pass


def kill_at(patch: pytest.MonkeyPatch, number: int) -> list[int]:
    """Die at the so-maniest thing that is renamed, deleted or committed; returns the count, kept up to date."""
    count = [0]

    def dying(real: Callable[..., object]) -> Callable[..., object]:
        def act(*args: object, **more: object) -> object:
            count[0] += 1
            if count[0] == number:
                raise Killed
            return real(*args, **more)

        return act

    patch.setattr(purging, "write_mark", dying(purging.write_mark))
    patch.setattr(purging, "scrub", dying(purging.scrub))
    for name in ("replace", "unlink", "rmdir"):
        patch.setattr(Path, name, dying(getattr(Path, name)))
    return count


def test_killed_at_any_point_it_verifies_or_says_so_and_the_next_purge_finishes_it(told: Path, tmp_path: Path) -> None:
    states = set()
    for number in range(1, 200):
        folder = Path(shutil.copytree(told, tmp_path / str(number), ignore=shutil.ignore_patterns("R-0001")))
        with records_in(folder) as records:
            with pytest.MonkeyPatch.context() as patch:
                count = kill_at(patch, number)
                with contextlib.suppress(Killed):
                    Purging(records, an_order()).purge("R-0002")
            states.add(check_and_finish(records, folder / "cases" / "R-0002"))
        if count[0] < number:
            break
    else:
        pytest.fail("it never came to its end")
    assert number > 10
    assert states == {"as it was", "begun", "half purged", "purged, not told"} | {"purged"}


def test_killed_twice_it_still_says_so(records: Records, folder: Path) -> None:
    """First when all but the database is purged, then while that is done again."""
    for number in range(1, 6):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(purging, "scrub", lambda *_: (_ for _ in ()).throw(Killed))
            with pytest.raises(Killed):
                Purging(records, an_order()).purge("R-0002")
            kill_at(patch, number)
            with pytest.raises(Killed):
                Purging(records, an_order()).purge("R-0002")
        assert verify(folder / "cases" / "R-0002").findings in ((), (HALF_PURGED,))
    assert check_and_finish(records, folder / "cases" / "R-0002") == "half purged"


def check_and_finish(records: Records, case_dir: Path) -> str:
    """What state a kill left; it must be one that `verify` knows, and lead to the same end."""
    found, alone = records.find("R-0002"), verify(case_dir)
    told = records.verify("R-0002")
    if found.purged is None:
        assert (told.ok, alone.ok, alone.purged) == (True, True, None)
        state = "as it was"
    elif found.request.reason == GONE:
        assert (told.ok, alone.ok) == (True, True)
        state = "purged"
    else:
        assert "is being purged, since" in told.findings[0]
        assert len(told.findings) == 1
        assert alone.findings in ((), (HALF_PURGED,))
        state = ("purged, not told" if alone.purged else "begun") if alone.ok else "half purged"
    again = Purging(records, an_order(by="Bob"))
    assert again.begun() == (["R-0002"] if state in {"begun", "half purged", "purged, not told"} else [])
    purged = again.purge("R-0002")
    assert purged is not None
    assert purged.by == ("Bob" if state == "as it was" else "Ann")
    assert records.verify("R-0002").findings == ()
    assert again.begun() == []
    return state


def test_a_case_that_was_edited_after_a_purge_of_it_was_begun_is_left_as_it_is(
    records: Records, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(JournalFile, "swap", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            Purging(records, an_order()).purge("R-0002")
    path = folder / "cases" / "R-0002" / "case.html"
    path.write_bytes(b"<p>all is well</p>")
    assert len(records.verify("R-0002").findings) > 1
    with pytest.raises(CaseDamaged):
        Purging(records, an_order()).purge("R-0002")
    assert path.read_bytes() == b"<p>all is well</p>"


def test_a_journal_that_was_opened_before_it_was_swapped_is_not_written_to(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl  # noqa: PLC0415

    real, journal = fcntl.flock, folder / "cases" / "R-0002" / JOURNAL

    def after_a_swap(handle: int, what: int) -> None:
        (folder / "new").write_bytes(journal.read_bytes())
        (folder / "new").replace(journal)
        real(handle, what)

    monkeypatch.setattr("rpa.records.journal_file.fcntl.flock", after_a_swap)
    with pytest.raises(CaseBusy):
        JournalFile(journal.parent, "R-0002")


# What is due


def ids(records: Records, **more: object) -> list[str]:
    order = Purging(records, an_order(**more))
    return [one.request_id for one in order.due() if order.is_for_here(one)]


def test_only_what_ended_long_enough_ago_is_due_and_what_waits_for_a_person_only_if_asked_for(records: Records) -> None:
    refuse(records, a_request("R-0003"), End.NEEDS_HUMAN)
    records.accept(a_request("R-0004"))
    with records.begin(a_request("R-0005"), profile=PROFILE):
        pass
    refuse(records, a_request("R-0006", reason='says "purge":{"done":false}'))
    assert ids(records) == ["R-0001", "R-0002", "R-0006"]
    assert ids(records, needs_human_too=True) == ["R-0001", "R-0002", "R-0003", "R-0006"]
    ends = [one.at for one in Purging(records, an_order()).due()]
    assert ids(records, ended_before=ends[1]) == ["R-0001"]
    assert ids(records, ended_before=ends[0]) == []
    assert Purging(records, an_order(ended_before=ends[0])).purge("R-0001") is None
    assert Purging(records, an_order()).purge("R-0005") is None
    assert records.find("R-0001").purged is None


def test_what_a_person_closed_counts_from_then_on(records: Records) -> None:
    refuse(records, a_request("R-0003"), End.NEEDS_HUMAN)
    (ended,) = [one.at for one in Purging(records, an_order(needs_human_too=True)).due() if one.request_id == "R-0003"]
    later = ended + dt.timedelta(hours=2)
    row = {"request_id": "R-0003", "seq": 99, "attempt": 1, "kind": "resolved", "clause": "", "at": later, "data": "{}"}
    with records.engine.begin() as connection:
        connection.execute(insert(observations), row | {"hash": ""})
    assert "R-0003" in ids(records)
    assert "R-0003" not in ids(records, ended_before=ended + dt.timedelta(hours=1))


def test_what_is_open_watched_or_elsewhere_is_left(records: Records) -> None:
    fill_the_queue(records)
    assert ids(records) == ["R-0001", "R-0002"]
    for change in (
        update(jobs).values(state="waiting"),
        update(rechecks).values(state="waiting"),
        update(attempts).where(attempts.c.request_id == "R-0001").values(place="another machine's"),
    ):
        with records.engine.begin() as connection:
            connection.execute(change)
        assert ids(records) == ["R-0002"]
        assert Purging(records, an_order()).purge("R-0001") is None
        with records.engine.begin() as connection:
            connection.execute(update(jobs).values(state="ended"))
            connection.execute(update(rechecks).values(state="fine"))
            connection.execute(update(attempts).values(place=records.place))
    assert records.find("R-0001").purged is None


def test_a_request_that_is_run_again_while_its_case_is_looked_at_is_left(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_the_queue(records)

    def meanwhile(*_: object) -> None:
        with records.engine.begin() as connection:
            connection.execute(update(jobs).values(state="working"))

    monkeypatch.setattr("rpa.records.purging._must_be_as_written", meanwhile)
    assert Purging(records, an_order()).purge("R-0001") is None
    assert records.find("R-0001").purged is None


# After it


def test_the_same_request_again_gives_its_end_and_another_one_is_refused(records: Records) -> None:
    Purging(records, an_order()).purge("R-0001")
    again = records.accept(BOTH["R-0001"])
    assert again.outcome is not None
    assert (again.outcome.end, again.request.account_name) == (End.CANCELLED, GONE)
    with pytest.raises(RequestPurged, match=r"was purged on .* accepted with other content"):
        records.accept(a_request(reason="Something else"))


def test_nothing_is_begun_again_or_written_behind_a_purge(records: Records, folder: Path) -> None:
    refuse(records, a_request("R-0003"), End.NEEDS_HUMAN)
    Purging(records, an_order(needs_human_too=True)).purge("R-0003")
    with pytest.raises(RequestPurged, match="can't be run again"):
        records.begin(a_request("R-0003"), profile=PROFILE)
    assert not (folder / "cases" / "R-0003" / "evidence").exists()
    file = JournalFile(folder / "cases" / "R-0003", "R-0003")
    with pytest.raises(JournalClosed, match="was purged"):
        file.append(Event(kind=EventKind.RESOLVED, at=SOON, data={"as": "cancelled"}))
    file.close()
    assert records.verify("R-0003").ok


def test_what_an_earlier_attempt_left_in_another_folder_is_told(records: Records, folder: Path) -> None:
    Purging(records, an_order()).purge("R-0001")
    with records.engine.begin() as connection:
        connection.execute(update(attempts).where(attempts.c.request_id == "R-0001").values(place="elsewhere"))
        row = {
            "request_id": "R-0001",
            "attempt": 0,
            "started_at": SOON,
            "profile": "",
            "profile_hash": "",
            "version": "",
        }
        connection.execute(insert(attempts), row | {"place": records.place})
    assert Purging(records, an_order()).remains() == [folder / "cases" / "R-0001"]

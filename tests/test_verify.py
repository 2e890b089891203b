"""`verify` finds any edit, removal, addition or reordering in a case folder (promise 11)."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.journal import EventKind
from flows.model import End
from rpa.cases import verify
from rpa.cases.chain import Line, follow, forge, genesis, read_chain
from rpa.cases.files import sha256
from rpa.cases.writing import MANIFEST, read_manifest, write_case
from tests.case_samples import PROFILE, a_request, records_in, tell_case

RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished case folder that `verify` has nothing to say about."""
    folder = tmp_path_factory.mktemp("verify")
    with records_in(folder) as records:
        tell_case(records, a_request(), End.CANCELLED)
    case_dir = folder / "cases" / "R-0001"
    assert verify(case_dir).findings == ()
    return case_dir


@pytest.fixture
def case_dir(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "R-0001"))


def files(case_dir: Path) -> list[str]:
    return sorted(path.relative_to(case_dir).as_posix() for path in case_dir.rglob("*") if path.is_file())


@RELAXED
@given(data=st.data())
def test_any_flipped_byte_in_any_file_is_found(original: Path, data: st.DataObject) -> None:
    path = original / data.draw(st.sampled_from(files(original)))
    content = path.read_bytes()
    place, mask = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255))
    path.write_bytes(content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :])
    try:
        assert not verify(original).ok, f"{path.name}, byte {place}"
    finally:
        path.write_bytes(content)


def _remove(lines: list[bytes], place: int, _other: int) -> list[bytes]:
    return lines[:place] + lines[place + 1 :]


def _swap(lines: list[bytes], place: int, other: int) -> list[bytes]:
    changed = list(lines)
    changed[place], changed[other] = lines[other], lines[place]
    return changed


def _double(lines: list[bytes], place: int, other: int) -> list[bytes]:
    return [*lines[:other], lines[place], *lines[other:]]


def _cut(lines: list[bytes], place: int, _other: int) -> list[bytes]:
    return lines[:place]


@RELAXED
@given(data=st.data())
def test_any_line_removed_swapped_doubled_or_cut_off_is_found_without_the_manifest_too(
    original: Path, data: st.DataObject
) -> None:
    path = original / "journal.jsonl"
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    place, other = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    changed = data.draw(st.sampled_from([_remove, _swap, _double, _cut]))(lines, place, other)
    path.write_bytes(b"".join(changed))
    try:
        same = changed == lines
        assert verify(original).ok is same
        # The chain alone tells it as well: only a cut at the end needs manifest, case.json or database.
        read = read_chain(path.read_bytes(), "R-0001")
        assert same or read.problem or changed == lines[: len(changed)]
    finally:
        path.write_bytes(content)


def test_any_file_removed_is_found(case_dir: Path) -> None:
    for name in files(case_dir):
        content = (case_dir / name).read_bytes()
        (case_dir / name).unlink()
        findings = verify(case_dir).findings
        assert any(name in finding and "missing" in finding for finding in findings), name
        (case_dir / name).write_bytes(content)
    assert verify(case_dir).ok


@pytest.mark.parametrize("name", ["x", "evidence/x.png", ".hidden", "deep/er/x", "evidence/.x.tmp", "a\x1b[31m"])
def test_any_file_added_is_found(case_dir: Path, name: str) -> None:
    (case_dir / name).parent.mkdir(parents=True, exist_ok=True)
    (case_dir / name).write_bytes(b"")
    (finding,) = verify(case_dir).findings
    assert "was added" in finding
    assert "\x1b" not in finding


def test_a_file_replaced_by_a_link_is_found(case_dir: Path, original: Path) -> None:
    (case_dir / "case.html").unlink()
    (case_dir / "case.html").symlink_to(original / "case.html")
    (finding,) = verify(case_dir).findings
    assert "is a link" in finding


def test_a_changed_page_is_named(case_dir: Path) -> None:
    page = (case_dir / "case.html").read_text().replace("611974", "611975")
    (case_dir / "case.html").write_text(page)
    assert verify(case_dir).findings == ("case.html was changed: its sha256 is not the one in manifest.json",)


def reseal(case_dir: Path) -> None:
    """What a forger does who knows the manifest: writes it to fit."""
    manifest = read_manifest((case_dir / MANIFEST).read_bytes())
    assert manifest is not None
    fitted = tuple(
        entry.model_copy(
            update={
                "sha256": sha256((case_dir / entry.path).read_bytes()),
                "size": (case_dir / entry.path).stat().st_size,
            }
        )
        for entry in manifest.files
    )
    (case_dir / MANIFEST).write_bytes(manifest.model_copy(update={"files": fitted}).to_json())


def test_evidence_changed_together_with_the_manifest_is_found_by_the_journal(case_dir: Path) -> None:
    (name,) = [name for name in files(case_dir) if name.endswith("billing.png")]
    (case_dir / name).write_bytes(b"another picture")
    reseal(case_dir)
    (finding,) = verify(case_dir).findings
    assert name in finding
    assert "of journal.jsonl" in finding


def test_case_json_changed_together_with_the_manifest_is_found_by_the_journal(case_dir: Path) -> None:
    told = json.loads((case_dir / "case.json").read_text())
    told["outcome"]["message"] = "something else"
    (case_dir / "case.json").write_text(json.dumps(told, indent=2) + "\n")
    reseal(case_dir)
    assert verify(case_dir).findings == ("case.json does not tell what journal.jsonl tells",)


def _rewritten(case_dir: Path, change: Callable[[str], str]) -> None:
    """A whole folder forged without a flaw: every hash computed anew."""
    lines: list[Line] = []
    for line in read_chain((case_dir / "journal.jsonl").read_bytes(), "R-0001").lines:
        data = json.loads(change(json.dumps(line.event.data)))
        lines.append(follow(lines, "R-0001", line.event.model_copy(update={"data": data})))
    (case_dir / "journal.jsonl").write_bytes(b"".join(line.raw for line in lines))
    write_case(case_dir, "R-0001", lines)


def test_a_folder_forged_as_a_whole_is_found_by_the_database(tmp_path: Path) -> None:
    with records_in(tmp_path) as records:
        tell_case(records, a_request(), End.CANCELLED)
        case_dir = records.find("R-0001").case_dir
        assert records.verify("R-0001").ok
        _rewritten(case_dir, lambda data: data.replace("258.00", "129.00"))
        assert verify(case_dir).ok, "without the database nothing is wrong with it"
        first, second = records.verify("R-0001").findings
    assert "does not hold the last event that the database knows" in first
    assert "is not the one the database knows" in second


def test_the_page_forged_with_its_manifest_is_found_by_the_database(tmp_path: Path) -> None:
    with records_in(tmp_path) as records:
        tell_case(records, a_request(), End.CANCELLED)
        case_dir = records.find("R-0001").case_dir
        (case_dir / "case.html").write_text("<p>all is well</p>")
        reseal(case_dir)
        (finding,) = records.verify("R-0001").findings
    assert "manifest.json is not the one the database knows" in finding


def test_a_manifest_spelled_anew_is_found(case_dir: Path) -> None:
    told = json.loads((case_dir / MANIFEST).read_text())
    (case_dir / MANIFEST).write_text(json.dumps(told))
    assert "manifest.json was edited: it is not as the robot wrote it" in verify(case_dir).findings


def test_a_line_spelled_anew_and_one_with_a_wrong_number_are_found_by_the_chain_alone(original: Path) -> None:
    content = (original / "journal.jsonl").read_bytes()
    first = read_chain(content, "R-0001").lines[0]
    anew = json.dumps(json.loads(first.raw)).encode() + b"\n"
    assert "not as the robot wrote it" in read_chain(anew, "R-0001").problem
    skipped = forge(2, genesis("R-0001"), first.event, "")
    assert "out of order" in read_chain(skipped.raw, "R-0001").problem


def test_another_requests_journal_is_found(tmp_path: Path) -> None:
    with records_in(tmp_path) as records:
        for id_ in ("R-0001", "R-0002"):
            tell_case(records, a_request(id_), End.CANCELLED)
    cases = tmp_path / "cases"
    shutil.copy(cases / "R-0002" / "journal.jsonl", cases / "R-0001" / "journal.jsonl")
    assert any("another request's" in finding for finding in verify(cases / "R-0001").findings)


def test_a_case_without_an_end_is_told_so(tmp_path: Path) -> None:
    with records_in(tmp_path) as records, records.begin(a_request(), profile=PROFILE) as journal:
        journal.write(EventKind.WARNING, text="x")
        assert verify(journal.case_dir).findings == (
            "manifest.json is missing: the request has no end yet, or it was removed",
        )
        assert any("the attempt did not end" in finding for finding in records.verify("R-0001").findings)


def test_a_folder_that_is_none_and_one_that_is_empty_are_told_so(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        (finding,) = verify(folder).findings
        assert finding.startswith("no case folder here: journal.jsonl,")


def test_many_files_without_a_case_are_one_finding(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.txt").write_text("x")
    assert len(verify(tmp_path).findings) == 1


def test_a_case_without_its_manifest_in_another_folder_has_one_finding(case_dir: Path) -> None:
    (case_dir / MANIFEST).unlink()
    moved = case_dir.rename(case_dir.with_name("copy for the auditor"))
    report = verify(moved)
    assert report.findings == ("manifest.json is missing: the request has no end yet, or it was removed",)
    assert report.request_id == "R-0001"


def test_a_copy_elsewhere_is_compared_with_the_database(tmp_path: Path) -> None:
    with records_in(tmp_path) as records:
        tell_case(records, a_request(), End.CANCELLED)
        copy = Path(shutil.copytree(records.find("R-0001").case_dir, tmp_path / "copy"))
        report = records.verify_copy(copy)
        assert (report.ok, report.against_database, report.case_dir) == (True, True, copy)
        _rewritten(copy, lambda data: data.replace("258.00", "129.00"))
        assert len(records.verify_copy(copy).findings) == 2


def test_a_copy_of_a_request_that_the_database_does_not_know_stands_alone(case_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with records_in(tmp_path / "other") as records:
        report = records.verify_copy(case_dir)
    assert (report.ok, report.against_database) == (True, False)


@pytest.mark.parametrize("content", [b"[" * 100_000, b"\xff\xfe", b"{}\n", b"\n", b"null\n", b'{"seq": 1e999}\n'])
def test_a_journal_of_rubbish_is_a_finding_and_no_crash(case_dir: Path, content: bytes) -> None:
    (case_dir / "journal.jsonl").write_bytes(content)
    (case_dir / MANIFEST).write_bytes(content)
    assert not verify(case_dir, "0" * 64, "0" * 64).ok

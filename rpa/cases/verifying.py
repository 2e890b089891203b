"""Finds any edit, removal, addition or reordering in a case folder (promise 11)."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from flows.journal import EventKind
from rpa.cases.building import build_case
from rpa.cases.chain import JOURNAL, ChainRead, Line, is_purged, read_chain
from rpa.cases.files import sha256
from rpa.cases.purged import Purged, build_purged
from rpa.cases.text import one_line
from rpa.cases.writing import MANIFEST, Manifest, files_of, read_manifest

CASE = "case.json"
NONE_HERE = f"no case folder here: {JOURNAL}, {MANIFEST} and {CASE} are all missing"
HALF_PURGED = (
    f"{JOURNAL} is purged and {MANIFEST} is not the one to it: the purge was broken off, or files were changed since;"
    " run `rpa purge` again where the database is that knows the request"
)


class VerifyReport(BaseModel):
    """`findings`: plain sentences, none if all is as the robot left it. `against_database`: whether the
    hashes that the database keeps were compared too; without them, a folder that was forged as a whole can't
    be told from a true one."""

    model_config = ConfigDict(frozen=True)

    case_dir: Path
    request_id: str
    events: int
    files: int
    head: str
    against_database: bool
    findings: tuple[str, ...]
    purged: Purged | None = None
    """When and by whom personal data were deleted, as the journal tells it."""

    @property
    def ok(self) -> bool:
        return not self.findings


def verify(case_dir: Path, expected_head: str | None = None, expected_manifest: str | None = None) -> VerifyReport:
    """Check a case folder. Reads only; never raises for what it finds in the folder.

    `expected_head`, `expected_manifest`: the chain's last hash and the manifest's sha256 as the database has
    them.
    """
    content = _bytes(case_dir / MANIFEST)
    manifest = read_manifest(content) if content is not None else None
    request_id = _request_of(case_dir, manifest)
    chain = read_chain(_bytes(case_dir / JOURNAL) or b"", request_id)
    if _is_none(case_dir):
        findings = [NONE_HERE]
    elif expected_head is None and _half_purged(manifest, chain):
        findings = [HALF_PURGED]
    else:
        findings = [
            *_chain_findings(case_dir, chain, expected_head),
            *_manifest_findings(content, manifest, chain, expected_manifest),
            *_file_findings(case_dir, manifest),
            *_evidence_findings(case_dir, chain.lines),
            *_case_findings(case_dir, chain),
        ]
    return VerifyReport(
        case_dir=case_dir,
        request_id=request_id,
        events=len(chain.lines),
        files=len(manifest.files) if manifest else 0,
        head=chain.lines[-1].hash if chain.lines else "",
        against_database=expected_head is not None,
        findings=tuple(dict.fromkeys(findings)),
        purged=_purged(chain),
    )


def _half_purged(manifest: Manifest | None, chain: ChainRead) -> bool:
    return is_purged(chain.lines) and not chain.problem and not (manifest and _fits(manifest, chain))


def _purged(chain: ChainRead) -> Purged | None:
    try:
        return Purged.of(chain.lines[-1].event) if is_purged(chain.lines) else None
    except ValidationError:  # then the case can't be built again either, and that is found
        return None


def request_of(case_dir: Path) -> str:
    """The id of the request that a folder says it is of: its manifest, else its journal, else its name."""
    content = _bytes(case_dir / MANIFEST)
    return _request_of(case_dir, read_manifest(content) if content is not None else None)


def _request_of(case_dir: Path, manifest: Manifest | None) -> str:
    if manifest is not None:
        return manifest.request
    try:
        told = json.loads((_bytes(case_dir / JOURNAL) or b"").split(b"\n", 1)[0])["public"]["request"]["id"]
    except (ValueError, RecursionError, LookupError, TypeError):
        told = None
    return told if isinstance(told, str) else case_dir.resolve().name


def _is_none(case_dir: Path) -> bool:
    return not any((case_dir / name).exists() for name in (JOURNAL, MANIFEST, CASE))


def _chain_findings(case_dir: Path, chain: ChainRead, expected_head: str | None) -> Iterator[str]:
    if not (case_dir / JOURNAL).is_file():
        yield f"{JOURNAL} is missing"
    elif not chain.lines and not chain.problem:
        yield f"{JOURNAL} is empty"
    if chain.problem:
        yield f"{chain.problem}; nothing after it can be trusted"
    if chain.lines and (chain.lines[0].event.data.get("request") or {}).get("id") is None:
        yield f"{JOURNAL} does not begin with the request"
    if expected_head is not None:
        yield from _head_findings([line.hash for line in chain.lines], expected_head)


def _head_findings(hashes: list[str], expected: str) -> Iterator[str]:
    if hashes and hashes[-1] == expected:
        return
    if expected in hashes:
        later = len(hashes) - hashes.index(expected) - 1
        known = f"{JOURNAL} goes on for {later} more events than the database knows"
        yield f"{known}: the attempt did not end, or they were added"
    else:
        yield f"{JOURNAL} does not hold the last event that the database knows: it was cut short or replaced"


def _manifest_findings(
    content: bytes | None, manifest: Manifest | None, chain: ChainRead, expected: str | None
) -> Iterator[str]:
    if content is None:
        yield f"{MANIFEST} is missing: the request has no end yet, or it was removed"
    elif manifest is None:
        yield f"{MANIFEST} was edited: it is not as the robot wrote it"
    elif not _fits(manifest, chain):
        held = f"{JOURNAL} holds {len(chain.lines)} whole events, {MANIFEST} was written for {manifest.events}"
        yield f"{held}: events were added, removed or changed after the end, or another attempt was begun"
    if content is not None and expected is not None and sha256(content) != expected:
        yield f"{MANIFEST} is not the one the database knows: the case file was replaced after the end"


def _fits(manifest: Manifest, chain: ChainRead) -> bool:
    return bool(chain.lines) and (manifest.events, manifest.head) == (len(chain.lines), chain.lines[-1].hash)


def _file_findings(case_dir: Path, manifest: Manifest | None) -> Iterator[str]:
    there = {path.relative_to(case_dir).as_posix(): path for path in files_of(case_dir)}
    listed = {entry.path: entry for entry in manifest.files} if manifest else {}
    for name in sorted(there.keys() | listed.keys()):
        if name not in there:
            yield f"{_shown(name)} is missing: it was removed after the end"
        elif there[name].is_symlink():
            yield f"{_shown(name)} is a link to another file: the robot writes none"
        elif manifest and name not in listed:
            yield f"{_shown(name)} was added: it is not in {MANIFEST}"
        elif manifest and sha256(_bytes(there[name]) or b"") != listed[name].sha256:
            yield f"{_shown(name)} was changed: its sha256 is not the one in {MANIFEST}"
        elif manifest and there[name].stat().st_size != listed[name].size:
            yield f"{_shown(name)} has another size than {MANIFEST} says"


def _evidence_findings(case_dir: Path, lines: Sequence[Line]) -> Iterator[str]:
    if is_purged(lines):
        return
    lost = {line.event.data.get("lost") for line in lines if line.event.kind is EventKind.WARNING}
    for line in lines:
        if line.event.kind is not EventKind.EVIDENCE or line.event.data["file"] in lost:
            continue
        name = str(line.event.data["file"])
        content = _bytes(case_dir / name)
        if content is None:
            yield f"{_shown(name)} is missing: event {line.seq} of {JOURNAL} records it"
        elif sha256(content) != line.event.data["sha256"]:
            yield f"{_shown(name)} was changed: its sha256 is not the one in event {line.seq} of {JOURNAL}"


def _case_findings(case_dir: Path, chain: ChainRead) -> Iterator[str]:
    """case.json against what the journal tells: found even if the manifest was forged to fit."""
    content = _bytes(case_dir / CASE)
    if content is None or chain.problem:
        return
    try:
        told = (build_purged if is_purged(chain.lines) else build_case)(chain.lines).to_json()
    except (ValueError, LookupError, TypeError):
        yield f"case.json tells of an end, {JOURNAL} of none"
        return
    if told != content:
        yield f"case.json does not tell what {JOURNAL} tells"


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None


def _shown(name: str) -> str:
    return one_line(name, 120)

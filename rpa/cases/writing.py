"""The case folder's files, all derived from journal and evidence, and the manifest that seals them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from flows.model import Noun
from rpa.cases.building import build_case
from rpa.cases.chain import Line
from rpa.cases.files import sha256, sync, temporary_of, write_atomic
from rpa.cases.page import case_page, purged_page
from rpa.cases.purged import build_purged
from rpa.cases.reply import reply_text
from rpa.cases.restore import restore_sheet

MANIFEST = "manifest.json"


class Entry(Noun):
    path: str
    size: int
    sha256: str


class Manifest(Noun):
    """Every file of the case folder but this one."""

    schema_name: Literal["planplus-manifest/1"] = "planplus-manifest/1"
    request: str
    events: int
    head: str
    files: tuple[Entry, ...]

    def to_json(self) -> bytes:
        return self.model_dump_json(indent=2).encode() + b"\n"


def write_case(case_dir: Path, request_id: str, lines: Sequence[Line]) -> str:
    """Write every file, durably, and the manifest last; returns the manifest's sha256. Raises OSError."""
    case = build_case(lines)
    files = {
        "case.json": case.to_json(),
        "case.html": case_page(case, case_dir),
        "reply.txt": reply_text(case),
    }
    if case.effects:
        files["restore.md"] = restore_sheet(case)
    return _write(case_dir, request_id, lines, files)


def write_purged(case_dir: Path, request_id: str, lines: Sequence[Line]) -> str:
    """The same for a purged journal: what is left of the case. Raises OSError."""
    case = build_purged(lines)
    files = {"case.json": case.to_json(), "case.html": purged_page(case)}
    return _write(case_dir, request_id, lines, files)


def _write(case_dir: Path, request_id: str, lines: Sequence[Line], files: dict[str, bytes]) -> str:
    for name, content in files.items():
        write_atomic(case_dir / name, content)
    for name in (*files, MANIFEST):
        temporary_of(case_dir / name).unlink(missing_ok=True)
    manifest = Manifest(request=request_id, events=len(lines), head=lines[-1].hash, files=tuple(_entries(case_dir)))
    write_atomic(case_dir / MANIFEST, manifest.to_json())
    sync(case_dir)
    return sha256(manifest.to_json())


def _entries(case_dir: Path) -> Iterator[Entry]:
    for path in files_of(case_dir):
        content = path.read_bytes()
        yield Entry(path=path.relative_to(case_dir).as_posix(), size=len(content), sha256=sha256(content))


def files_of(case_dir: Path) -> list[Path]:
    """Everything in the folder that is no folder, the manifest aside; links and odd files too."""
    found = (path for path in case_dir.rglob("*") if path.is_symlink() or not path.is_dir())
    return sorted(path for path in found if path != case_dir / MANIFEST)


def read_manifest(content: bytes) -> Manifest | None:
    """The manifest, or None if these are not the bytes of one as the robot writes it."""
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError:
        return None
    return manifest if manifest.to_json() == content else None

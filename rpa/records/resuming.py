"""Going on where an earlier attempt stopped: by an end, an error, or a kill -9."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from flows.journal import Event, EventKind
from rpa.cases.chain import Line
from rpa.cases.files import sha256
from rpa.database import writing
from rpa.records import projection
from rpa.records.errors import CaseDamaged
from rpa.records.evidence import EvidenceFolder
from rpa.records.journal_file import JournalFile


def catch_up(
    engine: Engine,
    request_id: str,
    file: JournalFile,
    evidence: EvidenceFolder,
    place: str = "",
    may_write: Callable[[Connection], None] = lambda _: None,
) -> int:
    """Bring the database to where the journal is; returns the number of attempts.

    The journal may be ahead (it is written first), never behind; unless the newest attempt wrote it in
    another `place`, on a machine that this one shares no folder with: then it is written here as the database
    has it. Raises CaseDamaged, OSError, SQLAlchemyError.
    """
    with writing(engine) as connection:
        may_write(connection)
        known, digest = projection.last_known(connection, request_id)
        if not _holds(file, known, digest) and projection.place_of(connection, request_id) not in {place, ""}:
            file.replace(projection.lines_of(connection, request_id))
        _must_hold(file, known, digest)
        file.set_torn_end_aside(evidence.path_for(len(file.lines) + 1, "torn-end-of-journal", ".bin"))
        attempt = projection.attempts_of(connection, request_id)
        return projection.store(connection, request_id, file.lines[known:], attempt)


def known_lines(connection: Connection, request_id: str, file: JournalFile) -> int:
    """How many of the journal's lines the database has. Raises CaseDamaged if its last one is not the journal's."""
    known, digest = projection.last_known(connection, request_id)
    _must_hold(file, known, digest)
    return known


def _holds(file: JournalFile, known: int, digest: str) -> bool:
    return not known or (len(file.lines) >= known and file.lines[known - 1].hash == digest)


def _must_hold(file: JournalFile, known: int, digest: str) -> None:
    if not _holds(file, known, digest):
        problem = file.read.problem or f"it has {len(file.lines)} lines"
        raise CaseDamaged(
            f"{file.path} does not hold the {known} events that the database knows of this request"
            f" ({problem}); "
            "it was edited or removed: put the case folder back from a backup before the request is run again"
        )


def left_behind(
    lines: Sequence[Line], evidence: EvidenceFolder, case_dir: Path
) -> list[tuple[EventKind, dict[str, Any]]]:
    """The events that tell what the attempt before this one left unfinished; nothing is dropped silently."""
    return [*_unfinished(lines), *_unrecorded(lines, evidence, case_dir), *_lost(lines, case_dir)]


def _unfinished(lines: Sequence[Line]) -> Iterator[tuple[EventKind, dict[str, Any]]]:
    marks = [line.event for line in lines if line.event.kind in {EventKind.ATTEMPT_STARTED, EventKind.END}]
    if len(marks) > 1 and marks[-2].kind is EventKind.ATTEMPT_STARTED:
        number = marks[-2].data["attempt"]
        yield (
            EventKind.WARNING,
            {"text": f"attempt {number} stopped without an end: it was stopped or its process died"},
        )


def recoveries(events: Sequence[Event]) -> tuple[str, ...]:
    """Each recovery that any attempt took, once, as an outcome names it."""
    taken = [event for event in events if event.kind is EventKind.RECOVERY]
    names = (one.clause if one.clause[:1].isdigit() else f"{one.clause}: {one.data.get('by', '')}" for one in taken)
    return tuple(dict.fromkeys(names))


def _unrecorded(
    lines: Sequence[Line], evidence: EvidenceFolder, case_dir: Path
) -> Iterator[tuple[EventKind, dict[str, Any]]]:
    recorded = {event.data["file"] for event in _evidence_events(lines)}
    for name in evidence.names():
        if name not in recorded:
            told = {
                "file": name,
                "sha256": sha256((case_dir / name).read_bytes()),
                "media_type": "application/octet-stream",
            }
            yield EventKind.EVIDENCE, {**told, "moment": "failure", "page": "", "url": ""}
            yield (
                EventKind.WARNING,
                {"text": f"{name} was left by an attempt that stopped while writing it; it is kept as found"},
            )


def _lost(lines: Sequence[Line], case_dir: Path) -> Iterator[tuple[EventKind, dict[str, Any]]]:
    told = {line.event.data.get("lost") for line in lines}
    for event in _evidence_events(lines):
        name, path = event.data["file"], case_dir / event.data["file"]
        if name not in told and not (path.is_file() and sha256(path.read_bytes()) == event.data["sha256"]):
            yield (
                EventKind.WARNING,
                {"text": f"{name} is missing or not as recorded, since before this attempt", "lost": name},
            )


def _evidence_events(lines: Sequence[Line]) -> Iterator[Any]:
    return (line.event for line in lines if line.event.kind is EventKind.EVIDENCE)

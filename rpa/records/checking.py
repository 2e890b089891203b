"""A case file against what the database knows of it, also while it is being purged."""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select

from rpa.cases.chain import JOURNAL, Line, forge, read_chain
from rpa.cases.verifying import VerifyReport, verify
from rpa.database.tables import ends, observations, requests
from rpa.records.projection import attempts_of, last_known
from rpa.records.stored import PurgeMark, Stored


class Seals(NamedTuple):
    """What the database knows of a case file."""

    events: int
    head: str
    """The hash of the journal's last line; empty if there is none."""
    manifest: str | None
    mark: PurgeMark | None
    before: str = ""
    """Of a case that was purged, the hash of the last line before that."""

    def last_line(self, mark: PurgeMark) -> Line:
        """The line PURGED that the purge of this mark writes."""
        return forge(self.events + 1, self.head, mark.purged.event(), "")  # it has no personal data: no salt


def seals_of(connection: Connection, request_id: str) -> Seals:
    """All empty for a request that is not known."""
    newest = attempts_of(connection, request_id)
    query = select(ends.c.manifest).where(ends.c.request_id == request_id, ends.c.attempt == newest)
    content = connection.execute(select(requests.c.content).where(requests.c.id == request_id)).scalar()
    mark = Stored.read(content).mark if content else None
    events, head = last_known(connection, request_id)
    before = _hash_of(connection, request_id, events - 1) if mark and mark.done else ""
    return Seals(events, head, connection.execute(query).scalar(), mark, before)


def _hash_of(connection: Connection, request_id: str, seq: int) -> str:
    query = select(observations.c.hash).where(observations.c.request_id == request_id, observations.c.seq == seq)
    return connection.execute(query).scalar() or ""


def check(case_dir: Path, seals: Seals) -> VerifyReport:
    """Verify the folder; by itself if the database knows nothing."""
    report = verify(case_dir, seals.head or None, seals.manifest)
    if seals.mark is None or (seals.mark.done and (report.ok or report.head != seals.before)):
        return report
    purged = seals.mark.purged
    when = f"{purged.at:%Y-%m-%d %H:%M:%S} UTC by {purged.by}"
    if seals.mark.done:
        told = f"this is a copy from before the purge of {when}: it still holds the personal data; delete it"
        return _with(report, told, verify(case_dir, seals.before).findings)
    told = f"the case is being purged, since {when}: if no `rpa purge` is running, run it again, and it finishes"
    return _with(report, told, () if is_replaced(case_dir, report.request_id, seals) else report.findings)


def is_replaced(case_dir: Path, request_id: str, seals: Seals) -> bool:
    """Whether the journal is the one that the purge which was begun writes, whole and without a flaw."""
    chain = read_chain((case_dir / JOURNAL).read_bytes() if (case_dir / JOURNAL).is_file() else b"", request_id)
    if seals.mark is None or chain.problem or not chain.lines:
        return False
    return chain.lines[-1].hash == seals.last_line(seals.mark).hash


def _with(report: VerifyReport, first: str, others: tuple[str, ...]) -> VerifyReport:
    return report.model_copy(update={"findings": (first, *others)})

"""Deleting the personal data of requests, in files and database. Killed at any point, it can be taken up again.

1. verify: a case that is not as written is evidence, and stays
2. mark it in the database: a purge is begun; all that follows can be told from the mark
3. swap the journal: each line keeps number, kind, clause, time and hash; behind them stands PURGED
4. delete all other files, write what is left of the case, and the manifest last
5. delete from the tables, and mark it as done, in one transaction
"""

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select

from rpa.cases.chain import JOURNAL, bared
from rpa.cases.files import sync
from rpa.cases.purged import Purged
from rpa.cases.text import clean
from rpa.cases.writing import MANIFEST, files_of, write_purged
from rpa.database import writing
from rpa.database.queue_tables import jobs
from rpa.database.tables import requests
from rpa.records import due
from rpa.records.checking import Seals, check, is_replaced, seals_of
from rpa.records.due import Ended, PurgeOrder
from rpa.records.errors import CaseDamaged
from rpa.records.journal_file import JournalFile
from rpa.records.pseudonyms import Pseudonyms
from rpa.records.records import Records
from rpa.records.scrubbing import empty_log, scrub, write_mark
from rpa.records.stored import PurgeMark, Stored


class Purging:
    """An order, carried out on the case files of one folder and on the database that knows them."""

    def __init__(self, records: Records, order: PurgeOrder) -> None:
        self._engine, self._cases_dir, self._place = records.engine, records.cases_dir, records.place
        self._order = order

    def due(self) -> list[Ended]:
        """What the order is for, oldest end first; those of other places and watched ones too."""
        with self._engine.connect() as connection:
            return due.due(connection, self._order)

    def is_for_here(self, one: Ended) -> bool:
        """Whether `purge` will purge it: its case file lies here, and nobody is to read the account again."""
        return one.place in {self._place, ""} and not one.watched

    def begun(self) -> list[str]:
        """The requests whose purge was broken off; `purge` finishes them as they were begun, whatever this order says."""
        with self._engine.connect() as connection:
            return due.begun(connection, self._place)

    def purge(self, request_id: str) -> Purged | None:
        """Purge a request, or finish the purge that was begun; None: it is not due (any more).

        Raises CaseBusy, CaseDamaged (then nothing was deleted), OSError, SQLAlchemyError (then run it again).
        """
        case_dir = self._cases_dir / request_id
        with _held(case_dir, request_id) as file:
            with self._engine.connect() as connection:
                seals, stored = seals_of(connection, request_id), _stored(connection, request_id)
                if seals.mark is None and not self._is_due(connection, request_id):
                    return None
            if stored.mark and stored.mark.done:
                return stored.mark.purged
            if not is_replaced(case_dir, request_id, seals):
                _must_be_as_written(case_dir, request_id, seals)
                if (begun := stored.mark or self._begin(stored, seals)) is None:
                    return None
                file.swap([*map(bared, file.lines), seals.last_line(begun)])
                stored = stored._replace(mark=begun)
            return self._finish(case_dir, stored, file)

    def _is_due(self, connection: Connection, request_id: str) -> bool:
        return any(map(self.is_for_here, due.due(connection, self._order, only=request_id)))

    def _begin(self, stored: Stored, seals: Seals) -> PurgeMark | None:
        """Write the mark, if the request is still as it was when it was looked at: a person may have it run again."""
        request, pseudonyms = stored.request, Pseudonyms(self._cases_dir)
        number = (
            request.account_number if self._order.keep_account_number else pseudonyms.account(request.account_number)
        )
        purged = Purged(
            at=dt.datetime.now(dt.UTC),
            by=clean(self._order.by),
            ended_before=self._order.ended_before,
            account_number=clean(number),
            account_number_kept=self._order.keep_account_number,
        )
        begun = PurgeMark(purged=purged, content=pseudonyms.content(request))
        with writing(self._engine) as connection:
            for table, name in ((requests, requests.c.id), (jobs, jobs.c.request_id)):
                connection.execute(select(table).where(name == request.id).with_for_update()).all()
            if seals_of(connection, request.id) != seals or not self._is_due(connection, request.id):
                return None
            write_mark(connection, stored._replace(mark=begun))
        return begun

    def _finish(self, case_dir: Path, stored: Stored, file: JournalFile) -> Purged:
        _delete_all_but_the_journal(case_dir)
        traces = self._order.traces
        if traces and (traces / stored.request.id).is_dir():
            shutil.rmtree(traces / stored.request.id)
        manifest = write_purged(case_dir, stored.request.id, file.lines)
        with writing(self._engine) as connection:
            return scrub(connection, stored, file.lines, manifest)

    def remains(self) -> list[Path]:
        """The folders that earlier attempts left here of requests that were purged elsewhere since."""
        with self._engine.connect() as connection:
            ids = due.done_elsewhere(connection, self._place)
        return [self._cases_dir / one for one in ids if (self._cases_dir / one).is_dir()]

    def forget(self) -> bool:
        """Have the database's files hold nothing any more of what was purged; False: not yet, others are reading.

        Raises SQLAlchemyError.
        """
        return empty_log(self._engine)


@contextmanager
def _held(case_dir: Path, request_id: str) -> Iterator[JournalFile]:
    if not (case_dir / JOURNAL).is_file():  # opening it would make one
        raise CaseDamaged(_left(case_dir, request_id, f"{case_dir / JOURNAL} is missing"))
    file = JournalFile(case_dir, request_id)
    try:
        yield file
    finally:
        file.close()


def _stored(connection: Connection, request_id: str) -> Stored:
    query = select(requests.c.content).where(requests.c.id == request_id)
    return Stored.read(connection.execute(query).scalar_one())


def _must_be_as_written(case_dir: Path, request_id: str, seals: Seals) -> None:
    """Raises CaseDamaged. That a purge was begun is no finding."""
    report = check(case_dir, seals._replace(mark=None))
    if not report.ok:
        raise CaseDamaged(_left(case_dir, request_id, report.findings[0]))


def _left(case_dir: Path, request_id: str, why: str) -> str:
    told = f"request {request_id} is not purged, as its case file is not as written: {why}"
    return f"{told}. A purge would destroy the evidence of that: look at {case_dir} with `rpa verify {request_id}`"


def _delete_all_but_the_journal(case_dir: Path) -> None:
    # The manifest first: with it, a folder that a purge taken up again has half emptied would look robbed.
    for path in (case_dir / MANIFEST, *files_of(case_dir)):
        if path != case_dir / JOURNAL:
            path.unlink(missing_ok=True)
    for folder in sorted((path for path in case_dir.rglob("*") if path.is_dir()), reverse=True):
        folder.rmdir()
    sync(case_dir)

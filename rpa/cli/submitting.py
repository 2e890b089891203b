"""From a request file into the queue."""

from collections.abc import Callable

from flows.profile import SiteProfile
from rpa.batch import faults_of
from rpa.cli.desk import who
from rpa.queue.jobs import NORMAL, Jobs
from rpa.queue.submitting import submit
from rpa.records import Records
from rpa.request_files import RequestFile, RequestFileError


def submit_file(
    records: Records,
    file: RequestFile,
    site: SiteProfile,
    *,
    source: str,
    by: str = "",
    wait: bool = True,
    priority: int = NORMAL,
    told: Callable[[int], None] = lambda _: None,
) -> Jobs:
    """Accept all requests of a file, or none; returns the queue. `wait`: for dates in the future.

    Raises RequestFileError, naming each row that was accepted before with other content, SQLAlchemyError.
    """
    if faults := faults_of(records.conflicts(file.requests), file.requests, file.rows):
        raise RequestFileError(file.path, faults)
    queue = Jobs(records.engine)
    submit(
        records, queue, file.requests, source=source, by=by or who(), time_zone=site.site.time_zone, priority=priority,
        wait_for_date=wait, told=told,
    )  # fmt: skip
    return queue

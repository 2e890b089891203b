"""From a request file into the queue."""

from collections.abc import Callable

from flows.profile import SiteProfile
from rpa.batch import faults_of
from rpa.cli.desk import who
from rpa.queue.jobs import NORMAL, Jobs
from rpa.queue.submitting import Submitted, submit
from rpa.records import Records
from rpa.request_files import RequestFile, RequestFileError


def submit_file(
    records: Records,
    queue: Jobs,
    file: RequestFile,
    site: SiteProfile,
    *,
    source: str,
    by: str = "",
    wait: bool = True,
    priority: int = NORMAL,
    told: Callable[[int], None] = lambda _: None,
) -> Submitted:
    """Accept all requests of a file, or none. `wait`: for dates in the future; `told`: how many are durable so far.

    Raises RequestFileError, naming each row that was accepted before with other content, SQLAlchemyError.
    """
    if faults := faults_of(records.conflicts(file.requests), file.requests, file.rows):
        raise RequestFileError(file.path, faults)
    return submit(
        records, queue, file.requests, source=source, by=by or who(), time_zone=site.site.time_zone, priority=priority,
        wait_for_date=wait, told=told,
    )  # fmt: skip

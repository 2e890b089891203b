"""The log: what happened when to which request. No name of the CRM's and no secret is in it (promise 15)."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loguru import logger

from flows.model import CancellationRequest
from rpa.log_file import LogFile, LogFiles
from rpa.log_lines import as_json, as_text, for_people, in_words
from rpa.masking import without_names, without_quotations, without_secrets
from rpa.words_on_screen import visible

if TYPE_CHECKING:
    from loguru import Message, Record

NOTHING: dict[str, Any] = {
    "request": "-", "worker": "-", "desk": None, "event": "", "clause": "", "data": {}, "words": "", "exception": [],
}  # fmt: skip
WORKER_WIDTH = 8
"""So much of a worker's id tells it from the others."""
LATELY = 200


class _Here(threading.local):
    """What the thread is at work on. A thread's own, as Playwright's callbacks run in greenlets without a context."""

    request = "-"
    desk: int | None = None


class _Process:
    def __init__(self) -> None:
        self.worker = "-"
        self.secrets: tuple[str, ...] = ()
        self.names: deque[tuple[str, ...]] = deque(maxlen=LATELY)
        """Of the requests lately worked on, by whichever thread: an error may be logged when the work is over."""


_here, _process = _Here(), _Process()


def start_log(output: Path, secrets: Sequence[str] = ()) -> None:
    """Log into `output`/rpa.log for people and `output`/rpa.jsonl for programs, and nowhere else. Raises OSError."""
    output.mkdir(parents=True, exist_ok=True)
    _process.secrets = (*secrets,)
    logger.remove()
    logger.configure(patcher=_clean, extra=NOTHING)
    files = LogFiles(LogFile(output / "rpa.log", as_text), LogFile(output / "rpa.jsonl", as_json))
    # no diagnosis: it would print the values of variables
    logger.add(files, format=_written_by_the_sink, diagnose=False, backtrace=False)


def tell_people(say: Callable[[str], None]) -> None:
    """From now on also say what people at the terminal wait for: beginnings, ends, recoveries, warnings; after start_log."""

    def told(message: "Message") -> None:
        if line := for_people(message.record):
            say(line)

    logger.add(told, format=_written_by_the_sink, diagnose=False, backtrace=False)


def worker_is(worker: str) -> None:
    """From now on each line of this process bears the (beginning of the) id of its lease."""
    _process.worker = worker[:WORKER_WIDTH]


@contextmanager
def about(request: CancellationRequest, desk: int | None = None) -> Iterator[None]:
    """What this thread logs within the block is about the request; its names are in none of it, nor in what follows."""
    before = (_here.request, _here.desk)
    _process.names.append((request.account_name, request.requested_by, request.reason))
    _here.request, _here.desk = request.id, desk
    try:
        yield
    finally:
        _here.request, _here.desk = before


def _written_by_the_sink(_: "Record") -> str:
    return ""


def _clean(record: "Record") -> None:
    extra = record["extra"]
    extra["worker"] = _process.worker
    if extra["request"] == "-":
        extra["request"] = _here.request
    if extra["desk"] is None:
        extra["desk"] = _here.desk
    own = bool(extra["event"])  # an event's line has this program's own words only
    record["message"] = _cleaned(record["message"], own=own)
    error = record["exception"].value if record["exception"] else None
    extra["exception"] = [] if error is None else [_cleaned(line, own=False) for line in in_words(error)]
    record["exception"] = None  # loguru would print it as it is


def _cleaned(text: str, *, own: bool) -> str:
    """On one line, whatever came in, and without names and secrets."""
    text = without_secrets(text, _process.secrets)
    if not own:
        text = without_quotations(without_names(text, {name for names in list(_process.names) for name in names}))
    return visible(text)

"""The log: what happened when to which request. No name of the CRM's and no secret is in it (promise 15)."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loguru import logger

from flows.journal import Event, EventKind
from flows.model import CancellationRequest, End
from rpa.cases.wording import NAMES
from rpa.log_file import LogFile
from rpa.log_lines import as_json, as_text, for_people, in_words
from rpa.masking import without_names, without_quotations, without_secrets
from rpa.words_on_screen import visible

if TYPE_CHECKING:
    from loguru import Message, Record

TELLING = {
    EventKind.STEP_STARTED: (),
    EventKind.STEP_ENDED: ("outcome",),
    EventKind.RECOVERY: ("on", "by", "outcome"),
    EventKind.INTENT: ("intent", "effect"),
    EventKind.EFFECT_SENT: ("intent",),
    EventKind.EFFECT_SETTLED: ("intent", "effect", "outcome"),
    EventKind.END: (),
}
"""The events that are logged, and which of their values: those that are this program's own words."""
NOTHING: dict[str, Any] = {
    "request": "-", "worker": "-", "desk": None, "event": "", "clause": "", "data": {}, "words": "", "exception": [],
}  # fmt: skip
WORKER_WIDTH = 8
"""So much of a worker's id tells it from the others."""


class _Here(threading.local):
    """What the thread is at work on. A thread's own, as Playwright's callbacks run in greenlets without a context."""

    request = "-"
    names: tuple[str, ...] = ()
    desk: int | None = None


class _Process:
    worker = "-"
    secrets: tuple[str, ...] = ()


_here = _Here()


def start_log(output: Path, secrets: Sequence[str] = ()) -> None:
    """Log into `output`/rpa.log for people and `output`/rpa.jsonl for programs, and nowhere else. Raises OSError."""
    output.mkdir(parents=True, exist_ok=True)
    _Process.secrets = (*secrets,)
    logger.remove()
    logger.configure(patcher=_clean, extra=NOTHING)
    for name, line in (("rpa.log", as_text), ("rpa.jsonl", as_json)):
        # no diagnosis: it would print the values of variables
        logger.add(LogFile(output / name, line), format=_written_by_the_sink, diagnose=False, backtrace=False)


def tell_people(say: Callable[[str], None]) -> None:
    """From now on also say what people at the terminal wait for: beginnings, ends, recoveries, warnings; after start_log."""

    def told(message: "Message") -> None:
        if line := for_people(message.record):
            say(line)

    logger.add(told, format=_written_by_the_sink, diagnose=False, backtrace=False)


def worker_is(worker: str) -> None:
    """From now on each line of this process bears the (beginning of the) id of its lease."""
    _Process.worker = worker[:WORKER_WIDTH]


@contextmanager
def about(request: CancellationRequest, desk: int | None = None) -> Iterator[None]:
    """What this thread logs within the block is about the request; its names are in none of it."""
    before = (_here.request, _here.names, _here.desk)
    names = (request.account_name, request.requested_by, request.reason)
    _here.request, _here.names, _here.desk = request.id, names, desk
    try:
        yield
    finally:
        _here.request, _here.names, _here.desk = before


def log_event(request_id: str, event: Event) -> None:
    """Log one event of a request's journal, if it is one that tells something."""
    if event.kind not in TELLING:
        return
    told = {key: _own(key, str(event.data.get(key))) for key in TELLING[event.kind]}
    if event.kind is EventKind.END:
        outcome = event.data.get("outcome") or {}
        told |= {key: str(outcome.get(key)) for key in ("end", "code", "seconds")}
    words = [event.kind.value, event.clause, *(f"{key}={value}" for key, value in told.items())]
    bound = logger.bind(
        request=request_id, event=event.kind.value, clause=event.clause, data=told, words=_words(event, told)
    )
    bound.info("{}", " ".join(filter(None, words)))


def log_begun(request_id: str) -> None:
    """Log that an attempt is begun: nobody listens to the journal yet when it writes that down."""
    logger.bind(request=request_id, event="begun", words="begun").info("begun")


def log_put_back(request_id: str, code: str) -> None:
    """Log that an attempt came to no end."""
    words = f"no end yet ({code})"
    logger.bind(request=request_id, event="put_back", data={"code": code}, words=words).info("put_back code={}", code)


def _own(key: str, value: str) -> str:
    """An obstacle's kind is this program's own word; what it says may quote the site."""
    return value.split(":", 1)[0] if key in {"on", "outcome"} else value


def _words(event: Event, told: dict[str, str]) -> str:
    if event.kind is EventKind.RECOVERY:
        return f"recovery {event.clause}: {told['by'].replace('_', ' ')} (for {told['on']}) {told['outcome']}"
    if event.kind is EventKind.END:
        code = f" ({told['code']})" if told["code"] else ""
        return f"{NAMES[End(told['end'])]}{code} after {told['seconds']} s"
    return ""


def _written_by_the_sink(_: "Record") -> str:
    return ""


def _clean(record: "Record") -> None:
    extra = record["extra"]
    extra["worker"] = _Process.worker
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
    text = without_secrets(text, _Process.secrets)
    if not own:
        text = without_quotations(without_names(text, _here.names))
    return visible(text)

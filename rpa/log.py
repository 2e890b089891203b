"""The log: what happened when to which request. No name of the CRM's and no secret is in it (promise 15)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

from flows.journal import Event, EventKind
from rpa.words_on_screen import visible

if TYPE_CHECKING:
    from loguru import Record

LINE = "{time:YYYY-MM-DDTHH:mm:ss.SSSZZ} {level: <7} {extra[request]: <32} {message}"
TELLING = {
    EventKind.ATTEMPT_STARTED: ("attempt",),
    EventKind.STEP_STARTED: (),
    EventKind.STEP_ENDED: ("outcome",),
    EventKind.RECOVERY: ("on", "by", "outcome"),
    EventKind.INTENT: ("intent", "effect"),
    EventKind.EFFECT_SENT: ("intent",),
    EventKind.EFFECT_SETTLED: ("intent", "effect", "outcome"),
    EventKind.END: (),
}
"""The events that are logged, and which of their values: those that are this program's own words."""


def start_log(output: Path, secrets: Sequence[str] = ()) -> None:
    """Log into `output`/rpa.log, and nowhere else. Raises OSError."""
    output.mkdir(parents=True, exist_ok=True)

    def clean(record: "Record") -> None:
        message = visible(record["message"])  # one line, whatever came in
        for secret in filter(None, secrets):
            message = message.replace(secret, "***")
        record["message"] = message

    logger.remove()
    logger.configure(patcher=clean, extra={"request": "-"})
    # no diagnosis: it would print the values of variables
    logger.add(output / "rpa.log", format=LINE, rotation="20 MB", retention=10, diagnose=False, backtrace=False)


def log_event(request_id: str, event: Event) -> None:
    """Log one event of a request's journal, if it is one that tells something."""
    if event.kind not in TELLING:
        return
    words = [event.kind.value, event.clause, *(f"{key}={event.data.get(key)}" for key in TELLING[event.kind])]
    if event.kind is EventKind.END:
        outcome = event.data.get("outcome") or {}
        words += [
            f"end={outcome.get('end')}",
            f"code={outcome.get('code')}",
            f"seconds={outcome.get('seconds')}",
        ]
    logger.bind(request=request_id).info("{}", " ".join(filter(None, words)))

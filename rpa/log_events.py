"""What is logged of a request: events of its journal, in this program's own words only."""

from loguru import logger

from flows.journal import Event, EventKind
from flows.model import End
from rpa.cases.wording import NAMES

TELLING = {
    EventKind.STEP_STARTED: (),
    EventKind.STEP_ENDED: ("outcome",),
    EventKind.RECOVERY: ("on", "by", "outcome"),
    EventKind.INTENT: ("intent", "effect"),
    EventKind.EFFECT_SENT: ("intent",),
    EventKind.EFFECT_SETTLED: ("intent", "effect", "outcome"),
    EventKind.DRIFT: ("page", "kind", "matters"),
    EventKind.END: (),
}
"""The events that are logged, and which of their values: those that are this program's own words."""


def log_event(request_id: str, event: Event) -> None:
    """Log one event of a request's journal, if it is one that tells something."""
    if event.kind not in TELLING:
        return
    data = event.data.get("change", {}) if event.kind is EventKind.DRIFT else event.data
    told = {key: _own(key, str(data.get(key))) for key in TELLING[event.kind]}
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

"""What this worker does, counted for Prometheus from the journal's events. docs/operating.md lists all.

A label is a word of this program's (an end, a code, a clause, an effect), never a name, number or id of anybody's.
"""

import itertools
import re
import time

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

from flows.journal import Event, EventKind
from flows.model import CancellationRequest, Effect, End
from rpa.cases.wording import ADVICE
from rpa.results import Result

STEP_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160)
REQUEST_SECONDS = (1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640)
_OWN_WORD = re.compile(r"[a-z0-9_.\-]{1,40}")
OTHER = "other"
OUTCOMES = ("done", "answered", "not_done", "unknown")
"""What becomes of an effect."""


class Metrics:
    """A watch that counts; `registry` holds the figures."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self.ends = Counter("rpa_ends", "Requests that came to an end.", ["end", "code"], registry=registry)
        self.put_backs = Counter("rpa_put_backs", "Attempts without an end.", ["code"], registry=registry)
        self.attempts = Counter("rpa_attempts", "Attempts that were begun.", registry=registry)
        self.steps = Histogram(
            "rpa_step_seconds",
            "Time of a step that came to its end.",
            ["clause"],
            registry=registry,
            buckets=STEP_SECONDS,
        )
        self.requests = Histogram(
            "rpa_request_seconds", "Time of the attempt that ended a request.", ["end"], registry=registry,
            buckets=REQUEST_SECONDS,
        )  # fmt: skip
        self.recoveries = Counter("rpa_recoveries", "Recoveries taken.", ["clause", "by"], registry=registry)
        self.intents = Counter("rpa_intents", "Effects that were set out.", ["effect"], registry=registry)
        self.effects = Counter(
            "rpa_effects", "Effects by what became of them.", ["effect", "outcome"], registry=registry
        )
        ProcessCollector(registry=registry)
        self._begin_at_nought()
        self._since: dict[tuple[str, str], float] = {}
        """By request and clause, when a step was begun."""

    def _begin_at_nought(self) -> None:
        """What an alarm may wait for: Prometheus sees no increase in a series that begins at 1."""
        for effect, outcome in itertools.product(Effect, OUTCOMES):
            self.effects.labels(effect.value, outcome)
        for end in End:
            self.ends.labels(end.value, "")
        for code in ADVICE:
            self.ends.labels(End.NEEDS_HUMAN.value, code)

    def started(self, request: CancellationRequest) -> None:
        """An attempt is begun."""
        self.attempts.inc()
        self._forget(request.id)

    def event(self, request: CancellationRequest, event: Event) -> None:
        """Count what happened."""
        if event.kind is EventKind.STEP_STARTED:
            self._since[request.id, event.clause] = time.monotonic()
        elif event.kind is EventKind.STEP_ENDED:
            since = self._since.pop((request.id, event.clause), None)
            if since is not None:
                self.steps.labels(_own(event.clause)).observe(time.monotonic() - since)
        elif event.kind is EventKind.RECOVERY:
            self.recoveries.labels(_own(event.clause), _own(event.data.get("by"))).inc()
        elif event.kind is EventKind.INTENT:
            self.intents.labels(_own(event.data.get("effect"))).inc()
        elif event.kind is EventKind.EFFECT_SETTLED:
            self.effects.labels(_own(event.data.get("effect")), _own(event.data.get("outcome"))).inc()

    def ended(self, result: Result) -> None:
        """Count how the attempt came out; an end that an earlier one recorded was counted there, or its worker died."""
        self._forget(result.request.id)
        outcome = result.outcome
        if outcome is None:
            self.put_backs.labels(_own(result.code)).inc()
        elif not result.earlier:
            self.ends.labels(outcome.end.value, _own(outcome.code) if outcome.code else "").inc()
            self.requests.labels(outcome.end.value).observe(outcome.seconds)

    def _forget(self, request_id: str) -> None:
        for key in [key for key in list(self._since) if key[0] == request_id]:
            self._since.pop(key, None)


def _own(word: object) -> str:
    """A label's value; whatever is no plain short word is `other`."""
    text = str(word)
    return text if _OWN_WORD.fullmatch(text) else OTHER

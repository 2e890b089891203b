"""What a worker shows: a line for each request that is begun, and one for each that ends."""

import threading
import time

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from flows.journal import Event
from flows.model import CancellationRequest, End
from rpa.batch import AWAITS_APPROVAL, BROKEN_OFF
from rpa.cli.line import closed_text
from rpa.cli.screen import Screen, end_text
from rpa.line import Closed
from rpa.log_events import log_event
from rpa.queue.desks import this_desk
from rpa.queue.shop import Shop
from rpa.results import Result, as_json
from rpa.words_on_screen import safe

INDENT = 10


class Ticker:
    """With --json, an object for each end instead; one whose `end` is null goes back into the queue."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._guard = threading.Lock()

    def started(self, request: CancellationRequest) -> None:
        if not self.screen.json:
            self._line(request, Text("begun", "dim"), "")

    def event(self, request: CancellationRequest, event: Event) -> None:
        log_event(request.id, event)

    def ended(self, result: Result) -> None:
        if self.screen.json:
            with self._guard:
                self.screen.emit(as_json(result))
            return
        outcome = result.outcome
        took = "earlier" if result.earlier else f"{outcome.seconds:.1f} s" if outcome else ""
        self._line(result.request, end_text(outcome.end, outcome.code) if outcome else _back(result), took)
        if outcome is None and result.code != BROKEN_OFF:  # what broke it off was said
            self._why(result.why)
        elif outcome is not None and outcome.end in {End.REFUSED, End.NEEDS_HUMAN}:
            self._why(outcome.message)

    def _line(self, request: CancellationRequest, what: Text, took: str) -> None:
        now, desk = time.strftime("%H:%M:%S"), str(this_desk() or "")
        with self._guard:
            if not self.screen.console.is_terminal:  # a program wants its lines whole
                account = f"{request.account_number} {request.account_name}"
                self.screen.say(now, desk, safe(account, width=60), what, *[took] * bool(took))
                return
            row = Table.grid(padding=(0, 1), expand=True)
            row.add_column(width=8, style="dim")
            row.add_column(width=2, justify="right", style="dim")
            row.add_column(width=8, no_wrap=True, overflow="ellipsis")
            row.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
            row.add_column(width=30, no_wrap=True, overflow="ellipsis")
            row.add_column(width=8, justify="right")
            row.add_row(now, desk, safe(request.account_number), safe(request.account_name, width=200), what, took)
            self.screen.console.print(row)

    def _why(self, why: str) -> None:
        said = safe(why, "dim", width=400)
        with self._guard:
            if self.screen.console.is_terminal:
                self.screen.console.print(Padding(said, (0, 0, 0, INDENT + 2)))
            else:
                self.screen.say(" " * INDENT, said)


def _back(result: Result) -> Text:
    words = "waits for approval" if result.code == AWAITS_APPROVAL else "goes back into the queue"
    return Text(words, "magenta")


class TellOfLine:
    """A chore: says once that the line is closed, and that it is open again."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._told: Closed | None = None

    def __call__(self, shop: Shop) -> None:
        closed = shop.line.closed
        if closed is not None and closed != self._told:
            self._screen.say(closed_text(closed))
        elif closed is None and self._told is not None:
            self._screen.say("The line is open again: the work goes on.")
        self._told = closed

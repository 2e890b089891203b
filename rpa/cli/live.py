"""What is shown while a request is carried out: each clause in order; and while a file is, one bar."""

import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from flows.journal import Event, EventKind
from flows.model import CancellationRequest, End
from rpa.cli.screen import WITHOUT_END, Screen, end_text
from rpa.log_events import log_event
from rpa.results import Result, as_json
from rpa.words_on_screen import safe, short

MARKS = {"done": ("✓", "green"), "already": ("✓", "cyan"), "left out": ("–", "dim"), "failed": ("✗", "red")}
NOTED = {
    EventKind.RECOVERY: ("↻", "yellow", "recovery: {by} (for {on}) {outcome}"),
    EventKind.WARNING: ("!", "yellow", "{text}"),
}


@dataclass
class Line:
    """One line of the display. `state`: "running", an outcome of a step, or "note"."""

    clause: str
    text: Text
    state: str
    since: float
    seconds: float | None = None


class Steps:
    """The clauses of one request as they come, with spinner, outcome and time; piped: a line as each ends."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.lines = screen, list[Line]()
        self._live = Live(get_renderable=self.render, console=screen.console, refresh_per_second=8, transient=False)

    def __enter__(self) -> Self:
        if self.screen.live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line in self.lines:
            if line.state == "running":  # nothing runs any more: no spinner may stay on the screen
                self._close(line, "failed")
        if self.screen.live:
            self._live.stop()

    def started(self, request: CancellationRequest) -> None:
        pass

    def ended(self, result: Result) -> None:
        pass

    def event(self, request: CancellationRequest, event: Event) -> None:
        """Take an event of the journal in."""
        log_event(request.id, event)
        if event.kind is EventKind.STEP_STARTED:
            self.lines.append(Line(event.clause, safe(event.data.get("title", "")), "running", time.monotonic()))
        elif event.kind is EventKind.STEP_ENDED:
            self._step_ended(event)
        elif event.kind in NOTED:
            self._note(event)

    def render(self) -> RenderableType:
        """The lines so far."""
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column(style="bold", min_width=5)
        table.add_column(ratio=1, overflow="fold")
        table.add_column(justify="right", no_wrap=True)
        for line in self.lines:
            table.add_row(self._mark(line), line.clause, line.text, self._time(line))
        return table

    def _step_ended(self, event: Event) -> None:
        running = [line for line in self.lines if line.state == "running" and line.clause == event.clause]
        if not running:
            running = [Line(event.clause, safe(event.data.get("title", "")), "running", time.monotonic())]
            self.lines += running
        outcome, note = str(event.data.get("outcome", "done")), str(event.data.get("note", "") or "")
        words = note or {"already": "already so", "left out": "left out"}.get(outcome, "")
        if words:
            running[-1].text += safe(f": {words}", "dim", width=120)
        self._close(running[-1], outcome)

    def _note(self, event: Event) -> None:
        mark, style, words = NOTED[event.kind]
        values = {key: str(event.data.get(key, "")) for key in ("by", "on", "outcome", "text")}
        for key in ("by", "on"):
            values[key] = values[key].replace("_", " ")
        text = safe(words.format(**values).strip(), style, width=200)
        line = Line(event.clause, text, "note", time.monotonic())
        # before the step that is under way: its own line stays the last one
        place = len(self.lines) - (1 if self.lines and self.lines[-1].state == "running" else 0)
        self.lines.insert(place, line)
        if not self.screen.live:
            self.screen.say(mark, line.clause, line.text)

    def _close(self, line: Line, state: str) -> None:
        line.state, line.seconds = state, time.monotonic() - line.since
        if not self.screen.live:
            self.screen.say(MARKS.get(state, MARKS["done"])[0], line.clause, line.text, self._time(line))

    def _mark(self, line: Line) -> RenderableType:
        if line.state == "running":
            return self._spinner
        mark, style = ("·", "yellow") if line.state == "note" else MARKS.get(line.state, MARKS["done"])
        return Text(mark, style)

    _spinner = Spinner("dots")

    @staticmethod
    def _time(line: Line) -> Text:
        if line.state == "note":
            return Text("")
        seconds = time.monotonic() - line.since if line.seconds is None else line.seconds
        return Text(f"{seconds:.1f} s", "dim")


class Bar:
    """A whole file: a line for each end, and below them a bar with what is being done."""

    def __init__(self, screen: Screen, total: int) -> None:
        self.screen, self._count, self._done, self._total = screen, 0, 0, total
        self._guard = threading.Lock()
        self.told: set[str] = set()
        """The requests whose end was shown, or what they wait for."""
        self._progress = Progress(
            TextColumn("{task.fields[doing]}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=screen.console,
            disable=not screen.live,
        )
        self._task = self._progress.add_task("", total=total, doing="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def started(self, request: CancellationRequest) -> None:
        self._doing(f"{request.account_number} {request.account_name}")

    def event(self, request: CancellationRequest, event: Event) -> None:
        """Take an event of the journal in."""
        log_event(request.id, event)
        if event.kind is EventKind.STEP_STARTED:
            self._doing(f"{event.clause} {event.data.get('title', '')}")

    def ended(self, result: Result) -> None:
        """Show one result: on its own line, or with --json as its object."""
        with self._guard:
            self._show(result)

    def _show(self, result: Result) -> None:
        if result.outcome is not None or result.code in WITHOUT_END:
            self.told.add(result.request.id)
        self._count += 1
        self._done += result.outcome is not None
        self._progress.update(self._task, completed=self._done, doing="")
        if self.screen.json:
            self.screen.emit(as_json(result))
        else:
            self.screen.console.print(self._line(result), no_wrap=True, overflow="ellipsis", crop=True)
            self._tell_why(result)

    def _tell_why(self, result: Result) -> None:
        """Below an end that a person has to deal with: the sentence that says what to do."""
        outcome = result.outcome
        if outcome is None or outcome.end in {End.REFUSED, End.NEEDS_HUMAN}:
            said = safe(outcome.message if outcome else result.why, "dim", width=400)
            indent = len(str(self._total)) + 1
            if self.screen.console.is_terminal:
                self.screen.console.print(Padding(said, (0, 0, 0, indent)))
            else:  # a program wants its lines whole
                self.screen.console.print(Text(" " * indent) + said, soft_wrap=True)

    def _doing(self, words: str) -> None:
        self._progress.update(self._task, doing=short(words, 34))

    def _line(self, result: Result) -> RenderableType:
        request, outcome = result.request, result.outcome
        told = end_text(outcome.end if outcome else None, outcome.code if outcome else result.code)
        when = "earlier" if result.earlier else f"{outcome.seconds:.1f} s" if outcome else ""
        table = Table.grid(padding=(0, 1))
        table.add_column(justify="right", width=len(str(self._total)))
        table.add_column(width=8)
        table.add_column(width=22, no_wrap=True, overflow="ellipsis")
        table.add_column(width=33, no_wrap=True, overflow="ellipsis")
        table.add_column(justify="right", width=8)
        table.add_row(
            str(self._count),
            safe(request.account_number, width=8),
            safe(request.account_name, width=22),
            told,
            when,
        )
        return Group(table)

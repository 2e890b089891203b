"""`rpa work`: carries out what is in the queue."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from collections.abc import Callable

    from rpa.cli.desk import Desk, Watching
    from rpa.cli.interrupt import Stop
    from rpa.cli.screen import Screen
    from rpa.line import Line
    from rpa.queue.drift_gate import Gate
    from rpa.queue.inbox import Inbox
    from rpa.queue.jobs import Jobs
    from rpa.queue.worker import Worker
    from rpa.records import Records

app = typer.Typer()
DESKS = typer.Option(
    "--desks", min=1, max=64, show_default=False,
    help="Browsers that work at the same time; else one for each core, as memory allows (300 MB each), at most 8.",
)  # fmt: skip
DRAIN = typer.Option("--drain", help="End when nothing is left that could be done soon, or the line is closed.")
METRICS = typer.Option(
    "--metrics-port", min=0, max=65535, show_default=False,
    help="Answer /metrics (Prometheus), /healthz and /readyz at this port; 0: any free one.",
)  # fmt: skip
METRICS_HOST = typer.Option("--metrics-host", help="The address they are answered at; in a container 0.0.0.0.")
INBOX = typer.Option("--inbox", help="Take in the request files that are dropped into this folder.", show_default=False)


@app.command()
def work(
    *,
    desks: Annotated[int | None, DESKS] = None,
    drain: Annotated[bool, DRAIN] = False,
    inbox: Annotated[Path | None, INBOX] = None,
    baseline: options.Baseline = None,
    profile: options.Profile = None,
    output: options.Output = None,
    headed: options.Headed = False,
    slow_mo: options.SlowMo = 0,
    browser_channel: options.Channel = None,
    tracing: options.TracingOption = options.Tracing.OFF,
    screenshot: options.ScreenshotOption = options.Screenshot.ON,
    metrics_port: Annotated[int | None, METRICS] = None,
    metrics_host: Annotated[str, METRICS_HOST] = "127.0.0.1",
    json: options.Json = False,
) -> None:
    """Carry out what is in the queue, until Ctrl-C or SIGTERM.

    Any number of workers share one queue. What is in flight is finished first, and the rest is handed back.
    """
    from rpa.cli.desk import Desk, Watching
    from rpa.machine import usual_desks

    desk = Desk.open(json=json, output=output, profile=profile, channel=browser_channel, baseline=baseline)
    watching = Watching(headed, slow_mo, tracing, screenshot)
    at = (metrics_port, metrics_host)
    raise typer.Exit(_work(desk, watching, desks or usual_desks(), drain=drain, inbox=inbox, metrics=at))


def _work(
    desk: "Desk", watching: "Watching", desks: int, *, drain: bool, inbox: Path | None, metrics: tuple[int | None, str]
) -> int:
    from rpa.cli.gating import Learned, make_gate
    from rpa.cli.interrupt import stop_on_interrupt
    from rpa.cli.last_resort import gone_in_time
    from rpa.cli.telling import telling
    from rpa.cli.ticker import Ticker
    from rpa.cli.working import make_worker
    from rpa.line import Line

    site, screen = desk.profile(), desk.screen
    with ExitStack() as stack:
        records = stack.enter_context(desk.records(site))
        stop = stack.enter_context(stop_on_interrupt(screen))
        learned = Learned.of(desk)
        worker = make_worker(desk, records, site, watching, None, stop, Ticker(screen), desks, learned)
        worker.gate = make_gate(desk, site, learned)
        stack.enter_context(gone_in_time(stop, worker.end_processes))
        taking_in = stack.enter_context(open_inbox(inbox, stop, screen)) if inbox is not None else None
        line = Line(records.engine, site.policy)
        if drain:
            worker.done = until_drained(line, taking_in, worker.gate)
        add_chores(worker, screen, taking_in)
        screen.say(
            f"At work with {desks} desk{'' if desks == 1 else 's'}. Ctrl-C finishes what is in flight, and ends."
        )
        port = stack.enter_context(telling(worker, desk.settings, port=metrics[0], host=metrics[1]))
        if port is not None:
            screen.say(f"Metrics at http://{metrics[1]}:{port}/metrics")
        worker.run()
        return _ended(worker, records, line, stop, screen, drain=drain)


def add_chores(worker: "Worker", screen: "Screen", inbox: "Inbox | None") -> None:
    """What is done beside the work, a few times a second: each of them is quick, and raises nothing but SQLAlchemyError."""
    from rpa.cli.ticker import TellOfLine
    from rpa.queue.reconciling import Nightly

    worker.chores += (
        TellOfLine(screen),
        Nightly(),
        *([inbox] if inbox is not None else []),
    )


def open_inbox(folder: Path, stop: "Stop", screen: "Screen") -> "Inbox":
    """The inbox, its folders made. Raises UsageError."""
    from rpa.cli.errors import UsageError
    from rpa.queue.inbox import Inbox

    try:
        return Inbox(folder.absolute(), stop, screen.say)
    except OSError as error:
        raise UsageError(
            f"--inbox {folder} cannot be used: {error.strerror}; name a folder that can be written"
        ) from error


def until_drained(line: "Line", inbox: "Inbox | None", gate: "Gate | None" = None) -> "Callable[[Jobs], bool]":
    """Whether there is nothing left that could be done soon, or only a person can open the line or the gate."""
    from rpa.queue.rechecks import due_now

    def drained(jobs: "Jobs") -> bool:
        closed = line.closed
        if (closed is not None and closed.until is None) or (gate is not None and gate.stuck):
            return True
        with jobs.engine.connect() as connection:
            return (inbox is None or inbox.idle) and not jobs.open() and not due_now(connection)

    return drained


def _ended(worker: "Worker", records: "Records", line: "Line", stop: "Stop", screen: "Screen", *, drain: bool) -> int:
    """Say why it ended and what is left; the exit code."""
    import signal

    from rpa.queue.jobs import Jobs
    from rpa.results import INTERRUPTED, LINE_STOPPED
    from rpa.words_on_screen import safe

    if stop.is_set():
        screen.say("Stopped. What was not finished is in the queue.")
        return INTERRUPTED if stop.signal == signal.SIGINT else 0
    stuck = worker.gate.stuck if worker.gate is not None else ""
    if why := worker.exhausted or (drain and stuck):
        screen.say(safe(f"Ended: {why}."))
    _tell_what_is_left(Jobs(records.engine), screen)
    return LINE_STOPPED if why or (drain and line.closed is not None) else 0


def _tell_what_is_left(jobs: "Jobs", screen: "Screen") -> None:
    from rpa.queue.jobs import State

    counts, soon = jobs.counts(), jobs.open()
    kinds = {
        "due": soon,
        "for a date": counts[State.WAITING] + counts[State.WORKING] - soon,
        "for approval (`rpa approve`)": counts[State.WAITING_APPROVAL],
        "until they are asked for again": counts[State.HELD],
    }
    left = ", ".join(f"{number:,} {kind}" for kind, number in kinds.items() if number)
    screen.say(f"Still waiting: {left}." if left else "The queue is empty.")

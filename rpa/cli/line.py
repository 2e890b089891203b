"""`rpa pause`, `rpa release`: the line that all requests pass."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from rich.text import Text

    from rpa.line import Closed

app = typer.Typer()
REASON = typer.Option("--reason", help="Why; all who meet the closed line are told.", show_default=False)


@app.command()
def pause(
    *,
    reason: Annotated[str, REASON] = "",
    by: options.By = "",
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Close the line for all workers.

    Within 2 seconds no further effect is begun; the one in flight is finished. `rpa release` opens it.
    """
    from flows.profile import Policy
    from rpa.cli.desk import Desk, who
    from rpa.line import Line, LineState

    desk = Desk.open(json=json, output=output)
    with desk.records() as records:
        closed = Line(records.engine, Policy()).pause(reason, by or who())
    if json:
        desk.screen.emit(as_json(closed))
    elif closed.state is LineState.PAUSED:
        desk.screen.say("The line is paused: no further effect is begun until `rpa release`.")
    else:
        desk.screen.say(closed_text(closed))


@app.command()
def release(*, by: options.By = "", output: options.Output = None, json: options.Json = False) -> None:
    """Open the line again, for all workers.

    Says why it was closed, and what goes on.
    """
    from flows.profile import Policy
    from rpa.cli.desk import Desk, who
    from rpa.line import Line
    from rpa.queue.jobs import Jobs, State

    desk = Desk.open(json=json, output=output)
    with desk.records() as records:
        was = Line(records.engine, Policy()).release(by or who())
        jobs = Jobs(records.engine)
        counts, soon, workers = jobs.counts(), jobs.open(), len(jobs.workers())
    if json:
        left = {"was": None if was is None else as_json(was), "open": soon, "workers": workers}
        desk.screen.emit({"schema": "rpa.release.v1", **left})
        return
    desk.screen.say("The line was open already." if was is None else released_text(was))
    dated = counts[State.WAITING] + counts[State.WORKING] - soon
    desk.screen.say(_what_goes_on(soon, dated, workers))


def _what_goes_on(soon: int, dated: int, workers: int) -> str:
    later = f" {dated:,} wait{'s' * (dated == 1)} for a date." if dated else ""
    if not soon:
        return f"Nothing in the queue is due.{later}"
    due = f"{soon:,} request{'' if soon == 1 else 's'} in the queue"
    if workers:
        return f"{due}: {workers} worker{' goes' if workers == 1 else 's go'} on.{later}"
    return f"{due}, and no worker: `rpa work` carries {'it' if soon == 1 else 'them'} out.{later}"


def closed_text(closed: "Closed") -> "Text":
    """Why the line is closed, and how it opens."""
    from rpa.words_on_screen import safe

    opens = "Nothing is begun until `rpa release`." if closed.until is None else "It opens by itself."
    told = str(closed)
    return safe(f"{told[0].upper()}{told[1:].rstrip('.')}. {opens}")


def released_text(was: "Closed") -> "Text":
    """That it is open, and why it was not."""
    from rpa.words_on_screen import safe

    return safe(f"The line is open. It was {was.state.value} since {was.since:%Y-%m-%d %H:%M:%S} UTC: {was.why}")


def as_json(closed: "Closed") -> dict[str, Any]:
    """A closed line as docs/cli.md has it."""
    until = None if closed.until is None else closed.until.isoformat()
    told = {"state": closed.state.value, "why": closed.why, "since": closed.since.isoformat(), "until": until}
    return {"schema": "rpa.line.v1", **told}

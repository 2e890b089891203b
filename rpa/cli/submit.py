"""`rpa submit`: requests into the queue, and home."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from flows.model import CancellationRequest
    from flows.profile import SiteProfile
    from rpa.cli.desk import Desk
    from rpa.cli.screen import Screen
    from rpa.line import Closed
    from rpa.queue.submitting import Submitted
    from rpa.request_files import RequestFile

app = typer.Typer()
NORMAL = 5
STANDARD_INPUT = Path("-")
BIG = 500
"""More requests than so many get a progress bar."""


@app.command()
def submit(
    *,
    file: Annotated[
        Path | None, typer.Argument(help="CSV, XLSX or JSON Lines; `-` reads JSON Lines from standard input.")
    ] = None,
    account_name: options.AccountName = "",
    account_number: options.AccountNumber = "",
    date: options.Date = "",
    reason: options.Reason = "",
    opt_out: options.OptOut = False,
    requested_by: options.RequestedBy = "",
    id: Annotated[str, typer.Option("--id", help="An id of your own; else made from the request.")] = "",  # noqa: A002
    priority: options.Priority = NORMAL,
    now: options.Now = False,
    by: options.By = "",
    profile: options.Profile = None,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Put requests into the queue.

    A file of them, or one by its options. Needs no browser and no credentials; `rpa work` carries them out. At exit code
    0 they are durable. The same again changes nothing.
    """
    from rpa.cli.desk import Desk

    given: dict[str, str | bool] = {"account_name": account_name, "account_number": account_number, "date": date}
    given |= {"reason": reason, "opt_out": opt_out, "requested_by": requested_by, "id": id}
    must_be_one_way(file, given)
    desk = Desk.open(json=json, output=output, profile=profile)
    site = desk.profile()
    requests = _from_file(file, site, desk.screen) if file is not None else _from_options(given, site)
    _submit(desk, site, requests, priority=priority, wait=not now, by=by)


def must_be_one_way(file: Path | None, given: dict[str, str | bool]) -> None:
    """Raise UsageError unless there is either a file, or a request by its options."""
    from rpa.cli.errors import UsageError

    options_given = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if file is not None and options_given:
        raise UsageError(f"{options_given[0]} is for a request without a file; in a file it is a column")
    needed = [f"--{name.replace('_', '-')}" for name in ("account_name", "account_number", "date", "reason")]
    if file is None and not options_given:
        raise UsageError(
            f"there is nothing to submit: name a file, or - for standard input, or give {', '.join(needed)}"
        )
    if file is None and (missing := [name for name in needed if name not in options_given]):
        raise UsageError(f"{' and '.join(missing)} must be given too: a request needs {', '.join(needed)}")


def _from_file(file: Path, site: "SiteProfile", screen: "Screen") -> "RequestFile":
    import sys
    from contextlib import nullcontext

    from rpa.cli.desk import today
    from rpa.request_files import read_request_lines, read_requests

    day = today(site)
    if file == STANDARD_INPUT:
        return read_request_lines(sys.stdin.buffer, read_date=site.read_date, today=day)
    with screen.console.status(f"Reading {file.name}") if screen.live else nullcontext():
        requests = read_requests(file, read_date=site.read_date, today=day)
    for note in requests.notes:
        screen.say(f"Note: {note}")
    return requests


def _from_options(given: dict[str, str | bool], site: "SiteProfile") -> "RequestFile":
    from rpa.cli.asking import Draft
    from rpa.request_files import RequestFile

    return RequestFile(Path("the command line"), (Draft(given, site).request(str(given["account_number"])),), (0,))


def _submit(desk: "Desk", site: "SiteProfile", requests: "RequestFile", *, priority: int, wait: bool, by: str) -> None:
    from rpa.cli.submitting import submit_file
    from rpa.line import Line
    from rpa.queue.jobs import Jobs

    name = requests.path.name
    with desk.records(site) as records:
        desk.start_log()
        with _bar(desk.screen, len(requests.requests)) as told:
            queue = Jobs(records.engine)
            done = submit_file(
                records,
                queue,
                requests,
                site,
                source=f"rpa submit {name}",
                by=by,
                wait=wait,
                priority=priority,
                told=told,
            )
        closed = Line(records.engine, site.policy).closed
    if desk.screen.json:
        desk.screen.emit(as_json(done, name, [request.id for request in requests.requests]))
    else:
        show(done, name, requests.requests, closed, desk.screen)


@contextmanager
def _bar(screen: "Screen", total: int) -> Iterator[Callable[[int], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Submitting"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn())
    shown = screen.live and total > BIG
    with Progress(*columns, console=screen.console, transient=True, disable=not shown) as progress:
        task = progress.add_task("", total=total)
        yield lambda count: progress.update(task, completed=count)


def as_json(done: "Submitted", source: str, ids: list[str]) -> dict[str, Any]:
    """A submission as docs/cli.md has it."""
    first = done.dates[0].isoformat() if done.dates else None
    counts = {"new": done.new, "queued": done.queued, "ended": done.ended, "dated": len(done.dates)}
    return {"schema": "rpa.submit.v1", "source": source, "batch": done.batch, **counts, "first_date": first, "ids": ids}


def show(
    done: "Submitted", name: str, requests: "Sequence[CancellationRequest]", closed: "Closed | None", screen: "Screen"
) -> None:
    """What a submission did, and what is to be done next."""
    from rpa.cli.line import closed_text
    from rpa.words_on_screen import safe

    one = len(requests) == 1
    kinds = {"new": done.new, "in the queue already": done.queued, "had ended before": done.ended}
    became = ", ".join(kind if one else f"{number:,} {kind}" for kind, number in kinds.items() if number)
    screen.say(f"{len(requests):,} request{'s' * (not one)} from", safe(name, "bold", width=60) + ":", f"{became}.")
    if done.dates:
        wait = "waits for its date," if len(done.dates) == 1 else "wait for their dates, the first"
        screen.say(f"{'It' if one else f'{len(done.dates):,}'} {wait} {done.dates[0]}.")
    facts = {"Id": requests[0].id} if one else {}
    if facts := facts | ({"Batch": done.batch} if done.batch else {}):
        screen.facts(facts)
    if closed is not None:
        screen.say(closed_text(closed))
    if done.new + done.queued:
        screen.say(f"Next: `rpa work` carries {'it' if one else 'them'} out, `rpa watch` shows how it goes.")
    else:
        screen.say(
            "Nothing is left to be done. `rpa show ID` tells an end, `rpa retry ID` tries a needs_human once more."
        )

"""`rpa run` and `rpa template`: request files."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from flows.profile import SiteProfile
    from rpa.batch import Robot, Workshop
    from rpa.cli.desk import Desk, Watching
    from rpa.cli.screen import Screen
    from rpa.credentials import Credentials
    from rpa.request_files import RequestFile
    from rpa.results import Result

app = typer.Typer()
KINDS = ("csv", "xlsx", "jsonl")


@app.command()
def run(
    *,
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON Lines; see `rpa template`.")],
    again: Annotated[bool, typer.Option("--again", help="Run those that ended as needs_human once more.")] = False,
    release: options.Release = False,
    profile: options.Profile = None,
    output: options.Output = None,
    headed: options.Headed = False,
    slow_mo: options.SlowMo = 0,
    browser_channel: options.Channel = None,
    tracing: options.TracingOption = options.Tracing.OFF,
    screenshot: options.ScreenshotOption = options.Screenshot.ON,
    json: options.Json = False,
) -> None:
    """Carry out all requests of a file.

    One after another. Run again, it goes on where it stopped.
    """
    from rpa.cli.desk import Desk, Watching, today
    from rpa.request_files import read_requests

    desk = Desk.open(json=json, output=output, profile=profile, channel=browser_channel)
    site = desk.profile()
    requests = read_requests(file, read_date=site.read_date, today=today(site))
    for note in requests.notes:
        desk.screen.say(f"Note: {note}")
    job = Job(desk, requests, again=again, release=release)
    code = job.carry_out(Watching(headed, slow_mo, tracing, screenshot))
    job.report()
    raise typer.Exit(code)


@app.command()
def template(
    *,
    csv: Annotated[bool, typer.Option("--csv", help="The default.")] = False,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="A workbook.")] = False,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON Lines.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="File to write; its ending tells the kind.", show_default=False),
    ] = None,
) -> None:
    """Write a request file to fill in.

    It has the headings and one example.
    """
    import datetime as dt
    import sys

    from rpa.cli.errors import UsageError, cannot_write
    from rpa.request_files import save_template, write_template

    chosen = [kind for kind, wanted in zip(KINDS, (csv, xlsx, jsonl), strict=True) if wanted]
    by_name = out.suffix.lower().removeprefix(".") if out else ""
    kind = (chosen or [by_name if by_name in KINDS else "csv"])[0]
    if len(chosen) > 1 or (by_name in KINDS and by_name != kind):
        raise UsageError("the kind of file is given twice; choose one of --csv, --xlsx, --jsonl")
    today = dt.date.today()  # noqa: DTZ011 (the example's date)
    if out is None:
        if kind == "xlsx" and sys.stdout.isatty():
            raise UsageError("a workbook cannot be shown in a terminal; name a file: rpa template -o requests.xlsx")
        sys.stdout.buffer.write(write_template(kind, today))
        return
    try:
        save_template(out, kind, today)
    except OSError as error:
        raise cannot_write(out, error) from error
    sys.stderr.write(f"{out} written\n")


class Job:
    """A file's requests, accepted, run in order, and their results written."""

    def __init__(self, desk: "Desk", file: "RequestFile", *, again: bool = False, release: bool = False) -> None:
        self.desk, self.file, self.again, self.release = desk, file, again, release
        self.results: list[Result] = []
        self.stopped, self.interrupted = "", False

    def carry_out(
        self,
        watching: "Watching",
        profile: "SiteProfile | None" = None,
        credentials: "Credentials | None" = None,
    ) -> int:
        """Run all that has no end yet; returns the exit code. Raises RequestFileError, LineError, ..."""
        from dataclasses import replace

        from rpa.batch import Workshop, accept_all, batch_exit_code, recorded
        from rpa.cli.interrupt import stop_on_interrupt
        from rpa.request_files import RequestFileError

        desk, site = self.desk, profile or self.desk.profile()
        with desk.records(site) as records, stop_on_interrupt(desk.screen) as stop:
            faults = accept_all(records, self.file.requests, self.file.rows, f"rpa run {self.file.path.name}")
            if faults:
                raise RequestFileError(self.file.path, faults)
            line = desk.open_line(site, release=self.release)
            shop = Workshop(records, site, line, stop)
            if all(recorded(request, records, again=self.again) for request in self.file.requests):
                self._run(shop, None)  # nothing is left to do: no browser is opened for it
            else:
                with desk.robot(site, watching, credentials) as (robot, signed_in):
                    self._run(replace(shop, secrets=signed_in.secrets), robot)
            self.stopped, self.interrupted = line.stopped, stop.is_set()
            return batch_exit_code(self.results, shop)

    def _run(self, shop: "Workshop", robot: "Robot | None") -> None:
        from rpa.batch import run_batch
        from rpa.cli.live import Bar

        try:
            with Bar(self.desk.screen, len(self.file.requests)) as bar:
                for result in run_batch(self.file.requests, shop, robot, bar, again=self.again):
                    self.results.append(result)
        finally:  # what is known is written, whatever broke off
            self._place(shop)
            write_all(self.desk.settings.output, self.results, self.file.path.name)

    def _place(self, shop: "Workshop") -> None:
        """Tell of the rows that were not reached too; one that was begun and has no end names its case folder."""
        from contextlib import suppress
        from dataclasses import replace

        from sqlalchemy.exc import SQLAlchemyError

        from rpa.batch import BROKEN_OFF
        from rpa.results import NOT_STARTED, Result

        with suppress(SQLAlchemyError):  # without the database, what this run came to is written all the same
            found = [shop.records.find(request.id) for request in self.file.requests]
            begun = [record.attempts > 0 and record.outcome is None for record in found]
            for record, open_ in list(zip(found, begun, strict=True))[len(self.results) :]:
                code = BROKEN_OFF if open_ else NOT_STARTED
                self.results.append(Result(record.request, record.outcome, "this run did not come to its end", code))
            self.results = [
                replace(result, case_dir=str(record.case_dir)) if open_ and result.outcome is None else result
                for result, record, open_ in zip(self.results, found, begun, strict=True)
            ]

    def report(self) -> None:
        """How many came to which end, what stopped the rest, and where it is all written down."""
        screen, output = self.desk.screen, self.desk.settings.output
        show_ends(self.results, screen)
        if self.stopped:
            left = sum(result.outcome is None for result in self.results)
            screen.say(f"The line is stopped: {self.stopped}. {left} not started; once settled, add --release.")
        if self.interrupted:
            screen.say("Interrupted: what was being done is recorded. Run the same command to go on.")
        screen.say(f"Results in {output}: results.jsonl, results.csv, junit.xml")
        screen.facts({"Case files": (output / "index.html").resolve()})


def write_all(output: Path, results: "Sequence[Result]", title: str) -> None:
    """The result files and the index page."""
    from rpa.cases import index_page
    from rpa.results import write_results

    write_results(output, results, title)
    index_page(results, output / "index.html", title)


def show_ends(results: "Sequence[Result]", screen: "Screen") -> None:
    """How many requests came to which end."""
    from collections import Counter

    from rpa.cli.screen import end_text, plain_table

    if screen.json:
        return
    ends = Counter(
        (result.outcome.end.value, result.outcome.code) if result.outcome else ("", "") for result in results
    )
    table = plain_table("Requests", "End")
    table.columns[0].justify = "right"
    for (end, code), count in sorted(ends.items()):
        table.add_row(str(count), end_text(end, code))
    screen.console.print()
    screen.console.print(table)
    screen.console.print()

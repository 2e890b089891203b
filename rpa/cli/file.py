"""`rpa run` and `rpa template`: request files."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from threading import Event

    from flows.profile import SiteProfile
    from rpa.cli.desk import Desk, Watching
    from rpa.cli.screen import Screen
    from rpa.credentials import Credentials
    from rpa.line import Line
    from rpa.queue.jobs import Jobs
    from rpa.records import Records
    from rpa.request_files import RequestFile
    from rpa.results import Result

app = typer.Typer()
KINDS = ("csv", "xlsx", "jsonl")


@app.command()
def run(
    *,
    file: Annotated[Path, typer.Argument(help="CSV, XLSX or JSON Lines; see `rpa template`.")],
    again: Annotated[bool, typer.Option("--again", help="Run those that ended as needs_human once more.")] = False,
    now: Annotated[bool, typer.Option("--now", help="Do not wait for dates in the future.")] = False,
    desks: options.Desks = 1,
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

    Puts them into the queue, works, and waits for their ends. Run again, it goes on where it stopped.
    """
    from rpa.cli.desk import Desk, Watching, today
    from rpa.request_files import read_requests

    desk = Desk.open(json=json, output=output, profile=profile, channel=browser_channel)
    site = desk.profile()
    requests = read_requests(file, read_date=site.read_date, today=today(site))
    for note in requests.notes:
        desk.screen.say(f"Note: {note}")
    job = Job(desk, requests, again=again, release=release, desks=desks, now=now)
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
    """A file's requests: put into the queue, worked off here, waited for, and their results written."""

    def __init__(
        self,
        desk: "Desk",
        file: "RequestFile",
        *,
        again: bool = False,
        release: bool = False,
        desks: int = 1,
        now: bool = False,
    ) -> None:
        """`now`: do not wait for a cancellation date in the future."""
        self.desk, self.file, self.again, self.release, self.desks, self.now = desk, file, again, release, desks, now
        self.results: list[Result] = []
        self.stopped, self.interrupted = "", False

    def carry_out(
        self,
        watching: "Watching",
        profile: "SiteProfile | None" = None,
        credentials: "Credentials | None" = None,
    ) -> int:
        """Submit all, work until none of them is left to be done; returns the exit code.

        Raises RequestFileError, LineError, ...
        """
        from rpa.batch import batch_exit_code
        from rpa.cli.interrupt import stop_on_interrupt
        from rpa.cli.submitting import submit_file
        from rpa.queue.jobs import Jobs

        desk, site = self.desk, profile or self.desk.profile()
        with desk.records(site) as records, stop_on_interrupt(desk.screen) as stop:
            line = desk.open_line(records, site, release=self.release)
            queue = Jobs(records.engine)
            submit_file(records, queue, self.file, site, source=f"rpa run {self.file.path.name}", wait=not self.now)
            self._work(records, queue, line, site, watching, credentials, stop)
            self.stopped, self.interrupted = self.stopped or line.stopped, stop.is_set()
            return batch_exit_code(self.results, closed=bool(self.stopped), interrupted=self.interrupted)

    def _work(
        self, records: "Records", queue: "Jobs", line: "Line", site: "SiteProfile", watching: "Watching",
        credentials: "Credentials | None", stop: "Event",
    ) -> None:  # fmt: skip
        from rpa.batch import has_end
        from rpa.cli.live import Bar
        from rpa.cli.telling import telling
        from rpa.cli.working import make_worker
        from rpa.queue.retrying import retry
        from rpa.results import Result

        ids = [request.id for request in self.file.requests]
        before = records.these(ids)
        ended = {record.request.id for record in before if has_end(record, again=self.again)}
        for record in before:
            if self.again and record.outcome is not None and record.request.id not in ended:
                retry(records, queue, record.request.id, by="rpa run --again")

        def done(jobs: "Jobs") -> bool:
            closed = line.closed
            return (closed is not None and closed.until is None) or not jobs.open(ids)

        try:
            with Bar(self.desk.screen, len(ids)) as bar:
                for record in before:
                    if record.request.id in ended:
                        bar.ended(Result(record.request, record.outcome, earlier=True))
                if queue.open(ids):  # else nothing is left to do: no browser is opened for it
                    worker = make_worker(self.desk, records, site, watching, credentials, stop, bar, self.desks)
                    worker.kind, worker.done, worker.patient = "run", done, False
                    with telling(worker, self.desk.settings):
                        worker.run()
                    self.stopped = worker.exhausted
                self._place(records, queue, ended, line.stopped or self.stopped)
                for result in self.results:
                    if result.request.id not in bar.told:
                        bar.ended(result)
        finally:  # what is known is written, whatever broke off
            if not self.results:
                self._place(records, queue, ended, "this run did not come to its end")
            write_all(self.desk.settings.output, self.results, self.file.path.name)

    def _place(self, records: "Records", queue: "Jobs", earlier: set[str], why: str) -> None:
        """What became of each row, in the file's order."""
        from contextlib import suppress

        from sqlalchemy.exc import SQLAlchemyError

        from rpa.batch import result_of

        why = why or "it was not started"
        with suppress(SQLAlchemyError):  # without the database, what is known elsewhere is written all the same
            found = records.these([request.id for request in self.file.requests])
            jobs = queue.these([record.request.id for record in found])
            self.results = [
                result_of(record, jobs.get(record.request.id), earlier=record.request.id in earlier, why=why)
                for record in found
            ]

    def report(self) -> None:
        """How many came to which end, what stopped the rest, and where it is all written down."""
        screen, output = self.desk.screen, self.desk.settings.output
        show_ends(self.results, screen)
        if self.stopped:
            left = sum(result.outcome is None for result in self.results)
            screen.say(f"{self.stopped[0].upper()}{self.stopped[1:]}. {left} not ended; once settled, add --release.")
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


def _open_as(code: str) -> str:
    """Of a request without an end: the code only where it is told by a name of its own."""
    from rpa.cli.screen import WITHOUT_END

    return code if code in WITHOUT_END else ""


def show_ends(results: "Sequence[Result]", screen: "Screen") -> None:
    """How many requests came to which end."""
    from collections import Counter

    from rpa.cli.screen import end_text, plain_table

    if screen.json:
        return
    ends = Counter(
        (result.outcome.end.value, result.outcome.code) if result.outcome else ("", _open_as(result.code))
        for result in results
    )
    table = plain_table("Requests", "End")
    table.columns[0].justify = "right"
    for (end, code), count in sorted(ends.items()):
        table.add_row(str(count), end_text(end, code))
    screen.console.print()
    screen.console.print(table)
    screen.console.print()

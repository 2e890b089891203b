"""`rpa move`, `rpa retry`: what people change about a request in the queue."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from typing import TYPE_CHECKING, Annotated

import typer

from rpa.cli import options

if TYPE_CHECKING:
    import datetime as dt

    from flows.profile import SiteProfile
    from rpa.queue.jobs import Job
    from rpa.queue.moving import Moved

app = typer.Typer()
TO = typer.Option("--to", help="The new date of cancellation, YYYY-MM-DD or the profile's format.")
WHY = typer.Option("--why", help="The reason; it stands in the audit trail.", show_default=False)


@app.command()
def move(
    *,
    id: options.Id,  # noqa: A002
    to: Annotated[str, TO],
    by: options.By = "",
    profile: options.Profile = None,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Move the cancellation date of a request.

    Only before anything was set out to be changed for it. It keeps its id, and waits for the new date.
    """
    from rpa.cli.desk import Desk, who
    from rpa.queue.jobs import Jobs
    from rpa.queue.moving import move as move_date

    desk = Desk.open(json=json, output=output, profile=profile)
    site = desk.profile()
    date, zone = _date(to, site), site.site.time_zone
    with desk.records(site) as records:
        moved = move_date(records, Jobs(records.engine), id, date, by=by or who(), time_zone=zone)
    if json:
        at = None if moved.job is None or moved.job.not_before is None else moved.job.not_before.isoformat()
        told = {"id": moved.before.id, "from": moved.before.date.isoformat(), "to": date.isoformat(), "not_before": at}
        desk.screen.emit({"schema": "rpa.move.v1", **told})
    else:
        desk.screen.say(_moved(moved))


@app.command()
def retry(
    *,
    id: options.Id,  # noqa: A002
    by: options.By = "",
    why: Annotated[str, WHY] = "",
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Have a request worked on once more that ended as needs_human."""
    from rpa.cli.desk import Desk, who
    from rpa.queue.jobs import Jobs
    from rpa.queue.retrying import retry as try_again

    desk = Desk.open(json=json, output=output)
    with desk.records() as records:
        queue, request_id = Jobs(records.engine), records.find(id).request.id
        again = try_again(records, queue, request_id, by=by or who(), why=why)
        job = queue.get(request_id)
    if json:
        state = None if job is None else job.state.value
        desk.screen.emit({"schema": "rpa.retry.v1", "id": request_id, "again": again, "state": state})
    elif again:
        desk.screen.say(f"Request {request_id} is in the queue again. `rpa work` carries it out.")
    else:
        desk.screen.say(f"Request {request_id} has no end yet: {_stands(job)}.")


def _date(text: str, site: "SiteProfile") -> "dt.date":
    from rpa.cli.desk import today
    from rpa.cli.errors import UsageError
    from rpa.request_files import FieldFaults, cancellation_date

    try:
        return cancellation_date(text, read_date=site.read_date, today=today(site))
    except FieldFaults as error:
        raise UsageError(f"--to {error.faults[0][1]}") from error


def _moved(moved: "Moved") -> str:
    from rpa.queue.jobs import State

    before, job = moved.before, moved.job
    if before.date == moved.to:
        return f"Request {before.id} is for {moved.to} already; nothing was changed."
    told = f"Request {before.id} was for {before.date} and is for {moved.to} now"
    if job is None:
        return f"{told}. It is not in the queue: `rpa submit` puts it there."
    if job.state is State.HELD:
        return f"{told}. It goes on when it is submitted again."
    if job.not_before is None:
        return f"{told}. That day has come: `rpa work` carries it out."
    return f"{told}. It waits until that day begins at the site, {job.not_before:%Y-%m-%d %H:%M} UTC."


def _stands(job: "Job | None") -> str:
    from rpa.queue.jobs import State

    told = {
        State.WORKING: "it is being worked on",
        State.WAITING_APPROVAL: "it waits for the approval of its plan, `rpa approve`",
        State.WAITING: "it is in the queue still, and waits no longer",
    }
    return told.get(job.state, "it stays as it is") if job is not None else "it is not in the queue"

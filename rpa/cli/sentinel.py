"""`rpa reconcile`: which accounts that were cancelled bill again."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from rpa.cli import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rpa.cli.desk import Desk
    from rpa.cli.screen import Screen
    from rpa.queue.jobs import Jobs
    from rpa.queue.reconciled import Listed, Reconciled
    from rpa.queue.reconciling import Run

app = typer.Typer()
SCHEMA = "rpa.reconciliation.v1"
WAITS, HUMAN, UNREAD = 3, 4, 1
SOME = 7
"""So many nights are looked through for one in which there was anything to read."""


@app.command()
def reconcile(
    *,
    now: Annotated[
        bool, typer.Option("--now", help="Begin one, of all accounts, whenever they were last read.")
    ] = False,
    by: options.By = "",
    profile: options.Profile = None,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """List the accounts that were cancelled and bill again.

    Of the last reconciliation: `rpa work` makes one each night.
    """
    from rpa.cli.desk import Desk, who
    from rpa.queue.jobs import Jobs
    from rpa.queue.reconciling import runs

    desk = Desk.open(json=json, output=output, profile=profile)
    with desk.records() as records:
        queue = Jobs(records.engine)
        if now:
            _begin(desk, queue, by or who())
        found = runs(queue)
        if not found:
            raise typer.Exit(_none_yet(desk.screen))
        run, lists = _last(queue, found)
    if json:
        desk.screen.emit(_as_json(run, lists))
    else:
        _show(run, lists, desk.screen)
    raise typer.Exit(_exit_code(lists))


def _begin(desk: "Desk", queue: "Jobs", by: str) -> None:
    import datetime as dt

    from rpa.queue.reconciling import BY_HAND, begin, put_in, runs

    occasion = f"{BY_HAND} {dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    site = desk.profile()
    begin(queue, occasion, by)
    for run in runs(queue):
        if run.occasion == occasion:
            put_in(queue, site, run)


def _last(queue: "Jobs", found: "Sequence[Run]") -> "tuple[Run, Reconciled]":
    """The last one in which there was anything to read; else the last one."""
    from rpa.queue.reconciled import reconciled

    with queue.engine.connect() as connection:
        lists = [(run, reconciled(connection, run.occasion)) for run in found[:SOME]]
    return next(((run, one) for run, one in lists if one.accounts), lists[0])


def _none_yet(screen: "Screen") -> int:
    screen.say("No reconciliation was made yet. `rpa work` makes one each night; to begin one now: rpa reconcile --now")
    return 0


def _exit_code(lists: "Reconciled") -> int:
    from rpa.results import worst

    bills = bool(lists.bill_again or lists.open_before)
    return worst([HUMAN] * bills + [UNREAD] * bool(lists.unread) + [WAITS] * bool(lists.waiting))


def _as_json(run: "Run", lists: "Reconciled") -> dict[str, Any]:
    from dataclasses import asdict

    told = {"schema": SCHEMA, "begun_at": run.at.isoformat(), "by": run.by, "read": lists.read}
    return told | asdict(lists)


def _show(run: "Run", lists: "Reconciled", screen: "Screen") -> None:
    counts = [f"{lists.read} of {lists.accounts} read", f"{lists.fine} as they should be"]
    counts += [f"{len(lists.bill_again)} bill again"] if lists.bill_again else []
    counts += [f"{len(lists.unread)} could not be read"] if lists.unread else []
    counts += [f"{lists.left_out} left out"] if lists.left_out else []
    counts += [f"{lists.waiting} still to be read (by `rpa work`)"] if lists.waiting else []
    screen.facts(
        {
            "Reconciliation": f"{run.occasion}, begun {run.at:%Y-%m-%d %H:%M:%S} UTC by {run.by}",
            "Accounts": ", ".join(counts),
        }
    )
    _show_list("Bill again", "red", lists.bill_again, screen)
    _show_list("Found earlier, and still open", "red", lists.open_before, screen)
    _show_list("Could not be read", "yellow", lists.unread, screen)
    if lists.bill_again or lists.open_before:
        screen.console.print()
        screen.say("Cancel again: rpa retry ID. Close the case: rpa resolve ID --as ... --why ... --by ...")
    elif not lists.waiting:
        screen.say("No account bills again.")


def _show_list(title: str, colour: str, listed: "Sequence[Listed]", screen: "Screen") -> None:
    from rpa.cli.screen import plain_table
    from rpa.words_on_screen import safe

    if not listed:
        return
    screen.console.print()
    screen.say(Text(title, f"bold {colour}"))
    table = plain_table("Account", "Name", "Request", "What was seen")
    table.columns[0].no_wrap = table.columns[2].no_wrap = True
    for one in listed:
        name = safe(one.account_name, width=30)
        table.add_row(safe(one.account_number), name, safe(one.request_id), safe(one.seen, width=300))
    screen.console.print(table)

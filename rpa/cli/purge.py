"""`rpa purge`: deletes the personal data of what has ended long enough ago; what was done stays provable."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from rpa.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.profile import Privacy
    from rpa.cli.desk import Desk
    from rpa.cli.screen import Screen
    from rpa.records.due import Ended, PurgeOrder
    from rpa.records.purging import Purging

app = typer.Typer()
NEVER = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
"""Nothing ended before that: only what was begun is finished."""
TOLD = {
    "begun": "Begun earlier and not finished: {}; they are finished first.",
    "left": "Left for now: {}, as their accounts are to be read again, or their case files are elsewhere.",
    "remains": "Folders of requests that were run here, and run and purged elsewhere since: {}; they are deleted.",
}


@app.command()
def purge(
    *,
    older_than: Annotated[
        str | None,
        typer.Option(
            "--older-than",
            help="12h, 90d, 18m (months) or 2y since the end.  [default: the profile's privacy.keep_days]",
            show_default=False,
        ),
    ] = None,
    needs_human_too: Annotated[
        bool, typer.Option("--needs-human-too", help="Also those that wait for a person.")
    ] = False,
    by: Annotated[
        str, typer.Option("--by", help="Who orders it.  [default: the system's user]", show_default=False)
    ] = "",
    yes: options.Yes = False,
    profile: options.Profile = None,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Delete personal data of what ended long ago.

    Case files still verify; without --yes it tells how many there are, and asks.
    """
    from rpa.cli.desk import Desk
    from rpa.records.due import PurgeOrder
    from rpa.records.purging import Purging

    desk = Desk.open(json=json, output=output, profile=profile)
    privacy = _privacy(desk, by_profile=older_than is None)
    order = PurgeOrder(
        ended_before=_moment(older_than, privacy),
        by=by or _user(),
        needs_human_too=needs_human_too,
        keep_account_number=privacy.keep_account_number,
        traces=desk.settings.output / "traces",
    )
    with desk.records() as records:
        raise typer.Exit(_purge(Purging(records, order), order, desk.screen, yes=yes))


def _privacy(desk: "Desk", *, by_profile: bool) -> "Privacy":
    """The policy: the profile's, if one is named or has to say how old. Raises UsageError, ProfileError."""
    from flows.profile import Privacy
    from rpa.cli.errors import UsageError

    if desk.settings.profile:
        return desk.profile().privacy
    if by_profile:
        raise UsageError(
            "how old is old? Give --older-than, or with --profile the profile whose privacy.keep_days says it"
        )
    return Privacy()


def _moment(older_than: str | None, privacy: "Privacy") -> dt.datetime:
    """Before which a request must have ended. Raises UsageError."""
    from rpa.cli.errors import UsageError
    from rpa.durations import before

    if older_than is None:
        return _now() - dt.timedelta(days=privacy.keep_days) if privacy.keep_days else NEVER
    try:
        return before(older_than, _now())
    except ValueError as error:
        raise UsageError(f"--older-than {error}; it is {older_than!r}") from error


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _user() -> str:
    import getpass

    from rpa.cli.errors import UsageError

    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:  # a container's user without a name
        raise UsageError("the system does not say who you are: give --by NAME") from error


def _purge(purging: "Purging", order: "PurgeOrder", screen: "Screen", *, yes: bool) -> int:
    from shutil import rmtree

    from rpa.cli.asking import agree

    due, begun, remains = purging.due(), purging.begun(), purging.remains()
    here = [one for one in due if purging.is_for_here(one)]
    counts = {"begun": len(begun), "left": len(due) - len(here), "remains": len(remains)}
    if screen.json:
        screen.emit(_plan_as_json(here, order, counts))
    else:
        _show_plan(here, order, counts, screen)
    if not (count := len(here) + len(begun) + len(remains)):
        return 0
    if not yes:
        what = f"the personal data of {count} request{'' if count == 1 else 's'}"
        agree(f"Delete {what} for good?", f"nothing was deleted: --yes deletes {what} for good", screen)
    faults = list(_carry_out(purging, [*begun, *(one.request_id for one in here)], screen))
    for folder in remains:
        rmtree(folder)
    _report(count, faults, screen)
    if not purging.forget():
        screen.say("The database's log (rpa.db-wal) is being read by others: old data leave it with the next purge.")
    return 1 if faults else 0


def _plan_as_json(due: "Sequence[Ended]", order: "PurgeOrder", counts: dict[str, int]) -> dict[str, object]:
    """The plan as docs/cli.md has it."""
    oldest, newest = (due[place].at.isoformat() if due else None for place in (0, -1))
    told = {"ended_before": order.ended_before.isoformat(), "requests": len(due), "oldest": oldest, "newest": newest}
    return {"schema": "rpa.purge_plan.v1", **told, **counts, "number_in_id": _named(due, order)}


def _show_plan(due: "Sequence[Ended]", order: "PurgeOrder", counts: dict[str, int], screen: "Screen") -> None:
    """How many, from when to when, and what a purge can't take out of them."""
    if order.ended_before == NEVER:
        screen.say("The profile keeps personal data for ever (privacy.keep_days = 0); --older-than says otherwise.")
    elif not due:
        screen.say(f"Nothing to purge: of what ended before {_shown(order.ended_before)}, nothing is left.")
    else:
        facts: dict[str, object] = {"Requests": len(due), "Ended before": _shown(order.ended_before)}
        screen.facts(facts | {"Oldest end": _shown(due[0].at), "Newest end": _shown(due[-1].at)})
    for name, count in counts.items():
        if count:
            screen.say(TOLD[name].format(count))
    if named := _named(due, order):
        screen.say(f"Ids stay as they are: {named} of them hold the account number.")


def _named(due: "Sequence[Ended]", order: "PurgeOrder") -> int:
    return sum(one.account_number in one.request_id for one in due) if not order.keep_account_number else 0


def _shown(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _carry_out(purging: "Purging", ids: "Sequence[str]", screen: "Screen") -> "Iterator[str]":
    """Purge one after another; yields why of each that is left as it is. Raises RecordError where it can't go on."""
    from rich.progress import track
    from sqlalchemy.exc import SQLAlchemyError

    from rpa.records import CaseBusy, CaseDamaged, RecordError

    for request_id in track(ids, "Purging", console=screen.console, transient=True, disable=not screen.live):
        why = ""
        try:
            if purging.purge(request_id) is None:
                why = f"request {request_id} is not purged: somebody has it run again"
        except (CaseBusy, CaseDamaged) as error:
            why = str(error)
        except (OSError, SQLAlchemyError) as error:
            said = f"the purge broke off at request {request_id}: {str(error).splitlines()[0]}"
            raise RecordError(f"{said}; mend that and run it again, it goes on") from error
        if screen.json:
            screen.emit({"schema": "rpa.purge.v1", "id": request_id, "purged": not why, "message": why})
        if why:
            yield why


def _report(count: int, faults: "Sequence[str]", screen: "Screen") -> None:
    from rpa.words_on_screen import safe

    screen.say(f"{count - len(faults)} purged, {len(faults)} left as they are")
    for why in faults:
        screen.say(Text("!", "yellow"), safe(why))

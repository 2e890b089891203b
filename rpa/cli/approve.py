"""`rpa approve`: what waits for another person's yes, and the answer to it."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from rpa.cli import options

if TYPE_CHECKING:
    from flows.model import CancellationRequest
    from flows.profile import SiteProfile
    from rpa.cli.desk import Desk
    from rpa.cli.screen import Screen
    from rpa.queue.answering import Yes
    from rpa.queue.approval_rows import Asked
    from rpa.records import Records

app = typer.Typer()
SCHEMA = "rpa.approval.v1"
IdOrNone = Annotated[str, typer.Argument(help="A request's id, or how it begins; none: list what waits.")]
Plan = Annotated[str, typer.Option("--plan", help="The plan that is meant: how its hash begins.", show_default=False)]
Decline = Annotated[bool, typer.Option("--decline", help="Say no: it ends as withdrawn.")]
Why = Annotated[str, typer.Option("--why", help="The reason; it is kept.", show_default=False)]


@app.command()
def approve(
    *,
    id: IdOrNone = "",  # noqa: A002
    by: options.By = "",
    plan: Plan = "",
    decline: Decline = False,
    why: Why = "",
    yes: options.Yes = False,
    profile: options.Profile = None,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Approve a plan that waits for it, or list them.

    Shows the plan and asks for the last four digits of the account number. The requester can't approve.
    """
    from rpa.cli.desk import Desk

    _must_fit_together(id=id, by=by, plan=plan, decline=decline, why=why, yes=yes)
    desk = Desk.open(json=json, output=output, profile=profile)
    if not id:
        with desk.records() as records:
            _list(records, desk.screen)
        return
    site = desk.profile()
    with desk.records(site) as records:
        if decline:
            _decline(desk, records, site, id, by=by, why=why, plan=plan or None)
        else:
            _approve(desk, records, site, id, by=by, why=why, plan=plan or None, yes=yes)


def _must_fit_together(*, id: str, by: str, plan: str, decline: bool, why: str, yes: bool) -> None:  # noqa: A002
    """Raises UsageError."""
    from rpa.cli.errors import UsageError

    if not id and (by or plan or decline or why or yes):
        raise UsageError("ID is missing: rpa approve ID --by NAME; without any option it lists what waits")
    if id and not by.strip():
        raise UsageError("--by is missing: who approves or declines it; the requester can't approve")
    if decline and not why.strip():
        raise UsageError("--why is missing: why it is declined; it stands in the case file")
    if yes and not plan and not decline:
        raise UsageError("--plan is missing: --yes approves unseen, so it has to say which plan is meant")


def _approve(
    desk: "Desk", records: "Records", site: "SiteProfile", request_id: str,
    *, by: str, why: str, plan: str | None, yes: bool,
) -> None:  # fmt: skip
    from rpa.cli.desk import who
    from rpa.queue.answering import approve as say_yes
    from rpa.queue.jobs import Jobs

    queue, login = Jobs(records.engine), who() if site.policy.approval.own_logins else ""
    answered = say_yes(records, queue, request_id, by, plan, why, login=login, only_look=True)
    if not answered.earlier:
        if not yes:
            _show_and_ask(answered, desk.screen)
        shown = answered.asked.plan_hash  # what the person has seen, or has named
        answered = say_yes(records, queue, answered.request.id, by, shown, why, login=login)
    _tell(answered, desk.screen)


def _show_and_ask(waiting: "Yes", screen: "Screen") -> None:
    """Raises NotApproved."""
    from rpa.cli.asking import approve as ask
    from rpa.cli.asking import show_plan
    from rpa.cli.errors import NotApproved
    from rpa.words_on_screen import safe

    plan = waiting.asked.read_plan()
    if plan is None:
        raise NotApproved("the plan can't be shown: decline it, or name it unseen with --yes --plan HASH")
    show_plan(plan, screen)
    screen.say("Requested by", safe(waiting.request.requested_by or "-", width=200))
    screen.say("Waits for approval:", safe("; ".join(waiting.asked.reasons), width=400))
    ask(plan, screen, unseen="--yes --plan HASH approves it unseen")


def _tell(answered: "Yes", screen: "Screen") -> None:
    from rpa.words_on_screen import safe

    asked, request = answered.asked, answered.request
    if screen.json:
        screen.emit(as_json(asked, request))
    elif answered.earlier:
        screen.say(f"Request {request.id} is approved already, by", safe(asked.by, width=200))
    else:
        screen.say(Text("Approved:", "green"), f"request {request.id}, plan", Text(asked.short, "bold"))
        screen.say(
            f"It goes on with the next worker: rpa work, or the same rpa run or rpa cancel again; "
            f"to be begun by {asked.expires_at:%Y-%m-%d %H:%M} UTC."
        )


def _decline(
    desk: "Desk", records: "Records", site: "SiteProfile", request_id: str, *, by: str, why: str, plan: str | None
) -> None:
    from rpa.cli.account import show_result
    from rpa.cli.records import shop_to_withdraw
    from rpa.queue.answering import decline as say_no
    from rpa.results import Result

    with shop_to_withdraw(desk, records, site) as shop:
        request = records.find(request_id).request
        show_result(Result(request, say_no(shop, request.id, by, why, plan)), desk.screen)


# --- the list ---


def _list(records: "Records", screen: "Screen") -> None:
    """What waits, first what is over first."""
    from rpa.queue.approval_rows import all_waiting, moment

    with records.engine.connect() as connection:
        waiting, now = all_waiting(connection), moment(connection)
    requests = {one.request.id: one.request for one in records.these([asked.request_id for asked in waiting])}
    if screen.json:
        for asked in waiting:
            screen.emit(as_json(asked, requests[asked.request_id]))
        return
    for asked in waiting:
        _show(asked, requests[asked.request_id], now, screen)
    screen.say(f"{len(waiting) or 'No'} request{'' if len(waiting) == 1 else 's'} wait{'s' if len(waiting) == 1 else ''}"
               " for approval")  # fmt: skip


def _show(asked: "Asked", request: "CancellationRequest", now: dt.datetime, screen: "Screen") -> None:
    from rpa.queue.approving import money_of
    from rpa.words_on_screen import safe

    plan = asked.read_plan()
    count = plan.reading.license_count if plan else None
    screen.say(Text(request.id, "bold"), _left(asked.expires_at - now))
    screen.facts(
        {
            "  Account": Text(f"{request.account_number}  ") + safe(request.account_name, width=60),
            "  Money": money_of(plan) if plan else "not known",
            "  Licenses": "not known" if count is None else str(count),
            "  Why": safe("; ".join(asked.reasons), width=400),
            "  Plan": asked.short,
        }
    )
    screen.console.print()


def _left(time: dt.timedelta) -> Text:
    """How long it may still be approved."""
    minutes = int(time.total_seconds() // 60)
    if time <= dt.timedelta():
        return Text("too late to approve", "red")
    told = f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{max(1, minutes)} min"
    return Text(f"{told} left", "yellow" if minutes < 60 else "")


def as_json(asked: "Asked", request: "CancellationRequest") -> dict[str, Any]:
    """What was asked for, as docs/cli.md has it."""
    plan = asked.read_plan()
    read = plan is not None and plan.reading.billing is not None
    return {
        "schema": SCHEMA,
        "id": request.id,
        "account_name": request.account_name,
        "account_number": request.account_number,
        "requested_by": request.requested_by,
        "money_stopped": str(plan.money_stopped) if plan is not None and read else None,
        "license_count": plan.reading.license_count if plan is not None else None,
        "reasons": list(asked.reasons),
        "plan": asked.plan_hash,
        "asked_at": asked.asked_at.isoformat(),
        "expires_at": asked.expires_at.isoformat(),
        "state": asked.state.value,
        "by": asked.by,
    }

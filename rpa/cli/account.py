"""`rpa plan` and `rpa cancel`: one account."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from rpa.cli import options

if TYPE_CHECKING:
    from flows.model import CancellationRequest, Plan
    from rpa.cli.desk import Desk
    from rpa.cli.screen import Screen
    from rpa.queue.approving import Approvals
    from rpa.queue.shop import Shop
    from rpa.results import Result

app = typer.Typer()
PLAN_SCHEMA = "rpa.plan.v1"


@app.command()
def plan(
    *,
    account_name: options.AccountName,
    date: options.Date,
    reason: options.Reason,
    account_number: options.AccountNumber = "",
    opt_out: options.OptOut = False,
    requested_by: options.RequestedBy = "",
    profile: options.Profile = None,
    output: options.Output = None,
    headed: options.Headed = False,
    slow_mo: options.SlowMo = 0,
    browser_channel: options.Channel = None,
    json: options.Json = False,
) -> None:
    """Show what a cancellation would do.

    Reads only: nothing is changed.
    """
    from rpa.cli.asking import Draft, must_be_able_to_ask, show_plan
    from rpa.cli.desk import Desk, Watching
    from rpa.results import EXIT_OF_CODE

    desk = Desk.open(json=json, output=output, profile=profile, channel=browser_channel)
    site = desk.profile()
    draft = Draft(_fields(locals()), site)
    must_be_able_to_ask(number=account_number, yes=False)
    with desk.robot(site, Watching(headed, slow_mo), baseline=desk.baseline()) as (robot, _):
        made = robot.plan(draft.settle(robot, desk.screen))
    if json:
        desk.screen.emit(plan_as_json(made))
    else:
        show_plan(made, desk.screen)
    if made.blocked:
        raise typer.Exit(EXIT_OF_CODE["drift"])


@app.command()
def cancel(
    *,
    account_name: options.AccountName,
    date: options.Date,
    reason: options.Reason,
    account_number: options.AccountNumber = "",
    opt_out: options.OptOut = False,
    requested_by: options.RequestedBy = "",
    yes: options.Yes = False,
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
    """Cancel one account, and prove it.

    Shows the plan, asks for the last four digits of the account number, then carries it out.
    """
    from rpa.cli.asking import Draft, must_be_able_to_ask
    from rpa.cli.desk import Desk, Watching

    desk = Desk.open(json=json, output=output, profile=profile, channel=browser_channel)
    draft = Draft(_fields(locals()), desk.profile())
    must_be_able_to_ask(number=account_number, yes=yes)
    raise typer.Exit(_cancel(desk, draft, Watching(headed, slow_mo, tracing, screenshot), yes=yes, release=release))


def plan_as_json(plan: "Plan") -> dict[str, Any]:
    """A plan as docs/cli.md has it."""
    return {"schema": PLAN_SCHEMA, **plan.model_dump(mode="json")}


def _cancel(desk: "Desk", draft: Any, watching: Any, *, yes: bool, release: bool) -> int:
    from rpa.cli.asking import approve, show_plan
    from rpa.cli.interrupt import stop_on_interrupt
    from rpa.cli.live import Steps
    from rpa.cli.working import approvals
    from rpa.queue.jobs import Jobs
    from rpa.queue.leases import Lease
    from rpa.queue.people import must_not_wait_for_approval
    from rpa.results import EXIT_OF_CODE, exit_code_of_one

    profile, baseline, screen = desk.profile(), desk.baseline(), desk.screen
    with desk.records(profile) as records, stop_on_interrupt(screen) as stop:
        if draft.number and (known := _known(records, draft.request(draft.number))):
            return show_result(known, screen)
        if draft.number:
            must_not_wait_for_approval(Jobs(records.engine), draft.request(draft.number).id)
        line = desk.open_line(records, profile, release=release)
        with (
            Lease(records.engine, "cancel", desk.settings.output) as lease,
            desk.robot(profile, watching, lease=lease, baseline=baseline) as (robot, credentials),
        ):
            request = draft.settle(robot, screen)
            _tell_earlier(records, request, screen)
            policy = approvals(records, profile, credentials)
            if not yes:
                plan = robot.plan(request)
                show_plan(plan, screen)
                if plan.blocked:
                    return EXIT_OF_CODE["drift"]
                _tell_what_it_waits_for(policy, plan, screen)
                approve(plan, screen)
            line.must_be_open()  # it may have been stopped while a person read the plan
            with Steps(screen) as steps:
                shop = _shop(records, profile, line, lease, stop, steps, credentials, policy)
                result = _directly(shop, request, robot, screen)
        show_result(result, screen)
        closed = line.stopped
        if closed and not screen.json:
            screen.say(f"{closed[0].upper()}{closed[1:]}. Once that is settled, add --release.")
        return exit_code_of_one(result, closed=bool(closed), interrupted=stop.is_set())


def _tell_what_it_waits_for(policy: "Approvals", plan: "Plan", screen: "Screen") -> None:
    """A person who is asked for the digits knows beforehand that they are not all."""
    from rpa.words_on_screen import safe

    reasons = policy.waits_for(plan.request, plan)
    if reasons:
        why = f"{'; '.join(reasons)}. Confirmed by you, the plan waits for somebody else's yes"
        screen.say(Text("Needs approval:", "yellow"), safe(why, width=400))


def _shop(
    records: Any, profile: Any, line: Any, lease: Any, stop: Any, watch: Any, credentials: Any, policy: Any
) -> "Shop":
    from rpa.queue.jobs import Jobs
    from rpa.queue.sentinel import Sentinel
    from rpa.queue.shop import Shop

    secrets, queue = tuple(credentials.secrets), Jobs(records.engine)
    watched = (Sentinel(queue, profile),)
    return Shop(records, queue, profile, line, lease, stop, watch, secrets, policy, watched, unattended=False)


def _directly(shop: "Shop", request: "CancellationRequest", robot: Any, screen: "Screen") -> "Result":
    """Carry one request out at once, or wait for whoever does. Raises LineError, RecordError."""
    from flows.model import Outcome
    from rpa.cli.desk import who
    from rpa.line import LineError
    from rpa.queue.attempt import work
    from rpa.queue.people import take_directly
    from rpa.results import Result

    with shop.jobs.engine.connect() as connection:
        if why := shop.line.room_in_hour(connection, asks_first=True) or shop.line.room_in_run(shop.effects):
            raise LineError(f"the line is full: {why}")
    taken = take_directly(
        shop.records, shop.jobs, request, shop.lease, by=f"rpa cancel by {who()}", stop=shop.stop, told=screen.say,
        may=lambda connection: shop.line.must_have_room(connection, shop.effects),
    )  # fmt: skip
    if isinstance(taken, Outcome):
        return Result(request, taken, earlier=True)
    return work(shop, taken, robot).result


def _known(records: Any, request: "CancellationRequest") -> "Result | None":
    """The end of the same request, if it has one (promise 13); one that needs a human may be run again."""
    from rpa.batch import has_end
    from rpa.records import NoSuchRequest
    from rpa.results import Result

    try:
        record = records.find(request.id)
    except NoSuchRequest:
        return None
    return Result(request, record.outcome, earlier=True) if has_end(record, again=True) else None


def _tell_earlier(records: Any, request: "CancellationRequest", screen: "Screen") -> None:
    """What earlier attempts did or may have done; the plan tells only what is left."""
    from flows.journal import EventKind
    from rpa.cases.chain import JOURNAL, read_chain
    from rpa.cases.wording import effect_in_words, settled_in_words
    from rpa.records import NoSuchRequest
    from rpa.words_on_screen import safe

    try:
        journal = records.find(request.id).case_dir / JOURNAL
    except NoSuchRequest:
        return
    events = [line.event for line in read_chain(journal.read_bytes() if journal.exists() else b"", request.id).lines]
    settled = {one.data["intent"]: one.data["outcome"] for one in events if one.kind is EventKind.EFFECT_SETTLED}
    for event in events:
        became = settled.get(event.data.get("intent"), "")
        if event.kind is EventKind.INTENT and became != "not_done":
            told = f"{event.clause}  {effect_in_words(event.data['effect'])}: {settled_in_words(became)}"
            screen.say("An earlier attempt:", safe(told.strip()))
    plans = [event.data["plan"] for event in events if event.kind is EventKind.PLAN and "plan" in event.data]
    if plans and settled:
        money, bills = plans[0]["money_stopped"], len(plans[0]["rows_to_stop"])
        screen.say("Money that stops by its plan:", safe(f"{money} in {bills} billing{'' if bills == 1 else 's'}"))


def show_result(result: "Result", screen: "Screen") -> int:
    """The end for a person or a program; its exit code."""
    from rpa.cli.screen import end_text
    from rpa.results import as_json, exit_code
    from rpa.words_on_screen import safe

    outcome = result.outcome
    if screen.json:
        screen.emit(as_json(result))
    elif outcome is None:
        screen.say(Text("End:", "bold"), end_text(None, result.code), safe(f"({result.why})"))
    else:
        screen.console.print()
        screen.say(
            Text("End:", "bold"),
            end_text(outcome.end, outcome.code),
            "(recorded earlier)" if result.earlier else "",
        )
        screen.say(safe(outcome.message))
        proven = sum(line.ok for line in outcome.proof)
        facts: dict[str, object] = {
            "Proof": f"{proven} of {len(outcome.proof)} lines hold",
            "Id": outcome.id,
            "Case file": Path(outcome.case_dir),
        }
        screen.facts(facts if outcome.proof else {key: facts[key] for key in ("Id", "Case file")})
    return exit_code(outcome) if outcome else 1


def _fields(given: dict[str, Any]) -> dict[str, str | bool]:
    """The request's fields among a command's options."""
    names = ("account_name", "account_number", "date", "reason", "opt_out", "requested_by")
    return {name: given[name] for name in names}

"""`rpa show`, `rpa list` and `rpa verify`: what was done."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from rpa.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flows.journal import Intent
    from flows.model import Outcome
    from flows.profile import SiteProfile
    from rpa.cases.purged import Purged
    from rpa.cases.verifying import VerifyReport
    from rpa.cli.desk import Desk
    from rpa.cli.screen import Screen
    from rpa.queue.shop import Shop
    from rpa.records import Records, RequestRecord
    from rpa.records.drift_seen import DriftSeen

app = typer.Typer()
ENDS = "cancelled, already_cancelled, referred, refused, needs_human, withdrawn"


@app.command()
def show(
    *,
    id: Annotated[str, typer.Argument(help="A request's id, or how it begins.")],  # noqa: A002
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Show one request, its end and its proof."""
    from rpa.cli.desk import Desk
    from rpa.records.drift_seen import drift_seen

    desk = Desk.open(json=json, output=output)
    with desk.records() as records:
        record = records.find(id)
        intents = records.intents(record.request.id)
        drift = drift_seen(records.engine, record.request.id)
    if json:
        desk.screen.emit({**record_as_json(record), "drift": [one.model_dump() for one in drift]})
        return
    _show_record(record, intents, desk.screen)
    _show_drift(drift, desk.screen)


@app.command("list")
def list_(
    *,
    end: Annotated[str | None, typer.Option("--end", help=f"Only one kind: {ENDS}.", show_default=False)] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the newest.", show_default=False)] = None,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """List the requests, newest last."""
    from flows.model import End
    from rpa.cli.desk import Desk
    from rpa.cli.errors import UsageError

    desk = Desk.open(json=json, output=output)
    if end is not None and end not in set(End):
        raise UsageError(f"--end {end} is no end; there are: {ENDS}")
    with desk.records() as records:
        found = records.list(End(end) if end else None, limit)
    if json:
        for record in found:
            desk.screen.emit(record_as_json(record))
    else:
        _show_list(found, desk.screen)


@app.command()
def verify(
    *,
    cases: Annotated[
        list[str] | None, typer.Argument(help="Case folders or ids; none: all.", metavar="[DIR|ID]...")
    ] = None,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Look for changes in case files.

    Any edit, removal or reordering is found.
    """
    from rpa.cli.desk import Desk

    desk = Desk.open(json=json, output=output)
    reports = _verify(desk, cases or [])
    for report in reports:
        if json:
            desk.screen.emit({"schema": "rpa.verify.v1", "ok": report.ok, **report.model_dump(mode="json")})
        else:
            _show_report(report, desk.screen)
    raise typer.Exit(0 if all(report.ok for report in reports) else 1)


@app.command()
def withdraw(
    *,
    id: Annotated[str, typer.Argument(help="A request's id, or how it begins.")],  # noqa: A002
    why: Annotated[str, typer.Option("--why", help="The reason; it stands in the case file.")],
    by: Annotated[str, typer.Option("--by", help="Who withdraws it.")],
    profile: options.Profile = None,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Take a request back before anything is changed."""
    from rpa.cli.account import show_result
    from rpa.cli.desk import Desk
    from rpa.queue.people import withdraw as take_back
    from rpa.results import Result

    desk = Desk.open(json=json, output=output, profile=profile)
    site = desk.profile()
    with desk.records(site) as records, shop_to_withdraw(desk, records, site) as shop:
        request = records.find(id).request
        show_result(Result(request, take_back(shop, request, by=by, why=why)), desk.screen)


@contextmanager
def shop_to_withdraw(desk: "Desk", records: "Records", site: "SiteProfile") -> "Iterator[Shop]":
    """What is needed to end a request without a browser."""
    from threading import Event

    from rpa.line import Line
    from rpa.queue.jobs import Jobs
    from rpa.queue.leases import Lease
    from rpa.queue.people import Nobody
    from rpa.queue.shop import Shop

    with Lease(records.engine, "withdraw", desk.settings.output) as lease:
        yield Shop(records, Jobs(records.engine), site, Line(records.engine, site.policy), lease, Event(), Nobody())


def record_as_json(record: "RequestRecord") -> dict[str, Any]:
    """A record as docs/cli.md has it."""
    return {"schema": "rpa.record.v1", **record.model_dump(mode="json")}


def _verify(desk: Any, cases: list[str]) -> "list[VerifyReport]":
    """Each case's report: one that the database knows is compared with it, wherever it lies; others stand alone."""
    from rpa.cases import verify as verify_folder

    folders = [Path(case) for case in cases]
    if cases and all(folder.is_dir() for folder in folders) and not desk.settings.has_database:
        return [verify_folder(folder) for folder in folders]
    with desk.records() as records:
        known = records.list()
        ended = [record.request.id for record in known if record.outcome]
        here = {record.case_dir.resolve(): record.request.id for record in known}
        if not cases and (left := len(known) - len(ended)):
            requests = "1 request has" if left == 1 else f"{left} requests have"
            desk.screen.say(f"{requests} no end yet: a case file is sealed at its end, so these were not checked")
        reports = []
        for case in cases or ended:
            folder = Path(case)
            if folder.is_dir() and folder.resolve() not in here:
                reports.append(records.verify_copy(folder))
            else:
                reports.append(records.verify(here.get(folder.resolve(), case)))
        return reports


def _show_report(report: "VerifyReport", screen: "Screen") -> None:
    from rpa.words_on_screen import safe

    if report.ok:
        compared = "" if report.against_database else " (by itself: no database knows it)"
        facts = f"{report.events} events, {report.files} files{compared}{_purged(report.purged)}"
        screen.say(Text("ok", "green"), safe(report.request_id), safe(facts))
        return
    screen.say(Text("NOT AS WRITTEN", "red"), safe(report.request_id), safe(report.case_dir, "dim"))
    for finding in report.findings:
        screen.say(" ", safe(finding))


def _purged(purged: "Purged | None") -> str:
    return f", purged on {purged.at:%Y-%m-%d %H:%M:%S} UTC by {purged.by}" if purged else ""


def _show_list(records: "list[RequestRecord]", screen: "Screen") -> None:
    from rpa.cli.screen import end_text, plain_table
    from rpa.words_on_screen import safe

    table = plain_table("Id", "Account", "End")
    table.columns[0].no_wrap = True
    for record in records:
        outcome = record.outcome
        end = end_text(outcome.end, outcome.code) if outcome else Text("no end yet", "magenta")
        table.add_row(safe(record.request.id), safe(record.request.account_name, width=40), end)
    screen.console.print(table)
    screen.say(f"{len(records)} request{'' if len(records) == 1 else 's'}")


def _show_record(record: "RequestRecord", intents: "Sequence[Intent]", screen: "Screen") -> None:
    from rpa.cli.screen import end_text
    from rpa.records.stored import GONE
    from rpa.words_on_screen import safe

    request = record.request
    facts: dict[str, object] = {
        "Id": request.id,
        "Account": Text(f"{request.account_number}  ", "bold") + safe(request.account_name, width=300),
        "Date": request.date,
        "Reason": safe(request.reason, width=300),
        "Opt out": GONE if record.purged else "yes" if request.opt_out else "no",
        "Requested by": GONE if record.purged else request.requested_by or "-",
        "Accepted": f"{record.accepted_at:%Y-%m-%d %H:%M:%S} UTC, {record.source or 'unknown source'}",
        "Attempts": record.attempts,
        "Case file": record.case_dir,
    }
    if record.purged:
        facts["Purged"] = f"{record.purged.at:%Y-%m-%d %H:%M:%S} UTC, by {record.purged.by}"
    if record.outcome is None:
        screen.facts({**facts, "End": Text("no end yet", "magenta")})
        _show_begun(intents, screen)
        return
    facts |= {
        "End": end_text(record.outcome.end, record.outcome.code),
        "Message": safe(record.outcome.message),
        "Recoveries": safe(", ".join(record.outcome.recoveries) or "none", width=300),
    }
    facts |= {"Proof": "none: it is a person's word"} if record.outcome.code == "by_person" else {}
    screen.facts(facts)
    if record.outcome.proof:
        _show_proof(record.outcome, screen)


def _show_drift(drift: "Sequence[DriftSeen]", screen: "Screen") -> None:
    """What was not as it was learned on the pages of the request."""
    from rpa.words_on_screen import safe

    for one in drift:
        mark = Text("!", "red") if one.matters else Text("·", "yellow")
        screen.say(mark, safe(f"not as it was learned: {one.sentence}", width=600))


def _show_begun(intents: "Sequence[Intent]", screen: "Screen") -> None:
    """What became of each change that was set out, of a request without an end."""
    from rpa.cases.wording import effect_in_words, settled_in_words

    for intent in intents:
        screen.say(
            Text("✓", "green") if intent.outcome == "done" else Text("?", "magenta"),
            f"{effect_in_words(intent.effect)}: {settled_in_words(intent.outcome)}",
        )
    screen.say("Run it again to go on." if intents else "Nothing was set out to be changed. Run it again to go on.")


def _show_proof(outcome: "Outcome", screen: "Screen") -> None:
    from rpa.cli.screen import plain_table
    from rpa.words_on_screen import safe

    screen.console.print()
    table = plain_table("", "", "What had to be true", "Seen")
    for line in outcome.proof:
        mark = Text("✓", "green") if line.ok else Text("✗", "red")
        table.add_row(mark, line.clause, safe(line.claim, width=200), safe(line.seen, width=200))
    screen.console.print(table)

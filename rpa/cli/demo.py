"""`rpa demo`: the whole article for bundled request files, against the stand-in, in a real browser."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from fixtures.standin import StandIn
    from flows.profile import SiteProfile
    from rpa.cli.desk import Desk
    from rpa.cli.file import Job
    from rpa.request_files import RequestFile
    from rpa.results import Result

app = typer.Typer()


REQUESTS = Path(__file__).parents[2] / "examples" / "demo"
"""One file a part: NAME-SKIN.csv."""
PROTECTED = ("500001", "600001")
WITHDRAWN = ("742110",)
"""Accounts whose requests are taken back before the robot comes to them."""


@dataclass(frozen=True)
class DemoPart:
    """One site, and what is to be cancelled there."""

    requests: Path

    @property
    def name(self) -> str:
        return self.requests.stem

    def site(self) -> "StandIn":
        """The site, not yet running."""
        from fixtures.standin import StandIn

        return StandIn(self.name.rpartition("-")[2])

    def profile(self, site: "StandIn") -> "SiteProfile":
        """The profile of the running site, with a policy that has something to decide in each part."""
        from fixtures.profiles import profile_for

        profile = profile_for(site.skin, site)
        changed = {
            "policy": profile.policy.model_copy(update={"protected_numbers": PROTECTED}),
            "self_service": profile.self_service.model_copy(update={"policy": "refer"}),
        }
        return profile.model_copy(update=changed)


def bundled_parts() -> list[DemoPart]:
    """All bundled request files."""
    return [DemoPart(path) for path in sorted(REQUESTS.glob("*.csv"))]


@app.command()
def demo(
    *,
    output: options.Output = None,
    headed: options.Headed = False,
    slow_mo: options.SlowMo = 0,
    browser_channel: options.Channel = None,
    only: Annotated[str | None, typer.Option("--only", help="One part, by its name.", show_default=False)] = None,
    json: options.Json = False,
) -> None:
    """Cancel bundled requests on stand-in sites.

    Ends with the table of ends and an index page.
    """

    from rpa.cli.desk import Desk, Watching
    from rpa.cli.errors import UsageError

    desk = Desk.open(json=json, output=output, channel=browser_channel)
    # a new folder each time: the sites start afresh, and so must the records
    folder = desk.settings.output / f"demo-{dt.datetime.now():%Y%m%d-%H%M%S}"  # noqa: DTZ005 (a person's clock)
    chosen = [part for part in bundled_parts() if only in {None, part.name}]
    if not chosen:
        raise UsageError(f"--only {only} is no part; there are: {', '.join(part.name for part in bundled_parts())}")
    raise typer.Exit(run_demo(desk, chosen, folder, Watching(headed, slow_mo)))


def run_demo(desk: "Desk", parts: Iterable[DemoPart], folder: Path, watching: Any) -> int:
    """Run all parts; 0 if each request came to an end, whichever: the file asks for all kinds."""
    from rpa.cli.file import show_ends, write_all

    results: list[Result] = []
    for part in parts:
        desk.screen.say(f"\n{part.name}")
        job = _run_part(desk, part, folder / part.name, watching)
        results += job.results
        if job.interrupted:
            break
    write_all(folder, results, "Demonstration")
    _show_table(results, desk)
    show_ends(results, desk.screen)
    desk.screen.facts({"Case files": (folder / "index.html").resolve()})
    return 0 if results and all(result.outcome for result in results) else 1


def _run_part(desk: "Desk", part: DemoPart, folder: Path, watching: Any) -> "Job":
    from pydantic import SecretStr

    from rpa.cli.desk import today
    from rpa.cli.file import Job
    from rpa.credentials import Credentials
    from rpa.request_files import read_requests

    own = replace(desk, settings=desk.settings.model_copy(update={"output": folder, "database_url": ""}))
    with part.site() as site:
        profile = part.profile(site)
        file = read_requests(part.requests, read_date=profile.read_date, today=today(profile))
        job = Job(own, file, now=True)  # the bundled dates are any
        signed_in = Credentials(username=site.username, password=SecretStr(site.password))
        _withdraw_some(own, file, profile)
        job.carry_out(watching, profile, signed_in)
    return job


def _withdraw_some(desk: "Desk", file: "RequestFile", profile: "SiteProfile") -> None:
    """What a person takes back before its turn comes (`rpa withdraw`)."""
    from rpa.cli.records import shop_to_withdraw
    from rpa.queue.people import withdraw

    taken_back = [request for request in file.requests if request.account_number in WITHDRAWN]
    with desk.records(profile) as records, shop_to_withdraw(desk, records, profile) as shop:
        for request in taken_back:
            withdraw(shop, request, by="Support desk", why="the customer stays")


def _show_table(results: "list[Result]", desk: "Desk") -> None:
    from rpa.cli.screen import end_text, plain_table
    from rpa.words_on_screen import safe

    if desk.screen.json:
        return
    table = plain_table("Account", "Name", "End", "Recoveries", "Seconds")
    for column, width in zip(table.columns, (7, 17, 31, 10, 7), strict=True):
        column.width, column.no_wrap, column.overflow = width, True, "ellipsis"
    table.columns[4].justify = "right"
    for result in results:
        outcome = result.outcome
        end = end_text(outcome.end, outcome.code) if outcome else end_text(None)
        recoveries = safe(", ".join(outcome.recoveries) if outcome else "", width=40)
        seconds = f"{outcome.seconds:.1f}" if outcome else ""
        name = safe(result.request.account_name, width=40)
        table.add_row(safe(result.request.account_number), name, end, recoveries, seconds)
    desk.screen.console.print()
    desk.screen.console.print(table)

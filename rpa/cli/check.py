"""`rpa check`: whether the admin UI still is as it was learned."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from flows.baseline import Baseline
    from flows.profile import SiteProfile
    from rpa.cli.desk import Desk, Watching
    from rpa.drift.checking import CheckResult

app = typer.Typer()
JUNIT_FILE = typer.Option("--junit", help="Write JUnit XML here too.", show_default=False)
OFFLINE = typer.Option("--offline", help="Read the recordings again, not the site: after a change of profile or code.")
PICTURES = typer.Option("--pictures/--no-pictures", help="Pictures of the pages in the report.")
SERIOUS = typer.Option("--only-what-matters", help="Exit code 5 only for what an effect, identity or proof relies on.")


@app.command()
def check(
    *,
    offline: Annotated[bool, OFFLINE] = False,
    only_what_matters: Annotated[bool, SERIOUS] = False,
    pictures: Annotated[bool, PICTURES] = True,
    junit: Annotated[Path | None, JUNIT_FILE] = None,
    account: options.Canaries = None,
    profile: options.Profile = None,
    baseline: options.Baseline = None,
    output: options.Output = None,
    headed: options.Headed = False,
    slow_mo: options.SlowMo = 0,
    browser_channel: options.Channel = None,
    json: options.Json = False,
) -> None:
    """Compare the admin UI with the baseline.

    Walks the profile's canary accounts, reads only, and tells what has changed. Exit code 5 if anything has.
    """
    from rpa.cli.desk import Desk, Watching
    from rpa.results import EXIT_OF_CODE

    desk = Desk.open(json=json, output=output, profile=profile, channel=browser_channel, baseline=baseline)
    folder = new_folder(desk.settings.output)
    if offline:
        found = _offline(desk, folder)
    else:
        found = _check(desk, folder, account, Watching(headed, slow_mo), pictures=pictures)
    _show(desk, found, folder)
    if junit is not None:
        _copy_junit(folder, junit)
    if found.matters if only_what_matters else found.changes:
        raise typer.Exit(EXIT_OF_CODE["drift"])


def new_folder(output: Path) -> Path:
    """Where this check is written: its moment in UTC, and a number if there is one of that moment."""
    checks, name = output / "checks", f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}"
    number = 1
    while (checks / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    return checks / (name if number == 1 else f"{name}-{number}")


def _place(desk: "Desk") -> Path:
    from rpa.cli.errors import UsageError
    from rpa.drift.baseline_place import find_baseline, place_of_baseline

    place = find_baseline(desk.settings.profile, desk.settings)
    if place is None:
        wanted = place_of_baseline(desk.settings.profile, desk.settings)
        raise UsageError(f"there is no baseline to compare with in {wanted}: `rpa learn` writes one")
    return place


def _check(
    desk: "Desk", folder: Path, roles: Sequence[str] | None, watching: "Watching", *, pictures: bool
) -> "CheckResult":
    from rpa.cli.errors import cannot_write
    from rpa.cli.learn import canaries
    from rpa.drift.baseline_file import load_baseline
    from rpa.drift.checking import check

    site = desk.profile()
    site = site.model_copy(update={"canaries": canaries(site, roles)})
    known = load_baseline(_place(desk))
    with desk.robot(site, watching) as (robot, _):
        _announce(desk, site, known)
        try:
            return check(robot, site, known, folder, pictures=pictures)
        except OSError as error:
            raise cannot_write(folder, error) from error


def _announce(desk: "Desk", site: "SiteProfile", known: "Baseline") -> None:
    """It takes a while; and what only a canary shows that is not read is not compared."""
    from rpa.words_on_screen import safe

    read = ", ".join(f"{one.account_number} ({one.role})" for one in site.canaries)
    desk.screen.say(safe(f"Reading {read}", width=600))
    left = [role for role in known.canaries if role not in {one.role for one in site.canaries}]
    if left:
        desk.screen.say(
            safe(f"Not read, and so not compared: what only {', '.join(left)} of the baseline shows", width=600)
        )


def _offline(desk: "Desk", folder: Path) -> "CheckResult":
    from rpa.cli.errors import cannot_write
    from rpa.drift.baseline_file import load_baseline
    from rpa.drift.baseline_place import RECORDINGS
    from rpa.drift.checking import check_recordings
    from rpa.drift.recordings import load_recordings

    site, place = desk.profile(), _place(desk)
    known, recordings = load_baseline(place), load_recordings(place / RECORDINGS)
    try:
        return check_recordings(site, known, recordings, folder)
    except OSError as error:
        raise cannot_write(folder, error) from error


def _show(desk: "Desk", found: "CheckResult", folder: Path) -> None:
    import json

    from rpa.cli.drift_shown import show_changes
    from rpa.drift.report import PAGE, REPORT, load_report
    from rpa.drift.report_page import headline

    if desk.screen.json:
        desk.screen.emit({**json.loads((folder / REPORT).read_text("utf-8")), "folder": str(folder)})
        return
    report = load_report(folder)
    desk.screen.say(f"{headline(report)}.")
    show_changes(report.changes, report.proposals, desk.screen)
    if found.changes:
        desk.screen.console.print()
    desk.screen.facts({"Report": (folder / PAGE).resolve()})
    if found.changes and not report.offline:
        desk.screen.say(f"Look at each change on the site. What is right: rpa profile accept {folder}")


def _copy_junit(folder: Path, junit: Path) -> None:
    from rpa.cli.errors import cannot_write
    from rpa.drift.report import JUNIT
    from rpa.results import replace_file

    try:
        replace_file(junit, (folder / JUNIT).read_bytes())
    except OSError as error:
        raise cannot_write(junit, error) from error

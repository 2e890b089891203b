"""`rpa learn`: what the admin UI's pages look like, as a baseline to compare with."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from flows.baseline import Baseline
    from flows.change import Change
    from flows.profile import Canary, SiteProfile
    from flows.survey import Survey
    from rpa.cli.desk import Desk
    from rpa.cli.screen import Screen

app = typer.Typer()
WHY = typer.Option("--why", help="Why it is learned anew; it stands in the baseline.", show_default=False)
NO_CANARIES = """\
the profile names no canary account to read: add one of your own test accounts to it, as in
  [[canaries]]
  account_name = "Test Account Ltd"
  account_number = "612345"
  role = "ordinary\""""


@app.command()
def learn(
    *,
    account: options.Canaries = None,
    by: options.By = "",
    why: Annotated[str, WHY] = "",
    yes: options.Yes = False,
    profile: options.Profile = None,
    baseline: options.Baseline = None,
    output: options.Output = None,
    headed: options.Headed = False,
    slow_mo: options.SlowMo = 0,
    browser_channel: options.Channel = None,
    json: options.Json = False,
) -> None:
    """Learn what the admin UI's pages look like.

    Walks the profile's canary accounts, reads only, and writes the baseline that `rpa check` compares with.
    """
    from flows.drift import compare, learned
    from rpa.cli.desk import Desk, Watching, who
    from rpa.drift.baseline_file import load_baseline
    from rpa.drift.baseline_place import FILE, place_of_baseline

    desk = Desk.open(json=json, output=output, profile=profile, channel=browser_channel, baseline=baseline)
    site = desk.profile()
    place = place_of_baseline(desk.settings.profile, desk.settings)
    assert place is not None  # noqa: S101 (a profile is named: `desk.profile` has read it)
    before = load_baseline(place) if (place / FILE).is_file() else None
    chosen = canaries(site, account)
    with desk.robot(site, Watching(headed, slow_mo)) as (robot, _):
        surveys = [_survey(robot, canary, desk.screen) for canary in chosen]
    made = learned(surveys, site.name, by or who(), before=before, why=why)
    changes = compare(before, surveys, site.words) if before is not None else ()
    show_learned(made, surveys, desk.screen)
    _must_be_wanted(before, changes, missing(site, made), desk.screen, yes=yes)
    _write(place, made, surveys, site)
    _tell(desk, place, made, surveys, changes)


def canaries(site: "SiteProfile", roles: Sequence[str] | None) -> "tuple[Canary, ...]":
    """The canary accounts of these roles; all, if none is named. Raises UsageError."""
    from rpa.cli.errors import UsageError

    if not site.canaries:
        raise UsageError(NO_CANARIES)
    unknown = set(roles or ()) - {one.role for one in site.canaries}
    if unknown:
        there = ", ".join(dict.fromkeys(one.role for one in site.canaries))
        raise UsageError(f"--account {sorted(unknown)[0]}: the profile has no such canary; it has: {there}")
    return tuple(one for one in site.canaries if not roles or one.role in roles)


def missing(site: "SiteProfile", baseline: "Baseline") -> list[str]:
    """The pages of the procedure that no canary reached, as people call them."""
    from flows.change import PAGES

    wanted = [name for name in PAGES if name != "backend_look_up" or site.site.backend_url is not None]
    return [PAGES[name] for name in wanted if name not in baseline.pages]


def _survey(robot: Any, canary: "Canary", screen: "Screen") -> "Survey":
    from rpa.words_on_screen import safe

    screen.say("Reading", safe(canary.account_number, "bold"), safe(canary.account_name, width=60), f"({canary.role})")
    found: Survey = robot.survey(canary)
    return found


def show_learned(baseline: "Baseline", surveys: "Sequence[Survey]", screen: "Screen") -> None:
    """What was learned, page by page, and what could not be reached."""
    from flows.change import PAGES
    from rpa.cli.screen import plain_table
    from rpa.words_on_screen import safe

    if screen.json:
        return
    table = plain_table("Page", "Relied on", "Links", "Fields", "Messages", "Read at")
    for name, page in baseline.pages.items():
        counts = (len(one) for one in (page.things, page.links, page.labels, page.messages))
        table.add_row(PAGES[name], *map(str, counts), ", ".join(page.seen_at))
    screen.console.print(table)
    for one in surveys:
        for name, why in one.unreached.items():
            screen.say(f"Not reached at {one.role}:", PAGES[name] + ":", safe(why, width=400))


def _must_be_wanted(
    before: "Baseline | None", changes: "Sequence[Change]", lacking: Sequence[str], screen: "Screen", *, yes: bool
) -> None:
    """Have a person say yes to writing over a baseline, or to one that lacks pages. Raises NotApproved."""
    from rpa.cli.asking import agree
    from rpa.cli.drift_shown import show_changes

    if lacking:
        screen.say(f"No canary has reached: {', '.join(lacking)}. What is not in the baseline is not compared.")
    if before is not None:
        screen.say(f"There is a baseline already, revision {before.revision}, learned by {before.by}.")
        show_changes(changes, (), screen)
        if not changes:
            screen.say("Nothing differs from it.")
    if (before is None and not lacking) or yes:
        return
    question = f"Write revision {before.revision + 1} over it?" if before else "Write it all the same?"
    agree(question, "nothing was written: nobody is at the terminal. --yes writes it unseen", screen)


def _write(place: Path, baseline: "Baseline", surveys: "Sequence[Survey]", site: "SiteProfile") -> None:
    from rpa.cli.errors import cannot_write
    from rpa.drift.baseline_file import save_baseline
    from rpa.drift.baseline_place import RECORDINGS
    from rpa.drift.recorder import record
    from rpa.drift.recordings import save_recordings

    recordings = [one for survey in surveys for one in record(site, survey)]
    try:
        save_recordings(place / RECORDINGS, recordings)
        save_baseline(place, baseline)
    except OSError as error:
        raise cannot_write(place, error) from error


def _tell(
    desk: "Desk", place: Path, baseline: "Baseline", surveys: "Sequence[Survey]", changes: "Sequence[Change]"
) -> None:
    if not desk.screen.json:
        desk.screen.facts({"Baseline": place.resolve(), "Revision": baseline.revision})
        desk.screen.say("Review it, and keep it under version control beside the profile.")
        return
    pages = {name: {"things": len(page.things), "links": len(page.links)} for name, page in baseline.pages.items()}
    told: dict[str, Any] = {"schema": "rpa.learn.v1", "baseline": str(place), "revision": baseline.revision}
    told |= {"site": baseline.site, "pages": pages, "unreached": {one.role: one.unreached for one in surveys}}
    desk.screen.emit({**told, "changes": [one.model_dump(mode="json") for one in changes]})

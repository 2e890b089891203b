"""`rpa doctor`: is all in place for a run?"""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from rpa.cli import options

if TYPE_CHECKING:
    from flows.profile import SiteProfile

app = typer.Typer()


@app.command()
def doctor(
    *,
    profile: options.Profile = None,
    output: options.Output = None,
    headed: options.Headed = False,
    browser_channel: options.Channel = None,
    json: options.Json = False,
) -> None:
    """Check that everything is ready.

    Browser, disk, profile, credentials, clock and sign-in; each line is ok, or says what to do.
    """
    from rpa.cli.desk import Desk, Watching
    from rpa.doctor import examine
    from rpa.results import worst
    from rpa.words_on_screen import safe

    desk = Desk.open(json=json, output=output, profile=profile, channel=browser_channel)

    def sign_in(site: "SiteProfile") -> str:
        with desk.robot(site, Watching(headed)) as (robot, _):
            told: str = robot.check_sign_in()
            return told

    codes = []
    for check in examine(desk.settings, sign_in):
        codes.append(0 if check.ok else check.exit_code)
        if json:
            desk.screen.emit({"schema": "rpa.check.v1", **asdict(check), "exit_code": codes[-1]})
        else:
            mark = Text("ok     ", "green") if check.ok else Text("TO DO  ", "red")
            label = mark + Text(f"{check.name:<15}", "bold")
            for line in check.message.split("\n"):  # a bad profile has one for each fault
                desk.screen.row(label, safe(line))
                label = Text(" " * len(label))
    # a usage error (2) has no place in a batch's order, but here the profile is one check of many
    raise typer.Exit(2 if 2 in codes else worst(codes))

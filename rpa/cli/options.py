"""The options that several commands share; named as pytest-playwright names them, where it has them."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Tracing(StrEnum):
    ON = "on"
    OFF = "off"
    RETAIN_ON_FAILURE = "retain-on-failure"


class Screenshot(StrEnum):
    ON = "on"
    OFF = "off"


Profile = Annotated[
    Path | None,
    typer.Option("--profile", help="Site profile (TOML).  [env: RPA_PROFILE]", show_default=False),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", help="Folder of records, case files and log.  [env: RPA_OUTPUT]  [default: rpa-data]"),
]
Baseline = Annotated[
    Path | None,
    typer.Option("--baseline", help="Folder of the baseline.  [env: RPA_BASELINE]", show_default=False),
]
Canaries = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="ROLE", help="Only the canary accounts of this role.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output, and nothing else there.")]
Headed = Annotated[bool, typer.Option("--headed", help="Show the browser.")]
SlowMo = Annotated[float, typer.Option("--slowmo", "--slow-mo", min=0, help="Milliseconds to wait after each act.")]
Channel = Annotated[
    str | None,
    typer.Option("--browser-channel", help="Browser to use, such as chrome or msedge.", show_default=False),
]
TracingOption = Annotated[Tracing, typer.Option("--tracing", help="Record a Playwright trace of each request.")]
ScreenshotOption = Annotated[Screenshot, typer.Option("--screenshot", help="Pictures in the case file.")]

AccountName = Annotated[str, typer.Option("--account-name", help="Exactly as the CRM shows it.", show_default=False)]
AccountNumber = Annotated[
    str, typer.Option("--account-number", help="Digits; leading zeros count.", show_default=False)
]
Date = Annotated[str, typer.Option("--date", help="Date of Cancellation, YYYY-MM-DD.", show_default=False)]
Reason = Annotated[str, typer.Option("--reason", help="Why they cancelled.", show_default=False)]
OptOut = Annotated[bool, typer.Option("--opt-out", help="Opt Out of any future emails.")]
RequestedBy = Annotated[str, typer.Option("--requested-by", help="Who asked for it.", show_default=False)]
Desks = Annotated[int, typer.Option("--desks", min=1, max=64, help="Browsers that work at the same time.")]
Id = Annotated[str, typer.Argument(help="A request's id, or how it begins.")]
Priority = Annotated[int, typer.Option("--priority", min=1, max=9, help="1 is the most urgent.")]
Now = Annotated[bool, typer.Option("--now", help="Do not wait for dates in the future.")]
By = Annotated[str, typer.Option("--by", help="Who does it; it is kept.", show_default=False)]
Release = Annotated[bool, typer.Option("--release", help="Let a line that was stopped go on.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; for scripts.")]

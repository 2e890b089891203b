"""`rpa profile`: check, new, show; `accept` is in rpa.cli.accept."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from typing import TYPE_CHECKING, Annotated

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from flows.profile import Approval, SiteProfile
    from rpa.cli.screen import Screen

app = typer.Typer(help="Site profiles: check, new, show, accept.", no_args_is_help=True)


@app.command()
def check(*, file: Annotated[str, typer.Argument(help="The profile (TOML).")], json: options.Json = False) -> None:
    """Check a profile: file, line and key of each fault."""
    from pathlib import Path

    from rpa.cli.errors import UsageError
    from rpa.cli.screen import Screen
    from rpa.profiles import ProfileError, load_profile

    screen = Screen(json=json)
    if not file.strip():
        raise UsageError("name the file that is to be checked: rpa profile check FILE")
    try:
        profile = load_profile(Path(file))
    except ProfileError as error:
        if not json:
            raise
        faults = [{"line": fault.line, "key": fault.key, "message": fault.message} for fault in error.faults]
        screen.emit({"schema": "rpa.profile_check.v1", "ok": False, "file": file, "faults": faults})
        raise typer.Exit(2) from error
    if json:
        screen.emit({"schema": "rpa.profile_check.v1", "ok": True, "file": file, "faults": []})
        return
    _summary(profile, screen)


@app.command()
def new(
    *,
    base_url: Annotated[str, typer.Option("--base-url", help="The CRM, e.g. https://acct.planplusonline05.com")],
    backend_url: Annotated[
        str | None, typer.Option("--backend-url", help="The backend's look-up page.", show_default=False)
    ] = None,
) -> None:
    """Print a profile to start from, with every key."""
    import sys

    from pydantic import ValidationError

    from rpa.cli.errors import UsageError
    from rpa.profile_text import template

    try:
        sys.stdout.write(template(base_url, backend_url))
    except ValidationError as error:
        told = [f"--{str(one['loc'][-1]).replace('_', '-')} {one['msg']}" for one in error.errors()]
        raise UsageError("\n".join(told).replace("Value error, ", "")) from error


@app.command()
def show(*, profile: options.Profile = None, json: options.Json = False) -> None:
    """Print the profile in effect, defaults included."""
    import sys

    from rpa.cli.desk import Desk
    from rpa.profile_text import effective

    desk = Desk.open(json=json, profile=profile)
    site = desk.profile()
    if json:
        desk.screen.emit({"schema": "rpa.profile.v1", "profile": site.model_dump(mode="json")})
    else:
        sys.stdout.write(effective(site))


def _approval(rules: "Approval") -> str:
    """Which plans need another person's yes, in words."""
    found = ["each plan"] if rules.all else []
    found += [f"{rules.licenses_from} licenses or more"] if rules.licenses_from else []
    found += [f"{rules.money_from:,.2f} or more"] if rules.money_from else []
    found += [f"a name with {' or '.join(rules.names)} in it"] if rules.names else []
    return f"{'; '.join(found)} (within {rules.hours} h)" if found else "never needed"


def _summary(profile: "SiteProfile", screen: "Screen") -> None:
    from rpa.words_on_screen import safe

    policy = profile.policy
    drop_downs = [f"{', '.join(one.prefixes)}... -> {one.label}" for one in profile.drop_downs]
    locations = [f"{', '.join(one.prefixes) or one.server} -> {one.url}" for one in profile.server_locations]
    none = "none: an empty Server Location (4b) goes to the backend"
    screen.facts(
        {
            "Profile": profile.name,
            "CRM": profile.site.base_url,
            "Backend": profile.site.backend_url or "none: where the links stay dead (4c), a person is needed",
            "Origins": safe(", ".join(sorted(profile.origins))),
            "Drop-downs": "; ".join(drop_downs) or "none",
            "Server Locations": "; ".join(locations) or none,
            "Dates": f"{profile.site.date_format}, {profile.site.time_zone}",
            "Self-service": profile.self_service.policy,
            "Protected": f"{len(policy.protected_names)} names, {len(policy.protected_numbers)} numbers",
            "Approval": safe(_approval(policy.approval)),
        }
    )
    screen.say("ok")

"""`rpa site`: the stand-in admin site, to practise on."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from fixtures.standin import StandIn
    from rpa.cli.screen import Screen

app = typer.Typer()


@app.command()
def site(
    *,
    skin: Annotated[str, typer.Option("--skin", help="How it looks and behaves.")] = "classic",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Of the CRM; 0: any free one.")] = 0,
    backend_port: Annotated[int, typer.Option("--backend-port", min=0, max=65535, help="Of the backend.")] = 0,
    host: Annotated[str, typer.Option("--host", help="The CRM's host name.")] = "127.0.0.1",
    backend_host: Annotated[str, typer.Option("--backend-host", help="The backend's.")] = "127.0.0.1",
    latency: Annotated[float, typer.Option("--latency", min=0, help="Seconds before each answer.")] = 0.0,
    fault: Annotated[
        list[str] | None,
        typer.Option("--fault", help="Order a fault: NAME or NAME@ACCOUNT; repeatable.", show_default=False),
    ] = None,
    write_profile: Annotated[
        Path | None,
        typer.Option("--write-profile", help="Write the site's profile here.", show_default=False),
    ] = None,
    json: options.Json = False,
) -> None:
    """Serve the stand-in admin site until Ctrl-C."""
    from fixtures.standin import StandIn
    from rpa.cli.errors import UsageError
    from rpa.cli.interrupt import stop_on_interrupt
    from rpa.cli.screen import Screen

    screen = Screen(json=json)
    try:
        stand_in = StandIn(
            skin=_known_skin(skin),
            crm_port=port,
            backend_port=backend_port,
            crm_host=host,
            backend_host=backend_host,
            latency=latency,
            faults=[_fault(given) for given in fault or []],
        )
        stand_in.start()
    except OSError as error:
        raise UsageError(f"the site cannot be served: {error.strerror}; choose other ports") from error
    with stand_in, stop_on_interrupt(screen, "The site is stopped.") as stop:
        if write_profile:
            _write_profile(stand_in, write_profile)
        _show(stand_in, screen)
        _wait(stop)


def _show(stand_in: "StandIn", screen: "Screen") -> None:
    if screen.json:
        addresses = {
            "crm": stand_in.crm_url,
            "backend": stand_in.backend_url,
            "control": stand_in.control_url,
        }
        sign_in = {"username": stand_in.username, "password": stand_in.password}
        screen.emit({"schema": "rpa.site.v1", "skin": stand_in.skin, **addresses, **sign_in})
        return
    screen.facts({"Skin": stand_in.skin, "CRM": stand_in.crm_url, "Backend": stand_in.backend_url})
    screen.facts({"Control": stand_in.control_url, "Sign in": f"{stand_in.username} / {stand_in.password}"})
    screen.say("Ctrl-C ends it.")


def _write_profile(stand_in: "StandIn", path: Path) -> None:
    from fixtures.profiles import profile_text
    from rpa.cli.errors import UsageError

    try:
        path.write_text(profile_text(stand_in.skin, stand_in), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def _wait(stop: threading.Event) -> None:
    while not stop.wait(0.5):  # in slices: Windows delivers Ctrl-C only between waits
        pass


def _known_skin(name: str) -> str:
    from fixtures.standin import SKINS
    from rpa.cli.errors import UsageError

    if name not in SKINS:
        raise UsageError(f"--skin {name} is not known; there are: {', '.join(SKINS)}")
    return name


def _fault(given: str) -> dict[str, str]:
    from fixtures.standin import FAULTS
    from rpa.cli.errors import UsageError

    name, _, account = given.partition("@")
    if name not in FAULTS:
        raise UsageError(f"--fault {name} is not known; there are: {', '.join(FAULTS)}")
    return {"fault": name, "account": account} if account else {"fault": name}

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
    host: Annotated[str, typer.Option("--host", help="The CRM's host name, of this machine.")] = "127.0.0.1",
    backend_host: Annotated[str, typer.Option("--backend-host", help="The backend's.")] = "127.0.0.1",
    latency: Annotated[float, typer.Option("--latency", min=0, max=3600, help="Seconds before each answer.")] = 0.0,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            "--fault",
            help='Order a fault: NAME or NAME@ACCOUNT, or "NAME on=PAGE times=N PARAMETER=VALUE ...". It strikes once, '
            "or `times` (0: for ever). Repeatable; docs/stand-in.md lists them.",
            show_default=False,
        ),
    ] = None,
    write_profile: Annotated[
        Path | None,
        typer.Option("--write-profile", help="Write the site's profile to this new file.", show_default=False),
    ] = None,
    json: options.Json = False,
) -> None:
    """Serve the stand-in admin site until Ctrl-C."""
    from fixtures.standin import StandIn
    from rpa.cli.errors import UsageError
    from rpa.cli.interrupt import stop_on_interrupt
    from rpa.cli.screen import Screen

    screen = Screen(json=json)
    stand_in = StandIn(
        skin=_known_skin(skin),
        crm_port=port,
        backend_port=backend_port,
        crm_host=_usable_host("--host", host),
        backend_host=_usable_host("--backend-host", backend_host),
        latency=latency,
    )
    try:
        stand_in.start()
    except OSError as error:
        option, given = ("--backend-port", backend_port) if error.filename == "backend" else ("--port", port)
        raise UsageError(
            f"{option} {given} cannot be served: {error.strerror}; choose another port, or 0 for any free one"
        ) from error
    with stand_in, stop_on_interrupt(screen, "The site is stopped.") as stop:
        for one in fault or []:
            _arm(stand_in, one)
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
    from rpa.cli.errors import cannot_write

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(profile_text(stand_in.skin, stand_in))
    except OSError as error:
        raise cannot_write(path, error) from error


def _wait(stop: threading.Event) -> None:
    while not stop.wait(0.5):  # in slices: Windows delivers Ctrl-C only between waits
        pass


def _known_skin(name: str) -> str:
    from fixtures.standin import SKINS
    from rpa.cli.errors import UsageError

    if name not in SKINS:
        raise UsageError(f"--skin {name} is not known; there are: {', '.join(SKINS)}")
    return name


def _usable_host(option: str, name: str) -> str:
    """A name, or an IPv4 address of this machine alone: it is served on loopback, whatever it is called."""
    import ipaddress
    import re

    from rpa.cli.errors import UsageError

    try:
        usable = ipaddress.IPv4Address(name).is_loopback
    except ValueError:
        label = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
        usable = bool(re.fullmatch(rf"({label}\.)*(?!\d+$){label}", name, re.I | re.A))
    if not usable:
        raise UsageError(f"{option} {name!r} is neither a host name nor a loopback address, such as 127.0.0.1")
    return name


def _arm(stand_in: "StandIn", order: str) -> None:
    from fixtures.standin import read_order
    from rpa.cli.errors import UsageError

    try:
        stand_in.arm(**read_order(order))
    except ValueError as error:
        raise UsageError(f"--fault {order!r}: {error}") from error

"""`rpa resolve`: a person closes a request that needed one."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from flows.model import End
    from rpa.cli.desk import Desk
    from rpa.queue.shop import Shop

app = typer.Typer()


@app.command()
def resolve(
    *,
    id: Annotated[str, typer.Argument(help="A request's id, or how it begins.")],  # noqa: A002
    as_: Annotated[
        str,
        typer.Option("--as", help="The end it came to: cancelled, already_cancelled, refused, referred, withdrawn."),
    ],
    why: Annotated[str, typer.Option("--why", help="What was done by hand; it stands in the case file.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")],
    no_recheck: Annotated[
        bool, typer.Option("--no-recheck", help="The account may bill again: never read it again.")
    ] = False,
    profile: options.Profile = None,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Close a request that ended as needs_human, by a person's word.

    It is kept in the case file, and called by a person, not proven.
    """
    from rpa.cli.account import show_result
    from rpa.cli.desk import Desk
    from rpa.queue.resolving import resolve as close
    from rpa.results import Result

    desk = Desk.open(json=json, output=output, profile=profile)
    end = _end(as_)
    _must_say({"--why": why, "--by": by})
    with _shop(desk) as shop:
        request = shop.records.find(id).request
        outcome = close(shop, request.id, end, why=why.strip(), by=by.strip(), watch=not no_recheck)
    show_result(Result(request, outcome), desk.screen)


def _end(given: str) -> "End":
    from flows.model import End
    from rpa.cli.errors import UsageError
    from rpa.queue.resolving import ENDS

    if given not in set(ENDS):
        raise UsageError(f"--as {given} is no end that a person can give; there are: {', '.join(ENDS)}")
    return End(given)


def _must_say(words: dict[str, str]) -> None:
    from rpa.cli.errors import UsageError

    for option, said in words.items():
        if not said.strip():
            raise UsageError(f"{option} is empty; what stands there is kept in the case file")


@contextmanager
def _shop(desk: "Desk") -> "Iterator[Shop]":
    """What is needed to end a request without a browser."""
    from threading import Event

    from rpa.line import Line
    from rpa.queue.jobs import Jobs
    from rpa.queue.leases import Lease
    from rpa.queue.people import Nobody
    from rpa.queue.shop import Shop

    site = desk.profile()
    with desk.records(site) as records, Lease(records.engine, "resolve", desk.settings.output) as lease:
        yield Shop(records, Jobs(records.engine), site, Line(records.engine, site.policy), lease, Event(), Nobody())

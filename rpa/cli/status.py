"""`rpa status` and `rpa watch`: how the queue stands."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rpa.cli import options

if TYPE_CHECKING:
    import datetime as dt

    from rpa.cli.desk import Desk
    from rpa.cli.screen import Screen
    from rpa.queue.overview import Overview

app = typer.Typer()
SCHEMA = "rpa.status.v1"
WIDE = 250
"""Columns of a table that is piped: nothing but an endless name is cut."""


@app.command()
def status(
    *,
    id: Annotated[  # noqa: A002
        str | None, typer.Argument(help="A request's id, or how it begins; none: the whole queue.", show_default=False)
    ] = None,
    profile: options.Profile = None,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Show how the queue stands, or where one request does.

    Changes nothing. Times are those of this machine's time zone.
    """
    from rpa.cli.desk import Desk

    desk = Desk.open(json=json, output=output, profile=profile)
    with desk.records() as records:
        if id is not None:
            _show_one(desk, records, id)
            return
        seen = look(records.engine)
    if json:
        desk.screen.emit(overview_as_json(seen))
    else:
        show(seen, desk.screen)


@app.command()
def watch(
    *,
    every: Annotated[float, typer.Option("--every", min=0.2, max=3600, help="Seconds between two looks.")] = 1.0,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Watch the queue until Ctrl-C.

    Piped, it prints a line for each change; with --json an object for each look.
    """
    from rpa.cli.desk import Desk
    from rpa.cli.watching import watch_queue

    desk = Desk.open(json=json, output=output)
    with desk.records() as records:
        watch_queue(records.engine, desk.screen, every)


def look(engine: Any) -> "Overview":
    """The queue now; today began at midnight here. Raises SQLAlchemyError."""
    import datetime as dt

    from rpa.cli.moments import midnight
    from rpa.queue.overview import overview

    return overview(engine, midnight(dt.datetime.now(dt.UTC)))


def show(seen: "Overview", screen: "Screen") -> None:
    """All of it, on as many lines as it needs."""
    from rich.text import Text

    from rpa.cli.overview_shown import LABEL, picture

    shown = picture(seen, screen.console.width if screen.console.is_terminal else WIDE)
    for label, fact in shown.facts:
        screen.row(Text(f"{label:<{LABEL}}", "bold"), fact)
    lists = [[row for section in sections for row in section.all] for sections in (shown.crew, shown.attention)]
    lists[0][:0] = [shown.columns] if shown.columns else []
    for rows in filter(None, lists):
        screen.say("")
        for row in rows:
            screen.say(row)


def overview_as_json(seen: "Overview") -> dict[str, Any]:
    """As docs/cli.md has it."""
    from dataclasses import asdict
    from functools import partial

    from rpa.cli.moments import iso

    told = asdict(seen, dict_factory=partial(_with_iso, iso))
    crew, length = told.pop("crew"), seen.to_empty
    workers = [one | {"late": was.late(seen.at)} for one, was in zip(crew["workers"], seen.crew.workers, strict=True)]
    paces = [one | {"per_minute": was.per_minute} for one, was in zip(told["paces"], seen.paces, strict=True)]
    empty = {"seconds_to_empty": None if length is None else length.total_seconds(), "why_unknown": seen.why_unknown}
    counted = told | {"paces": paces, "to_do": seen.to_do} | empty
    return {"schema": SCHEMA, **counted, "workers": workers, "left": crew["left"]}


def _with_iso(iso: Any, pairs: "list[tuple[str, Any]]") -> dict[str, Any]:
    import datetime as dt

    return {name: iso(value) if isinstance(value, dt.datetime) else value for name, value in pairs}


def _show_one(desk: "Desk", records: Any, request_id: str) -> None:
    from rpa.cli.standing_shown import show_standing, standing_as_json
    from rpa.queue.standing import standing

    told = standing(records, request_id)
    if desk.screen.json:
        desk.screen.emit(standing_as_json(told))
    else:
        show_standing(told, desk.screen, _site_zone(desk))


def _site_zone(desk: "Desk") -> "dt.tzinfo | None":
    """The site's time zone, if a profile is named that can be read: the rest is known without it."""
    from zoneinfo import ZoneInfo

    from rpa.profiles import ProfileError
    from rpa.words_on_screen import safe

    if desk.settings.profile is None:
        return None
    try:
        return ZoneInfo(desk.profile().site.time_zone)
    except ProfileError as error:
        desk.screen.say("The site's own time is not told:", safe(str(error).splitlines()[0]))
        return None

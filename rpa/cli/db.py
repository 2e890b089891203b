"""`rpa db`: upgrade, version."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rpa.cli import options

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from rpa.cli.desk import Desk

app = typer.Typer(help="The database: upgrade, version.", no_args_is_help=True)


@app.command()
def upgrade(*, output: options.Output = None, json: options.Json = False) -> None:
    """Bring the database to this program's version.

    Safe to run again. An SQLite file is upgraded by whichever command comes first; PostgreSQL only by this one, when no
    older program works on it.
    """
    from rpa.cli.desk import Desk
    from rpa.database.address import name_of
    from rpa.database.troubles import telling
    from rpa.database.upgrading import upgrade as bring_up
    from rpa.queue.engine import migrate

    desk = Desk.open(json=json, output=output)
    with _engine(desk) as engine:
        before, after = bring_up(engine)
        with telling(engine.url):
            migrate(engine)
        name = name_of(engine.url)
    if json:
        desk.screen.emit({"schema": "rpa.db_upgrade.v1", "database": name, "before": before, "after": after})
    elif before == after:
        desk.screen.say(f"{name} is of version {after} already")
    else:
        desk.screen.say(f"{name} {f'was of version {before}' if before else 'was empty'}, and is now of {after}")


@app.command()
def version(*, output: options.Output = None, json: options.Json = False) -> None:
    """Tell the database's version and this program's; exit code 1 if they differ."""
    from rpa.cli.desk import Desk
    from rpa.database.address import address_of, is_sqlite, name_of
    from rpa.database.troubles import telling
    from rpa.database.versions import HEAD, version_of

    desk = Desk.open(json=json, output=output)
    place = address_of(desk.settings.records_url)
    found = ""
    if not is_sqlite(place) or Path(place.database or "").is_file():  # looking must not make one
        with _engine(desk) as engine, telling(place):
            found = version_of(engine)
    if json:
        told = {"database": name_of(place), "version": found, "program": HEAD, "same": found == HEAD}
        desk.screen.emit({"schema": "rpa.db_version.v1", **told})
    else:
        desk.screen.facts({"Database": name_of(place), "Its version": found or "none yet", "This program's": HEAD})
    raise typer.Exit(0 if found == HEAD else 1)


@contextmanager
def _engine(desk: "Desk") -> "Iterator[Engine]":
    from rpa.database import make_engine

    with desk.opening():
        engine = make_engine(desk.settings.records_url)
        try:
            yield engine
        finally:
            engine.dispose()

"""`rpa audit`: who did what when."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from rpa.cli import options

if TYPE_CHECKING:
    from rpa.cli.screen import Screen
    from rpa.queue.trail import Deed

app = typer.Typer()
LIMIT = typer.Option("--limit", min=1, help="Only the newest.", show_default=False)
REQUEST = typer.Option("--request", help="Only what was done to this request: its id, or how it begins.")


@app.command()
def audit(
    *,
    limit: Annotated[int | None, LIMIT] = None,
    request: Annotated[str, REQUEST] = "",
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Show who did what when, newest last."""
    from rpa.cli.desk import Desk
    from rpa.queue.jobs import Jobs
    from rpa.queue.trail import accepted, trail

    desk = Desk.open(json=json, output=output)
    with desk.records() as records:
        if request:
            found = records.find(request)
            first = accepted(found, Jobs(records.engine).get(found.request.id))
            deeds = [first, *trail(records.engine, found.request.id, limit)]
            deeds = deeds[-limit:] if limit else deeds
        else:
            deeds = trail(records.engine, limit=limit)
    for deed in deeds:
        _show(deed, desk.screen)
    if not (deeds or json):
        desk.screen.say("Nothing was done yet.")


def _show(deed: "Deed", screen: "Screen") -> None:
    from rpa.words_on_screen import safe

    if screen.json:
        told = {"at": deed.at.isoformat(), "who": deed.who, "what": deed.what, "request_id": deed.request_id}
        screen.emit({"schema": "rpa.audit.v1", **told, "why": deed.why})
        return
    words = Text(" ").join(safe(one, width=400) for one in (deed.who, deed.what, deed.request_id) if one)
    why = safe(f": {deed.why}" if deed.why else "", width=600)
    screen.row(Text(f"{deed.at:%Y-%m-%d %H:%M:%S} UTC  ", "dim"), words + why)

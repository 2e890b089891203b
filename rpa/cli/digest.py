"""`rpa digest`: what became of a batch."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from rpa.cli import options

if TYPE_CHECKING:
    from rpa.queue.digest import Digest

app = typer.Typer()


@app.command()
def digest(
    *,
    batch: Annotated[str, typer.Argument(help="A batch's id, or how it begins; none: the newest.")] = "",
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """Show what became of a batch."""
    from rpa.cli.desk import Desk
    from rpa.queue.digest import digest_of
    from rpa.queue.digest_words import in_words
    from rpa.queue.digesting import find_batch
    from rpa.words_on_screen import safe

    desk = Desk.open(json=json, output=output)
    with desk.records() as records:
        found = digest_of(records.engine, find_batch(records.engine, batch))
    if json:
        desk.screen.emit(digest_as_json(found))
        return
    title, body = in_words(found)
    desk.screen.say(Text(title, "bold"))
    for line in body.split("\n"):
        desk.screen.say(safe(line))


def digest_as_json(found: "Digest") -> dict[str, Any]:
    """A digest as docs/cli.md has it."""
    from dataclasses import asdict

    told = {name: [asdict(one) for one in getattr(found, name)] for name in ("needs_human", "refused")}
    moments = {name: moment and moment.isoformat() for name, moment in (("at", found.at), ("until", found.until))}
    counts = {"total": found.total, "ends": dict(found.ends), "unended": dict(found.unended)}
    names = {"schema": "rpa.digest.v1", "batch": found.batch, "source": found.source}
    return {**names, **moments, **counts, **told, "money": str(found.money)}

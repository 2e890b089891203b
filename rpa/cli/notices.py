"""`rpa notices`: what people are told, and whether it went."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from rpa.cli import options

if TYPE_CHECKING:
    from sqlalchemy import Engine, Row

    from rpa.cli.desk import Desk
    from rpa.cli.screen import Screen

app = typer.Typer()


@app.command()
def notices(
    *,
    test: Annotated[bool, typer.Option("--test", help="Send a test message to each of RPA_NOTIFY_URLS.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Only the newest.")] = 20,
    output: options.Output = None,
    json: options.Json = False,
) -> None:
    """List what people were or are to be told, newest last."""
    from rpa.cli.desk import Desk

    desk = Desk.open(json=json, output=output)
    if test:
        raise typer.Exit(_test(desk))
    with desk.records() as records:
        rows = _newest(records.engine, limit)
    if json:
        for row in rows:
            desk.screen.emit(notice_as_json(row))
    else:
        _show(rows, desk.screen)


def notice_as_json(row: "Row[Any]") -> dict[str, Any]:
    """A notice as docs/cli.md has it."""
    told = {name: getattr(row, name) for name in ("kind", "request_id", "title", "body", "tries", "error")}
    moments = {"at": row.at.isoformat(), "sent_at": row.sent_at.isoformat() if _sent(row) else None}
    return {"schema": "rpa.notice.v1", **told, **moments, "state": _state(row)}


def _newest(engine: "Engine", limit: int) -> "list[Row[Any]]":
    from sqlalchemy import select

    from rpa.database.queue_tables import notices

    with engine.connect() as connection:
        query = select(notices).order_by(notices.c.position.desc()).limit(limit)
        return list(connection.execute(query))[::-1]


def _sent(row: "Row[Any]") -> bool:
    return row.sent_at is not None and not row.error


def _state(row: "Row[Any]") -> str:
    if row.sent_at is None:
        return "waiting"
    return "not_sent" if row.error else "sent"


def _show(rows: "list[Row[Any]]", screen: "Screen") -> None:
    from collections import Counter

    from rpa.cli.screen import plain_table
    from rpa.words_on_screen import safe

    table = plain_table("At (UTC)", "What", "Told")
    for narrow in (0, 2):
        table.columns[narrow].no_wrap = True
    for row in rows:
        table.add_row(f"{row.at:%Y-%m-%d %H:%M}", safe(row.title, width=200), _told(row))
    screen.console.print(table)
    for why, number in Counter(row.error for row in rows if row.error).items():
        screen.say(f"Why {number} did not go:", safe(why, width=400))
    screen.say(f"{len(rows)} notice{'' if len(rows) == 1 else 's'}")


def _told(row: "Row[Any]") -> Text:
    if _sent(row):
        return Text(f"sent {row.sent_at:%H:%M:%S}", "green")
    if row.sent_at is not None:
        return Text("not sent", "red")
    return Text(f"tried {row.tries} times" if row.error else "waits", "yellow")


def _test(desk: "Desk") -> int:
    """Send a message to each URL, and say of each whether it went; the exit code."""
    import socket

    from rpa.cli.errors import UsageError
    from rpa.queue.apprising import SENDER, scheme, send

    urls = desk.settings.notify_places
    if not urls:
        raise UsageError(
            "nobody is to be notified: set RPA_NOTIFY_URLS in the environment or in .env, such as mailto://…"
        )
    failed = 0
    for place, url in enumerate(urls, 1):
        why = send(url, "test", f"{SENDER}: a test", f"Sent by `rpa notices --test` on {socket.gethostname()}.")
        failed += bool(why)
        if desk.screen.json:
            told = {"url": place, "scheme": scheme(url), "sent": not why, "why": why}
            desk.screen.emit({"schema": "rpa.notice_test.v1", **told})
        else:
            mark = Text("✗", "red") if why else Text("✓", "green")
            desk.screen.say(mark, f"url {place}, {why or f'{scheme(url)}: sent'}")
    return 1 if failed else 0

"""`rpa procedure`: the article's sentences beside what the robot does."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

from typing import TYPE_CHECKING, Any

import typer
from rich.text import Text

from rpa.cli import options

if TYPE_CHECKING:
    from rpa.cli.screen import Screen

app = typer.Typer()


@app.command()
def procedure(*, json: options.Json = False) -> None:
    """Print the steps beside the article.

    Each step and recovery beside the sentences of Solution 801493.
    """
    from flows.procedure import RECOVERIES, STEPS
    from rpa.cli.screen import Screen

    screen = Screen(json=json)
    steps = [{"clause": step.clause, "title": step.title, "article": _article(step.clause)} for step in STEPS]
    recoveries = [
        {
            "clause": recovery.clause,
            "title": _title(recovery),
            "at_most": recovery.at_most,
            "article": _article(recovery.clause),
        }
        for recovery in RECOVERIES
    ]
    if json:
        screen.emit({"schema": "rpa.procedure.v1", "steps": steps, "recoveries": recoveries})
        return
    _show("The steps, in the article's order", steps, screen)
    _show("The recoveries, each only so often", recoveries, screen)


def _article(clause: str) -> str:
    """The article's sentences for a clause, or for several ("3-4")."""
    from rpa.cases.article import ARTICLE, clauses_of

    return " ".join(ARTICLE[one] for one in clauses_of(clause))


def _title(recovery: Any) -> str:
    on, by = (getattr(what, "__name__", str(what)) for what in (recovery.on, recovery.by))
    times = "once" if recovery.at_most == 1 else f"at most {recovery.at_most} times"
    return f"on {on}: {by.strip('_').replace('_', ' ')}, {times}"


def _show(heading: str, entries: list[dict[str, Any]], screen: "Screen") -> None:
    from rpa.cli.screen import plain_table

    screen.say(Text(heading, "bold"))
    table = plain_table("", "The robot", "The article")
    table.columns[0].no_wrap = True
    for column in table.columns[1:]:
        column.ratio = 1
    table.expand = True
    for entry in entries:
        table.add_row(entry["clause"], entry["title"], Text(entry["article"], "dim"))
    screen.console.print(table)
    screen.console.print()

"""`rpa procedure`: the article's sentences beside what the robot does."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

import re
from collections.abc import Iterable
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
    _show("The steps, in the order they are taken", steps, screen)
    _show("The recoveries, each so often in a run at most", _merged(RECOVERIES), screen)


def _article(clause: str) -> str:
    """The article's sentences for a clause, or for several ("3-4")."""
    from rpa.cases.article import ARTICLE, clauses_of

    return " ".join(ARTICLE[one] for one in clauses_of(clause))


def _title(recovery: Any) -> str:
    return f"on {_in_words(recovery.on)}: {_what(recovery)}"


def _what(recovery: Any) -> str:
    times = "once" if recovery.at_most == 1 else f"at most {recovery.at_most} times"
    return f"{_in_words(recovery.by)}, {times}"


def _in_words(what: Any) -> str:
    """ "dead link" for DeadLink, "press update" for press_update."""
    name = getattr(what, "__name__", str(what)).strip("_").replace("_", " ")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _merged(recoveries: Iterable[Any]) -> list[dict[str, Any]]:
    """A recovery that is taken on several obstacles, told once."""
    obstacles: dict[tuple[str, str], list[str]] = {}
    for one in recoveries:
        obstacles.setdefault((one.clause, _what(one)), []).append(_in_words(one.on))
    return [
        {"clause": clause, "title": f"on {' or '.join(on)}: {what}", "article": _article(clause)}
        for (clause, what), on in obstacles.items()
    ]


def _show(heading: str, entries: list[dict[str, Any]], screen: "Screen") -> None:
    from rpa.cli.screen import plain_table

    screen.say(Text(heading, "bold"))
    table = plain_table("", "The robot", "The article")
    table.columns[0].no_wrap = True
    for column in table.columns[1:]:
        column.ratio = 1
    table.expand = True
    told: set[str] = set()
    for entry in entries:
        article = "(as above)" if entry["article"] in told else entry["article"]
        told |= {entry["article"]} - {""}
        table.add_row(entry["clause"], entry["title"], Text(article, "dim"))
    screen.console.print(table)
    screen.console.print()

"""What a person sees, and what a program reads: with --json, standard output holds JSON only."""
# ruff: noqa: PLC0415 (imports wait until the command runs)

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rpa.cli.errors import JSON_WANTED
from rpa.words_on_screen import safe

COLOUR_OF_END = {
    "cancelled": "green",
    "already_cancelled": "green",
    "referred": "cyan",
    "withdrawn": "cyan",
    "refused": "yellow",
    "needs_human": "red",
}


class Screen:
    """The terminal. Text from elsewhere goes through `safe`; plain strings are this program's own words."""

    def __init__(self, *, json: bool = False) -> None:
        self.json = json
        JSON_WANTED.set(json)
        self.console = Console(stderr=json, markup=False, highlight=False, emoji=False)

    @property
    def live(self) -> bool:
        """Whether lines may be drawn again."""
        return self.console.is_terminal and not self.console.is_dumb_terminal

    def say(self, *parts: str | Text) -> None:
        """One line of the parts, a blank between them."""
        line = Text(" ").join(part if isinstance(part, Text) else Text(part) for part in parts)
        self.console.print(line, soft_wrap=not self.console.is_terminal)  # a program wants its lines whole

    def emit(self, value: Any) -> None:
        """One line of JSON."""
        from rpa.results import json_line

        sys.stdout.write(json_line(value) + "\n")
        sys.stdout.flush()

    def facts(self, pairs: Mapping[str, object]) -> None:
        """Label and value, one a line; a long text folds beside its label, but not a path, nor when piped."""
        width = max(map(len, pairs))
        for label, value in pairs.items():
            shown = value if isinstance(value, Text) else safe(value)
            self.row(Text(f"{label:<{width}}  ", "bold"), shown, fold=not isinstance(value, Path))

    def row(self, label: Text, text: Text, *, fold: bool = True) -> None:
        """A label, and beside it a text, folded within its own column."""
        if not fold or not self.console.is_terminal:
            self.console.print(Text("").append_text(label).append_text(text), soft_wrap=True)
            return
        row = Table.grid()
        row.add_column(no_wrap=True)
        row.add_column(overflow="fold")
        row.add_row(label, text)
        self.console.print(row)


WITHOUT_END = {"waiting_approval": "waits for approval"}
"""How a request without an end is called, by its code; others: no end yet."""


def plain_table(*headings: str) -> Table:
    """A table without frames, for 80 columns."""
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold", show_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def end_text(end: str | None, code: str = "") -> Text:
    """An end in its colour, its code behind it."""
    words = (end or WITHOUT_END.get(code, "no end yet")) + (f" ({code})" if code and end else "")
    return safe(words, COLOUR_OF_END.get(end or "", "magenta"))
